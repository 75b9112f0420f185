"""What does a difference in differences answer by hand, with few units, and without anything to compare?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.models.differences import (
    DifferenceRule,
    clustered_fit,
    difference_in_differences,
    event_study,
    lead_trend,
    two_by_two,
)
from analysis.stats.models.panels import two_way

FEW = DifferenceRule(minimum_treated=2, minimum_units=4)
FEW_CR1 = DifferenceRule("CR1", 2, 4)


def panel(units: int = 40, treated: int = 15, effect: float = 2.0) -> pd.DataFrame:
    table = pd.DataFrame({"unit": np.repeat(np.arange(units), 6), "period": np.tile(np.arange(6), units)})
    table = table.assign(treated=table["unit"] < treated, after=table["period"] > 3)
    noise = np.random.default_rng(5).standard_normal(len(table))
    return table.assign(value=table["unit"] + table["period"] + effect * (table["treated"] & table["after"]) + noise)


def status_of(table: pd.DataFrame) -> str:
    assert table[["estimate", "low", "high", "std_error"]].isna().all().all()
    return table["status"].iloc[0]


def changes(treated: list[float], comparison: list[float]) -> pd.DataFrame:
    """Return a panel of two periods whose units change by the numbers given."""
    moved = np.array([*treated, *comparison])
    table = pd.DataFrame({"unit": np.repeat(np.arange(len(moved)), 2), "period": np.tile([0, 1], len(moved))})
    table = table.assign(treated=table["unit"] < len(treated), after=table["period"] > 0)
    return table.assign(value=np.column_stack([np.arange(len(moved)), np.arange(len(moved)) + moved]).ravel())


def test_two_periods_are_a_welch_test_of_changes():
    # CR2 by unit is the unpooled variance of two means: 1/3 (sd 1, three units) + 4/4 (sd 2, four units)
    table = difference_in_differences(changes([4, 5, 6], [0, 0, 3.4641016151377544, 0]), FEW)
    expected = 5 - 3.4641016151377544 / 4
    np.testing.assert_allclose(table["estimate"], expected)
    np.testing.assert_allclose(table["std_error"], np.sqrt(1 / 3 + 3 / 4), rtol=1e-10)


def test_usual_cluster_errors_by_hand():
    # Σ (change − mean)² per group over its size²: 2/9 + 9/16, times 7/6 · 13/(14 − 9)
    table = difference_in_differences(changes([4, 5, 6], [0, 0, 3.4641016151377544, 0]), FEW_CR1)
    np.testing.assert_allclose(table["std_error"] ** 2, (2 / 9 + 9 / 16) * 7 / 6 * 13 / 5)
    assert table["df"].item() == 6


def test_a_known_effect_is_found_with_its_counts():
    row = difference_in_differences(panel()).iloc[0]
    assert row["low"] < 2 < row["high"]
    assert (row["n"], row["treated"], row["comparison"], row["status"]) == (40, 15, 25, "ok")
    assert row["p"] < 0.001


def test_row_order_labels_and_the_unit_of_weights_do_not_matter():
    table = panel().assign(n=lambda x: x["unit"] % 3 + 1)
    other = table.sample(frac=1, random_state=1).assign(n=lambda x: 50 * x["n"], unit=lambda x: -x["unit"])
    numbers = ["estimate", "low", "high", "df"]
    first, second = (difference_in_differences(each)[numbers] for each in (table, other))
    np.testing.assert_allclose(first, second, rtol=1e-9)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (panel(treated=9), "fewer than 10 treated units: use the randomisation test"),
        (panel(units=29), "fewer than 30 units: use the randomisation test"),
        (panel(treated=0), "no treated units"),
        (panel(treated=40), "no comparison units"),
        (panel(units=1, treated=1), "no comparison units"),
        (panel().query("not after"), "no treated units seen before and after"),
        (panel().iloc[:0], "no units"),
        (panel().assign(n=0), "no units"),
        (panel().assign(value=3.0), "no variation"),
    ],
)
def test_too_little_is_refused(table: pd.DataFrame, words: str):
    assert words in status_of(difference_in_differences(table))


def test_units_that_change_all_alike_are_refused():
    assert "no variation between units" in status_of(difference_in_differences(changes([4, 4, 4], [1, 1, 1]), FEW))


def test_trends_before_are_found_and_need_three_periods():
    drifting = panel().assign(value=lambda x: x["value"] + 0.7 * x["treated"] * x["period"])
    row = lead_trend(drifting).iloc[0]
    assert row["low"] < 0.7 < row["high"]
    assert "no" in status_of(lead_trend(panel().query("period == 3 or after")))


def test_parallel_trends_are_not_found_to_differ():
    assert lead_trend(panel()).eval("low < 0 < high").item()


def test_the_event_study_has_leads_near_zero_and_effects_near_two():
    table = event_study(panel())
    assert table.index.tolist() == [0, 1, 2, 4, 5]
    np.testing.assert_allclose(table["estimate"], [0, 0, 0, 2, 2], atol=1)
    assert "no units" in status_of(event_study(panel().iloc[:0]))


def test_a_period_without_treated_units_is_refused_beside_the_others():
    table = event_study(panel().query("not (treated and period == 1)"))
    assert table["status"].eq("ok").tolist() == [True, False, True, True, True]
    assert "no treated or no comparison units in this period" in table["status"][1]
    assert table.loc[1, ["estimate", "low", "high", "std_error"]].isna().all()


@pytest.mark.parametrize("scale", [1e-12, 1e9])
def test_the_unit_of_the_figures_does_not_matter(scale: float):
    table, other = (difference_in_differences(panel().assign(value=panel()["value"] * by)) for by in (1, scale))
    np.testing.assert_allclose(other[["estimate", "low", "high"]] / scale, table[["estimate", "low", "high"]])


@pytest.mark.parametrize("level", [1e6, 1e-9])
def test_what_units_and_periods_explain_is_no_variation_at_any_size(level: float):
    table = panel().assign(value=lambda x: level * (1.37 * x["unit"] + 0.91 * x["period"]))
    assert "no variation" in status_of(difference_in_differences(table))


def test_trends_need_periods_that_are_numbers():
    with pytest.raises(ValueError, match="period must be a number"):
        lead_trend(panel().assign(period=lambda x: "2024-0" + x["period"].astype(str)))


def test_the_fit_is_the_same_for_both_kinds_of_error():
    design = two_way(panel())
    one, two = clustered_fit(design, "CR1"), clustered_fit(design, "CR2")
    np.testing.assert_allclose(one[0], two[0])
    assert one[2][0] == 39
    assert two[2][0] < 39


def cells() -> pd.DataFrame:
    table = pd.DataFrame({"treated": [1, 1, 0, 0], "after": [0, 1, 0, 1], "mean": [4.0, 7.0, 5.0, 6.0]})
    return table.assign(n=11, std_error=1.0)


def test_four_means_by_hand():
    # (7 − 4) − (6 − 5) = 2; se² = 4; df = 16/(4/10) = 40; qt(.975, 40) = 2.021075390306273
    row = two_by_two(cells(), minimum_n=2).iloc[0]
    np.testing.assert_allclose(row[["estimate", "std_error", "df"]].astype(float), [2, 2, 40])
    np.testing.assert_allclose(row[["low", "high"]].astype(float), [2 - 4.042150780612546, 2 + 4.042150780612546])
    assert row["n"] == 44


def test_four_means_in_any_order():
    pd.testing.assert_frame_equal(two_by_two(cells().iloc[::-1], minimum_n=2), two_by_two(cells(), minimum_n=2))


@pytest.mark.parametrize(("change", "words"), [
    ({"n": 1}, "fewer than 2 answers"), ({"std_error": 0.0}, "no variation"),
    ({"n": [1, 9, 9, 9], "std_error": [np.nan, 1, 1, 1]}, "fewer than 2 answers"),
    ({"std_error": [np.nan, 1, 1, 1]}, "missing"), ({"mean": [np.nan, 1, 1, 1]}, "missing"),
])  # fmt: skip
def test_four_means_without_spread_are_refused(change: dict, words: str):
    assert words in status_of(two_by_two(cells().assign(**change), minimum_n=0))


def test_four_means_of_few_answers_are_refused():
    assert "fewer than 30 answers in a cell" in status_of(two_by_two(cells().assign(n=[29, 90, 90, 90])))
    assert two_by_two(cells().assign(n=30))["status"].item() == "ok"


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (cells().iloc[:3], "four rows"),
        (cells().assign(after=1), "each pair"),
        (cells().assign(std_error=-1), "negative"),
        (cells().assign(n=np.nan), "n must hold counts"),
    ],
)
def test_tables_that_are_not_two_by_two_are_refused(table: pd.DataFrame, words: str):
    with pytest.raises(ValueError, match=words):
        two_by_two(table)


def test_wrong_rules_are_refused():
    with pytest.raises(ValueError, match="errors"):
        DifferenceRule("HC3")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="level"):
        DifferenceRule(level=95)
