"""Does a notebook get its run, by the driver or on its own, and save nothing unless it is being published?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis.quarter import Quarter
from analysis.run import Run, load_run, remembered

SITE = {
    "company": "c", "data": "data", "time_zone": "Asia/Shanghai", "language": "zh-Hant", "engine": "duckdb",
    "service_lines": ["sales"], "jurisdictions": [], "calendar": "cn", "shifts": {"day": "00:00"}, "disclosure": {},
    "policies_denominator": "in_force", "refuse_on": [],
}
PLAN = {"quarter": "2024Q3", "as_of": "2024-10-15T00:00:00+08:00", "prepared_by": "a", "approved_by": "b",
        "approved_on": "2024-06-20", "indicators": {}, "tables": {}}
INDEX = {"quarter": "2024Q3", "tables": {"2024Q3": {}}, "followed": {}, "returned": {}, "older": {}, "key": "k",
         **{name: {"columns": [], "data": []} for name in ("accounts", "failures", "findings")}}


def run(tmp_path: Path, **facts: str) -> Run:
    for name, value in {"site.yml": yaml.safe_dump(SITE), "2024Q3.yml": yaml.safe_dump(PLAN),
                        "index.json": json.dumps(INDEX)}.items():
        (tmp_path / name).write_text(value, encoding="utf-8")
    paths = {"params": str(tmp_path), "validated": str(tmp_path), "index": str(tmp_path / "index.json")}
    (tmp_path / "run.json").write_text(json.dumps(paths | facts))
    return load_run("2024Q3", str(tmp_path / "run.json"))


def test_a_run_file_names_everything(tmp_path: Path) -> None:
    one = run(tmp_path, run_id="7f", language="en", tables=str(tmp_path / "stage"))
    assert (str(one.quarter), one.run_id, one.language, one.stage) == ("2024Q3", "7f", "en", tmp_path / "stage")
    assert one.as_of == datetime(2024, 10, 14, 16, tzinfo=UTC)
    assert one.warehouse.table("requests").count().execute() == 0


def test_the_language_is_the_sites_unless_given(tmp_path: Path) -> None:
    assert run(tmp_path).language == "zh-Hant"


def test_a_published_table_is_plain_csv(tmp_path: Path) -> None:
    one = run(tmp_path, tables=str(tmp_path / "stage"))
    table = pd.DataFrame({"unit": ["分公司"], "estimate": [1 / 3], "low": [np.nan]})
    assert one.save("satisfaction", table) is table
    one.save("employees", table, confidential=True)
    expected = "unit,estimate,low\n分公司,0.3333333333,\n".encode()
    assert (tmp_path / "stage" / "tables" / "satisfaction.csv").read_bytes() == expected
    assert (tmp_path / "stage" / "confidential" / "tables" / "employees.csv").read_bytes() == expected


def test_an_analyst_saves_nothing(tmp_path: Path) -> None:
    one = run(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    one.save("satisfaction", pd.DataFrame({"n": [1]}))
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.slow
def test_without_a_run_file_the_projects_own_quarter_is_loaded() -> None:
    one = load_run("2024Q3")
    assert one.warehouse.has("requests")
    assert one.run_id == "interactive"
    one.warehouse.close()


def test_an_answer_is_worked_out_once_within_a_run_and_never_without_one(tmp_path: Path) -> None:
    asked: list[str] = []

    @remembered
    def question(run: Run, other: str = "") -> int:
        asked.append(f"{run.quarter} {other}")
        return len(asked)

    run = load_run("2024Q3")
    assert [question(run), question(run)] == [1, 2]
    within = replace(run, memo=tmp_path / "memo")
    again = load_run("2024Q3")
    assert [question(within), question(within), question(replace(again, memo=tmp_path / "memo"))] == [3, 3, 3]
    assert question(within, "of another") == 4
    assert question(replace(within, unit_types=("company",))) == 5
    earlier = within.earlier(Quarter(2024, 2))
    assert earlier is not None
    assert question(earlier) == 6
    assert question(replace(within, params=replace(run.params, contests=()))) == 3
    revised = run.params.plan.model_copy(update={"limits": {}})
    assert question(replace(within, params=replace(run.params, plan=revised))) == 7
