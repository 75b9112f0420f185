from __future__ import annotations

import pytest
from pydantic import ValidationError

from analysis.params.contests import Contest
from analysis.refusal import Refused
from tests.measures.conftest import Insurer, insurer

__all__ = ["insurer"]
RAISED = {"contest_id": "c1", "employee_id": "e1", "table": "audits", "case_id": "q1", "raised_on": "2024-09-10",
          "claim": "wrong file"}


def test_a_contest_sets_a_case_aside_until_it_is_rejected() -> None:
    decided = {"decided_on": "2024-09-20", "decided_by": "quality", "reason": "checked"}
    assert Contest(**RAISED).sets_aside
    assert Contest(**RAISED, outcome="upheld", **decided).sets_aside
    assert not Contest(**RAISED, outcome="rejected", **decided).sets_aside


@pytest.mark.parametrize(("changes", "rule"), [
    ({"outcome": "rejected"}, "a decided contest needs decided_on, decided_by and reason"),
    ({"outcome": "upheld", "decided_on": "2024-09-01", "decided_by": "quality", "reason": "checked"},
     "decided_on lies before raised_on"),
    ({"table": "weather"}, "Input should be"),
    ({"by": "e2"}, "Extra inputs are not permitted"),
])
def test_a_contest_that_says_too_little_is_refused(changes: dict[str, str], rule: str) -> None:
    with pytest.raises(ValidationError, match=rule):
        Contest(**(RAISED | changes))


def test_the_same_contest_twice_is_refused_by_name(insurer: Insurer) -> None:
    with pytest.raises(Refused, match=r"^contests.yml, row \d+, column 1.contest_id: the id c1 stands twice"):
        insurer({}, files={"contests.yml": [RAISED, dict(RAISED)]})
