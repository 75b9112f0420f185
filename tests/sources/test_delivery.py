"""Do the counts of a delivery add up, and does its index hold all of it?"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.quarter import Quarter
from analysis.sources.delivery import Delivery, accounts, failures, index
from analysis.sources.reconcile import Account
from analysis.sources.validated import ValidatedFile


def file(tmp_path: Path, delivery: str, received: int, broken: int) -> ValidatedFile:
    path = tmp_path / f"{delivery}.parquet"
    pd.DataFrame({"row": range(2, 2 + broken), "column": "kind", "rule": "never empty"}).to_parquet(path)
    return ValidatedFile("requests", delivery, f"{delivery}/requests.csv", "k", "", str(path), received, broken, 0,
                         True)


def account(*outcomes: tuple[str, str, int]) -> dict[str, Account]:
    duplicates = pd.DataFrame({"_file": ["2024Q3/requests.csv"], "_row": [9]})
    return {"requests": Account(pd.DataFrame(outcomes, columns=["_delivery", "_outcome", "rows"]), duplicates, 4)}


def test_accounts_hold_every_received_row_once(tmp_path: Path) -> None:
    files = [file(tmp_path, "2024Q2", 3, 1), file(tmp_path, "2024Q3", 5, 2)]
    now = account(("2024Q2", "superseded", 2), ("2024Q3", "validated", 2), ("2024Q3", "quarantined", 1))
    assert accounts(files, now).to_numpy().tolist() == [
        ["requests", "2024Q2", 3, 0, 1, 0, 2, 0], ["requests", "2024Q3", 5, 2, 3, 0, 0, 4]]


@pytest.mark.parametrize("validated", [2, 4])
def test_a_row_lost_or_counted_twice_is_a_defect(tmp_path: Path, validated: int) -> None:
    with pytest.raises(RuntimeError, match="do not add up"):
        accounts([file(tmp_path, "2024Q3", 5, 2)], account(("2024Q3", "validated", validated)))


def test_broken_rules_and_repeated_keys_are_one_frame(tmp_path: Path) -> None:
    frame = failures([file(tmp_path, "2024Q3", 5, 1)], account(("2024Q3", "validated", 4)))
    assert frame[["delivery", "row", "column", "rule"]].to_numpy().tolist() == [
        ["2024Q3", 2, "kind", "never empty"], ["2024Q3", 9, "request_id", "a key stands once in a delivery"]]


def test_an_index_gives_the_delivery_back(tmp_path: Path) -> None:
    frame = pd.DataFrame({"table": ["requests"], "rows": [1]})
    (tmp_path / "rows.parquet").write_bytes(b"")
    given = Delivery(Quarter(2024, 3), {"2024Q3": {"requests": str(tmp_path / "rows.parquet")}}, frame, frame[:0],
                     frame, "k")
    loaded = Delivery.load(given.save(tmp_path / "new"))
    assert (loaded.quarter, loaded.tables, loaded.key, loaded.is_stored) == (given.quarter, given.tables, "k", True)
    pd.testing.assert_frame_equal(loaded.accounts, frame)
    assert loaded.failures.columns.tolist() == ["table", "rows"]


def test_a_delivery_whose_tables_are_gone_says_so(tmp_path: Path) -> None:
    frame = pd.DataFrame()
    assert not Delivery(Quarter(2024, 3), {"2024Q3": {"requests": str(tmp_path / "gone")}}, frame, frame, frame,
                        "k").is_stored
    assert index(tmp_path, "k").name == "index-k.json"
