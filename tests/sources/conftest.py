"""A company that delivers exactly the files a test writes."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import yaml

from analysis.params import Params, load_params
from analysis.quarter import Quarter
from analysis.sources.deliver import Delivery, deliver

SITE = {
    "company": "Test Insurer", "data": "data", "time_zone": "Asia/Shanghai", "language": "en", "engine": "duckdb",
    "service_lines": ["sales"], "jurisdictions": [], "calendar": "cn", "shifts": {"day": "00:00"},
    "disclosure": {"minimum_persons": 8}, "policies_denominator": "in_force", "refuse_on": [],
}
PLAN = {"prepared_by": "a", "approved_by": "b", "indicators": {}, "tables": {}}


class Company:
    """Parameters and deliveries under one folder."""

    def __init__(self, root: Path):
        self.params, self.data, self.validated = root / "params", root / "data", root / "validated"
        self.data.mkdir(parents=True)
        self.params.mkdir()
        self.site()
        self.plan()

    def site(self, **changes: Any) -> None:
        self._yaml("site", SITE | changes)

    def plan(self, quarter: str = "2024Q3", as_of: str = "2024-10-15T00:00:00+08:00", **changes: Any) -> None:
        dated = {"quarter": quarter, "as_of": as_of, "approved_on": Quarter.parse(quarter).start}
        self._yaml(quarter, PLAN | dated | changes)

    def sources(self, **tables: Any) -> None:
        self._yaml("sources", {"tables": tables})

    def _yaml(self, name: str, value: Any) -> None:
        (self.params / f"{name}.yml").write_text(yaml.safe_dump(value, allow_unicode=True), encoding="utf-8")

    def write(self, name: str, rows: list[dict[str, Any]], encoding: str = "utf-8") -> Path:
        """Write ``rows`` as the CSV file ``name`` (as in ``2024Q3/requests``); every key is a column."""
        path = self.data / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return path

    def text(self, name: str, text: str | bytes) -> Path:
        """Write the file ``name`` byte by byte."""
        path = self.data / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def load(self, quarter: str = "2024Q3") -> Params:
        return load_params(self.params, Quarter.parse(quarter))

    def deliver(self, quarter: str = "2024Q3") -> Delivery:
        return deliver(self.load(quarter), self.data, self.validated)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path / "company")


@pytest.fixture
def new_company() -> type[Company]:
    """For tests that need several."""
    return Company


def row(number: int, opened: str = "2024-07-01T09:00:00", **columns: Any) -> dict[str, Any]:
    return {"request_id": f"R{number}", "kind": "inquiry", "opened_at": opened} | columns


@pytest.fixture
def request_row() -> Any:
    """``request_row(1, "2024-07-01T09:00:00", branch="B01")``: a row of requests with its required columns."""
    return row
