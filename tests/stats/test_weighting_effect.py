"""Is what weighting changes told with its own error, and is there none where it changes nothing?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.survey.linearisation import WEIGHT_ONE
from analysis.stats.survey.raking import Raking
from analysis.stats.survey.weighting_effect import weighting_effect

MARGINS = pd.DataFrame({"variable": "segment", "category": ["retail", "senior"], "customers": [800, 200]})
RAKING = Raking(MARGINS, (0.2, 5.0))


def two_segments(retail: tuple[int, int], senior: tuple[int, int]) -> pd.DataFrame:
    """Satisfied and not, by segment."""
    return pd.DataFrame({"segment": ["retail"] * 2 + ["senior"] * 2, "value": [1, 0, 1, 0],
                         "count": [*retail, *senior]})


def test_of_two_segments_it_is_the_variance_of_their_sizes_and_shares() -> None:
    """By hand: d = (.8 − s) p₁ + (.2 − (1 − s)) p₂ with s = .5, p₁ = .5, p₂ = .8.

    Variance .3² · .25/60 + .3² · .16/60 + (p₁ − p₂)² · .25/120, times 120/119 for the degree of freedom.
    """
    row = weighting_effect(two_segments((30, 30), (48, 12)), RAKING).iloc[0]
    assert (row["weighted"], row["plain"]) == (pytest.approx(0.56), pytest.approx(0.65))
    error = np.sqrt((0.09 * 0.25 / 60 + 0.09 * 0.16 / 60 + 0.09 * 0.25 / 120) * 120 / 119)
    half = stats.t.ppf(0.975, 119) * error
    assert [row["estimate"], row["low"], row["high"]] == pytest.approx([-0.09, -0.09 - half, -0.09 + half], abs=1e-9)


def test_design_weights_agree_with_r() -> None:
    """R survey 4.1.1: d <- svydesign(ids = ~1, strata = ~s, weights = ~w, data = x); x of 3 strata by hand below;
    t <- svytotal(~v + one + vw + ow, d); svycontrast(t, quote(v / one - vw / ow)), df = degf(d).
    """
    answers = pd.DataFrame({
        "stratum": ["a", "a", "b", "b", "c", "c"], "weight": np.array([1, 1, 3, 3, 5, 2]) * WEIGHT_ONE,
        "value": [5, 2, 4, 1, 3, 5], "count": [20, 10, 15, 12, 9, 8]})
    row = weighting_effect(answers).iloc[0]
    assert [row["estimate"], row["std_error"], row["df"]] == pytest.approx(
        [-0.2965116279069768, 0.0681277981489636, 71], abs=1e-9)


def test_equal_weights_change_nothing() -> None:
    row = weighting_effect(two_segments((30, 30), (48, 12))).iloc[0]
    assert row["status"] == "not estimable: no variation between sampling units"


def test_too_few_answers_are_not_estimable() -> None:
    few = weighting_effect(two_segments((4, 4), (3, 2)), RAKING)
    assert few["status"].tolist() == ["not estimable: fewer than 30 answers"]
    nobody = weighting_effect(two_segments((0, 0), (0, 0)), RAKING)
    assert nobody["status"].tolist() == ["not estimable: no answers"]
