"""Which days are worked, by official announcement, make-up working days (調休) included?"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.refusal import Refused

HEADER = ["date", "working", "name"]
TRUTH = {"true": True, "false": False}
ONE_DAY = timedelta(days=1)
DAY = "datetime64[D]"
HEADER_ROW = 1


@dataclass(frozen=True)
class Calendar:
    """Every day of whole, announced years, each worked or not; a day of any other year is refused by name."""

    name: str
    first_day: date
    working: tuple[bool, ...]

    @classmethod
    def from_csv(cls, path: Path) -> Calendar:
        """Return the calendar kept as ``date,working,name``: one row a day, whole years, in order; else Refused."""
        rows = _rows(path)
        days = [_day(row, number, path) for number, row in rows]
        working = tuple(_working(row, number, path) for number, row in rows)
        _refuse_gap(days, path)
        if (days[0].month, days[0].day) != (1, 1) or (days[-1].month, days[-1].day) != (12, 31):
            raise Refused("the calendar does not hold whole years", "Begin on 1 January and end on 31 December",
                          file=path.name, column="date")
        return cls(path.stem, days[0], working)

    @property
    def last_day(self) -> date:
        """The last announced day."""
        return self.first_day + timedelta(days=len(self.working) - 1)

    @property
    def years(self) -> range:
        """The announced years."""
        return range(self.first_day.year, self.last_day.year + 1)

    @cached_property
    def days(self) -> NDArray[np.datetime64]:
        """Every day in order, read-only."""
        return _locked(np.datetime64(self.first_day, "D") + np.arange(len(self.working)))

    @cached_property
    def numbers(self) -> NDArray[np.int64]:
        """For every day the working days from the calendar's start up to and including it, read-only."""
        return _locked(np.cumsum(self.working, dtype=np.int64))

    def positions(self, days: NDArray[np.datetime64]) -> NDArray[np.int64]:
        """Return where each of ``days`` (datetime64[D], none missing) stands in the calendar; Refused if outside."""
        found = (days.astype(DAY) - np.datetime64(self.first_day, "D")).astype(np.int64)
        outside = (found < 0) | (found >= len(self.working))
        if outside.any():
            raise self.refusal(int(str(days[outside].min().astype("datetime64[Y]"))))
        return found

    def refusal(self, year: int) -> Refused:
        """Return the refusal that names this calendar and the ``year`` it lacks."""
        return Refused(
            f"the working-day calendar {self.name} has no year {year}: it holds {self.years[0]} to {self.years[-1]}",
            f"Add {year} once it is officially announced, every day with its make-up working days",
            file=f"calendars/{self.name}.csv",
        )


def _locked(array: NDArray) -> NDArray:
    array.flags.writeable = False
    return array


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Return the rows with their line numbers (the header is line 1)."""
    if not path.is_file():
        raise Refused("the working-day calendar is missing", "Add it, as date,working,name", file=path.name)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = [(reader.line_num, row) for row in reader]
    except UnicodeDecodeError:
        raise Refused("not UTF-8 text", "Save it as UTF-8", file=path.name) from None
    if reader.fieldnames != HEADER:
        raise Refused("the header is not date,working,name", "Correct it", file=path.name, row=HEADER_ROW)
    if not rows:
        raise Refused("the calendar holds no day", "Add every day of the announced years", file=path.name)
    return rows


def _day(row: dict[str, str], number: int, path: Path) -> date:
    try:
        return date.fromisoformat(row["date"])
    except (TypeError, ValueError):
        raise Refused("not a date", "Write it as 2024-02-04", file=path.name, row=number, column="date") from None


def _working(row: dict[str, str], number: int, path: Path) -> bool:
    truth = TRUTH.get((row["working"] or "").lower())  # spreadsheets write TRUE
    if truth is None:
        raise Refused("neither true nor false", "Say true for a day that is worked, else false", file=path.name,
                      row=number, column="working")
    return truth


def _refuse_gap(days: list[date], path: Path) -> None:
    for number, (before, after) in enumerate(pairwise(days), start=HEADER_ROW + 2):
        if after - before != ONE_DAY:
            raise Refused("this day does not follow the day above", "Keep one row for every day, in order",
                          file=path.name, row=number, column="date")
