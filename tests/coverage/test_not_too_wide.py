"""Is any interval of persons kept only by being too wide? One that always covers says nothing.

Where people differ as much as chance does and more: with no differences the few runs that show anybody cover nearly
always, and must. Bounds from the promise: at 95 % no cell may cover more than 98 %; `test_coverage_people` has the
lower ones.
"""

from __future__ import annotations

import pytest

from tests.coverage.test_coverage_people import fitted_cell, normal_cell, rate_cell

MOST = 0.98
RUNS, FITTED_RUNS = 1_000, 200


@pytest.mark.parametrize("cell", [(20, "wide", 1), (20, "wide", 5), (8, "equal", 5)])
def test_of_people_who_differ_neither_effects_nor_their_variance_are_always_covered(cell: tuple) -> None:
    told = {one["estimator"]: one["coverage"] for one in normal_cell(cell, RUNS)}
    assert set(told) == {"shrunken effect", "Q-profile"}
    assert max(told.values()) < MOST, told


def test_of_fifty_people_given_unlike_cases_effects_are_not_always_covered() -> None:
    assert fitted_cell((50, 0.1, "favourable", True), FITTED_RUNS)["coverage"] < MOST


@pytest.mark.parametrize("cell", [(10, 4, 2.0), (30, 2, 2.0), (20, 6, 10.0)])
def test_rates_are_not_always_covered(cell: tuple) -> None:
    assert rate_cell(cell, FITTED_RUNS)["coverage"] < MOST
