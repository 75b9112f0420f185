"""What may be said of each person on each indicator, and what for (clause 7.3; METHODS §3)?

First the group: do its people differ by more than chance? Only then the person, adjusted for the cases given, pulled
towards the group as far as the evidence is thin, and shown from a reliability of 0.7 on. Nobody is ranked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.measures.audits.auditors import auditor_agreement
from analysis.measures.people.cases import (
    CASE_MIX,
    SCORED,
    UPHELD_RATE,
    WHOLE_CELL,
    Scored,
    scored_cases,
    upheld_counts,
)
from analysis.measures.people.fitting import Fit, fitted, without_reference
from analysis.measures.people.groups import FEW_PEERS, GROUP, MINIMUM_GROUP, of_group
from analysis.measures.people.rates import Rates, dispersion_p, exact_newest
from analysis.measures.people.roster import ASSESSED, MINIMUM_ASSESSORS, NOT_ENOUGH, minimum_n
from analysis.measures.units import EMPLOYEE
from analysis.run import Run, remembered
from analysis.stats.agreement.permitted_use import PEOPLE
from analysis.stats.estimates import OK
from analysis.stats.people.expected_counts import shrunken_rates
from analysis.stats.people.flags import DEFAULT, FlagRule, flags
from analysis.stats.people.shrinkage import shrunken_effects
from analysis.stats.testing import ALPHA, holm

PER_MILLE = 1_000
RULE = FlagRule()
VERY_RELIABLE = 0.9  # METHODS §3: of a promotion file, with the group's test
APPRAISAL, COACHING = "appraisal", "coaching only"
UNRELIABLE = f"not estimable: reliability below {RULE.reliability}"
Group = tuple[str, str]
Cells = tuple[tuple[str, ...], ...]
Held = Callable[[Cells], Cells]
SCALES = {"share": (0.0, 1.0), "score_0to100": (0.0, 100.0), "rate": (0.0, np.inf)}
SIDES = ("probability_below", "probability_above")
SCORE_COLUMNS = ["indicator", "event", "employee_id", *GROUP, "n", "estimate", "low", "high", "status", "naive",
                 "naive_low", "naive_high", "adjusted", "reliability", *SIDES, "direction", "minimum_n",
                 "permitted_use"]
TEST_COLUMNS = ["indicator", "event", *GROUP, "people", "n", "group_mean", "held_equal", "p", "p_adjusted", "status"]


@dataclass(frozen=True)
class Scoring:
    """Everything known of persons: ``scores`` (SCORE_COLUMNS), ``tests`` of groups (TEST_COLUMNS), and the ``fits``."""

    scores: pd.DataFrame
    tests: pd.DataFrame
    fits: Mapping[tuple[str, Group], Fit]


@dataclass(frozen=True)
class Bounds:
    """What the registry and the raters' agreement allow.

    ``minimum_n`` and ``units`` per indicator; ``trusted``: auditors agree well enough for use on people. A group has
    ``least_peers`` or more, else nothing is said, and ``few_peers`` is the reason. ``reference``: who is no member of
    the group, whose cases tell how hard a cell is.
    """

    minimum_n: Mapping[str, int]
    units: Mapping[str, str]
    trusted: bool
    level: float
    least_peers: int = MINIMUM_GROUP
    few_peers: str = FEW_PEERS
    reference: str = ""


@dataclass(frozen=True)
class Evidence:
    """The reduced cases of four quarters: ``cases`` by the names of `SCORED`, ``upheld`` of `cases.upheld_counts`."""

    cases: Mapping[str, pd.DataFrame]
    upheld: pd.DataFrame
    newest: str


def chosen(cells: Cells) -> Cells:
    """Return the cells as declared: the rule of `fitting.chosen_cell` then takes the finest that leaves precision."""
    return cells


def bounds_of(run: Run) -> Bounds:
    """Return what the run's registry and its auditors' agreement allow."""
    names = [*(one.indicator for one in SCORED.values()), UPHELD_RATE]
    return Bounds({name: minimum_n(run, name) for name in names},
                  {name: run.params.registry[name].unit for name in names}, trusted_auditors(run), run.level)


@remembered
def evidence_on(run: Run, of: str = EMPLOYEE) -> Evidence:
    """Return the reduced cases of everybody, in whatever job, or of partners (``of`` as in `cases.scored_cases`)."""
    return Evidence({name: scored_cases(run, asked, of) for name, asked in SCORED.items()}, upheld_counts(run, of),
                    str(run.quarter))


def scoring(people: pd.DataFrame, evidence: Evidence, bounds: Bounds, held_equal: Held = chosen) -> Scoring:
    """Return the scores of ``people`` (`groups.evaluated`) on every indicator that touches them.

    ``estimate``: the group's mean plus the shrunken effect, in the indicator's unit. ``naive``: the person's own cases
    as they stand; ``adjusted``: with the cell held equal, not yet shrunken. ``probability_below``, ``_above``: that the
    true figure lies on that side of the group's mean. ``direction``: below, above or not to be told from that mean, at
    the p of the F-tests after Holm over the group's indicators. Group: same role and line. Alphabetical.
    ``held_equal``: which of an indicator's cells to compare within, to try others than the rule's.
    """
    cases = {name: of_group(own, people, bounds.least_peers) for name, own in evidence.cases.items()}
    counts = of_group(evidence.upheld, people, bounds.least_peers)
    groups = sorted({(str(role), str(line)) for role, line in people[GROUP].to_numpy()})
    fits = {(name, group): _fitted(SCORED[name], _in(own, group), evidence.newest, held_equal, bounds.reference)
            for name, own in cases.items() for group in groups if len(_in(own, group))}
    cell = held_equal((WHOLE_CELL, CASE_MIX))[-1]  # of complaints: the coarser one (`rates.expected_counts`)
    rates = {group: Rates(_in(counts, group), evidence.newest, cell, bounds.reference) for group in groups}
    tests = _tests(fits, rates, bounds.least_peers)
    parts = [_of_fit(bounds, SCORED[name], group, fit, units_of(_in(cases[name], group)), tests)
             for (name, group), fit in fits.items()]
    parts += [_of_rate(bounds, group, own, tests) for group, own in rates.items() if len(own.counts)]
    return Scoring(_complete(bounds, people, parts), tests, fits)


def _fitted(asked: Scored, cases: pd.DataFrame, newest: str, held_equal: Held, reference: str) -> Fit:
    fit = fitted(cases, held_equal(asked.cells), newest, asked.scale, share=asked.indicator != ASSESSED)
    return without_reference(fit, reference) if reference else fit


def _in(rows: pd.DataFrame, group: Group) -> pd.DataFrame:
    return rows[rows["role"].eq(group[0]) & rows["line"].eq(group[1])]


def units_of(cases: pd.DataFrame) -> pd.DataFrame:
    """Return per person ``units`` of evidence and how many ``raters`` gave it (MINIMUM_ASSESSORS where none rate)."""
    own = cases.groupby("employee_id")
    raters = own["assessor_id"].nunique() if "assessor_id" in cases else MINIMUM_ASSESSORS
    return own[["units"]].sum().assign(raters=raters)


def is_enough(bounds: Bounds, indicator: str, units: pd.Series, raters: pd.Series) -> pd.Series:
    """Return where there is enough evidence to say anything of a person (METHODS §3)."""
    return units.ge(bounds.minimum_n[indicator]) & raters.ge(MINIMUM_ASSESSORS)


def _tests(fits: Mapping[tuple[str, Group], Fit], rates: Mapping[Group, Rates], least: int) -> pd.DataFrame:
    """Return TEST_COLUMNS: do the people of a group differ beyond chance, Holm over the group's indicators?"""
    rows = []
    for (name, group), fit in fits.items():
        asked = SCORED[name]
        rows.append([asked.indicator, asked.event, *group, len(fit.effects), int(fit.naive["n"].sum()), fit.mean,
                     ", ".join(fit.cell), fit.p, fit.reason])
    for group, own in rates.items():
        if len(own.counts):
            told, whole = own.expected()
            p, reason = dispersion_p(told, least)
            rows.append([UPHELD_RATE, "", *group, len(told), int(told["requests"].sum()), PER_MILLE * whole,
                         ", ".join(own.cell), p, reason])
    table = pd.DataFrame(rows, columns=[one for one in TEST_COLUMNS if one != "p_adjusted"])
    adjusted = table["p"].astype(float).groupby([table[name] for name in GROUP], group_keys=False).transform(holm)
    return table.assign(p_adjusted=adjusted)[TEST_COLUMNS]


