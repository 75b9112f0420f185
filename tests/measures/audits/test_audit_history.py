from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import norm

from analysis.measures.audits.audit_history import audits_of_two_years
from tests.measures.conftest import Insurer

SAMPLE = Path(__file__).parents[3] / "data" / "sample"
QUARTERS = ("2022Q4", "2023Q1", "2023Q2", "2023Q3", "2023Q4", "2024Q1", "2024Q2", "2024Q3")
CHECK = {"branch": "B1", "auditor_id": "A1", "family": "accuracy", "criterion": "other", "item": "i1",
         "severity": "minor", "sampling": "random"}
TARGETS = {"accuracy_error_share": {"target": 0.06}, "compliance_pass_share": {"target": 0.92}}


def audits(failed: int, of: int, month: str, **columns: str) -> pd.DataFrame:
    rows = [CHECK | {"audit_id": f"{month}-{number}", "audited_at": f"{month}-05T10:00",
                     "passed": str(number >= failed).lower()} for number in range(of)]
    return pd.DataFrame(rows).assign(**columns)


def test_quarters_are_pooled_and_the_gap_of_this_one_is_told(insurer: Insurer) -> None:
    """By hand: 5 of 50 in two quarters; 30 audits of one check have deff 30/29, planned at the target of .06."""
    run = insurer({"audits": pd.concat([audits(2, 20, "2024-05"), audits(3, 30, "2024-08")])}, indicators=TARGETS)
    row = audits_of_two_years(run).iloc[0]
    assert (row["n"], row["estimate"]) == (50, pytest.approx(0.1))
    error = math.sqrt(0.06 * 0.94 / 30 * (30 / 29))
    assert row["detectable_share"] == pytest.approx((norm.ppf(0.975) + norm.ppf(0.8)) * error)


def test_a_unit_that_passes_nearly_everything_is_promised_no_more_than_others(insurer: Insurer) -> None:
    """By hand: all 30 passed has no spread of its own; planned at the target of .06 with deff 1."""
    row = audits_of_two_years(insurer({"audits": audits(0, 30, "2024-08")}, indicators=TARGETS)).iloc[0]
    assert row["detectable_share"] == pytest.approx(
        (norm.ppf(0.975) + norm.ppf(0.8)) * math.sqrt(0.06 * 0.94 / 30))


def test_a_quarter_without_a_figure_shows_no_gap(insurer: Insurer) -> None:
    rows = pd.concat([audits(2, 20, "2024-05"), audits(1, 5, "2024-08")])
    row = audits_of_two_years(insurer({"audits": rows}, indicators=TARGETS)).iloc[0]
    assert (row["status"], pd.isna(row["detectable_share"])) == ("ok", True)


def test_targeted_audits_do_not_count(insurer: Insurer) -> None:
    assert audits_of_two_years(insurer({"audits": audits(9, 30, "2024-08", sampling="targeted")})).empty


def test_nothing_delivered_is_an_empty_table_and_little_has_no_figure(insurer: Insurer) -> None:
    assert audits_of_two_years(insurer({})).empty
    row = audits_of_two_years(insurer({"audits": audits(1, 5, "2024-08")})).iloc[0]
    assert row["status"] == "not estimable: fewer than 10 checks"
    assert row["found"] == ""


def test_the_planted_branch_is_found_over_two_years_and_could_not_be_in_one_quarter(insurer: Insurer) -> None:
    """truth.yml: B06 passes .12 fewer compliance checks than the other branches."""
    files = [pd.read_csv(SAMPLE / quarter / "audits.csv", dtype=str) for quarter in QUARTERS]
    delivered = pd.concat(files).drop_duplicates(["audit_id", "item", "auditor_id"])
    table = audits_of_two_years(insurer({"audits": delivered}, indicators=TARGETS))
    rows = table.query("indicator == 'compliance_pass_share' and unit_type == 'branch'").set_index("unit")
    assert rows.index[rows["found"] == "falls short"].tolist() == ["B06"]
    others = rows.drop(index="B06")
    level = (others["estimate"] * others["n"].astype(float)).sum() / others["n"].sum()
    assert rows.loc["B06", "low"] < level - 0.12 < rows.loc["B06", "high"]
    assert rows.loc["B06", "detectable_share"] > 0.12
