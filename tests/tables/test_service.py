"""Is a request or a survey answer taken only as the design describes it?"""

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
    try:
        part.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        return set(error.failure_cases["column"])
    return set()


@pytest.mark.parametrize(("table", "column", "good", "bad"), [
    ("surveys", "mode", "online", "fax"),
    ("surveys", "satisfaction", 5, 6),
    ("surveys", "satisfaction", 1, 0),
    ("surveys", "recommend", 0, -1),
    ("surveys", "recommend", 10, 11),
    ("surveys", "renew", 5, 6),
    ("surveys", "tangibles", 1, 0),
    ("surveys", "sampling_probability", 0.5, 1.5),
    ("surveys", "weight", 0.0, -1.0),
    ("population", "customers", 0, -1),
    ("requests", "class", "health", "motor"),
    ("requests", "answered_by", "bot", "robot"),
    ("requests", "paused_hours", 0.0, -0.1),
    ("requests", "contacts", 0, -1),
    ("requests", "kind", "claim", None),
])
def test_a_column_takes_what_the_design_says(table: str, column: str, good: object, bad: object) -> None:
    assert broken(table, **{column: good}) == set()
    assert broken(table, **{column: bad}) == {column}
