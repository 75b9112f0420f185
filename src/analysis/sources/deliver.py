"""What did the company deliver for a quarter: the one call that the run, ``make data`` and the notebooks share."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import ibis
import pandas as pd

from analysis.params import HISTORY_QUARTERS, Params
from analysis.params.plan import Coverage
from analysis.quarter import Quarter
from analysis.refusal import Refused
from analysis.sources import completeness, suspicions
from analysis.sources.deliveries import Delivered, delivered_files
from analysis.sources.reconcile import DUPLICATE_RULE, OUTCOMES, Reconciled, Window, reconcile
from analysis.sources.validated import ValidatedFile, content_key, validated_file
from analysis.tables import TABLES

ACCOUNT_COLUMNS = ["table", "delivery", "received", *OUTCOMES, "blanked"]
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Delivery:
    """A quarter's validated delivery.

    ``tables``: quarter → table → Parquet file. ``accounts``: one row per table and delivery, the counts of ACCOUNT_COLUMNS.
    ``failures``: table, delivery, file, row, column, rule. ``findings``: table, suspicion, column, rows.
    """

    quarter: Quarter
    tables: dict[str, dict[str, str]]
    accounts: pd.DataFrame
    failures: pd.DataFrame
    findings: pd.DataFrame
    key: str

    def save(self, folder: Path) -> Path:
        """Write the delivery's index under ``folder`` and return its file."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"index-{self.key}.json"
        frames = {name: getattr(self, name).to_dict("list") for name in ("accounts", "failures", "findings")}
        index = {"quarter": str(self.quarter), "tables": self.tables, "key": self.key, **frames}
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps(index, ensure_ascii=False))
        os.replace(temporary, path)
        return path

    @classmethod
    def load(cls, path: Path) -> Delivery:
        """Return the delivery whose index is ``path``."""
        index = json.loads(path.read_text())
        frames = {name: pd.DataFrame(index[name]) for name in ("accounts", "failures", "findings")}
        return cls(Quarter.parse(index["quarter"]), index["tables"], key=index["key"], **frames)


def deliver(params: Params, data: Path, validated: Path, progress: Progress = lambda step: None) -> Delivery:
    """Validate what is known for ``params.quarter`` and return it.

    ``validated`` is the folder of stored Parquet files. Refused where the delivery is incomplete, unreadable, or
    suspect in a way that ``site.yml`` does not let pass.
    """
    quarter = params.quarter
    wanted = list(delivered_files(params, data, quarter, params.plan.as_of))
    completeness.refuse_missing_tables(params, wanted, data)
    completeness.refuse_early_as_of(params)
    files = []
    for one in wanted:
        progress(f"{one.table.name} {one.delivery}")
        files.append(validated_file(one, params, validated / "files"))
    _refuse_cut_short(params, files)
    progress("history")
    tables, now = _reconciled(params, data, files, validated)
    accounts = pd.concat([_account(table, [file for file in files if file.table == table], now[table])
                          for table in now], ignore_index=True)
    found = pd.concat([suspicions.of_files(files), *_findings(params, tables, files)], ignore_index=True)
    _refuse_suspect(params, found)
    key = content_key([(file.key, file.delivery) for file in files], tables, found.to_dict("list"))
    return Delivery(quarter, tables, accounts, _failures(files, now), found, key)


def _window(params: Params, table: str, quarter: Quarter) -> Window:
    plan = params.plans.get(quarter)
    coverage = plan.tables.get(table, Coverage()) if plan else Coverage()
    return Window(quarter, *coverage.window(quarter), _as_of(params, quarter))


def _as_of(params: Params, quarter: Quarter) -> datetime:
    return params.plans[quarter].as_of if quarter in params.plans else params.plan.as_of


def _reconciled(params: Params, data: Path, files: list[ValidatedFile], validated: Path
                ) -> tuple[dict[str, dict[str, str]], dict[str, Reconciled]]:
    """Return the Parquet files of every quarter of the history, and the account of the quarter itself."""
    by_path = {(file.table, file.delivery): file for file in files}
    tables: dict[str, dict[str, str]] = {}
    now: dict[str, Reconciled] = {}
    for back in range(HISTORY_QUARTERS, -1, -1):
        quarter = params.quarter.plus(-back)
        for name, group in _by_table(delivered_files(params, data, quarter, _as_of(params, quarter))).items():
            if back and TABLES[name].snapshot:
                continue
            known = [by_path.get((name, one.delivery)) or validated_file(one, params, validated / "files")
                     for one in group]
            now[name] = reconcile(TABLES[name], known, _window(params, name, quarter), validated / str(quarter))
            tables.setdefault(str(quarter), {})[name] = str(now[name].rows)
    return tables, {name: now[name] for name in tables[str(params.quarter)]}


