"""Is what was planted among the sample's complaints found, its size within the interval, and nothing else?

Planted (data/sample/truth.yml): complaints about critical illness times 3 in July and August 2024; all branches and
partners alike; no growth; outcomes, redress and what comes after closing by the shares of the generator.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.measures.complaints.alarms import month_alarms, waves
from analysis.measures.complaints.drift import complaint_drift
from analysis.measures.complaints.funnels import complaint_funnel
from analysis.measures.complaints.growth import complaint_growth
from analysis.measures.complaints.handling import handling
from analysis.run import Run
from tests.measures.conftest import Insurer

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
LINES = ["sales", "claims", "consultation", "after_sales"]


def delivered(name: str, key: str | None = None) -> pd.DataFrame:
    rows = pd.concat([pd.read_csv(path, dtype=str) for path in sorted(SAMPLE.glob(f"*/{name}.csv*"))])
    return rows.drop_duplicates(key, keep="last") if key else rows


@pytest.fixture
def sample(insurer: Insurer) -> Run:
    """Return the sample insurer of 2024Q3 from its complaints, requests and business, as known in October 2024."""
    complaints = delivered("complaints", "complaint_id").dropna(subset="complaint_id")
    complaints = complaints[complaints["received_at"].str.contains(r"^\d{4}-\d\d-[0-3]\d", na=False)]
    requests = delivered("requests", "request_id").dropna(subset="request_id")
    return insurer({"complaints": complaints, "requests": requests, "exposures": delivered("exposures")},
                   service_lines=LINES)


def test_the_wave_is_found_in_both_months_and_its_size_covered(sample: Run) -> None:
    alarms = month_alarms(sample)
    raised = alarms[alarms["alarm"] == "alarm"]
    assert raised[["product", "unit"]].to_numpy().tolist() == [
        ["critical_illness", "2024-07"], ["critical_illness", "2024-08"]]
    wave = waves(sample, alarms).iloc[0]
    assert wave["low"] < 3 < wave["high"]


def test_the_running_sum_finds_the_wave_and_no_other_product(sample: Run) -> None:
    sums = complaint_drift(sample).query("month >= '2024-07'")
    assert set(sums.loc[sums["alarm"].astype(bool), "product"]) == {"critical_illness"}


def test_no_branch_or_partner_stands_out_and_none_grows(sample: Run) -> None:
    assert set(complaint_funnel(sample)["stands_out"]) == {"no"}
    growth = complaint_growth(sample)
    assert growth["p_adjusted"].gt(0.05).all()
    company = growth.iloc[0]
    assert company["low"] < 1 < company["high"]


def test_outcomes_lie_about_the_shares_they_were_drawn_with(sample: Run) -> None:
    """voice.py: upheld .42 + .20; redress .6 of these; reopened .04, overturned .03 of those closed.

    Escalated .05 was drawn as 5 of 275, a chance of 1 in 60, and is left out.
    """
    rows = pd.concat(handling(sample)).query("unit_type == 'company'").set_index("indicator")
    for indicator, truth in (("complaint_upheld_share", 0.62), ("complaint_redress_share", 0.372),
                             ("complaint_reopened_share", 0.04), ("complaint_overturned_share", 0.03)):
        assert rows.loc[indicator, "low"] < truth < rows.loc[indicator, "high"]
