"""Are the delivered tables those of the design, with the keys, required columns and events it names?"""

from __future__ import annotations

import pytest

from analysis.tables import TABLES

# DESIGN, "Tables in": key, and columns in order; those with a question mark may be empty
DESIGN = {
    "staff": ("employee_id valid_from", """
        employee_id department branch team? role service_line partner_id? hired_on? valid_from valid_to?
        exempt_reason? acknowledged_on?"""),
    "partners": ("partner_id", """
        partner_id kind contract_from contract_to?"""),
    "surveys": ("invitation_id", """
        invitation_id request_id? customer_id? employee_id? partner_id? service_line? branch? product?
        segment? mode stratum? cluster? sampling_probability? weight? invited_at responded_at? satisfaction?
        recommend? renew? reliability? responsiveness? assurance? empathy? tangibles? comment?"""),
    "population": ("variable category", """
        variable category customers"""),
    "requests": ("request_id", """
        request_id kind original_kind? service_line? class? product? segment? channel? answered_by?
        priority? complex? branch? employee_id? transferred_from? partner_id? customer_id? opened_at
        first_response_at? documents_complete_at? decided_at? agreed_at? refusal_notified_at?
        advance_paid_at? paid_at? policy_issued_at? policy_delivered_at? resolved_at? withdrawn_at?
        paused_hours? contacts? reopened_of? outcome?"""),
    "complaints": ("complaint_id", """
        complaint_id request_id? customer_id? employee_id? partner_id? branch? service_line? product? cause
        source complexity? received_at extension_approved_at? extension_notified_at? summary_response_at?
        final_response_at? decided_at? closed_at? withdrawn_at? escalated_at? reopened_at? overturned_at?
        repeat_of? outcome? redress? handling_satisfaction? agency?"""),
    "exposures": ("month branch product", """
        month branch product? premium policies_in_force policies_issued? insured_persons?"""),
    "audits": ("audit_id item auditor_id", """
        audit_id request_id? service_line? branch? channel? employee_id? partner_id? auditor_id audited_at
        family criterion item passed severity sampling sampling_probability? disputed? dispute_outcome?"""),
    "assessments": ("assessment_id facet", """
        assessment_id employee_id assessor_id assessed_on facet score max_score"""),
    "training": ("session_id employee_id", """
        session_id employee_id topic completed_on pre_score? post_score?"""),
    "feedback": ("feedback_id", """
        feedback_id received_at channel kind service_line? branch? theme? text? acknowledged_at?
        answered_at? action_id?"""),
    "benchmarks": ("indicator source period", """
        indicator value source period"""),
}


def test_the_tables_are_those_of_the_design() -> None:
    assert set(TABLES) == set(DESIGN)


@pytest.mark.parametrize("name", DESIGN)
def test_key_and_columns_are_those_of_the_design(name: str) -> None:
    key, columns = DESIGN[name]
    table = TABLES[name]
    assert list(table.key) == key.split()
    assert [column if table.required(column) else f"{column}?" for column in table.columns] == columns.split()


@pytest.mark.parametrize("name", DESIGN)
def test_what_a_table_says_of_its_columns_is_said_of_columns_it_has(name: str) -> None:
    table = TABLES[name]
    events = [event for several in table.known_at.values() for event in several]
    named = [*table.known_at, *events, *table.references, *table.event_days, *table.key]
    assert set(named) <= set(table.columns)
    assert set(table.event_days) <= set(table.of_kind("day"))


@pytest.mark.parametrize("name", DESIGN)
def test_references_point_at_keys_of_other_tables(name: str) -> None:
    for target in TABLES[name].references.values():
        table, column = target.split(".")
        assert column in TABLES[table].key


def test_snapshots_are_the_four_of_the_design() -> None:
    assert {name for name, table in TABLES.items() if table.snapshot} == {"staff", "partners", "population",
                                                                          "benchmarks"}


@pytest.mark.parametrize(("name", "opens"), [
    ("surveys", "invited_at"), ("requests", "opened_at"), ("complaints", "received_at"), ("audits", "audited_at"),
    ("exposures", "month"), ("assessments", "assessed_on"), ("training", "completed_on"), ("feedback", "received_at"),
])
def test_an_event_table_holds_what_opened(name: str, opens: str) -> None:
    assert TABLES[name].opens == opens
