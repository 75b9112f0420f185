"""On which day does a limit run out, and how much of the time between was service time?

Everything here is arithmetic on arrays. There is no time zone in it: days are local days, as stored beside every UTC
instant. The start day is day 0. A limit of n calendar days ends with the n-th day after it; a limit of n working days
ends with the n-th day after it that the official calendar counts as worked, so a start on a holiday costs nothing. A
case is in time when its stop day is not later than the deadline day. Missing in, missing out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.refusal import Refused

if TYPE_CHECKING:
    from analysis.params.calendars import Calendar

KindOfDay = Literal["calendar", "working"]
Days = NDArray[np.datetime64]
DAY = "datetime64[D]"
HOURS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_MINUTE = 24, 3600, 60
HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)
MONDAY = np.datetime64("1970-01-05", "D")
DAYS_PER_WEEK = 7


def _days(values: Any) -> Days:
    """Return array-like ``values`` (dates, strings, datetime64, a Series …) as local days, cut down."""
    moments = pd.to_datetime(pd.Index(values))
    if moments.tz is not None:
        raise ValueError("clock takes local days and local wall clock, not zone-aware times")
    return moments.to_numpy().astype(DAY)


def deadline_day(start_day: Any, limit_days: int, kind_of_day: KindOfDay, calendar: Calendar) -> Days:
    """Return the last local day (datetime64[D]) on which each case started on ``start_day`` is still in time.

    ``calendar`` is asked for working days only. Refused, naming calendar and year, where a start or a deadline lies
    in a year it does not hold.
    """
    if limit_days < 1:
        raise ValueError("a limit is at least one day")
    start = _days(start_day)
    if kind_of_day == "calendar":
        return start + np.timedelta64(limit_days, "D")
    deadline = np.full_like(start, "NaT")
    known = ~np.isnat(start)
    due = calendar.numbers[calendar.positions(start[known])] + limit_days
    at = np.searchsorted(calendar.numbers, due, side="left")
    if (at == len(calendar.days)).any():
        raise calendar.refusal(calendar.years[-1] + 1)
    deadline[known] = calendar.days[at]
    return deadline


def extended_deadline_day(deadline: Any, longer: Any, granted: Sequence[Any]) -> Days:
    """Return ``longer`` where every step of ``granted`` was taken by ``deadline``, else ``deadline``.

    ``granted`` holds one array of local days per step (say approval and notice). A missing step is no extension, nor
    is one taken after the deadline: what has lapsed cannot be extended.
    """
    short, long = _days(deadline), _days(longer)
    in_time = np.logical_and.reduce([_days(step) <= short for step in granted])  # NaT <= day is False
    return np.where(in_time, long, short)


@dataclass(frozen=True)
class ServiceHours:
    """Opening hours as ``08:30-17:30`` for Monday to Sunday, empty for closed.

    They count on official working days. A Saturday or Sunday worked as a make-up day has its own weekday's hours or,
    where those are empty, ``make_up``. Every other day, weekend or holiday, has ``days_off``, but a Saturday or Sunday
    that of ``weekend`` unless it is None there.
    """

    weekdays: tuple[str, str, str, str, str, str, str]
    make_up: str = ""
    days_off: str = ""
    weekend: tuple[str | None, str | None] = (None, None)

    def bounds(self, calendar: Calendar) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the second of the day at which each day of ``calendar`` opens and closes; twice 0 for closed."""
        *week, saturday, sunday = self.weekdays
        worked = [*week, saturday or self.make_up, sunday or self.make_up]
        off = [self.days_off if hours is None else hours for hours in (*[None] * len(week), *self.weekend)]
        weekday = (calendar.days - MONDAY).astype(np.int64) % DAYS_PER_WEEK
        spans = [np.array([_span(hours) for hours in days], dtype=np.int64)[weekday] for days in (worked, off)]
        opens, closes = (np.where(calendar.working, spans[0][:, end], spans[1][:, end]) for end in (0, 1))
        return opens, closes


def _span(hours: str) -> tuple[int, int]:
    """Return opening and closing in seconds of the day; closed is (0, 0)."""
    if not hours:
        return 0, 0
    found = HOURS.fullmatch(hours)
    numbers = [int(part) for part in found.groups()] if found else [0, 0, 0, 0]
    opens = numbers[0] * SECONDS_PER_HOUR + numbers[1] * SECONDS_PER_MINUTE
    closes = numbers[2] * SECONDS_PER_HOUR + numbers[3] * SECONDS_PER_MINUTE
    if not opens < closes <= HOURS_PER_DAY * SECONDS_PER_HOUR:
        raise Refused("service hours are not a span within one day", "Write them as 08:30-17:30; 24:00 may close")
    return opens, closes


def service_table(calendar: Calendar, hours: ServiceHours) -> pd.DataFrame:
    """Return ``day`` (date), ``opens`` (second of the day), ``open_seconds`` and those of all days ``before``.

    For a join on the local days of start and stop, as SQL has no calendar: the service time up to a moment is
    ``before`` + the seconds since ``opens``, at least 0 and at most ``open_seconds``.
    """
    opens, closes = hours.bounds(calendar)
    length = closes - opens
    return pd.DataFrame({"day": _dates(calendar.days), "opens": opens, "open_seconds": length,
                         "before": np.cumsum(length) - length})


def _dates(days: Days) -> pd.Series:
    """Return ``days`` as Python dates, which every engine takes for its DATE."""
    return pd.Series(days.astype(object), dtype=object)
