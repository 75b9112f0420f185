from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from analysis.measures.people.training_effect import training_effect
from tests.measures.conftest import Insurer

QUARTERS = {"2023Q4": "2023-11-01", "2024Q1": "2024-02-01", "2024Q2": "2024-05-01", "2024Q3": "2024-08-01"}
TRAINED, OTHERS = 12, 20


def assessed(gain: float, seed: int = 5) -> pd.DataFrame:
    """Return a rating a quarter of 32 people; the first 12 gain ``gain`` points after the second quarter of 2024."""
    drawn = np.random.default_rng(seed)
    rows = [{"assessment_id": f"{who}-{quarter}", "employee_id": f"e{who:02d}", "assessor_id": "a1",
             "assessed_on": day, "facet": "knowledge", "max_score": 100,
             "score": round(70 + 2 * drawn.standard_normal() + gain * (quarter == "2024Q3" and who < TRAINED))}
            for who in range(TRAINED + OTHERS) for quarter, day in QUARTERS.items()]
    return pd.DataFrame(rows)


def sessions(day: str = "2024-05-15", **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"session_id": "t1", "employee_id": [f"e{who:02d}" for who in range(TRAINED)],
                         "topic": "knowledge", "completed_on": day}).assign(**columns)


def test_the_effect_is_the_change_of_the_trained_less_that_of_the_others(insurer: Insurer) -> None:
    ratings = assessed(8)
    found = training_effect(insurer({"assessments": ratings, "training": sessions()})).iloc[0]
    wide = ratings.assign(quarter=[one.split("-")[1] for one in ratings["assessment_id"]]).pivot(
        index="employee_id", columns="quarter", values="score")
    change = wide["2024Q3"] - (wide["2023Q4"] + wide["2024Q1"]) / 2
    trained, others = change.iloc[:TRAINED].mean(), change.iloc[TRAINED:].mean()
    assert found["estimate"] == pytest.approx(trained - others)
    assert (found["trained_change"], found["others_change"]) == (pytest.approx(trained), pytest.approx(others))
    assert found["low"] > 0
    assert (found["trained_people"], found["other_people"]) == (TRAINED, OTHERS)


def test_training_without_effect_is_not_shown(insurer: Insurer) -> None:
    found = training_effect(insurer({"assessments": assessed(0), "training": sessions()})).iloc[0]
    assert found["low"] < 0 < found["high"]


def test_who_was_trained_since_is_no_comparison(insurer: Insurer) -> None:
    since = sessions("2024-07-15").assign(employee_id=[f"e{TRAINED + one:02d}" for one in range(TRAINED)])
    table = insurer({"assessments": assessed(8), "training": pd.concat([sessions(), since])})
    found = training_effect(table).iloc[0]
    assert found["status"] == "not estimable: fewer than 30 people"


def test_the_tests_of_the_sessions_have_no_comparison(insurer: Insurer) -> None:
    """By hand: gains of 4 and 6 in turn, mean 5."""
    people = [f"e{who:02d}" for who in range(40)]
    table = pd.DataFrame({"session_id": "t1", "employee_id": people, "topic": "knowledge",
                          "completed_on": "2024-08-15", "pre_score": 60, "post_score": [64, 66] * 20})
    found = training_effect(insurer({"training": table})).set_index("indicator")
    assert found.loc["training_test_gain_points", "estimate"] == pytest.approx(5)
    assert found.loc["training_effect_points", "status"].startswith("not estimable")


def test_without_training_there_is_nothing_to_say(insurer: Insurer) -> None:
    assert training_effect(insurer({"assessments": assessed(0)})).empty


def before_and_after(ratings: pd.DataFrame) -> pd.DataFrame:
    quarter = ratings["assessment_id"].str.split("-").str[1]
    wide = ratings.assign(quarter=quarter).pivot(index="employee_id", columns="quarter", values="score")
    trained = [int(who[1:]) < TRAINED for who in wide.index]
    return pd.DataFrame({"before": (wide["2023Q4"] + wide["2024Q1"]) / 2, "after": wide["2024Q3"], "trained": trained})


def low_scorers(seed: int = 9) -> pd.DataFrame:
    """Return ratings by chance alone, those trained being the twelve who scored lowest before."""
    ratings = assessed(0, seed)
    order = before_and_after(ratings)["before"].rank(method="first").sub(1).astype(int)
    names = {who: f"e{place:02d}" for who, place in order.items()}
    person = ratings["employee_id"].map(names)
    quarter = ratings["assessment_id"].str.split("-").str[1]
    return ratings.assign(employee_id=person, assessment_id=person + "-" + quarter)


def test_the_pull_to_the_mean_is_taken_off_where_the_lowest_were_trained(insurer: Insurer) -> None:
    ratings = low_scorers()
    found = training_effect(insurer({"assessments": ratings, "training": sessions()})).set_index("indicator")
    fit = smf.ols("after ~ before + trained", before_and_after(ratings).astype(float)).fit()
    alike, effect = found.loc["training_effect_alike_points"], found.loc["training_effect_points"]
    assert alike[["estimate", "low", "high"]].tolist() == pytest.approx(
        [fit.params["trained"], *fit.conf_int().loc["trained"]])
    assert effect["by_regression"] > 1  # of the 1.9 points that nobody was taught
    assert alike["low"] < 0 < alike["high"]


def test_both_effects_differ_by_what_the_pull_to_the_mean_explains(insurer: Insurer) -> None:
    """Everybody was rated before and after: (b - 1) times how far the trained stood below, b of R's lm."""
    ratings = low_scorers()
    found = training_effect(insurer({"assessments": ratings, "training": sessions()})).set_index("indicator")
    effect = found.loc["training_effect_points"]
    slope = smf.ols("after ~ before + trained", before_and_after(ratings).astype(float)).fit().params["before"]
    assert effect["by_regression"] == pytest.approx((slope - 1) * (effect["trained_before"] - effect["others_before"]))
    assert effect["estimate"] - effect["by_regression"] == pytest.approx(
        found.loc["training_effect_alike_points", "estimate"])


def test_of_five_people_there_is_no_effect_and_it_says_why(insurer: Insurer) -> None:
    ratings = assessed(8)
    few = ratings[ratings["employee_id"].isin(["e00", "e01", "e12", "e13", "e14"])]
    found = training_effect(insurer({"assessments": few, "training": sessions()})).set_index("indicator")
    alike = found.loc["training_effect_alike_points"]
    assert (alike["n"], alike["status"]) == (5, "not estimable: fewer than 10 trained people")
    assert np.isnan(alike["estimate"])
