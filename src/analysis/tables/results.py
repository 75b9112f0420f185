"""What does a published figure look like, and is this one fit to be published?

Every result table is tidy: one row per figure, columns FIGURE_COLUMNS first. A figure that is not there says why.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

LEVEL = 0.95
ROUNDING = 1e-9  # relative: what arithmetic may lose between an estimate and its own bound
UNIT_TYPES = ("company", "department", "service_line", "branch", "channel", "mode", "kind", "product", "rule",
              "partner", "team", "employee", "month", "shift")
STATUS = r"ok|no data|not applicable|not estimable: .+|suppressed|not yet evaluated"
VERDICTS = ("met", "not met", "cannot tell", "no target")
FIGURE_COLUMNS = ["indicator", "unit_type", "unit", "event", "n", "estimate", "low", "high", "level", "method",
                  "status",
                  "target", "verdict"]


class Figures(pa.DataFrameModel):
    """The contract of every result table."""

    indicator: Series[str] = pa.Field(nullable=False, str_matches=r"^[a-z][a-z0-9_]*$")
    unit_type: Series[str] = pa.Field(isin=list(UNIT_TYPES))
    unit: Series[str] = pa.Field(nullable=False)
    event: Series[str] = pa.Field(isin=["", "first_response", "resolution"])
    n: Series[pd.Int64Dtype] = pa.Field(ge=0, nullable=True)
    estimate: Series[float] = pa.Field(nullable=True)
    low: Series[float] = pa.Field(nullable=True)
    high: Series[float] = pa.Field(nullable=True)
    level: Series[float] = pa.Field(isin=[LEVEL])
    method: Series[str] = pa.Field(nullable=False)
    status: Series[str] = pa.Field(str_matches=rf"^({STATUS})$")
    target: Series[float] = pa.Field(nullable=True)
    verdict: Series[str] = pa.Field(isin=list(VERDICTS))

    @pa.dataframe_check(error="estimate, low and high are finite when the status is ok, and empty otherwise")
    def _numbers_only_when_ok(cls, frame: pd.DataFrame) -> pd.Series:
        numbers = frame[["estimate", "low", "high"]].astype(float)
        finite = numbers.abs().lt(np.inf).all(axis=1)
        return finite.where(frame["status"] == "ok", numbers.isna().all(axis=1))

    @pa.dataframe_check(error="an interval holds its estimate")
    def _interval_holds_estimate(cls, frame: pd.DataFrame) -> pd.Series:
        slack = ROUNDING * (1 + frame["estimate"].abs())
        inside = (frame["low"] <= frame["estimate"] + slack) & (frame["estimate"] <= frame["high"] + slack)
        return inside | (frame["status"] != "ok")


def figures(frame: pd.DataFrame) -> pd.DataFrame:
    """Return ``frame`` in the contract's columns and types, further columns after; a breach is a defect."""
    defaults: dict[str, Any] = {"event": "", "level": LEVEL, "method": "", "target": np.nan, "verdict": "no target"}
    full = frame.assign(**{column: frame[column].fillna(value) if column in frame else value
                           for column, value in defaults.items()})
    ordered = full[[*FIGURE_COLUMNS, *(column for column in full if column not in FIGURE_COLUMNS)]]
    text = dict.fromkeys(("indicator", "unit_type", "unit", "event", "method", "status", "verdict"), "str")
    numbers = dict.fromkeys(("estimate", "low", "high", "level", "target"), "float64")
    return Figures.validate(ordered.astype(text | numbers | {"n": "Int64"}).reset_index(drop=True))


def blank_figures(indicator: str, unit_type: str, units: list[str], status: str) -> pd.DataFrame:
    """Return one row per unit that says why there is no figure."""
    return pd.DataFrame({"indicator": indicator, "unit_type": unit_type, "unit": units, "n": pd.array(
        [0 if status == "no data" else None] * len(units), dtype="Int64"), "estimate": np.nan, "low": np.nan,
        "high": np.nan, "status": status})


def verdict(figure: pd.DataFrame, direction: str) -> pd.Series:
    """Return the verdict of each row (METHODS §9): the whole interval beyond its target, on the good or the bad side.

    ``direction``: "higher" or "lower" is better; "none" has no target.
    """
    good, bad = ((figure["low"] >= figure["target"], figure["high"] < figure["target"]) if direction == "higher" else
                 (figure["high"] <= figure["target"], figure["low"] > figure["target"]))
    words = np.select([figure["target"].isna() | (direction == "none"), good, bad], ["no target", "met", "not met"],
                      "cannot tell")
    return pd.Series(words, index=figure.index, dtype="str")
