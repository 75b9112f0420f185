"""A small insurer made of the rows a test states: written as delivered files and parameters, loaded like any other.

The rows pass the contract and get their local days; the accounts of a delivery (as of, later deliveries, suspicions)
are the business of the tests of ``sources`` and are left out, which makes a run in a tenth of the time. With
``whole=True`` nothing is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from analysis.params import Params, load_params
from analysis.quarter import Quarter
from analysis.run import Run, load_run
from analysis.sources.deliveries import WHOLE, Delivered
from analysis.sources.delivery import ACCOUNT_COLUMNS, FAILURE_COLUMNS, Delivery
from analysis.sources.shaping import day_column
from analysis.sources.validated import Validator
from analysis.tables import TABLES
from analysis.warehouse import Warehouse

Insurer = Callable[..., Run]
SITE = {
    "company": "Test Insurer", "time_zone": "Asia/Shanghai", "language": "en", "engine": "duckdb",
    "service_lines": ["sales", "claims"], "jurisdictions": ["cn"], "calendar": "cn",
    "shifts": {"night": "00:00", "day": "08:00", "evening": "17:00"}, "disclosure": {"minimum_persons": 8},
    "policies_denominator": "in_force", "refuse_on": [], "opening_hours": {}, "rank_sets": False, "departments": [],
}
PLAN = {"as_of": "2024-10-15T23:59:59+08:00", "prepared_by": "quality", "approved_by": "manager",
        "approved_on": "2024-06-20", "indicators": {}, "tables": {}}
PLANNED = ("as_of", "indicators", "limits", "modes", "tables", "samples", "milestones", "told_back", "revision")
ACCOUNTS = {"accounts": ACCOUNT_COLUMNS, "failures": FAILURE_COLUMNS,
            "findings": ["table", "suspicion", "column", "rows"]}


@pytest.fixture
def insurer(tmp_path: Path) -> Insurer:
    """Return ``insurer(delivered, quarter="2024Q3", **settings) -> Run``.

    ``delivered``: name → frame of any of its columns (times as text in Shanghai time); rows may cover several quarters,
    each belongs by its opening date. ``settings``: keys of the plan (as_of, limits, modes, …), keys of site.yml
    (jurisdictions, service_lines, …), ``files`` (name under params/ → content) and ``whole``.
    """
    made: list[Run] = []

    def insurer(delivered: dict[str, pd.DataFrame], quarter: str = "2024Q3", **settings: Any) -> Run:
        home = tmp_path / str(len(made))
        (home / "data").mkdir(parents=True)
        for name, frame in delivered.items():
            frame.to_csv(home / "data" / f"{name}.csv", index=False)
        _write(home / "params", _parameters(home, quarter, settings))
        made.append(_whole(home, quarter) if settings.get("whole") else _rows_alone(home, quarter, list(delivered)))
        return made[-1]

    return insurer


def _whole(home: Path, quarter: str) -> Run:
    facts = {"params": str(home / "params"), "validated": str(home / "validated")}
    (home / "run.json").write_text(json.dumps(facts))
    return load_run(quarter, str(home / "run.json"))


def _rows_alone(home: Path, quarter: str, names: list[str]) -> Run:
    params = load_params(home / "params", Quarter.parse(quarter))
    delivery = _delivery(params, home, names)
    return Run(quarter=params.quarter, params=params, delivery=delivery, language="en", run_id="test",
               warehouse=Warehouse(delivery, home / "reductions"))


def _parameters(home: Path, quarter: str, settings: dict[str, Any]) -> dict[str, Any]:
    dated = {"quarter": quarter, "approved_on": Quarter.parse(quarter).start}
    plan = PLAN | dated | {key: value for key, value in settings.items() if key in PLANNED}
    site = SITE | {"data": str(home / "data")} | {key: value for key, value in settings.items() if key in SITE}
    return {"site.yml": site, f"{quarter}.yml": plan} | settings.get("files", {})


def _write(folder: Path, files: dict[str, Any]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, allow_unicode=True))


def _delivery(params: Params, home: Path, names: list[str]) -> Delivery:
    """Return the validated rows of each table, parted by the quarter they open in; a snapshot counts now."""
    tables: dict[str, dict[str, str]] = {}
    for name in names:
        file = Delivered(table=TABLES[name], delivery=WHOLE, path=home / "data" / f"{name}.csv", name=f"{name}.csv")
        rows = pd.read_parquet(Validator(params, home / "validated")(file).rows, dtype_backend="pyarrow")
        for quarter, part in rows.groupby(_opening_quarter(rows, name, params.quarter)):
            path = home / f"{name}-{quarter}.parquet"
            part.assign(quarter=quarter).to_parquet(path, index=False)
            tables.setdefault(str(quarter), {})[name] = str(path)
    blank = {frame: pd.DataFrame(columns=columns) for frame, columns in ACCOUNTS.items()}
    before = {quarter: paths for quarter, paths in tables.items() if quarter != str(params.quarter)}
    return Delivery(params.quarter, tables, **blank, key="test", followed=before)


def _opening_quarter(rows: pd.DataFrame, name: str, now: Quarter) -> pd.Series:
    opens = TABLES[name].opens
    if opens is None:
        return pd.Series(str(now), index=rows.index)
    return pd.PeriodIndex(pd.to_datetime(rows[day_column(opens)]), freq="Q").astype("str").to_series(index=rows.index)
