"""Does each clause say met, not met and no data when its evidence is present, wrong and absent?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from analysis.checks.clauses import CLAUSES, clauses
from analysis.checks.judgement import Evidence
from analysis.params.loop import Delivered
from analysis.params.plan import ToldBack
from analysis.params.registry import Registry
from analysis.quarter import Quarter

Spoil = Callable[[Evidence], Evidence]
CLAUSES_OF_THE_POLICY = [
    "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5", "3.1", "3.2", "3.3", "3.4",
    "4.0", "4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "5.1", "5.2", "5.3", "5.4", "5.5",
    "6.1", "6.2", "6.3", "6.4", "7.1", "7.2", "7.3", "7.4", "8.1", "8.2", "8.3", "8.4"]


def with_tables(e: Evidence, **tables: pd.DataFrame) -> Evidence:
    return replace(e, tables={**e.tables, **tables})


def without(*names: str) -> Spoil:
    return lambda e: replace(e, tables={name: table for name, table in e.tables.items() if name not in names})


def dropped(table: str, query: str) -> Spoil:
    return lambda e: with_tables(e, **{table: e.table(table).query(f"not ({query})")})


def changed(table: str, **values: object) -> Spoil:
    return lambda e: with_tables(e, **{table: e.table(table).assign(**values)})


def params(**values: object) -> Spoil:
    return lambda e: replace(e, params=replace(e.params, **values))


def plan(**values: object) -> Spoil:
    return lambda e: replace(e, params=replace(e.params, plan=e.params.plan.model_copy(update=values)))


def review(**values: object) -> Spoil:
    quarter = Quarter(2024, 2)
    return lambda e: replace(e, params=replace(
        e.params, reviews={quarter: e.params.reviews[quarter].model_copy(update=values)}))


def indicators(**values: object) -> Spoil:
    """Spoil every version of the registry, or empty it."""
    def spoil(e: Evidence) -> Evidence:
        first, *others = list(e.params.registry)
        registry = Registry([first.model_copy(update=values), *others], e.params.quarter)
        return replace(e, params=replace(e.params, registry=registry))
    return spoil


def no_indicators(e: Evidence) -> Evidence:
    return replace(e, params=replace(e.params, registry=Registry([], e.params.quarter)))


def unregistered(e: Evidence) -> Evidence:
    return with_tables(e, other=e.table("feedback").assign(indicator="unheard_of"))


def no_figures(e: Evidence) -> Evidence:
    return replace(e, tables={})


WRONG: dict[str, Spoil] = {
    "1.1": changed("opening", cases=[6, 1, 0]),
    "1.2": lambda e: with_tables(e, clocks=e.table("clocks").assign(source=["law", ""])),
    "2.1": changed("coverage", estimate=0.9),
    "2.2": dropped("scorecard", "unit == 'claims'"),
    "2.3": params(site=None),
    "2.4": dropped("consistency", "unit_type == 'shift'"),
    "2.5": dropped("partners", "indicator == 'accuracy_error_share'"),
    "3.1": dropped("satisfaction", "indicator == 'renew_share'"),
    "3.2": dropped("accuracy", "unit_type == 'month'"),
    "3.3": dropped("changes", "indicator == 'csat_top2_share'"),
    "3.4": indicators(interpretation=""),
    "4.0": unregistered,
    "4.1": without("changes"),
    "4.2": dropped("response_time", "indicator == 'response_p90_hours'"),
    "4.3": dropped("accuracy", "criterion == 'other'"),
    "4.4": dropped("competence", "facet == 'adaptability'"),
    "4.5": dropped("compliance", "criterion == 'industry_standard'"),
    "4.6": dropped("complaints", "indicator == 'complaint_effective_share'"),
    "5.1": plan(approved_on=date(2024, 12, 1)),
    "5.2": dropped("satisfaction", "unit == 'online'"),
    "5.3": changed("problems", owner=""),
    "5.4": review(delivered=(Delivered(to="board", on=date(2024, 7, 30), sha256="1" * 64),)),
    "5.5": plan(told_back=()),
    "6.1": lambda e: with_tables(
        e, fieldwork=pd.DataFrame({"sample": ["a", "b"], "planned": [1, 1], "actual": [1, 0]})),
    "6.2": indicators(approver=""),
    "6.3": dropped("training_needs", "facet == 'knowledge'"),
    "6.4": lambda e: with_tables(e, decisions=pd.concat([e.table("decisions"), e.table("decisions").iloc[:1].assign(
        decision="", state="no decision")])),
    "7.1": lambda e: with_tables(e, reviews=e.table("reviews").assign(
        state=lambda rows: ["not reviewed", *rows["state"].iloc[1:]])),
    "7.2": dropped("feedback", "indicator == 'feedback_answered_share'"),
    "7.3": changed("appraisal", permitted_use=["", "coaching only"]),
    "7.4": plan(told_back=()),
    "8.1": indicators(interpretation=""),
    "8.2": unregistered,
    "8.3": changed("changes", definition=0.0),
    "8.4": changed("acknowledgement", estimate=0.88),
}
ABSENT: dict[str, Spoil] = {
    "5.1": plan(indicators={}, milestones=(), approved_by="", approved_on=date(2024, 12, 1)),
    "3.4": lambda e: plan(indicators={})(no_indicators(e)),
    "5.4": params(reviews={}), "6.4": without("decisions", "reviews"), "7.1": changed("reviews", reviewed_by=""),
    "5.5": lambda e: plan(told_back=())(no_figures(e)), "7.4": lambda e: plan(told_back=())(no_figures(e)),
    "6.2": no_indicators,
    "8.1": no_indicators,
}
WRONG["2.3"] = lambda e: params(site=e.params.site.model_copy(update={"service_lines": ("sales",)}))(e)


def status(evidence: Evidence, clause: str) -> str:
    return clauses(evidence).set_index("clause").loc[clause, "status"]


def test_the_matrix_holds_every_clause_once() -> None:
    assert [one.id for one in CLAUSES] == CLAUSES_OF_THE_POLICY


@pytest.mark.parametrize("clause", CLAUSES_OF_THE_POLICY)
def test_a_clause_is_met_when_its_evidence_is_present(whole_evidence: Evidence, clause: str) -> None:
    assert status(whole_evidence, clause) == "met"


@pytest.mark.parametrize("clause", CLAUSES_OF_THE_POLICY)
def test_a_clause_is_not_met_when_its_evidence_is_wrong(whole_evidence: Evidence, clause: str) -> None:
    assert status(WRONG[clause](whole_evidence), clause) == "not met"


@pytest.mark.parametrize("clause", CLAUSES_OF_THE_POLICY)
def test_a_clause_has_no_data_when_its_evidence_is_absent(whole_evidence: Evidence, clause: str) -> None:
    assert status(ABSENT.get(clause, no_figures)(whole_evidence), clause) == "no data"


@pytest.mark.parametrize("spoil", [
    changed("training_needs", unit_type="service_line", unit="sales"), changed("training_needs", need=""),
    changed("training_needs", status="not estimable: fewer than 6 people")])
def test_needs_of_no_team_or_without_a_judgement_are_no_needs(whole_evidence: Evidence, spoil: Spoil) -> None:
    assert status(spoil(whole_evidence), "6.3") == "no data"


def test_what_is_told_back_after_the_day_of_the_report_does_not_count_yet(whole_evidence: Evidence) -> None:
    as_of = whole_evidence.params.plan.as_of.date()
    late = [ToldBack(unit="B01", on=as_of + timedelta(days=days)) for days in (0, 1)]
    found = [status(plan(told_back=(one,))(whole_evidence), "5.5") for one in late]
    assert found == ["met", "not met"]


def test_complaints_without_a_trend_are_not_enough(whole_evidence: Evidence) -> None:
    assert status(dropped("complaint_trend", "unit == 'a'")(whole_evidence), "4.6") == "not met"


def test_a_quarter_without_a_revision_has_nothing_to_bridge(whole_evidence: Evidence) -> None:
    kept = [one for one in whole_evidence.params.registry.versions if one.effective_to is None]
    unrevised = Registry(kept, whole_evidence.params.quarter)
    assert status(params(registry=unrevised)(without("changes")(whole_evidence)), "8.3") == "met"


def test_a_first_quarter_has_nothing_to_tell_a_revision_of(whole_evidence: Evidence) -> None:
    alone = changed("changes", status="no data", definition=float("nan"))(whole_evidence)
    assert status(alone, "8.3") == "no data"


def test_every_pointer_names_a_table_or_a_parameter_file(whole_evidence: Evidence) -> None:
    pointers = {one for cell in clauses(whole_evidence)["evidence"] for one in cell.split("; ") if one}
    assert {Path(one).parts[0] for one in pointers} <= {"tables", "params", "confidential"}
