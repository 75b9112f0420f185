"""How do false alarms grow with points, charts and rules?"""

import numpy as np
import pytest
from scipy import stats

from analysis.stats.charts.false_alarms import average_run_length, runs_false_alarms
from analysis.stats.charts.runs import NELSON, WESTERN_ELECTRIC, RunsRule


def test_a_year_of_thirty_charts():
    # as simulated before this was written: 63 % for three sigma alone, 95 % with all of Western Electric
    assert runs_false_alarms(WESTERN_ELECTRIC[:1], 12, 30)["alarm_any"].item() == pytest.approx(0.63, abs=0.01)
    assert runs_false_alarms(WESTERN_ELECTRIC, 12, 30)["alarm_any"].item() == pytest.approx(0.95, abs=0.005)


def test_runs_of_eight_by_hand():
    # all eight on one of two sides; nine points: the first eight, or the last eight with the first on the other side
    run = WESTERN_ELECTRIC[3:]
    assert runs_false_alarms(run, 7)["alarm_chart"].item() == 0
    assert runs_false_alarms(run, 8)["alarm_chart"].item() == pytest.approx(2 / 2**8)
    assert runs_false_alarms(run, 9)["alarm_chart"].item() == pytest.approx(3 / 2**8)
    # expected tosses up to eight equal ones in a row: 2^8 - 1
    assert average_run_length(run) == pytest.approx(2**8 - 1)


def test_two_of_three_by_hand():
    tail = stats.norm.sf(2)
    rule = WESTERN_ELECTRIC[1:2]
    assert runs_false_alarms(rule, 2)["alarm_chart"].item() == pytest.approx(2 * tail**2)
    assert runs_false_alarms(rule, 1)["expected_alarms"].item() == pytest.approx(0, abs=1e-15)


def test_charts_multiply_what_is_expected():
    one, ten = runs_false_alarms(NELSON, 12).iloc[0], runs_false_alarms(NELSON, 12, 10).iloc[0]
    expected = ["expected_charts", "expected_alarms"]
    np.testing.assert_allclose(10 * one[expected], ten[expected])
    assert one["alarm_chart"] == ten["alarm_chart"] < ten["alarm_any"]
    assert ten["alarm_any"] < ten["expected_charts"] <= ten["expected_alarms"]


def test_more_rules_alarm_sooner_and_a_shift_sooner_still():
    assert average_run_length(NELSON) < average_run_length(NELSON[:3]) < average_run_length(NELSON[:1])
    assert average_run_length(NELSON, 1.0) < average_run_length(NELSON)


def test_fifteen_within_one_sigma_by_hand():
    # runs of a chance p: (1 - p^15) / ((1 - p) p^15)
    p = stats.norm.cdf(1) - stats.norm.cdf(-1)
    assert average_run_length((NELSON[4],)) == pytest.approx((1 - p**15) / ((1 - p) * p**15))
    assert average_run_length((RunsRule("one", 1, 1, 1.0, "either"),)) == pytest.approx(1 / (1 - p))


@pytest.mark.parametrize(("points", "charts"), [(0, 1), (1, 0), (1.5, 1)])
def test_nothing_to_watch_is_refused(points: float, charts: int):
    with pytest.raises(ValueError, match="points and charts"):
        runs_false_alarms(WESTERN_ELECTRIC, points, charts)


def test_a_chart_without_rules_is_refused():
    for call in (lambda: average_run_length(()), lambda: runs_false_alarms((), 12)):
        with pytest.raises(ValueError, match="one rule or more"):
            call()
