from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.measures.people.assessors import (
    assessor_severity,
    assessor_severity_test,
    rating_reliability,
    severities,
)
from tests.measures.conftest import Insurer

SAMPLE = Path(__file__).parents[3] / "data" / "sample"
QUARTERS = ("2023Q4", "2024Q1", "2024Q2", "2024Q3")
FACETS = ("knowledge", "communication", "adaptability")
PLANTED = {"E074": -2.0, "E075": -1.0, "E076": 0.0, "E077": 1.0, "E078": 2.0}


def rated(people: int, gaps: dict[str, float], noise: float = 3.0, seed: int = 1) -> pd.DataFrame:
    """Return ratings of every person by every assessor on each facet: 70, ability, the assessor's gap and noise."""
    rng = np.random.default_rng(seed)
    ability = rng.normal(0, 5, people)
    rows = [{"assessment_id": f"k{person}-{who}", "employee_id": f"e{person}", "assessor_id": who,
             "assessed_on": "2024-08-01", "facet": facet, "max_score": 100,
             "score": round(70 + ability[person] + gap + rng.normal(0, noise), 2)}
            for person in range(people) for who, gap in gaps.items() for facet in FACETS]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def delivered() -> pd.DataFrame:
    files = [SAMPLE / quarter / "assessments.csv" for quarter in QUARTERS]
    return pd.concat([pd.read_csv(file, dtype=str) for file in files]).drop_duplicates(["assessment_id", "facet"])


def test_severity_is_a_raters_mean_above_that_of_all_where_all_rate_everybody(insurer: Insurer) -> None:
    """By hand: with everybody rated by all, the two-way effect is the rater's mean less the grand mean."""
    ratings = rated(40, {"a": 0.0, "b": 6.0, "c": -3.0})
    found = severities(insurer({"assessments": ratings})).set_index("assessor_id")["offset"] / 100
    mean = ratings.groupby("assessor_id")["score"].mean() - ratings["score"].mean()
    assert found.to_dict() == pytest.approx(mean.to_dict(), abs=0.006)


def test_offsets_add_to_nothing_over_all_assessments(insurer: Insurer) -> None:
    found = severities(insurer({"assessments": rated(40, {"a": 0.0, "b": 6.0, "c": -3.0})}))
    assert (found["offset"] * found["weight"]).sum() == pytest.approx(0, abs=1)


def test_an_assessor_with_little_shared_evidence_is_left_as_he_is(insurer: Insurer) -> None:
    assert severities(insurer({"assessments": rated(29, {"a": 0.0, "b": 6.0})})).empty
    alone = rated(60, {"a": 0.0})
    assert severities(insurer({"assessments": alone})).empty


def test_reliability_is_spearman_browns_of_the_one_way_correlation(insurer: Insurer) -> None:
    """By hand: mean squares of two assessors on 40 people; the offsets are rounded to a hundredth of a point."""
    ratings = rated(40, {"a": 0.0, "b": 0.0}, noise=8.0)
    run = insurer({"assessments": ratings})
    offsets = severities(run).set_index("assessor_id")["offset"] / 100
    value = ratings.assign(score=ratings["score"] - ratings["assessor_id"].map(offsets))
    means = value.groupby(["employee_id", "assessor_id"])["score"].mean().unstack()
    between = 2 * means.mean(axis=1).var(ddof=1)
    within = ((means["a"] - means["b"]) ** 2 / 2).mean()
    row = rating_reliability(run).query("facet == '' and indicator == 'rating_reliability'").iloc[0]
    assert (row["n"], row["assessments_each"], row["target"]) == (40, 2, 0.7)
    assert row["estimate"] == pytest.approx((between - within) / between, abs=1e-4)


def test_enough_assessments_are_told_per_facet(insurer: Insurer) -> None:
    table = rating_reliability(insurer({"assessments": rated(40, {"a": 0.0, "b": 0.0})}))
    needed = table[table["indicator"] == "assessments_needed_count"]
    assert needed["facet"].tolist() == ["", "adaptability", "communication", "knowledge"]
    assert (needed["estimate"] >= 1).all()
    assert (needed["low"] <= needed["high"]).all()


def test_the_test_of_two_assessors_is_the_paired_t_test_squared(insurer: Insurer) -> None:
    """By hand: F = t² of the differences of the means over facets."""
    ratings = rated(40, {"a": 0.0, "b": 2.0})
    means = ratings.groupby(["employee_id", "assessor_id"])["score"].mean().unstack()
    difference = means["b"] - means["a"]
    t = difference.mean() / (difference.std(ddof=1) / 40**0.5)
    row = assessor_severity_test(insurer({"assessments": ratings})).iloc[0]
    assert row["statistic"] == pytest.approx(t**2, rel=1e-6)
    assert (row["assessments"], row["raters"], row["df"]) == (80, 2, 39)


@pytest.mark.parametrize("people", [0, 2])
def test_nothing_or_next_to_nothing_delivered_is_said_in_words(insurer: Insurer, people: int) -> None:
    run = insurer({"assessments": rated(people, {"a": 0.0, "b": 1.0})} if people else {})
    assert severities(run).empty
    assert (rating_reliability(run)["status"] != "ok").all()
    assert assessor_severity(run)["estimate"].isna().all()
    assert (assessor_severity_test(run)["status"] != "ok").tolist() == [True]


def test_the_sample_assessors_are_found_as_planted(insurer: Insurer, delivered: pd.DataFrame) -> None:
    """The sample's assessors lie −2 … 2 points apart: each within 2.6 standard errors (99 % of all, five at once)."""
    found = severities(insurer({"assessments": delivered})).set_index("assessor_id")
    planted = pd.Series(PLANTED)
    assert ((found["offset"] / 100 - planted).abs() <= 2.6 * found["std_error"] / 100).all()
    assert assessor_severity_test(insurer({"assessments": delivered}))["p"].iloc[0] < 0.001
