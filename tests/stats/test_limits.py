"""Do the curves of a funnel narrow with size and stay within what a figure can be?"""

import numpy as np
import pytest

from analysis.stats.charts.limits import LIMIT_COLUMNS, FunnelLaw, funnel_limits

LAWS = [
    FunnelLaw("share", "exact", 0.1),
    FunnelLaw("share", "multiplicative", 0.1, dispersion=3),
    FunnelLaw("share", "additive", 0.9, between=0.01),
    FunnelLaw("rate", "exact", 0.1),
    FunnelLaw("rate", "gamma-Poisson", 0.1, dispersion=3),
]


@pytest.mark.parametrize("law", LAWS)
def test_limits_surround_the_centre_and_narrow_with_size(law: FunnelLaw):
    limits = funnel_limits([50, 200, 1000], law)
    outer, inner = limits.eval("limit_high_998 - limit_low_998"), limits.eval("limit_high_95 - limit_low_95")
    assert (outer > inner).all()
    assert (inner.diff().dropna() < 0).all()
    assert (limits["limit_low_95"].lt(law.centre) & limits["limit_high_95"].gt(law.centre)).all()


@pytest.mark.parametrize("law", LAWS)
def test_limits_of_tiny_units_stay_in_the_domain(law: FunnelLaw):
    limits = funnel_limits(1, law)
    assert limits[list(LIMIT_COLUMNS)].ge(0).all(axis=None)
    assert law.kind == "rate" or limits.le(1).all(axis=None)


def test_dispersion_one_is_poisson():
    plain, bursty = (funnel_limits(40, FunnelLaw("rate", kind, 0.5)) for kind in ("exact", "gamma-Poisson"))
    np.testing.assert_array_equal(plain, bursty)


def test_the_interpolated_limit_is_a_quantile_where_the_distribution_meets_the_order():
    # 1 of 1 at a centre of .025: P(0) = .975, so the 97.5 % quantile is 0 and nothing is taken off
    assert funnel_limits(1, FunnelLaw("share", "exact", 0.025))["limit_high_95"].item() == pytest.approx(0)


def test_variances_by_hand():
    assert FunnelLaw("share", "exact", 0.2).variance(np.array([4.0])).item() == pytest.approx(0.04)
    assert FunnelLaw("rate", "exact", 0.2).variance(np.array([4.0])).item() == pytest.approx(0.05)