def _by_table(files: object) -> dict[str, list[Delivered]]:
    groups: dict[str, list[Delivered]] = {}
    for file in files:  # type: ignore[attr-defined]  # an iterator of Delivered
        groups.setdefault(file.table.name, []).append(file)
    return groups


def _refuse_cut_short(params: Params, files: list[ValidatedFile]) -> None:
    for name, coverage in params.plan.tables.items():
        if TABLES[name].snapshot:
            continue
        paths = [file.rows for file in files if file.table == name]
        days = completeness.openings(name, paths, coverage.window(params.quarter)[1])
        newest = next(file.name for file in reversed(files) if file.table == name)
        completeness.refuse_cut_short(params, name, days, newest)


def _account(table: str, files: list[ValidatedFile], now: Reconciled) -> pd.DataFrame:
    """Return, per delivery of ``table``, where each received row went; the counts add up."""
    outcomes = now.outcomes.pivot_table(index="_delivery", columns="_outcome", values="rows", aggfunc="sum")
    counts = outcomes.reindex(index=[file.delivery for file in files], columns=list(OUTCOMES)).fillna(0).astype("int64")
    received = pd.Series({file.delivery: file.received for file in files})
    counts["quarantined"] += received - counts.sum(axis=1)
    blanked = pd.Series(0, index=counts.index)
    blanked.iloc[-1] = now.blanked
    return counts.assign(table=table, received=received, blanked=blanked).rename_axis("delivery").reset_index()[
        ACCOUNT_COLUMNS]


def _failures(files: list[ValidatedFile], now: dict[str, Reconciled]) -> pd.DataFrame:
    """Return the one failure frame: rules of the contract and repeated keys."""
    broken = [pd.read_parquet(file.failures).assign(table=file.table, delivery=file.delivery, file=file.name)
              for file in files]
    deliveries = {file.name: file.delivery for file in files}
    twice = [one.duplicates.rename(columns={"_file": "file", "_row": "row"}).assign(
        table=table, delivery=lambda frame: frame["file"].map(deliveries), column="+".join(TABLES[table].key),
        rule=DUPLICATE_RULE) for table, one in now.items()]
    frame = pd.concat([*broken, *twice], ignore_index=True)
    return frame.sort_values(["table", "file", "row", "column"], ignore_index=True)[
        ["table", "delivery", "file", "row", "column", "rule"]]


def _findings(params: Params, tables: dict[str, dict[str, str]], files: list[ValidatedFile]) -> list[pd.DataFrame]:
    """Return what the rows of the quarter, alone and beside the quarters before, make suspect."""
    quarter = str(params.quarter)
    connection = ibis.duckdb.connect()
    try:
        return [one for name in tables[quarter] for one in _table_findings(params, connection, tables, name, files)]
    finally:
        connection.disconnect()


def _table_findings(params: Params, connection: ibis.BaseBackend, tables: dict[str, dict[str, str]], name: str,
                    files: list[ValidatedFile]) -> list[pd.DataFrame]:
    table, quarter = TABLES[name], str(params.quarter)
    rows = {one: connection.read_parquet(paths[name]) for one, paths in sorted(tables.items()) if name in paths}
    found = [suspicions.of_rows(table, rows[quarter], _known_ids(connection, files, table.references.values()))]
    if not table.snapshot:
        first, last = _window(params, name, params.quarter).first, _window(params, name, params.quarter).last
        days = completeness.openings(name, [file.rows for file in files if file.table == name], last)
        counts = pd.Series({one: int(part.count().execute()) for one, part in rows.items()})
        means = pd.DataFrame([suspicions.numeric_means(table, part) for part in rows.values()])
        found += [suspicions.of_volumes(name, counts), suspicions.of_scales(table, means)]
        if name != "exposures":
            found.append(suspicions.empty_weeks(name, days, first, last))
    return found


def _known_ids(connection: ibis.BaseBackend, files: list[ValidatedFile], targets: object) -> dict[str, ibis.Table]:
    known = {}
    for target in targets:  # type: ignore[attr-defined]  # an iterable of table.column
        name, column = target.split(".")
        paths = [file.rows for file in files if file.table == name]
        if paths:
            known[target] = connection.read_parquet(paths).select(id=ibis._[column]).distinct()
    return known


def _refuse_suspect(params: Params, found: pd.DataFrame) -> None:
    raised = found[found["suspicion"].isin(params.site.refuse_on)]
    if len(raised):
        first = raised.iloc[0]
        raise Refused(f"suspect delivery: {first['suspicion']} in {first['rows']} row(s)",
                      "Correct the delivery, or take the suspicion out of refuse_on in site.yml", file=first["table"],
                      column=first["column"])
