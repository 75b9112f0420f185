"""Is a person, partner, rating or attendance taken only as the design describes it?"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
import pytest

from analysis.tables import TABLES


def broken(table: str, **cells: object) -> set[str]:
    """Return the columns whose rule a row with these cells, and any allowed value elsewhere, breaks."""
    schema = TABLES[table].schema
    kinds = {name: schema.columns[name].dtype.type for name in cells}
    frame = pd.DataFrame({name: pd.Series([cell], dtype=kinds[name]) for name, cell in cells.items()})
    part = schema.remove_columns([name for name in schema.columns if name not in cells])
    part.checks = [check for check in part.checks if {"score", "max_score"} <= cells.keys()]
    try:
        part.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        return set(error.failure_cases["column"])
    return set()


@pytest.mark.parametrize(("table", "column", "good", "bad"), [
    ("staff", "employee_id", "E1", None),
    ("staff", "department", "claims", None),
    ("partners", "kind", "agency", None),
    ("assessments", "facet", "adaptability", "charm"),
    ("assessments", "score", 0.0, -1.0),
    ("assessments", "max_score", 1.0, 0.0),
    ("training", "pre_score", 100.0, 100.5),
    ("training", "post_score", 0.0, -0.5),
    ("training", "topic", "law", None),
])
def test_a_column_takes_what_the_design_says(table: str, column: str, good: object, bad: object) -> None:
    assert broken(table, **{column: good}) == set()
    assert broken(table, **{column: bad}) == {column}


@pytest.mark.parametrize(("score", "good"), [(50.0, True), (50.5, False)])
def test_a_score_is_attainable(score: float, good: bool) -> None:
    assert (broken("assessments", score=score, max_score=50.0) == set()) is good
