"""What does a run know of its quarter's delivery, once it was validated?"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis.quarter import Quarter
from analysis.sources.reconcile import DUPLICATE_RULE, OUTCOMES, Account
from analysis.sources.validated import ValidatedFile
from analysis.tables import TABLES

ACCOUNT_COLUMNS = ["table", "delivery", "received", *OUTCOMES, "blanked"]
FAILURE_COLUMNS = ["table", "delivery", "file", "row", "column", "rule"]
FRAMES = ("accounts", "failures", "findings")


@dataclass(frozen=True)
class Delivery:
    """A quarter's validated delivery.

    ``tables``: quarter → table → Parquet file. ``accounts``: one row per table and delivery, ACCOUNT_COLUMNS.
    ``failures``: one row per broken rule, FAILURE_COLUMNS. ``findings``: table, suspicion, column, rows.
    ``key`` is the hash of everything the delivery depends on. ``followed``: as ``tables``, for the two years
    before, without snapshots: as known now and not at those quarters' own date. ``returned``: as ``tables``, for the
    quarter and a year before, of tables that name employees: with the rows that were set aside
    (`analysis.sources.reconcile.Window`). ``older``: as ``tables``, for the quarters before the site's history by which
    a measure is judged; no other figure rests on them.
    """

    quarter: Quarter
    tables: dict[str, dict[str, str]]
    accounts: pd.DataFrame
    failures: pd.DataFrame
    findings: pd.DataFrame
    key: str
    followed: dict[str, dict[str, str]] = field(default_factory=dict)
    returned: dict[str, dict[str, str]] = field(default_factory=dict)
    older: dict[str, dict[str, str]] = field(default_factory=dict)

    def save(self, folder: Path) -> Path:
        """Write the delivery's index under ``folder`` and return its file."""
        folder.mkdir(parents=True, exist_ok=True)
        path = index(folder, self.key)
        frames = {name: getattr(self, name).to_dict("split", index=False) for name in FRAMES}
        facts = {"quarter": str(self.quarter), "tables": self.tables, "followed": self.followed,
                 "returned": self.returned, "older": self.older, "key": self.key, **frames}
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        os.replace(temporary, path)
        return path

    @classmethod
    def load(cls, path: Path) -> Delivery:
        """Return the delivery whose index is ``path``."""
        facts = json.loads(path.read_text(encoding="utf-8"))
        frames = {name: pd.DataFrame(**facts[name]) for name in FRAMES}
        quarter = Quarter.parse(facts["quarter"])
        return cls(quarter, facts["tables"], key=facts["key"], followed=facts["followed"], returned=facts["returned"],
                   older=facts["older"], **frames)

    @property
    def is_stored(self) -> bool:
        """Whether every Parquet file of the delivery is still there."""
        kept = [*self.tables.values(), *self.followed.values(), *self.returned.values(), *self.older.values()]
        return all(Path(path).is_file() for one in kept for path in one.values())


def index(folder: Path, key: str) -> Path:
    """Return where the index of the delivery ``key`` stands under ``folder``."""
    return folder / f"index-{key}.json"


def accounts(files: list[ValidatedFile], now: dict[str, Account]) -> pd.DataFrame:
    """Return, per table and delivery, where each received row went.

    Raises RuntimeError, a defect, when a row went to none of OUTCOMES or to several.
    """
    counts = pd.concat([one.outcomes.assign(table=name) for name, one in now.items()], ignore_index=True)
    counts = counts.pivot_table(index=["table", "_delivery"], columns="_outcome", values="rows", aggfunc="sum")
    frame = pd.DataFrame([(file.table, file.delivery, file.received, file.broken) for file in files],
                         columns=["table", "delivery", "received", "broken"]).set_index(["table", "delivery"])
    frame[list(OUTCOMES)] = counts.reindex(index=frame.index, columns=list(OUTCOMES)).fillna(0).astype("int64")
    frame["quarantined"] += frame["broken"]
    if not frame["received"].equals(frame[list(OUTCOMES)].sum(axis=1)):
        raise RuntimeError("the counts of validated, quarantined, excluded and superseded rows do not add up")
    newest = ~frame.index.get_level_values("table").duplicated(keep="last")
    blanked = frame.index.get_level_values("table").map({name: one.blanked for name, one in now.items()})
    return frame.assign(blanked=blanked.where(newest, 0).astype("int64")).reset_index()[ACCOUNT_COLUMNS]


def failures(files: list[ValidatedFile], now: dict[str, Account]) -> pd.DataFrame:
    """Return the one failure frame: rules of the contract and repeated keys."""
    broken = [pd.read_parquet(file.failures).assign(table=file.table, delivery=file.delivery, file=file.name)
              for file in files]
    deliveries = {file.name: file.delivery for file in files}
    twice = [one.duplicates.rename(columns={"_file": "file", "_row": "row"}).assign(
        table=table, delivery=lambda frame: frame["file"].map(deliveries), column="+".join(TABLES[table].key),
        rule=DUPLICATE_RULE) for table, one in now.items()]
    frame = pd.concat([*broken, *twice], ignore_index=True)
    return frame.sort_values(["table", "file", "row", "column"], ignore_index=True)[FAILURE_COLUMNS]
