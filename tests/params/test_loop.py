"""Are measures and reviews recorded whole (clauses 5.4, 5.5, 7.1)?"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from analysis.params.loop import Action, Review

ACTION: dict[str, Any] = {
    "action_id": "A1", "problem_id": "P1", "indicator": "nps", "units": ["B1"], "owner_department": "quality",
    "opened_on": "2024-01-10", "due_on": "2024-01-10", "expected_effect": 5, "window": "2024Q2",
}
REVIEW: dict[str, Any] = {"quarter": "2024Q2", "reviewed_by": "board", "reviewed_on": "2024-08-01"}


def test_a_measure_is_registered_before_it_is_done() -> None:
    action = Action.model_validate(ACTION)
    assert (action.started_on, action.done_on, action.comparison_units, action.decision) == (None, None, (), "")


@pytest.mark.parametrize(("changes", "message"), [
    ({"due_on": "2024-01-09"}, "due_on lies before opened_on"), ({"units": []}, "at least 1"),
    ({"expected_effect": "better"}, "valid number"), ({"efect": 1}, "Extra inputs"),
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
