"""Is the forecast of missed limits what the other cases of the same age lead one to expect?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import pytest

from analysis.measures.response_time.breaches import breaches
from tests.measures.conftest import Insurer

AS_OF = "2024-09-30T12:00:00+08:00"
NOON = datetime(2024, 9, 30, 12)
SLOW, QUICK = 30, 10  # hours


def request(age_hours: float, took_hours: float | None, kind: str = "inquiry") -> dict[str, object]:
    opened = NOON - timedelta(hours=age_hours)
    return {"kind": kind, "opened_at": opened.isoformat(), "documents_complete_at": opened.isoformat(),
            "resolved_at": None if took_hours is None else (opened + timedelta(hours=took_hours)).isoformat()}


def tables(rows: list[dict[str, object]]) -> dict[str, pd.DataFrame]:
    return {"requests": pd.DataFrame(rows).assign(request_id=[f"R{number}" for number in range(len(rows))])}


def figure(table: pd.DataFrame, unit: str, event: str = "resolution") -> pd.Series:
    (row,) = (one for _, one in table[table["unit"].eq(unit) & table["event"].eq(event)].iterrows())
    return row


def forecast(insurer: Insurer, *open_ages: float) -> pd.DataFrame:
    """40 earlier cases took 10 hours and 60 took 30; the limit is 24."""
    earlier = [request(500, QUICK)] * 40 + [request(500, SLOW)] * 60
    rows = tables(earlier + [request(age, None) for age in open_ages])
    return breaches(insurer(rows, as_of=AS_OF, limits={"inquiry": {"resolution": 24}}, jurisdictions=["industry"]))


def test_a_new_case_misses_its_limit_as_often_as_the_earlier_ones(insurer: Insurer) -> None:
    """By hand: the ten open ones are censored at 5 hours, so 60 of the 100 still open then pass 24 hours."""
    row = figure(forecast(insurer, *[5] * 10), "inquiry")
    assert row[["n", "estimate", "passed"]].tolist() == [10, pytest.approx(6.0), 0]
    assert row["low"] <= 4
    assert row["high"] >= 8


def test_a_case_older_than_the_quick_ones_is_sure_to_miss(insurer: Insurer) -> None:
    table = forecast(insurer, 15, 30)
    assert figure(table, "inquiry")[["n", "estimate", "passed"]].tolist() == [2, pytest.approx(2.0), 1]
    assert figure(table, "company")["estimate"] == pytest.approx(2.0)


def test_who_withdraws_before_the_limit_does_not_miss_it(insurer: Insurer) -> None:
    """By hand: of 100 earlier cases 40 were served at 10 h and 20 withdrawn at 20 h, so 40 were open at 24 h."""
    gone = request(500, None) | {"withdrawn_at": (NOON - timedelta(hours=480)).isoformat()}
    earlier = [request(500, QUICK)] * 40 + [gone] * 20 + [request(500, SLOW)] * 40
    run = insurer(tables(earlier + [request(5, None)] * 10), as_of=AS_OF, limits={"inquiry": {"resolution": 24}},
                  jurisdictions=["industry"])
    assert figure(breaches(run), "inquiry")["estimate"] == pytest.approx(10 * 40 / 100)


def test_where_nothing_is_open_nothing_is_forecast(insurer: Insurer) -> None:
    table = forecast(insurer)
    assert {figure(table, unit)["status"] for unit in ("inquiry", "company")} == {"not applicable"}


def test_of_too_few_earlier_cases_nothing_is_said(insurer: Insurer) -> None:
    rows = tables([request(500, QUICK)] * 4 + [request(5, None)] * 3)
    table = breaches(insurer(rows, as_of=AS_OF, limits={"inquiry": {"resolution": 24}}))
    assert figure(table, "inquiry")["status"] == "not estimable: fewer than 10 earlier cases"
    assert figure(table, "company")["status"].startswith("not estimable")


def test_nothing_delivered_is_no_data(insurer: Insurer) -> None:
    table = breaches(insurer({}, limits={"inquiry": {"resolution": 24}}))
    assert set(table["status"]) == {"no data"}


def complaint(age_days: int, took_days: int | None) -> dict[str, object]:
    received = NOON - timedelta(days=age_days)
    decided = None if took_days is None else (received + timedelta(days=took_days)).isoformat()
    return {"cause": "delay", "source": "company", "received_at": received.isoformat(), "decided_at": decided}


def of_complaints(insurer: Insurer, rows: list[dict[str, object]]) -> pd.Series:
    frame = pd.DataFrame(rows).assign(complaint_id=[f"C{number}" for number in range(len(rows))], complexity="simple")
    table = breaches(insurer({"complaints": frame}, as_of=AS_OF, jurisdictions=["cn"]))
    (row,) = (one for _, one in table[table["unit"] == "cn.complaint.decide"].iterrows())
    return row


def test_a_complaint_is_held_to_the_statutory_limit(insurer: Insurer) -> None:
    """By hand: 15 of 50 earlier complaints took 20 days, the limit is 15; six open ones are 3 days old."""
    row = of_complaints(insurer, [complaint(60, 5)] * 35 + [complaint(60, 20)] * 15 + [complaint(3, None)] * 6)
    assert row[["n", "estimate", "passed", "limit"]].tolist() == [6, pytest.approx(6 * 15 / 50), 0, "15 calendar days"]


def test_on_the_day_of_the_limit_it_is_not_yet_missed(insurer: Insurer) -> None:
    earlier = [complaint(60, 5)] * 35 + [complaint(60, 20)] * 15
    assert of_complaints(insurer, [*earlier, complaint(15, None)])["passed"] == 0
    assert of_complaints(insurer, [*earlier, complaint(16, None)])["passed"] == 1
