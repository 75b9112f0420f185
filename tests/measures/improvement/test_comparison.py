from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.measures.improvement.comparison import BELOW, TOO_FEW, detectable, difference, foreseen, held
from analysis.params import Action
from analysis.stats.models.power import detectable_difference

PHASES = ("before", "before", "chosen", "after", "after")
ACTION = Action.model_validate({
    "action_id": "A1", "problem_id": "nps:branch:B0", "indicator": "nps", "units": ["B0", "B1", "B2"],
    "comparison_units": ["B3", "B4"], "owner_department": "quality", "opened_on": "2024-01-01",
    "due_on": "2024-12-31", "expected_effect": 5, "window": "2024Q3"})


def rows(units: int = 10, effect: float = 0.0) -> pd.DataFrame:
    drawn = np.random.default_rng(1)
    return pd.DataFrame([{"unit": f"B{unit}", "quarter": f"2024-{place}", "phase": phase, "n": 50,
                          "value": drawn.normal() + effect * (phase == "after" and unit < 3)}
                         for unit in range(units) for place, phase in enumerate(PHASES)])


def test_too_few_declared_units_give_way_to_all_that_are_free() -> None:
    panel, compared = held(rows(), ACTION, {"B9"})
    assert compared == "all units without a measure"
    assert sorted(panel["unit"].unique()) == [f"B{one}" for one in range(9)]


def test_declared_units_that_can_show_something_stand_alone() -> None:
    declared = ACTION.model_copy(update={"comparison_units": ("B3", "B4", "B5", "B6")})
    panel, compared = held(rows(), declared, set())
    assert (compared, panel["unit"].nunique()) == ("units declared", 7)


def test_the_difference_leaves_out_what_chose_the_units() -> None:
    """Balanced: means of the units' changes; beside it what the quarter left out, as before, would have added."""
    panel, _ = held(rows(effect=2.0), ACTION, set())
    wide = panel.pivot_table(index="unit", columns="quarter", values="value").to_numpy()
    real, whole = (wide[:, 3:].mean(axis=1) - wide[:, :last].mean(axis=1) for last in (2, 3))
    found = difference(panel, 0.95).iloc[0]
    assert found["estimate"] == pytest.approx(real[:3].mean() - real[3:].mean())
    assert found["estimate"] + found["by_regression"] == pytest.approx(whole[:3].mean() - whole[3:].mean())


def test_a_time_before_of_quarters_that_chose_the_units_is_none() -> None:
    panel, _ = held(rows().query("phase != 'before'"), ACTION, set())
    found = difference(panel, 0.95).iloc[0]
    assert found["status"] == "not estimable: no quarter before but those that chose the units"


def test_the_smallest_effect_is_that_of_the_quarters_to_come() -> None:
    panel, _ = held(rows(), ACTION, set())
    known = panel[panel["phase"] != "after"]
    plan = panel[panel["phase"] != "chosen"].assign(after=lambda part: part["phase"].eq("after"))
    told = detectable(panel, 2, 0.95)["estimate"].item()
    assert told == pytest.approx(detectable_difference(known, plan)["estimate"].item())
    assert told > detectable(panel, 4, 0.95)["estimate"].item()


@pytest.mark.parametrize(("smallest", "status", "words"), [
    (4.0, "ok", "can be shown"), (6.0, "ok", BELOW),
    (np.nan, "not estimable: no treated units", "not estimable: no treated units"),
    (np.nan, "not estimable: too few units: the smallest attainable p is 0.17", TOO_FEW)])
def test_it_is_said_whether_the_registered_effect_can_be_shown(smallest: float, status: str, words: str) -> None:
    assert foreseen(smallest, status, -5.0) == words
