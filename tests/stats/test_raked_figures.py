"""What does a raked figure answer to margins that explain all, to one margin and to gaps?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.survey.design import design_mean
from analysis.stats.survey.raked_figures import raked_mean, raked_nps, raked_share
from analysis.stats.survey.raking import CannotRake, Raking

MARGINS = pd.DataFrame({"variable": ["a", "a"], "category": ["x", "y"], "customers": [600, 400]})
ANSWERS = pd.DataFrame({"a": list("xxxyyy"), "value": [1, 0, 1, 0, 1, 0], "count": [20, 10, 6, 9, 5, 12]})
SCORES = ANSWERS.assign(value=[100, -100, 0, 0, 100, -100])
NUMBERS = ["estimate", "low", "high", "std_error"]


def refusal(table: pd.DataFrame) -> str:
    assert table[NUMBERS].isna().all().all()
    return table["status"].item()


def test_one_margin_is_post_stratification():
    # 26 of 36 in x, 5 of 26 in y; Σ (N_h/N)² n/(n−1) p_h (1−p_h) / n_h with one n, that of the whole sample
    inside = {"x": (0.6, 26 / 36, 36), "y": (0.4, 5 / 26, 26)}
    mean = sum(part * share for part, share, _ in inside.values())
    variance = 62 / 61 * sum(part**2 * share * (1 - share) / n for part, share, n in inside.values())
    row = raked_mean(ANSWERS, Raking(MARGINS))[["estimate", "std_error"]]
    np.testing.assert_allclose(row, [[mean, np.sqrt(variance)]], rtol=1e-12)


def test_margins_that_explain_all_leave_no_variation():
    told = ANSWERS.assign(value=ANSWERS["a"].eq("x").astype(int))
    assert refusal(raked_mean(told, Raking(MARGINS))) == "not estimable: no variation between sampling units"


def test_margins_the_sample_meets_narrow_what_goes_with_them():
    met = MARGINS.assign(customers=[3600, 2600])
    raked, plain = raked_mean(ANSWERS, Raking(met)), design_mean(ANSWERS)
    np.testing.assert_allclose(raked["estimate"], plain["estimate"], rtol=1e-12)
    assert raked["std_error"].item() < plain["std_error"].item()


def test_the_share_and_the_mean_agree():
    shown = ["n", "estimate", "std_error", "df", "n_eff", "deff"]
    share, mean = raked_share(ANSWERS, Raking(MARGINS)), raked_mean(ANSWERS, Raking(MARGINS))
    np.testing.assert_array_equal(share[shown], mean[shown])
    assert share["method"].item() == "raked share, Korn-Graubard"


def test_gaps_are_raked_but_lie_outside():
    gap = ANSWERS.assign(value=[1, 0, np.nan, 0, 1, 0])
    table = raked_mean(gap, Raking(MARGINS))
    # weights 600/36 and 400/26 of all, gaps too
    expected = (20 * 600 / 36 + 5 * 400 / 26) / (30 * 600 / 36 + 400)
    np.testing.assert_allclose(table[["n", "estimate"]], [[56, expected]], rtol=1e-12)


def test_the_order_of_rows_changes_no_bit():
    there, back = (raked_nps(table, Raking(MARGINS)) for table in (SCORES, SCORES.iloc[::-1]))
    pd.testing.assert_frame_equal(there, back, check_exact=True)


def test_the_score_stays_on_its_scale():
    lopsided = SCORES.assign(cluster=[1, 2, 1, 2, 1, 2])
    row = raked_nps(lopsided, Raking(MARGINS)).iloc[0]
    assert (row["status"], row["low"], row["high"]) == ("ok", -100, 100)


def test_too_little_is_not_estimable():
    assert refusal(raked_mean(ANSWERS.assign(value=np.nan), Raking(MARGINS))) == "not estimable: no answers"
    few = ANSWERS.assign(count=[1, 1, 1, 1, 1, 1])
    assert refusal(raked_share(few, Raking(MARGINS))) == "not estimable: fewer than 10 answers"
    assert refusal(raked_nps(SCORES.assign(count=5), Raking(MARGINS))) == "not estimable: fewer than 50 answers"


def test_margins_must_fit_and_values_be_recoded():
    with pytest.raises(CannotRake, match="without a margin"):
        raked_mean(ANSWERS.assign(a="z"), Raking(MARGINS))
    for figure in (raked_share, raked_nps):
        with pytest.raises(ValueError, match="recoded"):
            figure(ANSWERS.assign(value=3), Raking(MARGINS))


def test_eight_answers_off_the_mode_are_needed():
    rare = ANSWERS.assign(value=[1, 1, 1, 0, 1, 0], count=[40, 3, 6, 4, 15, 3])
    assert refusal(raked_mean(rare, Raking(MARGINS))) == "not estimable: fewer than 8 answers off the mode"


@pytest.mark.parametrize("nobody", [ANSWERS.iloc[:0], ANSWERS.assign(count=0)])
@pytest.mark.parametrize("bounds", [None, (0.5, 2.0)])
def test_nobody_answered(nobody: pd.DataFrame, bounds: tuple[float, float] | None):
    for figure in (raked_mean, raked_share):
        assert refusal(figure(nobody, Raking(MARGINS, bounds))) == "not estimable: no answers"
    assert raked_mean(nobody.iloc[:0].assign(g=""), Raking(MARGINS), ["g"]).empty
