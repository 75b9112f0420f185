from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.measures.improvement.action_charts import COLUMNS, action_charts
from tests.measures.conftest import Insurer
from tests.measures.improvement.test_effects import (
    ACTION,
    EACH,
    FASTER,
    TREATED,
    UNITS,
    answers,
    company_waits,
    shares,
)


def charts(insurer: Insurer, table: pd.DataFrame, **changes: object) -> pd.DataFrame:
    return action_charts(insurer({"surveys": table}, files={"actions.yml": [ACTION | changes]}))


def test_limits_are_re_based_when_the_measure_begins(insurer: Insurer) -> None:
    """Equal numbers of answers: means are plain, and the variance of a point is the residual mean square over three."""
    table = answers(0.2)
    found, wide = charts(insurer, table), shares(table)
    mine = found[found["side"] == "units with it"].set_index("period")
    line, before = wide.loc[list(TREATED)].mean(), wide[["2023Q1", "2023Q2", "2023Q3", "2023Q4"]]
    left = before - before.mean() - before.mean(axis=1).to_numpy()[:, None] + before.to_numpy().mean()
    width = 3 * np.sqrt((left**2).to_numpy().sum() / (9 * 3) / 3)
    assert mine["estimate"].to_numpy() == pytest.approx(line.to_numpy())
    assert mine["phase"].tolist() == ["before"] * 2 + ["chosen"] * 2 + ["after"] * 3
    assert mine["centre"].tolist() == pytest.approx([line[:2].mean()] * 4 + [line[4:].mean()] * 3)
    assert (mine["limit_high"] - mine["centre"]).to_numpy() == pytest.approx(width)
    assert (mine["n"] == 3 * EACH).all()


def test_the_units_it_is_held_against_stand_beside(insurer: Insurer) -> None:
    found = charts(insurer, answers(0.2))
    others = [one for one in UNITS if one not in TREATED]
    beside = found[found["side"] == "units without"].set_index("period")["estimate"]
    assert beside.to_numpy() == pytest.approx(shares(answers(0.2)).loc[others].mean().to_numpy())


def test_one_quarter_with_the_measure_is_held_against_the_time_before(insurer: Insurer) -> None:
    table = answers(0.2)
    found = charts(insurer, table, opened_on="2024-06-01", started_on="2024-07-01", due_on="2024-12-31",
                   window="2024Q3 to 2024Q4")
    mine = found[found["side"] == "units with it"]
    assert mine["phase"].iloc[-1] == "after"
    assert mine["centre"].nunique() == 1


def test_without_quarters_to_learn_from_there_are_no_limits_and_it_is_said(insurer: Insurer) -> None:
    table = answers(0.2)
    found = charts(insurer, table[table["branch"].isin(UNITS[:5]) & (table["invitation_id"] > "2023Q3")])
    assert found["limits_status"].unique().tolist() == [
        "not estimable: fewer than 8 figures before beyond unit and period effects"]
    assert found[["limit_low", "limit_high"]].isna().all(axis=None)


def test_the_months_of_the_company_are_told_in_hours(insurer: Insurer) -> None:
    found = action_charts(insurer({"requests": company_waits()}, files={"actions.yml": [FASTER]}))
    assert found.groupby("phase")["estimate"].mean().to_dict() == pytest.approx(
        {"before": 24, "chosen": 24, "after": 7}, rel=0.1)


def test_nothing_delivered_or_begun_is_no_chart(insurer: Insurer) -> None:
    assert charts(insurer, answers(0.0), started_on=None).columns.tolist() == COLUMNS
    assert action_charts(insurer({}, files={"actions.yml": [ACTION]})).empty
    assert action_charts(insurer({})).empty
