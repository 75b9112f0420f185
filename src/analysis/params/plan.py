"""What was this quarter's evaluation to do, by when, by whom (clause 5.1)?"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, field_validator, model_validator

from analysis.params.yaml_file import Closed
from analysis.quarter import Quarter

WEIGHT_TOLERANCE = 1e-9
FULL_SCORE = 100
GRADES: dict[str, float] = {"A": 90, "B": 80, "C": 65, "D": 0}


class PlannedIndicator(Closed):
    """What the plan sets for one indicator; what it leaves out stands in the registry."""

    weight: float | None = Field(None, ge=0, le=1)
    target: float | None = None
    floor: float | None = None
    #: How far the interval of a share may reach each way; the next quarter's audits are planned for it.
    half_width: float | None = Field(None, gt=0, lt=0.5)
    method: str = ""


class Coverage(Closed):
    """Which days a delivered table covers: the quarter, or fieldwork from … to."""

    covers: Literal["quarter", "fieldwork"] = "quarter"
    from_: Annotated[date | None, Field(alias="from")] = None
    to: date | None = None

    @model_validator(mode="after")
    def _fieldwork_has_dates(self) -> Coverage:
        if (self.covers == "fieldwork") != (self.from_ is not None and self.to is not None):
            raise ValueError("fieldwork needs from and to; the quarter takes neither")
        if self.from_ and self.to and self.to < self.from_:
            raise ValueError("to lies before from")
        return self

    def window(self, quarter: Quarter) -> tuple[date, date]:
        """Return the first and last day covered."""
        return (self.from_ or quarter.start, self.to or quarter.end)


class Limit(Closed):
    """The company's own service standard for one kind of request, in elapsed hours."""

    first_response: float | None = Field(None, gt=0)
    resolution: float | None = Field(None, gt=0)


class Sample(Closed):
    """How many units the plan wanted of one source, and why so many."""

    planned: int = Field(ge=0)
    reason: str = ""


class Milestone(Closed):
    """One step of the quarter with its owner, due day and the day it was done."""

    name: str
    owner: str
    due: date
    done: date | None = None


class ToldBack(Closed):
    """Results told back to an evaluated unit (clause 5.5): who, when, and what they answered."""

    unit: str
    on: date
    answer: str = ""


class Plan(Closed):
    """One quarter's evaluation plan (``<quarter>.yml``)."""

    quarter: str
    as_of: AwareDatetime
    revision: int = Field(1, ge=1)
    prepared_by: str
    approved_by: str
    approved_on: date
    indicators: dict[str, PlannedIndicator]
    limits: dict[str, Limit] = Field(default_factory=dict)
    tables: dict[str, Coverage]
    modes: tuple[str, ...] = ()
    samples: dict[str, Sample] = Field(default_factory=dict)
    milestones: tuple[Milestone, ...] = ()
    told_back: tuple[ToldBack, ...] = ()
    #: The lowest composite of each grade; ours until the company decides.
    grades: dict[str, float] = Field(default_factory=lambda: dict(GRADES))

    @property
    def weighted(self) -> dict[str, float]:
        """The weight of each indicator that has one, in the plan's order."""
        return {name: one.weight for name, one in self.indicators.items() if one.weight is not None}

    @field_validator("grades")
    @classmethod
    def _grades_cover_the_scale(cls, grades: dict[str, float]) -> dict[str, float]:
        starts = sorted(grades.values())
        if not starts or starts[0] != 0 or starts[-1] > FULL_SCORE or len(set(starts)) < len(starts):
            raise ValueError("each grade has a lowest score of its own within 0 and 100, the lowest of them 0")
        return grades

    @field_validator("quarter")
    @classmethod
    def _is_a_quarter(cls, text: str) -> str:
        Quarter.parse(text)
        return text

    @model_validator(mode="after")
    def _weights_add_to_one(self) -> Plan:
        total = sum(self.weighted.values())
        if self.weighted and abs(total - 1) > WEIGHT_TOLERANCE:
            raise ValueError(f"the weights add to {total:g}, not to 1")
        return self

    @model_validator(mode="after")
    def _weighted_indicators_have_a_floor(self) -> Plan:
        bare = [name for name in self.weighted if self.indicators[name].floor is None]
        if bare:
            raise ValueError(f"{bare[0]} has a weight and no floor, so that its score is not defined")
        return self
