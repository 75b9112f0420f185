"""What did the company deliver for a quarter: the one call that the run, ``make data`` and the notebooks share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path

import ibis
import pandas as pd

from analysis.params import Params
from analysis.params.plan import Coverage
from analysis.quarter import Quarter
from analysis.refusal import Refused
from analysis.sources import completeness, suspicions
from analysis.sources.deliveries import WHOLE, Delivered, delivered_files
from analysis.sources.delivery import Delivery, accounts, failures, index
from analysis.sources.reconcile import Account, Reconciler, Window
from analysis.sources.validated import ValidatedFile, Validator, content_key
from analysis.sources.vocabulary import refuse_unknown_names
from analysis.tables import TABLES

__all__ = ["Delivery", "deliver", "known_files"]

FOLLOWED_QUARTERS = 8  # a published figure is told again for two years
RETURNED_QUARTERS = 5  # evidence on a person: four quarters, and answers on the requests of the one before
Progress = Callable[[str], None]
Groups = dict[str, list[Delivered]]


def deliver(params: Params, data: Path, validated: Path, progress: Progress = lambda step: None) -> Delivery:
    """Validate what is known for ``params.quarter`` and return it.

    ``validated`` is the folder of stored Parquet files; what was validated before is not done again. Refused where the
    delivery is incomplete, unreadable, or suspect in a way that ``site.yml`` does not let pass.
    """
    refuse_unknown_names(params)
    known = known_files(params, data)
    files = [file for group in known[params.quarter].values() for file in group]
    completeness.refuse_missing_tables(params, files, data)
    completeness.refuse_early_as_of(params)
    validator = Validator(params, validated / "files")
    key = _key(params, known, validator)
    kept = index(validated / str(params.quarter), key)
    if kept.is_file() and (delivery := Delivery.load(kept)).is_stored:
        return delivery
    with closing(_Engine()) as engine:
        delivery = _Delivering(params, validator, Reconciler(engine.connection, validated), progress).delivery(known,
                                                                                                               key)
    delivery.save(kept.parent)
    return delivery


class _Engine:
    """An embedded DuckDB for as long as one delivery takes."""

    def __init__(self) -> None:
        self.connection = ibis.duckdb.connect()

    def close(self) -> None:
        self.connection.disconnect()


def known_files(params: Params, data: Path) -> dict[Quarter, Groups]:
    """Return, for the quarter and each before it, oldest first, its files by table as then known.

    An earlier quarter that was not delivered itself has no history: later deliveries repeat only parts of it.
    """
    known: dict[Quarter, Groups] = {}
    quarter = params.first_quarter
    while quarter <= params.quarter:
        before = quarter < params.quarter
        groups: Groups = {}
        for file in delivered_files(params, data, quarter, _as_of(params, quarter)):
            if not (before and file.table.snapshot):
                groups.setdefault(file.table.name, []).append(file)
        known[quarter] = {name: group for name, group in groups.items()
                          if not before or {file.delivery for file in group} & {str(quarter), WHOLE}}
        quarter = quarter.plus(1)
    return known


def _as_of(params: Params, quarter: Quarter) -> datetime:
    return params.plans.get(quarter, params.plan).as_of.astimezone(params.site.zone)


def _window(params: Params, table: str, quarter: Quarter) -> Window:
    plan = params.plans.get(quarter)
    coverage = plan.tables.get(table, Coverage()) if plan else Coverage()
    return Window(quarter, *coverage.window(quarter), _as_of(params, quarter))


def _key(params: Params, known: dict[Quarter, Groups], validator: Validator) -> str:
    """Return the key of everything that a delivery, with its accounts and findings, depends on."""
    parts = [(str(quarter), name, [validator.key(file) for file in group], _window(params, name, quarter))
             for quarter, groups in known.items() for name, group in groups.items()]
    kept = [one.name for one in fields(Delivery)]  # what was stored of a delivery by another version is not read
    return content_key(str(params.quarter), parts, sorted(params.plan.tables), params.site.refuse_on, kept,
                       params.site.history_quarters)


@dataclass
class _Delivering:
    """A delivery under way."""

    params: Params
    validator: Validator
    reconciler: Reconciler
    progress: Progress
    days: dict[str, pd.DatetimeIndex] = field(default_factory=dict)

    def delivery(self, known: dict[Quarter, Groups], key: str) -> Delivery:
        """Return the delivery of the last quarter of ``known``."""
        first = self.params.quarter.plus(-self.params.site.history_quarters)
        older = {str(quarter): self._known_then(quarter, one)
                 for quarter, one in known.items() if one and quarter < first}
        known = {quarter: one for quarter, one in known.items() if first <= quarter}
        files = [self._validated(file) for group in known[self.params.quarter].values() for file in group]
        groups = {name: [file for file in files if file.table == name] for name in known[self.params.quarter]}
        self._refuse_cut_short(known, groups)
        tables = {str(quarter): self._known_then(quarter, one)
                  for quarter, one in known.items() if one and quarter != self.params.quarter}
        now = {name: self._account(name, group) for name, group in groups.items()}
        tables[str(self.params.quarter)] = self._known_then(self.params.quarter, known[self.params.quarter])
        followed = self._followed(known)
        found = pd.concat([suspicions.of_files(files), *self._findings(tables, groups)], ignore_index=True)
        self._refuse_suspect(found)
        return Delivery(self.params.quarter, tables, accounts(files, now), failures(files, now), found, key,
                        followed, self._returned(known), older)

    def _known_then(self, quarter: Quarter, groups: Groups) -> dict[str, str]:
        return {name: str(self._rows(quarter, name, group)) for name, group in groups.items()}

    def _followed(self, known: dict[Quarter, Groups]) -> dict[str, dict[str, str]]:
        """Return the rows of the quarters of two years before as known now, of every table but snapshots."""
        found: dict[str, dict[str, str]] = {}
        names = [name for name in known[self.params.quarter] if not TABLES[name].snapshot]
        for quarter in [self.params.quarter.plus(-back) for back in range(1, FOLLOWED_QUARTERS + 1)]:
            for name in (one for one in names if one in known[quarter]):
                files = [self.validator(file) for file in known[self.params.quarter][name]]
                now = replace(_window(self.params, name, quarter), as_of=_as_of(self.params, self.params.quarter))
                found.setdefault(str(quarter), {})[name] = str(self.reconciler.rows(TABLES[name], files, now))
        return found

    def _returned(self, known: dict[Quarter, Groups]) -> dict[str, dict[str, str]]:
        """Return the rows of a year and a quarter with what was set aside, of the tables that name employees."""
        found: dict[str, dict[str, str]] = {}
        for quarter in [self.params.quarter.plus(-back) for back in range(RETURNED_QUARTERS)]:
            for name, group in known.get(quarter, {}).items():
                if "employee_id" in TABLES[name].columns and not TABLES[name].snapshot:
                    window = replace(_window(self.params, name, quarter), returned=True)
                    files = [self.validator(file) for file in group]
                    found.setdefault(str(quarter), {})[name] = str(self.reconciler.rows(TABLES[name], files, window))
        return found

    def _validated(self, file: Delivered) -> ValidatedFile:
        self.progress(f"{file.table.name} {file.delivery}")
        return self.validator(file)

    def _rows(self, quarter: Quarter, name: str, group: Iterable[Delivered]) -> Path:
        self.progress(f"{name} as known for {quarter}")
        files = [self.validator(file) for file in group]
        return self.reconciler.rows(TABLES[name], files, _window(self.params, name, quarter))

    def _account(self, name: str, files: list[ValidatedFile]) -> Account:
        return self.reconciler.account(TABLES[name], files, _window(self.params, name, self.params.quarter))

    def _refuse_cut_short(self, known: dict[Quarter, Groups], groups: dict[str, list[ValidatedFile]]) -> None:
        for name, files in groups.items():
            if TABLES[name].snapshot:
                continue
            window = _window(self.params, name, self.params.quarter)
            days = completeness.openings(self.reconciler.connection, TABLES[name], files, window.last)
            quarters = {quarter for quarter, tables in known.items() if name in tables}
            self.days[name] = completeness.delivered_days(days, window.first, quarters)
            if name in self.params.plan.tables:
                completeness.refuse_cut_short(self.params, name, self.days[name], files[-1])

    def _findings(self, tables: dict[str, dict[str, str]], groups: dict[str, list[ValidatedFile]]
                  ) -> Iterable[pd.DataFrame]:
        """Yield what the rows of the quarter, alone and beside the quarters before, make suspect."""
        connection, quarter = self.reconciler.connection, str(self.params.quarter)
        for name in groups:
            table = TABLES[name]
            targets = {target: self._ids(target, groups) for target in sorted(set(table.references.values()))}
            rows = connection.read_parquet(tables[quarter][name])
            yield suspicions.of_rows(table, rows, {target: ids for target, ids in targets.items() if ids is not None})
            if table.snapshot:
                continue
            paths = [one[name] for one in tables.values() if name in one]
            volumes = suspicions.volumes(table, connection.read_parquet(paths))
            yield suspicions.of_history(table, volumes.reindex([one for one in tables if name in tables[one]]))
            window = _window(self.params, name, self.params.quarter)
            yield suspicions.empty_weeks(table, self.days[name], window.first, window.last)

    def _ids(self, target: str, groups: dict[str, list[ValidatedFile]]) -> ibis.Table | None:
        name, column = target.split(".")
        if name not in groups:
            return None
        rows = self.reconciler.connection.read_parquet([file.rows for file in groups[name]])
        return rows.select(id=rows[column]).distinct()

    def _refuse_suspect(self, found: pd.DataFrame) -> None:
        raised = found[found["suspicion"].isin(self.params.site.refuse_on)]
        if len(raised):
            first = raised.iloc[0]
            raise Refused(f"suspect delivery: {first['suspicion']} in {first['rows']} row(s)",
                          "Correct the delivery, or take the suspicion out of refuse_on in site.yml",
                          file=first["table"], column=first["column"])
