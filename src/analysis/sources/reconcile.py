"""Which version of each row counts for a quarter, and where did every other row go?

Over all deliveries known at ``as_of``: a key repeated within one file is quarantined, the latest delivery of a key wins
(the others are superseded), a row belongs to the quarter whose window holds its opening day, and events after ``as_of``
are blanked together with what only they could tell.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.quarter import Quarter
from analysis.sources.shaping import day_column
from analysis.sources.validated import ValidatedFile, code_hash, content_key
from analysis.tables import Table

DUPLICATE_RULE = "a key stands once in a delivery"
OUTCOMES = ("validated", "quarantined", "excluded", "superseded")


@dataclass(frozen=True)
class Window:
    """Whose rows are wanted: those opened from ``first`` to ``last``, as known at ``as_of``."""

    quarter: Quarter
    first: date
    last: date
    as_of: datetime

    @property
    def as_of_utc(self) -> datetime:
        """The same moment, naive in UTC, as times are stored."""
        return self.as_of.astimezone(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Reconciled:
    """The rows of one table that count for one quarter, and the frames that account for all others."""

    rows: Path
    outcomes: pd.DataFrame  # delivery, outcome, rows
    duplicates: pd.DataFrame  # name, row
    blanked: int


def opening_day(table: Table, rows: ir.Table) -> ir.DateValue:
    """Return the local day that places a row in a quarter."""
    if table.opens == "month":
        return (rows.month + "-01").cast("date")
    return rows[day_column(str(table.opens))].cast("date")


def all_rows(connection: ibis.BaseBackend, files: Sequence[ValidatedFile]) -> ir.Table:
    """Return the valid rows of every delivered file of one table, each with its origin."""
    parts = [connection.read_parquet(file.rows).mutate(
        _delivery=ibis.literal(file.delivery), _rank=ibis.literal(file.rank), _file=ibis.literal(file.name))
        for file in files]
    return parts[0] if len(parts) == 1 else ibis.union(*parts)


def _with_outcome(table: Table, rows: ir.Table, window: Window) -> ir.Table:
    """Return ``rows`` with ``_outcome``: one of OUTCOMES for each."""
    key = [rows[column].fill_null("") if table.kind(column) == "text" else rows[column] for column in table.key]
    rows = rows.mutate(_copy=ibis.row_number().over(group_by=[rows._rank, *key], order_by=rows._row))
    first = rows._copy == 0
    latest = rows._rank.max(where=first).over(group_by=key)
    inside = ibis.literal(True) if table.snapshot else opening_day(table, rows).between(window.first, window.last)
    return rows.mutate(_outcome=ibis.cases(
        (~first, "quarantined"), (rows._rank < latest, "superseded"), (~inside, "excluded"), else_="validated"))


def _late_events(table: Table, rows: ir.Table, window: Window) -> dict[str, ir.BooleanValue]:
    """Return, per event column, where the event lies after ``as_of``."""
    moments = {column: rows[column] > ibis.literal(window.as_of_utc) for column in table.of_kind("moment")}
    days = {column: rows[column].cast("date") > ibis.literal(window.as_of.date()) for column in table.event_days}
    return {column: late.fill_null(False) for column, late in (moments | days).items() if column != table.opens}


def _as_known(table: Table, rows: ir.Table, late: dict[str, ir.BooleanValue]) -> ir.Table:
    """Return ``rows`` with late events blanked, their local days, and what only they could tell."""
    dependants = {column: late[event] for column, event in table.known_at.items()}
    companions = {day_column(event): is_late for event, is_late in late.items() if table.kind(event) == "moment"}
    blanked = {column: ibis.ifelse(is_late, ibis.null(rows[column].type()), rows[column])
               for column, is_late in (late | dependants | companions).items()}
    return rows.mutate(**blanked) if blanked else rows


def _count(rows: ir.Table, late: dict[str, ir.BooleanValue]) -> int:
    """Return how many late events there are in all."""
    if not late:
        return 0
    counts = rows.agg(**{column: is_late.sum().fill_null(0) for column, is_late in late.items()}).execute()
    return int(counts.to_numpy().sum())


def reconcile(table: Table, files: Sequence[ValidatedFile], window: Window, store: Path) -> Reconciled:
    """Return the rows of ``table`` that count in ``window``, written under ``store`` by their content key."""
    key = content_key([(file.key, file.rank) for file in files], str(window.quarter), window.first, window.last,
                      window.as_of_utc, code_hash())
    path = store / f"{table.name}-{key}.parquet"
    connection = ibis.duckdb.connect()
    try:
        rows = _with_outcome(table, all_rows(connection, files), window).cache()
        outcomes = rows.group_by("_delivery", "_outcome").agg(rows=rows.count()).execute()
        duplicates = rows.filter(rows._outcome == "quarantined").select("_file", "_row").execute()
        chosen = rows.filter(rows._outcome == "validated")
        late = _late_events(table, chosen, window)
        blanked = _count(chosen, late)
        if not path.is_file():
            store.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(f".{os.getpid()}.tmp")
            known = _as_known(table, chosen, late).mutate(quarter=ibis.literal(str(window.quarter)))
            connection.to_parquet(known.order_by([*table.key, "_row"]).drop("_copy", "_outcome", "_rank"), temporary)
            os.replace(temporary, path)
    finally:
        connection.disconnect()
    return Reconciled(path, outcomes, duplicates, blanked)
