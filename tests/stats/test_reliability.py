"""What do figures of reliability and severity answer to gaps, few units, equal scores and wrong input?"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.agreement.cronbach import cronbach_alpha, cronbach_of_covariance, item_analysis
from analysis.stats.agreement.decision_study import lengthened, raters_needed, variance_components
from analysis.stats.agreement.intraclass import FORMS, coefficient, intraclass, spearman_brown
from analysis.stats.agreement.modified_large_sample import agreement_limits
from analysis.stats.agreement.person_rater_item import three_way_components, three_way_reliability
from analysis.stats.agreement.scores import mean_squares, scored_units
from analysis.stats.agreement.severity import pass_severity_test, rater_severity, severity_test

NUMBERS = ["estimate", "low", "high"]
GENERATOR = np.random.default_rng(7)
SCORES = np.rint(10 * GENERATOR.normal(size=(24, 1)) + 5 * GENERATOR.normal(size=(24, 3)) + [0, 3, -3])


def long(scores: object) -> pd.DataFrame:
    matrix = np.asarray(scores, float)
    unit, rater = np.indices(matrix.shape).reshape(2, -1)
    return pd.DataFrame({"unit": unit, "rater": rater, "value": matrix.ravel()})


def refusal(table: pd.DataFrame) -> str:
    assert table[NUMBERS].isna().all().all()
    return table["status"].item().removeprefix("not estimable: ")


@pytest.mark.parametrize("form", FORMS)
def test_degenerate_scores_are_not_estimable(form):
    ratings = long(SCORES)
    of = "units rated by every rater"
    assert refusal(intraclass(ratings[ratings["unit"].lt(4)], form)) == f"fewer than 5 {of}"
    assert refusal(intraclass(ratings[ratings["rater"].eq(0)], form)) == "fewer than 2 raters"
    assert refusal(intraclass(ratings.assign(value=2), form)) == "no variation: all ratings are equal"
    assert refusal(intraclass(long(SCORES[:, [0, 0]]), form)) == "no disagreement to judge the uncertainty by"
    assert refusal(intraclass(long([[1, 2, 3], [3, 1, 2]] * 4), form)) == "the units do not differ"
    assert "no " in refusal(intraclass(ratings.iloc[:0], form))


def test_concentrated_scores_need_the_jackknife():
    # 35 of 72 answers are a five
    answers = long(np.where(SCORES > 0, 5, 1 + np.abs(SCORES) % 4))
    answers["value"] = answers["value"].where(answers["value"].ne(4), 5)
    assert "use the jackknife" in refusal(intraclass(answers, "ICC3k"))


def test_the_jackknife_needs_units_off_the_mode():
    rare = np.ones((40, 2))
    rare[:3, 0] = 2
    assert refusal(intraclass(long(rare), "ICC3", interval="jackknife")).startswith("fewer than 20 units off")


def test_the_jackknife_is_near_f_for_normal_scores():
    both = [intraclass(long(SCORES), "ICC3", interval=interval)[NUMBERS].to_numpy() for interval in ("f", "jackknife")]
    np.testing.assert_allclose(both[0][0, 0], both[1][0, 0], rtol=1e-12)
    np.testing.assert_allclose(both[0], both[1], atol=0.15)


def test_units_not_rated_by_all_are_left_out():
    ratings = long(SCORES)
    ratings.loc[0, "value"] = np.nan
    table = intraclass(ratings, "ICC2")
    assert (table["n"].item(), table["left_out"].item()) == (23, 1)
    np.testing.assert_allclose(table[NUMBERS], intraclass(long(SCORES[1:]), "ICC2")[NUMBERS], rtol=1e-12)


def test_different_raters_on_unequal_units_are_one_way():
    ratings = long(SCORES).drop(index=[0, 5]).drop(columns="rater")
    squares = mean_squares(scored_units(ratings).total(scored_units(ratings).features())).iloc[0]
    f = stats.f_oneway(*[part.to_numpy() for _, part in ratings.groupby("unit")["value"]])
    np.testing.assert_allclose(intraclass(ratings, "ICC1")["f"], [f.statistic], rtol=1e-10)
    # Searle (1987): k0 = (N - sum of k^2 / N) / (n - 1)
    np.testing.assert_allclose(squares["k"], (70 - (22 * 9 + 2 * 4) / 70) / 23)


def test_groups_counts_and_order_change_nothing():
    ratings = long(SCORES)
    alone = intraclass(ratings, "ICC2")
    twice = pd.concat([ratings.assign(g="a"), ratings.iloc[::-1].assign(g="b")])
    for group in "ab":
        same = intraclass(twice, "ICC2", ["g"]).loc[[group], NUMBERS]
        np.testing.assert_array_equal(same, alone[NUMBERS])
    doubled = pd.concat([ratings, ratings.assign(unit=ratings["unit"] + 100)])
    counted = intraclass(ratings.assign(count=2), "ICC3", interval="jackknife")
    np.testing.assert_allclose(counted[NUMBERS], intraclass(doubled, "ICC3", interval="jackknife")[NUMBERS], rtol=1e-9)


def test_wrong_requests_are_refused():
    ratings = long(SCORES)
    for call, words in (
        (lambda: intraclass(ratings, "ICC4"), "form must be"),
        (lambda: intraclass(ratings.drop(columns="rater"), "ICC3"), "needs the column rater"),
        (lambda: intraclass(ratings, "ICC2", interval="jackknife"), "sample"),
        (lambda: intraclass(ratings, "ICC2", interval="wald"), "interval one of"),
        (lambda: cronbach_alpha(ratings[["unit", "rater"]], interval="shrout-fleiss"), "Feldt"),
        (lambda: intraclass(ratings.assign(count=ratings["rater"]), "ICC3"), "count differs"),
    ):
        with pytest.raises(ValueError, match=words):
            call()


def test_modified_large_sample_limits_without_rater_variance_are_near_f():
    # With R = E the two-way random model has no severity: ICC2 = ICC3, whose F interval is exact.
    squares = pd.DataFrame({"n": [200.0], "k": 10.0, "between": 11.0, "raters": 1.0, "residual": 1.0})
    low, high = agreement_limits(squares, 0.975)
    f = 11 / stats.f.ppf([0.975, 0.025], 199, 199 * 9)
    np.testing.assert_allclose([low[0], high[0]], (f - 1) / (f + 9), atol=0.02)
    assert low[0] < coefficient(squares, "ICC2")[0] < high[0]


def test_limits_of_ICC2_end_with_the_scale():
    squares = pd.DataFrame({"n": [20.0, 20], "k": 3.0, "between": [1.1, 0.2], "raters": 1.0, "residual": 1.0})
    low, high = agreement_limits(squares, 0.975)
    np.testing.assert_allclose(low, [-0.5, -0.5])
    assert high[0] > 0 == round(high[1], 12)


def test_many_units_and_few_raters_get_wider_limits():
    # Three raters far apart: what another three would say is nearly unknown, whatever the number of units.
    apart, near = (intraclass(long(SCORES + shift), "ICC2") for shift in ([0, 20, -20], [0, -3, 3]))
    assert 0 < apart["low"].item() < 0.02
    assert near["low"].item() > 0.2


def test_alpha_names_gaps_and_refuses_what_has_none():
    answers = pd.DataFrame(SCORES, columns=list("abc"))
    gap = answers.copy()
    gap.loc[0, "a"] = np.nan
    assert cronbach_alpha(gap)[["n", "items", "left_out"]].to_numpy().tolist() == [[23, 3, 1]]
    assert refusal(cronbach_alpha(answers[["a"]])) == "fewer than 2 items"
    for few in (3, 1):
        assert refusal(cronbach_alpha(answers.iloc[:few])) == "fewer than 5 complete respondents"
    assert refusal(cronbach_alpha(answers[["a"]].iloc[:0])) == "no complete respondents"
    equal = cronbach_of_covariance(answers.assign(a=1, b=1, c=1).cov(), 24)
    assert refusal(equal) == "the sum of the items does not vary"
    assert refusal(cronbach_of_covariance(answers[["a", "a"]].cov(), 24)).startswith("no disagreement")
    with pytest.raises(ValueError, match="square"):
        cronbach_of_covariance(answers, 24)


def test_reversed_and_constant_items_are_named():
    answers = pd.DataFrame(SCORES, columns=list("abc")).assign(d=-SCORES[:, 0] + SCORES[:, 1] / 3, e=4.0)
    table = item_analysis(answers)
    assert table["reversed"].tolist() == [False, False, False, True, False]
    assert table.loc["e", "status"] == "not estimable: the item does not vary"
    assert table.loc["d", "alpha_if_dropped"] > table.loc["a", "alpha_if_dropped"]
    for few in (2, 1, 0):
        assert item_analysis(answers.iloc[:few])["status"].str.contains("fewer than 5").all()


def test_components_need_two_raters_and_variation():
    ratings = long(SCORES)
    assert variance_components(ratings[ratings["rater"].eq(0)])["status"].str.contains("fewer than 2 raters").all()
    equal = variance_components(ratings.assign(value=1))
    assert equal["status"].str.contains("no variation").all()
    assert equal[["variance", "share"]].isna().all().all()
    np.testing.assert_allclose(variance_components(ratings)["share"].sum(), 1)


def test_plans_need_a_single_rater_and_a_sane_target():
    single, mean = intraclass(long(SCORES), "ICC3"), intraclass(long(SCORES), "ICC3k")
    for call, words in (
        (lambda: lengthened(mean, 3), "single rater"),
        (lambda: raters_needed(mean, 0.8), "single rater"),
        (lambda: lengthened(single, 0), "positive whole"),
        (lambda: raters_needed(single, 1.0), "between 0 and 1"),
    ):
        with pytest.raises(ValueError, match=words):
            call()


def test_a_reliability_that_may_be_0_gives_no_number_of_raters():
    noise = np.random.default_rng(1).normal(size=(12, 3)).round(2)
    assert "may be 0" in refusal(raters_needed(intraclass(long(noise), "ICC3"), 0.8))
    refused = intraclass(long(SCORES[:3]), "ICC3")
    assert refusal(raters_needed(refused, 0.8)) == refusal(lengthened(refused, 2)) == refusal(refused)


def test_the_number_of_raters_reaches_the_target():
    single = intraclass(long(SCORES), "ICC1")
    number = int(raters_needed(single, 0.9)["high"].item())
    assert lengthened(single, number)["low"].item() >= 0.9 > lengthened(single, number - 1)["low"].item()
    assert np.isnan(spearman_brown(np.array([-0.9]), 3)).all()


def cube(scores: np.ndarray) -> pd.DataFrame:
    person, rater, item = np.indices(scores.shape).reshape(3, -1)
    return pd.DataFrame({"person": person, "rater": rater, "item": item, "value": scores.ravel()})


def test_three_way_designs_answer_to_degenerate_scores():
    scores = SCORES[:, :2, None] + np.arange(3) + np.random.default_rng(2).normal(size=(24, 2, 3)).round(2)
    table = three_way_reliability(cube(scores), 2, 3)
    assert table["low"].item() < table["estimate"].item() < table["high"].item() < 1
    assert refusal(three_way_reliability(cube(scores[:5]), 2, 3)) == "fewer than 10 persons with all ratings"
    assert refusal(three_way_reliability(cube(scores[:, :1]), 2, 3)) == "fewer than 2 raters or items"
    assert refusal(three_way_reliability(cube(scores * 0), 2, 3)) == "no variation: all ratings are equal"
    assert three_way_components(cube(scores[:, :1]))["status"].str.contains("fewer than 2").all()
    assert three_way_components(cube(scores * 0))["status"].str.contains("no variation").all()


def test_three_way_designs_refuse_repeats_and_fractions():
    scores = cube(np.ones((12, 2, 2)))
    with pytest.raises(ValueError, match="twice"):
        three_way_components(pd.concat([scores, scores]))
    with pytest.raises(ValueError, match="positive whole"):
        three_way_reliability(scores, 0, 2)


def sums(scores: np.ndarray) -> pd.DataFrame:
    table = long(scores).rename(columns={"unit": "cell", "value": "total"})
    return table.assign(n=1, total_of_squares=table["total"] ** 2)


def test_severity_needs_common_cells():
    table = sums(SCORES[:4])
    alone = table.assign(cell=table["cell"] + 100 * table["rater"])
    assert rater_severity(alone)["status"].str.startswith("not estimable").all()
    assert severity_test(alone)["status"].item().startswith("not estimable")
    assert rater_severity(table[table["rater"].eq(0)])["status"].str.startswith("not estimable").all()
    assert pass_severity_test(alone.assign(total=1))["status"].item().startswith("not estimable")


def test_severity_speaks_of_raters_and_cells():
    additive = sums(np.arange(6)[:, None] + np.array([0, 2, 5]))
    words = "not estimable: no variation of scores within raters and cells"
    assert rater_severity(additive)["status"].eq(words).all()
    assert severity_test(additive)["status"].item() == words


def test_severity_weighs_the_others_by_their_ratings():
    # One cell, means 1, 2 and 5 over 1, 3 and 2 ratings: rater 0 against (3 * 2 + 2 * 5) / 5
    rows = {"rater": [0, 1, 2], "cell": 0, "n": [1, 3, 2], "total": [1, 6, 10], "total_of_squares": [1, 14, 52]}
    np.testing.assert_allclose(rater_severity(pd.DataFrame(rows))["estimate"], [1 - 16 / 5, 2 - 11 / 3, 5 - 7 / 4])


def test_pass_severity_is_cochrans_q():
    # Cochran's Q of three raters on the same cases: (k-1)(k sum C^2 - N^2)/(k N - sum R^2)
    passes = (SCORES > 0).astype(float)
    column, row = passes.sum(axis=0), passes.sum(axis=1)
    q = 2 * (3 * (column**2).sum() - passes.sum() ** 2) / (3 * passes.sum() - (row**2).sum())
    np.testing.assert_allclose(pass_severity_test(sums(passes))[["statistic", "df"]], [[q, 2]], rtol=1e-10)
    with pytest.raises(ValueError, match="total exceeds n"):
        pass_severity_test(sums(SCORES.clip(0)))
