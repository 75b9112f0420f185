"""Who differs from the group beyond doubt, and how many would be named by luck?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.estimates import LEVEL, OK, Booleans, Floats, estimate_table, first_reason
from analysis.stats.intervals.rates import rate
from analysis.stats.people.heterogeneity import tau_squared, weighted
from analysis.stats.people.posterior import MINIMUM_PERSONS, posterior

BELOW, ABOVE, DEFAULT = "below", "above", "cannot be distinguished"
#: Effects (runs × persons) that are looked at together.
BATCH = 1 << 14


@dataclass(frozen=True)
class FlagRule:
    """What a person must meet to leave the default; all four at once.

    ``f_test_p``: the group's F-test; ``reliability``: R; ``probability``: that the true effect lies on that side of
    the group's mean, given the data; ``newest_p``: one-sided p of the newest period's data alone, which keeps a chance
    flag from repeating while rolling windows overlap.
    """

    f_test_p: float = 0.05
    reliability: float = 0.7
    probability: float = 0.975
    newest_p: float = 0.1


@dataclass(frozen=True)
class Simulation:
    """How many quarters to simulate, from which seed, and with which true variance between persons.

    ``gap``: the first person's true effect, where it is given and not drawn.
    """

    runs: int = 4_000
    seed: int = 1
    tau_squared: float = 0.0
    gap: float | None = None


def flags(
    shrunken: pd.DataFrame, newest: pd.DataFrame, f_test_p: float, rule: FlagRule = FlagRule()
) -> pd.DataFrame:
    """Return who is below or above the group beyond doubt; everybody else "cannot be distinguished", the default.

    Args:
        shrunken: a table of `analysis.stats.people.shrinkage.shrunken_effects` over the whole window.
        newest: a table of `analysis.stats.people.two_way.person_effects` of the newest period alone; its one-sided
            p of person i is the t-distribution function of ±estimate/std_error. Absent or not ok: nobody leaves.
        f_test_p: p of `analysis.stats.people.two_way.person_f_test` over the window; NaN (no test): nobody leaves.
        rule: the thresholds.

    Returns:
        On the index of ``shrunken``: direction ("below", "above" the group's mean, or `DEFAULT`), reliability,
        probability_below, newest_p (towards that side of the mean where the person probably is), and which
        conditions hold: f_test, reliable, beyond_mean, newest_agrees. Numbers are NaN where ``status``, that of
        ``shrunken`` or else of the newest period, is not "ok".
    """
    ok = shrunken["status"].eq(OK).to_numpy()
    share, below = (shrunken[name].to_numpy(float) for name in ("reliability", "probability_below"))
    side = np.where(below > 1 / 2, -1.0, 1.0)
    recent = newest.reindex(shrunken.index)
    usable = recent["status"].eq(OK).to_numpy() & ok
    z = recent["estimate"].to_numpy(float) / np.where(usable, recent["std_error"].to_numpy(float), 1.0)
    newest_p = np.where(usable, stats.t.sf(side * z, np.where(usable, recent["df"].to_numpy(float), 1.0)), np.nan)
    met = pd.DataFrame({
        "f_test": np.full(len(shrunken), f_test_p < rule.f_test_p),
        "reliable": share >= rule.reliability,
        "beyond_mean": np.maximum(below, 1 - below) > rule.probability,
        "newest_agrees": newest_p < rule.newest_p,
    }, index=shrunken.index)
    newest_status = recent["status"].fillna("not estimable: no cases in the newest period")
    leaves = met.all(axis=1).to_numpy() & ok
    return met.assign(
        direction=np.where(leaves, np.where(side < 0, BELOW, ABOVE), DEFAULT),
        reliability=share,
        probability_below=below,
        newest_p=newest_p,
        status=np.where(ok, newest_status, shrunken["status"]),
    )[["direction", "reliability", "probability_below", "newest_p", *met.columns, "status"]]


def flagged_by_luck(
    effects: pd.DataFrame, newest: pd.DataFrame, rule: FlagRule = FlagRule(), simulation: Simulation = Simulation()
) -> pd.DataFrame:
    """Return how many of these persons the rule flags in a quarter, on average, when nobody differs from anybody.

    The x of "of k flagged, x expected by luck": the mean count of `simulated_flags` at τ² = 0.

    Args:
        effects: `analysis.stats.people.two_way.person_effects` of the window.
        newest: the same of the newest period.
        rule: the thresholds.
        simulation: runs and seed; with a ``tau_squared`` above 0 the result is the number flagged at that spread.

    Returns:
        One estimate in persons; n is the number of comparable persons. low and high say how exact the simulation is:
        exact Poisson limits of the flags counted over all runs, widened by their dispersion. Not estimable below
        `MINIMUM_PERSONS`.

    By hand: with every threshold open but that of the F-test, ``f_test_p`` times the persons.
    """
    persons = int(effects["status"].eq(OK).sum())
    few = persons < MINIMUM_PERSONS
    counts = np.zeros(1) if few else simulated_flags(effects, newest, rule, simulation).sum(axis=1)
    dispersion = counts.var() / counts.mean() if counts.any() else 1.0
    shown = rate(int(counts.sum()), len(counts), dispersion)[["estimate", "low", "high"]]
    reason = first_reason([persons], MINIMUM_PERSONS, of="comparable persons")
    return estimate_table(shown.assign(n=persons), reason, "expected flags, simulated", LEVEL)


def simulated_flags(
    effects: pd.DataFrame, newest: pd.DataFrame, rule: FlagRule, simulation: Simulation
) -> Booleans:
    """Return which of the comparable persons are flagged in simulated quarters, runs × persons.

    Given the sampling variances v_i of the window and u_i of the newest period: θ_i ~ N(0, τ²), y_i ~ N(θ_i, v_i),
    newest_i = y_i + N(0, u_i − v_i), since the newest period is part of the window; s² is χ²(df)/df times the truth,
    and F = Q(0)/(k − 1)/s² is referred to its F-distribution. Then the rule, as in `flags`. A person without a newest
    effect is never flagged.
    """
    window = effects[effects["status"].eq(OK).to_numpy()]
    recent = newest.reindex(window.index)
    v, df = window["sampling_variance"].to_numpy(float), float(window["df"].iloc[0])
    seen = recent["status"].eq(OK).to_numpy()
    u = np.maximum(np.where(seen, recent["sampling_variance"].to_numpy(float), np.inf), v)
    drawn = np.random.default_rng(simulation.seed)
    shape = (simulation.runs, len(v))
    true = drawn.normal(0, np.sqrt(simulation.tau_squared), shape)
    true[:, 0] = true[:, 0] if simulation.gap is None else simulation.gap
    y = true + drawn.normal(0, 1, shape) * np.sqrt(v)
    late = y + drawn.normal(0, 1, shape) * np.sqrt(np.where(seen, u - v, 0.0))
    error = drawn.chisquare(df, simulation.runs) / df
    _, _, q = weighted(y, v, np.zeros(simulation.runs))
    passing = np.flatnonzero(stats.f.sf(q / (len(v) - 1) / error, len(v) - 1, df) < rule.f_test_p)
    flagged = np.zeros(shape, dtype=bool)
    for some in np.array_split(passing, -(-len(passing) * len(v) // BATCH)) if len(passing) and seen.any() else ():
        side = _side(y[some], v * error[some, None], rule)
        flagged[some] = (side != 0) & (_newest_p(side, late[some], u) < rule.newest_p)
    return flagged


def _side(y: Floats, v: Floats, rule: FlagRule) -> Floats:
    """Return −1 or 1 for who is reliably below or above the mean, else 0 (runs × persons)."""
    tau2 = tau_squared(y, v)[:, None]
    below = posterior(y, v).probability_below_mean()
    beyond = (np.maximum(below, 1 - below) > rule.probability) & (tau2 >= rule.reliability * (tau2 + v)) & (tau2 > 0)
    return np.where(beyond, np.where(below > 1 / 2, -1.0, 1.0), 0.0)


def _newest_p(side: Floats, late: Floats, u: Floats) -> Floats:
    """Return the one-sided normal p of the newest effects around their mean, towards ``side``."""
    precision = 1 / u
    centred = late - (late @ precision / precision.sum())[:, None]
    return stats.norm.sf(side * centred * np.sqrt(precision))
