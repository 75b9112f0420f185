"""Who serves, and what is known of their skill: staff, partners, assessments, training."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

from analysis.tables.fields import Moment, Real, Text, day, identifier, label, number, one_of


class Staff(pa.DataFrameModel):
    """One row per employee and spell in a post."""

    employee_id: Text = identifier("the employee", required=True)
    department: Text = label("the department the spell belongs to", required=True)
    branch: Text = label("the branch of the spell", required=True)
    team: Text = label("the team of the spell")
    role: Text = label("the role; people are compared within role and line", required=True)
    service_line: Text = label("the service line of the spell", required=True)
    partner_id: Text = identifier("the partner who employs the person; empty for own staff")
    hired_on: Moment = day("the day of hire")
    valid_from: Moment = day("the first day of the spell", required=True)
    valid_to: Moment = day("the last day of the spell; empty while it lasts")
    exempt_reason: Text = label("why the person is not evaluated; empty when evaluated")
    acknowledged_on: Moment = day("the day the person acknowledged the policy's current version")


class Partners(pa.DataFrameModel):
    """One row per third-party partner."""

    partner_id: Text = identifier("the partner", required=True)
    kind: Text = label("what the partner does (agency, claims adjuster, call centre, …)", required=True)
    contract_from: Moment = day("the first day of the contract", required=True)
    contract_to: Moment = day("the last day of the contract; empty while it runs")


class Assessments(pa.DataFrameModel):
    """One row per assessment and facet rated."""

    assessment_id: Text = identifier("the assessment", required=True)
    employee_id: Text = identifier("who was assessed", required=True)
    assessor_id: Text = identifier("who rated", required=True)
    assessed_on: Moment = day("the day of the rating", required=True)
    facet: Text = one_of("the facet rated", "knowledge", "communication", "adaptability", required=True)
    score: Real = number("points given", 0, required=True)
    max_score: Real = number("points attainable", 1, required=True)

    @pa.dataframe_check(error="score: at most the points attainable")
    def _score_is_attainable(cls, frame: pd.DataFrame) -> pd.Series:
        return ~(frame["score"] > frame["max_score"])


class Training(pa.DataFrameModel):
    """One row per attendance of a training session."""

    session_id: Text = identifier("the session", required=True)
    employee_id: Text = identifier("who attended", required=True)
    topic: Text = label("what was taught", required=True)
    completed_on: Moment = day("the day it was completed", required=True)
    pre_score: Real = number("test score before, 0 to 100", 0, 100)
    post_score: Real = number("test score after, 0 to 100", 0, 100)
