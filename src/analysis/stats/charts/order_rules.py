"""Do the points of a chart climb, fall or zigzag for longer than chance allows?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.stats.estimates import Floats, Numbers

Kind = Literal["trend", "alternating"]


@dataclass(frozen=True)
class OrderRule:
    """``points`` in a row, the last one included, that all rise or all fall ("trend"), or go up and down in turn.

    Neighbours that are equal end a run.
    """

    name: str
    points: int
    kind: Kind

    def __post_init__(self) -> None:
        if self.points < 3 or self.kind not in ("trend", "alternating"):
            raise ValueError('a rule of order needs three points or more, and the kind "trend" or "alternating"')


#: Tests 3 and 4 of Nelson LS (1984) J Qual Technol 16:237–239; the others are in `analysis.stats.charts.runs.NELSON`.
NELSON_ORDER = (
    OrderRule("Nelson 3: six in a row rising or falling", 6, "trend"),
    OrderRule("Nelson 4: fourteen in a row alternating up and down", 14, "alternating"),
)


def order_signals(values: Numbers, rules: tuple[OrderRule, ...] = NELSON_ORDER) -> pd.DataFrame:
    """Return per point which rules of order it completes; a pattern that goes on keeps signalling.

    Args:
        values: points in order of time: z of a chart, so that sizes do not order them. A point without value (NaN)
            ends every run.
        rules: the rules watched.

    Returns:
        One row per point on the index of ``values``, one boolean column per rule, by its name, then ``any``.

    R: ``s <- sign(diff(x)); stats::filter(s, rep(1, 5), sides = 1)`` is ±5 at the last of six rising or falling.

    References:
        .. [1] Nelson LS (1984) J Qual Technol 16:237–239.
    """
    series = values if isinstance(values, pd.Series) else pd.Series(np.atleast_1d(np.asarray(values, dtype=float)))
    direction = np.nan_to_num(np.sign(np.diff(series.to_numpy(float, na_value=np.nan))))
    signals = {rule.name: _run_lengths(direction, rule.kind, len(series)) >= rule.points for rule in rules}
    return pd.DataFrame(signals, index=series.index, dtype=bool).assign(any=lambda table: table.any(axis=1))


def order_false_alarms(rule: OrderRule, points: int, charts: int = 1) -> pd.DataFrame:
    """Return how many false alarms of one rule to expect of so many charts in control, exactly.

    In control all orders of the points are equally likely, whatever their distribution (without ties): the rank of
    the newest among the points so far, and its run, are the state of a Markov chain that starts with one point.
    Beside zone rules (`analysis.stats.charts.false_alarms.runs_false_alarms`) the chance of any alarm is at most the
    sum of both.

    Args:
        rule: one rule of order.
        points: points per chart that are watched; each chart starts without a past.
        charts: independent charts.

    Returns:
        One row: charts, points, alarm_chart, alarm_any, expected_charts and expected_alarms, as in
        `runs_false_alarms`.

    Raises:
        ValueError: ``points`` or ``charts`` is not a whole number, 1 or more.

    By hand: 2/6! for six points and a trend of six; twice Euler's zigzag number 199360981 over 14! for fourteen
    points and fourteen alternating.
    """
    if points < 1 or charts < 1 or points != int(points) or charts != int(charts):
        raise ValueError("points and charts must be whole numbers, 1 or more: how many points will be watched?")
    silent, alarms = _by_rank(rule, int(points), keep=False), _by_rank(rule, int(points), keep=True)
    alarm = 1 - float(np.prod(1 - silent))
    row = {"charts": charts, "points": points, "alarm_chart": alarm, "alarm_any": 1 - (1 - alarm) ** charts}
    return pd.DataFrame([row | {"expected_charts": charts * alarm, "expected_alarms": charts * float(alarms.sum())}])


def _run_lengths(direction: Floats, kind: Kind, points: int) -> Floats:
    """Return the points of the run that each point ends, from the signs of the differences."""
    length = np.ones(points)
    for step, sign in enumerate(direction):
        before = direction[step - 1] if step else 0.0
        goes_on = sign == before if kind == "trend" else sign == -before
        length[step + 1] = 1.0 if sign == 0 else length[step] + 1 if goes_on and before != 0 else 2.0
    return length


def _by_rank(rule: OrderRule, points: int, keep: bool) -> Floats:
    """Return per point the chance that it signals; given no signal before it unless ``keep``.

    The state: rank of the newest point × last direction (down, up) × points of its run, at most the rule's.
    """
    state = np.zeros((1, 2, rule.points + 1))
    state[0, :, 1] = 1 / 2
    chances = np.zeros(points)
    for point in range(1, points):
        state = _next(state, rule)
        signal = float(state[:, :, rule.points].sum())
        chances[point] = signal
        if not keep and signal < 1:
            state[:, :, rule.points] = 0.0
            state = state / (1 - signal)
    return chances


def _next(state: Floats, rule: OrderRule) -> Floats:
    """Return the state after one more point, whose rank among all so far is any with the same chance."""
    ranks = len(state)
    longer = np.zeros((ranks, 2, rule.points + 1))
    for to in (0, 1):
        same, other = (to, 1 - to) if rule.kind == "trend" else (1 - to, to)
        longer[:, to, 2:] += state[:, same, 1:-1]
        longer[:, to, -1] += state[:, same, -1]
        longer[:, to, 2] += state[:, other, 2:].sum(axis=1)
        longer[:, to, 2] += state[:, other, 1]
    after = np.zeros((ranks + 1, 2, rule.points + 1))
    # a point that takes rank r (from 0) lies below the old newest one if that had rank r or more, else above it
    after[:-1, 0] = np.cumsum(longer[::-1, 0], axis=0)[::-1]
    after[1:, 1] = np.cumsum(longer[:, 1], axis=0)
    return after / (ranks + 1)
