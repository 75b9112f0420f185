"""Does the calendar hold what was due in the year, and know only what was known?"""

from __future__ import annotations

from analysis.measures.collection.year_calendar import calendar_states, year_calendar
from tests.measures.conftest import PLAN, Insurer
from tests.measures.improvement.test_actions import ACTION


def step(name: str, due: str, done: str | None = None) -> dict:
    return {"name": name, "owner": "quality", "due": due} | ({"done": done} if done else {})


def test_steps_measures_and_decisions_stand_in_the_order_of_their_due_days(insurer: Insurer) -> None:
    earlier = PLAN | {"quarter": "2024Q2", "as_of": "2024-07-15T23:59:59+08:00", "approved_on": "2024-03-01",
                      "milestones": [step("audits", "2024-06-30", "2024-07-04")]}
    review = {"quarter": "2024Q2", "reviewed_by": "board", "reviewed_on": "2024-08-06", "problems": [
        {"problem_id": "p", "decision": "coach", "due": "2024-10-05"}]}
    run = insurer({}, files={"2024Q2.yml": earlier, "actions.yml": [ACTION | {"action_id": "A1"}],
                             "reviews/2024Q2.yml": review},
                  milestones=[step("delivery", "2024-10-10", "2024-10-16"), step("report", "2024-10-25"),
                              step("approval", "2024-06-20", "2024-06-20")])
    table = year_calendar(run)
    assert table["subject"].tolist() == ["approval", "audits", "A1", "p", "delivery", "report"]
    assert table["state"].tolist() == ["done", "done late", "overdue", "overdue", "overdue", "open"]
    assert table["days_late"].tolist() == [0, 4, 15, 10, 5, 0]
    assert table["done"].tolist() == ["2024-06-20", "2024-07-04", "", "", "", ""]
    assert calendar_states(table)["n"].tolist() == [1, 1, 3, 1]


def test_what_was_due_more_than_a_year_ago_is_gone(insurer: Insurer) -> None:
    old = ACTION | {"action_id": "A1", "opened_on": "2023-05-01", "due_on": "2023-09-30", "window": "2023Q3"}
    assert year_calendar(insurer({}, files={"actions.yml": [old]})).empty


def test_a_review_held_after_the_report_has_decided_nothing_yet(insurer: Insurer) -> None:
    review = {"quarter": "2024Q2", "reviewed_by": "board", "reviewed_on": "2024-10-20", "problems": [
        {"problem_id": "p", "decision": "coach", "due": "2024-11-05"}]}
    assert year_calendar(insurer({}, files={"reviews/2024Q2.yml": review})).empty
