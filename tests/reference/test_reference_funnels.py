"""Do funnels agree with the formulas of Spiegelhalter (2005) as R computes them?

R 4.2.2. Relative error 1e-8.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.charts.funnel import EXACT, funnel_curve, rate_funnel, share_funnel
from analysis.stats.charts.limits import FunnelLaw, funnel_limits
from analysis.stats.charts.outliers import FunnelDesign
from analysis.stats.charts.overdispersion import additive_variance, winsorised_dispersion
from analysis.stats.charts.predictive import predictive_p

TOLERANCE = 1e-8
# Deaths after open heart surgery under one year of age, 1991-1995, Hospital Episode Statistics, twelve centres from
# Bristol on: Spiegelhalter DJ et al. (2002) J R Stat Soc A 165:191-231; Spiegelhalter (2019) The Art of Statistics
DEATHS = [41, 25, 24, 23, 25, 42, 24, 53, 26, 25, 58, 31]
OPERATIONS = [143, 187, 323, 122, 164, 405, 239, 482, 195, 177, 581, 301]
CENTRE = 397 / 3319
BRISTOL = pd.DataFrame({"count": DEATHS, "n": OPERATIONS})


def close(actual: object, expected: object, rtol: float = TOLERANCE) -> None:
    np.testing.assert_allclose(np.asarray(actual, float), np.asarray(expected, float), rtol=rtol)


def naive_z() -> np.ndarray:
    return (BRISTOL["count"] / BRISTOL["n"] - CENTRE).to_numpy() / np.sqrt(CENTRE * (1 - CENTRE) / BRISTOL["n"])


def test_overdispersion_is_r():
    # q <- quantile(z, c(.1, .9)); phi <- mean(pmin(pmax(z, q[1]), q[2])^2)
    # w <- 1/v; max(0, (12 * phi - 11) / (sum(w) - sum(w^2)/sum(w)))
    phi = winsorised_dispersion(naive_z())
    close(phi, 1.689290495679794724)
    close(additive_variance(phi, CENTRE * (1 - CENTRE) / BRISTOL["n"]), 0.000328543483271326)


def test_exact_funnel_of_shares_is_r():
    # r <- qbinom(q, n, c); (r - (pbinom(r, n, c) - q) / dbinom(r, n, c)) / n
    # 2 * pmin(pbinom(d, n, c), pbinom(d - 1, n, c, lower.tail = FALSE)), p.adjust(, "holm")
    funnel = share_funnel(BRISTOL)
    close(funnel[["centre", "z"]].iloc[0], [0.119614341669177, 6.157630433345793])
    close(funnel["limit_low_95"].iloc[[0, 10]], [0.0652789218564793, 0.0930105782577953])
    close(funnel["limit_high_95"].iloc[[0, 10]], [0.171991073076773, 0.145775849309913])
    close(funnel["limit_low_998"].iloc[[0, 10]], [0.0404849275337611, 0.0791326341574768])
    close(funnel["limit_high_998"].iloc[[0, 10]], [0.207317121363210, 0.162167444197045])
    close(funnel["p"].iloc[[0, 2, 3]], [1.24753412415912e-07, 1.06681975407278e-02, 3.59384650384294e-02])
    close(funnel["p_holm"].iloc[[0, 2, 3]], [1.49704094899095e-06, 1.17350172948006e-01, 3.59384650384294e-01])


def test_multiplicative_funnel_is_r():
    # c + qnorm(q) * sqrt(phi * v); 2 * pnorm(-abs(z) / sqrt(phi))
    funnel = share_funnel(BRISTOL, FunnelDesign("multiplicative"))
    close(funnel["limit_low_998"].iloc[[0, 10]], [0.0106201422390652, 0.0655409839322450])
    close(funnel["limit_high_998"].iloc[[0, 10]], [0.22860854109929, 0.17368769940611])
    close(funnel["p"].iloc[[0, 2]], [2.16228530163106e-06, 5.35150896017405e-02])


def test_additive_funnel_is_r():
    # c + qnorm(q) * sqrt(v + tau2); p.adjust(2 * pnorm(-abs((y - c) / sqrt(v + tau2))), "holm")
    funnel = share_funnel(BRISTOL, FunnelDesign("additive"))
    close(funnel["limit_low_998"].iloc[[0, 10]], [0.0187688192602235, 0.0498411426253804])
    close(funnel["limit_high_998"].iloc[[0, 10]], [0.220459864078131, 0.189387540712975])
    close(funnel["p_holm"].iloc[[0, 3]], [3.65766930880272e-06, 5.05067720121689e-01])


@pytest.mark.parametrize("limits", ["exact", "multiplicative", "additive"])
def test_only_bristol_stands_out(limits: str):
    # the verdict of the inquiry's statisticians: Aylin P et al. (2001) Lancet 358:181-187
    assert np.flatnonzero(share_funnel(BRISTOL, FunnelDesign(limits))["flagged"]).tolist() == [0]
    assert np.flatnonzero(rate_funnel(BRISTOL.assign(exposure=OPERATIONS))["flagged"]).tolist() == [0]


def test_exact_funnel_of_rates_is_r():
    # 2 * pmin(ppois(d, c * n), ppois(d - 1, c * n, lower.tail = FALSE)); limits with qpois, ppois, dpois
    funnel = rate_funnel(BRISTOL.assign(exposure=OPERATIONS), EXACT)
    close(funnel["p"].iloc[[0, 2]], [1.34489171411407e-06, 1.59242744658339e-02])
    close(funnel["limit_high_998"].iloc[0], 0.21517113468041)


def test_gamma_poisson_limits_are_r():
    # mu <- c * n; r <- qnbinom(q, size = mu/1.5, prob = .4); (r - (pnbinom(r, ...) - q) / dnbinom(r, ...)) / n
    limits = funnel_limits([143, 581], FunnelLaw("rate", "gamma-Poisson", CENTRE, 2.5))
    close(limits["limit_low_998"], [0.0141087836508799, 0.0583828832638648])
    close(limits["limit_high_998"], [0.297658377086946, 0.198738320118342])


def test_curve_is_r():
    # as the exact limits above, at 143 and 581 operations
    curve = funnel_curve(share_funnel(BRISTOL), [581, 143], EXACT)
    close(curve["limit_high_998"], [0.162167444197045, 0.207317121363210])
    close(curve["centre"], [0.119614341669177] * 2)


def test_predictive_p_of_many_units_is_r():
    # With 400 others at the quantiles of the gamma-Poisson law of mean 20, variance 60, little is left to learn:
    # 2 * pnbinom(c(40, 50) - 1, size = 10, prob = 1/3, lower.tail = FALSE), up to that little
    others = stats.nbinom.ppf((np.arange(400) + 0.5) / 400, 10, 1 / 3)
    p = predictive_p(np.append(others, [40, 50]), np.ones(402), np.arange(402) < 400)
    close(p[400:], [0.03170827226202255, 0.00299955332714298], rtol=0.1)


def test_predictive_p_of_a_known_poisson_rate_is_r():
    # 399 units closer to their rate than chance, so dispersion near 1:
    # 2 * ppois(32, 20, lower.tail = FALSE), 2 * ppois(9, 20)
    count = np.append(np.tile([19.0, 20.0, 21.0], 133), [33, 9])
    p = predictive_p(count, np.ones(401), np.arange(401) < 399, target=20.0)
    close(p[399:], [0.00945485108, 0.00999082462], rtol=0.1)
