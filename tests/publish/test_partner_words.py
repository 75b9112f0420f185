"""Does a partner's sheet say its own figures, and the difference to own staff only with its reason?"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.publish.partner_words import partner_contest, partner_meanings, partner_part
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
    assert len(words) == 4


def test_a_partner_is_told_how_to_object() -> None:
    (line,) = partner_contest(Contest("Quality department", 14), SAY).lines
    assert line.startswith("Write to the Quality department within 14 days")
