"""Is a quarter what the calendar says, and anything else refused?"""

from __future__ import annotations

from datetime import date

import pytest

from analysis.quarter import Quarter
from analysis.refusal import Refused


@pytest.mark.parametrize(("text", "start", "end"), [
    ("2024Q1", date(2024, 1, 1), date(2024, 3, 31)), ("2024Q2", date(2024, 4, 1), date(2024, 6, 30)),
    ("2024Q3", date(2024, 7, 1), date(2024, 9, 30)), ("2024Q4", date(2024, 10, 1), date(2024, 12, 31)),
])
def test_a_quarter_holds_three_months(text: str, start: date, end: date) -> None:
    quarter = Quarter.parse(text)
    assert (str(quarter), quarter.start, quarter.end) == (text, start, end)
    assert quarter.months == tuple(f"{start.year}-{month:02d}" for month in range(start.month, end.month + 1))


@pytest.mark.parametrize("text", ["2024Q5", "2024Q0", "2024q3", "２０２４Q3", "2024Q３", "../../x", "2024Q3;id", "",
                                  " 2024Q3",
                                  "2024Q3\n", "1999Q1", "24Q3", "2024-Q3"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(Refused,
                       match=r"^Q is not a quarter. Write four digits, a capital Q and 1 to 4, as in Q=2024Q3$"):
        Quarter.parse(text)


@pytest.mark.parametrize(("day", "quarter"), [
    (date(2024, 1, 1), "2024Q1"), (date(2024, 3, 31), "2024Q1"), (date(2024, 4, 1), "2024Q2"), (date(2024, 12, 31),
                                                                                                "2024Q4"),
])
def test_a_day_belongs_to_one_quarter(day: date, quarter: str) -> None:
    assert str(Quarter.of(day)) == quarter


@pytest.mark.parametrize(("quarters", "expected"), [(0, "2024Q3"), (1, "2024Q4"), (2, "2025Q1"), (-3, "2023Q4"), (-8,
                                                                                                                  "2022Q3")])
def test_quarters_are_counted_across_years(quarters: int, expected: str) -> None:
    assert str(Quarter.parse("2024Q3").plus(quarters)) == expected


def test_quarters_order_in_time() -> None:
    texts = ["2024Q4", "2023Q4", "2024Q1"]
    assert [str(one) for one in sorted(map(Quarter.parse, texts))] == ["2023Q4", "2024Q1", "2024Q4"]
