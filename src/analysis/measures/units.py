"""For which units is a figure computed, and how do rows, estimates and targets become a result table?

Every measure asks: whose rows are these (``unit_rows``), and is what its estimator says of each unit on the good side
of its target (``judged``)?
"""

from __future__ import annotations

from collections.abc import Iterable

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.params import Params
from analysis.run import Run
from analysis.tables.results import UNIT_TYPES, blank_figures, figures, verdict

COMPANY = "company"  # the one unit of unit type company
EMPLOYEE, PARTNER = "employee", "partner"
SUBJECT_COLUMNS = {EMPLOYEE: "employee_id", PARTNER: "partner_id"}
BREAKDOWNS = ("criterion", "severity", "item", "facet")  # extra columns whose rows are parts of a headline
#: What n counts, by the table, or the column, that an indicator's registry entry names as its source: ANSWERS, unless …
COUNTED = {"audits": "checks", "complaints": "complaints", "complaints.handling_satisfaction": "answers",
           "feedback": "messages", "requests": "cases", "surveys.comment": "comments",
           "surveys.responded_at": "invitations"}
ANSWERS = "answers"  # what an estimator calls that which it counts


def has_unit(rows: ir.Table, unit_type: str) -> bool:
    """Tell whether ``rows`` can be told apart by ``unit_type``."""
    column = SUBJECT_COLUMNS.get(unit_type, unit_type)
    return unit_type in (COMPANY, "month") or column in rows.columns or (
        unit_type == "shift" and "opened_hour" in rows.columns)


def narrowed(rows: ir.Table, unit_types: Iterable[str], *columns: str) -> ir.Table:
    """Return ``rows`` with ``columns`` and those that tell units of ``unit_types`` apart, where there are any.

    A question to few columns is put into the engine's words in a third of the time.
    """
    telling = [SUBJECT_COLUMNS.get(one, "opened_hour" if one == "shift" else one) for one in unit_types]
    return rows.select([name for name in dict.fromkeys([*columns, *telling]) if name in rows.columns])


def unit_rows(run: Run, rows: ir.Table, unit_type: str) -> ir.Table:
    """Return ``rows`` with the column ``unit``; rows that belong to no unit of ``unit_type`` are left out."""
    if unit_type == COMPANY:
        return rows.mutate(unit=ibis.literal(COMPANY))
    if unit_type == "shift":
        return rows.mutate(unit=shift_of(run.params, rows.opened_hour))
    column = SUBJECT_COLUMNS.get(unit_type, unit_type)
    return rows.filter(rows[column].notnull()).mutate(unit=rows[column])


def shift_of(params: Params, hour: ir.IntegerValue) -> ir.StringValue:
    """Return the shift a local hour falls in: the last one that has begun, the latest one before the first begins."""
    starts = sorted((start.hour, name) for name, start in params.site.shifts.items())
    return ibis.cases(*[(hour >= first, name) for first, name in reversed(starts)], else_=starts[-1][1])


def judged(run: Run, parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the figures of ``parts`` as one result table with targets and verdicts, in a fixed order.

    A table that already has a ``target`` column keeps it (a limit of a rule, say). A status names what is counted.
    """
    frame = pd.concat([part for part in parts if len(part)], ignore_index=True)
    frame["status"] = [status.replace(ANSWERS, counted(run, indicator))
                       for indicator, status in zip(frame["indicator"], frame["status"], strict=True)]
    if "target" not in frame:
        frame["target"] = frame["indicator"].map(lambda one: run.params.target(one)).astype(float)
    direction = frame["indicator"].map(lambda one: run.params.registry[one].direction)
    words = [verdict(frame[direction == one], one) for one in ("higher", "lower", "none")]
    frame["verdict"] = pd.concat(words).reindex(frame.index).astype("str")
    order = frame["unit_type"].map(UNIT_TYPES.index)
    indicators = pd.Categorical(frame["indicator"], list(dict.fromkeys(frame["indicator"])))
    frame = frame.assign(_order=order, _indicator=indicators)
    keys = ["_indicator", "_order", "unit", *(["event"] if "event" in frame else [])]
    return figures(frame.sort_values(keys, kind="stable").drop(columns=["_order", "_indicator"]))


def counted(run: Run, indicator: str) -> str:
    """Return the word for what n of ``indicator`` counts: answers, checks, complaints, …"""
    column = run.params.registry[indicator].source.replace(",", " ").split()[0]
    return COUNTED.get(column, COUNTED.get(column.partition(".")[0], ANSWERS))


def headline_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a result table that are headlines: no part of one, and no targeted sample."""
    keep = pd.Series(True, index=table.index)
    for column in BREAKDOWNS:
        if column in table:
            keep &= table[column].fillna("").eq("")
    if "sampling" in table:
        keep &= table["sampling"].ne("targeted")
    return table[keep]


def with_missing_units(frame: pd.DataFrame, indicator: str, unit_type: str, units: Iterable[str]) -> pd.DataFrame:
    """Return ``frame`` with a row "no data" for each of ``units`` that has no row of ``indicator``."""
    there = set() if frame.empty else set(
        frame.loc[(frame["indicator"] == indicator) & (frame["unit_type"] == unit_type), "unit"])
    missing = [unit for unit in units if unit not in there]
    return pd.concat([frame, blank_figures(indicator, unit_type, missing, "no data")], ignore_index=True)
