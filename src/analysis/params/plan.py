"""What was this quarter's evaluation to do, by when, by whom (clause 5.1)?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, field_validator, model_validator

from analysis.params.yaml_file import Closed, Name, Place, QuarterName, misfit
from analysis.quarter import Quarter

WEIGHT_TOLERANCE = 1e-9
FULL_SCORE = 100
# So many quarters before and after its own a date of a plan may lie: far enough for any plan, and a wrong year shows.
NEAR = (3, 3)
NEAR_FIELDWORK = (1, 1)
NEAR_APPROVAL = (4, 3)  # a plan of the whole year is approved before its first quarter
LAST_YEAR = 2100  # beyond it the year of as_of was mistyped
#: The shares that surveys and audits are sized by.
SIZED_BY = ("csat_top2_share", "accuracy_error_share", "compliance_pass_share")
GRADES: dict[str, float] = {"A": 90, "B": 80, "C": 65, "D": 0}


class PlannedIndicator(Closed):
    """What the plan sets for one indicator; what it leaves out stands in the registry."""

    weight: float | None = Field(None, ge=0, le=1)
    target: float | None = None
    floor: float | None = None
    #: Of SIZED_BY alone: how far the interval may reach each way; the next quarter's samples are planned for it.
    half_width: float | None = Field(None, gt=0, lt=0.5)
    #: Or which change between two quarters is to be seen in four cases of five.
    detectable_change: float | None = Field(None, gt=0, lt=0.5)
    method: str = ""

    @model_validator(mode="after")
    def _sized_by_one(self) -> PlannedIndicator:
        if self.half_width is not None and self.detectable_change is not None:
            raise misfit("half_width and detectable_change stand together", "detectable_change",
                         remedy="Keep one of the two")
        return self


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
            raise misfit("to lies before from", "to")
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

    name: Name
    owner: Name
    due: date
    done: date | None = None


class ToldBack(Closed):
    """Results told back to an evaluated unit (clause 5.5): who, when, and what they answered."""

    unit: str
    on: date
    answer: str = ""


class Plan(Closed):
    """One quarter's evaluation plan (``<quarter>.yml``)."""

    quarter: QuarterName
    as_of: AwareDatetime
    revision: int = Field(1, ge=1)
    prepared_by: Name
    approved_by: Name
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

    @field_validator("indicators")
    @classmethod
    def _weights_add_to_one(cls, indicators: dict[str, PlannedIndicator]) -> dict[str, PlannedIndicator]:
        weights = [one.weight for one in indicators.values() if one.weight is not None]
        if weights and abs(sum(weights) - 1) > WEIGHT_TOLERANCE:
            raise misfit(f"the weights add to {sum(weights):g}, not to 1", remedy="Correct the weights")
        return indicators

    @field_validator("indicators")
    @classmethod
    def _weighted_indicators_have_a_floor(cls, indicators: dict[str, PlannedIndicator]) -> dict[str, PlannedIndicator]:
        for name, one in indicators.items():
            if one.weight is not None and one.floor is None:
                raise misfit(f"{name} has a weight and no floor, so that its score is not defined", name,
                             remedy="Add its floor")
        return indicators

    @field_validator("indicators")
    @classmethod
    def _samples_are_sized_by_few(cls, indicators: dict[str, PlannedIndicator]) -> dict[str, PlannedIndicator]:
        for name, one in indicators.items():
            for key in ("half_width", "detectable_change"):
                if getattr(one, key) is not None and name not in SIZED_BY:
                    raise misfit(f"no sample is sized by {name}", name, key,
                                 remedy=f"Remove it, or set it on one of {', '.join(SIZED_BY)}")
        return indicators

    @model_validator(mode="after")
    def _each_step_stands_once(self) -> Plan:
        names = [one.name for one in self.milestones]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise misfit("the milestone stands twice", "milestones", number, "name",
                             remedy="Remove one, or rename it")
        return self

    @model_validator(mode="after")
    def _judged_in_a_year_that_may_come(self) -> Plan:
        if self.as_of.year > LAST_YEAR:
            raise misfit(f"as_of lies after {LAST_YEAR}", "as_of", remedy="Correct the date")
        return self

    @model_validator(mode="after")
    def _dates_near_the_quarter(self) -> Plan:
        own = Quarter.parse(self.quarter)
        for (before, after), day, place in self._dates():
            first, last = own.plus(-before), own.plus(after)
            if day is not None and not first.start <= day <= last.end:
                raise misfit(f"the date lies outside {first} to {last}, too far from {own}", *place,
                             remedy="Correct the date")
        for name, table in self.tables.items():
            begins, ends = table.window(own)
            if begins > own.end or ends < own.start:
                raise misfit(f"the fieldwork shares no day with {own}", "tables", name, "from",
                             remedy="Correct the dates")
        return self

    def _dates(self) -> Iterator[tuple[tuple[int, int], date | None, Place]]:
        """Yield how near it must be, day and place of every date but ``as_of``, which each window bounds."""
        yield NEAR_APPROVAL, self.approved_on, ("approved_on",)
        for name, table in self.tables.items():
            yield NEAR_FIELDWORK, table.from_, ("tables", name, "from")
            yield NEAR_FIELDWORK, table.to, ("tables", name, "to")
        for number, step in enumerate(self.milestones):
            yield NEAR, step.due, ("milestones", number, "due")
            yield NEAR, step.done, ("milestones", number, "done")
        for number, told in enumerate(self.told_back):
            yield NEAR, told.on, ("told_back", number, "on")
