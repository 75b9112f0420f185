"""Is the small system the right one, whichever side is eliminated?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.people import elimination
from analysis.stats.people.case_mix import CaseMix, case_mix, components
from analysis.stats.people.elimination import with_cells_eliminated, with_persons_eliminated


def mixed(people: int, cells: int, cases: int) -> CaseMix:
    generator = np.random.default_rng(people)
    rows = pd.DataFrame({"person": generator.integers(0, people, cases), "cell": generator.integers(0, cells, cases)})
    score = generator.integers(0, 2, cases)
    return case_mix(rows.assign(n=1, total=score, total_of_squares=score))


def centred(solved: tuple[np.ndarray, np.ndarray], mix: CaseMix) -> np.ndarray:
    """Effects centred per component, above their spread."""
    part, weight = components(mix).of_person, mix.person_n
    mean = np.bincount(part, weight * solved[0]) / np.bincount(part, weight)
    return np.array([solved[0] - mean[part], solved[1]])


@pytest.mark.parametrize("size", [(9, 7, 60), (7, 9, 60), (40, 40, 45), (100, 70, 1_000), (3, 1, 9)])
def test_both_sides_give_the_same(size: tuple[int, int, int]):
    # 45 cases of 40 persons in 40 cells fall into many components
    mix = mixed(*size)
    one, two = (solve(mix, components(mix)) for solve in (with_persons_eliminated, with_cells_eliminated))
    np.testing.assert_allclose(centred(one, mix), centred(two, mix), atol=1e-9)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch):
    mix = mixed(50, 12, 600)
    whole = with_persons_eliminated(mix, components(mix))
    monkeypatch.setattr(elimination, "BLOCK", 8)
    monkeypatch.setattr(elimination, "SMALL", 0)
    np.testing.assert_allclose(with_persons_eliminated(mix, components(mix)), whole, rtol=1e-10, atol=1e-12)


def test_one_cell_leaves_the_means():
    mix = mixed(6, 1, 60)
    effect, spread = with_persons_eliminated(mix, components(mix))
    np.testing.assert_allclose(effect, mix.person_total / mix.person_n)
    np.testing.assert_allclose(spread, 1 / mix.person_n)
