from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from analysis.measures.people.competence import competence

SPELL = {"department": "d1", "branch": "B1", "team": "t1", "role": "clerk", "service_line": "claims",
         "valid_from": "2020-01-01"}
FACETS = ("knowledge", "communication", "adaptability")


def staff(people: int, **columns: object) -> pd.DataFrame:
    """Return a roster of ``people`` in one spell each."""
    return pd.DataFrame([SPELL | {"employee_id": f"e{number}"} for number in range(1, people + 1)]).assign(**columns)


def ratings(scores: list[list[float]], max_score: int = 10) -> pd.DataFrame:
    """Return one rating of knowledge per score: a list per person, each by another assessor."""
    rows = [{"assessment_id": f"k{person}-{rater}", "employee_id": f"e{person}", "assessor_id": f"a{rater}",
             "assessed_on": "2024-08-01", "facet": "knowledge", "score": score, "max_score": max_score}
            for person, several in enumerate(scores, 1) for rater, score in enumerate(several, 1)]
    return pd.DataFrame(rows)


def row_of(table: pd.DataFrame, unit: str = "company", **where: str) -> pd.Series:
    for column, value in (where | {"unit": unit}).items():
        table = table[table[column] == value]
    return table.iloc[0]


def test_everybody_counts_alike_however_often_rated(insurer):
    """Means 40, 50 ... 100: R t.test(seq(40, 100, 10))$conf.int = 50.02105 89.97895."""
    scores = [[5, 5, 5, 5], [6], [7], [8], [8, 10], [4], [10]]
    row = row_of(competence(insurer({"assessments": ratings(scores), "staff": staff(7)})), facet="")
    assert (row["n"], row["estimate"]) == (7, pytest.approx(70))
    assert (row["low"], row["high"]) == (pytest.approx(50.02105, abs=1e-5), pytest.approx(89.97895, abs=1e-5))


def test_fewer_than_seven_people_have_no_figure(insurer):
    scores = [[5], [6], [7], [8], [9], [10]]
    row = row_of(competence(insurer({"assessments": ratings(scores), "staff": staff(6)})), facet="")
    assert row["status"] == "not estimable: fewer than 7 people"


def test_scores_are_told_per_facet_with_the_number_of_assessors(insurer):
    rated = ratings([[3, 4], [4, 5], [5, 6], [6, 7], [7, 8], [8, 9], [9, 10]])
    other = rated[rated["assessor_id"] == "a1"].assign(facet="communication", score=1)
    table = competence(insurer({"assessments": pd.concat([rated, other]), "staff": staff(7)}))
    assert row_of(table, facet="knowledge")["estimate"] == pytest.approx(65)
    assert row_of(table, facet="knowledge")["assessors"] == 2
    assert row_of(table, facet="communication")["assessors"] == 1


def test_a_person_stands_in_the_post_held_last_in_the_quarter(insurer):
    roster = pd.concat([staff(7, valid_to="2024-08-14"), staff(7, valid_from="2024-08-15", service_line="sales"),
                        staff(7, valid_from="2024-10-02", service_line="consultation")])
    table = competence(insurer({"assessments": ratings([[4], [5], [6], [7], [8], [9], [10]]), "staff": roster}))
    assert row_of(table, "sales", facet="")["estimate"] == pytest.approx(70)
    assert row_of(table, "claims", facet="")["status"] == "no data"


def test_a_line_rated_by_a_strict_assessor_is_not_worse_for_it(insurer):
    """40 people rated by both tie the assessors together: b gives 2 of 10 less; the other people have one rating."""
    both = [[5 + person % 4, 3 + person % 4] for person in range(40)]
    both[0][0] += 0.5  # some noise, or there is nothing to judge the uncertainty by
    mild = ratings([[6 + person % 3] for person in range(20)]).assign(assessor_id="a1")
    strict = ratings([[4 + person % 3] for person in range(20)]).assign(assessor_id="a2")
    named = [table.assign(employee_id=mark + table["employee_id"], assessment_id=mark + table["assessment_id"])
             for mark, table in (("x", mild), ("y", strict))]
    rated = pd.concat([ratings(both), *named])
    people = rated["employee_id"].unique()
    lines = {"e": "claims", "x": "sales", "y": "after_sales"}
    roster = pd.DataFrame([SPELL | {"employee_id": one, "service_line": lines[one[0]]} for one in people])
    table = competence(insurer({"assessments": rated, "staff": roster}))
    sales, after = row_of(table, "sales", facet=""), row_of(table, "after_sales", facet="")
    assert sales["estimate"] == pytest.approx(after["estimate"], abs=0.3)
    assert sales["method"].endswith("assessors' severity removed")


def test_what_is_uncertain_in_a_severity_widens_the_interval_of_those_it_moves(insurer):
    rng = np.random.default_rng(1)
    both = [[round(score, 1), round(score - 1 + rng.normal(0, 0.5), 1)] for score in rng.uniform(4, 8, 40)]
    rated = ratings(both)
    one_sided = rated[(rated["assessor_id"] == "a1") | (rated["employee_id"].str[1:].astype(int) <= 32)]
    lines = ["claims" if number <= 32 else "sales" for number in range(1, 41)]
    table = competence(insurer({"assessments": one_sided, "staff": staff(40, service_line=lines)}))
    sales = row_of(table, "sales", facet="")
    points = one_sided[one_sided["employee_id"].str[1:].astype(int) > 32]["score"] * 10
    assert sales["high"] - sales["low"] > 2 * t.ppf(0.975, 7) * points.std(ddof=1) / 8**0.5


def test_a_facet_is_held_against_the_target_too(insurer):
    """All facets together and each are tested; R: t.test(seq(40, 100, 10), mu = 75, alternative = "less")$p.value."""
    rated = {"assessments": ratings([[4], [5], [6], [7], [8], [9], [10]]), "staff": staff(7)}
    table = competence(insurer(rated, indicators={"competence_score": {"target": 75}}))
    assert row_of(table, facet="knowledge")["p_worse"] == pytest.approx(0.281382248, abs=1e-8)
