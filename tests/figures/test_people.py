from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.axes import Axes

from analysis.figures import (
    canvas,
    effects_plot,
    effects_sentence,
    flags_sentence,
    spread_sentence,
    tiers_sentence,
    use_bars,
)
from analysis.wording import Wording

SAY = Wording("en", [])


def drawn(rows: int = 3) -> Axes:
    return canvas(rows=rows)[1]


def texts(ax: Axes) -> list[str]:
    return [one.get_text() for one in ax.texts]


def test_a_bar_numbers_how_many_may_be_used_for_what() -> None:
    table = pd.DataFrame({"indicator": ["nps"], "event": [""], "appraisal": [2], "coaching_only": [0],
                          "not_enough_evidence": [7]})
    ax = use_bars(table, drawn(), SAY, "Employees")
    assert texts(ax) == ["2", "7"]
    assert [one.get_width() for one in ax.patches] == [2, 0, 7]


def test_without_rows_the_drawing_says_so() -> None:
    assert texts(use_bars(pd.DataFrame(), drawn(), SAY, "Employees")) == ["no data"]


def test_effects_of_all_units_share_an_axis() -> None:
    table = pd.DataFrame([
        {"action_id": "A1", "effect": "effective", "expected_effect": "-8", "estimate": -16.0, "low": -20.0,
         "high": -12.0, "status": "ok"},
        {"action_id": "A2", "effect": "harmful", "expected_effect": "+0.1", "estimate": -0.1, "low": -0.2,
         "high": -0.05, "status": "ok"}])
    ax = effects_plot(table, drawn(), SAY)
    assert [list(line.get_xdata()) for line in ax.lines[:4]] == [
        pytest.approx([2.5, 1.5]), pytest.approx([2.0]), pytest.approx([-2.0, -0.5]), pytest.approx([-1.0])]


def test_sentences_count() -> None:
    tally = pd.DataFrame({"effect": ["effective", "not shown", "harmful", "not yet evaluated"], "count": [1, 2, 1, 3]})
    assert effects_sentence(tally, SAY) == (
        "Of 4 measures judged so far 1 worked, 1 did harm, and of 2 neither is shown; 3 have yet to be judged.")
    counts = pd.DataFrame([{"people": 76, "with_composite": 40, "alike": 0, "strong": 1, "needs_support": 2,
                            "flagged": 3, "expected_by_luck": 0.01, "detectable": 21.4, "scarcest": "nps",
                            "median_n": 24.0, "needed_n": 24}])
    assert tiers_sentence(counts, SAY) == (
        "Of 76 employees 40 have enough evidence for all indicators together; 3 of them leave the default (strong 1,"
        " needs support 2), 0.01 would by luck. Who truly lies 21 points off the colleagues' mean is found four times"
        " in five.")
    assert "18 of them have colleagues who differ by no more" in tiers_sentence(counts.assign(alike=18), SAY)
    scarce = tiers_sentence(counts.assign(needed_n=30), SAY)
    assert "half of the employees have 24 cases or fewer, 30 are needed." in scarce
    assert "points off" not in tiers_sentence(counts.assign(detectable=float("nan")), SAY)
    flags = pd.DataFrame({"enough_evidence": [40, 60], "flagged": [2, 1], "expected_by_luck": [0.004, 0.02]})
    assert flags_sentence(flags, SAY) == (
        "Of 100 figures with enough evidence 3 are told from the colleagues'; 0.02 would be by luck alone.")
    spread = pd.DataFrame({"spread": ["beyond chance", "no larger than chance", ""]})
    assert spread_sentence(spread, SAY).startswith("2 comparisons of one indicator within one group")
