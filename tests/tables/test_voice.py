"""Is a complaint, an opinion or an exposure taken only as the design describes it?"""

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
    ("complaints", "source", "ombudsman", "court"),
    ("complaints", "complexity", "complex", "hard"),
    ("complaints", "outcome", "partly_upheld", "lost"),
    ("complaints", "redress", 0.0, -0.01),
    ("complaints", "handling_satisfaction", 5, 6),
    ("complaints", "cause", "delay;price", None),
    ("exposures", "month", "2024-12", "2024-13"),
    ("exposures", "month", "2024-01", "2024-1"),
    ("exposures", "policies_in_force", 0, -1),
    ("exposures", "premium", -1.5, None),
    ("feedback", "kind", "praise", None),
    ("benchmarks", "value", 0.5, None),
])
def test_a_column_takes_what_the_design_says(table: str, column: str, good: object, bad: object) -> None:
    assert broken(table, **{column: good}) == set()
    assert broken(table, **{column: bad}) == {column}
