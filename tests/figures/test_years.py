"""Is every indicator drawn or said to have no figure, and does the sentence count the ledger?"""

from __future__ import annotations

import pandas as pd

from analysis.figures.years import restatement_sentence, year_panels
from analysis.tables.results import figures
from analysis.wording import Wording

EN = Wording("en")


def quarters(indicator: str, *values: float | None) -> pd.DataFrame:
    numbers = pd.Series(values, dtype=float)
    return pd.DataFrame({
        "indicator": indicator, "unit_type": "company", "unit": "company", "event": "", "n": 10, "estimate": numbers,
        "low": numbers - 0.1, "high": numbers + 0.1, "period": "quarter", "target": 0.7,
        "quarter": [f"2024Q{number}" for number in range(1, len(values) + 1)],
        "status": numbers.notna().map({True: "ok", False: "no data"})})


def test_a_panel_per_indicator_with_its_quarters_and_one_without_figures_says_so() -> None:
    table = figures(pd.concat([quarters("csat_top2_share", 0.5, None, 0.7), quarters("nps", None, None, None)]))
    drawn = year_panels(table, EN)
    first, second = drawn.axes[:2]
    assert list(first.lines[0].get_ydata()) == [0.5, 0.7]
    assert [text.get_text() for text in second.texts] == ["no data"]
    assert first.get_title(loc="left").endswith("\ntarget 70.0%")


def test_the_ledger_is_counted() -> None:
    ledger = pd.DataFrame({"restated": ["as published"] * 3 + ["moved within interval", ""]})
    assert restatement_sentence(ledger, EN).startswith("Of 5 figures that were signed in earlier quarters 3 stand")
    assert "nothing is kept" in restatement_sentence(ledger.iloc[:0], EN)
