from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import chi2

from analysis.measures.audits.auditors import (
    auditor_agreement,
    auditor_severity,
    auditor_severity_test,
    seen_twice,
)
from tests.measures.conftest import Insurer

SAMPLE = Path(__file__).parents[3] / "data" / "sample"
QUARTERS = ("2023Q4", "2024Q1", "2024Q2", "2024Q3")
CHECK = {"audited_at": "2024-08-01T10:00", "family": "accuracy", "criterion": "other", "item": "i1",
         "severity": "minor", "sampling": "random"}
BOTH_PASS, FIRST_ALONE, SECOND_ALONE, BOTH_FAIL = 70, 12, 3, 15


def seen_by_two() -> pd.DataFrame:
    """Return 100 checks of auditors A1 and A2: both pass, one of them does, none does."""
    verdicts = ([("true", "true")] * BOTH_PASS + [("true", "false")] * FIRST_ALONE
                + [("false", "true")] * SECOND_ALONE + [("false", "false")] * BOTH_FAIL)
    return pd.DataFrame([CHECK | {"audit_id": f"a{number}", "auditor_id": auditor, "passed": passed}
                         for number, pair in enumerate(verdicts)
                         for auditor, passed in zip(("A1", "A2"), pair, strict=True)])


@pytest.fixture(scope="module")
def delivered() -> pd.DataFrame:
    files = [SAMPLE / quarter / "audits.csv" for quarter in QUARTERS]
    return pd.concat([pd.read_csv(file, dtype=str) for file in files]).drop_duplicates(
        ["audit_id", "item", "auditor_id"])


def test_alpha_is_one_less_disagreement_over_that_of_chance(insurer: Insurer) -> None:
    """By hand (Krippendorff 2004, ch. 11): D_o = 15 of 100 pairs, D_e = 2 f p / (200 · 199), f failed and p passed."""
    failed = 2 * BOTH_FAIL + FIRST_ALONE + SECOND_ALONE
    expected = 2 * failed * (200 - failed) / (200 * 199)
    table = auditor_agreement(insurer({"audits": seen_by_two()}))
    row = table[(table["indicator"] == "auditor_agreement_alpha") & (table["family"] == "")].iloc[0]
    assert (row["n"], row["estimate"]) == (100, pytest.approx(1 - 0.15 / expected))
    assert (row["permitted_use"], row["target"]) == ("none", 0.8)


def test_ac1_takes_chance_from_the_mean_shares(insurer: Insurer) -> None:
    """By hand (Gwet 2008): p_e = 2 π (1 − π)."""
    share = (2 * BOTH_PASS + FIRST_ALONE + SECOND_ALONE) / 200
    chance = 2 * share * (1 - share)
    table = auditor_agreement(insurer({"audits": seen_by_two()}))
    row = table[(table["indicator"] == "auditor_agreement_ac1") & (table["family"] == "")].iloc[0]
    assert row["estimate"] == pytest.approx((0.85 - chance) / (1 - chance))


def test_agreement_is_told_per_family_and_item(insurer: Insurer) -> None:
    other = seen_by_two().assign(family="compliance", item="i2", criterion="internal_rule")
    table = auditor_agreement(insurer({"audits": pd.concat([seen_by_two(), other])}))
    alpha = table[table["indicator"] == "auditor_agreement_alpha"]
    assert alpha[["family", "item"]].to_numpy().tolist() == [
        ["", ""], ["accuracy", ""], ["compliance", ""], ["accuracy", "i1"], ["compliance", "i2"]]


def test_two_auditors_are_tested_as_mcnemar_does(insurer: Insurer) -> None:
    """By hand: M² = (12 − 3)² / 15 on one degree of freedom; R: mcnemar.test(correct = FALSE)."""
    row = auditor_severity_test(insurer({"audits": seen_by_two()})).iloc[0]
    assert (row["checks"], row["raters"], row["df"], row["stand_out"]) == (100, 2, 1, 0)
    assert row["statistic"] == pytest.approx(81 / 15)
    assert row["p"] == pytest.approx(chi2.sf(81 / 15, 1))


def test_checks_seen_once_say_nothing_of_agreement(insurer: Insurer) -> None:
    once = seen_by_two().query("auditor_id == 'A1'")
    run = insurer({"audits": once})
    assert seen_twice(run).empty
    assert set(auditor_agreement(run)["status"]) == {"no data"}


@pytest.mark.parametrize("rows", [0, 6])
def test_nothing_or_next_to_nothing_delivered_is_said_in_words(insurer: Insurer, rows: int) -> None:
    run = insurer({"audits": seen_by_two().head(rows)} if rows else {})
    assert (auditor_agreement(run)["status"] != "ok").all()
    assert auditor_agreement(run)["estimate"].isna().all()
    assert auditor_severity_test(run)["status"].iloc[0] != "ok"
    assert auditor_severity(run)["estimate"].isna().all()


def test_the_planted_auditor_is_found_and_nobody_else(insurer: Insurer, delivered: pd.DataFrame) -> None:
    """truth.yml: E071 passes .14 fewer than the colleagues on the very same cases."""
    run = insurer({"audits": delivered})
    found = auditor_severity(run).set_index("unit")
    assert found.index[found["severity"].isin(["stricter", "milder"])].tolist() == ["E071"]
    assert found.loc["E071", "low"] < -0.14 < found.loc["E071", "high"] < 0
    assert auditor_severity_test(run)["stand_out"].tolist() == [1]
    assert auditor_severity_test(run)["p"].iloc[0] < 0.001
