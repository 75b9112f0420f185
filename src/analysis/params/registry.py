"""What does each published figure mean, who owns it, and which definition was in force (``indicators.yml``)?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from analysis.params.yaml_file import Closed
from analysis.quarter import Quarter

# How a retired definition differs from the present one, so that old quarters stay as they were published.
Variant = Literal["", "closed_only"]
Unit = Literal["share", "score_1to5", "nps", "hours", "rate", "score_0to100", "count", "alpha", "ratio"]


class Indicator(Closed):
    """One published figure under one version of its definition."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    unit: Unit
    per: str = ""
    definition: str
    interpretation: str
    formula: str
    source: str
    clause: str
    owner: str
    direction: Literal["higher", "lower", "none"]
    target: float | None = None
    target_source: str = ""
    minimum_n: int = Field(30, ge=1)
    variant: Variant = ""
    report: str
    approver: str
    effective_from: date
    effective_to: date | None = None

    @model_validator(mode="after")
    def _target_needs_source(self) -> Indicator:
        if self.target is not None and not self.target_source:
            raise ValueError("a target needs its target_source")
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError("effective_to lies before effective_from")
        return self

    def in_force(self, day: date) -> bool:
        """Tell whether this version was the definition on ``day``."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


def inherited(versions: Iterable[Indicator]) -> list[Indicator]:
    """Return the definitions that a company without a registry of its own takes over: the present ones, from ever on.

    What another company revised, and when, is its record (ADR 1).
    """
    every = list(versions)
    first = {one.id: min(each.effective_from for each in every if each.id == one.id) for one in every}
    return [one.model_copy(update={"effective_from": first[one.id]}) for one in every if one.effective_to is None]


class Registry:
    """The indicators in force on the last day of a quarter, by id (clause 8.2); `agreement` refuses two on one day."""

    def __init__(self, versions: Iterable[Indicator], quarter: Quarter):
        self.versions = tuple(versions)
        self._by_id = {one.id: one for one in self.versions if one.in_force(quarter.end)}

    def __getitem__(self, indicator: str) -> Indicator:
        return self._by_id[indicator]

    def __contains__(self, indicator: object) -> bool:
        return indicator in self._by_id

    def __iter__(self) -> Iterator[Indicator]:
        return iter(self._by_id.values())

    def revised(self, quarter: Quarter, window: int = 4) -> list[Indicator]:
        """Return the versions in force that began within the ``window`` quarters up to ``quarter`` and replaced one."""
        first = quarter.plus(1 - window).start
        older = {version.id for version in self.versions if version.effective_to is not None}
        return [one for one in self if one.id in older and one.effective_from >= first]
