"""Does the bridge lead from the published figure to the present one without a gap?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.composites.bridge import bridge
from analysis.stats.composites.decomposition import change_parts

SHARES = pd.DataFrame({"category": ["a", "b"], "n_before": [60, 40], "total_before": [48, 20]})
SHARES = SHARES.assign(n_after=[30, 70], total_after=[27, 42])
STEPS = ["late data", "definition", "performance", "mix", "change"]


def test_four_steps_by_hand():
    # published .70, then known as .66, under the new definition .68; performance .1, mix -.09; now .69
    steps = bridge(change_parts(SHARES, "share"), pd.DataFrame({"published": [0.7], "known_now": [0.66]}))
    assert steps.index.tolist() == STEPS
    np.testing.assert_allclose(steps["estimate"], [-0.04, 0.02, 0.1, -0.09, -0.01], rtol=1e-12)
    np.testing.assert_allclose(steps["from_value"], [0.7, 0.66, 0.68, 0.78, 0.7], rtol=1e-12)
    np.testing.assert_allclose(steps["to_value"], [0.66, 0.68, 0.78, 0.69, 0.69], rtol=1e-12)
    assert abs(0.7 + steps["estimate"].iloc[:4].sum() - 0.69) <= 1e-12


def test_revisions_have_no_sampling_error_and_the_change_keeps_its_own():
    parts = change_parts(SHARES, "share")
    steps = bridge(parts, pd.DataFrame({"published": [0.7], "known_now": [0.66]}))
    assert steps["low"].iloc[0] == steps["estimate"].iloc[0] == steps["high"].iloc[0]
    assert steps["method"].iloc[1] == "same cases counted again: no sampling error"
    np.testing.assert_allclose(steps.loc["mix", "low"], parts.loc["mix", "low"], rtol=1e-12)
    np.testing.assert_allclose(steps.loc["change", "high"], parts.loc["change", "high"] - 0.02, rtol=1e-12)


def test_groups_are_matched_by_name():
    table = pd.concat([SHARES.assign(g="y"), SHARES.assign(g="x")])
    told = pd.DataFrame({"g": ["y", "x"], "published": [0.7, 0.5], "known_now": [0.66, 0.6]})
    steps = bridge(change_parts(table, "share", ["g"]), told, ["g"])
    assert steps.index.tolist() == [(g, step) for g in "xy" for step in STEPS]
    np.testing.assert_allclose(steps.loc[("x", "late data"), "estimate"], 0.1, rtol=1e-12)
    np.testing.assert_allclose(steps.loc[("y", "change"), "estimate"], -0.01, rtol=1e-12)


def test_what_is_missing_leaves_the_other_steps():
    steps = bridge(change_parts(SHARES, "share"), pd.DataFrame({"published": [np.nan], "known_now": [0.66]}))
    gone = "not estimable: a figure at one end of the step is missing"
    assert steps["status"].tolist() == [gone, "ok", "ok", "ok", gone]
    few = bridge(change_parts(SHARES.assign(total_before=1), "share"), pd.DataFrame({"published": [1], "known_now": 1}))
    assert few["status"].iloc[:2].tolist() == ["ok", "ok"]
    assert few["status"].iloc[2:].str.startswith("not estimable: fewer than 5").all()


def test_no_groups_give_no_steps():
    table, told = SHARES.assign(g=""), pd.DataFrame({"g": ["a"], "published": [1.0], "known_now": [1.0]})
    assert bridge(change_parts(table.iloc[:0], "share", ["g"]), told.iloc[:0], ["g"]).empty


@pytest.mark.parametrize("rows", [0, 2])
def test_one_row_a_group(rows: int):
    with pytest.raises(ValueError, match="one row per group"):
        bridge(change_parts(SHARES, "share"), pd.DataFrame({"published": [1.0] * rows, "known_now": [1.0] * rows}))
