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


def test_a_unit_without_figures_says_why() -> None:
    ax = likert_bars(ROWS.assign(status="not estimable: fewer than 10 answers"), canvas()[1], Wording("en"))
    assert [text.get_text() for text in ax.texts] == ["not estimable: fewer than 10 answers"]
    assert not [bar for bar in ax.patches if bar.get_width() > 0]
