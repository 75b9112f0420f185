from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.improvement.windows import began, judged_over, looked_at, missed, phased, quarters
from analysis.params import Action
from analysis.quarter import Quarter

NOW = Quarter(2024, 3)


def action(**changes: str | None) -> Action:
    facts = {"action_id": "A1", "problem_id": "nps:branch:B1", "indicator": "nps", "units": ("B1",),
             "owner_department": "quality", "opened_on": "2023-11-06", "due_on": "2024-12-31",
             "started_on": "2024-01-01", "expected_effect": 1, "window": "2024Q1 to 2024Q2"}
    return Action.model_validate(facts | changes)


def phases(one: Action, now: Quarter = NOW) -> dict[str, str]:
    told = pd.DataFrame({"quarter": [str(quarter) for quarter in quarters(Quarter(2021, 1), Quarter(2025, 4))]})
    return phased(one, told, now).set_index("quarter")["phase"].to_dict()


@pytest.mark.parametrize(("started_on", "first"), [
    (None, None), ("2024-01-31", Quarter(2024, 1)), ("2024-02-01", Quarter(2024, 2)), ("2024-09-15", None)])
def test_a_measure_begins_with_a_quarter_if_within_its_first_month(started_on: str | None, first: Quarter) -> None:
    assert began(action(started_on=started_on), NOW) == first


def test_quarters_that_chose_the_units_are_neither_before_nor_after() -> None:
    """Opened on 6 November, when the third quarter was the last one reported; the window ends with the second."""
    assert phases(action()) == {
        **dict.fromkeys(["2022Q1", "2022Q2", "2022Q3", "2022Q4", "2023Q1", "2023Q2"], "before"),
        "2023Q3": "chosen", "2023Q4": "chosen", "2024Q1": "after", "2024Q2": "after"}


@pytest.mark.parametrize(("chosen_from", "chosen"), [
    ("2023Q1", ["2023Q1", "2023Q2", "2023Q3", "2023Q4"]), ("2023Q4", ["2023Q3", "2023Q4"])])
def test_more_quarters_may_be_registered_to_have_chosen_the_units_but_not_fewer(chosen_from: str,
                                                                                chosen: list[str]) -> None:
    found = phases(action(chosen_from=chosen_from))
    assert [quarter for quarter, phase in found.items() if phase == "chosen"] == chosen


def test_a_quarter_not_yet_reported_did_not_choose_alone() -> None:
    """On 5 January the third quarter was the last one reported, on 5 February the fourth."""
    early = phases(action(opened_on="2024-01-05", started_on="2024-01-20"))
    later = phases(action(opened_on="2024-02-05", started_on="2024-02-20"))
    assert [early["2023Q2"], early["2023Q3"], early["2023Q4"]] == ["before", "chosen", "chosen"]
    assert [later["2023Q3"], later["2023Q4"], later.get("2024Q1"), later["2024Q2"]] == [
        "before", "chosen", None, "after"]


def test_a_measure_planned_long_ago_has_a_clean_time_before() -> None:
    planned = action(opened_on="2023-02-10", started_on=None, window="2024Q4 to 2025Q1")
    assert [one for one, phase in phases(planned).items() if phase == "chosen"] == ["2022Q4", "2023Q1"]
    assert judged_over(planned, NOW) == [Quarter(2024, 4), Quarter(2025, 1)]
    assert looked_at(planned, NOW)[-1] == NOW


def test_a_window_that_ended_before_the_measure_began_holds_nothing() -> None:
    late = action(started_on="2024-08-20")
    assert judged_over(late, NOW) == []
    assert "after" not in phases(late).values()


@pytest.mark.parametrize(("started_on", "window", "answer"), [
    ("2024-08-20", "2024Q1 to 2024Q3", True), ("2024-02-05", "2024Q1", True), ("2024-02-05", "2024Q1 to 2024Q2", False),
    (None, "2024Q1 to 2024Q3", True), (None, "2024Q1 to 2024Q4", False), ("2024-10-05", "2024Q4", False)])
def test_a_window_without_a_whole_quarter_with_the_measure_was_missed(started_on: str | None, window: str,
                                                                      answer: bool) -> None:
    assert missed(action(started_on=started_on, window=window), NOW) == answer
