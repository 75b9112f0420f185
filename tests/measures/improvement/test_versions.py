"""Are the versions of indicators and rules that began or ended told, with what changed in them?"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pandas as pd
import pytest

from analysis.measures.improvement.versions import versions
from tests.measures.conftest import Insurer
from tests.params.test_registry import INDICATOR

RULE: dict[str, Any] = {
    "id": "cn.a.b", "title": "t", "clause": "4.2", "jurisdiction": "cn", "force": "duty", "certainty": "high",
    "start": "requests.opened_at", "stop": "requests.resolved_at", "limits": [{"days": 30}],
    "source": {"title": "law", "article": "1"}, "effective_from": "2010-01-01"}


def told(insurer: Insurer, indicators: list[dict[str, Any]], rules: list[dict[str, Any]] | None = None,
         quarter: str = "2024Q3") -> pd.DataFrame:
    files = {"indicators.yml": [deepcopy(INDICATOR | one) for one in indicators],
             "rules/cn.yml": [deepcopy(RULE | one) for one in rules or [{}]]}
    return versions(insurer({}, quarter, as_of="2024-10-15T00:00:00+08:00", files=files))


OLD = {"effective_to": "2023-12-31"}
REVISED = {"effective_from": "2024-01-01", "definition": "all", "target": 9, "target_source": "plan"}


def test_a_revision_is_its_two_versions_and_the_parts_that_differ(insurer: Insurer) -> None:
    table = told(insurer, [OLD, REVISED, {"id": "csat_mean"}])
    assert table.to_numpy().tolist() == [
        ["nps", 1, "2020-01-01", "2023-12-31", "", "a", ""],
        ["nps", 2, "2024-01-01", "", "definition / target", "a", ""]]


def test_a_rule_that_bound_until_lately_is_told_with_its_law(insurer: Insurer) -> None:
    rules = [{"effective_to": "2024-06-30"}, {"effective_from": "2024-07-01", "limits": [{"days": 15}]},
             {"id": "cn.a.c", "effective_to": "2022-09-30"}]
    table = told(insurer, [{}], rules)
    assert table[["concerns", "version", "what_changed", "approver", "source"]].to_numpy().tolist() == [
        ["cn.a.b", 1, "", "", "law"], ["cn.a.b", 2, "limits", "", "law"]]


@pytest.mark.parametrize(("change", "what"), [
    ({"direction": "lower"}, "direction"), ({"variant": "closed_only"}, "definition"), ({"source": "b"}, "source"),
    ({"per": "year"}, "unit"), ({"clause": "3.2"}, "clause"), ({"title": "named anew"}, "wording")])
def test_what_makes_a_figure_another_is_no_change_of_words(insurer: Insurer, change: dict[str, Any], what: str) -> None:
    table = told(insurer, [OLD, {"effective_from": "2024-01-01"} | change])
    assert table["what_changed"].tolist() == ["", what]


@pytest.mark.parametrize(("change", "what"), [
    ({"source": {"title": "law", "article": "2"}}, "source"), ({"certainty": "low"}, "certainty"),
    ({"limits": [{"days": 30, "certainty": "low"}]}, "certainty"), ({"clause": "4.6"}, "clause"),
    ({"note": "clearer"}, "wording")])
def test_another_article_of_the_law_is_a_change_of_source_alone(insurer: Insurer, change: dict[str, Any],
                                                                 what: str) -> None:
    table = told(insurer, [{}], [{"effective_to": "2024-06-30"}, {"effective_from": "2024-07-01"} | change])
    assert table["what_changed"].tolist() == ["", what]


def test_only_eight_quarters_and_what_is_in_force_by_then_count(insurer: Insurer) -> None:
    """The eight quarters up to 2024Q3 begin on 1 October 2022."""
    for first, rows in (("2022-09-30", 0), ("2022-10-01", 1), ("2024-09-30", 1), ("2024-10-01", 0)):
        table = told(insurer, [{}, {"id": "csat_mean", "effective_from": first}])
        assert table["what_changed"].tolist() == ["new"] * rows


def test_a_change_of_words_alone_is_called_so(insurer: Insurer) -> None:
    table = told(insurer, [OLD, {"effective_from": "2024-01-01", "interpretation": "clearer"}])
    assert table["what_changed"].tolist() == ["", "wording"]


def test_a_company_that_inherits_its_definitions_has_no_history_of_them(insurer: Insurer) -> None:
    found = versions(insurer({}))
    assert found.empty
    assert "what_changed" in found
