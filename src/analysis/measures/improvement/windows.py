"""Which quarters tell how units stood before a measure, and which what became of them (METHODS §4)?

Before is at most eight quarters, and the window the registered one, so that a judgement stays what it was. A quarter in
which the measure began after its first month says neither. Nor do the quarters that chose the units: measures go
where figures are bad, and the worst improve by chance alone. They are those from the last one that had been reported
when the measure was opened, or from ``chosen_from`` where that is earlier, to the one of its opening, at least two.
"""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from analysis.params import HISTORY_QUARTERS, Action
from analysis.quarter import Quarter

FIRST_DAYS = 31  # a quarter is reported, and a measure counts as begun with it, within its first month
BEFORE, CHOSEN, AFTER = "before", "chosen", "after"


def began(action: Action, now: Quarter) -> Quarter | None:
    """Return the first quarter that is wholly, but for a month, with the measure; None where it has not begun."""
    if action.started_on is None:
        return None
    first = _first_whole(action.started_on)
    return first if first <= now else None


def _first_whole(started_on: date) -> Quarter:
    quarter = Quarter.of(started_on)
    return quarter.plus(1) if (started_on - quarter.start).days >= FIRST_DAYS else quarter


def missed(action: Action, now: Quarter) -> bool:
    """Tell whether the window ended, or will end, before a quarter is wholly with the measure."""
    started_on = action.started_on
    if started_on is not None and Quarter.of(started_on) <= now:
        return action.window_end < _first_whole(started_on)
    return action.window_end <= now


def touched(action: Action, now: Quarter) -> Quarter:
    """Return the first quarter that the measure touches, or is planned to."""
    if action.started_on is not None and Quarter.of(action.started_on) <= now:
        return Quarter.of(action.started_on)
    return max(action.window_start, now.plus(1))


def looked_at(action: Action, now: Quarter) -> list[Quarter]:
    """Return the quarters whose figures a judgement at ``now`` rests on, the first one first."""
    return quarters(touched(action, now).plus(-HISTORY_QUARTERS), min(now, action.window_end))


def judged_over(action: Action, now: Quarter) -> list[Quarter]:
    """Return the quarters of the window that are wholly with the measure, those to come included."""
    return quarters(began(action, now) or touched(action, now), action.window_end)


def quarters(first: Quarter, last: Quarter) -> list[Quarter]:
    """Return the quarters from ``first`` to ``last``; none where the last lies before the first."""
    number = 4 * (last.year - first.year) + last.number - first.number + 1
    return [first.plus(one) for one in range(number)]


def phased(action: Action, told: pd.DataFrame, now: Quarter) -> pd.DataFrame:
    """Return the rows of ``told`` (column quarter, as text) that a judgement at ``now`` knows, with ``phase``.

    BEFORE, CHOSEN (before too, but known or seen when the units were chosen) or AFTER; other quarters are left out.
    """
    opened = Quarter.of(action.opened_on)
    reported = Quarter.of(action.opened_on - timedelta(days=FIRST_DAYS)).plus(-1)
    chosen = min(reported, Quarter.parse(action.chosen_from)) if action.chosen_from else reported
    first, window = touched(action, now), judged_over(action, now) if began(action, now) else []
    phase = {str(one): AFTER for one in window if one <= now}
    phase |= {str(one): CHOSEN if chosen <= one <= opened else BEFORE
              for one in looked_at(action, now) if one < first}
    return told.assign(phase=told["quarter"].map(phase))[told["quarter"].isin(list(phase))]
