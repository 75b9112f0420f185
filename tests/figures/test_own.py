"""Does the drawing of a person's work show own cases, the comparison, the standard and the colleagues' mean?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.figures.own import own_panels
from analysis.wording import Wording

SAY = Wording("en")
ROWS = pd.DataFrame({
    "indicator": ["in_limit_share", "competence_score", "complaint_rate"], "event": ["resolution", "", ""],
    "naive": [0.7, 60.0, 12.0], "naive_low": [0.6, 50.0, 5.0], "naive_high": [0.8, 70.0, 20.0],
    "like": [0.75, np.nan, np.nan], "like_low": [0.7, np.nan, np.nan], "like_high": [0.8, np.nan, np.nan],
    "standard": [0.9, np.nan, np.nan], "group_mean": [0.85, np.nan, 8.0]})


def ends(panel: int, rows: pd.DataFrame = ROWS) -> list[tuple[float, ...]]:
    return [tuple(float(x) for x in line.get_xdata()) for line in own_panels(rows, SAY).axes[panel].lines]


def test_a_panel_holds_both_intervals_the_standard_and_the_mean() -> None:
    assert ends(0) == [(0.6, 0.8), (0.7,), (0.7, 0.8), (0.75,), (0.9, 0.9), (0.85, 0.85)]


def test_what_is_not_told_is_not_drawn() -> None:
    assert ends(1) == [(50.0, 70.0), (60.0,)]


def test_a_partner_has_own_cases_alone() -> None:
    assert ends(0, ROWS.drop(columns=["like", "like_low", "like_high"]))[:2] == [(0.6, 0.8), (0.7,)]


def test_each_panel_has_the_whole_scale_of_its_indicator() -> None:
    axes = own_panels(ROWS, SAY).axes
    assert [ax.get_xlim()[0] for ax in axes] == [0, 0, 0]
    assert axes[0].get_xlim()[1] == 1
    assert axes[1].get_xlim()[1] == 100
    assert axes[2].get_xlim()[1] > 20


def test_a_panel_is_named_with_its_event() -> None:
    assert own_panels(ROWS, SAY).axes[0].get_title(loc="left") == "In limit share (resolution)"


def test_the_legend_names_only_what_is_drawn() -> None:
    (legend,) = own_panels(ROWS.iloc[[1]], SAY).legends
    assert [text.get_text() for text in legend.get_texts()] == ["own cases as they stand"]
