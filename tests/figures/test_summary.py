"""Does the management report open with three verdicts in the reader's words?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.figures.summary import clauses_sentence, opening_panel, problems_sentence, reversals_sentence
from analysis.wording import Wording

OPENING = pd.DataFrame([["quality", "not met", "met 5, not met 1", 6], ["conduct", "cannot tell", "cannot tell 1", 1],
                        ["rights", "met", "0 / 90", 90]], columns=["question", "verdict", "why", "cases"])


def test_each_question_has_a_banner_with_its_verdict() -> None:
    html = opening_panel(OPENING, Wording("en")).data
    assert html.count('class="headline') == 3
    assert "verdict-not-met" in html
    assert "0 / 90" in html


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_the_verdicts_are_translated(language: str) -> None:
    html = opening_panel(OPENING, Wording(language)).data
    assert "達標" in html or "达标" in html
    assert "not met 1" not in html


def test_the_list_of_problems_says_what_it_can_claim() -> None:
    text = problems_sentence(pd.DataFrame({"unit": ["a", "b"]}), 40, Wording("en"))
    assert "40 figures" in text
    assert "2 miss it" in text


def test_the_clauses_are_counted_by_status() -> None:
    table = pd.DataFrame({"status": ["met", "met", "no data"]})
    assert clauses_sentence(table, Wording("en")) == "Of 3 clauses of the policy: met 2, no data 1."


def test_a_reversal_is_counted_and_named() -> None:
    table = pd.DataFrame({
        "unit_type": "company", "indicator": "csat_top2_share", "compared_with": "2024Q2",
        "reversed": ["yes", "within chance", "no", ""], "turned_by": ["service_line, branch", "kind", "", ""]})
    said = reversals_sentence(table, Wording("en"))
    assert "Of 3 changes" in said
    assert "of 1 beyond chance and of 1 within chance" in said
    assert "since 2024Q2, by service line; branch" in said
    assert "Turned" not in reversals_sentence(table[1:], Wording("en"))
