"""Is the randomisation test exact, and does it say when units are too few to show anything?"""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from analysis.stats.models import randomisation
from analysis.stats.models.differences import DifferenceRule, difference_in_differences
from analysis.stats.models.randomisation import placebo_windows, randomisation_test


def panel(units: int = 9, treated: int = 3, effect: float = 1.5) -> pd.DataFrame:
    table = pd.DataFrame({"unit": np.repeat(np.arange(units), 4), "period": np.tile(np.arange(4), units)})
    table = table.assign(treated=table["unit"] < treated, after=table["period"] > 2)
    generator = np.random.default_rng(8)
    noise, n = generator.standard_normal(len(table)), generator.integers(1, 9, len(table))
    return table.assign(value=noise + effect * (table["treated"] & table["after"]), n=n)


def less(delta: float) -> pd.DataFrame:
    return panel().assign(value=lambda x: x["value"] - delta * (x["treated"] & x["after"]))


def fitted(table: pd.DataFrame) -> float:
    rule = DifferenceRule("CR1", minimum_treated=1, minimum_units=3)
    return difference_in_differences(table, rule)["estimate"].item()


def test_the_effect_and_p_are_those_of_every_regression():
    table = panel(units=7, treated=2)
    sets = [fitted(table.assign(treated=table["unit"].isin(chosen))) for chosen in combinations(range(7), 2)]
    row = randomisation_test(table, seed=1).iloc[0]
    np.testing.assert_allclose(row["estimate"], sets[0])
    assert row["p"] == np.mean(np.abs(sets) >= abs(sets[0]) - 1e-9)
    assert (row["assignments"], row["smallest_p"]) == (21, 1 / 21)


@pytest.mark.parametrize("end", ["low", "high"])
def test_the_limits_are_where_p_crosses_five_percent(end: str):
    limit = randomisation_test(panel(), seed=1)[end].item()
    outwards = 1e-6 if end == "high" else -1e-6
    p = [randomisation_test(less(delta), seed=1)["p"].item() for delta in (limit - outwards, limit + outwards)]
    assert p[0] > 0.05 >= p[1]


def test_too_few_units_cannot_show_anything():
    row = randomisation_test(panel(units=5, treated=1, effect=1e6), seed=1).iloc[0]
    assert row["status"] == "not estimable: too few units: the smallest attainable p is 0.2"
    assert np.isnan(row[["estimate", "low", "high"]].astype(float)).all()
    assert row["p"] == row["smallest_p"] == 0.2


def test_one_treated_among_twenty_is_just_enough():
    row = randomisation_test(panel(units=20, treated=1, effect=100), seed=1).iloc[0]
    assert row["status"] == "ok"
    assert row["p"] == row["smallest_p"] == 0.05


def test_half_treated_has_a_mirror_image():
    row = randomisation_test(panel(units=8, treated=4, effect=50), seed=1).iloc[0]
    assert row["smallest_p"] == row["p"] == 2 / 70


def test_many_units_are_drawn_with_the_seed():
    table = panel(units=30, treated=8)
    first, again, other = (randomisation_test(table, seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert first["p"].item() != other["p"].item() or first["low"].item() != other["low"].item()
    assert first["assignments"].item() == randomisation.ASSIGNMENTS
    assert first["smallest_p"].item() == 1 / 5_000


def test_drawn_and_complete_sets_agree(monkeypatch: pytest.MonkeyPatch):
    complete = randomisation_test(panel(units=14, treated=4), seed=1).iloc[0]
    monkeypatch.setattr(randomisation, "ASSIGNMENTS", 1_000)
    drawn = randomisation_test(panel(units=14, treated=4), seed=1).iloc[0]
    assert (complete["assignments"], drawn["assignments"]) == (1_001, 1_000)
    np.testing.assert_allclose(drawn["p"], complete["p"], atol=0.04)


def test_row_order_does_not_matter():
    shuffled = panel().sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(randomisation_test(shuffled, 1), randomisation_test(panel(), 1))


def test_units_seen_once_are_not_assigned():
    table = panel().query("unit != 8 or period == 0")
    assert randomisation_test(table, 1)["n"].item() == 8


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (panel().iloc[:0], "no units"),
        (panel(treated=0), "no treated units"),
        (panel(treated=9), "no comparison units"),
        (panel(units=1, treated=1), "no comparison units"),
        (panel().query("not after"), "no treated units"),
        (panel().assign(value=2.0), "no variation"),
        (panel().assign(n=0), "no units"),
    ],
)
def test_nothing_to_compare_is_refused(table: pd.DataFrame, words: str):
    row = randomisation_test(table, seed=1).iloc[0]
    assert words in row["status"]
    assert np.isnan(row[["estimate", "low", "high", "p"]].astype(float)).all()


def test_windows_before_are_the_same_regression_earlier():
    table = placebo_windows(panel())
    assert table.index.tolist() == [1, 2, 3]
    assert table["placebo"].tolist() == [True, True, False]
    earlier = panel().query("period < 2").assign(after=lambda x: x["period"] > 0)
    np.testing.assert_allclose(table["estimate"].iloc[0], fitted(earlier))
    np.testing.assert_allclose(table["estimate"].iloc[-1], fitted(panel()))


def test_the_largest_window_is_as_large_as_itself_alone():
    assert placebo_windows(panel(effect=100))["as_large"].iloc[-1] == 1 / 3


def test_without_a_measure_or_comparison_there_is_no_window():
    assert placebo_windows(panel().query("not after")).empty
    alone = placebo_windows(panel(units=1, treated=1))
    assert alone["estimate"].isna().all()
    assert alone["as_large"].isna().all()
    assert alone["status"].str.startswith("not estimable: ").all()


def test_a_window_without_treated_units_is_refused_beside_the_others():
    table = placebo_windows(panel().query("not treated or period > 1"))
    assert table["status"].eq("ok").tolist() == [False, False, True]
    assert table["estimate"].isna().tolist() == [True, True, False]
    assert table["as_large"].iloc[-1] == 1


@pytest.mark.parametrize("scale", [1e-12, 1e9])
def test_the_unit_of_the_figures_does_not_matter(scale: float):
    other = randomisation_test(panel().assign(value=panel()["value"] * scale), 1)
    table = randomisation_test(panel(), 1)
    np.testing.assert_allclose(other[["estimate", "low", "high"]] / scale, table[["estimate", "low", "high"]])
    assert other["p"].item() == table["p"].item()
