"""Which measures were taken, and what did management decide (clauses 5.5, 6.4, 7.1, 7.4)?"""

from __future__ import annotations

from datetime import date

from pydantic import Field, field_validator, model_validator

from analysis.params.yaml_file import Closed
from analysis.quarter import Quarter

BETWEEN = " to "


class Action(Closed):
    """One improvement measure with its pre-registration (``actions.yml``, the only place)."""

    action_id: str
    problem_id: str
    title: str = ""
    indicator: str
    units: tuple[str, ...] = Field(min_length=1)
    comparison_units: tuple[str, ...] = ()
    owner_department: str
    opened_on: date
    due_on: date
    started_on: date | None = None
    done_on: date | None = None
    expected_effect: float
    window: str
    evidence: str = ""
    decision: str = ""

    @model_validator(mode="after")
    def _dates_in_order(self) -> Action:
        if self.due_on < self.opened_on:
            raise ValueError("due_on lies before opened_on")
        return self

    @field_validator("window")
    @classmethod
    def _window_is_of_quarters(cls, text: str) -> str:
        ends = [Quarter.parse(one) for one in text.split(BETWEEN)]
        if len(ends) > 2 or ends != sorted(ends):
            raise ValueError("window is one quarter, or two as in 2024Q1 to 2024Q3")
        return text

    @property
    def window_end(self) -> Quarter:
        """The last quarter by which the effect is judged."""
        return Quarter.parse(self.window.split(BETWEEN)[-1])


class Delivered(Closed):
    """To whom the report went, when, and the sha256 of its manifest (clause 5.4)."""

    to: str
    on: date
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class ReviewedIndicator(Closed):
    """What management said of one indicator."""

    id: str
    reviewed: bool
    decision: str = ""
    due: date | None = None


class ReviewedProblem(Closed):
    """What management decided of one problem."""

    problem_id: str
    decision: str = ""


class Review(Closed):
    """Management's review of one quarter (``reviews/<quarter>.yml``)."""

    quarter: str
    reviewed_by: str
    reviewed_on: date
    delivered: tuple[Delivered, ...] = ()
    indicators: tuple[ReviewedIndicator, ...] = ()
    problems: tuple[ReviewedProblem, ...] = ()
