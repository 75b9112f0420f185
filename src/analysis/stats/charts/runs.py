"""Which points complete a pattern that chance rarely makes?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.stats.estimates import Booleans, Floats, Numbers

Side = Literal["same", "either", "within"]


@dataclass(frozen=True)
class RunsRule:
    """``needed`` of ``window`` points in a row, the last one included, in a zone.

    The zone is all beyond ``bound`` standard errors on the same side, beyond it on either side, or within it. A point
    exactly on a bound is in no zone.
    """

    name: str
    needed: int
    window: int
    bound: float
    side: Side = "same"

    def __post_init__(self) -> None:
        if not 1 <= self.needed <= self.window or self.side not in ("same", "either", "within"):
            raise ValueError("a rule needs 1 to window points, on the same or either side of its bound or within it")

    def zones(self, z: Floats) -> list[Booleans]:
        """Return per zone that counts by itself whether each point lies in it; NaN lies in none."""
        if self.side == "same":
            return [z > self.bound, z < -self.bound]
        return [np.abs(z) > self.bound] if self.side == "either" else [np.abs(z) < self.bound]


#: Western Electric (1956) Statistical Quality Control Handbook, pp. 25–28.
WESTERN_ELECTRIC = (
    RunsRule("Western Electric 1: one beyond 3 sigma", 1, 1, 3.0),
    RunsRule("Western Electric 2: two of three beyond 2 sigma, same side", 2, 3, 2.0),
    RunsRule("Western Electric 3: four of five beyond 1 sigma, same side", 4, 5, 1.0),
    RunsRule("Western Electric 4: eight in a row on one side", 8, 8, 0.0),
)
#: Nelson LS (1984) J Qual Technol 16:237–239. His tests 3 and 4 look at order: `analysis.stats.charts.order_rules`.
NELSON = (
    RunsRule("Nelson 1: one beyond 3 sigma", 1, 1, 3.0),
    RunsRule("Nelson 2: nine in a row on one side", 9, 9, 0.0),
    RunsRule("Nelson 5: two of three beyond 2 sigma, same side", 2, 3, 2.0),
    RunsRule("Nelson 6: four of five beyond 1 sigma, same side", 4, 5, 1.0),
    RunsRule("Nelson 7: fifteen in a row within 1 sigma", 15, 15, 1.0, "within"),
    RunsRule("Nelson 8: eight in a row beyond 1 sigma, either side", 8, 8, 1.0, "either"),
)


def runs_signals(z: Numbers, rules: tuple[RunsRule, ...] = WESTERN_ELECTRIC) -> pd.DataFrame:
    """Return per point which rules it completes.

    A point completes a rule if it lies in the zone and ``needed`` of the last ``window`` points, itself included, do;
    a pattern that goes on keeps signalling. A point without z (NaN) lies in no zone but takes its place in the window.

    Args:
        z: standardised points in order of time, as the column z of a chart.
        rules: the rules watched. Each one raises the rate of false alarms: see
            `analysis.stats.charts.false_alarms.runs_false_alarms`.

    Returns:
        One row per point on the index of ``z``, one boolean column per rule, by its name, then ``any``.

    R: ``stats::filter(z > bound, rep(1, window), sides = 1) >= needed & z > bound``, for either side. qcc's
    ``shewhart.rules`` has rule 1 and runs of seven.

    References:
        .. [1] Montgomery DC (2013) Introduction to Statistical Quality Control, 7th ed., section 5.3.4.
    """
    series = z if isinstance(z, pd.Series) else pd.Series(np.atleast_1d(np.asarray(z, dtype=float)))
    values = series.to_numpy(float, na_value=np.nan)
    signals = pd.DataFrame({rule.name: _completed(rule, values) for rule in rules}, index=series.index, dtype=bool)
    return signals.assign(any=signals.any(axis=1))


def _completed(rule: RunsRule, z: Floats) -> Booleans:
    completed = np.zeros(len(z), dtype=bool)
    for zone in rule.zones(z):
        so_far = np.concatenate([[0], np.cumsum(zone)])
        before = np.maximum(np.arange(1, len(z) + 1) - rule.window, 0)
        completed |= zone & (so_far[1:] - so_far[before] >= rule.needed)
    return completed
