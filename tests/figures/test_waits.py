"""Do bars of waiting add up to everybody, and do two views of one gap stand side by side?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from analysis.figures import canvas, paired_intervals, served_bars
from analysis.wording import Wording

SAY = Wording("en")
STEPS = pd.DataFrame({"indicator": "served_by_share", "unit": ["company"] * 3 + ["claim"] * 3,
                      "within_hours": [1, 24, 72] * 2, "estimate": [0.2, 0.7, 0.9, 0.0, 0.5, np.nan],
                      "status": ["ok"] * 5 + ["not estimable: no case was followed to 4320"]})
GAPS = pd.DataFrame({
    "indicator": "in_limit_share", "unit": ["P1", "P2"], "n_partner": [120, 9], "estimate": [-0.1, np.nan],
    "low": [-0.2, np.nan], "high": [0.0, np.nan], "status": ["ok", "not estimable: fewer than 10 answers in a group"],
    "naive": [0.1, 0.2], "naive_low": [0.0, 0.1], "naive_high": [0.2, 0.3], "naive_status": ["ok", "ok"]})


def axes() -> Axes:
    return canvas()[1]


def written(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_the_pieces_of_a_bar_add_up_to_everybody() -> None:
    ax = served_bars(STEPS, axes(), SAY)
    for place in range(2):
        widths = [bar.get_width() for bar in ax.patches[place::2]]
        assert sum(widths) == pytest.approx(1)
    assert [bar.get_width() for bar in ax.patches[::2]] == pytest.approx([0.2, 0.5, 0.2, 0.1])
    assert written(ax) == ["20%", "50%", "50%", "20%"]


def test_a_step_that_is_not_known_adds_nothing() -> None:
    ax = served_bars(STEPS, axes(), SAY)
    assert [bar.get_width() for bar in ax.patches[1::2]] == pytest.approx([0, 0.5, 0, 0.5])


def test_bars_of_nothing_are_an_empty_frame() -> None:
    assert not served_bars(STEPS.assign(status="no data", estimate=np.nan), axes(), SAY).patches


def test_both_gaps_stand_beside_each_other_and_a_missing_one_says_why() -> None:
    ax = paired_intervals(GAPS, axes(), SAY)
    ends = [tuple(line.get_xdata()) for line in ax.lines]
    assert ends[:4] == [(-0.2, 0.0), (-0.1,), (0.0, 0.2), (0.1,)]
    assert written(ax) == ["not estimable: fewer than 10 answers in a group"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["P1 (n = 120)", "P2 (n = 9)"]


def test_a_partner_without_either_gap_is_left_out_and_counted() -> None:
    ax = paired_intervals(GAPS.assign(naive_status=["ok", "no data"]), axes(), SAY)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["P1 (n = 120)"]
    assert "1 of 2" in ax.get_label()


def test_no_partner_draws_no_mark() -> None:
    ax = paired_intervals(GAPS.iloc[:0], axes(), SAY)
    assert [label.get_text() for label in ax.get_yticklabels()] == []
