"""Are units without a figure left out of a drawing, and counted where a reader sees it?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.figures import canvas, figure, interval_plot
from analysis.figures.left_out import with_figures
from analysis.wording import Wording

SAY = Wording("en")
FEW = "not estimable: fewer than 10 answers"
ROWS = pd.DataFrame({
    "indicator": "csat_top2_share", "unit_type": "branch", "unit": [f"B{number}" for number in range(1, 21)], "n": 9,
    "estimate": [0.9, 0.7, *[np.nan] * 18], "low": [0.8, 0.6, *[np.nan] * 18], "high": [0.95, 0.8, *[np.nan] * 18],
    "status": ["ok", "ok", "no data", *[FEW] * 17], "target": 0.85, "verdict": "cannot tell"})


def test_rows_without_a_figure_are_counted_by_reason_the_commonest_first() -> None:
    ax = canvas()[1]
    assert with_figures(ROWS, ax, SAY)["unit"].tolist() == ["B1", "B2"]
    assert ax.get_label() == f"18 of 20 have no figure and are not drawn: {FEW} (17); no data (1)."


def test_the_caption_says_what_the_drawing_left_out() -> None:
    drawn, ax = canvas(rows=len(ROWS))
    interval_plot(ROWS, ax, SAY)
    page = figure(drawn, "Satisfied customers.", "alt").data
    assert f"<figcaption>Satisfied customers. 18 of 20 have no figure and are not drawn: {FEW} (17); no data" in page


def test_a_drawing_of_few_is_lower_than_one_of_many() -> None:
    drawn, ax = canvas(rows=len(ROWS))
    tall = drawn.get_figheight()
    interval_plot(ROWS, ax, SAY)
    assert drawn.get_figheight() == pytest.approx(canvas(rows=2)[0].get_figheight())
    assert drawn.get_figheight() < tall / 2


def test_two_drawings_side_by_side_keep_their_common_height() -> None:
    drawn, axes = canvas(rows=len(ROWS), columns=2)
    tall = drawn.get_figheight()
    interval_plot(ROWS, axes[0], SAY)  # type: ignore[index]  # two columns make an array of axes
    assert drawn.get_figheight() == tall


def test_where_every_unit_has_a_figure_nothing_is_said() -> None:
    ax = canvas()[1]
    assert with_figures(ROWS.iloc[:2], ax, SAY)["unit"].tolist() == ["B1", "B2"]
    assert ax.get_label() == ""


def test_where_no_unit_has_a_figure_the_drawing_says_why() -> None:
    ax = interval_plot(ROWS.iloc[2:], canvas()[1], SAY)
    assert [text.get_text() for text in ax.texts] == [FEW]
    assert ax.get_label().startswith("18 of 18 have no figure")


def test_an_estimate_that_is_not_there_counts_as_no_data() -> None:
    ax = canvas()[1]
    assert len(with_figures(ROWS.drop(columns="status"), ax, SAY)) == 2
    assert ax.get_label().endswith("no data (18).")
