"""Is a step of the waiting time the share that was served by then, and beside it the share that had given up?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import pytest

from analysis.measures.response_time.waiting import STEPS_HOURS, served_by
from tests.measures.conftest import Insurer

OPENED = datetime(2024, 8, 5, 9)
# Freireich et al. (1963), 6-MP arm, as in test_response: hours until the response; False = left before it.
FREIREICH = [(6, True)] * 3 + [(6, False), (7, True), (9, False), (10, True), (10, False), (11, False), (13, True),
                               (16, True), (17, False), (19, False), (20, False), (22, True), (23, True), (25, False),
                               (32, False), (32, False), (34, False), (35, False)]


def rows(waits: list[tuple[float, bool]]) -> dict[str, pd.DataFrame]:
    ends = pd.Series([(OPENED + timedelta(hours=hours)).isoformat() for hours, _ in waits])
    answered = pd.Series([answered for _, answered in waits])
    return {"requests": pd.DataFrame({
        "request_id": [f"R{number}" for number in range(len(waits))], "kind": "inquiry", "channel": "phone",
        "opened_at": OPENED.isoformat(), "first_response_at": ends.where(answered),
        "withdrawn_at": ends.where(~answered)})}


def step(table: pd.DataFrame, hours: int, unit: str = "company", indicator: str = "served_by_share") -> pd.Series:
    chosen = table["within_hours"].eq(hours) & table["unit"].eq(unit) & table["event"].eq("first_response")
    chosen &= table["indicator"].eq(indicator)
    (row,) = (one for _, one in table[chosen].iterrows())
    return row


def test_a_step_is_the_share_served_where_others_give_up(insurer: Insurer) -> None:
    """R survival: f <- survfit(Surv(t, factor(1 + !e, 0:2)) ~ 1, conf.type = "log-log"), summary(f, times = 24)
    (Freireich's 6-MP arm): $pstate, $lower, $upper.
    """
    table = served_by(insurer(rows(FREIREICH)))
    found = [step(table, 24, indicator=one)[["estimate", "low", "high"]].tolist()
             for one in ("served_by_share", "withdrawn_by_share")]
    assert found == [pytest.approx([9 / 21, 0.219225156022, 0.623104454541], abs=1e-9),
                     pytest.approx([7 / 21, 0.148785416699, 0.530738514907], abs=1e-9)]
    assert step(table, 4)["estimate"] == 0
    assert step(table, 24, "phone")["n"] == 21


def test_beyond_the_last_one_followed_nothing_is_told(insurer: Insurer) -> None:
    young = rows([(1, True)] * 30)["requests"].assign(first_response_at=lambda one: one["first_response_at"].where(
        one.index < 20))
    table = served_by(insurer({"requests": young}, as_of="2024-08-05T19:00:00+08:00"))
    assert step(table, 24)["status"] == "not estimable: no case was followed to 1440"


def test_nothing_delivered_is_no_data_at_each_step(insurer: Insurer) -> None:
    table = served_by(insurer({}))
    assert set(table["status"]) == {"no data"}
    assert sorted(table["within_hours"].unique()) == list(STEPS_HOURS)


def test_five_requests_are_too_few(insurer: Insurer) -> None:
    assert step(served_by(insurer(rows([(1, True)] * 5))), 24)["status"] == "not estimable: fewer than 10 cases"
