"""Do the bars lie about the middle of the scale, as long as their shares?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.figures import canvas, likert_bars
from analysis.wording import Wording

SHARES = {"1": 0.1, "2": 0.2, "3": 0.2, "4": 0.1, "5": 0.4}
ROWS = pd.DataFrame({"indicator": "csat_answer_share", "unit_type": "company", "unit": "company", "n": 50,
                     "answer": list(SHARES), "estimate": list(SHARES.values()), "status": "ok"})


def test_each_piece_is_as_long_as_its_share_and_the_middle_lies_on_the_axis() -> None:
    ax = likert_bars(ROWS, canvas()[1], Wording("en"))
    pieces = [(bar.get_x(), bar.get_width()) for bar in ax.patches if bar.get_width() > 0]
    assert [width for _, width in pieces] == pytest.approx(list(SHARES.values()))
    assert [start for start, _ in pieces] == pytest.approx([-0.4, -0.3, -0.1, 0.1, 0.2])
    assert [text.get_text() for text in ax.texts] == ["10%", "20%", "20%", "10%", "40%"]


def test_a_unit_without_figures_is_left_out_and_the_caption_says_why() -> None:
    rows = pd.concat([ROWS, ROWS.assign(unit="B1", status="not estimable: fewer than 10 answers")])
    ax = likert_bars(rows, canvas()[1], Wording("en"))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["company (n = 50)"]
    assert ax.get_label() == ("1 of 2 have no figure and are not drawn: "
                              "not estimable: fewer than 10 answers (1).")


def test_where_no_unit_has_figures_it_is_said_why() -> None:
    ax = likert_bars(ROWS.assign(status="not estimable: fewer than 10 answers"), canvas()[1], Wording("en"))
    assert [text.get_text() for text in ax.texts] == ["not estimable: fewer than 10 answers"]
    assert not [bar for bar in ax.patches if bar.get_width() > 0]
