"""Do Newey–West errors agree with statsmodels, with White's at lag 0, and keep still where nothing can be said?"""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from analysis.stats.models.newey_west import newey_west_covariance, newey_west_lag, newey_west_regression
from analysis.stats.models.segmented import SegmentedDesign, segmented_columns, usable_months

DESIGN = SegmentedDesign(20, harmonics=1)


def series(months: int = 40) -> pd.DataFrame:
    values = np.random.default_rng(2).standard_normal(months).cumsum()
    return pd.DataFrame({"month": np.arange(months), "value": values, "n": np.arange(months) % 4 + 1})


@pytest.mark.parametrize(("lag", "adjust"), [(0, True), (3, True), (6, False)])
def test_the_covariance_is_that_of_statsmodels(lag: int, adjust: bool):
    regression = segmented_columns(usable_months(series()), DESIGN)
    model = sm.WLS(regression.value, regression.columns, weights=regression.weight)
    fit = model.fit(cov_type="HAC", cov_kwds={"maxlags": lag, "use_correction": adjust})
    np.testing.assert_allclose(newey_west_covariance(regression, lag, adjust), fit.cov_params(), rtol=1e-8)


def test_a_missing_month_leaves_a_gap():
    # Every second month: nothing is within lag 1, so the errors are those of lag 0.
    sparse = series().iloc[::2]
    close, none = (newey_west_regression(sparse, DESIGN, lag)["std_error"] for lag in (1, 0))
    np.testing.assert_allclose(close, none, rtol=1e-12)


@pytest.mark.parametrize(("months", "lag"), [(18, 2), (36, 3), (100, 4), (400, 5)])
def test_the_lag_by_hand(months: int, lag: int):
    assert newey_west_lag(months) == lag


def test_terms_are_named():
    terms = newey_west_regression(series(), DESIGN).index.tolist()
    assert newey_west_regression(series(), DESIGN)["status"].eq("ok").all()
    assert terms == ["level before", "trend before", "level change", "slope change", "sine 1", "cosine 1"]


@pytest.mark.parametrize("table", [series(6), series().assign(value=1.0), series().assign(n=0), series(12).iloc[::2]])
def test_nothing_is_said_without_months_or_noise(table: pd.DataFrame):
    told = newey_west_regression(table, DESIGN)
    assert told[["coefficient", "std_error", "t", "p"]].isna().all(axis=None)
    assert told["status"].str.startswith("not estimable: ").all()
    assert told.index.tolist()[:2] == ["level before", "trend before"]


def test_a_negative_lag_is_refused():
    with pytest.raises(ValueError, match="lag"):
        newey_west_regression(series(), DESIGN, lag=-1)
