"""How do persons score with their cases taken out, and when is there no answer?"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.stats.people import two_way as module
from analysis.stats.people.two_way import person_effects, person_f_test, two_way

SCORES = ["person", "cell", "n", "total", "total_of_squares"]
NUMBERS = ["estimate", "low", "high", "std_error"]


def scores(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=SCORES)


def drawn(people: int, cells: int, seed: int = 1) -> pd.DataFrame:
    """Answers 1-5 of every person in some of the cells."""
    generator = np.random.default_rng(seed)
    rows = pd.DataFrame({"person": generator.integers(0, people, 40 * people),
                         "cell": generator.integers(0, cells, 40 * people)})
    score = generator.integers(1, 6, len(rows))
    rows = rows.assign(n=1, total=score, total_of_squares=score**2)
    return rows.groupby(["person", "cell"]).sum().reset_index()


def dummies(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Effects and their variances over s², centred, from a dense design matrix and its pseudo-inverse."""
    person, cell = pd.get_dummies(table["person"], dtype=float), pd.get_dummies(table["cell"], dtype=float)
    design, n = np.c_[person, cell], table["n"].to_numpy(float)
    inverse = np.linalg.pinv(design.T @ (n[:, None] * design))
    people = person.shape[1]
    share = table.groupby("person")["n"].sum().to_numpy() / n.sum()
    centre = np.eye(people) - share
    solution = inverse @ design.T @ table["total"].to_numpy(float)
    return centre @ solution[:people], np.diag(centre @ inverse[:people, :people] @ centre.T)


@pytest.mark.parametrize(("people", "cells"), [(30, 7), (7, 30), (70, 66), (66, 70), (1, 5), (5, 1)])
def test_both_ways_of_solving_are_the_dense_ones(people: int, cells: int):
    table = drawn(people, cells)
    effect, variance = dummies(table)
    fit = two_way(table)
    np.testing.assert_allclose(fit.effect, effect, atol=1e-10)
    np.testing.assert_allclose(fit.spread_centred, variance, atol=1e-12)
    np.testing.assert_allclose(fit.spread - fit.spread_centred, 1 / table["n"].sum(), rtol=1e-8)


def test_the_table_shows_standard_errors_of_the_centred_effect():
    fit = two_way(drawn(12, 5))
    table = person_effects(fit)
    assert fit.residual_variance == fit.residual / fit.df
    np.testing.assert_allclose(table["std_error"] ** 2, fit.residual_variance * fit.spread_centred)
    np.testing.assert_allclose(table["sampling_variance"], fit.residual_variance * fit.spread)
    np.testing.assert_allclose((table["high"] + table["low"]) / 2, table["estimate"])
    assert np.average(table["estimate"], weights=table["n"]) == pytest.approx(0, abs=1e-12)
    assert person_effects(fit, 0.8)["high"].lt(table["high"]).all()


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(-50, 50))
def test_row_order_changes_no_digit_and_a_shift_no_effect(random, shift: int):
    table = drawn(6, 4)
    order = random.sample(range(len(table)), len(table))
    pd.testing.assert_frame_equal(person_effects(two_way(table.iloc[order])), person_effects(two_way(table)))
    moved = table.assign(total=table["total"] + shift * table["n"], total_of_squares=table["total_of_squares"]
                         + 2 * shift * table["total"] + shift**2 * table["n"])
    np.testing.assert_allclose(person_effects(two_way(moved))[NUMBERS], person_effects(two_way(table))[NUMBERS])


def test_good_staff_with_hard_cases_come_out_ahead():
    # a answers hard cases only half a point better than b, who has the easy ones, 2 points better: mean 2.6 against 4
    table = scores([("a", "hard", 90, 225, 700), ("a", "easy", 10, 45, 210),
                    ("b", "hard", 10, 20, 50), ("b", "easy", 90, 360, 1500)])
    effects = person_effects(two_way(table))["estimate"]
    assert effects["a"] - effects["b"] == pytest.approx(0.5)


@pytest.mark.parametrize(("rows", "reason"), [
    ([("a", "k", 5, 15, 55), ("a", "l", 5, 15, 55)], "nobody to compare with"),
    ([("a", "k", 5, 15, 55), ("b", "l", 5, 15, 55)], "nobody to compare with"),
    ([("a", "k", 1, 1, 1), ("b", "k", 1, 3, 9)], "no more scores than parameters"),
    ([("a", "k", 4, 12, 36), ("b", "k", 3, 9, 27)], "no variation of scores within persons and cells"),
    ([("a", "k", 4, 12, 36), ("b", "k", 3, 3, 3)], "no variation of scores within persons and cells"),
])
def test_without_an_answer_the_reason_is_told(rows: list[tuple], reason: str):
    fit = two_way(scores(rows))
    table, test = person_effects(fit), person_f_test(fit)
    assert set(table["status"]) == set(test["status"]) == {f"not estimable: {reason}"}
    assert table[NUMBERS].isna().all(axis=None)
    assert test[["statistic", "p"]].isna().all(axis=None)


def test_persons_outside_the_biggest_component_are_told_so():
    outside = scores([("x", "apart", 3, 9, 29), ("y", "apart", 3, 9, 29)])
    inside = drawn(4, 3)
    table = person_effects(two_way(pd.concat([inside.assign(person=inside["person"].astype(str)), outside.assign(
        cell=99)])))
    assert table["status"].tolist() == [*4 * ["ok"], *2 * [
        "not estimable: not comparable with the others (no shared kind of case)"]]
    assert table["component"].nunique() == 2
    assert table.loc["x", NUMBERS].isna().all()


def test_each_component_can_be_its_own_comparison():
    lone = [("z", "alone", 3, 9, 29)]
    two = [("a", "k", 3, 9, 29), ("b", "k", 3, 6, 14), ("x", "l", 4, 9, 29), ("y", "l", 4, 13, 45)]
    table = person_effects(two_way(scores(two + lone)), compared="each")
    np.testing.assert_allclose(table["estimate"], [0.5, -0.5, -0.5, 0.5, np.nan])
    assert table.loc["z", "status"].startswith("not estimable: not comparable")
    with pytest.raises(ValueError, match="biggest"):
        person_effects(two_way(scores(two)), compared="all")


def test_an_empty_table_gives_an_empty_one():
    fit = two_way(scores([]))
    assert person_effects(fit).empty
    assert np.isnan(fit.residual_variance)
    assert person_f_test(fit)["status"].tolist() == ["not estimable: nobody to compare with"]


def test_two_big_sides_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "LARGEST_DENSE_SIDE", 5)
    with pytest.raises(ValueError, match="more than 5 persons and cells"):
        two_way(drawn(6, 6))
    assert two_way(drawn(6, 5)).df > 0


def test_level_is_checked():
    with pytest.raises(ValueError, match="level"):
        person_effects(two_way(drawn(4, 3)), 95)
