"""Which columns has each delivered table, which are its keys, and which of its events can still lie ahead?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """One delivered table: ``follows`` names the columns known only once one of these events has happened."""

    columns: tuple[str, ...]
    key: tuple[str, ...]
    opening: str = ""
    events: tuple[str, ...] = ()
    follows: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    zone: str = ""


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_SCORES = _names("satisfaction recommend renew reliability responsiveness assurance empathy tangibles comment")
LAYOUTS = {
    "staff": Layout(
        _names("employee_id department branch team role service_line partner_id hired_on valid_from valid_to "
               "exempt_reason acknowledged_on"),
        ("employee_id", "valid_from"),
    ),
    "partners": Layout(_names("partner_id kind contract_from contract_to"), ("partner_id",)),
    "surveys": Layout(
        _names("invitation_id request_id customer_id employee_id partner_id service_line branch product segment mode "
               "stratum cluster sampling_probability weight invited_at responded_at") + _SCORES,
        ("invitation_id",), "invited_at", ("responded_at",), ((("responded_at",), _SCORES),),
    ),
    "population": Layout(_names("variable category customers"), ("variable", "category")),
    "requests": Layout(
        _names("request_id kind original_kind service_line class product segment channel answered_by priority "
               "complex branch employee_id transferred_from partner_id customer_id opened_at first_response_at "
               "documents_complete_at decided_at agreed_at refusal_notified_at advance_paid_at paid_at "
               "policy_issued_at policy_delivered_at resolved_at withdrawn_at paused_hours contacts reopened_of "
               "outcome"),
        ("request_id",), "opened_at",
        _names("first_response_at documents_complete_at decided_at agreed_at refusal_notified_at advance_paid_at "
               "paid_at policy_issued_at policy_delivered_at resolved_at withdrawn_at"),
        ((("resolved_at", "withdrawn_at", "decided_at"), ("outcome",)),),
    ),
    "complaints": Layout(
        _names("complaint_id request_id customer_id employee_id partner_id branch service_line product cause source "
               "complexity received_at extension_approved_at extension_notified_at summary_response_at "
               "final_response_at decided_at closed_at withdrawn_at escalated_at reopened_at overturned_at repeat_of "
               "outcome redress handling_satisfaction agency"),
        ("complaint_id",), "received_at",
        _names("extension_approved_at extension_notified_at summary_response_at final_response_at decided_at "
               "closed_at withdrawn_at escalated_at reopened_at overturned_at"),
        ((("decided_at", "withdrawn_at"), ("outcome", "redress")), (("closed_at",), ("handling_satisfaction",))),
        zone="+08:00",
    ),
    "exposures": Layout(
        _names("month branch product premium policies_in_force policies_issued insured_persons"),
        ("month", "branch", "product"),
    ),
    "audits": Layout(
        _names("audit_id request_id service_line branch channel employee_id partner_id auditor_id audited_at family "
               "criterion item passed severity sampling sampling_probability disputed dispute_outcome"),
        ("audit_id", "item", "auditor_id"), "audited_at",
    ),
    "assessments": Layout(
        _names("assessment_id employee_id assessor_id assessed_on facet score max_score"),
        ("assessment_id", "facet"), "assessed_on",
    ),
    "training": Layout(
        _names("session_id employee_id topic completed_on pre_score post_score"),
        ("session_id", "employee_id"), "completed_on",
    ),
    "feedback": Layout(
        _names("feedback_id received_at channel kind service_line branch theme text acknowledged_at answered_at "
               "action_id"),
        ("feedback_id",), "received_at", ("acknowledged_at", "answered_at"), ((("answered_at",), ("action_id",)),),
    ),
    "benchmarks": Layout(_names("indicator value source period"), ("indicator", "source", "period")),
}  # fmt: skip
CASE_TABLES = ("requests", "surveys", "complaints", "feedback")
EVENT_TABLES = (*CASE_TABLES, "audits", "assessments", "training")
