from __future__ import annotations

import pandas as pd
import pytest
from scipy.stats import beta

from analysis.measures.audits.audits import accuracy, audit_trend, compliance, critical_failures
from analysis.measures.summary.problems import held_against_target
from analysis.measures.units import headline_rows
from analysis.publish.signing import figures_published

ONE = {"service_line": "claims", "branch": "B1", "channel": "phone", "auditor_id": "A1",
       "audited_at": "2024-08-01T10:00", "family": "accuracy", "criterion": "other", "item": "i1", "passed": "true",
       "severity": "minor", "sampling": "random"}


def checks(*rows: dict, **shared: str) -> pd.DataFrame:
    """Return audits: one row per dict, of audit a1, a2, … unless it says otherwise."""
    return pd.DataFrame([ONE | {"audit_id": f"a{number}"} | shared | row for number, row in enumerate(rows, 1)])


def failing(failed: int, of: int, **shared: str) -> pd.DataFrame:
    """Return ``of`` audits of one check each, the first ``failed`` of them not passed."""
    return checks(*[{"passed": str(number >= failed).lower()} for number in range(of)], **shared)


def one(table: pd.DataFrame, **where: str) -> pd.Series:
    """Return the only row of ``table`` that fits; no part by severity."""
    whole = {"severity": ""} if "severity" in table else {}
    for column, value in ({"unit": "company", "sampling": "random"} | whole | where).items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_one_check_per_audit_has_korn_and_graubards_interval(insurer):
    """By hand: se² = p(1-p)/19, so n* = 19 and x = 2.85; limits are beta quantiles (Korn and Graubard 1998)."""
    row = one(accuracy(insurer({"audits": failing(3, 20)})), indicator="accuracy_error_share", criterion="")
    assert (row["n"], row["estimate"]) == (20, pytest.approx(0.15))
    assert row["low"] == pytest.approx(beta.ppf(0.025, 2.85, 17.15))
    assert row["high"] == pytest.approx(beta.ppf(0.975, 3.85, 16.15))


def test_an_overturned_finding_counts_as_passed(insurer):
    table = failing(3, 20).assign(disputed="", dispute_outcome="")
    table.loc[0, ["disputed", "dispute_outcome"]] = ["true", "overturned"]
    table.loc[1, ["disputed", "dispute_outcome"]] = ["true", "upheld"]
    row = one(accuracy(insurer({"audits": table})), indicator="accuracy_error_share", criterion="")
    assert row["estimate"] == pytest.approx(2 / 20)


def test_two_auditors_of_one_item_are_two_checks(insurer):
    table = pd.concat([failing(2, 10), failing(2, 10, auditor_id="A2")])
    row = one(accuracy(insurer({"audits": table})), indicator="accuracy_error_share", criterion="")
    assert (row["n"], row["estimate"]) == (20, pytest.approx(0.2))


def test_targeted_audits_stand_apart_and_have_no_target(insurer):
    targeted = failing(10, 10, sampling="targeted")
    audits = pd.concat([failing(1, 20), targeted.assign(audit_id="t" + targeted["audit_id"])])
    table = accuracy(insurer({"audits": audits}))
    assert one(table, indicator="accuracy_error_share", criterion="")["estimate"] == pytest.approx(0.05)
    row = one(table, sampling="targeted")
    assert (row["estimate"], row["verdict"], pd.isna(row["p_worse"])) == (1.0, "no target", True)


def test_few_audits_have_no_share_however_many_checks_they_hold(insurer):
    items = [{"audit_id": f"a{audit}", "item": f"i{item}", "passed": str(item > audit).lower()}
             for audit in range(5) for item in range(4)]
    four, five = (accuracy(insurer({"audits": checks(*items[:number])})) for number in (16, 20))
    row = one(four, indicator="accuracy_error_share", criterion="")
    assert (row["n"], row["status"]) == (16, "not estimable: fewer than 5 audits")
    assert row[["estimate", "low", "high", "p_worse"]].isna().all()
    assert one(five, indicator="accuracy_error_share", criterion="")["estimate"] == pytest.approx(14 / 20)
    critical = one(four, indicator="accuracy_critical_share")
    assert critical["status"] == "not estimable: fewer than 10 audits"


def test_critical_share_counts_audits_not_checks(insurer):
    """Two critical failures in one audit are one; R: binom.test(1, 10)$conf.int = 0.002528579 0.445016117."""
    twice = checks({"audit_id": "a1", "item": "i2", "passed": "false", "severity": "critical"})
    audits = pd.concat([failing(1, 10, severity="critical"), twice])
    row = one(accuracy(insurer({"audits": audits})), indicator="accuracy_critical_share")
    assert (row["n"], row["estimate"]) == (10, 0.1)
    assert (row["low"], row["high"]) == (pytest.approx(0.002528579, abs=1e-8), pytest.approx(0.445016117, abs=1e-8))


