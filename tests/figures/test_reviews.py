"""Does the sentence on a review count what its tables hold?"""

from __future__ import annotations

import pandas as pd

from analysis.figures.reviews import reviews_sentence
from analysis.measures.improvement.reviews import DECISION_COLUMNS, OBJECTION_COLUMNS, REVIEW_COLUMNS
from analysis.wording import Wording

EN = Wording("en")
REVIEWS = pd.DataFrame([["2024Q2", "nps", "not reviewed", "board", "2024-08-06"],
                        ["2024Q2", "csat_mean", "reviewed", "board", "2024-08-06"],
                        ["2024Q2", "renew_share", "reviewed", "board", "2024-08-06"]], columns=REVIEW_COLUMNS)
DECISIONS = pd.DataFrame([["2024Q2", "problem", "p", "coach", "2024-09-01", "", "overdue"],
                          ["2024Q2", "problem", "q", "", "", "", "no decision"],
                          ["2024Q2", "indicator", "nps", "keep", "", "", "no due day"],
                          ["2024Q1", "problem", "r", "visit", "2024-09-01", "", "overdue"]], columns=DECISION_COLUMNS)
OPEN = pd.DataFrame({"state": ["open", "answered"]})
NONE = pd.DataFrame(columns=OBJECTION_COLUMNS)


def test_what_was_reviewed_decided_overdue_and_objected_to_is_counted() -> None:
    assert reviews_sentence(REVIEWS, DECISIONS, OPEN, EN) == (
        "Of the 3 indicators of 2024Q2, 2 were reviewed and 1 were not; of its 2 problems, 1 have a decision. "
        "2 decisions are overdue. 1 objection waits for an answer.")


def test_no_review_is_said_so() -> None:
    said = reviews_sentence(REVIEWS.assign(reviewed_by=""), DECISIONS.iloc[:0], NONE, EN)
    assert said == ("No review of 2024Q2 is recorded: none of its 3 indicators was reviewed. 0 decisions are overdue. "
                    "0 objections wait for an answer.")


def test_a_first_quarter_has_nothing_to_review() -> None:
    assert reviews_sentence(REVIEWS.iloc[:0], DECISIONS.iloc[:0], NONE, EN).startswith(
        "The quarter before had neither a plan nor a review.")
