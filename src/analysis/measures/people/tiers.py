"""Who needs support, who is strong, and who cannot be told from the others, all indicators together (METHODS §3)?

The weighted sum of a person's adjusted effects, each in points of the plan's scale from floor to target, with the
uncertainty of all its parts. The default is "cannot be distinguished": a person leaves it only by all four conditions
of `analysis.stats.people.flags.FlagRule`, and not where the whole branch stands out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import optimize

from analysis.measures.people.cases import SCORED
from analysis.measures.people.fitting import Fit, group_p
from analysis.measures.people.groups import FEW_PEERS, GROUP, MINIMUM_GROUP
from analysis.measures.people.roster import NOT_ENOUGH
from analysis.measures.people.scoring import RULE, Group, Scoring
from analysis.measures.summary.composite import HEADLINE_EVENT
from analysis.run import Run
from analysis.stats.estimates import OK
from analysis.stats.people.flags import (
    ABOVE,
    BELOW,
    DEFAULT,
    FlagRule,
    Simulation,
    flagged_by_luck,
    flags,
    simulated_flags,
)
from analysis.stats.people.heterogeneity import between_variance
from analysis.stats.people.shrinkage import shrunken_effects

FULL = 100.0
LEAST_WEIGHT = 0.8  # METHODS §9: of the weight that may be used on persons
LEAST_USABLE = 0.5  # of the weight that touches persons: less would call one indicator a composite
STRONG, SUPPORT = "strong", "needs support"
TIERS = {ABOVE: STRONG, BELOW: SUPPORT, DEFAULT: DEFAULT}
FOUND = 0.8  # the power that "can be found" means
PARTS_MISSING = "too much of the weight has not enough evidence"
FEW_TOLD = f"fewer than {MINIMUM_GROUP} people with a composite"
SEED = 2_024
POWER_RUNS, MOST_DRAWN, PRECISION, FARTHEST = 200, 100, 0.02, 16  # of what can be found; in errors of the newest part
COMPOSITE_GAP = "employee_composite_gap"


@dataclass(frozen=True)
class Part:
    """One component: its weight in the plan, and the points that one unit of the indicator is worth."""

    weight: float
    slope: float


def parts_of(run: Run, trusted: bool) -> dict[str, Part]:
    """Return the components that may be used on persons, by the names of `SCORED`; none where too few are left.

    Those of the plan's weighted indicators that touch persons; findings of auditors who do not agree well enough are
    left out unless ``trusted`` (METHODS §3).
    """
    plan = run.params.plan
    touching = {name: one for name, one in SCORED.items()
                if one.indicator in plan.weighted and one.event in ("", HEADLINE_EVENT)}
    kept = {name: one for name, one in touching.items() if trusted or not one.raters}
    whole = sum(plan.weighted[one.indicator] for one in touching.values())
    if sum(plan.weighted[one.indicator] for one in kept.values()) < LEAST_USABLE * whole or not kept:
        return {}
    parts = {}
    for name, one in kept.items():
        floor, target = plan.indicators[one.indicator].floor, run.params.target(one.indicator)
        if floor is not None and target is not None:
            parts[name] = Part(plan.weighted[one.indicator], FULL / (target - floor))
    return parts


def combined(parts: dict[str, Part], fits: dict[str, Fit], enough: dict[str, pd.Index]) -> tuple[
        pd.DataFrame, pd.DataFrame]:
    """Return the composite's effects over the window and of the newest quarter, in points.

    Σ w · slope · effect / Σ w over the components present; its variance Σ (w · slope / Σ w)² v; degrees of freedom by
    Satterthwaite, the least of any person standing for all. ``enough``: who has the evidence, per component.
    """
    window = _sum(parts, {name: fits[name].effects.reindex(enough[name]) for name in parts})
    newest = _sum(parts, {name: fits[name].newest.reindex(enough[name]) for name in parts})
    return window, newest


def _sum(parts: dict[str, Part], effects: dict[str, pd.DataFrame]) -> pd.DataFrame:
    told = pd.concat([one.assign(weight=parts[name].weight, slope=parts[name].slope)
                      for name, one in effects.items()])
    told = told[told["status"].eq(OK).to_numpy()].rename_axis("person")
    people = pd.Index(sorted(set().union(*(one.index for one in effects.values()))), name="person")
    whole = told.groupby("person")["weight"].sum()
    pull = told["weight"] * told["slope"] / whole.reindex(told.index)
    share = pull**2 * told["sampling_variance"]
    found = pd.DataFrame({"n": told["n"], "estimate": pull * told["estimate"], "sampling_variance": share,
                          "error": (pull * told["std_error"]) ** 2, "spare": share**2 / told["df"]})
    sums = found.groupby("person").sum().reindex(people)
    df = (sums["sampling_variance"] ** 2 / sums["spare"]).min()
    present = whole.reindex(people).fillna(0.0) / sum(one.weight for one in parts.values())
    lacking = present < LEAST_WEIGHT - np.finfo(float).eps
    status = lacking.map({True: f"not estimable: {PARTS_MISSING}", False: OK})
    numbers = sums[["estimate", "sampling_variance"]].assign(std_error=np.sqrt(sums["error"])).mask(lacking)
    return numbers.assign(n=sums["n"].fillna(0).astype("int64"), df=df, weight_present=present, status=status)


@dataclass(frozen=True)
class Tiering:
    """``people``: a row per person (estimate on 0–100, tier, …); ``groups``: a row per group, nobody named."""

    people: pd.DataFrame
    groups: pd.DataFrame


def tiering(people: pd.DataFrame, scored: Scoring, parts: dict[str, Part], level: float) -> Tiering:
    """Return the composite and tier of everybody in ``people`` (`groups.evaluated`), and what is known of each group.

    Persons: ``estimate`` the shrunken effect, in points above or below the group's mean. Groups: between-person
    standard deviation with its interval, median ``reliability``, ``p``, ``flagged``, ``expected_by_luck`` and
    ``detectable`` (points off the mean that are found four times in five at the group's median evidence).
    """
    told = _composites(people, scored, parts, level)
    groups = [_summary(one, level).assign(role=name[0], line=name[1]) for name, one in told.items()]
    return Tiering(_of_everybody(people, told),
                   pd.concat(groups, ignore_index=True) if groups else pd.DataFrame(columns=[*GROUP, "p"]))


def tiers_of(people: pd.DataFrame, scored: Scoring, parts: dict[str, Part], level: float) -> pd.DataFrame:
    """Return the persons of `tiering` alone: nothing is simulated, to try another model of the case mix."""
    return _of_everybody(people, _composites(people, scored, parts, level))


@dataclass(frozen=True)
class _Composite:
    """The composite of one group: each ``person``, what that comes from, and ``p`` of no differences."""

    person: pd.DataFrame
    effects: pd.DataFrame
    newest: pd.DataFrame
    p: float


def _composites(people: pd.DataFrame, scored: Scoring, parts: dict[str, Part], level: float) -> dict[
        Group, _Composite]:
    """Return the composite of each group that is large enough and has cases on every component."""
    told = {}
    for group, own in people.groupby(GROUP):
        name = (str(group[0]), str(group[1]))
        fits = {part: scored.fits[part, name] for part in parts if (part, name) in scored.fits}
        if parts and len(own) >= MINIMUM_GROUP and len(fits) == len(parts):
            told[name] = _tiered(level, parts, fits, _enough(scored.scores, name, parts))
    return told


def _of_everybody(people: pd.DataFrame, told: dict[Group, _Composite]) -> pd.DataFrame:
    rows = [_nobody(people.iloc[:0], FEW_PEERS)]
    for group, own in people.groupby(GROUP):
        name = (str(group[0]), str(group[1]))
        if name in told:
            rows.append(own[["employee_id", *GROUP]].merge(told[name].person, how="left", on="employee_id"))
        else:
            rows.append(_nobody(own, FEW_PEERS if len(own) < MINIMUM_GROUP else "no composite may be used on persons"))
    table = pd.concat(rows, ignore_index=True).sort_values("employee_id", ignore_index=True)
    filled = table.assign(status=table["status"].fillna(f"not estimable: {NOT_ENOUGH}"),
                          tier=table["tier"].fillna(DEFAULT), n=table["n"].fillna(0).astype("int64"))
    return filled.assign(indicator=COMPOSITE_GAP)


def _nobody(own: pd.DataFrame, reason: str) -> pd.DataFrame:
    return own[["employee_id", *GROUP]].assign(status=f"not estimable: {reason}", tier=DEFAULT, n=0)


def _enough(scores: pd.DataFrame, group: Group, parts: dict[str, Part]) -> dict[str, pd.Index]:
    own = scores[scores["role"].eq(group[0]) & scores["line"].eq(group[1]) & scores["permitted_use"].ne(NOT_ENOUGH)]
    return {name: pd.Index(own.loc[own["indicator"].eq(SCORED[name].indicator) & own["event"].eq(SCORED[name].event),
                                   "employee_id"]) for name in parts}


def _tiered(level: float, parts: dict[str, Part], fits: dict[str, Fit], enough: dict[str, pd.Index]) -> _Composite:
    effects, newest = combined(parts, fits, enough)
    if effects["status"].eq(OK).sum() < MINIMUM_GROUP:
        effects = effects.assign(status=effects["status"].mask(effects["status"].eq(OK), f"not estimable: {FEW_TOLD}"))
    p = group_p(effects, MINIMUM_GROUP)
    shrunken = shrunken_effects(effects, level=level)
    told = flags(shrunken, newest, p, RULE)
    person = shrunken.assign(
        tier=told["direction"].map(TIERS), adjusted=effects["estimate"].where(shrunken["status"].eq(OK)),
        newest_p=told["newest_p"], probability_above=1 - shrunken["probability_below"],
        weight_present=effects["weight_present"]).rename_axis("employee_id").reset_index()
    return _Composite(person, effects, newest, p)


def _summary(told: _Composite, level: float) -> pd.DataFrame:
    effects, newest = told.effects, told.newest
    spread = between_variance(effects, level=level).iloc[0]
    luck = flagged_by_luck(effects, newest, RULE, Simulation(seed=SEED)).iloc[0]
    return pd.DataFrame([{
        "people": len(effects), "with_composite": int(effects["status"].eq(OK).sum()),
        **{name: np.sqrt(spread[name]) for name in ("estimate", "low", "high")}, "status": spread["status"],
        "reliability": told.person["reliability"].median(), "p": told.p,
        "flagged": int(told.person["tier"].ne(DEFAULT).sum()), "expected_by_luck": luck["estimate"],
        "detectable": detectable(effects, newest, spread["estimate"], RULE)}])


def detectable(effects: pd.DataFrame, newest: pd.DataFrame, tau_squared: float, rule: FlagRule) -> float:
    """Return how far off the others' mean a person must truly be to be flagged four times in five.

    By `found`; NaN without evidence.
    """
    drawn = Simulation(POWER_RUNS, SEED, float(np.nan_to_num(tau_squared)))

    def missed(gap: float) -> float:
        return FOUND - found(effects, newest, rule, replace(drawn, gap=gap))
    ok = effects.index[effects["status"].eq(OK)]
    widest = [one.reindex(ok)["sampling_variance"].median() for one in (effects, newest)]
    most = FARTHEST * float(np.sqrt(max(widest)))
    return float(optimize.bisect(missed, 0, most, rtol=PRECISION)) if missed(most) < 0 else np.nan


def found(effects: pd.DataFrame, newest: pd.DataFrame, rule: FlagRule, drawn: Simulation) -> float:
    """Return how often somebody is flagged who truly lies ``drawn.gap`` off, the others differing by its τ².

    By simulation of the rule as it is, τ² estimated anew each time, everybody having the median variances of the window
    and of its newest part; of a bigger group MOST_DRAWN people. NaN without evidence.
    """
    ok = effects["status"].eq(OK)
    recent = newest.reindex(effects.index[ok])
    if ok.sum() < MINIMUM_GROUP or not recent["status"].eq(OK).any():
        return np.nan
    v = float(effects.loc[ok, "sampling_variance"].median())
    u = max(float(recent["sampling_variance"].median()), v)
    window = effects[ok].assign(sampling_variance=v).head(MOST_DRAWN)
    late = recent.assign(sampling_variance=u, status=OK)
    return float(simulated_flags(window, late, rule, drawn)[:, 0].mean())
