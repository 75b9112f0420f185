"""Do control charts, funnels, expected counts and grids show what their tables say?"""

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba

from analysis.figures import canvas, control_chart, expected_plot, funnel_plot, heat_grid
from analysis.figures.style import VERMILION
from analysis.wording import Wording

SAY = Wording("en")
POINTS = pd.DataFrame({
    "indicator": "complaint_timely_share", "period": ["2024-07", "2024-08", "2024-09"], "n": 50,
    "estimate": [0.9, 0.6, 0.92], "centre": 0.9, "limit_low": 0.8, "limit_high": 1.0, "beyond": [False, True, False],
    "status": "ok"})
MONTHS = pd.DataFrame({
    "unit": ["auto", "auto", "home"], "month": ["2024-07", "2024-08", "2024-07"], "n": [10, 30, 8],
    "expected": [10.0, 11.0, 9.0], "expected_low": 4.0, "expected_high": 18.0,
    "alarm": ["no alarm", "alarm", "no alarm"]})
FUNNEL = pd.DataFrame({
    "indicator": "complaints_per_1k_requests", "unit": ["B1", "B2", "B3"], "exposure": [0.1, 0.3, 0.2],
    "estimate": [50.0, 150.0, None], "stands_out": ["no", "yes", "no"], "status": ["ok", "ok", "no data"]})
LINES = pd.DataFrame({"size": [0.1, 0.3], "centre": 80.0, "limit_low_95": [20.0, 40.0], "limit_high_95": [150.0, 120.0],
                      "limit_low_998": [5.0, 25.0], "limit_high_998": [200.0, 150.0]})


def axes() -> Axes:
    return canvas()[1]


def red(ax: Axes) -> list[list[float]]:
    return [line.get_ydata().tolist() if hasattr(line.get_ydata(), "tolist") else list(line.get_ydata())
            for line in ax.lines if to_rgba(line.get_color()) == to_rgba(VERMILION) and len(line.get_ydata())]


def written(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_a_point_beyond_its_limits_is_red() -> None:
    ax = control_chart(POINTS, axes(), SAY)
    assert red(ax) == [[0.6]]
    assert ax.get_ylabel() == "Complaint timely share"
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2024-09"]


def test_a_chart_without_limits_says_why() -> None:
    short = POINTS.assign(centre=None, limit_low=None, limit_high=None, beyond=False,
                          status="not estimable: fewer than 20 baseline points")
    ax = control_chart(short.astype({"centre": float, "limit_low": float, "limit_high": float}), axes(), SAY)
    assert written(ax) == ["not estimable: fewer than 20 baseline points"]
    assert red(ax) == []


def test_an_alarm_is_red_and_each_unit_is_named_once() -> None:
    ax = expected_plot(MONTHS, axes(), SAY)
    assert red(ax) == [[30]]
    assert written(ax) == ["auto", "home"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["07", "08", "07"]


def test_a_unit_that_stands_out_is_red_and_one_without_figure_is_left_out() -> None:
    ax = funnel_plot(FUNNEL, LINES, axes(), SAY)
    assert red(ax) == [[150.0]]
    assert written(ax) == ["B1", "B2"]


def test_a_funnel_without_limits_says_why() -> None:
    few = FUNNEL.assign(stands_out="not estimable: fewer than 5 units")
    assert written(funnel_plot(few, LINES.iloc[:0], axes(), SAY))[0] == "not estimable: fewer than 5 units"
    assert written(funnel_plot(few.iloc[:0], LINES.iloc[:0], axes(), SAY)) == ["no data"]


def test_a_grid_shows_every_count_and_nought_where_there_is_none() -> None:
    cells = pd.DataFrame({"cause": ["delay", "delay", "price"], "product": ["auto", "life", "auto"], "n": [5, 2, 1]})
    ax = heat_grid(cells, axes(), SAY)
    assert written(ax) == ["5", "2", "1", "0"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["delay", "price"]


def test_an_unknown_column_is_said_in_words() -> None:
    ax = heat_grid(pd.DataFrame({"cause": ["delay"], "product": [""], "n": [5]}), axes(), SAY)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["not told"]


@pytest.mark.parametrize("draw", [
    lambda ax: control_chart(POINTS.iloc[:0], ax, SAY), lambda ax: expected_plot(MONTHS.iloc[:0], ax, SAY),
    lambda ax: funnel_plot(FUNNEL.iloc[:0], LINES.iloc[:0], ax, SAY),
    lambda ax: heat_grid(pd.DataFrame({"cause": [], "product": [], "n": []}), ax, SAY)])
def test_an_empty_table_is_said_to_be_no_data(draw) -> None:
    ax = draw(axes())
    assert red(ax) == []
    assert written(ax) == ["no data"]
