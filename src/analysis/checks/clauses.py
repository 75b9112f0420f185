"""Was each clause of the policy carried out this quarter, and what shows it?

The ids are those of the policy's chapters (保險行業服務品質評價制度). Every report set ends with this matrix.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from analysis.checks import duties, loop_duties
from analysis.checks.judgement import N_, Evidence, Rule, every, parts, told, units_told
from analysis.checks.loop_duties import FACETS

CRITERIA = ("clause_information", "claims_process", "other")
FAMILIES = ("internal_rule", "industry_standard")
CLAUSE_COLUMNS = ["clause", "duty", "status", "why", "evidence"]


@dataclass(frozen=True)
class Clause:
    """One duty of the policy and the rule that judges it."""

    id: str
    duty: str
    rule: Rule


CLAUSES = (
    Clause("1.1", N_("Raise quality, regulate conduct, protect rights"), duties.three_verdicts),
    Clause("1.2", N_("Follow law, regulation and industry standards"), duties.limits_sourced),
    Clause("2.1", N_("All departments and employees"), duties.all_accounted_for),
    Clause("2.2", N_("Sales, claims, consultation, after-sales"), duties.every_pair),
    Clause("2.3", N_("Further service activities"), duties.lines_declared),
    Clause("2.4", N_("Regularity and consistency"), every(
        units_told("satisfaction", "branch"), units_told("response_time", "channel"),
        units_told("response_time", "shift"),
        duties.spread_judged)),
    Clause("2.5", N_("Third-party partners"), every(
        units_told("satisfaction", "partner"), units_told("response_time", "partner"),
        units_told("accuracy", "partner"), units_told("complaints", "partner"),
        duties.partners_compared)),
    Clause("3.1", N_("Satisfaction and loyalty"), every(
        told("satisfaction", "csat_top2_share", "nps", "renew_share"),
        told("changes", "csat_top2_share", "nps", "renew_share"))),
    Clause("3.2", N_("Standardise, lower the error rate"), every(
        told("accuracy", "accuracy_error_share"), units_told("accuracy", "service_line"),
        units_told("accuracy", "month"))),
    Clause("3.3", N_("Analyse, feed back, improve, compete"), every(
        duties.changes_decomposed)),
    Clause("3.4", N_("Clear standards and targets for employees"), every(
        duties.explained, duties.standards_set)),
    Clause("4.0", N_("Objective and quantified"), duties.registered),
    Clause("4.1", N_("Customer satisfaction survey"), every(
        told("satisfaction", "survey_response_share", "csat_top2_share", "csat_mean"), duties.surveyed_without_gap,
        told("satisfaction_distribution", "csat_answer_share"), told("drivers", "driver_odds_ratio"),
        told("nonresponse", "csat_bounds_share"))),
    Clause("4.2", N_("Service response time"), every(
        told("response_time", "response_median_hours", "response_p90_hours", "in_limit_share"),
        units_told("response_time", "kind"))),
    Clause("4.3", N_("Service accuracy"), every(
        parts("accuracy", "criterion", CRITERIA), told("accuracy", "accuracy_critical_share"),
        told("auditor_agreement", "auditor_agreement_alpha"))),
    Clause("4.4", N_("Knowledge, communication, adaptability"), every(
        parts("competence", "facet", FACETS), told("competence", "competence_score"),
        told("rating_reliability", "rating_reliability"))),
    Clause("4.5", N_("Process compliance"), every(
        parts("compliance", "criterion", FAMILIES), told("compliance", "compliance_pass_share"))),
    Clause("4.6", N_("Complaint handling and its effect"), every(
        told("complaints", "complaint_handling_share", "complaint_timely_share", "complaint_effective_share",
             "complaint_upheld_share", "complaint_handling_csat_share"), units_told("complaint_trend", "month"))),
    Clause("5.1", N_("Quarterly evaluation plan"), duties.approved_plan),
    Clause("5.2", N_("Questionnaire, telephone and online survey"), every(
        duties.modes_answered, units_told("mode_effect", "mode"))),
    Clause("5.3", N_("Analyse, assess, find problems"), loop_duties.problems_ranked),
    Clause("5.4", N_("Report, recommend, deliver to management"), loop_duties.reported),
    Clause("5.5", N_("Measures, feedback, implementation"), loop_duties.measures_followed),
    Clause("6.1", N_("Customer service department"), loop_duties.fieldwork_done),
    Clause("6.2", N_("Quality management department"), duties.approved_registry),
    Clause("6.3", N_("Training department"), loop_duties.needs_told),
    Clause("6.4", N_("Management"), loop_duties.decisions_recorded),
    Clause("7.1", N_("Regular review"), loop_duties.indicators_reviewed),
    Clause("7.2", N_("Opinions and suggestions"), told(
        "feedback", "feedback_received_count", "feedback_acknowledged_share", "feedback_actioned_share",
        "feedback_answered_share")),
    Clause("7.3", N_("Use in appraisal"), loop_duties.use_permitted),
    Clause("7.4", N_("Follow measures, judge their effect"), every(
        loop_duties.measures_followed, loop_duties.effects_judged)),
    Clause("8.1", N_("Interpretation by the quality department"), duties.explained),
    Clause("8.2", N_("In force from its date"), duties.versions_in_force),
    Clause("8.3", N_("Revised and improved"), duties.revisions_bridged),
    Clause("8.4", N_("All employees know and follow it"), duties.all_acknowledged),
)


def clauses(evidence: Evidence) -> pd.DataFrame:
    """Return the clause matrix: clause, duty, status (met, not met, no data), why, evidence."""
    rows = []
    for clause in CLAUSES:
        judgement = clause.rule(evidence)
        rows.append([clause.id, clause.duty, judgement.status, judgement.why, "; ".join(judgement.evidence)])
    return pd.DataFrame(rows, columns=CLAUSE_COLUMNS)
