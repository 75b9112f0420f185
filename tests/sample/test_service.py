"""Do the requests show the slow branch, the measure that worked, and the hard cases of good staff?"""

import numpy as np
import pandas as pd
import pytest

STARTED = pd.Timestamp("2023-10-01")
GOOD_STAFF = ["E024", "E025", "E027"]


@pytest.fixture(scope="module")
def handled(kept) -> pd.DataFrame:
    """Resolved cases with the logarithm of the hours of inquiries (no law bounds those)."""
    table = kept("requests").loc[lambda t: t["resolved_at"].notna() & (t["answered_by"] != "bot")]
    waited = (table["resolved_at"] - table["opened_at"]).dt.total_seconds() / 3600
    return table.assign(log_hours=np.log(waited.where(table["kind"] == "inquiry")))


def test_the_bad_branch_is_slower_by_about_the_planted_factor(handled, size):
    quiet = handled["branch"].isin(["B07", "B08", "B10"])
    ratio = np.exp(
        handled.loc[handled["branch"] == "B06", "log_hours"].mean() - handled.loc[quiet, "log_hours"].mean()
    )
    assert ratio == pytest.approx(size("bad_branch_response")["time_factor"], rel=0.15)


def test_the_measure_that_worked_cut_the_hours_of_its_branches_alone(handled, size):
    after = handled["opened_at"] >= STARTED
    means = [handled.loc[handled["branch"].isin(units)].groupby(after)["log_hours"].mean().diff().iloc[-1]
             for units in (["B02", "B03", "B05"], ["B07", "B08", "B10"])]
    assert np.exp(means[0] - means[1]) == pytest.approx(size("action_A2023-01")["time_factor"], rel=0.15)


def test_good_staff_get_the_complex_cases(kept, size):
    claims = kept("requests").loc[lambda t: (t["service_line"] == "claims") & (t["employee_id"] != "")]
    share = (claims["complex"] == "true").groupby(claims["employee_id"].isin(GOOD_STAFF)).mean()
    assert share[True] == pytest.approx(size("hard_cases")["complex_share"], abs=0.05)
    assert share[False] == pytest.approx(size("hard_cases")["complex_share_elsewhere"], abs=0.03)


def test_priority_is_high_exactly_when_the_case_is_complex(kept):
    table = kept("requests")
    assert ((table["priority"] == "high") == (table["complex"] == "true")).all()


def test_nothing_happens_before_the_request_is_opened(kept):
    table = kept("requests")
    events = [column for column in table.columns if column.endswith("_at")]
    assert not (table[events].lt(table["opened_at"], axis=0)).any(axis=None)


def test_four_calls_in_five_are_answered_within_twenty_seconds(kept):
    calls = kept("requests").loc[lambda t: (t["channel"] == "phone") & t["first_response_at"].notna()]
    seconds = (calls["first_response_at"] - calls["opened_at"]).dt.total_seconds()
    assert (seconds <= 20).mean() == pytest.approx(0.75, abs=0.06)  # a little under the convention: slow cases, B06


def test_service_did_not_change_when_the_limit_for_inquiries_did(told):
    share = {one["quarter"]: one["value"] for one in told["values"] if "within 24 " in one["of"]}
    assert abs(share["2024Q1"] - share["2023Q4"]) < 0.05
