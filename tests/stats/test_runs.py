"""Which points complete a run, and which do not?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.charts.runs import NELSON, WESTERN_ELECTRIC, RunsRule, runs_signals


def signalled(rule: RunsRule, z: list[float]) -> list[int]:
    return np.flatnonzero(runs_signals(z, (rule,))["any"]).tolist()


@pytest.mark.parametrize(
    ("rule", "z", "points"),
    [
        (WESTERN_ELECTRIC[0], [3.0, 3.1, -3.1], [1, 2]),
        (WESTERN_ELECTRIC[1], [2.1, 0, 2.1, 0, -2.1, 2.1, -2.1], [2, 6]),
        (WESTERN_ELECTRIC[2], [1.1, 1.1, 0, 1.1, 1.1, 0.5, -1.1], [4]),
        (WESTERN_ELECTRIC[3], [0.1] * 9 + [-0.1] * 8, [7, 8, 16]),
        (NELSON[1], [0.1] * 9, [8]),
        (NELSON[4], [0.5, -0.5] * 7 + [0.9, 1.0, 0.5], [14]),
        (NELSON[5], [1.5, -1.5] * 4 + [0.5], [7]),
    ],
)
def test_a_rule_signals_where_it_is_completed(rule: RunsRule, z: list[float], points: list[int]):
    assert signalled(rule, z) == points


def test_a_missing_point_breaks_a_run():
    assert signalled(WESTERN_ELECTRIC[3], [0.1] * 7 + [np.nan, 0.1]) == []


def test_signals_stand_on_the_index_of_the_points_under_the_names_of_the_rules():
    signals = runs_signals(pd.Series([4.0, 0.0], index=["a", "b"]))
    assert signals.loc["a", "any"]
    assert signals.columns.tolist() == [*(rule.name for rule in WESTERN_ELECTRIC), "any"]
    assert runs_signals([]).empty


def test_zones_do_not_hold_their_bounds():
    z = np.array([-2.0, -1.0, 0.5, 1.0, 2.0, np.nan])
    up, down = RunsRule("same", 1, 1, 1.0).zones(z)
    assert (up.sum(), down.sum()) == (1, 1)
    assert RunsRule("either", 1, 1, 1.0, "either").zones(z)[0].sum() == 2
    assert RunsRule("within", 1, 1, 1.0, "within").zones(z)[0].sum() == 1


@pytest.mark.parametrize(("needed", "window", "side"), [(0, 1, "same"), (3, 2, "same"), (1, 1, "both")])
def test_impossible_rules_are_refused(needed: int, window: int, side: str):
    with pytest.raises(ValueError, match="rule"):
        RunsRule("wrong", needed, window, 1.0, side)
