"""Is a loop that was left open found, and one that was closed by the day of the report?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from analysis.checks import loop_duties
from analysis.checks.judgement import Evidence
from analysis.params.loop import Delivered, SignOff
from analysis.quarter import Quarter
from tests.checks.test_duties import with_table


def test_a_review_counts_every_indicator_of_the_plan_before(whole_evidence: Evidence) -> None:
    reviews = whole_evidence.table("reviews").assign(state=lambda rows: ["not reviewed", *rows["state"].iloc[1:]])
    found = loop_duties.indicators_reviewed(with_table(whole_evidence, "reviews", reviews))
    assert (found.status, found.why) == ("not met", f"{len(reviews) - 1} of {len(reviews)} indicators reviewed")


def test_only_the_last_quarters_problems_are_owed_a_decision(whole_evidence: Evidence) -> None:
    assert loop_duties.decisions_recorded(whole_evidence).why == "1 of 1 problems decided"


def with_delivery(e: Evidence, *delivered: Delivered, signed: tuple[SignOff, ...] = ()) -> Evidence:
    last = Quarter(2024, 2)
    review = e.params.reviews[last].model_copy(update={"delivered": delivered})
    return replace(e, params=replace(e.params, reviews={last: review}, signed={last: signed} if signed else {}))


def test_a_delivered_report_is_one_that_was_signed(whole_evidence: Evidence) -> None:
    sent = [Delivered(to="board", on=date(2024, 8, 1), sha256=one * 64) for one in "012"]
    signed = [whole_evidence.params.signed[Quarter(2024, 2)][0].model_copy(update={"manifest_sha256": one * 64})
              for one in "01"]
    found = loop_duties.report_delivered(with_delivery(whole_evidence, *sent[:2], signed=tuple(signed)))
    assert (found.status, found.why) == ("met", "2 of 2 deliveries are of the signed report")
    found = loop_duties.report_delivered(with_delivery(whole_evidence, *sent, signed=tuple(signed)))
    assert (found.status, found.why) == ("not met", "hash differs: 2 of 3 deliveries are of the signed report")
    assert found.evidence == ("params/reviews/2024Q2.yml", "params/published/2024Q2.yml")


def test_deliveries_and_signatures_after_the_report_are_not_known(whole_evidence: Evidence) -> None:
    late = Delivered(to="board", on=date(2024, 10, 16), sha256="0" * 64)
    assert loop_duties.report_delivered(with_delivery(whole_evidence, late)).status == "no data"
    signed = whole_evidence.params.signed[Quarter(2024, 2)][0].model_copy(update={"signed_on": date(2024, 10, 16)})
    sent = late.model_copy(update={"on": date(2024, 10, 15), "sha256": "1" * 64})
    found = loop_duties.report_delivered(with_delivery(whole_evidence, sent, signed=(signed,)))
    assert (found.status, found.why) == ("met", "1 deliveries recorded, no signature to hold them against")


def test_the_evidence_of_a_review_is_its_file(whole_evidence: Evidence) -> None:
    assert loop_duties.report_delivered(whole_evidence).evidence[0] == "params/reviews/2024Q2.yml"


@pytest.mark.parametrize(("advised", "problems", "status"), [
    ("R1", 1, "met"), ("", 1, "not met"), ("", 0, "met")])
def test_each_problem_needs_a_recommendation(advised: str, problems: int, status: str,
                                             whole_evidence: Evidence) -> None:
    advice = pd.DataFrame({"problem_id": ["p1"], "recommendation_id": [advised]}).iloc[:problems]
    found = with_table(whole_evidence, "recommendations", advice)
    found = with_table(found, "problems", whole_evidence.table("problems").iloc[:problems])
    assert loop_duties.problems_advised(found).status == status


def test_without_recommendations_the_report_is_not_whole(whole_evidence: Evidence) -> None:
    gone = replace(whole_evidence, tables={name: one for name, one in whole_evidence.tables.items()
                                           if name != "recommendations"})
    assert loop_duties.problems_advised(gone).status == "no data"
    assert loop_duties.reported(gone).status == "not met"


def test_no_test_at_all_is_no_data_and_not_a_clean_record(whole_evidence: Evidence) -> None:
    nothing = replace(whole_evidence, tables={"problems": whole_evidence.table("problems").iloc[:0]})
    assert loop_duties.problems_ranked(nothing).status == "no data"


def test_an_empty_list_after_tests_is_a_duty_done(whole_evidence: Evidence) -> None:
    none = whole_evidence.table("problems").iloc[:0]
    assert loop_duties.problems_ranked(with_table(whole_evidence, "problems", none)).status == "met"


@pytest.mark.parametrize(("adjustment", "status"), [
    (["decision recorded", ""], "met"), (["no decision recorded", ""], "not met"), (["", ""], "met")])
def test_a_measure_that_was_not_found_to_work_needs_a_decision(
        whole_evidence: Evidence, adjustment: list[str], status: str) -> None:
    rows = pd.DataFrame({"started_on": "2024-01-01", "why": "judged so", "adjustment": adjustment})
    assert loop_duties.effects_judged(with_table(whole_evidence, "actions", rows)).status == status


def test_measures_that_are_not_judged_are_no_data_and_none_begun_is_a_duty_done(whole_evidence: Evidence) -> None:
    rows = pd.DataFrame({"started_on": ["2024-01-01"], "why": [""], "adjustment": [""]})
    assert loop_duties.effects_judged(with_table(whole_evidence, "actions", rows)).status == "no data"
    assert loop_duties.effects_judged(with_table(whole_evidence, "actions", rows.assign(started_on=""))).status == "met"


def test_a_measure_whose_window_still_runs_is_neither_judged_nor_owed(whole_evidence: Evidence) -> None:
    rows = pd.DataFrame({"started_on": "2024-01-01", "adjustment": "", "why": ["judged so", "its window still runs"]})
    found = loop_duties.effects_judged(with_table(whole_evidence, "actions", rows))
    assert found.status == "met"
    assert found.why.startswith("1 of 1 measures whose window is over are judged")
    assert loop_duties.effects_judged(with_table(whole_evidence, "actions", rows.iloc[1:])).status == "met"


def test_a_sample_that_was_fielded_but_fell_short_is_said(whole_evidence: Evidence) -> None:
    rows = pd.DataFrame({"sample": ["a", "b"], "planned": [5, 5], "actual": [5, 4], "reached": [True, False]})
    found = loop_duties.fieldwork_done(with_table(whole_evidence, "fieldwork", rows))
    assert (found.status, found.why) == ("met", "2 of 2 planned samples fielded, 1 as large as planned")


def test_teams_too_small_to_be_judged_are_counted(whole_evidence: Evidence) -> None:
    """Of three teams one is judged in all facets, one in a single facet, one in none."""
    rows = pd.DataFrame([
        {"unit_type": "team", "unit": unit, "facet": facet, "status": "ok" if judged else "not estimable: few",
         "need": "not shown" if judged else ""}
        for unit, many in (("a", 3), ("b", 1), ("c", 0))
        for facet, judged in zip(loop_duties.FACETS, [True] * many + [False] * (3 - many), strict=True)])
    found = loop_duties.needs_told(with_table(whole_evidence, "training_needs", rows))
    assert (found.status, found.why) == (
        "met", "3 of 3 facets judged in at least one team; 1 of 3 teams judged in none")
