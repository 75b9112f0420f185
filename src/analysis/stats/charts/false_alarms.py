"""How often do charts cry wolf although nothing has changed?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import sparse, stats
from scipy.sparse.linalg import spsolve

from analysis.stats.charts.runs import WESTERN_ELECTRIC, RunsRule
from analysis.stats.estimates import Booleans, Floats

#: What one zone of one rule remembers: a run's length, or the bits of the points before (newest last).
Memory = tuple[int, ...]


@dataclass(frozen=True)
class _Chain:
    """A runs chart as a Markov chain: state 0 is the start; ``silent`` are the steps without a signal."""

    steps: sparse.csr_matrix
    silent: sparse.csr_matrix

    @property
    def signal_chance(self) -> Floats:
        """Probability per state that the next point signals."""
        return np.asarray((self.steps - self.silent).sum(axis=1), dtype=float).ravel()


def average_run_length(rules: tuple[RunsRule, ...] = WESTERN_ELECTRIC, shift: float = 0.0) -> float:
    """Return the expected number of points up to the first signal of any of the rules, exactly [1]_.

    The points are independent and normal, ``shift`` standard errors off the centre. What the rules remember of the
    past is the state of a Markov chain with transient part Q: ARL = first row of (I − Q)⁻¹ 1.

    Args:
        rules: the rules watched together.
        shift: 0 = in control.

    Raises:
        ValueError: no rule is named.

    R: ``spc::xshewhartrunsrules.arl(shift, type = "12")`` for the first two rules of Western Electric, "13", "14",
    "123" … for others; its scheme signals as here.

    References:
        .. [1] Champ CW, Woodall WH (1987) Technometrics 29:393–399, Table 1: 370.40 for rule 1, 91.75 for all four.
    """
    silent = _chain(rules, shift).silent
    size = silent.shape[0]
    lengths = spsolve(sparse.csc_matrix(sparse.identity(size) - silent), np.ones(size))
    return float(np.atleast_1d(lengths)[0])


def runs_false_alarms(rules: tuple[RunsRule, ...], points: int, charts: int = 1) -> pd.DataFrame:
    """Return how many false alarms to expect of so many charts in control with so many points each, exactly.

    Args:
        rules: the rules watched together.
        points: points per chart that are watched, after the baseline; each chart starts without a past.
        charts: independent charts.

    Returns:
        One row: charts, points, average_run_length, alarm_chart (probability that a chart signals at least once),
        alarm_any (that at least one chart does, 1 − (1 − alarm_chart)^charts), expected_charts (charts that signal)
        and expected_alarms (points that signal; a pattern that goes on counts at each). Limits are taken as known and
        points as normal: a short baseline, bursts and season raise all of them.

    Raises:
        ValueError: ``points`` or ``charts`` is not a whole number, 1 or more, or no rule is named.

    R: ``1 - (2 * pnorm(3) - 1)^(points * charts)`` for rule 1 alone; the others by the chain of `average_run_length`.

    References:
        .. [1] Champ CW, Woodall WH (1987) Technometrics 29:393–399.
    """
    if points < 1 or charts < 1 or points != int(points) or charts != int(charts):
        raise ValueError("points and charts must be whole numbers, 1 or more: how many points will be watched?")
    chain = _chain(rules, 0.0)
    silent = going_on = np.eye(1, chain.steps.shape[0]).ravel()
    alarms = 0.0
    for _ in range(int(points)):
        alarms += float(going_on @ chain.signal_chance)
        silent, going_on = chain.silent.T @ silent, chain.steps.T @ going_on
    alarm = 1 - float(silent.sum())
    row = {"charts": charts, "points": points, "average_run_length": average_run_length(rules)}
    row |= {"alarm_chart": alarm, "alarm_any": 1 - (1 - alarm) ** charts}
    return pd.DataFrame([row | {"expected_charts": charts * alarm, "expected_alarms": charts * alarms}])


@lru_cache(maxsize=16)
def _chain(rules: tuple[RunsRule, ...], shift: float) -> _Chain:
    """Return the chain of all states that can be reached from a chart without a past."""
    if not rules:
        raise ValueError("rules must hold one rule or more: a chart without one never signals")
    probability, inside, watched = _cells(rules, shift)
    numbers: dict[Memory, int] = {(0,) * len(watched): 0}
    origin, target, chance, signal = [], [], [], []
    waiting = list(numbers)
    while waiting:
        state = waiting.pop()
        for cell, mass in enumerate(probability):
            after = [_remembered(rule, *pair) for rule, *pair in zip(watched, state, inside[cell], strict=True)]
            memory = tuple(kept for kept, _ in after)
            if memory not in numbers:
                numbers[memory] = len(numbers)
                waiting.append(memory)
            origin.append(numbers[state])
            target.append(numbers[memory])
            chance.append(mass)
            signal.append(any(completed for _, completed in after))
    shape = (len(numbers), len(numbers))
    mute = np.where(signal, 0.0, chance)
    return _Chain(
        sparse.csr_matrix((chance, (origin, target)), shape=shape),
        sparse.csr_matrix((mute, (origin, target)), shape=shape),
    )


def _cells(rules: tuple[RunsRule, ...], shift: float) -> tuple[Floats, Booleans, list[RunsRule]]:
    """Return the cells between the rules' bounds: probability, membership (cell, zone), and each zone's rule."""
    bounds = np.array(sorted({sign * rule.bound for rule in rules for sign in (-1.0, 1.0)}))
    probability = np.diff(stats.norm.cdf(np.concatenate([[-np.inf], bounds, [np.inf]]) - shift))
    middles = np.concatenate([[bounds[0] - 1], (bounds[1:] + bounds[:-1]) / 2, [bounds[-1] + 1]])
    zones = [(rule, zone) for rule in rules for zone in rule.zones(middles)]
    return probability, np.array([zone for _, zone in zones]).T, [rule for rule, _ in zones]


def _remembered(rule: RunsRule, memory: int, inside: bool) -> tuple[int, bool]:
    """Return what a zone remembers after one more point, and whether that point completes the rule."""
    if rule.needed == rule.window:
        run = memory + 1 if inside else 0
        return min(run, rule.needed - 1), run >= rule.needed
    bits = memory << 1 | int(inside)
    return bits & ((1 << (rule.window - 1)) - 1), bool(inside) and bits.bit_count() >= rule.needed
