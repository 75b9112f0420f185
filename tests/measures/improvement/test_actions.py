from __future__ import annotations

from copy import deepcopy

from analysis.measures.improvement.actions import action_states, actions, tally, told_back
from tests.measures.improvement.test_effects import ACTION as EFFECT
from tests.measures.improvement.test_effects import FASTER, answers

ACTION = {"problem_id": "nps:branch:B1", "indicator": "nps", "units": ["B1"], "comparison_units": ["B2", "B3"],
          "owner_department": "quality", "opened_on": "2024-05-01", "due_on": "2024-09-30", "expected_effect": 0.05,
          "window": "2024Q3"}


BEGUN = {"started_on": "2024-06-01"}


def taken(insurer, *changes: dict):
    """Return the run of an insurer with one measure per dict of changes, A1, A2, …"""
    rows = [deepcopy(ACTION) | {"action_id": f"A{number}"} | one for number, one in enumerate(changes, 1)]
    return insurer({}, files={"actions.yml": rows})


def test_states_are_those_of_the_report_date(insurer):
    table = actions(taken(insurer, {**BEGUN, "done_on": "2024-10-15"}, {**BEGUN, "done_on": "2024-10-16"},
                          {"due_on": "2024-10-15"},
                          {"due_on": "2024-12-31", "started_on": "2024-06-01"}))
    assert table.set_index("action_id")["state"].to_dict() == {
        "A1": "done", "A2": "overdue", "A3": "planned", "A4": "running"}


def test_overdue_measures_come_first_and_later_dates_are_not_known(insurer):
    table = actions(taken(insurer, {**BEGUN, "done_on": "2024-08-01"}, {**BEGUN, "done_on": "2024-11-01"}))
    assert table[["action_id", "done_on"]].to_numpy().tolist() == [["A2", ""], ["A1", "2024-08-01"]]


def test_a_measure_opened_after_the_report_is_not_there(insurer):
    table = actions(taken(insurer, {}, {"opened_on": "2024-10-16", "due_on": "2024-12-31", "window": "2024Q4"}))
    assert table["action_id"].tolist() == ["A1"]


def test_effects_are_not_yet_evaluated(insurer):
    row = actions(taken(insurer, {"window": "2024Q3 to 2024Q4"})).iloc[0]
    assert (row["status"], row["expected_effect"], row["units"], row["comparison_units"]) == (
        "not yet evaluated", "+0.05", "B1", "B2; B3")


def test_a_measure_that_missed_its_window_is_counted_as_not_shown(insurer):
    counts = tally(actions(taken(insurer, {}, {"window": "2024Q3 to 2024Q4"}))).set_index("effect")["count"]
    assert counts.to_dict() == {"effective": 0, "not shown": 1, "harmful": 0, "not yet evaluated": 1}


def test_no_measures_are_no_data(insurer):
    table = actions(insurer({}))
    assert (table["status"].tolist(), table["owner_department"].tolist()) == (["no data"], [""])
    assert action_states(table)["n"].tolist() == [0, 0, 0, 0]
    assert {"effect", "why", "detectable", "foreseen", "by_regression", "compared", "adjustment"} <= set(table)
    assert tally(table)["count"].tolist() == [0, 0, 0, 0]


def test_units_that_are_in_no_figure_are_named(insurer):
    """Ten branches answer; B98 and B99 are not among them."""
    measure = EFFECT | {"units": ["B01", "B99"], "comparison_units": ["B04", "B98"]}
    files = {"actions.yml": [EFFECT | {"action_id": "A0"}, measure, FASTER | {"action_id": "A2"}]}
    table = actions(insurer({"surveys": answers(0.1)}, files=files)).set_index("action_id")
    assert table["units_unknown"].to_dict() == {"A0": "", "A1": "B99; B98", "A2": ""}


def test_without_any_figure_no_unit_is_called_unknown(insurer):
    table = actions(insurer({}, files={"actions.yml": [EFFECT]}))
    assert table[["units_unknown", "why"]].to_numpy().tolist() == [["", "its indicator has no figures of such units"]]


def test_a_decision_is_known_from_its_day_on(insurer):
    table = actions(taken(insurer, {"decision": "stop", "decided_on": "2024-10-15"},
                          {"decision": "stop", "decided_on": "2024-10-16"}))
    assert table["decision"].tolist() == ["stop", ""]
    assert table["adjustment"].tolist() == ["", ""]


def test_states_are_counted_also_where_none(insurer):
    counts = action_states(actions(taken(insurer, {**BEGUN, "done_on": "2024-08-01"}, {}))).set_index("state")["n"]
    assert counts.to_dict() == {"done": 1, "overdue": 1, "running": 0, "planned": 0}


def test_told_back_stops_at_the_report_date(insurer):
    run = insurer({}, told_back=[{"unit": "B1", "on": "2024-10-15", "answer": "agreed"},
                                 {"unit": "B2", "on": "2024-10-16"}])
    assert told_back(run).to_numpy().tolist() == [["B1", "2024-10-15", "agreed"]]
