"""Does each drawing show its rows, and only what they say?"""

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from analysis.figures import bar_counts, canvas, figure, interval_plot, survival_curve, trend_plot
from analysis.figures.plots import _tick
from analysis.figures.style import BLUE, VERMILION
from analysis.wording import Wording

SAY = Wording("en")
ROWS = pd.DataFrame({
    "indicator": "csat_top2_share", "unit_type": "branch", "unit": ["B1", "B2", "B3"], "n": [100, 50, 3],
    "estimate": [0.9, 0.7, np.nan], "low": [0.85, 0.6, np.nan], "high": [0.94, 0.79, np.nan],
    "status": ["ok", "ok", "no data"], "target": 0.85, "verdict": ["met", "not met", "no target"]})
CURVE = pd.DataFrame({"time": [0, 90, 600], "survival": [1.0, 0.5, 0.2], "low": [1.0, 0.4, 0.1],
                      "high": [1.0, 0.6, 0.3], "unit": "B1"})


def axes() -> Axes:
    return canvas()[1]


def written(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_interval_plot_draws_each_estimate_between_its_limits() -> None:
    ax = interval_plot(ROWS, axes(), SAY)
    ends = [tuple(line.get_xdata()) for line in ax.lines]
    assert ends[:4] == [(0.85, 0.94), (0.9,), (0.6, 0.79), (0.7,)]


def test_interval_plot_says_where_the_target_is() -> None:
    assert written(interval_plot(ROWS, axes(), SAY)) == ["target 85.0%"]


def test_interval_plot_draws_the_target_it_is_given_or_none() -> None:
    assert written(interval_plot(ROWS, axes(), SAY, target=0.5))[-1] == "target 50.0%"
    assert written(interval_plot(ROWS.drop(columns="target"), axes(), SAY)) == []


def test_interval_plot_labels_units_with_their_n() -> None:
    labels = [label.get_text() for label in interval_plot(ROWS, axes(), SAY).get_yticklabels()]
    assert labels == ["B1 (n = 100)", "B2 (n = 50)"]


def test_trend_plot_draws_one_line_per_unit_in_order_of_time() -> None:
    quarters = pd.concat([ROWS.iloc[:2].assign(quarter=name) for name in ("2024Q2", "2024Q1")])
    ax = trend_plot(quarters, axes(), SAY)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2024Q1", "2024Q2"]
    assert [len(line.get_xdata()) for line in ax.lines[:2]] == [2, 2]


def test_seven_lines_are_too_many_to_tell_apart() -> None:
    many = pd.DataFrame({"unit": list("abcdefg"), "quarter": "2024Q1", "estimate": 1.0, "low": 1.0, "high": 1.0})
    with pytest.raises(ValueError, match="at most 6"):
        trend_plot(many, axes(), SAY)
    with pytest.raises(ValueError, match="at most 6"):
        survival_curve(pd.concat([CURVE.assign(unit=unit) for unit in "abcdefg"]), axes(), SAY)


def test_bar_counts_labels_every_bar_with_its_count() -> None:
    assert written(bar_counts(ROWS.assign(n=[1234, 50, 0]), axes(), SAY)) == ["1,234", "50", "0"]


def test_bars_take_the_colour_of_their_verdict() -> None:
    bars = bar_counts(ROWS.assign(n=1, verdict=["met", "not met", "no target"]), axes(), SAY).patches
    assert [to_hex(bar.get_facecolor()).upper() for bar in bars[:2]] == [BLUE, VERMILION]


def test_an_axis_of_hours_says_so() -> None:
    ax = interval_plot(ROWS.assign(indicator="response_median_hours"), axes(), SAY)
    assert ax.xaxis.get_major_formatter()(36.0) == "36.0 h"


def test_survival_curve_is_drawn_in_hours() -> None:
    ax = survival_curve(CURVE, axes(), SAY)
    assert list(ax.lines[0].get_xdata()) == [0, 1.5, 10]
    assert ax.get_legend() is None


def test_survival_curves_of_two_units_have_a_legend() -> None:
    both = pd.concat([CURVE, CURVE.assign(unit="B2")])
    legend = survival_curve(both, axes(), SAY).get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["B1", "B2"]


@pytest.mark.parametrize("draw", [interval_plot, bar_counts])
def test_a_table_without_rows_still_draws(draw: object) -> None:
    drawn, ax = canvas()
    draw(ROWS.iloc[:0], ax, SAY)  # type: ignore[operator]  # both take the same three
    assert "<svg" in figure(drawn, "caption", "alt").data


def test_a_tick_between_whole_per_cents_is_not_rounded() -> None:
    assert [_tick(value, Wording("en")) for value in (0.05, 0.075, 0.1)] == ["5%", "7.5%", "10%"]


def test_a_trend_of_nothing_says_no_data() -> None:
    empty = pd.DataFrame({"unit": [], "quarter": [], "estimate": [], "low": [], "high": []})
    assert written(trend_plot(empty, axes(), SAY)) == ["no data"]
