"""Are texts measured right without a Chinese font, and is a user's configuration without effect?"""

from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from analysis.figures import canvas
from analysis.figures.style import VERDICT_COLOURS, VERDICT_MARKERS, _full_width_font, apply_style

WHITE = 1.0


def width(text: str) -> float:
    figure = Figure(dpi=72)
    drawn = figure.text(0, 0, text, fontsize=10)
    return drawn.get_window_extent(FigureCanvasAgg(figure).get_renderer()).width


@pytest.mark.parametrize("text", ["品", "服務品質評價", "𠮷😀", "，。"])
def test_a_full_width_character_measures_one_em_and_nothing_warns(text: str) -> None:
    assert width(f"x{text}x") - width("xx") == pytest.approx(10 * len(text), abs=0.6)


def test_the_measuring_font_is_the_same_each_time(tmp_path: Path) -> None:
    for name in ("one.ttf", "two.ttf"):
        _full_width_font(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.ttf", "two.ttf"]
    assert (tmp_path / "one.ttf").stat().st_size < 1_000


def test_a_users_settings_are_overridden() -> None:
    matplotlib.rcParams.update({"lines.linewidth": 40, "svg.fonttype": "path"})
    apply_style()
    assert matplotlib.rcParams["svg.fonttype"] == "none"
    assert matplotlib.rcParams["lines.linewidth"] < 40


def test_a_canvas_grows_with_its_rows_and_can_have_columns() -> None:
    (low, _), (high, _), (_, pair) = canvas(rows=3), canvas(rows=30), canvas(columns=2)
    assert low.get_figheight() < high.get_figheight()
    assert len(pair) == 2


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    rgb = np.array(matplotlib.colors.to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("verdict", list(VERDICT_COLOURS))
def test_marks_have_the_contrast_of_wcag_aa_for_graphics(verdict: str) -> None:
    assert (WHITE + 0.05) / (luminance(VERDICT_COLOURS[verdict]) + 0.05) >= 3


def test_met_and_not_met_differ_by_more_than_colour() -> None:
    assert VERDICT_MARKERS["met"] != VERDICT_MARKERS["not met"]
