"""What does a comparison by strata answer to one-sided, empty and wrong strata?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.composites.strata import direct_standardisation, mantel_haenszel, simpson, stratum_differences

COLUMNS = ["stratum", "count_1", "n_1", "count_0", "n_0"]
STONES = pd.DataFrame([["small", 81, 87, 234, 270], ["large", 192, 263, 55, 80]], columns=COLUMNS)
CLEAR = pd.DataFrame([["a", 180, 200, 700, 1000], ["b", 300, 1000, 20, 200]], columns=COLUMNS)
BOTH = pytest.mark.parametrize("common", [mantel_haenszel, direct_standardisation])


def test_the_sign_turns():
    # Charig 1986: 273/350 against 289/350 pooled, the other way round in both strata, but within chance
    table = simpson(STONES)
    assert table.index.tolist() == ["pooled", "standardised"]
    np.testing.assert_allclose(table.loc["pooled", "estimate"], (273 - 289) / 350, rtol=1e-12)
    assert table[["strata", "against"]].to_numpy().tolist() == [[2, 2]] * 2
    assert table["sign_turns"].tolist() == [True, True]
    assert table["certain"].tolist() == [False, False]


def test_the_sign_turns_for_certain_or_not_at_all():
    # CLEAR: .4 against .6 pooled, .2 better in both strata
    assert simpson(CLEAR)["certain"].tolist() == [True, True]
    plain = simpson(STONES.assign(n_1=[270, 80], count_1=[250, 60]))
    assert plain["sign_turns"].tolist() == [False, False]
    assert plain["against"].tolist() == [0, 0]


@BOTH
def test_equal_strata_are_the_plain_difference(common):
    # .6 - .4 in both strata, in whatever mix
    table = pd.DataFrame([["a", 30, 50, 20, 50], ["b", 60, 100, 8, 20]], columns=COLUMNS)
    np.testing.assert_allclose(common(table)["estimate"], [0.2], rtol=1e-12)


@BOTH
def test_strata_of_one_group_do_not_count(common):
    extra = pd.concat([STONES, pd.DataFrame([["giant", 5, 9, 0, 0]], columns=COLUMNS)])
    pd.testing.assert_frame_equal(common(extra), common(STONES))
    assert common(STONES)["strata"].item() == 2


@pytest.mark.parametrize(("change", "reason"), [
    ({"n_1": 0, "count_1": 0}, "no stratum with answers in both groups"),
    ({"n_1": 4, "count_1": 2}, "fewer than 10 answers in a group"),
    ({"count_1": 0, "count_0": 2}, "fewer than 5 answers of either kind over both groups"),
])
def test_what_cannot_be_compared_says_why(change: dict[str, int], reason: str):
    table = mantel_haenszel(STONES.assign(**change))
    assert table["status"].tolist() == [f"not estimable: {reason}"]
    assert table[["estimate", "low", "high", "std_error"]].isna().all().all()


def test_direct_standardisation_needs_both_kinds_in_each_group():
    table = direct_standardisation(STONES.assign(count_1=[2, 2]))
    assert table["status"].item() == "not estimable: fewer than 5 answers of either kind in a group"


def test_a_verdict_needs_both_views():
    table = simpson(STONES.assign(count_1=0, count_0=2))
    assert table["sign_turns"].isna().all()
    assert table["certain"].isna().all()


def test_nothing_gives_nothing():
    empty = STONES.iloc[:0]
    assert simpson(empty)["status"].str.startswith("not estimable").all()
    assert simpson(empty.assign(g=""), ["g"]).empty
    assert stratum_differences(empty).empty


def test_comparisons_are_kept_apart():
    table = pd.concat([STONES.assign(g="y"), CLEAR.assign(g="x")])
    views = simpson(table, ["g"])
    assert views.index.tolist() == [(g, view) for g in "xy" for view in ("pooled", "standardised")]
    assert views["certain"].tolist() == [True, True, False, False]
    assert stratum_differences(table, ["g"]).index.tolist() == [("x", "a"), ("x", "b"), ("y", "large"), ("y", "small")]
    pd.testing.assert_frame_equal(simpson(table.iloc[[2, 0, 3, 1]], ["g"]), views)


@pytest.mark.parametrize("change", [{"count_1": 999}, {"n_0": 2.5}])
def test_wrong_counts_are_refused(change: dict[str, float]):
    with pytest.raises(ValueError, match="count"):
        mantel_haenszel(STONES.assign(**change))


def test_groups_of_one_kind_throughout_have_no_interval():
    # all of group 1, none of group 0: Sato's variance is 0
    table = mantel_haenszel(STONES.assign(count_1=STONES["n_1"], count_0=0))
    assert table["status"].item() == "not estimable: no variation within the groups of any stratum"
    assert table[["estimate", "low", "high", "std_error"]].isna().all().all()


def test_without_a_pooled_difference_no_stratum_is_against_it():
    assert simpson(STONES.assign(n_0=0, count_0=0))["against"].isna().all()
