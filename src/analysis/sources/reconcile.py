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
from analysis.sources.deliveries import WHOLE
from analysis.sources.shaping import day_column
from analysis.sources.validated import ValidatedFile, code_hash, content_key
from analysis.tables import Table

DUPLICATE_RULE = "a key stands once in a delivery"
OUTCOMES = ("validated", "quarantined", "excluded", "superseded")


@dataclass(frozen=True)
class Window:
    """Whose rows are wanted: those opened from ``first`` to ``last``, as known at ``as_of`` (in the site's zone).

    ``returned``: what was set aside counts too. A row that broke a rule has its broken cells empty, where it may; of a
    key that stands twice in a delivery the last row counts and not the first.
    """

    quarter: Quarter
    first: date
    last: date
    as_of: datetime
    returned: bool = False

    @property
    def as_of_utc(self) -> datetime:
        """The same moment, naive in UTC, as times are stored."""
        return self.as_of.astimezone(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Account:
    """Where the rows of one table that kept the contract went."""

    outcomes: pd.DataFrame  # _delivery, _outcome, rows
    duplicates: pd.DataFrame  # _file, _row
    blanked: int


def opening_day(table: Table, rows: ir.Table) -> ir.DateValue:
    """Return the local day that places a row in a quarter."""
    if table.opens == "month":
        return (rows.month + "-01").cast("date")
    return rows[day_column(str(table.opens))].cast("date")


class Reconciler:
    """What chooses, on one connection, the rows that count, and keeps them in ``store`` by content."""

    def __init__(self, connection: ibis.BaseBackend, store: Path):
        self.connection, self.store = connection, store

    def path(self, table: Table, files: Sequence[ValidatedFile], window: Window) -> Path:
        """Return where the rows of ``table`` that count in ``window`` stand, or will stand."""
        key = content_key([file.key for file in files], str(window.quarter), window.first, window.last,
                          window.as_of_utc, window.returned, code_hash())
        return self.store / str(window.quarter) / f"{table.name}-{key}.parquet"

    def rows(self, table: Table, files: Sequence[ValidatedFile], window: Window) -> Path:
        """Return the Parquet file of the rows of ``table`` that count in ``window``."""
        path = self.path(table, files, window)
        if not path.is_file():
            rows = self._all(files, window)
            self._write(table, validated(rows, with_outcome(table, rows, window)), window, path)
        return path

    def account(self, table: Table, files: Sequence[ValidatedFile], window: Window) -> Account:
        """Return where every valid row of ``files`` went, having written those that count."""
        rows = self._all(files, window)
        marked = self.connection.create_table(
            f"marked_{table.name}", with_outcome(table, rows, window), temp=True, overwrite=True)
        chosen = validated(rows, marked)
        path = self.path(table, files, window)
        if not path.is_file():
            self._write(table, chosen, window, path)
        account = Account(
            marked.group_by("_delivery", "_outcome").agg(rows=marked.count()).execute(),
            marked.filter(marked._outcome == "quarantined").select("_file", "_row").execute(),
            _count(chosen, late_events(table, chosen, window)))
        self.connection.drop_table(f"marked_{table.name}")
        return account

    def _all(self, files: Sequence[ValidatedFile], window: Window) -> ir.Table:
        paths = [file.rows for file in files] + [file.emptied for file in files if window.returned]
        return self.connection.read_parquet(paths)

    def _write(self, table: Table, chosen: ir.Table, window: Window, path: Path) -> None:
        known = as_known(table, chosen, late_events(table, chosen, window))
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        dated = known.mutate(quarter=ibis.literal(str(window.quarter)))
        self.connection.to_parquet(dated.order_by([*table.key, "_row"]), temporary)
        os.replace(temporary, path)


def with_outcome(table: Table, rows: ir.Table, window: Window) -> ir.Table:
    """Return, for each of ``rows``, ``_outcome`` (one of OUTCOMES) beside what it follows from and its place.

    Only these few columns: to sort and compare whole rows would take twice as long.
    """
    opens = [] if table.snapshot else [str(table.opens) if table.opens == "month" else day_column(str(table.opens))]
    rows = rows.select(*dict.fromkeys([*table.key, *opens, "_delivery", "_file", "_row"]))
    key = [rows[column].fill_null("") if table.kind(column) == "text" else rows[column] for column in table.key]
    rank = ibis.ifelse(rows._delivery == WHOLE, "", rows._delivery)  # a file over several quarters came first
    order = rows._row.desc() if window.returned else rows._row.asc()
    rows = rows.mutate(_rank=rank, _copy=ibis.row_number().over(group_by=[rows._delivery, *key], order_by=order))
    first = rows._copy == 0
    latest = rows._rank.max(where=first).over(group_by=key)
    inside = ibis.literal(True) if table.snapshot else opening_day(table, rows).between(window.first, window.last)
    return rows.mutate(_outcome=ibis.cases(
        (~first, "quarantined"), (rows._rank < latest, "superseded"), (~inside, "excluded"), else_="validated"))


def validated(rows: ir.Table, marked: ir.Table) -> ir.Table:
    """Return those of ``rows`` that ``marked`` (see ``with_outcome``) says count."""
    return rows.semi_join(marked.filter(marked._outcome == "validated"), ["_file", "_row"])


def late_events(table: Table, rows: ir.Table, window: Window) -> dict[str, ir.BooleanValue]:
    """Return, per event column, where the event lies after ``as_of``."""
    moments = {column: rows[column] > ibis.literal(window.as_of_utc) for column in table.of_kind("moment")}
    days = {column: rows[column].cast("date") > ibis.literal(window.as_of.date()) for column in table.event_days}
    return {column: late.fill_null(False) for column, late in (moments | days).items() if column != table.opens}


def as_known(table: Table, rows: ir.Table, late: dict[str, ir.BooleanValue]) -> ir.Table:
    """Return ``rows`` with late events blanked, their local days, and what only they could tell."""
    dependants = {column: _untold(rows, late, events) for column, events in table.known_at.items()}
    companions = {day_column(event): is_late for event, is_late in late.items() if table.kind(event) == "moment"}
    blanked = {column: ibis.ifelse(is_late, ibis.null(rows[column].type()), rows[column])
               for column, is_late in (late | dependants | companions).items()}
    return rows.mutate(**blanked) if blanked else rows


def _untold(rows: ir.Table, late: dict[str, ir.BooleanValue], events: tuple[str, ...]) -> ir.BooleanValue:
    """Return where at least one of ``events`` is late and none had happened by ``as_of``."""
    told = [rows[event].notnull() & ~late[event] for event in events]
    return ibis.or_(*(late[event] for event in events)) & ~ibis.or_(*told)


def _count(rows: ir.Table, late: dict[str, ir.BooleanValue]) -> int:
    """Return how many late events there are in all."""
    if not late:
        return 0
    counts = rows.agg(**{column: is_late.sum().fill_null(0) for column, is_late in late.items()}).execute()
    return int(counts.to_numpy().sum())
