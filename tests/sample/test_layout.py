"""Has every delivered table the columns, and the categories, that the contract names?"""

import pytest

from analysis.sample.layout import LAYOUTS
from analysis.tables import TABLES

# DESIGN, "Tables in", written out once more.
COLUMNS = {
    "staff": "employee_id department branch team role service_line partner_id hired_on valid_from valid_to "
    "exempt_reason acknowledged_on",
    "partners": "partner_id kind contract_from contract_to",
    "surveys": "invitation_id request_id customer_id employee_id partner_id service_line branch product segment mode "
    "stratum cluster sampling_probability weight invited_at responded_at satisfaction recommend renew reliability "
    "responsiveness assurance empathy tangibles comment",
    "population": "variable category customers",
    "requests": "request_id kind original_kind service_line class product segment channel answered_by priority complex "
    "branch employee_id transferred_from partner_id customer_id opened_at first_response_at documents_complete_at "
    "decided_at agreed_at refusal_notified_at advance_paid_at paid_at policy_issued_at policy_delivered_at resolved_at "
    "withdrawn_at paused_hours contacts reopened_of outcome",
    "complaints": "complaint_id request_id customer_id employee_id partner_id branch service_line product cause source "
    "complexity received_at extension_approved_at extension_notified_at summary_response_at final_response_at "
    "decided_at closed_at withdrawn_at escalated_at reopened_at overturned_at repeat_of outcome redress "
    "handling_satisfaction agency",
    "exposures": "month branch product premium policies_in_force policies_issued insured_persons",
    "audits": "audit_id request_id service_line branch channel employee_id partner_id auditor_id audited_at family "
    "criterion item passed severity sampling sampling_probability disputed dispute_outcome",
    "assessments": "assessment_id employee_id assessor_id assessed_on facet score max_score",
    "training": "session_id employee_id topic completed_on pre_score post_score",
    "feedback": "feedback_id received_at channel kind service_line branch theme text acknowledged_at answered_at "
    "action_id",
    "benchmarks": "indicator value source period",
}
NEVER_USED = {"cluster", "weight"}  # the sample draws customers one by one and leaves weighting to the report


@pytest.mark.parametrize("name", COLUMNS)
def test_every_quarter_delivers_every_column(name, folder):
    headers = {path.read_text(encoding="utf-8").split("\n", 1)[0] for path in folder.glob(f"*/{name}.csv")}
    assert headers == {COLUMNS[name].replace(" ", ",")}


@pytest.mark.parametrize("name", COLUMNS)
def test_all_eight_quarters_deliver_the_table(name, folder):
    assert len(list(folder.glob(f"*/{name}.csv"))) == 8


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_is_filled_somewhere(name, shipped):
    table = shipped(name)
    assert {column for column in table.columns if (table[column] == "").all()} <= NEVER_USED


@pytest.mark.parametrize("name", COLUMNS)
def test_keys_are_those_of_the_contract(name):
    assert LAYOUTS[name].key == TABLES[name].key
