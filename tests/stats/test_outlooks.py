"""How likely is a case to pass its limit, when it has, when nobody got as old, or when none or all did?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.survival.kaplan_meier import kaplan_meier, share_by
from analysis.stats.survival.outlooks import breach_probability

LIMITS = ["estimate", "low", "high"]
CURVE = kaplan_meier(pd.DataFrame({"time": [2, 4, 6, 8], "events": [10, 10, 15, 0], "censored": [0, 5, 0, 10]}))


def outlook(age: float, limit: float, curve: pd.DataFrame = CURVE, **options: int) -> pd.DataFrame:
    return breach_probability(curve, pd.DataFrame({"age": [age], "limit": [limit]}), **options)


def refusal(table: pd.DataFrame) -> str:
    assert table[LIMITS].isna().all().all()
    return table["status"].item().removeprefix("not estimable: ")


def test_a_new_case_has_the_share_of_the_curve():
    done = share_by(CURVE, 5)
    np.testing.assert_allclose(outlook(0, 5)[LIMITS], 1 - done[["estimate", "high", "low"]], rtol=1e-12)


def test_an_old_case_has_that_of_those_who_got_as_old():
    # 50 cases: 40 open after 2; at 4, 10 of 40 are done and 5 censored; at 6, 15 of 25: 30/40 and 30/40 * 10/25
    table = pd.concat([outlook(2, 4), outlook(3, 6), outlook(4, 7)])
    np.testing.assert_allclose(table["estimate"], [0.75, 0.3, 0.4], rtol=1e-12)
    assert table["n"].tolist() == [40, 40, 25]


def test_a_case_at_its_limit_has_passed_it():
    assert outlook(5, 5)[[*LIMITS, "status"]].to_numpy().tolist() == [[1, 1, 1, "ok"]]
    assert outlook(99, 5)["status"].item() == "ok"


def test_none_and_all_have_exact_limits():
    # none of the 25 left after 4 was done by 5: .025^(1/25); all 15 of 15: 1 - that limit of 15
    np.testing.assert_allclose(outlook(4, 5)[LIMITS], [[1, 0.025 ** (1 / 25), 1]], rtol=1e-12)
    done = kaplan_meier(pd.DataFrame({"time": [2, 4], "events": [5, 15], "censored": 0}))
    np.testing.assert_allclose(outlook(3, 9, done)[LIMITS], [[0, 0, 1 - 0.025 ** (1 / 15)]], rtol=1e-12)


@pytest.mark.parametrize(
    ("age", "limit", "reason"),
    [
        (8, 9, "no earlier cases open at that age"),
        (7, 9, "no earlier case was followed from the age to the limit"),
        (6, 8, "no earlier case was followed from the age to the limit"),
    ],
)
def test_there_is_no_outlook_beyond_the_curve(age: float, limit: float, reason: str):
    assert refusal(outlook(age, limit)) == reason


def test_few_who_got_as_old_say_nothing():
    assert refusal(outlook(6, 7, minimum_n=11)) == "fewer than 11 earlier cases open at that age"


def test_rows_and_groups_keep_their_places():
    groups = pd.concat([CURVE.assign(g="a"), CURVE.assign(g="b", survival=1.0, events=0)]).iloc[::-1]
    waiting = pd.DataFrame({"g": ["b", "a", "c", "a"], "age": [0, 3, 0, 4], "limit": [5, 6, 5, 7]}, index=[7, 7, 8, 9])
    table = breach_probability(groups, waiting, ["g"])
    np.testing.assert_allclose(table["estimate"], [1, 0.3, np.nan, 0.4], rtol=1e-12)
    assert table.index.tolist() == [7, 7, 8, 9]
    assert table["age"].tolist() == [0, 3, 0, 4]


def test_nobody_has_no_outlook():
    none = pd.DataFrame({"g": [], "age": [], "limit": []})
    assert breach_probability(CURVE, none).empty
    assert breach_probability(CURVE.assign(g=1), none, ["g"]).empty
    assert refusal(outlook(0, 5, CURVE.iloc[:0])) == "no earlier cases open at that age"


@pytest.mark.parametrize(("age", "limit"), [(-1, 5), (np.nan, 5), (1, np.nan), (1, np.inf)])
def test_ages_and_limits_are_known(age: float, limit: float):
    with pytest.raises(ValueError, match="age must be 0 or more"):
        outlook(age, limit)
