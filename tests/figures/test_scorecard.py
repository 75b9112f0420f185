"""Does the grid show each verdict by more than its colour?"""

import pandas as pd

from analysis.figures import canvas, verdict_grid
from analysis.wording import Wording

CARD = pd.DataFrame([
    {"indicator": "nps", "unit": "sales", "estimate": 12.0, "status": "ok", "verdict": "met"},
    {"indicator": "nps", "unit": "claims", "estimate": -3.0, "status": "ok", "verdict": "not met"},
    {"indicator": "csat_mean", "unit": "sales", "status": "not estimable: no answers", "verdict": "no target"},
])


def test_cells_hold_symbol_and_estimate_or_the_status() -> None:
    ax = verdict_grid(CARD, canvas()[1], Wording("en"))
    assert [text.get_text() for text in ax.texts] == ["✓ 12.0", "✗ −3.0", "not estimable"]


def test_an_indicator_of_one_event_says_which() -> None:
    ax = verdict_grid(CARD.assign(indicator="in_limit_share", event="first_response"), canvas()[1], Wording("en"))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["In limit share (first response)"]


def test_a_long_name_of_a_unit_goes_on_in_a_second_line() -> None:
    ax = verdict_grid(CARD.assign(unit="after_sales"), canvas()[1], Wording("en"))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["After-sales\nservice"]


def test_units_are_across_and_indicators_down() -> None:
    ax = verdict_grid(CARD, canvas()[1], Wording("zh-Hant"))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["銷售", "理賠"]
    assert ax.texts[2].get_position() == (0, 1)
