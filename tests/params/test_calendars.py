"""Are the shipped calendars those the authorities announced, and is a damaged one refused?"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from analysis.params.calendars import Calendar
from analysis.refusal import Refused

CALENDARS = Path(__file__).parents[2] / "params" / "calendars"
HEADER = "date,working,name"
# The make-up working days of the notices on 2022 (国办发明电〔2021〕11号), 2023 (〔2022〕16号), 2024 (〔2023〕7号),
# 2025 (〔2024〕12号) and 2026 (〔2025〕7号).
CN_MADE_UP = """2022-01-29 2022-01-30 2022-04-02 2022-04-24 2022-05-07 2022-10-08 2022-10-09
2023-01-28 2023-01-29 2023-04-23 2023-05-06 2023-06-25 2023-10-07 2023-10-08
2024-02-04 2024-02-18 2024-04-07 2024-04-28 2024-05-11 2024-09-14 2024-09-29 2024-10-12
2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11
2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10"""
# Days off from … to, as the same notices give them.
CN_OFF = [
    ("2022-01-01", "2022-01-03"), ("2022-01-31", "2022-02-06"), ("2022-04-03", "2022-04-05"),
    ("2022-04-30", "2022-05-04"), ("2022-06-03", "2022-06-05"), ("2022-09-10", "2022-09-12"),
    ("2022-10-01", "2022-10-07"), ("2022-12-31", "2023-01-02"), ("2023-01-21", "2023-01-27"),
    ("2023-04-05", "2023-04-05"), ("2023-04-29", "2023-05-03"), ("2023-06-22", "2023-06-24"),
    ("2023-09-29", "2023-10-06"), ("2024-01-01", "2024-01-01"), ("2024-02-10", "2024-02-17"),
    ("2024-04-04", "2024-04-06"), ("2024-05-01", "2024-05-05"), ("2024-06-10", "2024-06-10"),
    ("2024-09-15", "2024-09-17"), ("2024-10-01", "2024-10-07"), ("2025-01-01", "2025-01-01"),
    ("2025-01-28", "2025-02-04"), ("2025-04-04", "2025-04-06"), ("2025-05-01", "2025-05-05"),
    ("2025-05-31", "2025-06-02"), ("2025-10-01", "2025-10-08"), ("2026-01-01", "2026-01-03"),
    ("2026-02-15", "2026-02-23"), ("2026-04-04", "2026-04-06"), ("2026-05-01", "2026-05-05"),
    ("2026-06-19", "2026-06-21"), ("2026-09-25", "2026-09-27"), ("2026-10-01", "2026-10-07"),
]


def days(text: str) -> set[np.datetime64]:
    return set(np.array(text.split(), dtype="datetime64[D]"))


def shipped(name: str) -> Calendar:
    return Calendar.from_csv(CALENDARS / f"{name}.csv")


def worked(calendar: Calendar) -> set[np.datetime64]:
    return set(calendar.days[np.array(calendar.working)])


def test_cn_is_the_state_councils_calendar_on_every_day() -> None:
    calendar = shipped("cn")
    off = np.concatenate([np.arange(first, np.datetime64(last) + 1, dtype="datetime64[D]") for first, last in CN_OFF])
    weekdays = calendar.days[np.is_busday(calendar.days)]
    expected = set(weekdays) - set(off) | days(CN_MADE_UP)
    assert worked(calendar) == expected


def test_2024_has_the_251_working_days_of_a_leap_year() -> None:
    """366 days less 104 of weekends and the 11 statutory holidays, as 人社部 counts."""
    calendar = shipped("cn")
    first, last = calendar.positions(np.array(["2023-12-31", "2024-12-31"], dtype="datetime64[D]"))
    assert calendar.numbers[last] - calendar.numbers[first] == 366 - 104 - 11


def test_tw_holds_make_up_saturdays_and_the_holidays_new_in_2025() -> None:
    """DGPA: make-up days of 2022 to 2025; the revised calendar of 114 and that of 115."""
    made_up = {day for day in worked(shipped("tw")) if not np.is_busday(day)}
    assert made_up == days("""2022-01-22 2023-01-07 2023-02-04 2023-02-18 2023-03-25 2023-06-17 2023-09-23
        2024-02-17 2025-02-08""")
    off = days("2024-02-08 2024-04-05 2025-09-29 2025-10-24 2026-02-20 2026-02-27 2026-04-06 2026-05-01 2026-10-26")
    assert worked(shipped("tw")).isdisjoint(off)


def test_uk_holds_the_bank_holidays_of_england() -> None:
    """gov.uk/bank-holidays: the weekdays off in 2022 (jubilee, state funeral) and 2023 (coronation)."""
    calendar = shipped("uk")
    listed = days("""2022-01-03 2022-04-15 2022-04-18 2022-05-02 2022-06-02 2022-06-03 2022-08-29 2022-09-19 2022-12-26
        2022-12-27 2023-01-02 2023-04-07 2023-04-10 2023-05-01 2023-05-08 2023-05-29 2023-08-28 2023-12-25
        2023-12-26""")
    weekdays = {day for day in calendar.days if np.is_busday(day) and day < np.datetime64("2024-01-01")}
    assert weekdays - worked(calendar) == listed


@pytest.mark.parametrize(("name", "last"), [("cn", 2026), ("tw", 2026), ("uk", 2027)])
def test_shipped_years_are_those_announced(name: str, last: int) -> None:
    assert list(shipped(name).years) == list(range(2022, last + 1))


def test_day_outside_is_refused_with_calendar_and_year() -> None:
    with pytest.raises(Refused, match=r"calendars/cn\.csv: the working-day calendar cn has no year 2028"):
        shipped("cn").positions(np.array(["2024-01-01", "2028-02-29"], dtype="datetime64[D]"))


def test_calendar_cannot_be_changed() -> None:
    calendar = shipped("uk")
    with pytest.raises(ValueError, match="read-only"):
        calendar.numbers[0] = 9


def year(*, skip: str = "", change: tuple[str, str] = ("", "")) -> str:
    rows = [f"{day},true," for day in np.arange("2023-01-01", "2024-01-01", dtype="datetime64[D]") if str(day) != skip]
    return "\n".join([HEADER, *rows, ""]).replace(*change) if change[0] else "\n".join([HEADER, *rows, ""])


@pytest.mark.parametrize(("text", "complaint"), [
    (year(skip="2023-03-05"), "row 65, column date: this day does not follow"),  # 31 + 28 + 4 days and the header
    (year(skip="2023-01-01"), "does not hold whole years"),
    (year(skip="2023-12-31"), "does not hold whole years"),
    (year(change=("2023-01-02", "02/01/2023")), "row 3, column date: not a date"),
    (year(change=("2023-01-02,true", "2023-01-02,1")), "row 3, column working: neither true nor false"),
    (year(change=("2023-01-02,true,", "2023-01-02")), "row 3, column working: neither true nor false"),
    (year(change=("2023-01-02", "2023-01-01")), "row 3, column date: this day does not follow"),
    (year(change=("working", "open")), "row 1: the header is not"),
    (HEADER + "\n", "holds no day"),
])
def test_damaged_calendar_is_refused_where_it_is_damaged(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "xx.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match=f"xx.csv.*{complaint}"):
        Calendar.from_csv(path)


def test_missing_or_unreadable_calendar_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="missing"):
        Calendar.from_csv(tmp_path / "xx.csv")
    (tmp_path / "yy.csv").write_bytes(HEADER.encode() + "\n2023-01-01,false,元旦".encode("gb18030"))
    with pytest.raises(Refused, match="not UTF-8"):
        Calendar.from_csv(tmp_path / "yy.csv")


def test_spreadsheet_spelling_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "xx.csv"
    path.write_text("\ufeff" + year(change=("2023-01-01,true", "2023-01-01,FALSE")), encoding="utf-8")
    assert Calendar.from_csv(path).numbers[-1] == 364
    assert Calendar.from_csv(path).last_day == date(2023, 12, 31)
