from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.people.contested import NOT_FOUND, NOT_YET, contest_counts, contest_states, contested
from analysis.measures.people.judgement import employees, known_of_people
from analysis.run import Run
from tests.measures.conftest import Insurer
from tests.measures.people.test_fairness import STAFF, served

CONTEST = {"contest_id": "c1", "employee_id": "e01", "table": "requests", "case_id": "e01-0",
           "raised_on": "2024-09-01", "claim": "the system was down"}
DECIDED = {"decided_on": "2024-09-20", "decided_by": "head of quality", "reason": "log checked"}


NUMBERS = ["n", "n_with_case", "adjusted", "adjusted_with_case"]
UPHELD = "upheld_complaints_per_1k_requests"


def company(insurer: Insurer, *contests: dict[str, str], **tables: pd.DataFrame) -> Run:
    """Return a run in which branch B1, of e01 and five more, is late in .7 of requests, the others in .2."""
    return insurer({"staff": STAFF, "requests": served({"B1": 0.7})} | tables,
                   limits={"inquiry": {"first_response": 1}}, files={"contests.yml": list(contests)})


def scored(insurer: Insurer, *contests: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    run = company(insurer, *contests)
    rows = contested(run, known_of_people(run))
    return rows[rows["event"].eq("first_response")].reset_index(drop=True), contest_counts(run)


def adjusted(run: Run, unit: str, indicator: str, event: str) -> float:
    table = employees(run, known_of_people(run)).set_index(["unit", "indicator", "event"])
    return float(table.loc[(unit, indicator, event), "adjusted"])


def test_a_pending_contest_sets_the_case_aside_for_that_person_alone(insurer: Insurer) -> None:
    """The contested case is one of 60; a contest of another's case touches nothing and says so."""
    rows, counts = scored(insurer, CONTEST, CONTEST | {"contest_id": "c2", "case_id": "e02-0"})
    assert rows.loc[0, ["state", "n", "n_with_case"]].tolist() == ["set aside", 59, 60]
    assert rows.loc[1, "state"] == NOT_FOUND
    assert rows.loc[1, NUMBERS].isna().all()
    assert counts.to_numpy().tolist() == [["pending", 2]]


def test_the_effect_of_each_contest_is_told_with_the_others_as_they_stand(insurer: Insurer) -> None:
    """With the case of one it is what another run finds under the other contest alone."""
    other = CONTEST | {"contest_id": "c2", "case_id": "e01-1"}
    rows, _ = scored(insurer, CONTEST, other)
    assert rows[["n", "n_with_case"]].to_numpy().tolist() == [[58, 59], [58, 59]]
    for place, alone in enumerate([other, CONTEST]):
        expected = adjusted(company(insurer, alone), "e01", "in_limit_share", "first_response")
        assert rows.loc[place, "adjusted_with_case"] == pytest.approx(expected, abs=1e-9)
    assert rows.loc[0, "adjusted"] == pytest.approx(
        adjusted(company(insurer, CONTEST, other), "e01", "in_limit_share", "first_response"), abs=1e-9)


def test_a_contested_complaint_changes_the_rate_of_upheld_complaints(insurer: Insurer) -> None:
    """Of 60 requests each e01 has 40 upheld complaints, eleven have 20 and twelve none."""
    rows = pd.DataFrame([{
        "complaint_id": f"k{person}-{one}", "employee_id": f"e{person:02d}", "request_id": f"e{person:02d}-{one}",
        "outcome": "upheld", "received_at": "2024-08-20 09:00:00", "closed_at": "2024-08-25 09:00:00",
        "service_line": "claims", "source": "company", "cause": "delay"}
        for person in range(24) for one in range(40 if person == 1 else 20 * (person % 2))])
    contest = CONTEST | {"table": "complaints", "case_id": "k1-0"}
    run = company(insurer, contest, contest | {"contest_id": "c2", "case_id": "k1-99"}, complaints=rows)
    found = contested(run, known_of_people(run))
    assert found[["contest_id", "indicator", "state"]].to_numpy().tolist() == [
        ["c1", UPHELD, "set aside"], ["c2", UPHELD, NOT_FOUND]]
    assert found.loc[0, ["n", "n_with_case"]].tolist() == [60, 60]
    assert found.loc[0, "adjusted_with_case"] > found.loc[0, "adjusted"]
    whole = company(insurer, complaints=rows)
    assert found.loc[0, "adjusted_with_case"] == pytest.approx(adjusted(whole, "e01", UPHELD, ""), abs=1e-9)


def test_an_upheld_contest_stays_aside_and_a_rejected_one_counts_again(insurer: Insurer) -> None:
    upheld, _ = scored(insurer, CONTEST | {"outcome": "upheld"} | DECIDED)
    rejected, _ = scored(insurer, CONTEST | {"outcome": "rejected"} | DECIDED)
    assert upheld.loc[0, ["n", "n_with_case"]].tolist() == [59, 60]
    assert rejected.loc[0, ["n", "n_with_case"]].tolist() == [60, 60]
    assert rejected.loc[0, "state"] == "counts again"
    assert rejected.loc[0, "adjusted"] == rejected.loc[0, "adjusted_with_case"]


def test_without_contests_the_table_is_empty(insurer: Insurer) -> None:
    rows, counts = scored(insurer)
    assert rows.empty
    assert contest_states(rows).empty
    assert counts.empty


def test_what_was_raised_after_the_reports_date_does_not_count_yet(insurer: Insurer) -> None:
    """The report speaks of 15 October."""
    rows, counts = scored(insurer, CONTEST | {"raised_on": "2024-10-15"},
                          CONTEST | {"contest_id": "c2", "case_id": "e01-1", "raised_on": "2024-10-16"})
    assert rows.loc[0, ["contest_id", "state", "n", "n_with_case"]].tolist() == ["c1", "set aside", 59, 60]
    assert rows.loc[1, ["contest_id", "state"]].tolist() == ["c2", NOT_YET]
    assert rows.loc[1, NUMBERS].isna().all()
    assert contest_states(rows).to_numpy().tolist() == [[NOT_YET, 1], ["set aside", 1]]
    assert counts.to_numpy().tolist() == [["pending", 1]]


def test_what_was_decided_after_the_reports_date_was_pending_on_it(insurer: Insurer) -> None:
    rows, counts = scored(insurer, CONTEST | {"outcome": "rejected"} | DECIDED | {"decided_on": "2024-10-16"})
    assert rows[["outcome", "n", "n_with_case"]].to_numpy().tolist() == [["pending", 59, 60]]
    assert counts.to_numpy().tolist() == [["pending", 1]]


def test_a_contest_of_a_partner_has_its_state_alone(insurer: Insurer) -> None:
    partner = pd.DataFrame([{"partner_id": "P1", "kind": "broker", "contract_from": "2020-01-01"}])
    run = company(insurer, CONTEST | {"employee_id": "P1"}, partners=partner)
    rows = contested(run, known_of_people(run))
    assert set(rows["state"]) == {"set aside"}
    assert rows[NUMBERS].isna().all(axis=None)
