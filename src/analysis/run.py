"""What does a notebook need to know of the run it is part of?"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache, wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import pandas as pd

from analysis.params import PROJECT, Params, load_params
from analysis.params.rules import reaching_back
from analysis.quarter import Quarter
from analysis.sources.deliver import Delivery, deliver
from analysis.tables import TABLES
from analysis.tables.results import LEVEL
from analysis.warehouse import Warehouse

FLOAT_FORMAT = "%.10g"  # ten digits: beyond any use, short of the last bits that differ between processors


@dataclass(frozen=True)
class Run:
    """One run of one quarter: what was decided, what is known, and where its tables go.

    ``stage`` is the folder that will be published; None when an analyst works in a notebook, and nothing is written.
    """

    quarter: Quarter
    params: Params
    delivery: Delivery
    warehouse: Warehouse
    language: str
    run_id: str
    stage: Path | None = None
    #: The unit types that figures are asked for; None: all there are.
    unit_types: tuple[str, ...] | None = None
    #: Where the notebooks of one official run leave answers for one another; None in JupyterLab: code is being edited.
    memo: Path | None = None

    def asks(self, unit_type: str) -> bool:
        """Tell whether figures are asked for units of ``unit_type``."""
        return self.unit_types is None or unit_type in self.unit_types

    @property
    def as_of(self) -> datetime:
        """The moment after which nothing is known, in UTC."""
        return self.params.plan.as_of.astimezone(UTC)

    @property
    def today(self) -> date:
        """The day of ``as_of`` where the company is."""
        return self.as_of.astimezone(self.params.site.zone).date()

    @property
    def level(self) -> float:
        """The level of every interval."""
        return LEVEL

    def earlier(self, quarter: Quarter, *unit_types: str, known_now: bool = False) -> Run | None:
        """Return the run of an earlier quarter under its own plan (without one: this run's), as known at its date.

        ``unit_types``: those asked for, to save time; none = all. ``known_now``: as known at this run's date instead,
        with what was delivered and what happened since.

        Snapshots (staff, partners) are this run's, whose spells tell the past; what later became of a case is as this
        run knows it. None where nothing was delivered for the quarter.
        """
        own = (self.delivery.followed if known_now else self.delivery.tables).get(str(quarter), {})
        if not own:
            return None
        now = self.delivery.tables.get(str(self.quarter), {})
        snapshots = {name: path for name, path in now.items() if TABLES[name].snapshot}
        tables = {name: one for name, one in self.delivery.tables.items() if Quarter.parse(name) < quarter}
        followed = {name: one for name, one in self.delivery.followed.items() if Quarter.parse(name) < quarter}
        delivery = replace(self.delivery, quarter=quarter, tables=tables | {str(quarter): snapshots | own},
                           followed=followed)
        planned = quarter in self.params.plans
        params = _params_of(self.params, quarter) if planned else replace(self.params, quarter=quarter)
        if known_now:
            params = replace(params, plan=params.plan.model_copy(update={"as_of": self.params.plan.as_of}))
        return replace(self, quarter=quarter, params=params, delivery=delivery,
                       warehouse=Warehouse(delivery, self.warehouse.cache), stage=None,
                       unit_types=unit_types or None)

    def under(self, other: Run) -> Run:
        """Return this run under the definitions, limits and rules of ``other``; itself where they are the same."""
        ours, theirs = self.params, other.params
        rules = ours.rules if ours.rules == theirs.rules else reaching_back(theirs.rules)
        same = list(ours.registry) == list(theirs.registry) and ours.plan.limits == theirs.plan.limits
        if same and rules is ours.rules:
            return self
        plan = ours.plan.model_copy(update={"limits": theirs.plan.limits})
        return replace(self, params=replace(ours, registry=theirs.registry, plan=plan, rules=rules))

    def save(self, name: str, table: pd.DataFrame, *, confidential: bool = False) -> pd.DataFrame:
        """Write a result table as ``tables/<name>.csv`` of the report being made, and return it."""
        if self.stage is not None:
            folder = self.stage / ("confidential/tables" if confidential else "tables")
            folder.mkdir(parents=True, exist_ok=True)
            table.to_csv(folder / f"{name}.csv", index=False, float_format=FLOAT_FORMAT, lineterminator="\n")
        return table


def _params_of(now: Params, quarter: Quarter) -> Params:
    """Return the parameters of an earlier quarter, read once for as long as no file of ``now`` changes."""
    stamps = tuple(path.stat().st_mtime_ns for path in (now.directory, *now.files))
    return _read_once(now.directory, quarter, stamps)


@lru_cache(maxsize=32)
def _read_once(directory: Path, quarter: Quarter, stamps: tuple[int, ...]) -> Params:
    return load_params(directory, quarter)


Answer = TypeVar("Answer")
Others = ParamSpec("Others")


def remembered(question: Callable[Concatenate[Run, Others], Answer]) -> Callable[Concatenate[Run, Others], Answer]:
    """Return ``question`` of a run so that the notebooks of one official run work its answer out once.

    Further arguments are functions or texts. Within a run data, parameters and code stand still, so an answer is known
    by its question, the quarter and what `Run.earlier`, `Run.under` and ``replace`` change of a run. It is gone with
    the run's scratch folder: every run computes everything itself.
    """
    @wraps(question)
    def answer(run: Run, *others: Others.args, **named: Others.kwargs) -> Answer:
        if run.memo is None:
            return question(run, *others, **named)
        said = [getattr(one, "__qualname__", one) for one in (*others, *named.values())]
        path = run.memo / f"{question.__name__}-{_known_by([question.__module__, *said], run)}.pickle"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(f".{os.getpid()}")
            temporary.write_bytes(pickle.dumps(question(run, *others, **named)))
            os.replace(temporary, path)
        found: Answer = pickle.loads(path.read_bytes())  # written by this run, in its own folder
        return found
    return answer


def _known_by(said: list[object], run: Run) -> str:
    registry = [(one.id, one.variant, one.effective_from.isoformat()) for one in run.params.registry]
    contests = [one.contest_id for one in run.params.contests]
    rules = [(one.id, one.effective_from.isoformat()) for one in run.params.rules]
    parts = [said, str(run.quarter), run.unit_types, sorted(run.delivery.tables.items()), registry, rules, contests,
             run.params.plan.model_dump_json()]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def load_run(quarter: str, run: str = "") -> Run:
    """Return the run described by the file ``run``; without one (in JupyterLab), the project's defaults.

    The defaults validate the delivery named in ``params/site.yml`` first; what was validated before is not done again.
    """
    facts = json.loads(Path(run).read_text()) if run else _defaults(quarter)
    params = load_params(Path(facts["params"]), Quarter.parse(quarter))
    validated = Path(facts["validated"])
    if "index" in facts:
        delivery = Delivery.load(Path(facts["index"]))
    else:
        delivery = deliver(params, PROJECT / params.site.data, validated)
    stage = Path(facts["tables"]) if "tables" in facts else None
    return Run(
        quarter=params.quarter, params=params, delivery=delivery, stage=stage, run_id=facts.get("run_id",
                                                                                                "interactive"),
        warehouse=Warehouse(delivery, validated / "reductions"),
        language=facts.get("language") or params.site.language, memo=Path(facts["memo"]) if "memo" in facts else None)


def _defaults(quarter: str) -> dict[str, str]:
    return {"quarter": quarter, "params": str(PROJECT / "params"), "validated": str(PROJECT / "data" / "validated")}
