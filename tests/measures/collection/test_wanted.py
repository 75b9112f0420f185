"""Does the size of a sample follow from the width or the change that the plan wants?"""

from __future__ import annotations

import pytest

from analysis.measures.collection.wanted import BY_CHANGE, BY_WIDTH, Wanted, wanted
from tests.measures.conftest import Insurer


def test_a_change_takes_the_answers_that_r_says() -> None:
    """R: ceiling(power.prop.test(p1 = .8, p2 = .75, power = .8)$n) is 1094; up, to .85, it takes fewer."""
    assert Wanted(0.05, BY_CHANGE).answers(0.8) == 1094
    assert Wanted(0.05, BY_CHANGE).answers(0.2) == 1094


def test_near_the_end_only_the_change_that_is_possible_counts() -> None:
    """By hand, .02 to .07: (1.960 √(2 × .045 × .955) + .842 √(.0196 + .0651))² / .05² = 268.7; -.03 is no share."""
    assert Wanted(0.05, BY_CHANGE).answers(0.02) == 269
    assert Wanted(0.05, BY_CHANGE).answers(0) > 0


@pytest.mark.parametrize(("planned", "found"), [
    ({"half_width": 0.04}, Wanted(0.04, BY_WIDTH)), ({"detectable_change": 0.06}, Wanted(0.06, BY_CHANGE)),
    ({}, Wanted(0.05, BY_WIDTH))])
def test_the_plan_says_which(insurer: Insurer, planned: dict[str, float], found: Wanted) -> None:
    assert wanted(insurer({}, indicators={"nps": planned}), "nps") == found
    assert wanted(insurer({}), "nps") == Wanted(0.05, BY_WIDTH)
