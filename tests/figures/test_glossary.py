"""Do definitions read as the registry has them, and is what comes from files escaped?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.figures.glossary import definition_list
from analysis.wording import Wording

ENTRY = {
    "indicator": "csat_top2_share", "definition": "Share <b>of</b> answers.", "formula": "a / b",
    "interpretation": "So many.", "target": 0.85, "target_source": "company default", "owner": "quality",
    "clause": "3.1", "effective_from": "2010-01-01",
}


def shown(language: str = "en", **changes: object) -> str:
    return definition_list(pd.DataFrame([ENTRY | changes]), Wording(language)).data


@pytest.mark.parametrize("words", ["Formula: a / b.", "company default", "Clause 3.1 of the policy", "85"])
def test_an_entry_says_what_a_reader_needs(words: str) -> None:
    assert words in shown()


def test_texts_are_escaped() -> None:
    assert "<b>" not in shown()


def test_a_figure_without_target_says_so() -> None:
    assert "No target is set." in shown(target=np.nan)
