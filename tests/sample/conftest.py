"""The shipped sample, read as text, and the same rows as a careful reader would keep them."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "sample"
Reader = Callable[[str], pd.DataFrame]


@cache
def _read(name: str) -> pd.DataFrame:
    parts = [
        pd.read_csv(path, dtype=str, keep_default_na=False).assign(delivery=path.parent.name)
        for path in sorted(SHIPPED.glob(f"*/{name}.csv"))
    ]
    return pd.concat(parts, ignore_index=True)


@cache
def _kept(name: str) -> pd.DataFrame:
    """The last delivery of every id, wrong rows (ids X…, empty, or second of a key) left out; times parsed."""
    table = _read(name)
    key = table.columns[0]
    table = table[~table[key].str.startswith("X") & (table[key] != "")].drop_duplicates([key, "delivery"])
    table = table.drop_duplicates(key, keep="last")
    times = {column: _time(table[column]) for column in table.columns if column.endswith("_at")}
    return table.assign(**times)


def _time(text: pd.Series) -> pd.Series:
    return pd.to_datetime(text.str[:19].replace("", None), errors="coerce", format="ISO8601")


@pytest.fixture(scope="session")
def shipped() -> Reader:
    return _read


@pytest.fixture(scope="session")
def kept() -> Reader:
    return _kept


@pytest.fixture(scope="session")
def told() -> dict:
    return yaml.safe_load((SHIPPED / "truth.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def size(told: dict) -> Callable[[str], dict]:
    """The size of a planted effect by its id."""
    return lambda effect: next(one["size"] for one in told["effects"] if one["id"] == effect)


@pytest.fixture(scope="session")
def answers(kept: Reader) -> pd.DataFrame:
    """The answered surveys with ``top2`` as 0 or 1."""
    table = kept("surveys").loc[lambda t: t["satisfaction"] != ""]
    return table.assign(top2=table["satisfaction"].isin(["4", "5"]).astype(float))


@pytest.fixture(scope="session")
def folder() -> Path:
    return SHIPPED