def _p_of(tests: pd.DataFrame, indicator: str, event: str, group: Group) -> float:
    found = tests[tests["indicator"].eq(indicator) & tests["event"].eq(event) & tests["role"].eq(group[0])
                  & tests["line"].eq(group[1])]
    return float(found["p_adjusted"].iloc[0])


def trusted_auditors(run: Run) -> bool:
    """Tell whether auditors agree well enough for their findings to be used on people (METHODS §3, raters)."""
    found = auditor_agreement(run)
    return bool(found.get("permitted_use", pd.Series(dtype="str")).iloc[:1].eq(PEOPLE).any())


def _of_fit(bounds: Bounds, asked: Scored, group: Group, fit: Fit, units: pd.DataFrame, tests: pd.DataFrame,
            ) -> pd.DataFrame:
    p = _p_of(tests, asked.indicator, asked.event, group)
    shrunken = shrunken_effects(fit.effects, level=bounds.level)
    told = flags(shrunken, fit.newest, p, RULE)
    low, high = SCALES[bounds.units[asked.indicator]]
    around = {name: (fit.mean + shrunken[name]).clip(low, high) for name in ("estimate", "low", "high")}
    own = {f"naive{end}": fit.naive[name].clip(low, high)
           for end, name in (("", "estimate"), ("_low", "low"), ("_high", "high"))}
    rows = shrunken.assign(**around, **own, adjusted=fit.mean + fit.effects["estimate"], direction=told["direction"],
                           n=units["units"], raters=units["raters"])
    usable = bounds.trusted or not asked.raters
    return _permitted(bounds, rows, asked.indicator, asked.event, group, p, usable)


