"""Does a partner's sheet say its own figures, and the difference to own staff only with its reason?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.publish.partner_words import partner_contest, partner_meanings, partner_part, score_part
from analysis.publish.sheet_words import Contest
from analysis.wording import Wording

SAY = Wording("en")
ROW: dict[str, Any] = {
    "indicator": "in_limit_share", "event": "resolution", "n": 50, "estimate": 0.6, "low": 0.46, "high": 0.72,
    "status": "ok", "target": 0.7, "verdict": "cannot tell", "better": "higher", "gap": -0.3, "gap_low": -0.4,
    "gap_high": -0.2, "gap_status": "ok", "tier": "needs support"}


def cells(**changes: Any) -> list[str]:
    (row,) = partner_part(pd.DataFrame([ROW | changes]), SAY).rows
    return [cell.replace("\u00a0", " ") for cell in row]


def test_a_row_holds_target_own_cases_verdict_difference_and_tier() -> None:
    assert cells() == ["In limit share (resolution)", "at least 70.0%", "60.0% (46.0–72.0), n = 50", "cannot tell",
                       "−30.0% (−40.0 to −20.0)", "needs support"]


def test_a_difference_that_cannot_be_told_says_why() -> None:
    assert cells(gap_status="no data", gap=None)[4] == "no data"


def test_every_word_of_the_table_is_explained_and_no_tier_is_given_over_all() -> None:
    words = dict(partner_meanings(SAY).words)
    assert words["All indicators together"] == "no tier is given to a partner, and no rank."
    assert {"Chance taken into account", "May be used for", "Cannot be distinguished"} <= set(words)
    assert len(words) == 8


SCORE: dict[str, Any] = ROW | {
    "naive": 0.64, "naive_low": 0.5, "naive_high": 0.7, "adjusted": 0.59,
    "estimate": 0.61, "low": 0.52, "high": 0.69,
    "group_mean": 0.8, "reliability": 0.912, "probability_below": 0.991, "probability_above": 0.009,
    "direction": "below", "permitted_use": "appraisal"}
HIDDEN = dict.fromkeys(("adjusted", "naive", "naive_low", "naive_high", "estimate", "low", "high", "reliability",
                        "probability_below", "probability_above"))


def score(**changes: Any) -> list[str]:
    (row,) = score_part(pd.DataFrame([SCORE | changes]), SAY).rows
    return [cell.replace("\u00a0", " ") for cell in row]


def test_four_quarters_are_told_as_they_stand_and_in_like_cases_with_what_they_may_be_used_for() -> None:
    assert score() == [
        "In limit share (resolution)", "64.0% (50.0–70.0), n = 50", "59.0%", "61.0% (52.0–69.0)", "80.0%", "0.91",
        "below; P(below) 0.99, P(above) 0.01", "appraisal"]


def test_a_figure_that_is_not_reliable_is_not_shown_but_its_reliability_is() -> None:
    told = score(status="not estimable: reliability below 0.7", estimate=None, low=None, high=None, reliability=0.4,
                 probability_below=None, probability_above=None, direction="cannot be distinguished",
                 permitted_use="coaching only")
    assert told[3:7] == ["not estimable: reliability below 0.7", "80.0%", "0.40", "cannot be distinguished"]


def test_too_few_cases_are_no_figure() -> None:
    told = score(**HIDDEN, status="not estimable: not enough evidence", permitted_use="not enough evidence", n=7,
                 direction="cannot be distinguished")
    assert told[1:7] == ["–, n = 7", "–", "not estimable: not enough evidence", "80.0%", "–", "cannot be distinguished"]


def test_a_partner_is_told_how_to_object() -> None:
    (line,) = partner_contest(Contest("Quality department", 14), SAY).lines
    assert line.startswith("Write to the Quality department within 14 days")
