"""How many would be told from the colleagues by luck, and who is found: by hand, and by the rule's own simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.measures.people.judgement import Known, judgement, known_of_people
from analysis.measures.people.luck import COLUMNS, indicator_flags, still_rejected
from analysis.measures.people.tiers import SEED
from analysis.stats.people.flags import FlagRule, Simulation, flagged_by_luck
from analysis.stats.testing import ALPHA, holm
from tests.measures.conftest import Insurer
from tests.measures.people import reduced
from tests.measures.people.reduced import FIRST, UPHELD

GROUP = ("clerk", "claims")


def known(first: list[int]) -> Known:
    """Return what is known of people with so many of 100 requests in the limit."""
    good = {f"e{number:02d}": one for number, one in enumerate(first)}
    cases = {FIRST: reduced.shares(good, 100)}
    return judgement(reduced.group(len(first)), reduced.evidence(cases), reduced.bounds(), {})


def of(table: pd.DataFrame, event: str = "first_response") -> pd.Series:
    return table[table["event"].eq(event)].iloc[0]


@pytest.mark.parametrize("others", [[], [0.5], [0.001, 0.5], [0.001, 0.002, 0.9], [0.01, 0.02, 0.03], [0.001, np.nan]])
def test_the_largest_p_that_is_still_rejected_is_holms(others: list[float]) -> None:
    limit = still_rejected(pd.Series(others, dtype=float))
    adjusted = [holm(pd.Series([*others, p])).iloc[-1] for p in (limit * 0.999, limit * 1.001)]
    assert adjusted[0] <= ALPHA < adjusted[1]


def test_beside_one_rejected_test_of_three_half_of_the_level_is_left() -> None:
    assert still_rejected(pd.Series([0.5, 0.001])) == pytest.approx(ALPHA / 2)


def test_one_far_below_is_flagged_and_luck_is_the_rules_own() -> None:
    """Nine people, one test: luck is that of the rule with the level as it is, simulated by `flagged_by_luck`."""
    told = known([40, *(88 + number % 4 for number in range(8))])
    row = of(indicator_flags(told))
    assert row[["people", "enough_evidence", "flagged"]].tolist() == [9, 9, 1]
    fit = told.scored.fits[FIRST, GROUP]
    alone = flagged_by_luck(fit.effects, fit.newest, FlagRule(f_test_p=ALPHA), Simulation(seed=SEED))
    assert row["expected_by_luck"] == pytest.approx(alone["estimate"].iloc[0])
    assert 0 < row["expected_by_luck"] < ALPHA


def test_where_people_lie_far_apart_who_is_twice_as_far_off_is_found() -> None:
    wide = of(indicator_flags(known([40 + 3 * number for number in range(16)])))
    assert wide["found_share"] > 0.9
    level = of(indicator_flags(known([90] * 8 + [91] * 8)))
    assert np.isnan(level["found_share"])
    assert level["status"] == "not estimable: differences between persons are no larger than chance"


def test_who_has_too_few_cases_is_not_counted_as_told_by_luck() -> None:
    few = {f"e{number:02d}": 3 + number % 2 for number in range(16)}
    told = judgement(reduced.group(16), reduced.evidence({FIRST: reduced.shares(few, 4)}), reduced.bounds(), {})
    assert of(indicator_flags(told))[["enough_evidence", "flagged", "expected_by_luck"]].tolist() == [0, 0, 0]


def test_upheld_complaints_are_told_too() -> None:
    counts = reduced.shares({f"e{number:02d}": 0 for number in range(16)}, 1).rename(columns={"n": "requests"})
    counts = counts.assign(requests=400, upheld=[60, *[8 + number % 5 for number in range(15)]])
    told = judgement(reduced.group(16), reduced.evidence({}, counts), reduced.bounds(), {})
    row = indicator_flags(told).set_index("indicator").loc[UPHELD]
    assert row[["enough_evidence", "flagged"]].tolist() == [16, 1]
    assert 0 <= row["expected_by_luck"] < ALPHA
    assert row["found_share"] > 0.3


@pytest.mark.parametrize("size", [1, 5])
def test_of_five_people_nobody_is_told_from_anybody(size: int) -> None:
    table = indicator_flags(known([40, 90, 90, 90, 90][:size]))
    assert table[["flagged", "expected_by_luck"]].eq(0).all(axis=None)
    assert table["found_share"].isna().all()
    assert set(table["status"]) == {"not estimable: fewer than 8 people"}


def test_without_a_delivery_the_table_is_empty(insurer: Insurer) -> None:
    table = indicator_flags(known_of_people(insurer({})))
    assert table.columns.tolist() == COLUMNS
    assert table.empty
