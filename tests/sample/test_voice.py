"""Do complaints show the wave and the leaking clock, and does feedback reach measures?"""

import pandas as pd
import pytest
import yaml

from analysis.quarter import Quarter
from analysis.sample.voice import expected_complaints


@pytest.fixture(scope="module")
def complaints(kept) -> pd.DataFrame:
    table = kept("complaints")
    days = (table["decided_at"] - table["received_at"]).dt.total_seconds() / 86_400
    limit = pd.Series(15.0, index=table.index).mask(table["complexity"] == "complex", 30.0)
    extended = table["extension_notified_at"].notna()
    return table.assign(days=days, limit=limit.mask(extended, 60.0), month=table["received_at"].dt.strftime("%Y-%m"))


def test_one_product_has_a_wave_in_two_months(complaints, size):
    by_month = complaints[complaints["product"] == "critical_illness"].groupby("month").size()
    wave = by_month[["2024-07", "2024-08"]]
    assert wave.min() > by_month.drop(wave.index).max()
    assert wave.mean() / by_month.drop(wave.index).mean() == pytest.approx(size("complaint_wave")["factor"], rel=0.25)


def test_complaints_of_one_cause_are_decided_late_in_the_planted_share(complaints, size):
    done = complaints[complaints["days"].notna()]
    late = (done["days"] > done["limit"]).groupby(done["cause"] == "claim_delay").mean()
    planted = size("clock_complaint_decide")
    assert late[True] == pytest.approx(planted["share_over"], abs=0.06)
    assert late[False] == pytest.approx(planted["share_over_elsewhere"], abs=0.02)


def test_no_decision_falls_near_its_limit(complaints):
    assert not (complaints["days"] / complaints["limit"]).between(0.931, 1.09).any()


def test_the_expected_number_of_the_wave_is_three_times_its_neighbours():
    cells = expected_complaints(Quarter(2024, 3)).groupby(["product", "month"])["expected"].sum()
    plain = cells["medical", "2024-08"] / cells["medical", "2024-09"]
    wave = cells["critical_illness", "2024-08"] / cells["critical_illness", "2024-09"]
    assert wave == pytest.approx(3 * plain, rel=1e-3)


def test_a_repeated_complaint_names_an_earlier_one_of_the_same_customer(complaints):
    again = complaints[complaints["repeat_of"] != ""]
    first = complaints.set_index("complaint_id").loc[again["repeat_of"]]
    assert len(again) > 20
    assert (first["received_at"].to_numpy() < again["received_at"].to_numpy()).all()
    assert (first["customer_id"].to_numpy() == again["customer_id"].to_numpy()).all()


def test_feedback_names_registered_measures_only(shipped, folder):
    known = yaml.safe_load((folder.parents[1] / "params" / "actions.yml").read_text(encoding="utf-8"))
    named = set(shipped("feedback")["action_id"]) - {""}
    assert named
    assert named <= {one["action_id"] for one in known}
