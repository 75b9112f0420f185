"""What do figures of agreement answer to one unit, one rater, equal ratings, gaps and wrong input?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.agreement.chance import chance_corrected
from analysis.stats.agreement.closeness import agreement_weights, distances
from analysis.stats.agreement.gwet import gwet_ac
from analysis.stats.agreement.kappa import cohen_kappa, fleiss_kappa
from analysis.stats.agreement.krippendorff import krippendorff_alpha
from analysis.stats.agreement.limits import few_off_mode, fisher_z, jackknife_variance, z_limits
from analysis.stats.agreement.permitted_use import permitted_use
from analysis.stats.agreement.ratings import Units, off_mode, rated_units, scale_of

NUMBERS = ["estimate", "low", "high", "std_error"]


def nominal_alpha(ratings: pd.DataFrame, **options: object) -> pd.DataFrame:
    return krippendorff_alpha(ratings, "nominal", **options)


COEFFICIENTS = [nominal_alpha, gwet_ac, cohen_kappa, fleiss_kappa]
PAIRS = [(1, 1)] * 8 + [(2, 2)] * 9 + [(1, 2)] * 3 + [(3, 3)] * 4 + [(3, 1)] * 2 + [(2, 3)]


def long(pairs: list[tuple[float, float]]) -> pd.DataFrame:
    rows = [(unit, rater, value) for unit, pair in enumerate(pairs) for rater, value in enumerate(pair)]
    return pd.DataFrame(rows, columns=["unit", "rater", "value"])


def refusal(table: pd.DataFrame) -> str:
    assert table[NUMBERS].isna().all().all()
    return table["status"].item().removeprefix("not estimable: ")


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_usual_ratings_have_an_interval_around_the_estimate(coefficient):
    table = coefficient(long(PAIRS))
    assert table["status"].item() == "ok"
    assert -1 <= table["low"].item() < table["estimate"].item() < table["high"].item() <= 1


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_degenerate_ratings_are_not_estimable(coefficient):
    ratings = long(PAIRS)
    none = "no units rated by two or more"
    assert refusal(coefficient(ratings.iloc[:0])) == none
    assert refusal(coefficient(ratings[ratings["rater"].eq(0)])) == none
    assert refusal(coefficient(ratings.assign(value=np.nan))) == none
    assert refusal(coefficient(long(PAIRS[:1]))) == "fewer than 10 units rated by two or more"


@pytest.mark.parametrize("coefficient", [nominal_alpha, cohen_kappa, fleiss_kappa])
def test_equal_ratings_leave_no_agreement_to_measure(coefficient):
    assert refusal(coefficient(long([(1, 1)] * 20))) == "no variation: all ratings are equal"


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_full_agreement_has_no_interval(coefficient):
    full = coefficient(long([(1, 1)] * 12 + [(2, 2)] * 12))
    assert refusal(full) == "no disagreement to judge the uncertainty by"


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_one_disagreement_is_too_little(coefficient):
    assert refusal(coefficient(long([(1, 1)] * 12 + [(2, 2)] * 12 + [(1, 2)]))) == "one unit makes up the disagreement"


@pytest.mark.parametrize("coefficient", [nominal_alpha, cohen_kappa, fleiss_kappa])
def test_rare_values_are_too_little(coefficient):
    words = "fewer than 8 units with a rating off the most frequent value"
    assert refusal(coefficient(long([(1, 1)] * 30 + [(1, 2)] * 3))) == words


@pytest.mark.parametrize("coefficient", [nominal_alpha, cohen_kappa])
def test_opposite_raters_are_beyond_the_scale(coefficient):
    table = coefficient(long([(1, 2)] * 10 + [(2, 1)] * 10))
    assert table["status"].item() != "ok"


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_the_order_of_rows_changes_no_bit(coefficient):
    ratings = long(PAIRS)
    pd.testing.assert_frame_equal(coefficient(ratings), coefficient(ratings.iloc[::-1]), check_exact=True)


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_units_rated_alike_may_be_kept_as_one(coefficient):
    counted = pd.Series(PAIRS).value_counts()
    pattern = long(list(counted.index))
    together = coefficient(pattern.assign(count=counted.to_numpy()[pattern["unit"]]))
    columns = ["n", *NUMBERS, "effective", "df"]
    np.testing.assert_allclose(together[columns], coefficient(long(PAIRS))[columns], rtol=1e-10)


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_groups_are_estimated_by_themselves(coefficient):
    other = long(PAIRS[::-1] + [(1, 3)] * 3)
    both = pd.concat([long(PAIRS).assign(g="a"), other.assign(g="b"), other.iloc[:0].assign(g="c")])
    table = coefficient(both, by=["g"])
    alone = pd.concat([coefficient(long(PAIRS)), coefficient(other)])
    np.testing.assert_allclose(table.loc[["a", "b"], NUMBERS], alone[NUMBERS], rtol=1e-12)


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_a_rater_rates_a_unit_once(coefficient):
    with pytest.raises(ValueError, match="rated a unit twice"):
        coefficient(pd.concat([long(PAIRS), long(PAIRS).iloc[:1]]))


def test_counts_belong_to_the_unit():
    with pytest.raises(ValueError, match="count differs within a unit"):
        gwet_ac(long(PAIRS).assign(count=range(2 * len(PAIRS))))


def test_kappa_compares_two_raters():
    with pytest.raises(ValueError, match="two raters"):
        cohen_kappa(long([(1, 2, 3)] * 12))
    with pytest.raises(ValueError, match="needs the column rater"):
        cohen_kappa(long(PAIRS).drop(columns="rater"))


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_passes_may_be_truth_values_words_or_numbers(coefficient):
    passes = long([(0, 0)] * 9 + [(1, 1)] * 9 + [(0, 1)] * 4)
    number = coefficient(passes)
    for kind in (bool, str, "Int64", "category"):
        same = coefficient(passes.assign(value=passes["value"].astype(kind)))
        np.testing.assert_array_equal(same[NUMBERS], number[NUMBERS])


def test_unknown_scales_are_refused():
    words = long(PAIRS).assign(value=lambda table: table["value"].map({1: "a", 2: "b", 3: "c"}))
    for call in (lambda: gwet_ac(words, "linear"), lambda: krippendorff_alpha(words, "interval")):
        with pytest.raises(ValueError, match="numbers"):
            call()
    with pytest.raises(ValueError, match="weights must be"):
        gwet_ac(words, "cubic")
    with pytest.raises(ValueError, match="metric must be"):
        krippendorff_alpha(words, "cubic")
    with pytest.raises(ValueError, match="below 0"):
        krippendorff_alpha(long([(-1, 1)] * 12), "ratio")


def test_values_never_given_count_when_the_scale_says_so():
    ratings = long(PAIRS)
    scale = ratings.assign(value=pd.Categorical(ratings["value"], [1, 2, 3, 4]))
    assert gwet_ac(scale)["estimate"].item() > gwet_ac(ratings)["estimate"].item()
    assert list(scale_of(scale["value"])) == [1, 2, 3, 4]
    # Unused values do not enter alpha.
    np.testing.assert_allclose(nominal_alpha(scale)["estimate"], nominal_alpha(ratings)["estimate"], rtol=1e-12)


def test_weights_are_gwets():
    # By hand for three values: ordinal 1 - C(|i - j| + 1, 2) / C(3, 2)
    values = pd.Index([1, 2, 3])
    np.testing.assert_allclose(agreement_weights(values, "ordinal")[0], [1, 2 / 3, 0])
    np.testing.assert_allclose(agreement_weights(values, "linear")[0], [1, 1 / 2, 0])
    np.testing.assert_allclose(agreement_weights(values, "quadratic")[0], [1, 3 / 4, 0])
    np.testing.assert_allclose(agreement_weights(values, "identity"), np.eye(3))


def test_ordinal_distance_counts_the_ratings_between():
    # Krippendorff (2011), section D: (n1/2 + n2 + n3/2)^2 between the outer of three values
    distance = distances(pd.Index([1, 2, 3]), "ordinal", np.array([[4.0, 6, 2]]))
    np.testing.assert_allclose(distance[0, 0, 2], (2 + 6 + 1) ** 2)


def test_the_jackknife_of_a_mean_is_its_textbook_error():
    values = np.array([1.0, 4, 7, 8])
    units = Units(pd.RangeIndex(1), np.zeros(4, int), np.ones(4))
    without = (values.sum() - values) / 3
    np.testing.assert_allclose(jackknife_variance(units, without), [values.var(ddof=1) / 4])
    assert (units.size(), units.total(values)) == (4, 20)


def test_fisher_limits_are_the_textbooks():
    # Fisher (1915): artanh .5 = .5493; ± 2.776 (t, 4 df) * .1
    table = z_limits(pd.DataFrame({"estimate": [0.5], "z_error": 0.1, "df": 4.0}), 0.95)
    expected = np.tanh(0.549306144 + np.array([-1, 1]) * 0.277644511)
    np.testing.assert_allclose(table[["low", "high"]], [expected], rtol=1e-8)
    assert np.isfinite(fisher_z(np.array([-1.0, 1.0]))).all()


def test_units_off_the_mode_are_counted():
    units = rated_units(long(PAIRS))
    assert off_mode(units).tolist() == [18]
    assert few_off_mode(units)[0].tolist() == [False]
    assert units.raters.tolist() == [2.0] * len(PAIRS)


def test_single_ratings_inform_the_shares_only():
    # Gwet: p_a from units rated twice, the shares of the values from all.
    ratings = pd.concat([long(PAIRS), pd.DataFrame({"unit": [90, 91], "rater": 0, "value": [3, 3]})])
    figures = chance_corrected(rated_units(ratings), np.eye(3), lambda shares: (shares[:, 0] * 0, shares * 0))
    np.testing.assert_allclose(figures["estimate"], [21 / 27])
    assert figures["n"].item() == 27


def test_permitted_use_follows_the_lower_limit():
    low = [0.81, 0.8, 0.7, 0.667, 0.6, np.nan]
    table = pd.DataFrame({"low": low, "estimate": 0.95, "status": ["ok"] * 5 + ["none"]})
    assert permitted_use(table).tolist() == ["people", "people", "trends only", "trends only", "none", "none"]


def test_squared_differences_need_more_units_off_a_value_that_holds_most():
    ratings = long([(5, 5)] * 30 + [(5, 4)] * 3 + [(5, 3), (3, 3), (4, 4), (5, 2), (4, 3), (2, 3), (3, 3), (4, 4)])
    words = "fewer than 12 units with a rating off a value that holds most of the ratings"
    assert refusal(krippendorff_alpha(ratings, "interval")) == words
    assert refusal(krippendorff_alpha(ratings, "ratio")) == words
    assert krippendorff_alpha(ratings, "ordinal")["status"].item() == "ok"
    one_more = pd.concat([ratings, long([(3, 4)]).assign(unit="more")])
    assert krippendorff_alpha(one_more, "interval")["status"].item() == "ok"
