from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.measures.people.competence import competence
from analysis.measures.people.training import line_needs, training_needs
from tests.measures.conftest import Insurer
from tests.measures.people.test_competence import FACETS, ratings, staff

SAMPLE = Path(__file__).parents[3] / "data" / "sample"


def by_facet(shift: dict[str, int]) -> pd.DataFrame:
    """Return one rating of seven people on each facet, 4–10 of 10 less the facet's shift."""
    return pd.concat([ratings([[score - less] for score in range(4, 11)]).assign(facet=facet)
                      for facet, less in shift.items()])


def test_training_needs_are_told_by_team_and_facet_lowest_first(insurer: Insurer) -> None:
    table = training_needs(insurer({"assessments": by_facet(dict(zip(FACETS, (0, 1, 4), strict=True))),
                                    "staff": staff(7)}))
    assert table["facet"].tolist() == ["adaptability", "", "communication", "knowledge"]
    assert set(table["unit_type"]) == {"team"}


def test_a_need_is_certain_after_holm_over_all_facets(insurer: Insurer) -> None:
    """R: p.adjust(p, "holm") multiplies the smallest of three p-values by three."""
    planned = {"competence_score": {"target": 60}}
    table = training_needs(insurer({"assessments": by_facet(dict(zip(FACETS, (0, 1, 4), strict=True))),
                                    "staff": staff(7)}, indicators=planned)).set_index("facet")
    assert table["need"].to_dict() == {"adaptability": "need", "": "", "communication": "not shown",
                                       "knowledge": "not shown"}
    assert table.loc["adaptability", "p_adjusted"] == pytest.approx(3 * table.loc["adaptability", "p_worse"])


def test_people_trained_in_the_topic_stand_beside_the_need(insurer: Insurer) -> None:
    training = pd.DataFrame({"session_id": ["s1", "s1", "s2", "s3"], "employee_id": ["e1", "e2", "e1", "e3"],
                             "topic": ["knowledge", "knowledge", "knowledge", "adaptability"],
                             "completed_on": ["2024-08-01", "2024-08-01", "2024-05-01", "2023-06-01"]})
    table = training_needs(insurer({"assessments": by_facet(dict.fromkeys(FACETS, 1)), "staff": staff(7),
                                    "training": training})).set_index("facet")
    assert table["trained"].to_dict() == {"": 2, "adaptability": 0, "communication": 0, "knowledge": 2}


def test_a_team_of_six_has_no_figure_and_no_need(insurer: Insurer) -> None:
    table = training_needs(insurer({"assessments": ratings([[1], [2], [1], [2], [1], [2]]), "staff": staff(6)}))
    assert set(table["status"]) == {"not estimable: fewer than 7 people"}
    assert set(table["need"]) == {""}


def test_without_assessments_or_teams_nobody_is_listed(insurer: Insurer) -> None:
    for delivered in ({}, {"assessments": ratings([[5], [6]])}):
        assert training_needs(insurer(delivered)).empty
        assert line_needs(insurer(delivered)).empty


def test_the_sample_lines_need_what_was_planted_and_nothing_else(insurer: Insurer) -> None:
    """truth.yml: sales staff lie 10 points lower in adaptability, of which the target is told to be 75."""
    files = {name: [pd.read_csv(SAMPLE / quarter / f"{name}.csv", dtype=str) for quarter in ("2024Q2", "2024Q3")]
             for name in ("assessments", "staff")}
    rated = pd.concat(files["assessments"]).drop_duplicates(["assessment_id", "facet"])
    roster = files["staff"][-1].drop_duplicates(["employee_id", "valid_from"])
    run = insurer({"assessments": rated, "staff": roster}, indicators={"competence_score": {"target": 75}})
    needs = line_needs(run).query("need == 'need'")
    assert needs[["unit", "facet"]].to_numpy().tolist() == [["sales", "adaptability"]]
    rows = competence(run).query("unit_type == 'service_line' and facet == 'adaptability'").set_index("unit")
    others = rows.drop(index="sales")
    error = ((rows.loc["sales", "high"] - rows.loc["sales", "low"]) ** 2
             + ((others["high"] - others["low"]) ** 2).sum() / len(others) ** 2) ** 0.5 / 2
    assert abs(rows.loc["sales", "estimate"] - others["estimate"].mean() + 10) < error
