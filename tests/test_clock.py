"""Do the clocks end on the day a person with the official calendar on the desk would say?

Every expected day is counted by hand on the State Council's notices (CN), the DGPA's calendar (TW) or the bank
holidays of England (UK).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import clock
from analysis.params.calendars import Calendar
from analysis.refusal import Refused

CALENDARS = Path(__file__).parents[1] / "params" / "calendars"
CN, TW, UK = (Calendar.from_csv(CALENDARS / f"{name}.csv") for name in ("cn", "tw", "uk"))
OFFICE = clock.ServiceHours((*["08:30-17:30"] * 5, "", ""), make_up="09:00-17:00")


def deadline(start: str, days: int, kind: clock.KindOfDay, calendar: Calendar = CN) -> str:
    return str(clock.deadline_day([start], days, kind, calendar)[0])


@pytest.mark.parametrize(("start", "days", "expected"), [
    ("2024-09-27", 5, "2024-10-10"),  # Sun 29 Sep worked, Mon 30, then 8, 9, 10 Oct
    ("2024-02-07", 5, "2024-02-20"),  # 8, 9 Feb, Spring Festival 10 to 17, Sun 18 worked, 19, 20
    ("2024-10-03", 3, "2024-10-10"),  # starts on a holiday: 8, 9, 10 Oct
    ("2024-10-05", 3, "2024-10-10"),  # starts on a Saturday inside the holiday: the same
    ("2024-10-11", 1, "2024-10-12"),  # Friday to the make-up Saturday
    ("2024-10-12", 1, "2024-10-14"),  # from the make-up Saturday to Monday
    ("2023-12-29", 1, "2024-01-02"),  # over the year's end and New Year's Day
    ("2024-02-28", 2, "2024-03-01"),  # 29 February is worked
    ("2026-12-30", 1, "2026-12-31"),  # the last day announced
])
def test_working_limit_ends_on_the_day_counted_by_hand(start: str, days: int, expected: str) -> None:
    assert deadline(start, days, "working") == expected


@pytest.mark.parametrize(("start", "days", "expected"), [
    ("2024-02-28", 2, "2024-03-01"),
    ("2023-02-28", 2, "2023-03-02"),
    ("2024-01-01", 60, "2024-03-01"),
    ("2024-07-01", 56, "2024-08-26"),
    ("2031-12-31", 15, "2032-01-15"),  # calendar days need no calendar
])
def test_calendar_limit_counts_every_day(start: str, days: int, expected: str) -> None:
    assert deadline(start, days, "calendar") == expected


def test_each_jurisdiction_counts_on_its_own_calendar() -> None:
    assert deadline("2024-03-28", 3, "working", UK) == "2024-04-04"  # Good Friday and Easter Monday off
    assert deadline("2024-02-07", 3, "working", TW) == "2024-02-17"  # 15, 16, and Saturday 17 made up
    assert deadline("2025-09-26", 1, "working", TW) == "2025-09-30"  # Sun 28 Sep observed on Monday 29


@pytest.mark.parametrize(("start", "year"), [("2026-12-30", "2027"), ("2028-02-29", "2028"), ("2021-12-31", "2021")])
def test_unannounced_year_is_refused_by_name(start: str, year: str) -> None:
    with pytest.raises(Refused, match=f"the working-day calendar cn has no year {year}"):
        deadline(start, 2, "working")


def test_missing_start_has_no_deadline() -> None:
    found = clock.deadline_day(pd.Series([pd.Timestamp("2024-09-27"), pd.NaT]), 5, "working", CN)
    assert found[0] == np.datetime64("2024-10-10")
    assert np.isnat(found[1])


def test_time_of_day_does_not_move_the_deadline() -> None:
    assert deadline("2024-10-11 23:59:59", 1, "working") == "2024-10-12"


def test_limit_of_no_days_and_zone_aware_times_are_defects() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        deadline("2024-10-11", 0, "working")
    with pytest.raises(ValueError, match="zone-aware"):
        deadline("2024-10-11T00:00:00+08:00", 1, "calendar")


@pytest.mark.parametrize(("approved", "notified", "expected"), [
    ("2024-07-10", "2024-07-11", "2024-08-15"),
    ("2024-07-16", "2024-07-16", "2024-08-15"),  # on the last day still
    ("2024-07-10", None, "2024-07-16"),  # approved, never told: no extension
    (None, "2024-07-11", "2024-07-16"),
    ("2024-07-10", "2024-07-17", "2024-07-16"),  # told after the limit had run out
])
def test_extension_needs_every_step_in_time(approved: str | None, notified: str | None, expected: str) -> None:
    found = clock.extended_deadline_day(["2024-07-16"], ["2024-08-15"], [[approved], [notified]])
    assert str(found[0]) == expected


def service_seconds(start: str, stop: str, hours: clock.ServiceHours) -> int:
    """The service time between two wall clocks, as a query reads it from `clock.service_table`."""
    days = clock.service_table(CN, hours).set_index("day")

    def until(moment: pd.Timestamp) -> int:
        day = days.loc[moment.date()]
        return day["before"] + min(max((moment - moment.normalize()).total_seconds() - day["opens"], 0),
                                   day["open_seconds"])

    return until(pd.Timestamp(stop)) - until(pd.Timestamp(start))


@pytest.mark.parametrize(("start", "stop", "seconds"), [
    ("2024-10-11 17:00", "2024-10-14 09:00", 1800 + 8 * 3600 + 1800),  # with the make-up Saturday
    ("2024-10-11 17:00:30", "2024-10-11 17:00:59", 29),
    ("2024-10-01 09:00", "2024-10-07 23:00", 0),  # National Day
    ("2024-09-30 06:00", "2024-10-08 08:31", 9 * 3600 + 60),
    ("2024-09-30 18:00", "2024-09-30 20:00", 0),  # after hours
    ("2024-09-28 00:00", "2024-09-30 00:00", 8 * 3600),  # Saturday off, Sunday made up
])
def test_service_time_counted_by_hand(start: str, stop: str, seconds: int) -> None:
    assert service_seconds(start, stop, OFFICE) == seconds


def test_hours_on_days_off_count_on_weekends_and_holidays_alone() -> None:
    """Friday 2024-09-27 to Monday: Saturday is off (3 hours), Sunday made up; National Day has 3 hours too."""
    hours = clock.ServiceHours(OFFICE.weekdays, OFFICE.make_up, "09:00-12:00")
    assert service_seconds("2024-09-28", "2024-09-29", hours) == 3 * 3600
    assert service_seconds("2024-10-01", "2024-10-02", hours) == 3 * 3600
    made_up = [service_seconds("2024-09-29", "2024-09-30", each) for each in (hours, OFFICE)]
    assert made_up == [8 * 3600, 8 * 3600]


def test_a_saturday_may_have_hours_of_its_own() -> None:
    """2024-10-05 is a Saturday, 10-06 a Sunday; the Saturday 10-12 is made up, with the hours of working days."""
    hours = clock.ServiceHours(OFFICE.weekdays, OFFICE.make_up, "09:00-10:00", ("09:00-13:00", None))
    assert service_seconds("2024-10-05", "2024-10-06", hours) == 4 * 3600
    assert service_seconds("2024-10-06", "2024-10-07", hours) == 3600
    made_up = [service_seconds("2024-10-12", "2024-10-13", each) for each in (hours, OFFICE)]
    assert made_up == [8 * 3600, 8 * 3600]


def test_a_closed_weekday_stays_closed_however_make_up_days_are_served() -> None:
    closed = clock.ServiceHours(("09:00-17:00", "", "09:00-17:00", "", "", "", ""), make_up="09:00-17:00")
    assert service_seconds("2024-09-02", "2024-09-09", closed) == 2 * 8 * 3600


def test_the_table_of_service_time_adds_up_day_by_day() -> None:
    table = clock.service_table(CN, OFFICE)
    assert (table["before"] + table["open_seconds"]).iloc[:-1].tolist() == table["before"].iloc[1:].tolist()
    friday = table[table["day"] == date(2024, 10, 11)].iloc[0]
    assert (friday["opens"], friday["open_seconds"]) == (8.5 * 3600, 9 * 3600)


@pytest.mark.parametrize("hours", ["8:30-17:30", "17:30-08:30", "09:00-09:00", "08:30-24:30", "open"])
def test_service_hours_outside_one_day_are_refused(hours: str) -> None:
    with pytest.raises(Refused, match="service hours"):
        clock.service_table(CN, clock.ServiceHours((hours, *[""] * 6)))
