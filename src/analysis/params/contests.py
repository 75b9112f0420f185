"""What did employees object to in the evidence on them, and what came of it (METHODS §7: appeal)?"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import model_validator

from analysis.params.yaml_file import FAR_YEARS, Closed, Name, far, misfit

Contested = Literal["requests", "surveys", "audits", "assessments", "complaints"]
Outcome = Literal["pending", "upheld", "rejected"]


class Contest(Closed):
    """One objection of one employee, or partner, to one case (``contests.yml``).

    While it is pending and when it is upheld the case says nothing of that employee, nor of the partner that served it;
    rejected, it counts again. The figures of the company, its lines and branches are not changed by it. A run knows of
    it what was known on the day of its ``as_of``.
    """

    contest_id: Name
    #: Or the partner's, by its partner_id.
    employee_id: Name
    table: Contested
    #: request_id, invitation_id, audit_id, assessment_id or complaint_id of the case.
    case_id: Name
    raised_on: date
    claim: str
    outcome: Outcome = "pending"
    decided_on: date | None = None
    decided_by: str = ""
    reason: str = ""

    @model_validator(mode="after")
    def _a_decision_has_a_day_and_a_name(self) -> Contest:
        if self.outcome != "pending" and not (self.decided_on and self.decided_by and self.reason):
            raise misfit("a decided contest needs decided_on, decided_by and reason", "outcome", remedy="Add them")
        if self.decided_on and self.decided_on < self.raised_on:
            raise misfit("decided_on lies before raised_on", "decided_on")
        if far(self.decided_on, self.raised_on):
            raise misfit(f"decided_on lies more than {FAR_YEARS} years after raised_on", "decided_on")
        return self

    def known_on(self, day: date) -> Contest | None:
        """Return the contest as it stood on ``day``: pending until decided, none before it was raised."""
        if self.raised_on > day:
            return None
        if self.decided_on is None or self.decided_on <= day:
            return self
        return self.model_copy(update={"outcome": "pending", "decided_on": None, "decided_by": "", "reason": ""})

    @property
    def sets_aside(self) -> bool:
        """Whether the case is left out of the figures on that employee."""
        return self.outcome != "rejected"
