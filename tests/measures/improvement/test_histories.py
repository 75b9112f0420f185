from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.improvement.histories import COLUMNS, histories
from tests.measures.conftest import Insurer
from tests.measures.improvement.test_effects import ACTION, QUARTERS, UNITS, answers, shares


def test_a_history_holds_the_published_figure_of_each_unit_and_quarter(insurer: Insurer) -> None:
    table = answers(0.1)
    found = histories(insurer({"surveys": table}, files={"actions.yml": [ACTION]}))["A1"]
    told = found.pivot_table(index="unit", columns="quarter", values="estimate")
    assert (told.index.tolist(), tuple(told.columns)) == (UNITS, QUARTERS)
    assert told.to_numpy(float) == pytest.approx(shares(table).to_numpy())
    assert found["hours"].isna().all()


@pytest.mark.parametrize("changes", [{"problem_id": "csat_top2_share:shift:day"},
                                     {"indicator": "withdrawn_in_limit_share"}])
def test_what_no_measure_publishes_per_unit_has_no_history(insurer: Insurer, changes: dict[str, str]) -> None:
    found = histories(insurer({"surveys": answers(0.1)}, files={"actions.yml": [ACTION | changes]}))["A1"]
    assert found.empty
    assert list(found) == COLUMNS


def test_nothing_delivered_is_an_empty_history(insurer: Insurer) -> None:
    found = histories(insurer({}, files={"actions.yml": [ACTION]}))["A1"]
    assert isinstance(found, pd.DataFrame)
    assert found.empty
