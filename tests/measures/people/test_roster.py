from __future__ import annotations

import pandas as pd

from analysis.measures.people.roster import evidence, people, strangers

SPELL = {"employee_id": "e1", "department": "d1", "branch": "B1", "role": "clerk", "service_line": "claims",
         "valid_from": "2020-01-01"}


def rated(times: int, assessors: int) -> pd.DataFrame:
    """Return ``times`` assessments of e1 by ``assessors`` people in turn."""
    return pd.DataFrame([{"assessment_id": f"k{n}", "employee_id": "e1", "assessor_id": f"a{n % assessors}",
                          "assessed_on": "2024-08-01", "facet": "knowledge", "score": 7, "max_score": 10}
                         for n in range(times)])


def test_the_roster_is_who_was_there_in_the_quarter(insurer):
    spells = [SPELL, SPELL | {"employee_id": "gone", "valid_to": "2024-06-30"},
              SPELL | {"employee_id": "left", "valid_to": "2024-07-01"},
              SPELL | {"employee_id": "new", "valid_from": "2024-10-01"}]
    assert people(insurer({"staff": pd.DataFrame(spells)}))["employee_id"].tolist() == ["e1", "left"]


def test_six_assessments_by_one_assessor_are_not_enough(insurer):
    cases = ((6, 1), (5, 2), (6, 2))
    tables = [{"staff": pd.DataFrame([SPELL]), "assessments": rated(times, by)} for times, by in cases]
    said = [evidence(insurer(table)).set_index("indicator").loc["competence_score", "evidence"] for table in tables]
    assert said == ["not enough evidence", "not enough evidence", "evaluated-later"]


def test_evidence_is_gathered_over_four_quarters(insurer):
    days = ["2023-09-30", "2023-10-01", "2024-03-01", "2024-08-01"]
    requests = pd.DataFrame({"request_id": days, "kind": "claim", "employee_id": "e1", "opened_at": days})
    found = evidence(insurer({"staff": pd.DataFrame([SPELL]), "requests": requests})).set_index("indicator")
    assert found.loc["in_limit_share", "n"] == 3


def test_strangers_are_seen_in_any_table(insurer):
    requests = pd.DataFrame({"request_id": ["r1", "r2"], "kind": "claim", "employee_id": ["e1", "x"],
                             "opened_at": "2024-08-01"})
    run = insurer({"staff": pd.DataFrame([SPELL]), "requests": requests,
                   "assessments": rated(1, 1).assign(employee_id="y")})
    assert strangers(run, people(run)) == 2
