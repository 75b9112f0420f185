"""Does the size of a sample follow from the width or the change that the plan wants?"""

from __future__ import annotations

import numpy as np
import pytest

from analysis.measures.audits.audit_planning import audit_plan
from analysis.measures.collection.sample_sizes import sample_sizes
from analysis.measures.collection.wanted import BY_CHANGE, BY_DEFAULT, BY_WIDTH, Wanted, wanted
from tests.measures.audits.test_audit_planning import audits
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
    ({}, Wanted(0.05, BY_DEFAULT))])
def test_the_plan_says_which(insurer: Insurer, planned: dict[str, float], found: Wanted) -> None:
    assert wanted(insurer({}, indicators={"csat_top2_share": planned}), "csat_top2_share") == found
    assert wanted(insurer({}), "csat_top2_share") == Wanted(0.05, BY_DEFAULT)


def test_a_width_that_the_plan_does_not_set_is_called_the_default(insurer: Insurer) -> None:
    run = insurer({"audits": audits(10, 100)}, samples={"audits": {"planned": 100}})
    assert sample_sizes(run)["wanted_by"].tolist() == ["half-width (default)"]


@pytest.mark.parametrize(("aim", "low", "high"), [
    (Wanted(0.1, BY_CHANGE), 0.4, 0.6), (Wanted(0.1, BY_CHANGE), 0.1, 0.52), (Wanted(0.1, BY_CHANGE), 0.46, 0.54),
    (Wanted(0.05, BY_WIDTH), 0.3, 0.8), (Wanted(0.05, BY_WIDTH), 0.1, 0.4), (Wanted(0.2, BY_CHANGE), 0, 1)])
def test_no_share_within_the_interval_takes_fewer_or_more(aim: Wanted, low: float, high: float) -> None:
    """Against every thousandth of the interval; the steps may miss an answer of many at a bend."""
    every = [aim.answers(float(share)) for share in np.linspace(low, high, 1001)]
    assert aim.fewest_and_most((low + high) / 2, low, high) == (min(every), pytest.approx(max(every), abs=1))


def test_the_bounds_of_a_change_hold_its_number_between_them(insurer: Insurer) -> None:
    """Half of 96 audits failed: .5 to .6 takes fewer than .45 to .55, and the interval reaches both."""
    planned = {"accuracy_error_share": {"detectable_change": 0.2}}
    found = audit_plan(insurer({"audits": audits(48, 96)}, indicators=planned)).set_index("measured_by")
    row = found.loc["accuracy_error_share"].query("indicator == 'audits_needed_count' and unit == 'company'").iloc[0]
    assert row["low"] <= row["estimate"] < row["high"]
