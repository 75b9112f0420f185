"""Is what was planted in the sample's service found, and nothing that was not?

Planted (data/sample/truth.yml and the generator's constants): B06 takes 1.8 times as long; every fiftieth request is
an earlier one opened again; contacts are one and a Poisson number of mean .4 more; one auditor is harder than the
others. Not planted: any partner better or worse, any bunching, any branch that recodes or reopens more, any shift or
channel that is slower to resolve, any choice of whom the survey invites.
"""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis.measures.collection.integrity import FINDING, integrity
from analysis.measures.comparisons.consistency import consistency
from analysis.measures.comparisons.partners import partners
from analysis.measures.response_time.breaches import breaches
from analysis.measures.response_time.repeat_contact import repeat_contact
from analysis.run import Run
from tests.measures.conftest import Insurer

HOME = Path(__file__).parents[2]
LINES = ["sales", "claims", "consultation", "after_sales"]
REOPENED_SHARE, MORE_CONTACTS = 1 / 50, 0.4  # of analysis.sample.service
KEYS = {"requests": "request_id", "surveys": "invitation_id", "complaints": "complaint_id"}
TIMES = {"requests": "opened_at", "surveys": "invited_at", "complaints": "received_at", "audits": "audited_at"}


def delivered(name: str, as_of: str) -> pd.DataFrame:
    """Return the last delivery of every row, events after ``as_of`` blanked."""
    rows = pd.concat([pd.read_csv(path, dtype=str) for path in sorted((HOME / "data/sample").glob(f"*/{name}.csv*"))])
    rows = rows[rows[TIMES[name]].str.contains(r"^20\d\d-[01]\d-[0-3]\d", na=False)]
    events = [column for column in rows if column.endswith("_at")]
    rows[events] = rows[events].where(~rows[events].apply(lambda text: text.str[:len(as_of)] > as_of))
    return rows.dropna(subset=KEYS[name]).drop_duplicates(KEYS[name], keep="last") if name in KEYS else rows


@pytest.fixture(scope="module")
def plan() -> dict:
    return yaml.safe_load((HOME / "params/2024Q3.yml").read_text())


@pytest.fixture
def sample(insurer: Insurer, plan: dict) -> Run:
    """Return the sample insurer of 2024Q3 from its requests, answers, complaints and audits."""
    rows = {name: delivered(name, plan["as_of"].isoformat()[:19]) for name in TIMES}
    return insurer(rows, service_lines=LINES, limits=plan["limits"], as_of=plan["as_of"].isoformat(),
                   jurisdictions=["cn", "industry"])


def only(table: pd.DataFrame, **values: str) -> pd.Series:
    rows = table
    for name, value in values.items():
        rows = rows[rows[name] == value]
    (row,) = (one for _, one in rows.iterrows())
    return row


def test_reopened_and_settled_shares_hold_what_was_planted(sample: Run) -> None:
    table = repeat_contact(sample)
    again, first = (only(table, indicator=name, unit="company") for name in ("reopened_share", "first_contact_share"))
    assert again["low"] < REOPENED_SHARE < again["high"]
    assert first["low"] < math.exp(-MORE_CONTACTS) * (1 - REOPENED_SHARE) < first["high"]


def test_only_the_auditors_show_a_pattern(sample: Run) -> None:
    table = integrity(sample)
    assert table.loc[table["finding"] == FINDING, "indicator"].tolist() == ["clean_audit_spread"]
    assert only(table, indicator="invited_better_served")["low"] < 0 < only(
        table, indicator="invited_better_served")["high"]


def test_no_partner_is_better_or_worse_in_like_cases(sample: Run) -> None:
    table = partners(sample)
    told = table[table["status"] == "ok"]
    assert set(told["difference"]) == {"not shown"}
    assert told["low"].lt(0).mul(told["high"].gt(0)).mean() >= 0.9
    assert {"in_limit_share", "csat_top2_share", "complaints_per_1k_requests", "accuracy_error_share",
            "compliance_pass_share"} == set(told["indicator"])


def test_branches_are_unlike_and_shifts_are_not(sample: Run) -> None:
    table = consistency(sample)
    spread = {unit_type: only(table, indicator="in_limit_share", event="resolution", unit_type=unit_type)["spread"]
              for unit_type in ("branch", "channel", "shift")}
    assert spread == {"branch": "beyond chance", "channel": "no larger than chance", "shift": "no larger than chance"}
    assert only(table, indicator="csat_top2_share", unit_type="branch")["spread"] == "beyond chance"


def test_open_cases_are_those_of_the_truth(sample: Run) -> None:
    truth = yaml.safe_load((HOME / "data/sample/truth.yml").read_text())["open_at_as_of"]["2024Q3"]["requests"]
    row = only(breaches(sample), unit="company", event="resolution")
    assert row["n"] == truth
    assert row["passed"] <= row["low"] <= row["estimate"] <= row["high"] <= truth
