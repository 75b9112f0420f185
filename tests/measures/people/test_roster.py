from __future__ import annotations

import pandas as pd

from analysis.measures.people.roster import exempted, minimum_n, people, posts, strangers

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


def test_the_post_of_the_quarter_is_the_spell_begun_last(insurer):
    spells = [SPELL, SPELL | {"valid_from": "2024-08-15", "role": "agent"}, SPELL | {"valid_from": "2024-10-01"}]
    run = insurer({"staff": pd.DataFrame(spells)})
    assert run.warehouse.reduce(posts(run).select("employee_id", "role")).to_numpy().tolist() == [["e1", "agent"]]


def test_a_person_takes_thirty_of_an_indicators_units_or_six_assessments(insurer):
    run = insurer({})
    found = {name: minimum_n(run, name) for name in ("csat_top2_share", "in_limit_share", "competence_score")}
    assert found == {"csat_top2_share": 30, "in_limit_share": 30, "competence_score": 6}


def test_the_exempt_are_told_with_their_reason(insurer):
    run = insurer({"staff": pd.DataFrame([SPELL, SPELL | {"employee_id": "e2", "exempt_reason": "leave"}])})
    assert exempted(run).to_numpy().tolist() == [["e2", "clerk", "leave"]]


def test_strangers_are_seen_in_any_table(insurer):
    requests = pd.DataFrame({"request_id": ["r1", "r2"], "kind": "claim", "employee_id": ["e1", "x"],
                             "opened_at": "2024-08-01"})
    run = insurer({"staff": pd.DataFrame([SPELL]), "requests": requests,
                   "assessments": rated(1, 1).assign(employee_id="y")})
    assert strangers(run, people(run)) == 2
