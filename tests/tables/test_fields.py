"""Does each kind of field accept what its rule in words says, and nothing else?"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest

from analysis.tables import fields


def accepts(annotation: Any, field: Any, value: Any) -> bool:
    model = type("Model", (pa.DataFrameModel,), {"__annotations__": {"x": annotation}, "x": field})
    kind = model.to_schema().columns["x"].dtype.type
    try:
        model.validate(pd.DataFrame({"x": pd.Series([value], dtype=kind)}))
    except pa.errors.SchemaError:
        return False
    return True


@pytest.mark.parametrize(("value", "good"), [
    ("E1", True), ("工號 7", True), ("x" * 200, True), ("x" * 201, False), ("a\nb", False), ("a\tb", False),
    ("a\0b", False), ("E1\n", False),
])
def test_an_id_is_one_short_line(value: str, good: bool) -> None:
    assert accepts(fields.Text, fields.identifier("it"), value) is good


@pytest.mark.parametrize(("value", "good"), [
    ("x" * 20_000, True), ("x" * 20_001, False), ("two\r\nlines\tand", True), ("nul\0", False), ("bell\x07", False),
])
def test_a_label_is_a_text_of_bounded_length(value: str, good: bool) -> None:
    assert accepts(fields.Text, fields.label("it"), value) is good


@pytest.mark.parametrize(("value", "good"), [("phone", True), ("Phone", False), ("", False), ("post", False)])
def test_a_code_is_one_of_its_set(value: str, good: bool) -> None:
    assert accepts(fields.Text, fields.one_of("it", "phone", "online"), value) is good


@pytest.mark.parametrize(("value", "good"), [(1, True), (5, True), (0, False), (6, False)])
def test_a_whole_number_keeps_its_range_ends_included(value: int, good: bool) -> None:
    assert accepts(fields.Whole, fields.whole("it", 1, 5), value) is good


@pytest.mark.parametrize(("value", "good"), [(0.0, True), (-0.001, False), (1e300, True)])
def test_a_number_may_be_bounded_on_one_side(value: float, good: bool) -> None:
    assert accepts(fields.Real, fields.number("it", 0), value) is good


@pytest.mark.parametrize(("value", "good"), [(1.0, True), (1e-9, True), (0.0, False), (1.01, False)])
def test_a_share_is_above_0_and_at_most_1(value: float, good: bool) -> None:
    assert accepts(fields.Real, fields.share("it"), value) is good


@pytest.mark.parametrize("make", [fields.identifier, fields.label, fields.moment, fields.day, fields.whole,
                                  fields.number,
                                  fields.flag])
def test_only_a_required_field_refuses_an_empty_cell(make: Any) -> None:
    rules = {required: make("it", required=required) for required in (True, False)}
    assert [rules[one].nullable for one in (True, False)] == [False, True]
    assert rules[True].metadata["rule"].endswith("; never empty")
    assert rules[False].metadata["rule"].endswith("; may be empty")


@pytest.mark.parametrize(("field", "words"), [
    (fields.whole("it", 1, 5), "a whole number from 1 to 5"), (fields.number("it", 0), "a number of 0 or more"),
    (fields.number("it", None, 9), "a number of at most 9"), (fields.number("it"), "a number;"),
    (fields.one_of("it", "a", "b"), "one of a, b"),
])
def test_a_rule_is_said_in_words(field: Any, words: str) -> None:
    assert field.metadata["rule"].startswith(words)
    assert field.description == "it"
