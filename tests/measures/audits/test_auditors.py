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
    without_stand_outs,
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


def seen_by_all(auditors: int) -> pd.DataFrame:
    """Return 60 checks that each of ``auditors`` judged: the first fails 30 of them, each other one 6 of his own."""
    failed = {"A1": range(30)} | {f"A{one}": range(24 + 6 * (one - 1), 30 + 6 * (one - 1))
                                  for one in range(2, auditors + 1)}
    return pd.DataFrame([CHECK | {"audit_id": f"a{number}", "auditor_id": auditor,
                                  "passed": str(number not in found).lower()}
                         for auditor, found in failed.items() for number in range(60)])


def by_auditors(table: pd.DataFrame, indicator: str, quarters: int) -> pd.DataFrame:
    rows = table[table["indicator"].eq(indicator) & table["quarters"].eq(quarters)]
    assert len(rows) == 2
    return rows.set_index("audited_by")


def test_the_share_is_told_with_and_without_who_stands_out_but_not_how_much_was_left_out(insurer: Insurer) -> None:
    """By hand: 30 + 3 · 6 of 240 checks failed, 18 of 180 without the first; one auditor's own is not to be had."""
    table = without_stand_outs(insurer({"audits": seen_by_all(4)}))
    for quarters in (1, 4):
        rows = by_auditors(table, "accuracy_error_share", quarters)
        assert rows["estimate"].to_dict() == {"all auditors": pytest.approx(0.2), "without stand-outs": 0.1}
        assert rows["left_out"].to_list() == [0, 1]
        assert rows.loc["all auditors", "n"] == 240
        assert pd.isna(rows.loc["without stand-outs", "n"])
    rounded = table.loc[table["audited_by"] == "without stand-outs", ["estimate", "low", "high"]]
    assert rounded.equals(rounded.round(3))
    assert not {"std_error", "df", "customers", "p_worse", "auditor_id"} & set(table)
    assert not table.isin(["A1"]).any(axis=None)


@pytest.mark.parametrize(("delivered", "left_out"), [
    ({"audits": seen_by_all(3)}, 1), ({"audits": seen_by_two()}, 0), ({"audits": seen_by_two().head(6)}, 0), ({}, 0)])
def test_with_nobody_or_nearly_everybody_left_out_there_is_no_other_share(
    insurer: Insurer, delivered: dict[str, pd.DataFrame], left_out: int,
) -> None:
    rows = by_auditors(without_stand_outs(insurer(delivered)), "accuracy_error_share", 1)
    assert rows.loc["without stand-outs", ["status", "left_out"]].to_list() == ["not applicable", left_out]
    assert rows.loc["all auditors", "status"] in ("ok", "no data", "not estimable: fewer than 10 checks")


def test_the_planted_auditor_turns_the_verdict_on_service_errors(insurer: Insurer, delivered: pd.DataFrame) -> None:
    """Counted in the delivered rows themselves, whoever stands out being known: E071; a row of no verdict is none."""
    rows = delivered[delivered["sampling"].eq("random") & delivered["family"].eq("accuracy")]
    rows = rows[rows["passed"].isin(["true", "false"])]
    others = rows[rows["auditor_id"].ne("E071")]
    now = others["audited_at"].str[:7].isin(["2024-07", "2024-08", "2024-09"])
    failed = ~(others["passed"].eq("true") | others["dispute_outcome"].eq("overturned"))
    table = without_stand_outs(insurer({"audits": delivered}, indicators={"accuracy_error_share": {"target": 0.06}}))
    for quarters, found in ((1, failed[now].mean()), (4, failed.mean())):
        row = by_auditors(table, "accuracy_error_share", quarters).loc["without stand-outs"]
        assert row["estimate"] == pytest.approx(found, abs=0.0006)
    year = by_auditors(table, "accuracy_error_share", 4)
    assert year["verdict"].to_dict() == {"all auditors": "not met", "without stand-outs": "met"}


def test_the_planted_auditor_is_found_and_nobody_else(insurer: Insurer, delivered: pd.DataFrame) -> None:
    """truth.yml: E071 passes .14 fewer than the colleagues on the very same cases."""
    run = insurer({"audits": delivered})
    found = auditor_severity(run).set_index("unit")
    assert found.index[found["severity"].isin(["stricter", "milder"])].tolist() == ["E071"]
    assert found.loc["E071", "low"] < -0.14 < found.loc["E071", "high"] < 0
    assert auditor_severity_test(run)["stand_out"].tolist() == [1]
    assert auditor_severity_test(run)["p"].iloc[0] < 0.001
