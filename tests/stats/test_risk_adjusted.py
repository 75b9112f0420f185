"""Does a bad end weigh the more the less it was to be expected?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.charts.risk_adjusted import (
    RiskAdjustedDesign,
    risk_adjusted_cusum,
    risk_adjusted_limit,
    risk_adjusted_run_length,
    risk_weights,
)

DESIGN = RiskAdjustedDesign(200)
RISKS = [0.02, 0.05, 0.05, 0.1, 0.3]


def cases(count, risk) -> pd.DataFrame:
    return pd.DataFrame({"period": range(len(count)), "count": count, "risk": risk})


def test_an_unexpected_event_weighs_more():
    weights = risk_weights([1, 1, 0, 0], [0.01, 0.5, 0.01, 0.5], 2.0)
    assert weights[0] > weights[1] > 0 > weights[2] > weights[3]


def test_weights_expect_less_than_nothing_in_control():
    risk = np.array(RISKS)
    assert (risk * risk_weights(np.ones(5), risk, 2.0) + (1 - risk) * risk_weights(np.zeros(5), risk, 2.0) < 0).all()


def test_the_sum_alarms_and_starts_anew():
    chart = risk_adjusted_cusum(cases([1, 1, 1, 0], [0.1, 0.1, 0.1, 0.1]), DESIGN, 1.1)
    gain = np.log(2 / 1.1)
    np.testing.assert_allclose(chart["cusum"], [gain, 2 * gain, gain, gain - np.log(1.1)])
    assert chart["alarm"].tolist() == [False, True, False, False]
    assert chart["since"].tolist() == [1, 2, 1, 2]


def test_the_order_of_rows_does_not_matter_and_no_case_is_an_empty_chart():
    table = cases([1, 0, 1], [0.1, 0.2, 0.3])
    pd.testing.assert_frame_equal(
        risk_adjusted_cusum(table.iloc[::-1], DESIGN, 1), risk_adjusted_cusum(table, DESIGN, 1)
    )
    assert risk_adjusted_cusum(cases([], []), DESIGN, 1).empty


def test_the_limit_has_the_run_length_asked_for():
    limit = risk_adjusted_limit(RISKS, DESIGN)
    assert risk_adjusted_run_length(limit, RISKS, 2.0) == pytest.approx(200, rel=0.02)
    assert risk_adjusted_run_length(limit, RISKS, 2.0, 2.0) < 100


@pytest.mark.parametrize(("odds_ratio", "risk"), [(2.0, 1e-6), (0.5, 1 - 1e-6)])
def test_steps_so_rare_that_each_one_alarms_set_the_limit(odds_ratio: float, risk: float):
    design = RiskAdjustedDesign(1000, odds_ratio)
    limit = risk_adjusted_limit([risk], design)
    assert limit == pytest.approx(abs(np.log(2)), rel=1e-5)
    assert risk_adjusted_run_length(0.99 * limit, [risk], odds_ratio) == pytest.approx(1e6, rel=1e-6)


def test_improvement_is_found_with_a_ratio_below_one():
    worse, better = (risk_adjusted_run_length(1.0, RISKS, 0.5, true) for true in (1.0, 0.2))
    assert better < worse


@pytest.mark.parametrize("wrong", [{"run_length": 1}, {"odds_ratio": 1}, {"odds_ratio": 0}])
def test_designs_without_sense_are_refused(wrong: dict):
    with pytest.raises(ValueError, match="run_length"):
        RiskAdjustedDesign(**{"run_length": 50} | wrong)


@pytest.mark.parametrize(
    ("count", "risk", "match"), [([2], [0.5], "count"), ([1], [0.0], "risk"), ([1], [7.0], "risk")]
)
def test_impossible_cases_are_refused(count: list, risk: list, match: str):
    with pytest.raises(ValueError, match=match):
        risk_adjusted_cusum(cases(count, risk), DESIGN, 1)


def test_a_run_length_beyond_all_cases_is_refused():
    with pytest.raises(ValueError, match="too wide"):
        risk_adjusted_limit([0.1], RiskAdjustedDesign(1e40))


@pytest.mark.parametrize(("limit", "risks"), [(0, [0.1]), (1, [])])
def test_no_limit_and_no_case_are_refused(limit: float, risks: list):
    with pytest.raises(ValueError, match="limit"):
        risk_adjusted_run_length(limit, risks, 2.0)
