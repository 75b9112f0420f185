"""Does Laney's chart widen with what points differ beyond sampling?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.charts.laney import laney_rate_chart, laney_share_chart
from analysis.stats.charts.shewhart import rate_chart, share_chart


def points(count: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"period": range(len(count)), "count": count, "n": 10_000, "exposure": 50.0})


@pytest.mark.parametrize(("wide", "plain"), [(laney_share_chart, share_chart), (laney_rate_chart, rate_chart)])
def test_limits_are_those_of_the_plain_chart_times_sigma_z(wide, plain):
    table = points(np.random.default_rng(1).integers(900, 1_100, 30))
    laney, shewhart = wide(table, 25), plain(table, 25)
    ratio = (laney["limit_high"] - laney["centre"]) / (shewhart["limit_high"] - shewhart["centre"])
    np.testing.assert_allclose(ratio, laney["sigma_z"])
    np.testing.assert_allclose(shewhart["z"], laney["z"] * laney["sigma_z"])
    assert laney["sigma_z"].iloc[0] > 1.5


@pytest.mark.parametrize("chart", [laney_share_chart, laney_rate_chart])
def test_without_enough_or_any_variation_there_are_no_limits(chart):
    short, flat = chart(points(np.arange(5))), chart(points(np.full(25, 4)))
    assert short["status"].eq("not estimable: fewer than 20 baseline points").all()
    assert flat["status"].eq("not estimable: no variation in the baseline").all()
    assert flat[["limit_low", "limit_high"]].isna().all(axis=None)
    assert chart(points(np.array([]))).empty
