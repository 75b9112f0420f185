"""Is a mode held against the questionnaire like with like, and is a change freed of the mix of modes?"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.measures.satisfaction.mode_effect import (
    ASKED_ALIKE,
    BY_MODE,
    SAME_MODES,
    WHOLE,
    mode_adjusted,
    mode_adjusted_trend,
    mode_effect,
)
from analysis.measures.satisfaction.representation import represented
from analysis.stats.intervals.combination import linear_combination
from tests.measures.conftest import Insurer
from tests.measures.satisfaction.test_satisfaction import NUMBERS, _answers, _surveys

SAMPLE = Path(__file__).parents[3] / "data" / "sample"


def _asked(mode: str, satisfied: int, others: int, branch: str, day: str = "2024-08-01") -> pd.DataFrame:
    return _answers(satisfied, others, day, branch=branch).assign(mode=mode)


def test_modes_are_compared_within_the_same_branch(insurer: Insurer) -> None:
    """The phone asks the happy branch, and adds .1 in each: (27 of 30 and 9 of 15) against (12 of 15 and 15 of 30).

    By hand, Mantel and Haenszel: weights 30 · 15 / 45 = 10 each, 10 · .1 + 10 · .1 over 20 = .1; raw .8 − .6 = .2.
    """
    run = insurer(_surveys(_asked("phone", 27, 3, "B1"), _asked("phone", 9, 6, "B2"),
                           _asked("questionnaire", 12, 3, "B1"), _asked("questionnaire", 15, 15, "B2")))
    row = mode_effect(run).iloc[0]
    assert (row["unit"], row["compared_with"], row["quarters"]) == ("phone", "questionnaire", 1)
    assert (row["estimate"], row["n"], row["n_reference"]) == (pytest.approx(0.1), 90, 45)


def test_the_interval_is_satos(insurer: Insurer) -> None:
    """One stratum is a plain difference: 40/50 − 30/50; Sato's variance by his formula, d ± 1.96 se."""
    run = insurer(_surveys(_asked("phone", 40, 10, "B1"), _asked("questionnaire", 30, 20, "B1")))
    p = (50**2 * 30 - 50**2 * 40) / 100**2
    q = (40 * 20 + 30 * 10) / 200
    half = 1.959963985 * ((0.2 * p + q) / 25**2) ** 0.5
    assert list(mode_effect(run).iloc[0][NUMBERS]) == pytest.approx([0.2, 0.2 - half, 0.2 + half])


def test_modes_that_never_met_are_not_compared(insurer: Insurer) -> None:
    run = insurer(_surveys(_asked("phone", 40, 10, "B1"), _asked("questionnaire", 30, 20, "B2")), modes=["online"])
    status = mode_effect(run).set_index("unit")["status"]
    assert status["phone"].startswith("not estimable")
    assert status["online"] == "no data"


def test_more_interviews_are_no_better_service(insurer: Insurer) -> None:
    """Phone .8 and questionnaire .6 in both quarters; the phone's part grows from a half to three quarters.

    By hand: .75 − .70 = .05 as published, .25 · .2 = .05 from the mix, 0 with the same modes; in writing .6.
    """
    now = [_asked("phone", 120, 30, "B1"), _asked("questionnaire", 30, 20, "B1")]
    then = [_asked("phone", 80, 20, "B1", "2024-05-02"), _asked("questionnaire", 60, 40, "B1", "2024-05-02")]
    table = mode_adjusted(insurer(_surveys(*now, *then)))
    change = table[table["compared_with"] == "2024Q2"].set_index("part")["estimate"]
    assert dict(change) == pytest.approx({WHOLE: 0.05, BY_MODE: 0.05, SAME_MODES: 0}, abs=1e-12)
    assert table.iloc[0]["estimate"] == pytest.approx(0.6)
    assert set(table.loc[table["compared_with"] == "2023Q3", "status"]) == {"no data"}


