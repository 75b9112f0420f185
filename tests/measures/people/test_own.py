"""Is a person told their own figures, quarter by quarter, and nothing of anybody else?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.people.groups import MINIMUM_GROUP
from analysis.measures.people.judgement import judgement, known_of_people
from analysis.measures.people.own import LIKE, Own, further_units, on_like_cases, own
from analysis.measures.people.scoring import UNRELIABLE
from analysis.run import Run
from tests.measures.conftest import PLAN, Insurer
from tests.measures.people.reduced import BLANK, LINE, ROLE, bounds, evidence, group

PEOPLE = [f"E{number}" for number in range(1, MINIMUM_GROUP + 1)]
LIMITS = {"inquiry": {"first_response": 2}}
BEFORE = {"2024Q2.yml": PLAN | {"quarter": "2024Q2", "limits": LIMITS, "as_of": "2024-07-15T23:59:59+08:00"}}
LITTLE = "not enough evidence"
ALONE = "not estimable: fewer than 8 people in the same job"
NOTHING = "not estimable: not enough evidence"


def staff(people: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"employee_id": people, "department": "sales", "branch": "B1", "role": "agent",
                         "service_line": "sales", "valid_from": "2020-01-01"})


def requests(people: list[str], each: int = 12) -> pd.DataFrame:
    """Return ``each`` inquiries a quarter of everybody: E1 answers a third within two hours, the others all."""
    rows = [(f"R{person}{month}{case}", "inquiry", "sales", "B1", person, f"2024-{month:02}-05T10:00:00",
             f"2024-{month:02}-05T{15 if person == 'E1' and case % 3 else 11}:00:00", f"2024-{month:02}-05T18:00:00")
            for person in people for month in (4, 7) for case in range(each)]
    return pd.DataFrame(rows, columns=["request_id", "kind", "service_line", "branch", "employee_id", "opened_at",
                                       "first_response_at", "resolved_at"])


def assessments(people: list[str], scores: dict[str, int]) -> pd.DataFrame:
    """Return six assessments of everybody by two assessors, each with the ``scores`` of its facets."""
    rows = [(f"A{person}{case}", person, f"X{case % 2}", "2024-07-10", facet, score, 100)
            for person in people for case in range(6) for facet, score in scores.items()]
    return pd.DataFrame(rows, columns=["assessment_id", "employee_id", "assessor_id", "assessed_on", "facet", "score",
                                       "max_score"])


def told(run: Run) -> Own:
    return own(run, known_of_people(run))


@pytest.fixture
def eight(insurer: Insurer) -> Own:
    training = pd.DataFrame({"session_id": ["T1", "T2"], "employee_id": ["E2", "E3"], "topic": "knowledge",
                             "completed_on": "2024-07-01"})
    tables = {"staff": staff(PEOPLE), "requests": requests(PEOPLE), "training": training,
              "assessments": assessments(PEOPLE, {"knowledge": 60, "communication": 90})}
    return told(insurer(tables, limits=LIMITS, files=BEFORE))


def test_one_person_is_told_of_nobody_else(eight: Own) -> None:
    one = eight.of("E1")
    assert eight.units == PEOPLE
    assert {*one.figures["unit"], *one.quarters["unit"], *one.facets["unit"], *one.contests["unit"]} == {"E1"}


def test_own_cases_are_told_quarter_by_quarter(eight: Own) -> None:
    rows = eight.of("E1").quarters.query("indicator == 'in_limit_share' and event == 'first_response'")
    assert rows[["quarter", "n", "estimate"]].to_numpy().tolist() == [["2024Q2", 12, 4 / 12], ["2024Q3", 12, 4 / 12]]
    # Wilson's limits of 4 of 12: R, prop.test(4, 12, correct = FALSE)$conf.int
    assert rows[["low", "high"]].iloc[0].tolist() == pytest.approx([0.1381201, 0.6093779], abs=1e-6)


def test_a_quarter_of_few_cases_has_no_figure(insurer: Insurer) -> None:
    rows = told(insurer({"staff": staff(PEOPLE), "requests": requests(PEOPLE, 9)}, limits=LIMITS)).quarters
    assert set(rows["status"]) == {"not estimable: fewer than 10 cases"}
    assert rows[["estimate", "low", "high"]].isna().all(axis=None)


def test_the_mean_of_eight_colleagues_is_told_with_their_number(eight: Own) -> None:
    row = eight.of("E2").figures.query("indicator == 'in_limit_share' and event == 'first_response'").iloc[0]
    assert row["colleagues"] == 8
    assert row["group_mean"] == pytest.approx((7 * 24 + 8) / (8 * 24))


def test_who_is_given_hard_cases_lies_at_the_mean_once_like_cases_are_compared(insurer: Insurer) -> None:
    """Half of the urgent cases are late whoever has them; E1 has 24 of them and 12 others, everybody else 12 and 24."""
    rows = [(f"R{person}{case}", "inquiry", "sales", "B1", "urgent" if case < hard else "normal", person,
             f"2024-07-{1 + case % 28:02d}T10:00:00",
             f"2024-07-{1 + case % 28:02d}T{15 if case < hard and case % 2 else 11}:00:00")
            for person in PEOPLE for hard in (24 if person == "E1" else 12,) for case in range(36)]
    requests = pd.DataFrame(rows, columns=["request_id", "kind", "service_line", "branch", "priority", "employee_id",
                                           "opened_at", "first_response_at"])
    one = told(insurer({"staff": staff(PEOPLE), "requests": requests}, limits=LIMITS)).of("E1")
    row = one.figures.query("indicator == 'in_limit_share' and event == 'first_response'").iloc[0]
    assert row["naive"] == pytest.approx(24 / 36)
    assert row["group_mean"] == pytest.approx((24 + 7 * 30) / (8 * 36))
    assert row["like"] == pytest.approx(row["group_mean"])
    assert row["like_low"] < row["like"] < row["like_high"] <= 1
    assert row["status"] != "ok"  # nobody differs: nothing else is shown, but this is


def test_upheld_complaints_are_held_against_what_like_cases_led_to_expect() -> None:
    """Two of four, with 100 requests each of 800: R, poisson.test(2)$conf.int is 0.2422093 to 7.2246877."""
    people = group(8)
    counts = pd.DataFrame({"employee_id": people["employee_id"], "upheld": [2, 1, 1, 0, 0, 0, 0, 0], "requests": 100})
    counts = counts.assign(**BLANK | {"role": ROLE, "service_line": LINE})
    known = judgement(people, evidence({}, counts), bounds(), {})
    row = on_like_cases(known).set_index("unit").loc["e00"]
    assert row[LIKE].tolist() == pytest.approx([20, 2.422093, 72.246877], rel=1e-6)


def test_where_there_are_no_cases_nothing_is_compared() -> None:
    assert on_like_cases(judgement(group(8), evidence({}), bounds(), {})).empty


def test_of_fewer_than_eight_colleagues_nothing_is_told(insurer: Insurer) -> None:
    few = told(insurer({"staff": staff(PEOPLE[:7]), "requests": requests(PEOPLE[:7])}, limits=LIMITS))
    served = told(insurer({"staff": staff(PEOPLE), "requests": requests(PEOPLE[:7])}, limits=LIMITS))
    assert few.figures["group_mean"].isna().all()
    assert served.figures["group_mean"].isna().all()


def test_a_facet_is_a_mean_over_assessments_beside_its_training(eight: Own) -> None:
    rows = eight.of("E2").facets.set_index("facet")
    assert rows["estimate"].to_dict() == {"communication": 90, "knowledge": 60}
    assert rows[["n", "assessors"]].to_numpy().tolist() == [[6, 2], [6, 2]]
    assert rows["offered"].to_dict() == {"communication": False, "knowledge": True}
    assert rows.loc["knowledge", "attended"]
    assert not eight.of("E1").facets.set_index("facet").loc["knowledge", "attended"]


def test_a_facet_rated_by_one_assessor_alone_is_not_told(insurer: Insurer) -> None:
    rows = assessments(PEOPLE, {"knowledge": 60}).assign(assessor_id="X0")
    facets = told(insurer({"staff": staff(PEOPLE), "assessments": rows})).facets
    assert set(facets["status"]) == {NOTHING}
    assert facets["estimate"].isna().all()


def test_the_units_still_needed_follow_spearman_and_brown() -> None:
    table = pd.DataFrame({
        "n": [18, 100, 100, 100, 6, 0], "minimum_n": [30, 30, 30, 30, 6, 30],
        "reliability": [None, 0.3, 0.0, 0.8, None, None],
        "status": [NOTHING, UNRELIABLE, UNRELIABLE, "ok", NOTHING, ALONE],
        "permitted_use": [LITTLE, "coaching only", "coaching only", "appraisal", LITTLE, LITTLE]})
    # 12 to the minimum; 100 · (.7/.3) · (.7/.3) = 544.4 in all; R = 0; none needed; an assessor is missing; colleagues
    assert further_units(table).tolist() == [12, 445, *[pd.NA] * 4]


def test_a_tiny_insurer_is_told_in_words(insurer: Insurer) -> None:
    one = told(insurer({"staff": staff(PEOPLE[:2]), "requests": requests(PEOPLE[:2], 2)}, limits=LIMITS))
    assert one.units == PEOPLE[:2]
    assert one.figures["status"].str.startswith("not estimable: ").all()


def test_without_any_delivery_nobody_is_told_anything(insurer: Insurer) -> None:
    assert told(insurer({"staff": staff(PEOPLE).iloc[:0]})).units == []
