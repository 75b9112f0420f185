"""Is every planted effect described well enough to be looked for, and are the measures the registered ones?"""

import pytest
import yaml

from analysis.sample.effects import MEASURES, MODES, planted


def test_ids_are_unique():
    ids = [one["id"] for one in planted()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("field", ["what", "table", "units", "quarters", "size", "how", "report", "indicator"])
def test_every_effect_says(field):
    assert all(one[field] for one in planted())


def test_every_effect_names_a_report(told):
    notebooks = {"00_summary", "10_plan_and_collection", "20_satisfaction", "30_response_time",
                 "40_accuracy_and_compliance", "50_complaints_and_feedback", "60_employee_scoring", "70_improvement"}
    assert {one["report"] for one in told["effects"]} <= notebooks


def test_measures_are_those_of_the_register(folder):
    register = {one["action_id"]: one for one in yaml.safe_load((folder.parents[1] / "params/actions.yml").read_text())}
    assert all(tuple(register[one.action_id]["units"]) == one.units for one in MEASURES)
    assert all(tuple(register[one.action_id]["comparison_units"]) == one.comparison_units for one in MEASURES)
    assert all(register[one.action_id]["started_on"] == one.started_on for one in MEASURES)


def test_treated_units_are_compared_with_others():
    assert all(len(one.units) >= 3 and not set(one.units) & set(one.comparison_units) for one in MEASURES)


def test_phone_lifts_and_online_lowers():
    assert MODES.top2_gap("phone") > MODES.top2_gap("questionnaire") > MODES.top2_gap("online")
