"""Is of reviews, decisions and objections told what was known at the report's date, and is none lost while open?"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from analysis.measures.improvement.reviews import decisions, objections, review_states, reviews
from tests.measures.conftest import Insurer
from tests.measures.improvement.test_restatement import printed, signed

NPS, CSAT = "nps", "csat_mean"
REVIEWED = {"reviewed_by": "board", "reviewed_on": "2024-08-06"}
PLANNED = {"indicators": {NPS: {}, CSAT: {}}, "tables": {}, "as_of": "2024-07-15T23:59:59+08:00", "prepared_by": "a",
           "approved_by": "b", "approved_on": "2024-04-01", "quarter": "2024Q2"}


def reviewed(insurer: Insurer, *, held: dict[str, dict[str, Any]], planned: bool = True,
             **settings: Any) -> Any:
    """Return the run of 2024Q3 of a company with these reviews by quarter, and with a plan of 2024Q2 if ``planned``."""
    files: dict[str, Any] = {f"reviews/{quarter}.yml": REVIEWED | {"quarter": quarter} | review
                             for quarter, review in held.items()}
    return insurer({}, files=files | ({"2024Q2.yml": PLANNED} if planned else {}), **settings)


def states(table: pd.DataFrame, key: str = "concerns") -> dict[str, str]:
    return table.set_index(key)["state"].to_dict()


def test_every_indicator_of_the_last_plan_was_reviewed_or_was_not(insurer: Insurer) -> None:
    said = [{"id": CSAT, "reviewed": True}, {"id": "renew_share", "reviewed": True}]
    table = reviews(reviewed(insurer, held={"2024Q2": {"indicators": said}}))
    assert table.to_numpy().tolist() == [
        ["2024Q2", NPS, "not reviewed", "board", "2024-08-06"],
        ["2024Q2", CSAT, "reviewed", "board", "2024-08-06"]]
    assert review_states(table)[["state", "verdict", "n"]].to_numpy().tolist() == [
        ["reviewed", "met", 1], ["not reviewed", "not met", 1]]


def test_a_review_that_says_not_reviewed_is_believed(insurer: Insurer) -> None:
    said = [{"id": one, "reviewed": one == NPS} for one in (NPS, CSAT)]
    assert states(reviews(reviewed(insurer, held={"2024Q2": {"indicators": said}}))) == {
        NPS: "reviewed", CSAT: "not reviewed"}


def test_a_review_held_after_the_report_has_not_happened(insurer: Insurer) -> None:
    late = {"reviewed_on": "2024-10-16", "indicators": [{"id": NPS, "reviewed": True}],
            "problems": [{"problem_id": "p", "decision": "d"}]}
    run = reviewed(insurer, held={"2024Q2": late})
    assert reviews(run)[["state", "reviewed_by"]].to_numpy().tolist() == [["not reviewed", ""]] * 2
    assert decisions(run).empty


def test_without_a_plan_the_review_says_what_there_was(insurer: Insurer) -> None:
    said = [{"id": NPS, "reviewed": True}]
    assert states(reviews(reviewed(insurer, held={"2024Q2": {"indicators": said}}, planned=False))) == {NPS: "reviewed"}


def test_nothing_is_no_rows(insurer: Insurer) -> None:
    run = insurer({})
    assert [len(question(run)) for question in (reviews, decisions, objections)] == [0, 0, 0]
    assert review_states(reviews(run))["n"].tolist() == [0, 0]


def test_decisions_are_done_overdue_or_open_on_the_day_of_the_report(insurer: Insurer) -> None:
    dates = {"today": {"due": "2024-10-15"}, "yesterday": {"due": "2024-10-14"},
             "done": {"due": "2024-10-14", "done": "2024-10-15"}, "later": {"due": "2024-10-14", "done": "2024-10-16"},
             "whenever": {}}
    problems = [{"problem_id": name, "decision": "d"} | one for name, one in dates.items()] + [{"problem_id": "none"}]
    table = decisions(reviewed(insurer, held={"2024Q2": {"problems": problems}}))
    assert states(table) == {"yesterday": "overdue", "later": "overdue", "today": "open", "done": "done",
                             "whenever": "no due day", "none": "no decision"}
    assert table["state"].tolist()[:2] == ["overdue", "overdue"]
    assert table.set_index("concerns").loc[["later", "done"], "done"].tolist() == ["", "2024-10-15"]


def test_a_problem_of_the_signed_report_that_the_review_passes_over_is_undecided(insurer: Insurer) -> None:
    """Found: the score of sales, by facet, and B01. Decided: B01, and one that the report did not find."""
    held = {"2024Q2": {"problems": [{"problem_id": f"nps:branch:{name}", "decision": "d"} for name in ("B01", "B99")]}}
    found = pd.concat([printed("competence_score", 60, 58, 62, "problems", "adaptability").assign(
        unit_type="service_line", unit="sales"),
        printed(NPS, 1, 0, 2, "problems").assign(unit_type="branch", unit="B01")])
    table = decisions(signed(reviewed(insurer, held=held), found)).set_index("concerns")
    assert table["about"].to_dict() == {"nps:branch:B01": "problem", "nps:branch:B99": "raised by management",
                                        "competence_score:service_line:sales:adaptability": "problem"}
    assert table["state"].to_dict() == {"nps:branch:B01": "no due day", "nps:branch:B99": "no due day",
                                        "competence_score:service_line:sales:adaptability": "no decision"}


def test_of_indicators_only_decisions_are_told(insurer: Insurer) -> None:
    said = [{"id": NPS, "reviewed": True, "decision": "keep"}, {"id": CSAT, "reviewed": True}]
    table = decisions(reviewed(insurer, held={"2024Q2": {"indicators": said}}))
    assert table[["about", "concerns"]].to_numpy().tolist() == [["indicator", NPS]]


def test_an_earlier_decision_stays_until_it_is_done(insurer: Insurer) -> None:
    of = {"due": "2024-05-01", "decision": "d"}
    problems = [{"problem_id": "undone"} | of, {"problem_id": "done lately", "done": "2024-07-01"} | of,
                {"problem_id": "done before", "done": "2024-06-30"} | of, {"problem_id": "undated", "decision": "d"},
                {"problem_id": "undecided"}]
    table = decisions(reviewed(insurer, held={"2020Q1": {"reviewed_on": "2020-05-01", "problems": problems}}))
    assert states(table) == {"undone": "overdue", "done lately": "done", "undated": "no due day"}


def objection(number: int, raised: str, answered: str = "") -> dict[str, Any]:
    said = {"answer": "no", "answered_on": answered, "decision": "it stands"} if answered else {}
    return {"id": f"O{number}", "problem_id": "p", "text": "t", "raised_by": "B01", "raised_on": raised} | said


def test_objections_of_all_quarters_stay_open_until_they_are_answered(insurer: Insurer) -> None:
    held = {"2019Q1": {"reviewed_on": "2019-05-01", "objections": [objection(1, "2019-05-02")]},
            "2024Q2": {"objections": [
                objection(2, "2024-08-07", "2024-10-15"), objection(3, "2024-08-07", "2024-10-16"),
                objection(4, "2024-10-16"), objection(5, "2024-07-02", "2024-07-03")]},
            "2024Q1": {"reviewed_on": "2024-05-01", "objections": [objection(6, "2024-05-02", "2024-06-30")]}}
    table = objections(reviewed(insurer, held=held))
    assert list(states(table, "objection_id").items()) == [
        ("O1", "open"), ("O3", "open"), ("O5", "answered"), ("O2", "answered")]


@pytest.mark.parametrize(("departments", "offices"), [
    (["quality"], ["", "", "", "unknown"]), ([], ["", "", "", ""])])
def test_an_office_that_nobody_names_is_unknown(insurer: Insurer, departments: list[str], offices: list[str]) -> None:
    by = [objection(number, "2024-08-07") | {"raised_by": office}
          for number, office in enumerate(("B01", "quality", "sales", "B99"))]
    run = reviewed(insurer, held={"2024Q2": {"objections": by}}, departments=departments,
                   told_back=[{"unit": "B01", "on": "2024-07-25"}])
    assert objections(run)["office"].tolist() == offices


def test_an_answer_that_came_later_is_not_told(insurer: Insurer) -> None:
    held = {"2024Q2": {"objections": [objection(3, "2024-08-07", "2024-10-16")]}}
    row = objections(reviewed(insurer, held=held)).iloc[0]
    assert row[["answered_on", "answer", "decision"]].tolist() == ["", "", ""]
    assert row[["quarter", "concerns", "text", "raised_by"]].tolist() == ["2024Q2", "p", "t", "B01"]
