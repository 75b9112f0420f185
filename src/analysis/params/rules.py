"""Which time limits bind the company, from which event to which, and on whose authority (clause 1.2)?

A rule is a row of METHODS §5 in closed form: a clock that runs from one column of a table to another (or to the first
of several), for the rows that ``where`` selects, against the first of its ``limits`` whose own ``where`` fits. A row
that fits no limit is not judged. No limit stands in code.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, StrictStr, model_validator

from analysis.params.yaml_file import Closed, read_yaml
from analysis.quarter import Quarter
from analysis.refusal import Refused


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Column = Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$", description="table.column")]
Columns = Annotated[tuple[Column, ...], BeforeValidator(_listed), Field(min_length=1)]
Where = dict[str, Annotated[tuple[StrictStr | StrictBool | None, ...], Field(min_length=1)]]
Positive = Annotated[StrictInt, Field(gt=0)]
Certainty = Literal["high", "medium", "low"]
Contract = Mapping[str, Collection[str]]


class Source(Closed):
    """Where a limit is written: the text, its article and the day it was published."""

    title: str
    article: str
    published: date | None = None


class Limit(Closed):
    """How long, for the rows where every column of ``where`` holds one of its values (null: empty).

    ``days`` after the start day, or ``seconds`` after the start instant; never both. Source and certainty are the
    rule's unless given.
    """

    where: Where = Field(default_factory=dict)
    days: Positive | None = None
    seconds: Positive | None = None
    kind_of_day: Literal["calendar", "working"] = "calendar"
    source: Source
    certainty: Certainty

    @model_validator(mode="after")
    def _one_measure(self) -> Limit:
        if (self.days is None) == (self.seconds is None):
            raise ValueError("a limit is either days or seconds")
        if self.seconds is not None and self.kind_of_day != "calendar":
            raise ValueError("a limit in seconds counts elapsed time, not working days")
        return self


class Extension(Closed):
    """``days`` more, ``at_most_days`` in all, once every column of ``requires`` is filled by the deadline's day."""

    requires: Columns
    days: Positive
    at_most_days: Positive


