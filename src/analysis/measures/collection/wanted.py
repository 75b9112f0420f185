"""How finely is a share to be told, and how many answers does that take (clause 5.1)?"""

from __future__ import annotations

from dataclasses import dataclass

from analysis.run import Run
from analysis.stats.intervals.sample_sizes import answers_for_share_change, answers_for_share_width
from analysis.tables.results import LEVEL

HALF_WIDTH = 0.05  # where the plan sets neither: told apart from a target at 5 points' distance
HALF = 0.5  # the share that is hardest to tell
BY_WIDTH, BY_CHANGE, BY_DEFAULT = "half-width", "detectable change", "half-width (default)"
SMALLEST_SHARE = 1e-6  # a sample size is asked of shares strictly within 0 and 1


@dataclass(frozen=True)
class Wanted:
    """How far the interval of a share may reach each way, or which change between two quarters is to be seen."""

    share: float = HALF_WIDTH
    by: str = BY_DEFAULT

    def answers(self, share: float) -> int:
        """Return the independent answers it takes in one quarter at ``share``.

        A change is seen in four cases of five, up or down: the larger number counts, since nobody knows which it is.
        """
        inside = min(max(share, SMALLEST_SHARE), 1 - SMALLEST_SHARE)
        if self.by != BY_CHANGE:
            return int(answers_for_share_width(inside, self.share, LEVEL)["wilson"])
        changed = [one for one in (inside - self.share, inside + self.share) if 0 < one < 1]
        return max(answers_for_share_change(inside, one, LEVEL) for one in changed)

    def fewest_and_most(self, share: float, low: float, high: float) -> tuple[int, int]:
        """Return the fewest and the most answers it takes at any share from ``low`` to ``high``, ``share`` among them.

        The most are at one half, or half a change beside it; towards the ends the number falls.
        """
        middle = (HALF - self.share / 2, HALF, HALF + self.share / 2)
        numbers = [self.answers(one) for one in (share, low, high, *(one for one in middle if low <= one <= high))]
        return min(numbers), max(numbers)

    @property
    def method(self) -> str:
        """How the number is found, for the column of methods."""
        return "Wilson half-width" if self.by != BY_CHANGE else "change between two quarters, power .8"


def wanted(run: Run, indicator: str) -> Wanted:
    """Return what the plan wants of ``indicator``: its half-width or its detectable change, else HALF_WIDTH."""
    planned = run.params.plan.indicators.get(indicator)
    if planned is not None and planned.detectable_change is not None:
        return Wanted(planned.detectable_change, BY_CHANGE)
    return Wanted() if planned is None or planned.half_width is None else Wanted(planned.half_width, BY_WIDTH)
