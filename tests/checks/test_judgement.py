"""How do the parts of a clause make one judgement?"""

from __future__ import annotations

import pytest

from analysis.checks.judgement import Evidence, Judgement, Rule, every, judged


def said(status: str) -> Rule:
    return lambda e: Judgement(status, status)


@pytest.mark.parametrize(("parts", "whole"), [
    (["met", "met"], "met"),
    (["met", "not met"], "not met"),
    (["met", "no data"], "not met"),
    (["no data", "no data"], "no data"),
])
def test_the_worst_part_decides(parts: list[str], whole: str, whole_evidence: Evidence) -> None:
    assert every(*map(said, parts))(whole_evidence).status == whole


@pytest.mark.parametrize(("have", "of", "status"), [
    (0, 0, "no data"), (0, 3, "no data"), (2, 3, "not met"), (3, 3, "met")])
def test_a_part_of_the_evidence_is_not_enough(have: int, of: int, status: str) -> None:
    assert judged(have, of, "").status == status


def test_a_clause_points_at_each_table_once(whole_evidence: Evidence) -> None:
    rule = every(lambda e: Judgement("met", "", ("a", "b")), lambda e: Judgement("met", "", ("b",)))
    assert rule(whole_evidence).evidence == ("a", "b")