def three_severities() -> pd.DataFrame:
    """Return 60 audits of one check each: 1 of 20 critical, 4 of 20 major and 7 of 20 minor items failed."""
    parts = [failing(failed, 20, severity=severity).assign(audit_id=lambda rows, one=severity: one + rows["audit_id"])
             for severity, failed in (("critical", 1), ("major", 4), ("minor", 7))]
    return pd.concat(parts)


def test_errors_are_told_by_the_severity_of_the_item(insurer):
    """By hand: 1, 4 and 7 of 20; limits of one check per audit as by Korn and Graubard (n* = 19)."""
    table = accuracy(insurer({"audits": three_severities()}))
    company = table[table["unit_type"].eq("company") & table["severity"].ne("")].set_index("severity")
    assert company["estimate"].to_dict() == pytest.approx({"critical": 0.05, "major": 0.2, "minor": 0.35})
    assert company.loc["major", "low"] == pytest.approx(beta.ppf(0.025, 3.8, 16.2))
    assert set(company["criterion"]) == {""}
    assert set(table.loc[table["severity"].ne(""), "unit_type"]) == {"company", "service_line", "branch"}
    assert set(accuracy(insurer({}))["severity"]) == {""}


def test_a_part_by_severity_is_no_headline_and_is_tested_against_no_target(insurer, tmp_path):
    """Of 60 checks 12 failed, which misses 5 %; the severities must add no line, no test and no signed figure."""
    table = accuracy(insurer({"audits": three_severities()}))
    told = headline_rows(table)
    assert set(told["severity"]) == {""}
    assert not told.duplicated(["indicator", "unit_type", "unit"]).any()
    assert table.loc[table["severity"].ne(""), "p_worse"].isna().all()
    tested = held_against_target({"accuracy": table})
    assert tested.loc[tested["unit_type"] == "company", ["indicator", "n"]].to_numpy().tolist() == [
        ["accuracy_error_share", 60], ["accuracy_critical_share", 60]]
    (tmp_path / "tables").mkdir()
    table.to_csv(tmp_path / "tables" / "accuracy.csv", index=False)
    signed = figures_published(tmp_path)
    assert not signed.duplicated(["indicator", "unit_type", "unit"]).any()


def test_compliance_weighs_minor_1_major_3_critical_5(insurer):
    audits = failing(0, 20, family="compliance", criterion="internal_rule")
    audits.loc[0, ["severity", "passed"]] = ["critical", "false"]
    audits.loc[1, ["severity", "passed"]] = ["major", "true"]
    row = one(compliance(insurer({"audits": audits})), criterion="", item="")
    assert (row["n"], row["estimate"]) == (20, pytest.approx((18 + 3) / (18 + 3 + 5)))


def test_compliance_is_told_rule_by_rule(insurer):
    audits = pd.concat([failing(2, 10, family="compliance", criterion=rule, item=item)
                        for rule, item in (("internal_rule", "i1"), ("industry_standard", "i2"))])
    table = compliance(insurer({"audits": audits}))
    assert one(table, item="i2")["criterion"] == "industry_standard"
    assert set(table.loc[table["unit_type"] == "company", "criterion"]) == {"", "internal_rule", "industry_standard"}


def test_every_line_has_a_row_and_an_absent_table_is_no_data(insurer):
    table = accuracy(insurer({}))
    assert set(table["status"]) == {"no data"}
    lines = table[(table["unit_type"] == "service_line") & (table["indicator"] == "accuracy_error_share")]
    assert set(lines["unit"]) == {"sales", "claims"}


def test_customers_are_the_requests_handled_without_complaints(insurer):
    requests = pd.DataFrame({"request_id": ["r1", "r2", "r3"], "kind": ["claim", "claim", "complaint"], "branch": "B1",
                             "opened_at": "2024-08-01T10:00"})
    table = accuracy(insurer({"audits": failing(1, 20), "requests": requests}))
    assert one(table, indicator="accuracy_error_share", unit="B1", criterion="")["customers"] == 2


def test_trend_tells_each_quarter_apart(insurer):
    before = failing(4, 20, audited_at="2024-05-01T10:00").assign(audit_id=lambda t: "b" + t["audit_id"])
    table = audit_trend(insurer({"audits": pd.concat([failing(1, 20), before])}))
    company = table[table["unit_type"] == "company"].set_index("quarter")["estimate"]
    assert company.to_dict() == {"2024Q2": pytest.approx(0.2), "2024Q3": pytest.approx(0.05)}


def test_without_audits_the_trend_is_an_empty_result_table(insurer):
    table = audit_trend(insurer({}))
    assert table.empty
    assert {"indicator", "verdict", "quarter"} <= set(table)


def test_critical_failures_are_counted_on_margins(insurer):
    table = critical_failures(insurer({"audits": failing(2, 5, severity="critical")}))
    assert set(table["unit_type"]) == {"company", "service_line", "branch"}
    assert table[["checked", "failed"]].drop_duplicates().to_numpy().tolist() == [[5, 2]]
