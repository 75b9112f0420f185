"""What did a signed quarter publish (``published/<quarter>.csv``)?"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors
from pandera.typing.pandas import Series

from analysis.refusal import Refused

REMEDY = "Restore the file as it was when the quarter was signed (git keeps it), or sign the quarter again"


class Published(pa.DataFrameModel):
    """The figures of a signed quarter, as they were printed."""

    table: Series[str]
    indicator: Series[str]
    unit_type: Series[str]
    unit: Series[str]
    event: Series[str]
    n: Series[pd.Int64Dtype] = pa.Field(nullable=True)
    estimate: Series[float] = pa.Field(nullable=True)
    low: Series[float] = pa.Field(nullable=True)
    high: Series[float] = pa.Field(nullable=True)
    level: Series[float]
    method: Series[str]
    status: Series[str]
    target: Series[float] = pa.Field(nullable=True)
    verdict: Series[str]

    class Config:
        """Columns as given, numbers read as numbers."""

        strict, coerce, ordered = True, True, True


#: Under this ``table`` stands the quarter's list of problems, ``event`` the last part of their ids (event or facet).
PROBLEMS = "problems"
NUMBERS = ("n", "estimate", "low", "high", "level", "target")


def read_published(path: Path, name: str) -> pd.DataFrame:
    """Return the file at ``path``; Refused, under ``name``, where it is no file of published figures."""
    try:
        rows = pd.read_csv(path, encoding="utf-8", keep_default_na=False, na_values={one: [""] for one in NUMBERS})
    except (ValueError, OSError):
        raise Refused("the file is no table of published figures", REMEDY, file=name) from None
    try:
        return Published.validate(rows, lazy=True)
    except SchemaErrors as errors:
        first = errors.failure_cases.iloc[0]
        row = None if pd.isna(first["index"]) else int(first["index"]) + 2
        column = first["failure_case"] if first["schema_context"] == "DataFrameSchema" else first["column"]
        raise Refused("a column of published figures is missing, unknown or malformed", REMEDY, file=name, row=row,
                      column=str(column)) from None


def problem_ids(rows: pd.DataFrame, quarter: str) -> list[str]:
    """Return the ids of the problems that the signed ``quarter`` published, in their order; none where it kept none."""
    listed = rows[rows["table"].eq(PROBLEMS) & rows["quarter"].eq(quarter)]
    parts = listed[["indicator", "unit_type", "unit", "event"]].itertuples(index=False, name=None)
    return [":".join(str(part) for part in one if part) for one in parts]
