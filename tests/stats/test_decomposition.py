"""Do the parts of a change add up exactly, and does the table say when they cannot be told?"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.stats.composites.decomposition import category_parts, change_parts

COLUMNS = ["n_before", "total_before", "n_after", "total_after"]
# r: .8, .5 then .9, .6; w: .6, .4 then .3, .7. Performance .45 * .1 + .55 * .1 = .1; mix .85 * -.3 + .55 * .3 = -.09
SHARES = pd.DataFrame({"category": ["a", "b"], "n_before": [60, 40], "total_before": [48, 20]})
SHARES = SHARES.assign(n_after=[30, 70], total_after=[27, 42])
counts = st.integers(0, 300)


def part(table: pd.DataFrame, name: str, column: str = "estimate") -> float:
    return table.loc[name, column]


def test_performance_and_mix_by_hand():
    table = change_parts(SHARES, "share")
    np.testing.assert_allclose(table["estimate"], [0.1, -0.09, 0.01], rtol=1e-12)
    np.testing.assert_allclose(table.iloc[0][["before", "after"]].astype(float), [0.68, 0.69], rtol=1e-12)
    assert table.index.tolist() == ["performance", "mix", "change"]
    assert table["n"].tolist() == [200, 200, 200]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(counts, counts, counts, counts), min_size=1, max_size=6))
def test_parts_add_up_whatever_the_categories(rows: list[tuple[int, ...]]):
    table = pd.DataFrame(rows, columns=COLUMNS).assign(category=range(len(rows)))
    table["total_before"] = table[["total_before", "n_before"]].min(axis=1)
    table["total_after"] = table[["total_after", "n_after"]].min(axis=1)
    found = change_parts(table, "share")
    usable = found["status"].eq("ok").all()
    gap = found["estimate"].iloc[0] + found["estimate"].iloc[1] - found["estimate"].iloc[2]
    assert not usable or abs(gap) <= 1e-12
    assert not usable or abs(found["estimate"].iloc[2] - (found["after"] - found["before"]).iloc[0]) <= 1e-12


def test_a_category_of_one_period_is_mix_alone():
    # Category b appears with 50 of 150 and share 1: mix 0 -> 1/3, so 1/3 * 1 + (2/3 - 1) * .5 = 1/6
    table = pd.DataFrame([["a", 100, 50, 100, 50], ["b", 0, 0, 50, 50]], columns=["category", *COLUMNS])
    np.testing.assert_allclose(change_parts(table, "share")["estimate"], [0, 1 / 6, 1 / 6], atol=1e-15)
    # By hand: v = .25/100 each period in a; slopes 2/3 and 1 for the change; mix sampled after: 1/3 * 2/3 * .25 / 150
    variance = (1 + 4 / 9) * 0.0025 + 2 / 9 * 0.25 / 150
    np.testing.assert_allclose(part(change_parts(table, "share"), "change", "std_error"), variance**0.5, rtol=1e-12)


def test_categories_add_up_to_the_parts():
    own = category_parts(SHARES, "share")
    assert own["category"].tolist() == ["a", "b"]
    np.testing.assert_allclose(own["performance"], [0.045, 0.055], rtol=1e-12)
    # centre (.68 + .69)/2 = .685: (.85 - .685) * -.3, (.55 - .685) * .3
    np.testing.assert_allclose(own["mix"], [-0.0495, -0.0405], rtol=1e-12)
    np.testing.assert_allclose(own[["share_before", "share_after"]], [[0.6, 0.3], [0.4, 0.7]], rtol=1e-12)


def test_a_mean_of_values_by_hand():
    # 60 answers 4 and 60 answers 2 in one category, then 90 and 30: mean 3 -> 3.5, variances 120/119 and 90/119
    table = pd.DataFrame([["a", 120, 360, 120, 420]], columns=["category", *COLUMNS])
    found = change_parts(table.assign(squares_before=60 * 16 + 60 * 4, squares_after=90 * 16 + 30 * 4), "mean")
    np.testing.assert_allclose(found["estimate"], [0.5, 0, 0.5], atol=1e-15)
    np.testing.assert_allclose(part(found, "change", "std_error"), (210 / 119 / 120) ** 0.5, rtol=1e-12)
    assert found["status"].eq("ok").all()


def test_groups_and_order_of_rows():
    table = pd.concat([SHARES.assign(g="y"), SHARES.assign(g="x", total_after=[20, 40])], ignore_index=True)
    found = change_parts(table, "share", ["g"])
    assert found.index.tolist() == [(g, name) for g in "xy" for name in ("performance", "mix", "change")]
    np.testing.assert_allclose(found.loc[("y", "mix"), "estimate"], -0.09, rtol=1e-12)
    pd.testing.assert_frame_equal(change_parts(table.iloc[[3, 1, 0, 2]], "share", ["g"]), found)
    assert category_parts(table, "share", ["g"])["g"].tolist() == ["x", "x", "y", "y"]


@pytest.mark.parametrize(("change", "kind", "reason"), [
    ({"n_before": 0, "total_before": 0}, "share", "a period without answers"),
    ({"n_before": [29, 20], "total_before": 10}, "share", "fewer than 50 answers in a period"),
    ({"total_before": [2, 2]}, "share", "fewer than 5 answers of either kind in a period"),
    ({"total_before": 0, "total_after": 0}, "rate", "no variation within the categories"),
    ({"n_before": [99, 1], "squares_before": 99, "squares_after": 99}, "mean", "a category with a single answer"),
])
def test_what_cannot_be_told_says_why(change: dict[str, object], kind: str, reason: str):
    found = change_parts(SHARES.assign(**change), kind)
    assert found["status"].str.startswith(f"not estimable: {reason}").all()
    assert found[["estimate", "low", "high"]].isna().all().all()


def test_an_empty_table_has_no_answers():
    found = change_parts(SHARES.iloc[:0], "share")
    assert found["status"].tolist() == ["not estimable: no answers"] * 3
    assert found[["before", "after"]].isna().all().all()
    assert change_parts(SHARES.iloc[:0].assign(g=""), "share", ["g"]).empty


def test_pure_categories_have_no_measurable_performance():
    # a always yes, b never: the change is all mix, and performance shows no error to judge it by
    table = SHARES.assign(total_before=[60, 0], total_after=[30, 0])
    status = change_parts(table, "share")["status"]
    assert status.tolist() == ["not estimable: no variation within the categories", "ok", "ok"]


def test_a_known_mix_that_stays_is_exactly_0():
    found = change_parts(SHARES.assign(n_after=[60, 40]), "rate")
    assert found.loc["mix", ["estimate", "low", "high"]].tolist() == [0, 0, 0]
    assert found["status"].eq("ok").all()


@pytest.mark.parametrize(("change", "kind", "words"), [
    ({"total_before": [61, 1]}, "share", "total exceeds n"), ({"n_before": -1}, "share", "n_before"),
    ({"n_before": 0}, "rate", "without exposure"), ({"n_before": np.nan}, "rate", "n must be 0 or more"),
    ({"total_after": 0.5}, "rate", "total_after"), ({}, "median", "kind must be"),
])
def test_wrong_tables_are_refused(change: dict[str, object], kind: str, words: str):
    with pytest.raises(ValueError, match=words):
        change_parts(SHARES.assign(**change), kind)
