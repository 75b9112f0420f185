"""Which measures were taken, and what did management decide (clauses 5.4, 5.5, 6.4, 7.1, 7.4)?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pydantic import Field, model_validator

from analysis.params.yaml_file import FAR_YEARS, Closed, Name, Place, QuarterName, far, misfit
from analysis.quarter import QUARTER_PATTERN, Quarter

BETWEEN = " to "
SHA256 = r"^[0-9a-f]{64}$"


class Action(Closed):
    """One improvement measure with its pre-registration (``actions.yml``, the only place)."""

    action_id: Name
    problem_id: Name
    title: str = ""
    indicator: Name
    units: tuple[str, ...] = Field(min_length=1)
    comparison_units: tuple[str, ...] = ()
    owner_department: Name
    opened_on: date
    due_on: date
    started_on: date | None = None
    done_on: date | None = None
    expected_effect: float
    window: str
    #: The first of the quarters by whose figures the units were chosen, where they are more than the last reported.
    chosen_from: QuarterName | None = None
    evidence: str = ""
    #: What was decided of the measure once it was judged, and when.
    decision: str = ""
    decided_on: date | None = None

    @model_validator(mode="after")
    def _something_is_expected(self) -> Action:
        if self.expected_effect == 0:
            raise misfit("no effect is expected", "expected_effect", remedy="Write what the measure is to change")
        if self.done_on and not self.started_on:
            raise misfit("done_on stands without started_on", "done_on", remedy="Add the day it began")
        if bool(self.decision) != (self.decided_on is not None):
            raise misfit("decision and decided_on stand together", "decision", remedy="Add the one that is missing")
        if set(self.units) & set(self.comparison_units):
            raise misfit("a unit stands on both sides", "comparison_units", remedy="Take it out of one")
        return self

    @model_validator(mode="after")
    def _dates_in_order(self) -> Action:
        """Opened, then begun, then done; judged over quarters that were not over when it was registered."""
        days = {"due_on": self.due_on, "started_on": self.started_on, "done_on": self.done_on,
                "decided_on": self.decided_on}
        for name, day in days.items():
            if day is not None and day < self.opened_on:
                raise misfit(f"{name} lies before opened_on", name)
            if far(day, self.opened_on):
                raise misfit(f"{name} lies more than {FAR_YEARS} years after opened_on", name)
        if self.done_on and self.started_on and self.done_on < self.started_on:
            raise misfit("done_on lies before started_on", "done_on")
        if self.chosen_from and Quarter.parse(self.chosen_from) > Quarter.of(self.opened_on):
            raise misfit("chosen_from lies after opened_on", "chosen_from")
        ends = self.window.split(BETWEEN)
        if len(ends) > 2 or not all(QUARTER_PATTERN.fullmatch(one) for one in ends) or ends != sorted(ends):
            raise misfit("window is one quarter, or two as in 2024Q1 to 2024Q3", "window", remedy="Correct the value")
        if Quarter.parse(ends[0]) < Quarter.of(self.opened_on):
            raise misfit("window begins in a quarter before opened_on", "window")
        if far(Quarter.parse(ends[-1]).end, self.opened_on):
            raise misfit(f"window ends more than {FAR_YEARS} years after opened_on", "window")
        return self

    @property
    def unit_type(self) -> str:
        """The type of its units: that of its problem."""
        return [*self.problem_id.split(":", 2), ""][1]

    @property
    def window_start(self) -> Quarter:
        """The quarter from which on the effect is judged."""
        return Quarter.parse(self.window.split(BETWEEN)[0])

    @property
    def window_end(self) -> Quarter:
        """The last quarter by which the effect is judged."""
        return Quarter.parse(self.window.split(BETWEEN)[-1])


class Delivered(Closed):
    """To whom the report went, when, and the sha256 of its manifest (clause 5.4)."""

    to: Name
    on: date
    sha256: str = Field(pattern=SHA256)


class SignOff(Closed):
    """Who signed which manifest of a quarter, and when (``published/<quarter>.yml``, written by ``make sign``)."""

    quarter: QuarterName
    revision: int = Field(ge=1)
    run_id: str
    manifest_sha256: str = Field(pattern=SHA256)
    signed_by: Name
    signed_on: date


class Decided(Closed):
    """What management decided, by when it is to be done, and when it was."""

    decision: str = ""
    due: date | None = None
    done: date | None = None

    @model_validator(mode="after")
    def _dates_belong_to_a_decision(self) -> Decided:
        for name in ("due", "done"):
            if getattr(self, name) is not None and not self.decision:
                raise misfit(f"{name} stands without a decision", name, remedy="Write the decision, or take it out")
        return self


class ReviewedIndicator(Decided):
    """Whether management reviewed one indicator, and what it decided."""

    id: Name
    reviewed: bool

    @model_validator(mode="after")
    def _a_decision_was_reviewed(self) -> ReviewedIndicator:
        if self.decision and not self.reviewed:
            raise misfit("a decision stands on an indicator that was not reviewed", "reviewed")
        return self


class ReviewedProblem(Decided):
    """What management decided of one problem."""

    problem_id: Name


class Objection(Closed):
    """What an evaluated unit or department objects to, and the answer; ``raised_by`` is an office, never a person."""

    id: Name
    indicator: str = ""
    problem_id: str = ""
    text: Name
    raised_by: Name
    raised_on: date
    answer: str = ""
    answered_on: date | None = None
    decision: str = ""

    @model_validator(mode="after")
    def _of_one_thing_and_answered_whole(self) -> Objection:
        if bool(self.indicator) == bool(self.problem_id):
            raise misfit("an objection names an indicator or a problem_id, one of the two", "indicator",
                         remedy="Name what is objected to")
        if bool(self.answer) != (self.answered_on is not None):
            raise misfit("answer and answered_on stand together", "answer", remedy="Add the one that is missing")
        if self.decision and not self.answer:
            raise misfit("a decision stands without an answer", "decision", remedy="Add answer and answered_on")
        if self.answered_on and self.answered_on < self.raised_on:
            raise misfit("answered_on lies before raised_on", "answered_on")
        return self


class Review(Closed):
    """Management's review of one quarter (``reviews/<quarter>.yml``); nothing in it comes before the quarter's end."""

    quarter: QuarterName
    reviewed_by: Name
    reviewed_on: date
    delivered: tuple[Delivered, ...] = ()
    indicators: tuple[ReviewedIndicator, ...] = ()
    problems: tuple[ReviewedProblem, ...] = ()
    objections: tuple[Objection, ...] = ()

    @model_validator(mode="after")
    def _dates_in_order(self) -> Review:
        end = Quarter.parse(self.quarter).end
        if self.reviewed_on <= end:
            raise misfit(f"reviewed_on does not lie after the end of {self.quarter}", "reviewed_on")
        for place, day in self._dates():
            if far(day, end):
                raise misfit(f"the date lies more than {FAR_YEARS} years after {self.quarter}", *place,
                             remedy="Correct the date")
        for number, report in enumerate(self.delivered):
            if report.on <= end:
                raise misfit(f"the report was delivered before the end of {self.quarter}", "delivered", number, "on")
        for number, objection in enumerate(self.objections):
            if objection.raised_on <= end:
                raise misfit(f"raised_on does not lie after the end of {self.quarter}", "objections", number,
                             "raised_on")
        return self

    @model_validator(mode="after")
    def _decisions_follow_the_review(self) -> Review:
        for place, day in self._decision_dates():
            if day is not None and day < self.reviewed_on:
                raise misfit(f"{place[-1]} lies before reviewed_on", *place)
        return self

    def _decision_dates(self) -> Iterator[tuple[Place, date | None]]:
        """Yield place and day of what decisions say of dates."""
        parts: dict[str, tuple[Decided, ...]] = {"indicators": self.indicators, "problems": self.problems}
        for part, decided in parts.items():
            for number, one in enumerate(decided):
                yield (part, number, "due"), one.due
                yield (part, number, "done"), one.done

    def _dates(self) -> Iterator[tuple[Place, date | None]]:
        """Yield place and day of every date."""
        yield ("reviewed_on",), self.reviewed_on
        yield from self._decision_dates()
        for number, report in enumerate(self.delivered):
            yield ("delivered", number, "on"), report.on
        for number, one in enumerate(self.objections):
            yield ("objections", number, "raised_on"), one.raised_on
            yield ("objections", number, "answered_on"), one.answered_on
