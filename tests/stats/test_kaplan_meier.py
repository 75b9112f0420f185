"""What do curves answer when all are open, all are done, few are followed, or nobody came?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.survival.kaplan_meier import (
    cases_of,
    followed_to,
    greenwood,
    interval_of,
    kaplan_meier,
    quantile,
    share_by,
)
from analysis.stats.survival.risk_sets import ordered

ROW = ["estimate", "low", "high"]
NONE = pd.DataFrame({"time": [], "events": [], "censored": []})


def curve_of(*rows: tuple[int, int, int]) -> pd.DataFrame:
    return kaplan_meier(pd.DataFrame(list(rows), columns=["time", "events", "censored"]))


def refusal(table: pd.DataFrame) -> str:
    assert table[ROW].isna().all().all()
    return table["status"].item()


def test_four_cases_by_hand():
    # 3/4, then one censored, then 1/2: S = .75, .375; Greenwood 1/12, 1/12 + 1/2
    curve = curve_of((1, 1, 0), (2, 0, 1), (3, 1, 1))
    np.testing.assert_allclose(curve["survival"], [0.75, 0.75, 0.375], rtol=1e-12)
    np.testing.assert_allclose(
        curve["std_error"], [0.75 / 12**0.5, 0.75 / 12**0.5, 0.375 * (7 / 12) ** 0.5], rtol=1e-12
    )


def test_counts_are_repeated_rows():
    tenfold = curve_of((1, 10, 0), (2, 0, 10), (3, 10, 10))
    apart = curve_of(*[(1, 1, 0), (2, 0, 1), (3, 1, 1)] * 10)
    pd.testing.assert_frame_equal(tenfold, apart)


def test_nobody_gives_an_empty_curve_and_no_figure():
    curve = kaplan_meier(NONE)
    assert curve.empty
    assert refusal(quantile(curve, 0.5)) == "not estimable: no cases"
    assert refusal(share_by(curve, 5)) == "not estimable: no cases"
    assert refusal(share_by(curve_of((5, 0, 0)), 5)) == "not estimable: no cases"


def test_few_cases_are_not_estimable():
    curve = curve_of((5, 9, 0))
    assert refusal(quantile(curve, 0.5)) == "not estimable: fewer than 10 cases"
    assert share_by(curve, 5, minimum_n=9)["status"].item() == "ok"


def test_all_open_is_not_reached():
    curve = curve_of((3, 0, 20), (8, 0, 20))
    assert refusal(quantile(curve, 0.5)) == "not estimable: not reached by 8"
    assert refusal(share_by(curve, 9)) == "not estimable: no case was followed to 9"


def test_all_open_but_followed_is_none_of_those_followed():
    # 20 of 40 were followed beyond 3: 0 of 20 has the exact upper limit 1 - .025^(1/20) = .1684 (Newcombe 1998)
    np.testing.assert_allclose(
        share_by(curve_of((3, 0, 20), (8, 0, 20)), 5)[ROW], [[0, 0, 0.168433470983085]], rtol=1e-8
    )


def test_before_the_first_time_nobody_is_done():
    np.testing.assert_allclose(share_by(curve_of((3, 20, 0)), 2)[ROW], [[0, 0, 0.168433470983085]], rtol=1e-8)


def test_all_done_at_once_has_exact_limits():
    curve = curve_of((3, 20, 0))
    np.testing.assert_allclose(share_by(curve, 3)[ROW], [[1, 1 - 0.168433470983085, 1]], rtol=1e-8)
    np.testing.assert_array_equal(quantile(curve, 0.5)[ROW], [[3, 3, 3]])
    assert refusal(quantile(curve, 0.9)) == "not estimable: upper limit not reached by 3"


def test_all_done_stays_done():
    assert share_by(curve_of((3, 20, 0)), 1_000)["estimate"].item() == 1


def test_those_censored_before_the_last_event_widen_the_limit():
    # 19 of 20: binom.test(19, 20)$conf.int[1] = .7512672 (R 4.2.2)
    np.testing.assert_allclose(share_by(curve_of((2, 0, 1), (3, 19, 0)), 3)["low"], 0.7512672, rtol=1e-7)


def test_a_case_done_at_the_limit_is_within_it():
    curve = curve_of((60, 15, 0), (61, 15, 0))
    assert share_by(curve, 60)["estimate"].item() == 0.5
    assert share_by(curve, 59)["estimate"].item() == 0


def test_groups_do_not_touch_each_other():
    counts = pd.DataFrame({"g": list("aab"), "time": [1, 2, 1], "events": [5, 5, 3], "censored": [0, 0, 30]})
    curve = kaplan_meier(counts, ["g"])
    alone = kaplan_meier(counts[counts["g"].eq("a")].drop(columns="g"))
    pd.testing.assert_frame_equal(curve[curve["g"].eq("a")].drop(columns="g"), alone)
    assert share_by(curve, 1, ["g"])["n"].to_dict() == {"a": 10, "b": 33}
    assert quantile(curve, 0.5, ["g"])["status"].to_dict()["b"] == "not estimable: not reached by 1"


def test_a_group_may_bear_any_name():
    counts = pd.DataFrame({"group": ["a", "b"], "time": 1, "events": 20, "censored": 0})
    assert share_by(kaplan_meier(counts, ["group"]), 1, ["group"])["estimate"].to_dict() == {"a": 1, "b": 1}


@pytest.mark.parametrize("column", ["time", "events", "censored"])
def test_only_whole_numbers_are_counted(column: str):
    with pytest.raises(ValueError, match=column):
        kaplan_meier(pd.DataFrame({"time": [1.0], "events": [1.0], "censored": [1.0]}).assign(**{column: 0.5}))


@pytest.mark.parametrize("p", [0, 1, 90])
def test_a_quantile_is_a_share(p: float):
    with pytest.raises(ValueError, match="strictly between"):
        quantile(curve_of((1, 1, 0)), p)


def test_order_of_rows_does_not_matter():
    curve = kaplan_meier(pd.DataFrame({"g": list("abab"), "time": [3, 4, 1, 2], "events": 9, "censored": 1}), ["g"])
    for reading in (lambda one: quantile(one, 0.4, ["g"]), lambda one: share_by(one, 3, ["g"])):
        pd.testing.assert_frame_equal(reading(curve), reading(curve.sample(frac=1, random_state=1)))


@pytest.mark.parametrize("interval", ["log-log", "log", "plain"])
def test_the_interval_is_told(interval: str):
    curve = kaplan_meier(pd.DataFrame({"time": [1, 2], "events": 10, "censored": 0}), interval=interval)
    assert interval_of(curve) == interval
    assert share_by(curve, 1)["method"].item() == f"Kaplan-Meier share by 1, {interval}"
    assert interval_of(kaplan_meier(NONE)) == "log-log"


def test_greenwood_adds_nothing_when_all_are_done():
    # 1/12 of the first of four cases, as in the case by hand
    assert greenwood(np.array([1.0, 2.0]), np.array([4.0, 2.0])).tolist() == [1 / 12, 0]


def test_a_curve_tells_as_far_as_it_was_followed():
    counts = {"g": list("aab"), "time": [1, 3, 3], "events": [1, 0, 2], "censored": [0, 1, 0]}
    curve = kaplan_meier(pd.DataFrame(counts), ["g"])
    assert followed_to(curve, 3, ["g"]).tolist() == [True, True]
    assert followed_to(curve, 4, ["g"]).tolist() == [False, True]
    rows, ids, groups = ordered(curve, ["g"])
    assert cases_of(rows, ids, len(groups)).tolist() == [2, 2]
