from __future__ import annotations

import math

import pandas as pd
import pytest
from scipy.stats import norm

from analysis.measures.audits.audit_planning import audit_plan
from tests.measures.conftest import Insurer

CHECK = {"service_line": "claims", "auditor_id": "A1", "audited_at": "2024-08-01T10:00", "family": "accuracy",
         "criterion": "other", "item": "i1", "severity": "minor", "sampling": "random"}


def audits(failed: int, of: int, items: int = 1) -> pd.DataFrame:
    """Return ``of`` audits of ``items`` checks each; the first ``failed`` of them failed throughout."""
    return pd.DataFrame([CHECK | {"audit_id": f"a{number}", "item": f"i{item}", "employee_id": f"e{number // 3}",
                                  "passed": str(number >= failed).lower()}
                         for number in range(of) for item in range(items)])


def wilson(share: float, half: float) -> float:
    """Return the n at which Wilson's half-width z √(npq + z²/4) / (n + z²) is ``half``, by trial."""
    z = norm.ppf(0.975)
    return next(n for n in range(2, 10_000)
                if z * math.sqrt(n * share * (1 - share) + z**2 / 4) / (n + z**2) <= half)


def row_of(table: pd.DataFrame, **where: str) -> pd.Series:
    for column, value in ({"unit": "company", "measured_by": "accuracy_error_share"} | where).items():
        table = table[table[column] == value]
    return table.iloc[0]


def test_one_check_per_audit_needs_wilsons_number(insurer: Insurer) -> None:
    """By hand: n/(n − 1) is the design effect of single checks, 100/99."""
    row = row_of(audit_plan(insurer({"audits": audits(10, 100)})), indicator="audits_needed_count")
    assert (row["audits"], row["wanted_share"], row["deff"]) == (100, 0.05, pytest.approx(100 / 99))
    assert row["estimate"] == math.ceil(wilson(0.1, 0.05) * 100 / 99)
    assert row["low"] < row["estimate"] < row["high"]


def test_checks_that_go_together_count_once(insurer: Insurer) -> None:
    """Four checks that always fail together have a design effect of 4 (and 100/99): as many audits as with one."""
    alone = row_of(audit_plan(insurer({"audits": audits(10, 100)})), indicator="audits_needed_count")
    four = row_of(audit_plan(insurer({"audits": audits(10, 100, items=4)})), indicator="audits_needed_count")
    assert four["deff"] == pytest.approx(400 / 99)
    assert four["estimate"] == alone["estimate"]


def test_the_plan_says_how_wide_an_interval_may_be(insurer: Insurer) -> None:
    planned = {"accuracy_error_share": {"half_width": 0.1}}
    row = row_of(audit_plan(insurer({"audits": audits(10, 100)}, indicators=planned)), indicator="audits_needed_count")
    assert row["wanted_share"] == 0.1
    assert row["estimate"] == math.ceil(wilson(0.1, 0.1) * 100 / 99)


def test_no_error_found_still_plans_audits(insurer: Insurer) -> None:
    row = row_of(audit_plan(insurer({"audits": audits(0, 100)})), indicator="audits_needed_count")
    assert 0 < row["estimate"] <= row["high"]


def test_auditors_needed_follow_spearman_and_brown(insurer: Insurer) -> None:
    """By hand: ICC1 from the mean squares B and W of 100 checks seen by two; m ≥ .8 (1 − r) / (.2 r)."""
    pairs = [(1, 1)] * 70 + [(1, 0)] * 7 + [(0, 1)] * 8 + [(0, 0)] * 15
    rows = [CHECK | {"audit_id": f"a{number}", "auditor_id": auditor, "passed": str(bool(passed)).lower()}
            for number, pair in enumerate(pairs) for auditor, passed in zip(("A1", "A2"), pair, strict=True)]
    row = row_of(audit_plan(insurer({"audits": pd.DataFrame(rows)})), indicator="auditors_needed_count",
                 measured_by="auditor_agreement_alpha")
    mean = sum(map(sum, pairs)) / 200
    between = sum(2 * (sum(pair) / 2 - mean) ** 2 for pair in pairs) / 99
    within = sum(0.5 for pair in pairs if sum(pair) == 1) / 100
    single = (between - within) / (between + within)
    assert row["estimate"] == math.ceil(0.8 * (1 - single) / (0.2 * single))
    assert row["reliability"] == 0.8


def test_where_employees_do_not_differ_no_number_is_promised(insurer: Insurer) -> None:
    mixed = audits(0, 120).assign(passed=[str(number % 3 != 0).lower() for number in range(120)])
    row = row_of(audit_plan(insurer({"audits": mixed})), indicator="audits_per_person_needed_count")
    assert row["status"].startswith("not estimable: ")
    assert pd.isna(row["estimate"])


def test_without_audits_every_number_is_no_data(insurer: Insurer) -> None:
    table = audit_plan(insurer({}))
    assert set(table["status"]) == {"no data"}
    assert set(table.loc[table["indicator"] == "audits_needed_count", "unit"]) == {"company", "sales", "claims"}
