"""Evidence of a quarter in which every duty was carried out; each test takes away or spoils a part of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from analysis.checks.judgement import Evidence
from analysis.measures.improvement.reviews import DECISION_COLUMNS, REVIEW_COLUMNS
from analysis.params import PROJECT, load_params
from analysis.params.loop import Delivered, Review, SignOff
from analysis.quarter import Quarter
from analysis.tables.results import figures

LINES = ("sales", "claims", "consultation", "after_sales")


def rows(
    *indicators: str, unit_type: str = "company", units: tuple[str, ...] = ("company",), **extra: object
) -> pd.DataFrame:
    """Return one figure of 0.9 for each indicator and unit."""
    made = [{"indicator": one, "unit_type": unit_type, "unit": unit, "n": 100, "estimate": 0.9, "low": 0.8, "high": 1.0,
             "status": "ok", "verdict": "met", **extra} for one in indicators for unit in units]
    return figures(pd.DataFrame(made))


def together(*parts: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True)


def by(indicator: str, unit_type: str) -> pd.DataFrame:
    return rows(indicator, unit_type=unit_type, units=("a", "b"))


def complete_tables(weighted: list[str]) -> dict[str, pd.DataFrame]:
    loyalty = ("csat_top2_share", "nps", "renew_share")
    partners = {name: by(indicator, "partner") for name, indicator in (
        ("satisfaction", "csat_top2_share"), ("response_time", "in_limit_share"), ("accuracy", "accuracy_error_share"),
        ("complaints", "complaints_per_1k_requests"))}
    return {
        "satisfaction": together(
            rows(*loyalty, "csat_mean", "survey_response_share"), by("csat_top2_share", "branch"),
            partners["satisfaction"],
            rows("csat_top2_share", unit_type="mode", units=("questionnaire", "phone", "online")),
            rows("csat_top2_share", unit_type="service_line", units=LINES)),
        "response_time": together(
            rows("response_median_hours", "response_p90_hours", "in_limit_share"), partners["response_time"],
            *[by("in_limit_share", one) for one in ("kind", "channel", "shift")]),
        "accuracy": together(
            rows("accuracy_error_share", "accuracy_critical_share", criterion=""), partners["accuracy"],
            *[rows("accuracy_error_share", criterion=one) for one in ("clause_information", "claims_process", "other")],
            rows("accuracy_error_share", unit_type="service_line", units=LINES), by("accuracy_error_share", "month"))
        .fillna({"criterion": ""}),
        "compliance": together(*[rows("compliance_pass_share", criterion=one)
                                 for one in ("", "internal_rule", "industry_standard")]),
        "competence": together(*[rows("competence_score", facet=one)
                                 for one in ("", "knowledge", "communication", "adaptability")]),
        "complaints": together(partners["complaints"], rows(
            "complaint_handling_share", "complaint_timely_share", "complaint_effective_share",
            "complaint_upheld_share", "complaint_handling_csat_share")),
        "complaint_trend": by("complaints_received_count", "month"),
        "feedback": rows("feedback_received_count", "feedback_acknowledged_share", "feedback_actioned_share",
                         "feedback_answered_share"),
        "clocks": rows("statutory_in_limit_share", unit_type="rule", units=("cn.a", "cn.b"), source="law",
                       certainty="high"),
        "coverage": rows("evaluation_coverage_share").assign(estimate=1.0),
        "acknowledgement": rows("acknowledgement_share").assign(estimate=1.0),
        "appraisal": rows("competence_score", unit_type="employee", units=("e1", "e2")).assign(
            permitted_use="coaching only", decision=""),
        "training_needs": together(*[
            rows("competence_score", unit_type="team", units=("t1",), facet=facet, need=need) for facet, need in (
                ("", ""), ("knowledge", "need"), ("communication", "not shown"), ("adaptability", "not shown"))]),
        "scorecard": rows(*weighted, unit_type="service_line", units=LINES),
        "consistency": together(*[rows("csat_top2_share", unit_type=one, units=("all",), spread="beyond chance")
                                  for one in ("branch", "channel", "shift")]),
        "partners": rows("in_limit_share", "csat_top2_share", "complaints_per_1k_requests", "accuracy_error_share",
                         unit_type="partner", units=("P1",)),
        "recommendations": pd.DataFrame({"problem_id": ["p1"], "recommendation_id": ["R1"]}),
        "satisfaction_distribution": rows("csat_answer_share"), "drivers": rows("driver_odds_ratio"),
        "nonresponse": rows("csat_bounds_share"),
        "mode_effect": rows("mode_difference_share", unit_type="mode", units=("phone", "online")),
        "auditor_agreement": rows("auditor_agreement_alpha"), "rating_reliability": rows("rating_reliability"),
        "changes": rows(*{*weighted, *loyalty}, compared_with="2024Q2", definition=-0.05, performance=0.04, mix=0.01),
        "opening": pd.DataFrame({"question": ["quality", "conduct", "rights"], "cases": [6, 1, 900],
                                 "verdict": ["met", "not met", "cannot tell"]}),
        "problems": rows("csat_top2_share", owner="customer_service", p_worse=0.01, problem_id="p1"),
        "tested": rows("csat_top2_share", p_worse=0.01),
        "actions": rows("action_effect", owner_department="claims", started_on="2024-01-01", why="judged so"),
        "fieldwork": pd.DataFrame({"sample": ["surveys"], "planned": [10], "actual": [12]}),
        "reviews": pd.DataFrame([["2024Q2", one, "reviewed", "board", "2024-08-06"] for one in weighted],
                                columns=REVIEW_COLUMNS),
        "decisions": pd.DataFrame([["2024Q2", "problem", "x", "do", "", "", "no due day"],
                                   ["2024Q2", "indicator", "nps", "keep", "", "", "no due day"],
                                   ["2024Q1", "problem", "y", "do", "2024-07-01", "", "overdue"]],
                                  columns=DECISION_COLUMNS),
    }


LAST = Quarter(2024, 2)
REVIEWED = Review(quarter="2024Q2", reviewed_by="board", reviewed_on=date(2024, 8, 6),
                  delivered=(Delivered(to="board", on=date(2024, 7, 30), sha256="0" * 64),))
SIGNED = SignOff(quarter="2024Q2", revision=1, run_id="a", manifest_sha256="0" * 64, signed_by="manager",
                 signed_on=date(2024, 7, 29))


@pytest.fixture(scope="session")
def whole_evidence() -> Evidence:
    """Return the evidence of a quarter without fault."""
    params = load_params(PROJECT / "params", Quarter(2024, 3))
    params = replace(params, reviews={LAST: REVIEWED}, signed={LAST: (SIGNED,)})
    return Evidence(params, complete_tables(list(params.plan.weighted)))
