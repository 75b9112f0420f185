"""What does an insurer of twenty complaints hear: words, and no figure that twenty cannot carry?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.complaints.agency import complaint_agency
from analysis.measures.complaints.alarms import month_alarms, waves
from analysis.measures.complaints.control import complaint_charts
from analysis.measures.complaints.development import complaint_development
from analysis.measures.complaints.drift import complaint_drift
from analysis.measures.complaints.funnels import complaint_funnel
from analysis.measures.complaints.growth import complaint_growth
from analysis.measures.complaints.regulator import complaint_regulator
from analysis.run import Run
from tests.measures.conftest import Insurer


@pytest.fixture
def tiny(insurer: Insurer) -> Run:
    """Return an insurer of one quarter: twenty complaints and thirty requests in two branches, one policy book."""
    complaints = pd.DataFrame([{"complaint_id": f"c{n}", "received_at": f"2024-0{7 + n % 3}-05T10:00", "cause": "delay",
                                "source": "company", "branch": f"B{n % 2}", "product": "auto"} for n in range(20)])
    requests = pd.DataFrame([{"request_id": f"r{n}", "opened_at": f"2024-0{7 + n % 3}-04T10:00", "kind": "claim",
                              "branch": f"B{n % 2}"} for n in range(30)])
    business = pd.DataFrame([{"month": f"2024-0{month}", "branch": "B0", "product": "auto", "premium": 1e5,
                              "policies_in_force": 500} for month in (7, 8, 9)])
    return insurer({"complaints": complaints, "requests": requests, "exposures": business})


@pytest.mark.parametrize("measure", [
    complaint_growth, complaint_charts, complaint_drift, complaint_development])
def test_what_needs_a_history_says_so(tiny: Run, measure) -> None:
    table = measure(tiny)
    assert len(table)
    assert table["status"].str.match(r"^not estimable: fewer than \d+ ").all()


def test_no_alarm_is_raised_and_none_ruled_out(tiny: Run) -> None:
    alarms = month_alarms(tiny)
    assert set(alarms["alarm"]) == {"not estimable: no months of baseline"}
    assert waves(tiny, alarms).empty


def test_two_branches_are_not_compared(tiny: Run) -> None:
    assert set(complaint_funnel(tiny)["stands_out"]) == {"not estimable: fewer than 5 units"}


def test_the_count_is_told_all_the_same(tiny: Run) -> None:
    assert complaint_agency(tiny).iloc[0]["n"] == 20
    per_premium = complaint_regulator(tiny).set_index("indicator").loc["complaints_per_100m_premium"]
    assert per_premium["estimate"] == pytest.approx(20 / 0.003)
    assert per_premium["exposure"] == pytest.approx(0.003)
