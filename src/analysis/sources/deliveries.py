"""Which delivered files does a run of a quarter read?

One delivery per quarter (``<data>/<quarter>/<table>.*``) or one file over several quarters (``<data>/<file>``). A
delivery counts as made at its own plan's ``as_of`` (without a plan: at the end of its quarter), so that a run never
sees what was delivered after its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

from analysis.params import Params
from analysis.quarter import QUARTER_PATTERN, Quarter
from analysis.refusal import Refused
from analysis.tables import TABLES, Table

SUFFIXES = (".csv", ".csv.gz", ".xlsx", ".parquet")
WHOLE = "all"  # the name of a delivery that covers several quarters


@dataclass(frozen=True)
class Delivered:
    """One delivered file: its table, the delivery it belongs to, and how messages call it."""

    table: Table
    delivery: str
    path: Path
    name: str


def _file_in(folder: Path, table: Table, declared: str | None) -> Path | None:
    """Return the one file in ``folder`` that holds ``table``; two candidates are refused."""
    if declared is not None:
        path = folder / declared
        return path if path.is_file() else None
    found = [folder / f"{table.name}{suffix}" for suffix in SUFFIXES if (folder / f"{table.name}{suffix}").is_file()]
    if len(found) > 1:
        raise Refused(f"two files hold the table {table.name}", "Keep one of them",
                      file=f"{folder.name}/{found[1].name}")
    return found[0] if found else None


def delivered_at(params: Params, quarter: Quarter) -> datetime:
    """Return when the delivery of ``quarter`` was made."""
    if quarter in params.plans:
        return params.plans[quarter].as_of
    midnight = datetime.combine(quarter.end + timedelta(days=1), time(0), params.site.zone)
    return midnight


def last_known(params: Params) -> Quarter:
    """Return the last quarter whose delivery a run may read; whatever is delivered for a later one cannot matter."""
    today = params.plan.as_of.astimezone(params.site.zone).date()
    return max(params.quarter, Quarter.of(today).plus(-1))


def delivered_files(params: Params, data: Path, quarter: Quarter, as_of: datetime) -> Iterator[Delivered]:
    """Yield every file known at ``as_of`` that a run of ``quarter`` reads, oldest delivery first, table by table."""
    folders = sorted((Quarter.parse(path.name), path) for path in data.iterdir()
                     if path.is_dir() and QUARTER_PATTERN.fullmatch(path.name)) if data.is_dir() else []
    first = quarter.plus(-params.site.history_quarters)
    known = [(one, path) for one, path in folders
             if one >= first and (one <= quarter or delivered_at(params, one) <= as_of)]
    for table in TABLES.values():
        declared = params.sources.of(table.name).file
        files = [Delivered(table, str(one), path, f"{one}/{path.name}") for one, folder in known
                 if (path := _file_in(folder, table, declared)) is not None]
        whole = _file_in(data, table, declared)
        if whole is not None:
            files.insert(0, Delivered(table, WHOLE, whole, whole.name))
        if table.snapshot:  # delivered whole each time: the newest replaces the others
            files = files[-1:]
        yield from files
