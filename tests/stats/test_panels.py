"""Are unit and period effects taken out, and are tables refused that no panel can be?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.models.panels import seen_both_times, two_way


def panel() -> pd.DataFrame:
    table = pd.DataFrame({"unit": np.repeat(list("cab"), 4), "period": np.tile([4, 1, 3, 2], 3)})
    table = table.assign(treated=table["unit"].eq("b"), after=table["period"].ge(3))
    return table.assign(value=10.0 * table["period"] + table["unit"].map({"a": 1, "b": 2, "c": 3}))


def test_pure_unit_and_period_effects_leave_nothing():
    np.testing.assert_allclose(two_way(panel()).value, 0, atol=1e-10)


def test_an_effect_is_left_by_hand():
    # Balanced: value minus unit mean minus period mean plus mean. One of three units, half of the periods.
    table = panel().assign(value=lambda x: (x["treated"] & x["after"]).astype(float))
    left = two_way(table)
    expected = np.where(left.treated[left.unit], 2 / 3, -1 / 3) * np.tile([-0.5, -0.5, 0.5, 0.5], 3)
    np.testing.assert_allclose(left.value, expected, atol=1e-12)
    np.testing.assert_allclose(left.left_of(left.of_treated())[:, 0], expected, atol=1e-12)


def test_units_are_numbered_by_label_and_the_treated_known():
    design = two_way(panel())
    assert design.units == 3
    assert design.treated.tolist() == [False, True, False]
    assert design.unit.tolist() == [0] * 4 + [1] * 4 + [2] * 4


def test_patterns_are_after_time_and_each_period_but_the_last_before():
    assert two_way(panel()).exposure[:4, 0].tolist() == [0, 0, 1, 1]
    assert two_way(panel(), "time").exposure[:4, 0].tolist() == [0, 1, 2, 3]
    each = two_way(panel(), "each")
    assert each.labels.tolist() == [1, 3, 4]
    assert each.exposure[:4].tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_without_a_period_before_the_first_is_the_reference():
    assert two_way(panel().assign(after=True), "each").labels.tolist() == [2, 3, 4]


def test_rows_without_weight_or_value_are_left_out():
    table = panel().assign(n=[0, *range(1, 12)])
    table.loc[5, "value"] = np.nan
    design = two_way(table)
    assert len(design.value) == 10
    assert design.weight.max() == 1


def test_units_seen_both_times_are_counted():
    assert seen_both_times(panel()) == (1, 2)
    assert seen_both_times(panel().query("unit != 'a' or period < 3")) == (1, 1)


def test_an_empty_panel_has_no_units():
    assert two_way(panel().iloc[:0]).units == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"period": 1}, "two figures"),
        ({"treated": [True] + [False] * 11}, "some rows only"),
        ({"after": [False] + [True] * 11}, "both before and after"),
        ({"n": -1}, "negative"),
        ({"unit": [None, *"cccaaaabbbb"]}, "missing"),
        ({"treated": [None] + [False] * 11}, "missing"),
        ({"after": np.nan}, "missing"),
    ],
)
def test_tables_that_are_no_panel_are_refused(change: dict, words: str):
    with pytest.raises(ValueError, match=words):
        two_way(panel().assign(**change))
