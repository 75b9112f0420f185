"""Is a figure that may not be published refused, and does a verdict follow from interval and target alone?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest

from analysis.tables.results import FIGURE_COLUMNS, blank_figures, figures, verdict

GOOD = {"indicator": "nps", "unit_type": "company", "unit": "company", "n": 10, "estimate": 0.5, "low": 0.4,
        "high": 0.6,
        "status": "ok"}


def row(**changes: Any) -> pd.DataFrame:
    return pd.DataFrame([GOOD | changes])


def test_a_figure_gets_the_columns_it_does_not_state_and_keeps_its_own() -> None:
    table = figures(row(customers=7))
    assert table.columns.tolist() == [*FIGURE_COLUMNS, "customers"]
    assert table[["event", "level", "verdict"]].iloc[0].tolist() == ["", 0.95, "no target"]
    assert table["target"].isna().all()


@pytest.mark.parametrize("changes", [
    {"indicator": "NPS"}, {"unit_type": "galaxy"}, {"n": -1}, {"event": "closing"}, {"level": 0.9}, {"verdict": "good"},
    {"status": "fine"}, {"status": "not estimable"}, {"estimate": np.nan}, {"high": np.inf}, {"low": 0.55},
    {"high": 0.45},
    {"status": "no data"}, {"status": "suppressed", "estimate": np.nan, "low": np.nan},
], ids=lambda changes: " ".join(map(str, changes.items())))
def test_a_figure_unfit_to_publish_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(pa.errors.SchemaError):
        figures(row(**changes))


@pytest.mark.parametrize("status", ["no data", "not applicable", "not estimable: fewer than 10 answers", "suppressed",
                                    "not yet evaluated"])
def test_a_figure_that_is_not_there_says_why(status: str) -> None:
    table = figures(blank_figures("nps", "branch", ["B1", "B2"], status))
    assert table["status"].tolist() == [status, status]
    assert table["n"].fillna(-1).tolist() == [0 if status == "no data" else -1] * 2


def test_a_bound_may_equal_the_estimate() -> None:
    assert len(figures(row(low=0.5, high=0.5))) == 1


@pytest.mark.parametrize(("direction", "low", "high", "expected"), [  # METHODS §9, target 0.5
    ("higher", 0.5, 0.6, "met"), ("higher", 0.4, 0.49, "not met"), ("higher", 0.4, 0.5, "cannot tell"),
    ("lower", 0.4, 0.5, "met"), ("lower", 0.51, 0.6, "not met"), ("lower", 0.5, 0.6, "cannot tell"),
    ("higher", np.nan, np.nan, "cannot tell"), ("none", 0.6, 0.7, "no target"),
])
def test_a_verdict_is_where_the_whole_interval_lies(direction: str, low: float, high: float, expected: str) -> None:
    assert verdict(pd.DataFrame({"low": [low], "high": [high], "target": [0.5]}), direction).tolist() == [expected]


def test_without_a_target_there_is_no_verdict() -> None:
    assert verdict(pd.DataFrame({"low": [0.1], "high": [0.2], "target": [np.nan]}), "higher").tolist() == ["no target"]
