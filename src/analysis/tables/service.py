"""What was asked and what was done: requests for service, and the survey of those served."""

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
    share,
    whole,
)


class Surveys(pa.DataFrameModel):
    """One row per invitation, answered or not."""

    invitation_id: Text = identifier("the invitation", required=True)
    request_id: Text = identifier("the request it asks about")
    customer_id: Text = identifier("the customer invited")
    employee_id: Text = identifier("the employee who served")
    partner_id: Text = identifier("the partner who served")
    service_line: Text = label("the service line asked about")
    branch: Text = label("the branch that served")
    product: Text = label("the product")
    segment: Text = label("the customer segment")
    mode: Text = one_of("how answers are collected", "questionnaire", "phone", "online", required=True)
    stratum: Text = label("the sampling stratum")
    cluster: Text = label("the sampling cluster")
    sampling_probability: Real = share("the probability of being invited")
    weight: Real = number("the delivered survey weight", 0)
    invited_at: Moment = moment("when the invitation was sent", required=True)
    responded_at: Moment = moment("when the answer came; empty without answer")
    satisfaction: Whole = whole("overall satisfaction", 1, 5)
    recommend: Whole = whole("likelihood to recommend", 0, 10)
    renew: Whole = whole("intent to renew", 1, 5)
    reliability: Whole = whole("SERVQUAL reliability", 1, 5)
    responsiveness: Whole = whole("SERVQUAL responsiveness", 1, 5)
    assurance: Whole = whole("SERVQUAL assurance", 1, 5)
    empathy: Whole = whole("SERVQUAL empathy", 1, 5)
    tangibles: Whole = whole("SERVQUAL tangibles", 1, 5)
    comment: Text = label("the comment; coded, never printed")


class Population(pa.DataFrameModel):
    """One row per category of a known margin of the customers."""

    variable: Text = label("a column of surveys", required=True)
    category: Text = label("a value of that column", required=True)
    customers: Whole = whole("customers of that category", 0, required=True)


class Requests(pa.DataFrameModel):
    """One row per request for service."""

    request_id: Text = identifier("the request", required=True)
    kind: Text = label("what was asked (inquiry, complaint, claim, sale, policy_change, …)", required=True)
    original_kind: Text = label("the kind at intake, where it was changed later")
    service_line: Text = label("the service line")
    # `class` is a Python word: the attribute has another name, the column has not.
    class_: Text = pa.Field(
        alias="class", isin=["life", "property", "health"], nullable=True, description="the class of insurance",
        metadata={"rule": "one of life, property, health; may be empty", "kind": "text"})
    product: Text = label("the product")
    segment: Text = label("the customer segment")
    channel: Text = label("the channel it came by")
    answered_by: Text = one_of("who answered first", "human", "bot", "none")
    priority: Text = label("the priority")
    complex: Flag = flag("whether the case is complex")
    branch: Text = label("the branch")
    employee_id: Text = identifier("the employee who handles it")
    transferred_from: Text = identifier("the employee who handed it over")
    partner_id: Text = identifier("the partner who handles it")
    customer_id: Text = identifier("the customer")
    opened_at: Moment = moment("when it was opened", required=True)
    first_response_at: Moment = moment("when the customer first heard back")
    documents_complete_at: Moment = moment("when the documents were complete")
    decided_at: Moment = moment("when it was decided")
    agreed_at: Moment = moment("when payment was agreed")
    refusal_notified_at: Moment = moment("when a refusal was notified")
    advance_paid_at: Moment = moment("when the certain part was paid in advance")
    paid_at: Moment = moment("when it was paid")
    policy_issued_at: Moment = moment("when the policy was issued")
    policy_delivered_at: Moment = moment("when the policy reached the customer")
    resolved_at: Moment = moment("when it was resolved")
    withdrawn_at: Moment = moment("when the customer withdrew")
    paused_hours: Real = number("hours the clock stood, waiting for the customer", 0)
    contacts: Whole = whole("contacts until resolved", 0)
    reopened_of: Text = identifier("the request it reopens")
    outcome: Text = label("how it ended")
