"""Is what came late in earlier quarters found, and are those still to come forecast from it?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analysis.measures.complaints.development import complaint_development, reported_late
from analysis.run import Run
from analysis.sources.deliveries import WHOLE
from analysis.warehouse import Warehouse
from tests.measures.conftest import Insurer

QUARTERS = {"2023Q4": "2023-11", "2024Q1": "2024-02", "2024Q2": "2024-05"}


def complaint(month: str, number: int) -> dict[str, str]:
    return {"complaint_id": f"{month}-{number}", "received_at": f"{month}-05T10:00", "cause": "delay",
            "source": "company"}


def followed(insurer: Insurer, late: dict[str, int], gone: int = 0, own: str = "own") -> Run:
    """Return a run with 100 complaints in each of four quarters, ``late`` of which came with a later delivery."""
    months = [*QUARTERS.values(), "2024-08"]
    run = insurer({"complaints": pd.DataFrame([complaint(month, n) for month in months for n in range(100)])})
    tables = {quarter: dict(one) for quarter, one in run.delivery.tables.items()}
    now = {quarter: dict(one) for quarter, one in run.delivery.followed.items()}
    for quarter in QUARTERS:
        every = pd.read_parquet(tables[quarter]["complaints"]).assign(_delivery=quarter if own == "own" else WHOLE)
        path = Path(tables[quarter]["complaints"])
        then, later = (path.with_name(f"{word}-{path.name}") for word in ("then", "later"))
        every.iloc[:100 - late.get(quarter, 0)].to_parquet(then)
        every.iloc[gone:].to_parquet(later)
        tables[quarter]["complaints"], now[quarter]["complaints"] = str(then), str(later)
    delivery = replace(run.delivery, tables=tables, followed=now)
    return replace(run, delivery=delivery, warehouse=Warehouse(delivery, Path(run.warehouse.cache).with_name("again")))


def company(run: Run) -> pd.DataFrame:
    return complaint_development(run).set_index("indicator")


def test_what_came_late_and_what_went_is_counted_by_quarter(insurer: Insurer) -> None:
    found = reported_late(followed(insurer, {"2023Q4": 10, "2024Q2": 5}, gone=2)).set_index("quarter")
    assert found.loc["2023Q4"].tolist() == [90, 10, 2, 98]
    assert found.loc["2024Q1"].tolist() == [100, 0, 2, 98]


def test_the_factor_is_that_of_the_quarters_before(insurer: Insurer) -> None:
    """By hand: 10 of 90, 9 of 91 and 11 of 89 came late: 30 per 270 reported in time, 11.1 for 100."""
    rows = company(followed(insurer, {"2023Q4": 10, "2024Q1": 9, "2024Q2": 11}))
    assert rows.loc["complaint_development_ratio", "estimate"] == pytest.approx(1 + 30 / 270, rel=1e-3)
    assert rows.loc["complaints_developed_count", "estimate"] == pytest.approx(100 * (1 + 30 / 270), rel=1e-3)
    low, high = rows.loc["complaints_developed_count", ["low", "high"]]
    assert low < 106  # a quarter of 11 late ones brings 5 to 18 by chance alone (R: qpois(c(.025, .975), 11.1))
    assert high >= 118


def test_none_late_does_not_prove_that_none_will_be(insurer: Insurer) -> None:
    """R: poisson.test(0, 300)$conf.int[2] = 0.01229626."""
    rows = company(followed(insurer, {}))
    assert rows.loc["complaint_development_ratio", "estimate"] == 1.0
    assert rows.loc["complaint_development_ratio", "high"] == pytest.approx(1.01229626)


def test_without_history_it_is_not_estimable(insurer: Insurer) -> None:
    run = insurer({"complaints": pd.DataFrame([complaint("2024-08", n) for n in range(20)])})
    assert set(company(run)["status"]) == {"not estimable: fewer than 3 earlier quarters known twice"}


def test_one_file_for_all_quarters_does_not_say_what_came_when(insurer: Insurer) -> None:
    run = followed(insurer, {}, own="whole")
    assert reported_late(run).empty
    assert set(company(run)["status"]) == {"not estimable: fewer than 3 earlier quarters known twice"}


def test_nothing_delivered_is_no_data(insurer: Insurer) -> None:
    assert set(company(insurer({}))["status"]) == {"no data"}
