"""Is everybody accounted for in one place, and who has not acknowledged the policy?"""

from __future__ import annotations

import pandas as pd

from analysis.measures.people.coverage import acknowledgement, coverage
from tests.measures.people.test_competence import SPELL, ratings, row_of, staff

COUNTED = ["enough_evidence", "not_enough_evidence", "exempt", "no_roster"]


def test_acknowledgement_counts_each_person_once_and_is_certain(insurer):
    roster = pd.concat([staff(4, acknowledged_on=["2024-01-02", "2024-01-03", "2024-01-04", None]),
                        staff(1, valid_from="2019-01-01", valid_to="2019-12-31")])
    row = row_of(acknowledgement(insurer({"staff": roster})))
    assert (row["n"], row["estimate"], row["low"], row["high"], row["missing"]) == (4, 0.75, 0.75, 0.75, 1)
    assert (row["verdict"], row["p_worse"]) == ("not met", 0.0)


def test_all_acknowledged_is_met(insurer):
    row = row_of(acknowledgement(insurer({"staff": staff(3, acknowledged_on="2024-01-02")})))
    assert (row["verdict"], row["p_worse"]) == ("met", 1.0)


def test_coverage_counts_everybody_in_one_place(insurer):
    """Of nine people one is exempt and one has the 30 requests it takes; somebody is on no roster."""
    roster = staff(9, exempt_reason=["leave", *[None] * 8])
    requests = pd.DataFrame({"request_id": [f"r{n}" for n in range(60)], "kind": "claim", "opened_at": "2024-08-01",
                             "employee_id": ["e2"] * 30 + ["e3"] * 29 + ["stranger"]})
    row = row_of(coverage(insurer({"staff": roster, "requests": requests})))
    assert (row["n"], row["estimate"], row["verdict"]) == (9, 1.0, "met")
    assert row[COUNTED].tolist() == [1, 7, 1, 1]


def test_evidence_is_gathered_over_four_quarters_in_the_job_held_now(insurer):
    """e1 has 30 requests in a year, e2 too but half in another job, e3 half before that year, e4 thirty of others'."""
    days = {"e1": ["2023-10-01", "2024-08-01"], "e2": ["2023-10-01", "2024-08-01"], "e3": ["2023-09-30", "2024-08-01"]}
    opened = [(who, day, None) for who, two in days.items() for day in two for _ in range(15)]
    opened += [("e4", "2024-08-01", "e9")] * 30
    requests = pd.DataFrame(opened, columns=["employee_id", "opened_at", "transferred_from"])
    spells = pd.concat([staff(8), staff(8, valid_from="2019-01-01", valid_to="2019-12-31")])
    was = pd.DataFrame([SPELL | {"employee_id": "e2", "role": "agent", "valid_to": "2024-01-31"},
                        SPELL | {"employee_id": "e2", "valid_from": "2024-02-01"}])
    spells = pd.concat([spells[spells["employee_id"].ne("e2")], was])
    run = insurer({"staff": spells, "requests": requests.assign(request_id=range(len(requests)), kind="claim")})
    assert row_of(coverage(run))[COUNTED].tolist() == [1, 7, 0, 0]


def test_in_a_job_of_five_nobody_can_be_evaluated(insurer):
    requests = pd.DataFrame({"request_id": range(40), "kind": "claim", "opened_at": "2024-08-01", "employee_id": "e2"})
    row = row_of(coverage(insurer({"staff": staff(5), "requests": requests})))
    assert row[COUNTED].tolist() == [0, 5, 0, 0]


def test_without_staff_coverage_says_so(insurer):
    run = insurer({"assessments": ratings([[5], [6]])})
    row = row_of(coverage(run))
    assert (row["status"], row["note"]) == ("no data", "no roster")


def test_every_line_is_covered_or_has_no_data(insurer):
    table = coverage(insurer({"staff": staff(3)}))
    lines = table[table["unit_type"] == "service_line"].set_index("unit")["status"]
    assert lines.to_dict() == {"claims": "ok", "sales": "no data"}
