"""Who can be compared with whom, and what is refused?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.people.case_mix import case_mix, components

SCORES = ["person", "cell", "n", "total", "total_of_squares"]
ROWS = [("b", "k", 2, 9, 41), ("a", "k", 1, 5, 25), ("a", "l", 3, 6, 14), ("c", "x", 1, 2, 4)]


def scores(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=SCORES)


def test_rows_become_margins():
    mix = case_mix(scores(ROWS))
    assert (list(mix.people), list(mix.cells)) == (["a", "b", "c"], ["k", "l", "x"])
    np.testing.assert_array_equal(mix.counts.toarray(), [[1, 3, 0], [2, 0, 0], [0, 0, 1]])
    # 22 points on 7 cases: sums are taken from the whole number 3
    assert mix.origin == 3
    np.testing.assert_array_equal([*mix.person_n, *mix.cell_n], [4, 2, 1, 3, 3, 1])
    np.testing.assert_array_equal([*mix.person_total, *mix.cell_total], [-1, 3, -1, 5, -3, -1])
    assert mix.squares == 84 - 6 * 22 + 9 * 7


def test_rows_of_the_same_person_and_cell_add_up():
    split = scores([("b", "k", 1, 4, 16), ("b", "k", 1, 5, 25), *ROWS[1:], ("d", "k", 0, 0, 0)])
    one, two = case_mix(scores(ROWS)), case_mix(split)
    assert (one.counts != two.counts).nnz == 0
    np.testing.assert_array_equal(one.person_total, two.person_total)
    assert list(two.people) == ["a", "b", "c"]


def test_components_share_a_kind_of_case_directly_or_through_others():
    parts = components(case_mix(scores([*ROWS, ("d", "x", 9, 9, 9), ("e", "l", 1, 1, 1)])))
    assert parts.count == 2
    assert parts.of_person.tolist() == [0, 0, 1, 1, 0]
    assert parts.of_cell.tolist() == [0, 0, 1]
    assert parts.comparable().tolist() == [True, True, False, False, True]


@pytest.mark.parametrize(("cases", "biggest"), [((1, 9), 1), ((9, 1), 0), ((4, 4), 0)])
def test_the_biggest_of_equal_components_has_the_most_cases(cases: tuple[int, int], biggest: int):
    rows = [("a", "k", cases[0], 0, 0), ("b", "k", 1, 0, 0), ("c", "x", cases[1], 0, 0), ("d", "x", 1, 0, 0)]
    assert components(case_mix(scores(rows))).biggest == biggest


def test_an_empty_table_has_no_component():
    mix = case_mix(scores([]))
    assert (mix.counts.shape, components(mix).count) == ((0, 0), 0)


@pytest.mark.parametrize(("row", "message"), [
    (("a", "k", 1.5, 1, 1), "counts"), (("a", "k", -1, 1, 1), "counts"), (("a", "k", 0, 1, 1), "total without cases"),
    (("a", "k", 2, None, 1), "must be numbers"), (("a", "k", 2, 1, float("inf")), "must be numbers"),
    ((None, "k", 2, 1, 1), "must not be missing"), (("a", None, 2, 1, 1), "must not be missing"),
    (("a", "k", 2, 4, 5), "too small"),
])
def test_what_cannot_be_a_sum_of_scores_is_refused(row: tuple, message: str):
    with pytest.raises(ValueError, match=message):
        case_mix(scores([row, ("b", "k", 1, 1, 1)]))
