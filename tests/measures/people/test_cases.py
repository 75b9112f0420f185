"""Does a case speak of the person who did it, in the job done that day, judged by the rules of its own quarter?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.people.cases import COUNTS, SCORED, scored_cases, upheld_counts
from analysis.run import Run
from tests.measures.conftest import PLAN, Insurer

LIMITS = {"inquiry": {"first_response": 2, "resolution": 24}}
RESPONSE, ANSWERS, ASSESSED = "in_limit_share:first_response", "csat_top2_share", "competence_score"
SPELL = {"employee_id": "e1", "department": "d1", "branch": "B1", "role": "clerk", "service_line": "claims",
         "valid_from": "2020-01-01"}
REQUEST = {"kind": "inquiry", "employee_id": "e1", "opened_at": "2024-08-01 09:00:00",
           "first_response_at": "2024-08-01 10:00:00"}
CHECK = {"audit_id": "A1", "employee_id": "e1", "auditor_id": "x", "audited_at": "2024-08-02 09:00:00",
         "family": "compliance", "criterion": "internal_rule", "sampling": "random", "severity": "minor",
         "passed": "true"}
CONTEST = {"contest_id": "c1", "employee_id": "e1", "table": "requests", "case_id": "R1", "raised_on": "2024-09-01",
           "claim": "not mine"}
DECIDED = {"decided_on": "2024-09-10", "decided_by": "manager", "reason": "heard"}


def table(key: str, base: dict[str, str], *rows: dict[str, str]) -> pd.DataFrame:
    mark = key[0].upper()
    return pd.DataFrame([base | {key: f"{mark}{number}"} | row for number, row in enumerate(rows, 1)])


def requests(*rows: dict[str, str]) -> pd.DataFrame:
    return table("request_id", REQUEST, *rows)


def counted(run: Run, name: str = RESPONSE) -> tuple[int, int]:
    """Return how many cases stand, and the sum of their scores."""
    found = scored_cases(run, SCORED[name])
    return int(found["n"].sum()), int(found["total"].sum())


@pytest.mark.parametrize("name", list(SCORED))
def test_without_a_delivery_there_are_no_cases(insurer: Insurer, name: str) -> None:
    found = scored_cases(insurer({}, limits=LIMITS), SCORED[name])
    assert found.empty
    assert {"employee_id", "role", "service_line", "quarter", *SCORED[name].cells[0], *COUNTS, "units"} <= set(found)


def test_without_a_delivery_there_are_no_complaints(insurer: Insurer) -> None:
    assert upheld_counts(insurer({})).empty


def test_a_case_stands_in_the_job_held_on_its_day(insurer: Insurer) -> None:
    """e1 was a clerk until 14 August and is an agent since; on 1 July e1 was not yet there."""
    spells = pd.DataFrame([SPELL | {"valid_from": "2024-07-05", "valid_to": "2024-08-14"},
                           SPELL | {"valid_from": "2024-08-15", "role": "agent", "service_line": "sales"}])
    days = [{"opened_at": f"2024-{day} 09:00:00", "first_response_at": ""}
            for day in ("07-01", "08-14", "08-15", "09-01")]
    found = scored_cases(insurer({"staff": spells, "requests": requests(*days)}, limits=LIMITS), SCORED[RESPONSE])
    assert found.groupby(["role", "service_line"])["n"].sum().to_dict() == {("clerk", "claims"): 1,
                                                                            ("agent", "sales"): 2}


def test_a_spell_left_open_ends_where_the_next_begins(insurer: Insurer) -> None:
    spells = pd.DataFrame([SPELL, SPELL | {"valid_from": "2024-07-15", "role": "agent"}])
    found = scored_cases(insurer({"staff": spells, "requests": requests({})}, limits=LIMITS), SCORED[RESPONSE])
    assert found[["role", "n"]].to_numpy().tolist() == [["agent", 1]]


def test_a_request_that_changed_hands_or_that_a_bot_answered_counts_for_nobody(insurer: Insurer) -> None:
    rows = requests({}, {"transferred_from": "e2"}, {"answered_by": "bot"}, {"employee_id": ""})
    assert counted(insurer({"staff": pd.DataFrame([SPELL]), "requests": rows}, limits=LIMITS)) == (1, 1)


def test_every_quarter_is_judged_by_its_own_plan(insurer: Insurer) -> None:
    """Three hours to the first answer: in time in the second quarter (4 h), late in the third (2 h)."""
    rows = requests(*({"opened_at": f"2024-{day} 09:00:00", "first_response_at": f"2024-{day} 12:00:00"}
                      for day in ("05-02", "08-01")))
    before = PLAN | {"quarter": "2024Q2", "as_of": "2024-07-15T23:59:59+08:00",
                     "limits": {"inquiry": {"first_response": 4, "resolution": 24}}}
    run = insurer({"staff": pd.DataFrame([SPELL]), "requests": rows}, limits=LIMITS, files={"2024Q2.yml": before})
    found = scored_cases(run, SCORED[RESPONSE]).set_index("quarter")["total"]
    assert found.to_dict() == {"2024Q2": 1, "2024Q3": 0}


@pytest.mark.parametrize(("outcome", "cases"), [("pending", 1), ("upheld", 1), ("rejected", 2)])
def test_a_contested_case_is_left_out_unless_the_contest_was_rejected(insurer: Insurer, outcome: str,
                                                                       cases: int) -> None:
    contest = CONTEST | {"outcome": outcome} | (DECIDED if outcome != "pending" else {})
    run = insurer({"staff": pd.DataFrame([SPELL]), "requests": requests({}, {})}, limits=LIMITS,
                  files={"contests.yml": [contest]})
    assert counted(run)[0] == cases


def test_a_contest_sets_aside_the_case_of_that_table_and_employee_alone(insurer: Insurer) -> None:
    others = [CONTEST | {"contest_id": "c2", "table": "audits"}, CONTEST | {"contest_id": "c3", "employee_id": "e2"}]
    run = insurer({"staff": pd.DataFrame([SPELL]), "requests": requests({}, {})}, limits=LIMITS,
                  files={"contests.yml": others})
    assert counted(run)[0] == 2


def test_an_answer_speaks_of_who_served_the_request(insurer: Insurer) -> None:
    """Of a request of e1: 4 and 3 of 5; of one that changed hands; and one that names e1 but no request."""
    answer = {"request_id": "R1", "employee_id": "e1", "mode": "phone", "invited_at": "2024-08-05 09:00:00"}
    surveys = table("invitation_id", answer, {"satisfaction": "4"}, {"satisfaction": "3"}, {},
                    {"satisfaction": "5", "request_id": "R2"}, {"satisfaction": "5", "request_id": ""})
    tables = {"staff": pd.DataFrame([SPELL]), "requests": requests({}, {"transferred_from": "e2"}), "surveys": surveys}
    assert counted(insurer(tables, limits=LIMITS), ANSWERS) == (2, 1)


def audits(*rows: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame([CHECK | {"item": f"i{number}"} | row for number, row in enumerate(rows)])


def test_rules_count_by_severity_within_an_audit(insurer: Insurer) -> None:
    """Minor 1, major 3, critical 5: of 9 points the failed major takes 3, so 667 of 1,000; three criteria checked."""
    rows = audits({}, {"severity": "major", "passed": "false"}, {"severity": "critical"})
    found = scored_cases(insurer({"staff": pd.DataFrame([SPELL]), "audits": rows}), SCORED["compliance_pass_share"])
    assert found[["n", "total", "units"]].to_numpy().tolist() == [[1, 667, 3]]


def test_errors_count_alike_and_a_finding_overturned_is_none(insurer: Insurer) -> None:
    """Of four checks one failed and one was overturned: 250 of 1,000."""
    rows = audits({}, {}, {"passed": "false", "severity": "critical"},
                  {"passed": "false", "disputed": "true", "dispute_outcome": "overturned"}).assign(family="accuracy")
    found = scored_cases(insurer({"staff": pd.DataFrame([SPELL]), "audits": rows}), SCORED["accuracy_error_share"])
    assert found[["n", "total", "units"]].to_numpy().tolist() == [[1, 250, 4]]


def test_a_second_look_and_a_targeted_audit_say_nothing_of_the_person(insurer: Insurer) -> None:
    rows = audits({}, {"auditor_id": "a", "audited_at": "2024-08-03 09:00:00", "passed": "false", "item": "i0"},
                  {"audit_id": "A2", "sampling": "targeted", "passed": "false"})
    run = insurer({"staff": pd.DataFrame([SPELL]), "audits": rows})
    found = scored_cases(run, SCORED["compliance_pass_share"])
    assert found[["auditor_id", "n", "total"]].to_numpy().tolist() == [["x", 1, 1000]]


def test_the_facets_of_an_assessment_make_one_score(insurer: Insurer) -> None:
    """7 of 10 and 9 of 10: 80 points, kept as 8,000 hundredths."""
    rows = pd.DataFrame([{"assessment_id": "k1", "employee_id": "e1", "assessor_id": "a", "assessed_on": "2024-08-01",
                          "facet": facet, "score": score, "max_score": 10}
                         for facet, score in (("knowledge", 7), ("communication", 9))])
    run = insurer({"staff": pd.DataFrame([SPELL]), "assessments": rows})
    assert counted(run, ASSESSED) == (1, 8_000)


def test_upheld_complaints_stand_in_the_cell_of_their_request(insurer: Insurer) -> None:
    """Decided against the company: on R1 wholly, of no request in part; not: refused, open, on what changed hands."""
    complaint = {"employee_id": "e1", "service_line": "claims", "cause": "delay", "source": "company",
                 "received_at": "2024-08-10 09:00:00", "outcome": "upheld"}
    complaints = table("complaint_id", complaint, {"request_id": "R1"}, {"outcome": "partly_upheld"},
                       {"outcome": "not_upheld"}, {"outcome": ""}, {"request_id": "R2"})
    tables = {"staff": pd.DataFrame([SPELL]), "complaints": complaints,
              "requests": requests({"channel": "phone"}, {"transferred_from": "e2"})}
    found = upheld_counts(insurer(tables)).set_index("channel")[["requests", "upheld"]]
    assert found.loc["phone"].tolist() == [1, 1]
    assert found.loc[""].tolist() == [0, 1]
