"""Do effects of persons, their spread and their shrinkage agree with R and with published tables?

R 4.2.2, metafor, MASS. Relative error 1e-8 for closed forms, 1e-5 for iterated ones.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.people.case_mix import case_mix, components
from analysis.stats.people.elimination import with_cells_eliminated, with_persons_eliminated
from analysis.stats.people.expected_counts import gamma_law, shrunken_rates
from analysis.stats.people.flags import FlagRule, Simulation, flagged_by_luck
from analysis.stats.people.heterogeneity import between_variance, q_root, tau_squared, weighted
from analysis.stats.people.posterior import mixture_quantile, posterior
from analysis.stats.people.rate_posterior import fitted_law, rate_posterior
from analysis.stats.people.shrinkage import reliability, shrunken_effects
from analysis.stats.people.two_way import person_effects, person_f_test, two_way

CLOSED, ITERATED = 1e-8, 1e-5
# warpbreaks[6:54, ]: tension, wool, cases, sum and sum of squares of breaks
BREAKS = [("L", "A", 4, 196, 10470), ("L", "B", 9, 254, 7946), ("M", "A", 9, 216, 5784), ("M", "B", 9, 259, 8165),
          ("H", "A", 9, 221, 6271), ("H", "B", 9, 169, 3365)]
SCORES = ["person", "cell", "n", "total", "total_of_squares"]
# persons a-d over cells k, l, m; e and f share x, y with none of them
SMALL = [("a", "k", 2, 9, 41), ("a", "l", 1, 3, 9), ("b", "k", 1, 2, 4), ("b", "l", 1, 4, 16), ("b", "m", 1, 5, 25),
         ("c", "l", 1, 1, 1), ("c", "m", 3, 10, 38), ("d", "m", 1, 4, 16), ("d", "k", 1, 4, 16)]
APART = [("e", "x", 1, 5, 25), ("e", "y", 1, 3, 9), ("f", "x", 2, 3, 5), ("f", "y", 1, 1, 1)]
# escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
BCG = [-0.889311333920205, -1.58538865720143, -1.34807314829969, -1.44155119002131, -0.217547322211296,
       -0.786115585818864, -1.62089822359839, 0.0119523335238405, -0.469417648738149, -1.37134480347278,
       -0.339358828338391, 0.445913400571379, -0.0173139482168798]
BCG_VARIANCE = [0.325584765003961, 0.194581121398144, 0.415367965367965, 0.0200100319022476, 0.0512101721696309,
                0.00690561845590876, 0.223017247572315, 0.00396157929781773, 0.056434210463249, 0.0730247936130289,
                0.0124122139715597, 0.532505845200153, 0.0714046596839863]
BCG_PM, BCG_DL = 0.3180684522050239, 0.3087602628623762
# Rubin (1981), eight schools
SCHOOLS, SCHOOLS_ERROR = [28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18]
# Scottish lip cancer (Clayton and Kaldor 1987, table 1): observed and expected cases of 56 counties, as in the
# example of GeoBUGS
OBSERVED = [9, 39, 11, 9, 15, 8, 26, 7, 6, 20, 13, 5, 3, 8, 17, 9, 2, 7, 9, 7, 16, 31, 11, 7, 19, 15, 7, 10, 16, 11, 5,
            3, 7, 8, 11, 9, 11, 8, 6, 4, 10, 8, 2, 6, 19, 3, 2, 3, 28, 6, 1, 1, 1, 1, 0, 0]
EXPECTED = [1.4, 8.7, 3.0, 2.5, 4.3, 2.4, 8.1, 2.3, 2.0, 6.6, 4.4, 1.8, 1.1, 3.3, 7.8, 4.6, 1.1, 4.2, 5.5, 4.4, 10.5,
            22.7, 8.8, 5.6, 15.5, 12.5, 6.0, 9.0, 14.4, 10.2, 4.8, 2.9, 7.0, 8.5, 12.3, 10.1, 12.7, 9.4, 7.2, 5.3, 18.8,
            15.8, 4.3, 14.6, 50.7, 8.2, 5.6, 9.3, 88.7, 19.6, 3.4, 3.6, 5.7, 7.0, 4.2, 1.8]


def close(actual: object, expected: object, tolerance: float = CLOSED) -> None:
    np.testing.assert_allclose(np.asarray(actual, float), np.asarray(expected, float), rtol=tolerance)


def scores(rows: list[tuple]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=SCORES)


def effects(estimate: object, variance: object) -> pd.DataFrame:
    return pd.DataFrame({"n": 1, "estimate": np.asarray(estimate, float), "sampling_variance": variance})


def test_effects_of_more_persons_than_cells_are_lm():
    # m <- lm(y ~ 0 + person + cell); C <- diag(3) - 1 %*% t(n / sum(n)); C %*% coef; sqrt(diag(C %*% vcov %*% t(C)))
    table = person_effects(two_way(scores(BREAKS))).loc[["L", "M", "H"]]
    close(table["estimate"], [8.5234093637455004, -0.7167867146858722, -5.4390089369081007])
    close(table["std_error"], [2.571615716977065, 2.004528057766387, 2.004528057766387])
    close(table["low"], [3.343909433282746, -4.754113468939893, -9.476335691162122])
    close(table["high"], [13.702909294208254, 3.320540039568149, -1.401682182654080])
    close(table["residual_variance"], 3 * [113.6074437182281])


def test_effects_of_more_cells_than_persons_are_lm():
    # the same with wool as person and tension as cell
    swapped = scores(BREAKS).rename(columns={"person": "cell", "cell": "person"})
    table = person_effects(two_way(swapped))
    close(table["estimate"], [2.904561824729882, -2.366680005335459])
    close(table["std_error"], [1.711973503791932, 1.394941373460093])
    # x <- anova(lm(y ~ cell), lm(y ~ cell + person)); x$F[2]; x$`Pr(>F)`[2]
    close(person_f_test(two_way(swapped))[["statistic", "p"]], [[2.878506221348687, 0.09667719182325282]])


def test_f_test_is_anova():
    # x <- anova(lm(y ~ cell), lm(y ~ cell + person)); x$F[2]; x$Df[2]; x$Res.Df[2]; x$`Pr(>F)`[2]
    test = person_f_test(two_way(scores(BREAKS)))
    close(test[["statistic", "df_between", "df", "p"]], [[6.375963611247601, 2, 45, 0.003647839534140939]])


def test_effects_in_the_biggest_component_are_lm():
    # lm(y ~ 0 + person + cell) on persons a-d, and its anova
    fit = two_way(scores(SMALL))
    expected = [1.1005747126436791, 0.3173234811165846, -1.1999178981937606, 0.2729885057471257]
    close(person_effects(fit)["estimate"], expected)
    errors = [0.7763028608591609, 0.6560956658130395, 0.6486458384966394, 0.8707282665518965]
    close(person_effects(fit)["std_error"], errors)
    close(person_f_test(fit)[["statistic", "p"]], [[1.196100323624596, 0.388077998332673]])


def test_components_share_the_residual_variance_of_lm():
    # on all persons: summary(lm(y ~ cell + person))$sigma^2, which drops one aliased column; its anova
    fit = two_way(scores(SMALL + APART))
    close(person_effects(fit)["residual_variance"], 6 * [1.411330049261084])
    close(person_f_test(fit)[["statistic", "df_between", "df", "p"]], [[2.762056428155902, 4, 8, 0.1032968115422405]])
    expected = [1.1005747126436791, 0.3173234811165846, -1.1999178981937606, 0.2729885057471257]
    close(person_effects(fit)["estimate"].dropna(), expected)


@pytest.mark.parametrize("solve", [with_persons_eliminated, with_cells_eliminated])
def test_either_side_can_be_eliminated(solve):
    # C %*% coef and diag(C %*% vcov %*% t(C)) / sigma^2 + 1 / 12, of lm as above
    mix = case_mix(scores(SMALL))
    person, spread = solve(mix, components(mix))
    centred = person - np.average(person, weights=[3, 3, 4, 2])
    close(centred, [1.1005747126436791, 0.3173234811165846, -1.1999178981937606, 0.2729885057471257])
    errors = np.array([0.7763028608591609, 0.6560956658130395, 0.6486458384966394, 0.8707282665518965])
    close(spread, errors**2 / 1.691297208538588 + 1 / 12)


def test_two_by_two_by_hand():
    # a: 4, 6 in k and 7 in l; b: 1 in k and 2, 4 in l. Both cells differ by 4 (weights 2/3 each), so a, b = ±2. Left
    # over: 2 + 2 on 6 - 2 - 2 + 1 = 3 degrees of freedom, s^2 = 4/3; var(a - b) = s^2 / (4/3) = 1, of a: 1/4.
    # F = 4^2 * (4/3) / s^2 = 16.
    table = scores([("a", "k", 2, 10, 52), ("a", "l", 1, 7, 49), ("b", "k", 1, 1, 1), ("b", "l", 2, 6, 20)])
    fit = two_way(table)
    close(person_effects(fit)[["estimate", "std_error"]], [[2, 0.5], [-2, 0.5]])
    close(person_f_test(fit)[["statistic", "df_between", "df"]], [[16, 1, 3]])


@pytest.mark.parametrize(("method", "tau2", "mean", "error"), [
    ("PM", BCG_PM, -0.7149681534934441, 0.1808921915376235), ("DL", BCG_DL, -0.7141172220732269, 0.1787420895354031),
])
def test_between_variance_is_metafor(method, tau2, mean, error):
    # m <- rma(yi, vi, method = "PM"); m$tau2; m$beta; m$se; m$QE; m$QEp; confint(m)$random[1, ]
    table = between_variance(effects(BCG, BCG_VARIANCE), method).iloc[0]
    close(table[["estimate", "mean", "mean_std_error"]], [tau2, mean, error])
    close(table[["low", "high"]], [0.1197183611412607, 1.1114790840609292], ITERATED)
    close(table[["q", "p"]], [152.2330080823733, 1.996764590845974e-26])


def test_the_arrays_beneath_are_metafor():
    y, v = np.array(BCG), np.array(BCG_VARIANCE)
    close(tau_squared(y, v, "DL"), BCG_DL)
    close(q_root(y, v, stats.chi2.ppf(0.975, 12)), 0.1197183611412607)
    close(weighted(y, v, BCG_PM)[0], -0.7149681534934441)
    close(weighted(y, v, BCG_PM)[1], 0.1808921915376235**-2)


@pytest.mark.parametrize(("method", "first", "fourth", "eighth"), [
    ("PM", -0.801121790371540, -1.398546531564717, 0.003009834778962311),
    ("DL", -0.799390973185866, -1.397277187359840, 0.002754440276730503),
])
def test_shrunken_effects_are_metafor(method, first, fourth, eighth):
    # blup(rma(yi, vi, method = "PM"))$pred
    table = shrunken_effects(effects(BCG, BCG_VARIANCE), method)
    close(table["estimate"].iloc[[0, 3, 7]], [first, fourth, eighth])


def test_reliability_is_metafor():
    # with(rma(yi, vi, method = "PM"), tau2 / (tau2 + vi)), by hand for the first and the eighth
    expected = [1 / (1 + 0.325584765003961 / BCG_PM), 1 / (1 + 0.00396157929781773 / BCG_PM)]
    close(reliability(np.array(BCG_VARIANCE), BCG_PM)[[0, 7]], expected)
    close(shrunken_effects(effects(BCG, BCG_VARIANCE))["reliability"].iloc[[0, 7]], expected)


def test_limits_integrate_over_the_spread():
    # R: integrate() over u = log tau^2 of exp(loglik_REML + u) pnorm(x, mu + R (y - mu), sqrt(v R + (1 - R)^2 / sum w))
    # unit by unit of u from -30 to 30, rel.tol = 1e-12; uniroot at .025 and .975; and of pnorm for theta - mu below 0
    table = shrunken_effects(effects(BCG, BCG_VARIANCE)).iloc[[0, 3, 6]]
    expected = [[-1.69567321671285, 0.0461905708556251, 0.583326741347484],
                [-1.68050452844311, -1.13254957451174, 0.994293150086797],
                [-2.13141416587867, -0.541182436226944, 0.922624767782084]]
    close(table[["low", "high", "probability_below"]], expected, ITERATED)


def test_posterior_of_eight_schools_is_the_integral():
    # the same integral, schools A, C and G; here the estimate of tau^2 is 0
    known = posterior(np.array(SCHOOLS, float), np.array(SCHOOLS_ERROR, float) ** 2)
    close(known.quantile(0.025)[[0, 2, 6]], [-2.94375175506875, -17.2312470889633, -1.54700580529498], ITERATED)
    close(known.quantile(0.975)[[0, 2, 6]], [38.4287298376878, 23.1120096083025, 29.6872381804908], ITERATED)
    close(known.probability_below_mean()[[0, 2, 6]], [0.25756853805384, 0.633471913037906, 0.28560136529849], ITERATED)
    close(known.below(known.quantile(0.975)), 8 * [0.975])
    assert tau_squared(np.array(SCHOOLS, float), np.array(SCHOOLS_ERROR, float) ** 2) == 0


def test_five_persons_integrate_too():
    # the same integral; rma(method = "PM")$tau2; blup()
    table = shrunken_effects(effects([1.2, -0.4, 0.3, 2.5, -1.1], [0.2, 0.1, 0.5, 0.05, 0.3])).iloc[[0, 3]]
    expected = [[1.1353322482370407, 0.3085930133672748, 2.0320310631560021, 0.2924027303762738],
                [2.4479989809495257, 2.03618208889122787, 2.91404153185624759, 0.08201652027113197]]
    close(table[["estimate", "low", "high", "probability_below"]], expected, ITERATED)


def test_baseball_of_efron_and_morris():
    # Efron and Morris (1977) Sci Am 236(5):119-127: hits of 45, grand mean .265, shrinking factor
    # c = 1 - (k - 3) s^2 / sum of squares = .212; Paule-Mandel replaces k - 3 by k - 1 where variances are equal.
    hits = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
    average = hits / 45
    error = average.mean() * (1 - average.mean()) / 45
    share = shrunken_effects(effects(average, np.full(18, error)))["reliability"].to_numpy()
    np.testing.assert_allclose(1 - (1 - share) * 15 / 17, 0.212, atol=5e-4)


def test_gamma_law_is_glm_nb():
    # f <- glm.nb(O ~ offset(log(E)), control = glm.control(epsilon = 1e-15)); exp(coef(f)); f$theta
    counts = pd.DataFrame({"count": OBSERVED, "expected": EXPECTED})
    law = gamma_law(counts)
    close([law.mean, law.shape], [1.422060012309185, 1.879489974274188], ITERATED)
    order = np.argsort(EXPECTED)
    arrays = fitted_law(np.array(OBSERVED, float)[order], np.array(EXPECTED)[order])
    close([arrays.mean, arrays.shape], [1.422060012309185, 1.879489974274188], ITERATED)


def test_shrunken_rates_of_lip_cancer():
    # (O + f$theta) / (E + f$theta / exp(coef(f))); limits: sums over a 251 x 241 grid of log m and log phi (times phi)
    # of prod(dnbinom(O, size = 1 / phi, mu = m E)) pgamma(x, O + 1 / phi, E + 1 / (phi m)); counties 1, 17, 49, 56
    table = shrunken_rates(pd.DataFrame({"count": OBSERVED, "expected": EXPECTED})).iloc[[0, 16, 48, 55]]
    close(table["estimate"], [3.9973624462864352, 1.6019914245060076, 0.3319144260162527, 0.6020789201338461], ITERATED)
    expected = [[1.9829938260624973, 7.086575070995767, 0.002759138109655594],
                [0.4116388793639908, 3.6490358443743740, 0.4806544999508077],
                [0.2228630257915252, 0.4603901478450526, 0.9999999999999912],
                [0.0460183807358073, 1.7027679377336567, 0.9479173291770771]]
    close(table[["low", "high", "probability_below"]], expected, ITERATED)


def test_rate_posterior_is_the_grid():
    # the same grid
    events, expected = np.array(OBSERVED, float), np.array(EXPECTED)
    known = rate_posterior(events, expected, fitted_law(events, expected))
    close(known.quantile(0.025)[[0, 55]], [1.9829938260624973, 0.0460183807358073], ITERATED)
    close(known.below(known.quantile(0.3)), np.full(56, 0.3))
    close(known.probability_below_mean()[[0, 16]], [0.002759138109655594, 0.4806544999508077], ITERATED)


def test_quantile_of_a_mixture_is_uniroot():
    # uniroot(function(x) .3 * pnorm(x, 0, 1) + .7 * pnorm(x, 4, 2) - .5, c(-10, 20), tol = 1e-14)$root
    weight, centre, scale = (np.array(part)[:, None] for part in ([0.3, 0.7], [0.0, 4.0], [1.0, 2.0]))

    def law(value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        z = (value - centre) / scale
        return (weight * stats.norm.cdf(z)).sum(axis=0), (weight * stats.norm.pdf(z) / scale).sum(axis=0)

    close(mixture_quantile(0.5, law, np.array([[0.0], [4.0]]), weight), [2.873221617348209])


@pytest.mark.parametrize(("rule", "share"), [
    (FlagRule(f_test_p=0.05, reliability=0, probability=0, newest_p=2), 0.05),
    # tau^2 > 0 exactly where F > 1: pf(1, 9, 100, lower.tail = FALSE)
    (FlagRule(f_test_p=2, reliability=0, probability=0, newest_p=2), 0.4451988259910619),
])
def test_flags_by_luck_with_open_thresholds_are_the_f_distribution(rule: FlagRule, share: float):
    table = effects(np.zeros(10), np.geomspace(0.01, 0.1, 10)).assign(df=100, status="ok")
    row = flagged_by_luck(table, table, rule, Simulation(runs=20_000)).iloc[0]
    assert row["low"] <= 10 * share <= row["high"]
    assert row["high"] - row["low"] < 0.4
