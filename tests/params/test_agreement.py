"""Do files that contradict one another stop a run, and only those?"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from analysis.params import PROJECT
from analysis.refusal import Refused
from tests.params.test_loop import ACTION, OBJECTION, REVIEW
from tests.params.test_params import SITE, folder, load, plan, write

__all__ = ["folder"]
SIGNED = {"quarter": "2024Q2", "revision": 1, "run_id": "a", "manifest_sha256": "0" * 64, "signed_by": "b",
          "signed_on": "2024-08-01"}
REGISTRY = (PROJECT / "params" / "indicators.yml").read_text(encoding="utf-8")


def test_where_no_department_is_named_anybody_may_own(folder: Path) -> None:
    write(folder, "actions", [ACTION | {"owner_department": "somebody"}])
    assert load(folder).actions[0].owner_department == "somebody"


def test_owners_are_held_against_the_departments_of_the_site(folder: Path) -> None:
    write(folder, "site", SITE | {"departments": ["quality"]})
    write(folder, "actions", [ACTION, deepcopy(ACTION) | {"action_id": "A2", "owner_department": "qualty"}])
    with pytest.raises(Refused, match=r"^actions.yml, row \d+, column 1.owner_department: the owner is no department "
                                      r"of site.yml. Name one of quality, or add it"):
        load(folder)


def test_the_owner_of_a_milestone_is_a_department_too(folder: Path) -> None:
    write(folder, "site", SITE | {"departments": ["quality"]})
    plan(folder, "2024Q3", milestones=[{"name": "n", "owner": "sales", "due": "2024-09-30"}])
    with pytest.raises(Refused, match=r"^2024Q3.yml, row \d+, column milestones.0.owner: the owner is no"):
        load(folder)


def test_owners_in_a_registry_count_where_the_company_keeps_it(folder: Path) -> None:
    write(folder, "site", SITE | {"departments": ["nobody"]})
    assert load(folder).site.departments == ("nobody",)
    (folder / "indicators.yml").write_text(REGISTRY, encoding="utf-8")
    with pytest.raises(Refused, match=r"^indicators.yml, row \d+, column 0.owner: the owner is no department"):
        load(folder)


@pytest.mark.parametrize("side", ["units", "comparison_units"])
def test_a_service_line_of_a_measure_is_one_of_the_site(folder: Path, side: str) -> None:
    measure = ACTION | {"problem_id": "nps:service_line:sales", "units": ["sales"]}
    write(folder, "actions", [measure])
    assert load(folder).actions[0].unit_type == "service_line"
    write(folder, "actions", [measure | {side: ["sale"]}])
    with pytest.raises(Refused, match=rf"^actions.yml, row \d+, column 0.{side}: there is no such service line in "
                                      r"site.yml. Name some of sales"):
        load(folder)


@pytest.mark.parametrize("change", [
    {"units": ["company"]},  # an interrupted time series of the whole company
    {"units": ["dropped since"], "started_on": "2024-01-10", "done_on": "2024-02-01"}])
def test_a_measure_in_the_whole_company_or_already_done_names_no_line_of_today(
        folder: Path, change: dict[str, Any]) -> None:
    write(folder, "actions", [ACTION | {"problem_id": "nps:service_line:sales"} | change])
    assert load(folder).actions[0].unit_type == "service_line"


def test_an_objection_of_a_new_branch_stops_no_run(folder: Path) -> None:
    write(folder, "site", SITE | {"departments": ["quality"]})
    plan(folder, "2024Q3", told_back=[{"unit": "B01", "on": "2024-07-25"}])
    write(folder, "reviews/2024Q2", REVIEW | {"quarter": "2024Q2", "objections": [OBJECTION | {"raised_by": "B99"}]})
    assert load(folder).reviews


def test_two_versions_of_an_indicator_on_one_day_are_refused(folder: Path) -> None:
    (folder / "indicators.yml").write_text(REGISTRY + REGISTRY[REGISTRY.index("- id:"):], encoding="utf-8")
    with pytest.raises(Refused, match=r"^indicators.yml, row \d+, column \d+.effective_from: two versions of "
                                      r"csat_top2_share are in force on 2010-01-01. End the older one"):
        load(folder)


@pytest.mark.parametrize(("indicator", "effect", "better"), [
    ("nps", -3, "higher"), ("response_median_hours", 2, "lower")])
def test_a_measure_is_expected_to_make_things_better(indicator: str, effect: float, better: str, folder: Path) -> None:
    write(folder, "actions", [ACTION | {"indicator": indicator, "expected_effect": effect}])
    with pytest.raises(Refused, match=rf"^actions.yml, row \d+, column 0.expected_effect: of this indicator {better}"):
        load(folder)


def test_an_id_of_an_objection_stands_once_over_all_quarters(folder: Path) -> None:
    for quarter in ("2024Q1", "2024Q2"):
        write(folder, f"reviews/{quarter}", REVIEW | {"quarter": quarter, "objections": [OBJECTION]})
    with pytest.raises(Refused, match=r"^reviews/2024Q2.yml, row \d+, column objections.0.id: the id O1 stands twice"):
        load(folder)


@pytest.mark.parametrize(("part", "key"), [("indicators", "id"), ("problems", "problem_id")])
def test_a_review_names_a_thing_once(folder: Path, part: str, key: str) -> None:
    one: dict[str, Any] = {key: "nps"} | ({"reviewed": True} if part == "indicators" else {})
    write(folder, "reviews/2024Q2", REVIEW | {part: [one, dict(one)]})
    with pytest.raises(Refused, match=rf"^reviews/2024Q2.yml, row \d+, column {part}.1.{key}: the id nps stands twice"):
        load(folder)


@pytest.mark.parametrize(("part", "entry", "key"), [
    ("indicators", {"id": "nsp", "reviewed": True}, "id"),
    ("objections", OBJECTION | {"indicator": "nsp"}, "indicator"),
])
def test_a_review_of_an_indicator_that_never_was_is_refused(
        folder: Path, part: str, entry: dict[str, Any], key: str) -> None:
    write(folder, "reviews/2024Q2", REVIEW | {part: [entry]})
    with pytest.raises(Refused, match=rf"^reviews/2024Q2.yml, row \d+, column {part}.0.{key}: there is no such"):
        load(folder)


def test_a_signature_is_of_the_quarter_its_file_is_named_after(folder: Path) -> None:
    write(folder, "published/2024Q1", [SIGNED])
    with pytest.raises(Refused, match=r"^published/2024Q1.yml, row \d+, column 0.quarter: the signature is for 2024Q2"):
        load(folder)
    (folder / "published" / "2024Q1.yml").rename(folder / "published" / "2024Q2.yml")
    assert [one.signed_by for signed in load(folder).signed.values() for one in signed] == ["b"]
