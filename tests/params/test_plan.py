"""Does a plan hold together before a quarter rests on it (clause 5.1)?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from analysis.measures.audits import audit_planning
from analysis.measures.collection import sample_plan
from analysis.params.plan import SIZED_BY, Coverage, Plan
from analysis.quarter import Quarter

PLAN: dict[str, Any] = {"quarter": "2024Q3", "as_of": "2024-10-15T00:00:00+08:00", "prepared_by": "a",
                        "approved_by": "b",
                        "approved_on": "2024-06-20", "indicators": {}, "tables": {}}
FIELDWORK = {"covers": "fieldwork", "from": "2024-07-15", "to": "2024-08-15"}


def test_a_window_is_the_quarter_or_the_fieldwork() -> None:
    quarter = Quarter.parse("2024Q3")
    assert Coverage().window(quarter) == (date(2024, 7, 1), date(2024, 9, 30))
    assert Coverage.model_validate(FIELDWORK).window(quarter) == (date(2024, 7, 15), date(2024, 8, 15))


@pytest.mark.parametrize(("changes", "message"), [
    ({"to": None}, "fieldwork needs from and to"), ({"covers": "quarter"}, "fieldwork needs from and to"),
    ({"to": "2024-07-14"}, "to lies before from"), ({"covers": "month"}, "fieldwork"),
])
def test_fieldwork_has_two_dates_in_order(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Coverage.model_validate(FIELDWORK | changes)


@pytest.mark.parametrize("weights", [[0.5, 0.5], [0.1] * 10, []])
def test_weights_add_to_one(weights: list[float]) -> None:
    indicators = {f"i{number}": {"weight": weight, "floor": 0} for number, weight in enumerate(weights)}
    plan = Plan.model_validate(PLAN | {"indicators": indicators | {"unweighted": {}}})
    assert len(plan.indicators) == len(weights) + 1


def test_weights_that_do_not_add_to_one_are_an_error() -> None:
    with pytest.raises(ValidationError, match=r"the weights add to 0.9, not to 1"):
        Plan.model_validate(PLAN | {"indicators": {
            "a": {"weight": 0.5, "floor": 0}, "b": {"weight": 0.4, "floor": 0}}})


@pytest.mark.parametrize("grades", [{}, {"A": 90, "B": 10}, {"A": 0, "B": 0}, {"A": 101, "B": 0}, {"A": 50, "B": -1}])
def test_grades_cover_the_scale_once(grades: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match="lowest score of its own"):
        Plan.model_validate(PLAN | {"grades": grades})


def test_a_weight_without_a_floor_is_an_error() -> None:
    with pytest.raises(ValidationError, match="a has a weight and no floor"):
        Plan.model_validate(PLAN | {"indicators": {"a": {"weight": 1}}})


@pytest.mark.parametrize(("changes", "message"), [
    ({"as_of": "2024-10-15T00:00:00"}, "timezone"), ({"revision": 0}, "greater than or equal to 1"),
    ({"limits": {"claim": {"resolution": 0}}}, "greater than 0"), ({"samples": {"surveys": {"planned": -1}}}, "0"),
    ({"milestones": [{"name": "n", "owner": "o"}]}, "Field required"), ({"tabels": {}}, "Extra inputs"),
])
def test_a_plan_outside_the_possible_is_an_error(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Plan.model_validate(PLAN | changes)


NEAR = [
    ("approved_on", "2023-07-01", "2025-06-30"), ("milestones.due", "2023-10-01", "2025-06-30"),
    ("milestones.done", "2023-10-01", "2025-06-30"), ("told_back", "2023-10-01", "2025-06-30"),
    ("tables.from", "2024-04-01", "2024-09-30"), ("tables.to", "2024-07-01", "2024-12-31"),
]


def with_date(key: str, day: date) -> dict[str, Any]:
    step = {"name": "n", "owner": "o", "due": "2024-08-01"}
    return {
        "approved_on": {"approved_on": day}, "told_back": {"told_back": [{"unit": "B1", "on": day}]},
        "milestones.due": {"milestones": [step | {"due": day}]},
        "milestones.done": {"milestones": [step | {"done": day}]},
        "tables.from": {"tables": {"surveys": FIELDWORK | {"from": day, "to": "2024-10-01"}}},
        "tables.to": {"tables": {"surveys": FIELDWORK | {"from": "2024-07-01", "to": day}}},
    }[key]


@pytest.mark.parametrize(("key", "first", "last"), NEAR)
def test_dates_lie_near_the_quarter(key: str, first: str, last: str) -> None:
    ends = (date.fromisoformat(first), date.fromisoformat(last))
    assert all(Plan.model_validate(PLAN | with_date(key, day)) for day in ends)
    for day in (ends[0] - timedelta(days=1), ends[1] + timedelta(days=1)):
        with pytest.raises(ValidationError, match=r"too far from 2024Q3|shares no day|to lies before from"):
            Plan.model_validate(PLAN | with_date(key, day))


def test_a_quarter_may_be_judged_long_after_it_and_not_in_a_year_that_was_mistyped() -> None:
    assert Plan.model_validate(PLAN | {"as_of": "2100-12-31T00:00:00+08:00"})
    with pytest.raises(ValidationError, match="as_of lies after 2100"):
        Plan.model_validate(PLAN | {"as_of": "2101-01-01T00:00:00+08:00"})


def test_a_sample_is_sized_by_a_width_or_by_a_change() -> None:
    for name in ("half_width", "detectable_change"):
        assert Plan.model_validate(PLAN | {"indicators": {"csat_top2_share": {name: 0.05}}})
        with pytest.raises(ValidationError, match="no sample is sized by nps"):
            Plan.model_validate(PLAN | {"indicators": {"nps": {name: 0.05}}})
    with pytest.raises(ValidationError, match="half_width and detectable_change stand together"):
        Plan.model_validate(PLAN | {"indicators": {"a": {"half_width": 0.05, "detectable_change": 0.05}}})


def test_samples_are_sized_by_what_the_measures_are_sized_by() -> None:
    assert set(SIZED_BY) == {sample_plan.MEASURED_BY, *(one.indicator for one in audit_planning.FAMILIES.values())}


def test_a_milestone_stands_once() -> None:
    step = {"name": "n", "owner": "o", "due": "2024-08-01"}
    with pytest.raises(ValidationError, match="the milestone stands twice"):
        Plan.model_validate(PLAN | {"milestones": [step, step | {"owner": "p"}]})


@pytest.mark.parametrize("days", [("2024-04-01", "2024-06-30"), ("2024-10-01", "2024-12-31")])
def test_fieldwork_of_another_quarter_is_an_error(days: tuple[str, str]) -> None:
    surveys = {"covers": "fieldwork", "from": days[0], "to": days[1]}
    with pytest.raises(ValidationError, match="shares no day with 2024Q3"):
        Plan.model_validate(PLAN | {"tables": {"surveys": surveys}})
