from __future__ import annotations

import pandas as pd

from analysis.measures.people.contested import contest_counts, contested
from analysis.measures.people.judgement import known_of_people
from tests.measures.conftest import Insurer
from tests.measures.people.test_fairness import STAFF, served

CONTEST = {"contest_id": "c1", "employee_id": "e01", "table": "requests", "case_id": "e01-0",
           "raised_on": "2024-09-01", "claim": "the system was down"}
DECIDED = {"decided_on": "2024-09-20", "decided_by": "head of quality", "reason": "log checked"}


def scored(insurer: Insurer, *contests: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    run = insurer({"staff": STAFF, "requests": served({})}, limits={"inquiry": {"first_response": 1}},
                  files={"contests.yml": list(contests)})
    known = known_of_people(run)
    rows = contested(run, known)
    return rows[rows["event"].eq("first_response")].reset_index(drop=True), contest_counts(run)


def test_a_pending_contest_sets_the_case_aside_for_that_person_alone(insurer: Insurer) -> None:
    """The contested case is one of 60; a contest of another's case touches nothing."""
    rows, counts = scored(insurer, CONTEST, CONTEST | {"contest_id": "c2", "case_id": "e02-0"})
    assert rows[["n", "n_with_all"]].to_numpy().tolist() == [[59, 60], [59, 60]]
    assert counts.to_numpy().tolist() == [["pending", 2]]


def test_an_upheld_contest_stays_aside_and_a_rejected_one_counts_again(insurer: Insurer) -> None:
    upheld, _ = scored(insurer, CONTEST | {"outcome": "upheld"} | DECIDED)
    rejected, _ = scored(insurer, CONTEST | {"outcome": "rejected"} | DECIDED)
    assert upheld.loc[0, ["n", "n_with_all"]].tolist() == [59, 60]
    assert rejected.loc[0, ["n", "n_with_all"]].tolist() == [60, 60]
    assert rejected.loc[0, "adjusted"] == rejected.loc[0, "adjusted_with_all"]


def test_without_contests_the_table_is_empty(insurer: Insurer) -> None:
    rows, counts = scored(insurer)
    assert rows.empty
    assert counts.empty


def test_what_was_raised_after_the_reports_date_does_not_count_yet(insurer: Insurer) -> None:
    """The report speaks of 15 October."""
    rows, counts = scored(insurer, CONTEST | {"raised_on": "2024-10-15"},
                          CONTEST | {"contest_id": "c2", "case_id": "e01-1", "raised_on": "2024-10-16"})
    assert rows[["contest_id", "n", "n_with_all"]].to_numpy().tolist() == [["c1", 59, 60]]
    assert counts.to_numpy().tolist() == [["pending", 1]]


def test_what_was_decided_after_the_reports_date_was_pending_on_it(insurer: Insurer) -> None:
    rows, counts = scored(insurer, CONTEST | {"outcome": "rejected"} | DECIDED | {"decided_on": "2024-10-16"})
    assert rows[["outcome", "n", "n_with_all"]].to_numpy().tolist() == [["pending", 59, 60]]
    assert counts.to_numpy().tolist() == [["pending", 1]]
