"""How well was it done, by the auditors' checklists?"""

from __future__ import annotations

import pandera.pandas as pa

from analysis.tables.fields import Flag, Moment, Real, Text, flag, identifier, label, moment, one_of, share


class Audits(pa.DataFrameModel):
    """One row per audit, criterion item and auditor."""

    audit_id: Text = identifier("the audit", required=True)
    request_id: Text = identifier("the request audited")
    service_line: Text = label("the service line")
    branch: Text = label("the branch")
    channel: Text = label("the channel")
    employee_id: Text = identifier("the employee audited")
    partner_id: Text = identifier("the partner audited")
    auditor_id: Text = identifier("who audited", required=True)
    audited_at: Moment = moment("when it was audited", required=True)
    family: Text = one_of("what the item is about", "accuracy", "compliance", required=True)
    criterion: Text = one_of(
        "the criterion", "clause_information", "claims_process", "other", "internal_rule", "industry_standard",
        required=True)
    item: Text = label("the item of the checklist", required=True)
    passed: Flag = flag("whether the item was passed", required=True)
    severity: Text = one_of("how grave a failure is", "minor", "major", "critical", required=True)
    sampling: Text = one_of("how the case was chosen", "random", "targeted", required=True)
    sampling_probability: Real = share("the probability of being audited")
    disputed: Flag = flag("whether the finding was disputed")
    dispute_outcome: Text = label("how the dispute ended")
