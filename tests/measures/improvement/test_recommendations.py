"""Does each problem get the catalogue's advice, and does the list know what was taken already?"""

from __future__ import annotations

from copy import deepcopy

import pandas as pd
import pytest

from analysis.measures.improvement.recommendations import advice, recommendations
from analysis.refusal import Refused
from tests.measures.conftest import Insurer
from tests.measures.improvement.test_actions import ACTION

ENTRY = {"id": "R1", "indicators": ["nps"], "unit_types": ["branch"], "owner_department": "training",
         "measure": "coach", "expected_effect": 4, "evidence": "none known", "certainty": "low"}
ANYWHERE = ENTRY | {"id": "R2", "unit_types": [], "measure": "listen", "expected_effect": None}
PROBLEMS = pd.DataFrame(
    [["nps:branch:B1", "nps", "branch", "B1", "customer_service"], ["nps:company:company", "nps", "company", "company",
     "customer_service"], ["csat_mean:branch:B1", "csat_mean", "branch", "B1", "customer_service"]],
    columns=["problem_id", "indicator", "unit_type", "unit", "owner"]).assign(part=["", "", "B1 in words"])


def test_the_first_entry_that_fits_indicator_and_unit_is_the_advice(insurer: Insurer) -> None:
    run = insurer({}, files={"recommendations.yml": deepcopy([ENTRY]) + deepcopy([ANYWHERE])})
    table = recommendations(run, PROBLEMS).set_index("problem_id")
    assert table["measure"].tolist() == ["coach", "listen", ""]
    assert table["expected_effect"].tolist() == ["+4", "", ""]
    assert table["part"].tolist() == ["", "", "B1 in words"]
    assert table["owner_department"].tolist() == ["training", "training", "customer_service"]


def test_a_measure_taken_by_the_report_date_is_named(insurer: Insurer) -> None:
    actions = [ACTION | {"action_id": "A1"},
               ACTION | {"action_id": "A2", "opened_on": "2024-10-16", "due_on": "2024-12-31", "window": "2025Q1"},
               ACTION | {"action_id": "A3", "problem_id": "another"}]
    run = insurer({}, files={"recommendations.yml": [ANYWHERE], "actions.yml": [deepcopy(one) for one in actions]})
    assert recommendations(run, PROBLEMS)["action_id"].tolist() == ["A1; A3", "", ""]


def test_without_problems_there_is_nothing_to_advise(insurer: Insurer) -> None:
    assert recommendations(insurer({}), PROBLEMS.iloc[:0]).empty


def test_the_shipped_catalogue_has_advice_for_every_indicator_of_the_sample_with_a_target(insurer: Insurer) -> None:
    run = insurer({})
    wanted = [one.id for one in run.params.registry if one.target is not None and one.unit != "alpha"]
    missing = [one for one in wanted if advice(run, one, "branch") is None and one not in (
        "inquiry_drift_share", "feedback_actioned_share", "feedback_answered_share", "human_answer_share",
        "driver_odds_ratio")]
    assert missing == []


@pytest.mark.parametrize(("change", "column"), [({"indicators": ["npss"]}, "0.indicators"), ({"id": ""}, "0.id"),
                                                ({"certainty": "sure"}, "0.certainty")])
def test_a_malformed_catalogue_is_refused(change: dict, column: str, insurer: Insurer) -> None:
    with pytest.raises(Refused) as refused:
        insurer({}, files={"recommendations.yml": [ENTRY | change]})
    assert refused.value.file == "recommendations.yml"
    assert str(refused.value.column).startswith(column)


def test_two_entries_of_one_id_are_refused(insurer: Insurer) -> None:
    with pytest.raises(Refused, match="stands twice"):
        insurer({}, files={"recommendations.yml": [deepcopy(ENTRY), deepcopy(ENTRY)]})
