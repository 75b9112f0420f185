"""Does a run of an earlier quarter, made from a later one, say what that quarter's own run said?"""

from __future__ import annotations

import pandas as pd
from pandas.testing import assert_frame_equal

from analysis.measures.complaints.feedback import feedback
from analysis.measures.response_time.response import response_time
from analysis.quarter import Quarter
from tests.measures.conftest import PLAN, Insurer

BEFORE = Quarter.parse("2024Q2")
OWN_PLAN = {"as_of": "2024-07-15T23:59:59+08:00", "limits": {"claim": {"resolution": 24}}}
OPENED = [f"2024-0{month}-{day:02} 09:00:00" for month in (5, 6, 8, 9) for day in range(1, 16)]
REQUESTS = pd.DataFrame({
    "request_id": [f"R{number}" for number in range(len(OPENED))], "kind": "claim", "service_line": "claims",
    "branch": ["B01", "B02"] * (len(OPENED) // 2), "opened_at": OPENED,
    "resolved_at": pd.to_datetime(OPENED) + pd.to_timedelta([number % 40 for number in range(len(OPENED))], unit="h")})


def test_an_earlier_quarter_is_told_under_its_own_plan(insurer: Insurer) -> None:
    later = insurer({"requests": REQUESTS}, files={"2024Q2.yml": PLAN | OWN_PLAN | {"quarter": "2024Q2"}})
    direct = insurer({"requests": REQUESTS}, "2024Q2", **OWN_PLAN)
    found = later.earlier(BEFORE)
    assert found is not None
    assert_frame_equal(response_time(found), response_time(direct))
    assert found.stage is None


def test_only_the_unit_types_asked_for_are_told(insurer: Insurer) -> None:
    later = insurer({"requests": REQUESTS}, files={"2024Q2.yml": PLAN | {"quarter": "2024Q2"}})
    found = later.earlier(BEFORE, "company", "service_line")
    assert found is not None
    assert set(response_time(found)["unit_type"]) == {"company", "service_line"}
    assert set(feedback(found)["unit_type"]) <= {"company", "service_line"}


def test_a_quarter_without_delivery_is_not_told(insurer: Insurer) -> None:
    assert insurer({"requests": REQUESTS}).earlier(Quarter.parse("2024Q1")) is None


def test_a_quarter_without_plan_is_told_under_that_of_now(insurer: Insurer) -> None:
    limits = {"claim": {"resolution": 24}}
    found = insurer({"requests": REQUESTS}, limits=limits).earlier(BEFORE)
    direct = insurer({"requests": REQUESTS}, "2024Q2", limits=limits)
    assert found is not None
    assert_frame_equal(response_time(found), response_time(direct))
