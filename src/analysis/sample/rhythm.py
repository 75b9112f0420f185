"""When do customers come: how are events spread over the days of a quarter and the hours of a day?"""

from __future__ import annotations

from datetime import date

import numpy as np

from analysis.quarter import Quarter

SECONDS_PER_DAY = 86_400
SECONDS_PER_HOUR = 3_600
WEEKDAY_WEIGHT = np.array([1.15, 1.1, 1.05, 1.0, 1.0, 0.55, 0.45])
HOUR_WEIGHT = np.array([1, 1, 0.5, 0.5, 0.5, 1, 2, 4, 8, 12, 12, 10, 7, 9, 11, 11, 10, 8, 6, 5, 4, 3, 2, 1.5])
OFFICE_HOURS = np.where((np.arange(24) >= 9) & (np.arange(24) < 17), 1.0, 0.0)


def span(days: np.ndarray | float) -> np.ndarray:
    """Return durations given in days as whole seconds (timedelta64[s])."""
    return np.rint(np.asarray(days, float) * SECONDS_PER_DAY).astype("int64").astype("timedelta64[s]")


def hours(value: np.ndarray | float) -> np.ndarray:
    """Return durations given in hours as whole seconds (timedelta64[s]), never less than one second."""
    return np.maximum(np.rint(np.asarray(value, float) * SECONDS_PER_HOUR), 1).astype("int64").astype("timedelta64[s]")


def moments(rng: np.random.Generator, quarter: Quarter, n: int) -> np.ndarray:
    """Return ``n`` sorted local times of the quarter, spread evenly so that no day-long gap arises by chance."""
    days = np.arange(np.datetime64(quarter.start), np.datetime64(quarter.end) + 1)
    weight = WEEKDAY_WEIGHT[_weekdays(days)].cumsum()
    even = (np.arange(n) + rng.random(n)) / n * weight[-1]
    return np.sort(days[np.searchsorted(weight, even, side="right")] + time_of_day(rng, n))


def month_moments(rng: np.random.Generator, month: str, n: int) -> np.ndarray:
    """Return ``n`` local times of a month (``YYYY-MM``), spread like those of a quarter."""
    first = np.datetime64(month, "M")
    days = np.arange(first.astype("datetime64[D]"), (first + 1).astype("datetime64[D]"))
    weight = WEEKDAY_WEIGHT[_weekdays(days)].cumsum()
    even = (np.arange(n) + rng.random(n)) / max(n, 1) * weight[-1]
    return days[np.searchsorted(weight, even, side="right")] + time_of_day(rng, n)


def time_of_day(rng: np.random.Generator, n: int, office: bool = False) -> np.ndarray:
    """Return ``n`` times since midnight, in office hours only if asked."""
    weight = OFFICE_HOURS if office else HOUR_WEIGHT
    hour = rng.choice(24, size=n, p=weight / weight.sum())
    return (hour * SECONDS_PER_HOUR + rng.integers(0, SECONDS_PER_HOUR, n)).astype("timedelta64[s]")


def working_moments(rng: np.random.Generator, quarter: Quarter, n: int) -> np.ndarray:
    """Return ``n`` sorted local times on Mondays to Fridays in office hours, evenly spread."""
    days = np.arange(np.datetime64(quarter.start), np.datetime64(quarter.end) + 1)
    days = days[_weekdays(days) < 5]
    return np.sort(days[np.arange(1, n + 1) * len(days) // n - 1] + time_of_day(rng, n, office=True))


def _weekdays(days: np.ndarray) -> np.ndarray:
    """Return 0 for Monday to 6 for Sunday (1970-01-01 was a Thursday)."""
    return (days.astype("int64") + date(1970, 1, 1).weekday()) % 7
