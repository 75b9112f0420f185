"""What does a funnel show per unit, and what where there is none?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.charts.funnel import EXACT, GAMMA_POISSON, TESTS, funnel_curve, rate_funnel, share_funnel
from analysis.stats.charts.limits import LIMIT_COLUMNS
from analysis.stats.charts.outliers import FunnelDesign
from analysis.stats.estimates import COLUMNS
from analysis.stats.intervals.rates import rate
from analysis.stats.intervals.shares import clopper_pearson

UNITS = pd.DataFrame(
    {"count": [18, 25, 20, 22, 17, 90, 21, 19], "exposure": 2.0, "n": 100}, index=list("abcdefgh")
)
RATE_DESIGNS = [FunnelDesign(limits) for limits in ("gamma-Poisson", "exact", "multiplicative", "additive")]


@pytest.mark.parametrize("design", RATE_DESIGNS)
def test_every_unit_has_its_row(design: FunnelDesign):
    table = rate_funnel(UNITS, design)
    assert table.index.tolist() == list("abcdefgh")
    assert table.columns.tolist()[: len(COLUMNS)] == list(COLUMNS)
    assert table[list(TESTS)].notna().all(axis=None)
    assert table["flagged"].tolist() == [unit == "f" for unit in "abcdefgh"]
    np.testing.assert_allclose(table["expected"], table["centre"] * 2)


@pytest.mark.parametrize("design", RATE_DESIGNS)
def test_the_order_of_rows_moves_no_digit(design: FunnelDesign):
    units = UNITS.assign(exposure=np.linspace(0.1, 7, 8))
    shuffled = rate_funnel(units.sample(frac=1, random_state=3), design)
    pd.testing.assert_frame_equal(shuffled.loc[list("abcdefgh")], rate_funnel(units, design), check_exact=True)


@pytest.mark.parametrize("design", RATE_DESIGNS)
def test_alike_units_are_not_flagged(design: FunnelDesign):
    table = rate_funnel(UNITS.assign(count=20), design)
    assert not table["flagged"].any()
    assert table["p_holm"].eq(1).all()
    assert table["dispersion"].eq(1).all()


def test_intervals_are_those_of_rates_and_shares():
    names = ["estimate", "low", "high"]
    table = rate_funnel(UNITS)
    np.testing.assert_allclose(table[names], rate(UNITS["count"], 2.0, table["dispersion"].iloc[0])[names])
    shares = share_funnel(UNITS, FunnelDesign("exact", level=0.9))
    np.testing.assert_allclose(shares[names], clopper_pearson(UNITS["count"], 100, 0.9)[names])


def test_a_unit_without_exposure_is_not_estimable_and_moves_nothing():
    more = pd.concat([UNITS, pd.DataFrame({"count": [7, 0], "exposure": [0.0, np.nan], "n": 0}, index=["x", "y"])])
    table = rate_funnel(more)
    assert table["status"].tolist() == [*["ok"] * 8, *["not estimable: no exposure"] * 2]
    assert table.loc[["x", "y"], list(TESTS)].isna().all(axis=None)
    pd.testing.assert_frame_equal(table.head(8), rate_funnel(UNITS))


@pytest.mark.parametrize("units", [UNITS.head(1), UNITS.head(0), UNITS.assign(count=0), UNITS.assign(count=1)])
def test_where_there_is_no_funnel_there_is_a_reason(units: pd.DataFrame):
    table = rate_funnel(units)
    assert table["status"].str.startswith("not estimable: ").all()
    assert table[["estimate", "low", "high", *TESTS]].isna().all(axis=None)
    assert not table["flagged"].any()
    assert funnel_curve(table, [1, 2], GAMMA_POISSON).empty


def test_shares_all_alike_at_the_end_of_the_scale_have_no_funnel():
    table = share_funnel(UNITS.assign(count=100))
    assert table["status"].eq("not estimable: no unit without an event").all()
    assert share_funnel(UNITS.assign(count=0, n=0))["status"].eq("not estimable: no answers").all()


def test_a_target_is_the_centre():
    table = rate_funnel(UNITS, FunnelDesign("exact", target=5.0))
    assert table["centre"].eq(5).all()
    assert table["flagged"].sum() > 4
    assert rate_funnel(UNITS.head(1), FunnelDesign("exact", target=9.0))["status"].item() == "ok"


@pytest.mark.parametrize("design", RATE_DESIGNS)
def test_the_curve_passes_through_the_limits_of_the_units(design: FunnelDesign):
    table = rate_funnel(UNITS, design)
    curve = funnel_curve(table, [1.0, 2.0], design)
    np.testing.assert_allclose(curve[list(LIMIT_COLUMNS)].iloc[1], table[list(LIMIT_COLUMNS)].iloc[0])
    assert curve["size"].tolist() == [1, 2]


def test_wrong_numbers_are_refused():
    for units, match in ((UNITS.assign(exposure=-1.0), "exposure"), (UNITS.assign(count=0.5), "count")):
        with pytest.raises(ValueError, match=match):
            rate_funnel(units)
    with pytest.raises(ValueError, match="exceeds n"):
        share_funnel(UNITS.assign(n=1))
    with pytest.raises(ValueError, match="sizes"):
        funnel_curve(share_funnel(UNITS), [0], EXACT)


@pytest.mark.parametrize(
    ("design", "match"),
    [
        (GAMMA_POISSON, "no gamma-Poisson"),
        (FunnelDesign("exact", target=1.5), "target"),
        (FunnelDesign("exact", level=95), "level"),
        (FunnelDesign("exact", family_error=0), "level"),
    ],
)
def test_designs_that_do_not_fit_shares_are_refused(design: FunnelDesign, match: str):
    with pytest.raises(ValueError, match=match):
        share_funnel(UNITS, design)
