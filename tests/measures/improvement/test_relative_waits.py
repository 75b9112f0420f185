from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.improvement.relative_waits import relative, relative_waits
from tests.measures.conftest import Insurer

MEDIAN = "response_median_hours"


def waits(unit: str, kind: str, minutes: list[int]) -> pd.DataFrame:
    return pd.DataFrame({"unit": unit, "kind": kind, "time": minutes, "events": 1, "censored": 0})


def test_a_unit_with_slow_kinds_is_not_slow() -> None:
    """Claims take 100 times as long; A has mostly claims, B inquiries, each at the company's pace."""
    pace = list(range(80, 121))
    every = pd.concat([waits("A", "claim", [100 * one for one in pace]), waits("A", "inquiry", [100]),
                       waits("B", "inquiry", pace), waits("B", "claim", [10_000])])
    counts = every.groupby(["unit", "kind", "time"], as_index=False)[["events", "censored"]].sum()
    found = relative(counts, {MEDIAN: 1}).set_index("unit")
    assert found["estimate"].to_dict() == {"A": 1.0, "B": 1.0}
    assert found["hours"].to_dict() == pytest.approx({"A": 9_950 / 60, "B": 100.5 / 60}, rel=0.01)


def test_nothing_delivered_is_no_ratio(insurer: Insurer) -> None:
    assert relative_waits(insurer({})).empty
