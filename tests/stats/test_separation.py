"""Is separation found, and are the right columns named?"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.stats.models.separation import (
    Separation,
    collinear_columns,
    constant_columns,
    independent_columns,
    separation,
    term_reasons,
)

X = pd.DataFrame({"x": [1.0, 2, 3, 4, 5, 6], "z": [1.0, 1, 0, 1, 0, 0]})
NONE = Separation("none", ())


def found(columns: list[str], outcome: list[float], model: str) -> Separation:
    return separation(X[columns], pd.Series(outcome), model)


def test_a_threshold_separates_completely():
    assert found(["x"], [0, 0, 0, 1, 1, 1], "binary") == Separation("complete", ("x",))


def test_a_shared_value_at_the_threshold_is_quasi_complete():
    design = pd.DataFrame({"x": [1.0, 2, 3, 3, 4, 5]})
    assert separation(design, pd.Series([0, 0, 0, 1, 1, 1]), "binary") == Separation("quasi-complete", ("x",))


def test_overlap_is_no_separation():
    assert found(["x"], [0, 1, 0, 1, 0, 1], "binary") == NONE
    assert found(["x"], [1, 2, 1, 2, 3, 1], "ordinal") == NONE
    assert found(["x"], [0, 0, 2, 0, 1, 3], "count") == NONE


def test_a_group_without_events_is_named_alone():
    # z = 1 never has the event; x overlaps within z = 0
    design = pd.DataFrame({"x": [1.0, 2, 3, 4, 1, 2, 3, 4], "z": [0.0] * 4 + [1.0] * 4})
    assert separation(design, pd.Series([0, 1, 0, 1, 0, 0, 0, 0]), "binary") == Separation("quasi-complete", ("z",))


def test_two_columns_can_separate_together_but_not_alone():
    # x + z > 5 has the event, 5 itself has not; neither column does it alone
    design = pd.DataFrame({"x": [1.0, 4, 2, 3, 5, 1], "z": [4.0, 1, 4, 2, 2, 6]})
    outcome = pd.Series([0, 0, 1, 0, 1, 1])
    assert separation(design, outcome, "binary") == Separation("complete", ("x", "z"))
    assert separation(design[["x"]], outcome, "binary") == separation(design[["z"]], outcome, "binary") == NONE


def test_ordered_answers_are_separated_by_a_threshold_each():
    assert found(["x"], [1, 1, 2, 2, 3, 3], "ordinal") == Separation("complete", ("x",))
    assert found(["x"], [1, 2, 2, 2, 2, 3], "ordinal") == Separation("complete", ("x",))
    assert found(["x"], [1, 1, 2, 1, 3, 3], "ordinal") == NONE


def test_a_group_with_the_top_answer_only_is_quasi_complete():
    design = pd.DataFrame({"z": [0.0, 0, 0, 1, 1]})
    assert separation(design, pd.Series([1, 2, 3, 3, 3]), "ordinal") == Separation("quasi-complete", ("z",))


def test_a_group_without_counts_has_no_rate_ratio():
    assert found(["z"], [0, 0, 2, 0, 1, 3], "count") == Separation("quasi-complete", ("z",))


def test_outcomes_all_alike_are_separated_without_a_column():
    no_columns = X[[]]
    assert separation(no_columns, pd.Series([0] * 6), "count") == Separation("complete", ())
    assert separation(no_columns, pd.Series([1] * 6), "binary").reason == "complete separation (all outcomes alike)"
    assert separation(no_columns, pd.Series([0, 1] * 3), "binary") == NONE
    assert separation(X, pd.Series([4] * 6), "ordinal") == NONE  # nothing to fit, so nothing to separate


def test_the_reason_names_the_columns():
    assert Separation("complete", ("a", "b")).reason == "complete separation (column a, b)"
    assert NONE.reason == ""


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 1)), min_size=2, max_size=12))
def test_one_column_separates_exactly_if_the_ranges_do_not_overlap(rows: list[tuple[int, int]]):
    x, y = np.array(rows).T
    yes, no = x[y == 1], x[y == 0]
    apart = not (len(yes) and len(no)) or yes.min() >= no.max() or no.min() >= yes.max()
    alike = len(set(x)) == 1 and len(yes) > 0 and len(no) > 0
    got = separation(pd.DataFrame({"x": x}), pd.Series(y), "binary")
    assert (got.kind != "none") == (apart and not alike)


@pytest.mark.parametrize("shift", [0.0, 2_024 * 12.0, -50.0])
def test_origin_and_unit_do_not_matter(shift: float):
    design = X.assign(x=X["x"] / 60 + shift)
    assert separation(design, pd.Series([0, 0, 0, 1, 1, 1]), "binary").kind == "complete"
    assert separation(design[["x"]], pd.Series([0, 1, 0, 1, 0, 1]), "binary") == NONE


@pytest.mark.parametrize(("outcome", "model"), [(2.0, "binary"), (-1.0, "count"), (np.nan, "ordinal")])
def test_an_outcome_must_fit_its_model(outcome: float, model: str):
    with pytest.raises(ValueError, match="outcome"):
        found(["x"], [outcome] * 6, model)


def test_an_unknown_model_is_refused():
    with pytest.raises(ValueError, match="model"):
        found(["x"], [0, 1] * 3, "probit")


def test_gaps_are_refused():
    with pytest.raises(ValueError, match="finite"):
        separation(pd.DataFrame({"x": [1.0, np.nan]}), pd.Series([0, 1]), "binary")


DEPENDENT = X.assign(constant=7.0, total=X["x"] + 2 * X["z"], other=[3.0, 1, 4, 1, 5, 9])


def test_columns_that_say_the_same_are_named():
    assert constant_columns(DEPENDENT) == ("constant",)
    assert constant_columns(pd.DataFrame({"third": [1 / 3, 1 - 2 / 3, 0.1 + 1 / 3 - 0.1]})) == ("third",)
    assert collinear_columns(DEPENDENT) == ("x", "z", "total")
    assert collinear_columns(DEPENDENT[["x", "z", "other", "constant"]]) == ()
    assert collinear_columns(DEPENDENT[["constant"]]) == ()


def test_the_first_columns_of_a_dependence_are_kept():
    assert independent_columns(DEPENDENT) == ("x", "z", "other")
    assert independent_columns(DEPENDENT[["total", "z", "x"]]) == ("total", "z")


def test_fewer_rows_than_columns_are_dependent():
    assert collinear_columns(DEPENDENT[["x", "z", "other"]][:3]) == ("x", "z", "other")
    assert len(independent_columns(DEPENDENT[["x", "z", "other"]][:3])) == 2


def test_reasons_stand_per_term():
    reasons = term_reasons(DEPENDENT[["x", "z", "constant"]])
    assert reasons.tolist() == ["a column is constant or collinear", "", "", "the column is constant"]
    assert term_reasons(DEPENDENT)[2] == "collinear: x, z, total depend on each other"
    assert term_reasons(DEPENDENT[["x"]], "too few").tolist() == ["too few", "too few"]
    assert term_reasons(DEPENDENT[["x"]]).tolist() == ["", ""]
