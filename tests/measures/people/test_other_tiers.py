"""Is it told whose tier another model would move, and of everybody together only how many?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.people.judgement import Known, judgement
from analysis.measures.people.other_tiers import PERSON_COLUMNS, compared_tiers, moved_tiers, other_tiers, tier_moves
from analysis.measures.people.scoring import scoring
from analysis.measures.people.tiers import SUPPORT, Part
from analysis.stats.people.flags import DEFAULT
from tests.measures.conftest import Insurer
from tests.measures.people.reduced import COMPETENCE, FIRST, bounds, evidence, group, ratings, shares

PARTS = {FIRST: Part(0.2, 400.0), COMPETENCE: Part(0.15, 4.0)}
OFF = (0, 7, -7, 0)  # of 200 cases; people do differ
WHO = [f"e{number:02d}" for number in range(16)]


def given(hard: int) -> Known:
    """Return 16 people: of hard cases (priority high) about half end well, of the others nearly all, whoever has them.

    e00 has ``hard`` of 200 hard ones, everybody else 20.
    """
    parts = []
    for place, who in enumerate(WHO):
        own = hard if who == "e00" else 20
        for priority, n, share in (("high", own, 0.5), ("normal", 200 - own, 0.95)):
            parts.append(shares({who: round(n * share) + OFF[place % 4] * n // 200}, n, priority=priority))
    scores = ratings({who: [7_000 + 4 * OFF[place % 4] + 30 * look for look in range(6)]
                      for place, who in enumerate(WHO)})
    return judgement(group(16), evidence({FIRST: pd.concat(parts, ignore_index=True), COMPETENCE: scores}), bounds(),
                     PARTS)


def nothing_held(known: Known) -> pd.DataFrame:
    other = scoring(known.people, known.evidence, known.bounds, lambda cells: ((),))
    return compared_tiers(known, {"nothing": other, "the same": known.scored}, PARTS)


def test_who_was_given_hard_cases_would_be_flagged_if_nothing_were_held_equal() -> None:
    tiers = nothing_held(given(180))
    (row,) = moved_tiers(tiers).to_dict("records")
    assert [row[name] for name in ("held_equal", "unit", "tier", "other_tier")] == ["nothing", "e00", DEFAULT, SUPPORT]
    assert row["other_adjusted"] < row["adjusted"]


def test_of_all_together_only_the_number_is_told() -> None:
    counts = tier_moves(nothing_held(given(180))).set_index("held_equal")
    assert counts["changed"].to_dict() == {"nothing": 1, "the same": 0}
    assert counts["people"].tolist() == [16, 16]
    assert counts.loc["the same", ["correlation", "moves"]].tolist() == pytest.approx([1, 0])
    assert "e00" not in counts.to_string()


def test_where_all_have_like_cases_no_model_moves_anybody() -> None:
    assert moved_tiers(nothing_held(given(20))).empty


def test_without_cases_or_components_there_is_nothing_to_compare(insurer: Insurer) -> None:
    none = judgement(group(16), evidence({}), bounds(), PARTS)
    assert compared_tiers(none, {"nothing": none.scored}, PARTS).columns.tolist() == PERSON_COLUMNS
    assert other_tiers(insurer({}), given(20), {}).empty
    assert tier_moves(compared_tiers(none, {"nothing": none.scored}, PARTS)).empty