class Rule(Closed):
    """One clock. ``effective_to`` is the last day in force; a case is judged by the version in force on its start day.

    ``force``: a duty that the law imposes; an option (a limit that earns a relief, missing it breaks nothing); a
    convention of the industry. Only duties count as statutory limits missed. Working days are those of the calendar
    named after the jurisdiction. Cases with ``withdrawn`` filled before the deadline are not judged. ``pause`` holds
    hours. ``share_target`` is the share in time that meets the rule; without it every case must.
    """

    id: str = Field(pattern=r"^[a-z]+(\.[a-z_]+)+$")
    title: str
    clause: str = Field(pattern=r"^\d\.\d$")
    jurisdiction: str
    force: Literal["duty", "option", "convention"]
    start: Column
    stop: Columns
    withdrawn: Column | None = None
    pause: Column | None = None
    where: Where = Field(default_factory=dict)
    source: Source
    certainty: Certainty
    limits: tuple[Limit, ...] = Field(min_length=1)
    extension: Extension | None = None
    share_target: float | None = Field(None, gt=0, le=1)
    effective_from: date
    effective_to: date | None = None
    note: str = ""

    @model_validator(mode="before")
    @classmethod
    def _limits_inherit(cls, raw: Any) -> Any:
        if not isinstance(raw, dict) or not isinstance(raw.get("limits"), list):
            return raw
        shared = {key: raw[key] for key in ("source", "certainty") if key in raw}
        return raw | {"limits": [shared | one if isinstance(one, dict) else one for one in raw["limits"]]}

    @model_validator(mode="after")
    def _consistent(self) -> Rule:
        if not self.id.startswith(f"{self.jurisdiction}."):
            raise ValueError("the id does not begin with the jurisdiction")
        if len({column.partition(".")[0] for column in self.moments}) > 1:
            raise ValueError("start, stop and the other columns are not all of one table")
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError("effective_to lies before effective_from")
        if any(not limit.where for limit in self.limits[:-1]):
            raise ValueError("a limit without where fits every row: put it last")
        _refuse_odd_extension(self)
        return self

    @property
    def table(self) -> str:
        """The table the clock runs in."""
        return self.start.partition(".")[0]

    @property
    def moments(self) -> tuple[str, ...]:
        """Every table.column the clock reads."""
        granted = self.extension.requires if self.extension else ()
        return (self.start, *self.stop, *(one for one in (self.withdrawn, self.pause) if one), *granted)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column of ``table`` the rule reads, each once, in order of mention."""
        conditions = (self.where, *(limit.where for limit in self.limits))
        named = [moment.partition(".")[2] for moment in self.moments] + [name for one in conditions for name in one]
        return tuple(dict.fromkeys(named))

    def extended_days(self, limit: Limit) -> int | None:
        """Return the days of ``limit`` once extended; None where the rule knows no extension."""
        if self.extension is None or limit.days is None:
            return None
        return min(limit.days + self.extension.days, self.extension.at_most_days)

    def in_force(self, first: date, last: date) -> bool:
        """Return whether the rule is in force on any day from ``first`` to ``last``."""
        return self.effective_from <= last and (self.effective_to is None or self.effective_to >= first)


def _refuse_odd_extension(rule: Rule) -> None:
    if rule.extension is None:
        return
    days = [limit.days for limit in rule.limits if limit.days is not None]
    if len(days) < len(rule.limits):
        raise ValueError("an extension needs limits in days")
    if max(days) > rule.extension.at_most_days:
        raise ValueError("at_most_days is shorter than a limit it extends")


def load_rules(directory: Path, jurisdictions: Iterable[str], contract: Contract | None = None) -> tuple[Rule, ...]:
    """Return the rules of ``<directory>/<jurisdiction>.yml`` for each jurisdiction, in order.

    ``contract`` maps each table to its columns; without it the columns are not checked. Refused, naming file and key,
    for a missing or malformed file, an unknown table or column, or two versions of a rule in force on the same day.
    """
    rules = [rule for name in dict.fromkeys(jurisdictions) for rule in _pack(directory / f"{name}.yml")]
    for rule in rules:
        if contract is not None:
            _refuse_unknown_columns(rule, contract)
    for one, other in combinations(rules, 2):
        if one.id == other.id and one.in_force(other.effective_from, other.effective_to or date.max):
            raise Refused(f"two versions of {one.id} are in force on the same day",
                          "End the older one (effective_to) the day before the newer begins",
                          file=f"{one.jurisdiction}.yml", column=f"{one.id}.effective_to")
    return tuple(rules)


def _pack(path: Path) -> list[Rule]:
    rules: list[Rule] = read_yaml(path, list[Rule])
    for rule in rules:
        if rule.jurisdiction != path.stem:
            raise Refused("the jurisdiction is not the name of the file", "Correct it, or move the rule",
                          file=path.name, column=f"{rule.id}.jurisdiction")
    return rules


def _refuse_unknown_columns(rule: Rule, contract: Contract) -> None:
    file = f"{rule.jurisdiction}.yml"
    if rule.table not in contract:
        raise Refused(f"there is no table {rule.table}", f"Name one of {', '.join(sorted(contract))}",
                      file=file, column=f"{rule.id}.start")
    unknown = [column for column in rule.columns if column not in contract[rule.table]]
    if unknown:
        raise Refused(f"the table {rule.table} has no column {unknown[0]}",
                      "Check its spelling against the data dictionary", file=file, column=rule.id)


def rules_in_force(rules: Iterable[Rule], quarter: Quarter) -> tuple[Rule, ...]:
    """Return the rules in force on any day of ``quarter``; two versions that meet within it are both returned."""
    return tuple(rule for rule in rules if rule.in_force(quarter.start, quarter.end))


def reaching_back(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return ``rules`` as if the oldest version of each had always been in force: to tell the past by them."""
    first: dict[str, Rule] = {}
    for one in sorted(rules, key=lambda rule: rule.effective_from):
        first.setdefault(one.id, one)
    return tuple(one.model_copy(update={"effective_from": date.min}) if one is first[one.id] else one for one in rules)
