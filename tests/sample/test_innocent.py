"""Does every figure of an innocent insurer lie at its target, whichever unit one looks at?

Shares are counted straight from the rows and held to the target within four standard errors over all seeds.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.params import PROJECT, Params, load_params
from analysis.quarter import Quarter
from analysis.sample.innocent import innocent

SEEDS, ERRORS = 12, 4
NOW, BEFORE = "2024Q3", "2024Q2"


@pytest.fixture(scope="module")
def params() -> Params:
    return load_params(PROJECT / "params", Quarter.parse(NOW))


@pytest.fixture(scope="module")
def drawn(params: Params) -> list[dict]:
    return [innocent(params, seed) for seed in range(SEEDS)]


def rows(drawn: list[dict], name: str, quarter: str = NOW) -> pd.DataFrame:
    return pd.concat([one[quarter][name].assign(seed=seed) for seed, one in enumerate(drawn)], ignore_index=True)


def at(values: pd.Series, target: float, deff: float = 1.0) -> None:
    values = values.dropna().astype(float)
    assert abs(values.mean() - target) < ERRORS * values.std() * np.sqrt(deff / len(values))


@pytest.mark.parametrize("branch", ["B01", "B06", "B12"])
def test_survey_figures_lie_at_their_targets(drawn: list[dict], params: Params, branch: str) -> None:
    asked = rows(drawn, "surveys").query("branch == @branch")
    at(asked["responded_at"].notna(), params.target("survey_response_share"))
    said = asked[["satisfaction", "recommend", "renew"]].astype(float)
    at((said["satisfaction"] >= 4)[said["satisfaction"].notna()], params.target("csat_top2_share"))
    at(said["satisfaction"], params.target("csat_mean"))
    at((said["renew"] >= 4)[said["renew"].notna()], params.target("renew_share"))
    points = (said["recommend"] >= 9).astype(float) - (said["recommend"] <= 6)
    at(100 * points[said["recommend"].notna()], params.target("nps"))


@pytest.mark.parametrize("column", ["first_response_at", "resolved_at"])
def test_each_kind_has_the_targeted_share_within_its_limit(drawn: list[dict], params: Params, column: str) -> None:
    asked = rows(drawn, "requests").query("opened_at < '2024-08-15'")  # all were followed to their limit
    limits = {kind: one.first_response if column == "first_response_at" else one.resolution
              for kind, one in params.plan.limits.items()}
    limit = pd.to_timedelta(asked["kind"].map(limits), unit="h")
    for _, own in (asked[column] - asked["opened_at"] <= limit).groupby(asked["kind"]):
        at(own, params.target("in_limit_share"))
    assert (asked["withdrawn_at"] - asked["opened_at"] <= limit).any()


def test_checks_fail_as_often_as_the_targets_say(drawn: list[dict], params: Params) -> None:
    seen = rows(drawn, "audits").assign(failed=lambda one: ~one["passed"])
    accuracy, rules = seen.query("family == 'accuracy'"), seen.query("family == 'compliance'")
    at(accuracy["failed"], params.target("accuracy_error_share"), deff=2)
    critical = accuracy.query("severity == 'critical'").groupby(["seed", "audit_id"])["failed"].any()
    at(critical, params.target("accuracy_critical_share"))
    weight = rules["severity"].map({"minor": 1, "major": 3, "critical": 5})
    at(rules["passed"] * weight * len(rules) / weight.sum(), params.target("compliance_pass_share"), deff=2)


def test_scores_lie_at_the_target_and_people_differ(drawn: list[dict], params: Params) -> None:
    people = rows(drawn, "assessments").groupby(["seed", "employee_id"])["score"].mean()
    at(people, params.target("competence_score"))
    assert people.std() > 5


def test_complaints_are_handled_as_the_targets_say(drawn: list[dict], params: Params) -> None:
    known, before = rows(drawn, "complaints"), rows(drawn, "complaints", BEFORE)
    at(known["closed_at"].notna(), params.target("complaint_handling_share"))
    at(known["decided_at"] - known["received_at"] <= pd.Timedelta(days=15), params.target("complaint_timely_share"))
    at((known["handling_satisfaction"].dropna() >= 4), params.target("complaint_handling_csat_share"))
    closed = before[before["closed_at"].notna()]
    at(closed[["escalated_at", "overturned_at"]].isna().all(axis=1), params.target("complaint_effective_share"))


def test_feedback_is_answered_as_the_targets_say(drawn: list[dict], params: Params) -> None:
    heard = rows(drawn, "feedback")
    at(heard["acknowledged_at"] - heard["received_at"] <= pd.Timedelta(hours=72),
       params.target("feedback_acknowledged_share"))
    at(heard["answered_at"].notna(), params.target("feedback_answered_share"))


def test_nothing_is_known_after_the_date_of_knowledge(drawn: list[dict], params: Params) -> None:
    last = pd.Timestamp(params.plan.as_of).tz_convert(params.site.zone).tz_localize(None)
    for name, table in drawn[0][NOW].items():
        times = table[[column for column in table if column.endswith("_at")]]
        assert not (times > last).any(axis=None), name


def test_only_the_named_branch_is_slower(params: Params) -> None:
    asked = pd.concat([innocent(params, seed, {"B06": 0.3})[NOW]["requests"] for seed in range(4)])
    asked = asked[asked["kind"].eq("inquiry")]
    soon = asked["resolved_at"] - asked["opened_at"] <= pd.Timedelta(hours=24)
    at(soon[asked["branch"] == "B06"], 0.3)
    at(soon[asked["branch"] != "B06"], params.target("in_limit_share"))


def test_a_seed_gives_the_same_rows_again(drawn: list[dict], params: Params) -> None:
    again = innocent(params, 0)
    for name in ("requests", "surveys", "audits", "complaints", "feedback", "assessments"):
        pd.testing.assert_frame_equal(again[NOW][name], drawn[0][NOW][name])


def test_a_target_that_is_missing_is_named(params: Params) -> None:
    with pytest.raises(ValueError, match="competence_score has no target"):
        innocent(replace(params, plan=params.plan.model_copy(update={"indicators": {}}), registry={}), 0)
