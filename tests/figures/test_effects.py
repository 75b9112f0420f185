from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.figures import action_panels, decisions_sentence, units_sentence
from analysis.wording import Wording

SAY = Wording("en")
QUARTERS = {"2023Q2": "before", "2023Q3": "chosen", "2023Q4": "chosen", "2024Q1": "after", "2024Q2": "after"}


def charts(*names: str, limit: float = 0.1) -> pd.DataFrame:
    return pd.DataFrame([{"action_id": name, "indicator": "csat_top2_share", "side": side, "period": quarter,
                          "phase": phase, "n": 90, "estimate": 0.7 + place / 100, "centre": 0.7,
                          "limit_low": 0.7 - limit, "limit_high": 0.7 + limit, "beyond": False}
                         for name in names for side in ("units with it", "units without")
                         for place, (quarter, phase) in enumerate(QUARTERS.items())])


def test_each_measure_has_its_units_beside_the_others_on_one_scale() -> None:
    drawn = action_panels(charts("A1", "A2"), SAY)
    assert [ax.get_title(loc="left") for ax in drawn.axes] == [
        "A1: units with it", "A1: units without", "A2: units with it", "A2: units without"]
    assert drawn.axes[0].get_ylim() == drawn.axes[1].get_ylim()


def test_the_time_with_the_measure_is_shaded_and_what_chose_the_units_is_hollow() -> None:
    ax = action_panels(charts("A1"), SAY).axes[0]
    (shade,) = ax.patches
    assert [shade.get_x(), shade.get_x() + shade.get_width()] == [2.5, 4.5]
    hollow = [line for line in ax.lines if line.get_markerfacecolor() == "white"]
    assert [list(line.get_xdata()) for line in hollow] == [[1, 2]]


def test_without_measures_the_figure_says_so() -> None:
    (ax,) = action_panels(charts("A1").iloc[:0], SAY).axes
    assert any(text.get_text() for text in ax.texts)


def test_without_limits_the_points_are_drawn_and_the_title_says_so() -> None:
    ax = action_panels(charts("A1", limit=np.nan), SAY).axes[0]
    assert ax.get_title(loc="left") == "A1: units with it (no limits)"
    assert list(ax.lines[0].get_ydata()) == pytest.approx([0.7, 0.71, 0.72, 0.73, 0.74])


def test_units_without_a_figure_are_named() -> None:
    measures = pd.DataFrame({"action_id": ["A1", "A2"], "units_unknown": ["", "B98; B99"]})
    assert units_sentence(measures, SAY) == (
        "Units of a measure without any figure, closed, too small or misspelt: A2: B98; B99.")
    assert units_sentence(measures.iloc[:1], SAY) == (
        "Where there are figures to judge a measure by, each of its units has some.")


def test_without_measures_nothing_is_said_of_their_units() -> None:
    nothing = pd.DataFrame({"action_id": [""], "units_unknown": [""]})
    assert {units_sentence(one, SAY) for one in (nothing, nothing.iloc[:0])} == {"No measure was taken."}


def test_measures_without_a_decision_are_named() -> None:
    measures = pd.DataFrame({"action_id": ["A1", "A2", "A3"],
                             "adjustment": ["", "no decision recorded", "decision recorded"]})
    assert decisions_sentence(measures, SAY) == (
        "No decision is recorded on measures that an earlier report judged harmful or not shown: A2.")
    assert decisions_sentence(measures.iloc[::2], SAY).startswith("A decision is recorded on every")
    assert decisions_sentence(measures.iloc[:1], SAY) == "No earlier report judged a measure harmful or not shown."
