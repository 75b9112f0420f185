"""Are measures and reviews recorded whole (clauses 5.4, 5.5, 7.1)?"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from analysis.params.loop import Action, Objection, Review

ACTION: dict[str, Any] = {
    "action_id": "A1", "problem_id": "P1", "indicator": "nps", "units": ["B1"], "owner_department": "quality",
    "opened_on": "2024-01-10", "due_on": "2024-01-10", "expected_effect": 5, "window": "2024Q2",
}
REVIEW: dict[str, Any] = {"quarter": "2024Q2", "reviewed_by": "board", "reviewed_on": "2024-08-01"}
OBJECTION: dict[str, Any] = {"id": "O1", "indicator": "nps", "text": "t", "raised_by": "B01", "raised_on": "2024-08-02"}


def test_a_measure_is_registered_before_it_is_done() -> None:
    action = Action.model_validate(ACTION)
    assert (action.started_on, action.done_on, action.comparison_units, action.decision) == (None, None, (), "")


def test_a_measure_may_last_for_years() -> None:
    lasting = {"due_on": "2029-12-31", "window": "2024Q1 to 2029Q4"}
    assert Action.model_validate(ACTION | lasting).window_end.year == 2029


@pytest.mark.parametrize(("changes", "message"), [
    ({"due_on": "2024-01-09"}, "due_on lies before opened_on"), ({"units": []}, "at least 1"),
    ({"expected_effect": "better"}, "valid number"), ({"efect": 1}, "Extra inputs"), ({"action_id": ""}, "at least 1"),
    ({"started_on": "2024-01-09"}, "started_on lies before opened_on"),
    ({"started_on": "2024-02-01", "done_on": "2024-01-09"}, "done_on lies before opened_on"),
    ({"done_on": "2024-02-09"}, "done_on stands without started_on"), ({"expected_effect": 0}, "no effect is expected"),
    ({"decision": "stop"}, "decision and decided_on stand together"),
    ({"decided_on": "2024-05-01"}, "decision and decided_on stand together"),
    ({"decision": "stop", "decided_on": "2024-01-09"}, "decided_on lies before opened_on"),
    ({"started_on": "2024-02-01", "done_on": "2024-01-31"}, "done_on lies before started_on"),
    ({"window": "2023Q4"}, "window begins in a quarter before opened_on"),
    ({"window": "2024Q3 to 2024Q1"}, "window is one quarter, or two as in"), ({"window": "2024Q5"}, "window is one"),
    ({"window": "2024Q1 to 2024Q2 to 2024Q3"}, "window is one quarter, or two as in"),
    ({"due_on": "2204-01-10"}, "due_on lies more than 5 years after opened_on"),
    ({"due_on": "2030-01-01"}, "due_on lies more than 5 years after opened_on"),
    ({"window": "2024Q1 to 2030Q1"}, "window ends more than 5 years after opened_on"),
    ({"comparison_units": ["B2", "B1"]}, "a unit stands on both sides"),
])
def test_a_measure_that_cannot_be_judged_is_an_error(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Action.model_validate(ACTION | changes)


def test_a_review_names_what_was_delivered_by_its_hash() -> None:
    review = Review.model_validate(REVIEW | {"delivered": [{"to": "board", "on": "2024-07-30", "sha256": "0" * 64}]})
    assert review.delivered[0].to == "board"
    with pytest.raises(ValidationError, match="match pattern"):
        Review.model_validate(REVIEW | {"delivered": [{"to": "board", "on": "2024-07-30", "sha256": "abc"}]})


def test_a_review_says_of_each_indicator_whether_it_was_reviewed() -> None:
    with pytest.raises(ValidationError, match="Field required"):
        Review.model_validate(REVIEW | {"indicators": [{"id": "nps", "decision": "go on"}]})


@pytest.mark.parametrize(("changes", "message"), [
    ({"quarter": "2024Q5"}, "not a quarter"),
    ({"reviewed_on": "2024-06-30"}, "reviewed_on does not lie after the end of 2024Q2"),
    ({"delivered": [{"to": "board", "on": "2024-06-30", "sha256": "0" * 64}]}, "delivered before the end of 2024Q2"),
    ({"indicators": [{"id": "nps", "reviewed": True, "due": "2024-09-01"}]}, "due stands without a decision"),
    ({"indicators": [{"id": "nps", "reviewed": True, "done": "2024-09-01"}]}, "done stands without a decision"),
    ({"indicators": [{"id": "nps", "reviewed": False, "decision": "keep"}]}, "an indicator that was not reviewed"),
    ({"problems": [{"problem_id": "p", "decision": "d", "due": "2024-07-31"}]}, "due lies before reviewed_on"),
    ({"problems": [{"problem_id": "p", "decision": "d", "done": "2024-07-31"}]}, "done lies before reviewed_on"),
    ({"problems": [{"problem_id": "p", "decision": "d", "due": "2030-01-01"}]}, "more than 5 years after 2024Q2"),
    ({"reviewed_on": "2042-08-01"}, "more than 5 years after 2024Q2"),
    ({"objections": [OBJECTION | {"answer": "a", "answered_on": "2042-08-03"}]}, "more than 5 years after 2024Q2"),
    ({"delivered": [{"to": "board", "on": "2042-07-30", "sha256": "0" * 64}]}, "more than 5 years after 2024Q2"),
    ({"objections": [OBJECTION | {"raised_on": "2024-06-30"}]}, "raised_on does not lie after the end of 2024Q2"),
])
def test_a_review_whose_dates_contradict_is_an_error(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Review.model_validate(REVIEW | changes)


@pytest.mark.parametrize(("changes", "message"), [
    ({"problem_id": "p"}, "an indicator or a problem_id, one of the two"), ({"indicator": ""}, "one of the two"),
    ({"answer": "yes"}, "answer and answered_on stand together"), ({"text": ""}, "at least 1"),
    ({"answered_on": "2024-09-01"}, "answer and answered_on stand together"),
    ({"decision": "keep"}, "a decision stands without an answer"),
    ({"answer": "yes", "answered_on": "2024-08-01"}, "answered_on lies before raised_on"),
])
def test_an_objection_is_of_one_thing_and_answered_whole(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Objection.model_validate(OBJECTION | changes)


def test_an_objection_may_be_answered_on_the_day_it_was_raised() -> None:
    answered = {"answer": "yes", "answered_on": "2024-08-02", "decision": "keep"}
    assert Objection.model_validate(OBJECTION | answered).answered_on == Objection.model_validate(OBJECTION).raised_on
