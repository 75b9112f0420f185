"""Is each answer's share what was answered, weighted?"""

from __future__ import annotations

import pytest

from analysis.measures.satisfaction.distribution import satisfaction_distribution
from tests.measures.conftest import Insurer
from tests.measures.satisfaction.test_satisfaction import _answers, _surveys
from tests.measures.satisfaction.test_weighting import _two_segments


def _shares(table, unit: str = "company") -> dict[str, float]:
    rows = table[table["unit"] == unit]
    return dict(zip(rows["answer"], rows["estimate"], strict=True))


def test_the_five_shares_are_those_of_the_answers(insurer: Insurer) -> None:
    golden = [1] * 6 + [2] * 12 + [3] * 18 + [4] * 15 + [5] * 9
    run = insurer(_surveys(_answers(0, 60, service_line="claims").assign(satisfaction=golden)))
    table = satisfaction_distribution(run)
    wanted = {"1": 0.1, "2": 0.2, "3": 0.3, "4": 0.25, "5": 0.15}
    assert _shares(table) == pytest.approx(wanted)
    assert _shares(table, "claims") == pytest.approx(wanted)
    assert list(table.loc[table["unit"] == "company", "n"]) == [60] * 5


def test_shares_are_weighted_as_the_headline_is(insurer: Insurer) -> None:
    """By hand: retail half 5 and half 2 counts .8, senior all 5 counts .2."""
    shares = _shares(satisfaction_distribution(_two_segments(insurer)))
    assert shares == pytest.approx({"1": 0, "2": 0.4, "3": 0, "4": 0, "5": 0.6})


def test_nothing_delivered_and_too_little(insurer: Insurer) -> None:
    assert set(satisfaction_distribution(insurer({}, modes=["phone"]))["status"]) == {"no data"}
    few = satisfaction_distribution(insurer(_surveys(_answers(4, 3))))
    assert set(few.loc[few["unit"] == "company", "status"]) == {"not estimable: fewer than 10 answers"}
