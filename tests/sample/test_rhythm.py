"""Do events fall inside their period, at fitting hours, without a gap that looks like lost data?"""

import numpy as np
import pandas as pd

from analysis.quarter import Quarter
from analysis.sample.rhythm import hours, moments, month_moments, span, working_moments

QUARTER = Quarter(2024, 3)


def _drawn(rule, n: int = 900) -> pd.Series:
    return pd.Series(rule(np.random.default_rng(1), QUARTER, n))


def test_moments_stay_inside_the_quarter():
    days = _drawn(moments).dt.date
    assert days.min() == QUARTER.start
    assert days.max() == QUARTER.end


def test_working_moments_fall_on_weekdays_from_nine_to_five():
    drawn = _drawn(working_moments)
    assert set(drawn.dt.day_of_week) == {0, 1, 2, 3, 4}
    assert set(drawn.dt.hour) == set(range(9, 17))


def test_sundays_are_quieter_than_mondays():
    by_weekday = _drawn(moments, 5_000).dt.day_of_week.value_counts()
    assert by_weekday[6] < 0.6 * by_weekday[0]


def test_a_month_holds_its_moments():
    drawn = pd.Series(month_moments(np.random.default_rng(1), "2024-02", 50))
    assert set(drawn.dt.strftime("%Y-%m")) == {"2024-02"}
    assert len(drawn) == 50


def test_durations_are_whole_seconds():
    assert span(0.5) == np.timedelta64(43_200, "s")
    assert hours(0.0) == np.timedelta64(1, "s")
