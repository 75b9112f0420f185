"""Which rows of the sample are wrong on purpose, and by which rule must each be set aside?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.sample.layout import LAYOUTS

BAD_DATE, OUT_OF_RANGE, UNKNOWN, MISSING, DUPLICATE = (
    "bad date", "out of range", "unknown category", "missing id", "duplicate key",
)  # fmt: skip


@dataclass(frozen=True)
class Dirt:
    """``rows`` rows added to one delivered table with ``value`` in ``column``; everything else in them is plausible."""

    quarter: str
    table: str
    column: str
    value: str
    reason: str
    rows: int = 1


DIRT = (
    Dirt("2022Q4", "requests", "opened_at", "2022-11-31T10:00:00", BAD_DATE),
    Dirt("2022Q4", "surveys", "satisfaction", "6", OUT_OF_RANGE),
    Dirt("2023Q1", "surveys", "mode", "fax", UNKNOWN, 2),
    Dirt("2023Q2", "complaints", "complaint_id", "", MISSING),
    Dirt("2023Q2", "audits", "severity", "cosmetic", UNKNOWN),
    Dirt("2023Q3", "requests", "first_response_at", "yesterday", BAD_DATE, 2),
    Dirt("2023Q4", "assessments", "score", "-5", OUT_OF_RANGE),
    Dirt("2023Q4", "surveys", "recommend", "11", OUT_OF_RANGE),
    Dirt("2024Q1", "requests", "channel", "", DUPLICATE, 2),
    Dirt("2024Q1", "feedback", "feedback_id", "", MISSING),
    Dirt("2024Q2", "complaints", "received_at", "2024-06-99T10:00:00+08:00", BAD_DATE),
    Dirt("2024Q2", "audits", "family", "courtesy", UNKNOWN, 2),
    Dirt("2024Q3", "requests", "opened_at", "2024-13-05T10:00:00", BAD_DATE, 3),
    Dirt("2024Q3", "requests", "request_id", "", MISSING, 2),
    Dirt("2024Q3", "requests", "channel", "", DUPLICATE, 2),
    Dirt("2024Q3", "surveys", "satisfaction", "7", OUT_OF_RANGE, 3),
    Dirt("2024Q3", "surveys", "mode", "fax", UNKNOWN, 2),
    Dirt("2024Q3", "complaints", "source", "grapevine", UNKNOWN, 1),
    Dirt("2024Q3", "complaints", "decided_at", "soon", BAD_DATE),
    Dirt("2024Q3", "audits", "passed", "perhaps", UNKNOWN),
    Dirt("2024Q3", "assessments", "facet", "charm", UNKNOWN),
)


def with_dirt(table: pd.DataFrame, name: str, quarter: str) -> pd.DataFrame:
    """Return the delivered text of one table with its wrong rows, each a changed copy placed after its model."""
    wrong = [one for one in DIRT if (one.table, one.quarter) == (name, quarter)]
    parts = [table]
    for number, one in enumerate(wrong):
        step = len(table) // (one.rows + 1)
        models = table.iloc[[step * (row + 1) + 7 * number for row in range(one.rows)]]
        parts.append(_spoilt(models, one, number))
    return pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)


def _spoilt(models: pd.DataFrame, one: Dirt, number: int) -> pd.DataFrame:
    key = LAYOUTS[one.table].key[0]
    own = models.assign(**{one.column: one.value})
    if one.reason == DUPLICATE or one.column == key:
        return own
    return own.assign(**{key: [f"X{one.quarter.replace('Q', '')}{number:02d}{row:02d}" for row in range(one.rows)]})
