"""Are rows told apart by unit as the company declares them, and does every figure get its target and verdict?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.measures.units import has_unit, judged, unit_rows, with_missing_units
from tests.measures.conftest import Insurer


def requests(**columns: list[str]) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    plain = {"request_id": [f"r{n}" for n in range(count)], "kind": ["claim"] * count,
             "opened_at": ["2024-09-30 10:00"] * count}
    return pd.DataFrame(plain | columns)


def figure(**values: object) -> pd.DataFrame:
    row = {"indicator": "csat_top2_share", "unit_type": "company", "unit": "company", "n": 10, "estimate": 0.5,
           "low": 0.4, "high": 0.6, "status": "ok"}
    return pd.DataFrame([row | values])


@pytest.mark.parametrize(("hour", "shift"), [("00:00", "night"), ("07:59", "night"), ("08:00", "day"), ("16:59", "day"),
                                             ("17:00", "evening"), ("23:59", "evening")])
def test_a_shift_begins_with_its_first_minute_in_local_time(insurer: Insurer, hour: str, shift: str) -> None:
    run = insurer({"requests": requests(opened_at=[f"2024-09-30 {hour}"])})
    assert list(unit_rows(run, run.warehouse.table("requests"), "shift").unit.execute()) == [shift]


def test_before_the_first_shift_it_is_still_the_last_one(insurer: Insurer) -> None:
    run = insurer({"requests": requests(opened_at=["2024-09-30 03:00"])}, shifts={"day": "08:00", "late": "17:00"})
    assert list(unit_rows(run, run.warehouse.table("requests"), "shift").unit.execute()) == ["late"]


def test_rows_without_a_unit_are_left_out(insurer: Insurer) -> None:
    run = insurer({"requests": requests(branch=["B1", ""])})
    assert list(unit_rows(run, run.warehouse.table("requests"), "branch").unit.execute()) == ["B1"]


@pytest.mark.parametrize(("unit_type", "there"), [
    ("company", True), ("partner", True), ("shift", True), ("mode", False)])
def test_a_table_knows_its_unit_types(insurer: Insurer, unit_type: str, there: bool) -> None:
    rows = insurer({"requests": requests(branch=["B1"])}).warehouse.table("requests")
    assert has_unit(rows, unit_type) is there


@pytest.mark.parametrize(("low", "high", "verdict"), [
    (0.85, 0.9, "met"), (0.84, 0.9, "cannot tell"), (0.7, 0.84, "not met"), (0.7, 0.85, "cannot tell")])
def test_a_verdict_needs_the_whole_interval(insurer: Insurer, low: float, high: float, verdict: str) -> None:
    found = judged(insurer({}), [figure(estimate=(low + high) / 2, low=low, high=high)])
    assert list(found["verdict"]) == [verdict]


def test_a_figure_that_the_registry_does_not_name_is_a_defect(insurer: Insurer) -> None:
    with pytest.raises(KeyError, match="unheard_of"):
        judged(insurer({}), [figure(indicator="unheard_of")])


def test_lower_is_better_where_the_registry_says_so(insurer: Insurer) -> None:
    found = judged(insurer({}), [figure(indicator="accuracy_error_share", estimate=0.02, low=0.01, high=0.05)])
    assert list(found["verdict"]) == ["met"]


def test_a_missing_unit_gets_a_row_without_figure(insurer: Insurer) -> None:
    found = with_missing_units(figure(unit_type="service_line", unit="sales"), "csat_top2_share", "service_line",
                               ["sales", "claims"])
    row = judged(insurer({}), [found]).set_index("unit").loc["claims"]
    assert (row["status"], row["n"]) == ("no data", 0)
    assert np.isnan(row["estimate"])