def _of_rate(bounds: Bounds, group: Group, rates: Rates, tests: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of upheld complaints per 1,000 requests: counts against what the cases led to expect."""
    told, share = rates.expected()
    late, whole = rates.expected_late().reindex(told.index, fill_value=0), PER_MILLE * share
    p = _p_of(tests, UPHELD_RATE, "", group)
    shrunken = shrunken_rates(told, bounds.level)
    direction = flags(shrunken, exact_newest(late, shrunken), p, RULE)["direction"]
    exact = told["requests"].clip(lower=1)
    own = {"naive": told["count"], "naive_low": stats.chi2.ppf((1 - bounds.level) / 2, 2 * told["count"]) / 2,
           "naive_high": stats.chi2.ppf((1 + bounds.level) / 2, 2 * told["count"] + 2) / 2}
    own = {name: PER_MILLE * pd.Series(value, told.index).fillna(0) / exact for name, value in own.items()}
    around = {name: whole * shrunken[name] for name in ("estimate", "low", "high")}
    adjusted = whole * told["count"] / told["expected"].where(told["expected"] > 0)
    rows = shrunken.assign(**around, **own, adjusted=adjusted, direction=direction, n=told["requests"],
                           raters=MINIMUM_ASSESSORS)
    return _permitted(bounds, rows, UPHELD_RATE, "", group, p, True)


def _permitted(bounds: Bounds, rows: pd.DataFrame, indicator: str, event: str, group: Group, p: float,
               usable: bool) -> pd.DataFrame:
    """Return SCORE_COLUMNS of one group: what is shown of each person, and what it may be used for."""
    least = bounds.minimum_n[indicator]
    enough = is_enough(bounds, indicator, rows["n"], rows["raters"])
    reliable = rows["reliability"].ge(RULE.reliability)
    status = rows["status"].mask(rows["status"].eq(OK) & ~reliable, UNRELIABLE)
    status = status.mask(~enough, f"not estimable: {NOT_ENOUGH}")
    shown = status.eq(OK)
    certain = rows["direction"].ne(DEFAULT) | (rows["reliability"].ge(VERY_RELIABLE) & (p < ALPHA))
    use = np.select([~enough, shown & certain & usable], [NOT_ENOUGH, APPRAISAL], COACHING)
    sides = rows.assign(probability_above=1 - rows["probability_below"])  # the posterior has no atom at the mean
    numbers = {name: sides[name].where(shown) for name in ("estimate", "low", "high", *SIDES)}
    own = {name: rows[name].where(enough) for name in ("naive", "naive_low", "naive_high", "adjusted", "reliability")}
    return rows.assign(
        indicator=indicator, event=event, role=group[0], line=group[1], minimum_n=least, status=status,
        permitted_use=use, direction=rows["direction"].where(shown, DEFAULT), **numbers, **own,
    ).rename_axis("employee_id").reset_index()[SCORE_COLUMNS]


def _complete(bounds: Bounds, people: pd.DataFrame, parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the scores with a row for everybody and every indicator; who has none is told why."""
    names = [(one.indicator, one.event) for one in SCORED.values()] + [(UPHELD_RATE, "")]
    asked = people[["employee_id", *GROUP, "peers"]].merge(pd.DataFrame(names, columns=["indicator", "event"]),
                                                          how="cross")
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=SCORE_COLUMNS)
    keys = ["indicator", "event", "employee_id", *GROUP]
    table = asked.merge(found, how="left", on=keys)
    few = table["peers"] < bounds.least_peers
    reason = np.where(few, f"not estimable: {bounds.few_peers}", f"not estimable: {NOT_ENOUGH}")
    least = table["indicator"].map(bounds.minimum_n).astype("int64")
    return table.assign(
        status=table["status"].where(table["status"].notna(), reason), n=table["n"].fillna(0).astype("int64"),
        minimum_n=least, direction=table["direction"].fillna(DEFAULT),
        permitted_use=table["permitted_use"].fillna(NOT_ENOUGH))[SCORE_COLUMNS]
