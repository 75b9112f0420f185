"""Is a p-value small exactly where a figure is worse than its target?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.shortfall import p_worse
from tests.measures.conftest import Insurer

FIGURE = {"n": 10, "estimate": 0.5, "low": 0.24, "high": 0.76, "level": 0.95, "status": "ok",
          "method": "share, modified Wilson"}


def _p(insurer: Insurer, indicator: str, **changed: object) -> float:
    benchmarks = pd.DataFrame({"indicator": ["nps"], "value": [10], "source": ["x"], "period": ["2024"]})
    figure = pd.DataFrame([FIGURE | {"indicator": indicator, "target": 0.8} | changed])
    return float(p_worse(insurer({"benchmarks": benchmarks}).params, figure).iloc[0])


def test_a_plain_share_is_tested_exactly(insurer: Insurer) -> None:
    """R: pbinom(5, 10, .8) = 0.0327935."""
    assert _p(insurer, "renew_share") == pytest.approx(0.0327934976)


def test_where_lower_is_better_the_other_tail_counts(insurer: Insurer) -> None:
    """R: pbinom(4, 10, .1, lower.tail = FALSE) = 0.0016349374."""
    assert _p(insurer, "accuracy_error_share", target=0.1) == pytest.approx(0.0016349374)


def test_a_limit_on_its_target_is_worth_two_and_a_half_per_cent(insurer: Insurer) -> None:
    assert _p(insurer, "nps", method="t", estimate=10.0, low=0.0, high=20.0, target=20.0) == pytest.approx(0.025)


def test_a_clustered_share_is_tested_by_its_degrees_of_freedom(insurer: Insurer) -> None:
    """Without design effect n* is n: R pbinom(4, 10, .1, lower.tail = FALSE), as of a plain share."""
    apart = {"method": "ratio share, cluster-robust Korn-Graubard", "std_error": (0.25 / 10) ** 0.5, "df": 9}
    assert _p(insurer, "accuracy_error_share", target=0.1, **apart) == pytest.approx(0.0016349374)
    few = _p(insurer, "accuracy_error_share", target=0.1, **apart | {"df": 3})
    assert few > 0.0016349374


def test_a_mean_over_few_people_is_tested_by_student(insurer: Insurer) -> None:
    """The target lies two half intervals off: R pt(-2 * qt(.975, 3), 3) = 0.00392428771652."""
    few = {"method": "t", "estimate": 10.0, "low": 0.0, "high": 20.0, "target": 30.0, "df": 3}
    assert _p(insurer, "nps", **few) == pytest.approx(0.00392428771652)


@pytest.mark.parametrize("changed", [{"status": "no data"}, {"target": float("nan")}])
def test_without_figure_or_target_there_is_no_test(insurer: Insurer, changed: dict) -> None:
    assert pd.isna(_p(insurer, "renew_share", **changed))


def test_without_direction_there_is_no_test(insurer: Insurer) -> None:
    assert pd.isna(_p(insurer, "complaint_upheld_share"))
