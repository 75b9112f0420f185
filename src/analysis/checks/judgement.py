"""What may be said of a duty, given its evidence, and how do several parts make one clause?

A rule takes the evidence and returns a judgement. *Met* means that the duty was carried out this quarter, not that the
result is good; *no data* that nothing speaks of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pandas as pd

from analysis.params import Params
from analysis.tables.results import blank_figures

MET, NOT_MET, NO_DATA = "met", "not met", "no data"
STATUSES = (MET, NOT_MET, NO_DATA)
COMPANY = "company"


@dataclass(frozen=True)
class Evidence:
    """What the clauses are judged by: the parameters of the run and its result tables by name."""

    params: Params
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        """Return a result table; one that was not made has no rows."""
        empty = blank_figures("none", COMPANY, [], "no data").assign(verdict="", target=float("nan"), event="")
        return self.tables.get(name, empty)


@dataclass(frozen=True)
class Judgement:
    """One clause, or one part of it: the status, why in words, and the tables or files that show it."""

    status: str
    why: str
    evidence: tuple[str, ...] = ()


def N_(text: str) -> str:  # gettext's own name for "collect this text, translate it later"
    """Return ``text``: marks it for the catalogue of translations."""
    return text


Rule = Callable[[Evidence], Judgement]


def judged(have: int, of: int, why: str, *evidence: str) -> Judgement:
    """Return met if all ``of`` parts are there, no data if none is or none is wanted, else not met."""
    status = NO_DATA if not of or not have else MET if have >= of else NOT_MET
    return Judgement(status, why, evidence)


def told(table: str, *indicators: str, unit_type: str = COMPANY) -> Rule:
    """Return the rule: each of ``indicators`` has a figure for ``unit_type`` in ``table``."""
    def rule(e: Evidence) -> Judgement:
        rows = e.table(table)
        ok = rows[(rows["unit_type"] == unit_type) & (rows["status"] == "ok")]["indicator"]
        have = sum(one in set(ok) for one in indicators)
        why = N_("{0} of {1} figures told").format(have, len(indicators))
        return judged(have, len(indicators), why, f"tables/{table}.csv")
    return rule


def parts(table: str, column: str, wanted: Iterable[str]) -> Rule:
    """Return the rule: ``table`` tells a figure for each of ``wanted`` in ``column``."""
    names = tuple(wanted)

    def rule(e: Evidence) -> Judgement:
        rows = e.table(table)
        there = set(rows.loc[rows["status"] == "ok", column]) if column in rows else set()
        have = sum(one in there for one in names)
        why = N_("{0} of {1} parts told").format(have, len(names))
        return judged(have, len(names), why, f"tables/{table}.csv")
    return rule


def units_told(table: str, unit_type: str) -> Rule:
    """Return the rule: ``table`` tells two or more units of ``unit_type``, so that they compare.

    One at least has a figure; another may have cases and, said so, too few of them for one.
    """
    def rule(e: Evidence) -> Judgement:
        every_unit = e.table(table)
        rows = every_unit[every_unit["unit_type"] == unit_type]
        few = rows["status"].str.startswith("not estimable") & rows["n"].fillna(0).gt(0)
        units = rows.loc[rows["status"].eq("ok") | few, "unit"].nunique() if rows["status"].eq("ok").any() else 0
        return judged(min(units, 2), 2, N_("{0} units compared").format(units), f"tables/{table}.csv")
    return rule


def every(*rules: Rule) -> Rule:
    """Return the rule that all of ``rules`` hold.

    One part wrong makes the clause not met; parts without data do too when others have some.
    """
    def rule(e: Evidence) -> Judgement:
        found = [one(e) for one in rules]
        evidence = tuple(dict.fromkeys(pointer for one in found for pointer in one.evidence))
        if all(one.status == NO_DATA for one in found):
            return Judgement(NO_DATA, found[0].why, evidence)
        for status in (NOT_MET, NO_DATA):
            deciding = [one for one in found if one.status == status]
            if deciding:
                return Judgement(NOT_MET, "; ".join(one.why for one in deciding), evidence)
        return Judgement(MET, "; ".join(one.why for one in found), evidence)
    return rule
