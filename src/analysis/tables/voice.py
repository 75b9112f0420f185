"""What customers object to and suggest, and against how much business: complaints, feedback, exposures, benchmarks."""

from __future__ import annotations

import pandera.pandas as pa

from analysis.tables.fields import (
    Flag,
    Moment,
    Real,
    Text,
    Whole,
    flag,
    identifier,
    label,
    moment,
    number,
    one_of,
    whole,
)

MONTH = r"\A\d{4}-(0[1-9]|1[0-2])\Z"


class Complaints(pa.DataFrameModel):
    """One row per complaint."""

    complaint_id: Text = identifier("the complaint", required=True)
    request_id: Text = identifier("the request it is about")
    customer_id: Text = identifier("the complainant")
    employee_id: Text = identifier("the employee complained of")
    partner_id: Text = identifier("the partner complained of")
    branch: Text = label("the branch")
    service_line: Text = label("the service line")
    product: Text = label("the product")
    cause: Text = label("the cause; several are parted by ';'", required=True)
    source: Text = one_of("whom it was sent to first", "company", "regulator", "ombudsman", "media", required=True)
    complexity: Text = one_of("simple or complex, by the regulator's definition", "simple", "complex")
    received_at: Moment = moment("when it was received", required=True)
    extension_approved_at: Moment = moment("when an extension was approved")
    extension_notified_at: Moment = moment("when the complainant was told of the extension")
    summary_response_at: Moment = moment("when a summary response was sent")
    final_response_at: Moment = moment("when the final response was sent")
    decided_at: Moment = moment("when it was decided")
    closed_at: Moment = moment("when it was closed")
    withdrawn_at: Moment = moment("when it was withdrawn")
    escalated_at: Moment = moment("when it was taken to a higher instance")
    reopened_at: Moment = moment("when it was reopened")
    overturned_at: Moment = moment("when the decision was overturned")
    repeat_of: Text = identifier("the complaint it repeats")
    outcome: Text = one_of("the decision", "upheld", "partly_upheld", "not_upheld", "withdrawn")
    redress: Real = number("redress paid, in currency", 0)
    handling_satisfaction: Whole = whole("the complainant's satisfaction with the handling", 1, 5)
    agency: Flag = flag("brought by a paid agent")


class Feedback(pa.DataFrameModel):
    """One row per opinion or suggestion."""

    feedback_id: Text = identifier("the opinion", required=True)
    received_at: Moment = moment("when it was received", required=True)
    channel: Text = label("the channel it came by", required=True)
    kind: Text = label("opinion, suggestion, praise, …", required=True)
    service_line: Text = label("the service line")
    branch: Text = label("the branch")
    theme: Text = label("the theme it was coded to")
    text: Text = label("the text; coded, never printed")
    acknowledged_at: Moment = moment("when receipt was acknowledged")
    answered_at: Moment = moment("when the person was told what came of it")
    action_id: Text = identifier("the improvement measure it led to")


class Exposures(pa.DataFrameModel):
    """One row per month, branch and product: the business that complaints are measured against."""

    month: Text = pa.Field(str_matches=MONTH, nullable=False, description="the month",
                           metadata={"rule": "a month as YYYY-MM; never empty", "kind": "text"})
    branch: Text = label("the branch", required=True)
    product: Text = label("the product")
    premium: Real = number("premium written, in currency", required=True)
    policies_in_force: Whole = whole("policies in force at the month's end", 0, required=True)
    policies_issued: Whole = whole("policies issued in the month", 0)
    insured_persons: Whole = whole("insured person-times (life)", 0)


class Benchmarks(pa.DataFrameModel):
    """One row per indicator, source and period of the industry's figures."""

    indicator: Text = label("the indicator", required=True)
    value: Real = number("its value, in our unit", required=True)
    source: Text = label("who published it", required=True)
    period: Text = label("the period it covers", required=True)
