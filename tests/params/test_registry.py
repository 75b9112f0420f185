"""Is an indicator computed under the version in force on the quarter's last day (clause 8.2)?"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from analysis.params.registry import Indicator, Registry, inherited
from analysis.quarter import Quarter

INDICATOR: dict[str, Any] = {
    "id": "nps", "title": "t", "unit": "nps", "definition": "d", "interpretation": "i", "formula": "f",
    "source": "surveys", "clause": "3.1", "owner": "o", "direction": "higher", "report": "20_satisfaction",
    "approver": "a", "effective_from": "2020-01-01",
}


def indicator(**changes: Any) -> Indicator:
    return Indicator.model_validate(INDICATOR | changes)


OLD = indicator(title="old", effective_to="2023-12-31")
NEW = indicator(title="new", effective_from="2024-01-01")


@pytest.mark.parametrize(("quarter", "title"), [("2023Q4", "old"), ("2024Q1", "new")])
def test_the_version_in_force_on_the_last_day_counts(quarter: str, title: str) -> None:
    registry = Registry([OLD, NEW], Quarter.parse(quarter))
    assert registry["nps"].title == title
    assert [one.title for one in registry] == [title]


def test_an_indicator_not_yet_or_no_longer_in_force_is_not_there() -> None:
    assert "nps" not in Registry([NEW], Quarter.parse("2023Q4"))
    assert "nps" not in Registry([OLD], Quarter.parse("2024Q1"))


@pytest.mark.parametrize(("quarter", "titles"), [("2024Q1", ["new"]), ("2024Q4", ["new"]), ("2025Q1", [])])
def test_a_revision_is_new_for_four_quarters(quarter: str, titles: list[str]) -> None:
    one = Quarter.parse(quarter)
    assert [version.title for version in Registry([OLD, NEW], one).revised(one)] == titles


def test_who_inherits_takes_the_present_definition_and_no_history() -> None:
    gone = indicator(id="gone", effective_to="2021-12-31")
    for quarter in map(Quarter.parse, ("2020Q1", "2023Q4", "2024Q1")):
        registry = Registry(inherited([OLD, NEW, gone]), quarter)
        assert [one.title for one in registry] == ["new"]
        assert registry.revised(quarter) == []


def test_a_first_version_is_no_revision() -> None:
    assert Registry([NEW], Quarter.parse("2024Q1")).revised(Quarter.parse("2024Q1")) == []


@pytest.mark.parametrize(("changes", "message"), [
    ({"target": 30}, "a target needs its target_source"), ({"effective_to": "2019-12-31"}, "lies before"),
    ({"id": "NPS"}, "match pattern"), ({"unit": "percent"}, "share"), ({"minimum_n": 0}, "greater than or equal to 1"),
    ({"direction": "up"}, "higher"),
])
def test_an_incomplete_definition_is_an_error(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        indicator(**changes)
