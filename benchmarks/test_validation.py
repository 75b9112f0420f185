"""How much longer does the contract take than reading the file at all?

Both are timed in turn in one run and compared as a ratio; nothing is asserted about time. `make bench` prints it.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pandas as pd
import pytest

from analysis.params import PROJECT, load_params
from analysis.quarter import Quarter
from analysis.sources.deliveries import WHOLE, Delivered
from analysis.sources.validated import Validator
from analysis.tables import TABLES

QUARTER = Quarter(2024, 3)
COPIES = 80  # of the sample's 2,500 requests
ROUNDS = 3


@pytest.fixture
def requests(tmp_path: Path) -> Path:
    """Return a file of some 200,000 requests with distinct ids."""
    rows = pd.read_csv(PROJECT / "data" / "sample" / str(QUARTER) / "requests.csv", dtype=str)
    many = pd.concat([rows.assign(request_id=rows["request_id"] + f"-{copy}") for copy in range(COPIES)])
    many.to_csv(tmp_path / "requests.csv", index=False)
    return tmp_path / "requests.csv"


def seconds(action: object) -> float:
    start = perf_counter()
    action()  # type: ignore[operator]  # called without arguments
    return perf_counter() - start


def test_the_contract_beside_bare_reading(requests: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    params = load_params(PROJECT / "params", QUARTER)
    delivered = Delivered(TABLES["requests"], WHOLE, requests, requests.name)
    pairs = [(seconds(lambda: pd.read_csv(requests, dtype=str).to_parquet(tmp_path / "bare.parquet")),
              seconds(lambda turn=turn: Validator(params, tmp_path / f"store{turn}")(delivered)))
             for turn in range(ROUNDS)]
    ratios = sorted(contract / bare for bare, contract in pairs)
    rows = len(pd.read_parquet(tmp_path / "bare.parquet"))
    with capsys.disabled():
        spread = f"{ratios[0]:.1f}–{ratios[-1]:.1f}"
        print(f"\n{rows} requests: contract / bare reading = {ratios[ROUNDS // 2]:.1f} ({spread})")
    assert Validator(params, tmp_path / "store0")(delivered).received == rows
