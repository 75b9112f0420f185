"""Which tables may a company deliver, and what makes a row of each a row (key, opening, references)?"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import pandera.pandas as pa

from analysis.tables.people import Assessments, Partners, Staff, Training
from analysis.tables.quality import Audits
from analysis.tables.service import Population, Requests, Surveys
from analysis.tables.voice import Benchmarks, Complaints, Exposures, Feedback

__all__ = ["TABLES", "Table"]


@dataclass(frozen=True)
class Table:
    """One delivered table.

    ``opens`` is the column whose local day places a row in a quarter (None: a snapshot, delivered whole). ``known_at``
    names, per column, the events that tell its value: blanked where all that happened lie after ``as_of``.
    ``references`` names, per column, the table.column it points at. ``event_days`` are day columns that record an event
    (no plan or term).
    """

    name: str
    model: type[pa.DataFrameModel]
    key: tuple[str, ...]
    opens: str | None = None
    known_at: dict[str, tuple[str, ...]] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    event_days: tuple[str, ...] = ()

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """The pandera schema of the model."""
        return self.model.to_schema()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column, in the contract's order."""
        return tuple(self.schema.columns)

    def kind(self, column: str) -> str:
        """Return how the column is read: text, whole, number, flag, moment or day."""
        return self.schema.columns[column].metadata["kind"]

    def of_kind(self, *kinds: str) -> list[str]:
        """Return the columns read as one of ``kinds``."""
        return [column for column in self.columns if self.kind(column) in kinds]

    def rule(self, column: str) -> str:
        """Return the rule of a column in words."""
        return self.schema.columns[column].metadata["rule"]

    def codes(self, column: str) -> list[str]:
        """Return the codes a column may hold; none where it is open."""
        checks = self.schema.columns[column].checks
        return [str(code) for check in checks for code in check.statistics.get("allowed_values", ())]

    def required(self, column: str) -> bool:
        """Tell whether a column may never be empty."""
        return not self.schema.columns[column].nullable

    @property
    def snapshot(self) -> bool:
        """Whether the table is delivered whole each time."""
        return self.opens is None


EMPLOYEE = {"employee_id": "staff.employee_id"}
PEOPLE = EMPLOYEE | {"partner_id": "partners.partner_id"}
ANSWERS = ("satisfaction", "recommend", "renew", "reliability", "responsiveness", "assurance", "empathy", "tangibles",
           "comment")

TABLES: dict[str, Table] = {table.name: table for table in (
    Table("staff", Staff, ("employee_id", "valid_from"), references={"partner_id": "partners.partner_id"},
          event_days=("acknowledged_on",)),
    Table("partners", Partners, ("partner_id",)),
    Table("surveys", Surveys, ("invitation_id",), "invited_at", dict.fromkeys(ANSWERS, ("responded_at",)),
          PEOPLE | {"request_id": "requests.request_id"}),
    Table("population", Population, ("variable", "category")),
    Table("requests", Requests, ("request_id",), "opened_at", {"outcome": ("decided_at", "resolved_at")},
          PEOPLE | {"reopened_of": "requests.request_id"}),
    Table("complaints", Complaints, ("complaint_id",), "received_at",
          {"outcome": ("decided_at",), "redress": ("decided_at",), "handling_satisfaction": ("closed_at",)},
          PEOPLE | {"request_id": "requests.request_id", "repeat_of": "complaints.complaint_id"}),
    Table("exposures", Exposures, ("month", "branch", "product"), "month"),
    Table("audits", Audits, ("audit_id", "item", "auditor_id"), "audited_at",
          references=PEOPLE | {"request_id": "requests.request_id"}),
    Table("assessments", Assessments, ("assessment_id", "facet"), "assessed_on", references=EMPLOYEE),
    Table("training", Training, ("session_id", "employee_id"), "completed_on", references=EMPLOYEE),
    Table("feedback", Feedback, ("feedback_id",), "received_at"),
    Table("benchmarks", Benchmarks, ("indicator", "source", "period")),
)}
