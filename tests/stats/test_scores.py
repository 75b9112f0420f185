"""Do scores run from floor to target, and is what is missing named?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.composites.scores import Scheme, clipped, component_scores, missing_of, scores_of

PLAN = pd.DataFrame({"floor": [0.5, 100.0], "target": [0.9, 20.0], "weight": [3, 1]}, index=["share", "hours"])
SCHEME = Scheme(PLAN)


def estimates(**changes: object) -> pd.DataFrame:
    table = pd.DataFrame({"component": ["share", "hours"], "n": [40, 60], "estimate": [0.7, 40.0]})
    table = table.assign(low=[0.4, 30.0], high=[0.8, 60.0], level=0.95, status="ok")
    return table.assign(**changes)


def test_scores_by_hand_keep_low_below_high():
    # (.7 - .5)/.4 = 50, .4 is below the floor, (.8 - .5)/.4 = 75; (40 - 100)/-80 = 75, 30 -> 87.5, 60 -> 50
    table = component_scores(estimates(std_error=1.0), SCHEME)
    np.testing.assert_allclose(table[["estimate", "low", "high"]], [[50, 0, 75], [75, 50, 87.5]], rtol=1e-12)
    assert table.columns.tolist() == ["component", "n", "estimate", "low", "high", "level", "status"]
    assert clipped(np.array([-3.0, 40.0, 101.0])).tolist() == [0, 40, 100]


def test_arrays_hold_the_unclipped_scores_and_their_spread():
    # names sorted: hours, share; spreads in scores over 1.96: hours 25 down, 12.5 up; share 75 down, 25 up
    scores = scores_of(estimates(), SCHEME)
    np.testing.assert_allclose(scores.centre, [[75, 50]], rtol=1e-12)
    np.testing.assert_allclose(scores.down * 1.959963984540054, [[25, 75]], rtol=1e-12)
    np.testing.assert_allclose(scores.up * 1.959963984540054, [[12.5, 25]], rtol=1e-12)
    assert (scores.weight.tolist(), scores.n.tolist(), scores.weight_present.tolist()) == ([[0.25, 0.75]], [100], [1])
    np.testing.assert_allclose(scores.composite, [56.25], rtol=1e-12)


def test_a_level_of_its_own_is_undone():
    scores = scores_of(estimates(level=0.9), SCHEME)
    np.testing.assert_allclose(scores.up[0, 1] * 1.6448536269514722, 25, rtol=1e-12)


def test_what_is_missing_is_named_and_the_rest_weighs_all():
    scores = scores_of(estimates(status=["ok", "not estimable: no answers"]), SCHEME)
    assert missing_of(scores, SCHEME) == (["hours"], ["less than 80% of the weight is present, missing: hours"])
    assert missing_of(scores, Scheme(PLAN, minimum_weight=0.75)) == (["hours"], [""])
    assert scores.weight.tolist() == [[0, 1]]
    np.testing.assert_allclose(scores.composite, [50], rtol=1e-12)


def test_a_component_without_weight_is_not_missed():
    free = Scheme(PLAN.assign(weight=[1, 0]))
    assert missing_of(scores_of(estimates().iloc[:1], free), free) == ([""], [""])


def test_four_fifths_of_the_weight_suffice_whatever_the_rounding():
    plan = pd.DataFrame({"floor": 0.0, "target": 1.0, "weight": [0.1, 0.1, 0.2, 0.6]}, index=list("abcd"))
    table = estimates().iloc[[0, 0]].assign(component=["c", "d"])
    assert missing_of(scores_of(table, Scheme(plan)), Scheme(plan))[1] == [""]


def test_wrong_rows_are_refused():
    with pytest.raises(ValueError, match="not in the scheme: minutes"):
        component_scores(estimates(component=["share", "minutes"]), SCHEME)
    with pytest.raises(ValueError, match="twice"):
        scores_of(estimates(component="share"), SCHEME)


@pytest.mark.parametrize("change", [{"target": 100.0, "floor": 100.0}, {"weight": [-1, 2]}, {"weight": 0},
                                    {"floor": np.nan}])
def test_wrong_schemes_are_refused(change: dict[str, object]):
    with pytest.raises(ValueError, match="component"):
        Scheme(PLAN.assign(**change))
    with pytest.raises(ValueError, match="once"):
        Scheme(PLAN.set_axis(["a", "a"]))
