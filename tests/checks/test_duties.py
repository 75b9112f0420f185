"""Does each duty count what it says it counts?"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analysis.checks import duties
from analysis.checks.judgement import Evidence
from analysis.quarter import Quarter


def with_table(e: Evidence, name: str, table: pd.DataFrame) -> Evidence:
    return replace(e, tables={**e.tables, name: table})


def test_one_limit_without_source_is_found(whole_evidence: Evidence) -> None:
    clocks = whole_evidence.table("clocks").assign(source=["law", ""])
    judgement = duties.limits_sourced(with_table(whole_evidence, "clocks", clocks))
    assert (judgement.status, judgement.why) == ("not met", "1 of 2 limits with their source")


def test_the_share_of_employees_is_said_in_words(whole_evidence: Evidence) -> None:
    table = whole_evidence.table("acknowledgement").assign(estimate=0.885)
    judgement = duties.all_acknowledged(with_table(whole_evidence, "acknowledgement", table))
    assert (judgement.status, judgement.why) == ("not met", "88.5 of 100 employees")


def test_a_review_counts_every_indicator_of_the_plan_before(whole_evidence: Evidence) -> None:
    planned = len(whole_evidence.params.plans[Quarter(2024, 2)].indicators)
    assert duties.indicators_reviewed(whole_evidence).why == f"{planned} of {planned} indicators reviewed"


def test_the_evidence_of_a_review_is_its_file(whole_evidence: Evidence) -> None:
    assert duties.report_delivered(whole_evidence).evidence == ("params/reviews/2024Q2.yml",)


def test_no_test_at_all_is_no_data_and_not_a_clean_record(whole_evidence: Evidence) -> None:
    nothing = replace(whole_evidence, tables={"problems": whole_evidence.table("problems").iloc[:0]})
    assert duties.problems_ranked(nothing).status == "no data"


def test_an_empty_list_after_tests_is_a_duty_done(whole_evidence: Evidence) -> None:
    none = whole_evidence.table("problems").iloc[:0]
    assert duties.problems_ranked(with_table(whole_evidence, "problems", none)).status == "met"
