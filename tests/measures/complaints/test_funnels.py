from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.complaints.complaints import complaints
from analysis.measures.complaints.funnels import complaint_funnel, funnel_lines
from analysis.run import Run
from tests.measures.conftest import Insurer

REQUESTS = 60


def company(insurer: Insurer, counts: dict[str, int]) -> Run:
    """Return a run whose branches handled 60 requests each and received so many complaints."""
    requests = [{"request_id": f"{branch}{n}", "kind": "claim", "branch": branch,
                 "opened_at": f"2024-0{7 + n % 3}-05T10:00"} for branch in counts for n in range(REQUESTS)]
    received = [{"complaint_id": f"c{branch}{n}", "received_at": f"2024-0{7 + n % 3}-06T10:00", "cause": "delay",
                 "branch": branch, "source": "company"} for branch, count in counts.items() for n in range(count)]
    return insurer({"requests": pd.DataFrame(requests), "complaints": pd.DataFrame(received)})


EVEN = {f"B{number}": 6 + number % 3 for number in range(10)}


def test_one_bad_branch_stands_out_and_no_other(insurer: Insurer) -> None:
    table = complaint_funnel(company(insurer, EVEN | {"B9": 40})).query("unit_type == 'branch'").set_index("unit")
    assert table.index[table["stands_out"] == "yes"].tolist() == ["B9"]
    assert set(table["stands_out"]) == {"yes", "no"}


def test_what_is_expected_is_the_rate_of_all_times_the_requests(insurer: Insurer) -> None:
    """By hand: 69 complaints in ten branches of equal size, 6.9 each; 115 per 1,000 requests."""
    table = complaint_funnel(company(insurer, EVEN))
    assert table["expected"].tolist() == pytest.approx([6.9] * 10)
    assert table["centre"].tolist() == pytest.approx([1000 * 6.9 / REQUESTS] * 10)
    assert (table["limit_low_95"] < table["centre"]).all()
    assert (table["centre"] < table["limit_high_95"]).all()


def test_the_figure_is_that_of_the_complaints(insurer: Insurer) -> None:
    run = company(insurer, EVEN)
    one, other = (table[(table["indicator"] == "complaints_per_1k_requests") & (table["unit_type"] == "branch")]
                  for table in (complaint_funnel(run), complaints(run)))
    columns = ["unit", "n", "estimate", "low", "high", "status"]
    assert one[columns].to_numpy().tolist() == other[columns].to_numpy().tolist()


def test_two_branches_have_no_funnel(insurer: Insurer) -> None:
    run = company(insurer, {"B1": 6, "B2": 30})
    assert set(complaint_funnel(run)["stands_out"]) == {"not estimable: fewer than 5 units"}
    assert funnel_lines(run, "branch").empty


def test_the_limits_close_in_on_larger_units(insurer: Insurer) -> None:
    lines = funnel_lines(company(insurer, EVEN), "branch")
    width = lines["limit_high_95"] - lines["limit_low_95"]
    assert width.is_monotonic_decreasing
    assert lines["centre"].nunique() == 1


def test_nothing_delivered(insurer: Insurer) -> None:
    table = complaint_funnel(insurer({}))
    assert table["status"].tolist() == ["no data"]
    assert funnel_lines(insurer({}), "partner").empty