def test_a_mode_that_fell_silent_is_part_of_the_mix(insurer: Insurer) -> None:
    now = [_asked("phone", 80, 20, "B1"), _asked("questionnaire", 60, 40, "B1")]
    table = mode_adjusted(insurer(_surveys(*now, _asked("questionnaire", 60, 40, "B1", "2024-05-02"))))
    change = table[table["compared_with"] == "2024Q2"].set_index("part")["estimate"]
    assert dict(change) == pytest.approx({WHOLE: 0.1, BY_MODE: 0.1, SAME_MODES: 0}, abs=1e-12)


def test_the_trend_without_the_mode_effect_stays_flat_when_only_the_modes_change(insurer: Insurer) -> None:
    """Phone .8 and questionnaire .6 in both quarters: .70 then .75 as published, .6 and .6 asked alike."""
    now = [_asked("phone", 120, 30, "B1"), _asked("questionnaire", 30, 20, "B1")]
    then = [_asked("phone", 80, 20, "B1", "2024-05-02"), _asked("questionnaire", 60, 40, "B1", "2024-05-02")]
    run = insurer(_surveys(*now, *then))
    table = mode_adjusted_trend(run)
    told = {part: list(rows["estimate"]) for part, rows in table.groupby("part")}
    assert told == {WHOLE: pytest.approx([0.70, 0.75]), ASKED_ALIKE: pytest.approx([0.6, 0.6])}
    assert list(table.loc[table["part"] == WHOLE, "quarter"]) == ["2024Q2", "2024Q3"]
    last, level = table[table["part"] == ASKED_ALIKE].iloc[-1], mode_adjusted(run).iloc[0]
    assert list(last[NUMBERS]) == pytest.approx(list(level[NUMBERS]))


def test_nothing_delivered_and_too_little(insurer: Insurer) -> None:
    run = insurer({}, modes=["phone", "questionnaire"])
    assert set(mode_effect(run)["status"]) == set(mode_adjusted(run)["status"]) == {"no data"}
    assert set(mode_effect(insurer({}))["n_reference"]) == {0}
    assert set(mode_adjusted_trend(run)["status"]) == {"no data"}
    few = insurer(_surveys(_asked("phone", 3, 1, "B1"), _asked("questionnaire", 2, 2, "B1")))
    assert mode_effect(few)["status"].str.startswith("not estimable").all()
    assert mode_adjusted(few)["status"].iloc[0].startswith("not estimable")


def _sample(insurer: Insurer):
    """Return the sample insurer's run of 2024Q3, from its surveys alone."""
    parts = [pd.read_csv(path, dtype=str) for path in sorted(SAMPLE.glob("*/surveys.csv"))]
    rows = pd.concat(parts).drop_duplicates("invitation_id", keep="last")
    rows = rows[~rows["invitation_id"].str.startswith("X")]
    population = pd.read_csv(SAMPLE / "2024Q3" / "population.csv")
    return insurer({"surveys": rows, "population": population}, service_lines=[
        "sales", "claims", "consultation", "after_sales"])


def test_what_is_planted_in_the_sample_is_found(insurer: Insurer) -> None:
    """Planted (data/sample/truth.yml): phone +.10, online −.04; as if asked by questionnaire .7441 in 2024Q3.

    Of one quarter alone the standard error is .044: the phone's effect is seen in 6 of 10 quarters, online's in one of
    seven; eight together show both. Corporate customers are .06 less satisfied than retail ones.
    """
    run = _sample(insurer)
    pooled = mode_effect(run).query("quarters == 8").set_index("unit")
    assert 0 < pooled.loc["phone", "low"] < 0.10 < pooled.loc["phone", "high"]
    assert pooled.loc["online", "low"] < -0.04 < pooled.loc["online", "high"] < 0
    level = mode_adjusted(run).iloc[0]
    assert level["low"] < 0.7441 < level["high"]
    segments = represented(run).query("variable == 'segment'").set_index("category")
    for name, planted in {"corporate": -0.06, "senior": 0.05}.items():
        pair = segments.loc[[name, "retail"]].assign(coefficient=[1, -1])
        gap = linear_combination(pair, "difference").iloc[0]
        assert gap["low"] < planted < gap["high"]
