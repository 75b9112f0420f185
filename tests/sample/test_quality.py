"""Do audits show the biased auditor and the bad branch, and assessments and training what was planted in them?"""

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def checks(shipped) -> pd.DataFrame:
    table = shipped("audits").loc[lambda t: ~t["audit_id"].str.startswith("X")]
    return table.assign(passed=(table["passed"] == "true").astype(float))


def test_the_biased_auditor_fails_more_of_the_same_cases(checks, size):
    pairs = checks.groupby(["audit_id", "item"]).filter(lambda seen: len(seen) == 2)
    biased = pairs["auditor_id"] == "E071"
    seen = pairs.pivot_table(index=["audit_id", "item"], columns=biased, values="passed").dropna()
    assert len(seen) > 400
    assert (seen[True] - seen[False]).mean() == pytest.approx(size("biased_auditor")["pass_gap"], abs=0.04)


def test_the_bad_branch_breaks_more_rules(checks, size):
    rules = checks[(checks["family"] == "compliance") & (checks["sampling"] == "random")]
    share = rules.groupby(rules["branch"] == "B06")["passed"].mean()
    assert share[True] - share[False] == pytest.approx(size("bad_branch_compliance")["compliance_gap"], abs=0.05)


def test_each_quarter_audits_a_hundred_and_fifty_cases_by_six_items(checks):
    newest = checks[checks["delivery"] == "2024Q3"]
    assert newest["audit_id"].nunique() == 150
    assert newest.groupby(["audit_id", "auditor_id"]).size().unique().tolist() == [6]


def test_targeted_audits_have_no_sampling_probability(checks):
    assert ((checks["sampling"] == "targeted") == (checks["sampling_probability"] == "")).all()


def test_only_failures_are_disputed(checks):
    assert checks.loc[checks["disputed"] == "true", "passed"].max() == 0
    assert ((checks["dispute_outcome"] != "") == (checks["disputed"] == "true")).all()


def test_sales_adapt_less(shipped, size):
    line = shipped("staff").drop_duplicates("employee_id").set_index("employee_id")["service_line"]
    scores = shipped("assessments").loc[lambda t: t["facet"].isin(["adaptability", "knowledge"])]
    mean = pd.to_numeric(scores["score"]).groupby([scores["employee_id"].map(line) == "sales", scores["facet"]]).mean()
    gap = mean.unstack().pipe(lambda t: t["adaptability"] - t["knowledge"]).diff().iloc[-1]
    assert gap == pytest.approx(size("training_need")["score_gap"], abs=1.5)


def test_every_rated_employee_has_two_assessors_a_quarter(shipped):
    table = shipped("assessments").loc[lambda t: ~t["assessment_id"].str.startswith("X")]
    assert set(table.groupby(["delivery", "employee_id"])["assessor_id"].nunique()) == {2}


def test_training_gains_six_points(shipped):
    gain = shipped("training").loc[lambda t: t["pre_score"] != "", ["pre_score", "post_score"]].astype(float)
    assert (gain["post_score"] - gain["pre_score"]).mean() == pytest.approx(6, abs=1)
