from __future__ import annotations

import pandas as pd
import pytest
from scipy.stats import beta

from analysis.measures.audits.disputes import disputes
from tests.measures.conftest import Insurer

FINDING = {"service_line": "claims", "auditor_id": "A1", "audited_at": "2024-08-01T10:00", "family": "accuracy",
           "criterion": "other", "item": "i1", "passed": "false", "severity": "minor", "sampling": "random"}


def findings(outcomes: list[str]) -> pd.DataFrame:
    """Return 40 findings of one check each; the first so many are disputed, with these outcomes."""
    rows = [FINDING | {"audit_id": f"a{number}"} for number in range(40)]
    ended = [*outcomes, *[""] * (40 - len(outcomes))]
    return pd.DataFrame(rows).assign(disputed=["true" if one else "false" for one in ended], dispute_outcome=ended)


def row_of(table: pd.DataFrame, indicator: str, unit: str = "company") -> pd.Series:
    return table[(table["indicator"] == indicator) & (table["unit"] == unit)].iloc[0]


def test_shares_are_of_findings_and_of_disputes(insurer: Insurer) -> None:
    """By hand: 12 of 40 disputed, 3 of 12 overturned; with one check per audit n* = n − 1 (Korn and Graubard 1998)."""
    table = disputes(insurer({"audits": findings(["overturned"] * 3 + ["upheld"] * 9)}))
    row = row_of(table, "finding_disputed_share")
    assert (row["n"], row["estimate"]) == (40, pytest.approx(0.3))
    assert row["low"] == pytest.approx(beta.ppf(0.025, 39 * 0.3, 39 * 0.7 + 1))
    assert row_of(table, "dispute_overturned_share")["estimate"] == pytest.approx(0.25)
    assert row_of(table, "dispute_overturned_share", "claims")["n"] == 12


def test_passed_checks_are_no_findings(insurer: Insurer) -> None:
    passed = findings([]).assign(passed="true", audit_id=lambda table: "p" + table["audit_id"])
    table = disputes(insurer({"audits": pd.concat([findings(["upheld"] * 4), passed])}))
    assert row_of(table, "finding_disputed_share")["n"] == 40


def test_few_disputes_have_no_share(insurer: Insurer) -> None:
    row = row_of(disputes(insurer({"audits": findings(["upheld"] * 4)})), "dispute_overturned_share")
    assert (row["n"], row["status"]) == (4, "not estimable: fewer than 10 disputes")


def test_disputes_that_are_never_delivered_are_no_data(insurer: Insurer) -> None:
    for delivered in ({}, {"audits": findings([]).drop(columns=["disputed", "dispute_outcome"])}):
        table = disputes(insurer(delivered))
        assert set(table["status"]) == {"no data"}
        assert set(table["unit"]) == {"company", "sales", "claims"}
