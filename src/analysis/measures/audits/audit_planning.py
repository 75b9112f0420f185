"""How many audits does the next quarter need, and how many auditors per audit (clauses 4.3, 4.5, 6.2; METHODS §3)?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from analysis.measures.audits.auditors import seen_twice
from analysis.measures.audits.audits import ERRORS, PASSES, checks, design_effect, sampled
from analysis.measures.breakdown import Question, with_standing_units
from analysis.measures.collection.wanted import Wanted, wanted
from analysis.measures.people.roster import ROLLING_QUARTERS
from analysis.measures.units import COMPANY, has_unit, judged, unit_rows
from analysis.run import Run
from analysis.stats.agreement.decision_study import raters_needed
from analysis.stats.agreement.intraclass import intraclass
from analysis.stats.agreement.permitted_use import MINIMUM_FOR_PEOPLE
from analysis.stats.estimates import OK
from analysis.tables.results import blank_figures

AUDITS, AUDITORS, PER_PERSON = "audits_needed_count", "auditors_needed_count", "audits_per_person_needed_count"
RELIABLE = 0.7  # METHODS §3: a score of a person is shown from here on
SCORED = (COMPANY, "service_line")
FAMILIES = {"accuracy": ERRORS, "compliance": PASSES}
FIGURES = ["n", "estimate", "low", "high", "level", "method", "status"]


def audit_plan(run: Run) -> pd.DataFrame:
    """Return how many audits the next quarter needs, and by how many auditors, with the interval of that number.

    ``audits_needed_count`` of the company and each line: random audits so that the interval of ``measured_by`` reaches
    no further than ``wanted_share`` each way, or a change of that size is seen between two quarters (``wanted_by``), at
    the share seen, its ``deff`` (1 at least) and the checks an audit brings. ``half_width_share`` is what this
    quarter's ``audits`` gave; the interval of the number is that at the ends of the share's own.
    ``auditors_needed_count``: per audit, for a verdict reliable to .8 (METHODS §3: use on people).
    ``audits_per_person_needed_count``: for a person's share reliable to .7. Both rest on four quarters.
    """
    parts = [*(_audits(run, family) for family in FAMILIES), _auditors(run),
             *(_per_person(run, family) for family in FAMILIES)]
    return judged(run, parts)


def _audits(run: Run, family: str) -> pd.DataFrame:
    question = replace(FAMILIES[family], unit_types=SCORED)
    rows, aim = sampled(run, family, "random"), wanted(run, question.indicator)
    types = [one for one in SCORED if run.asks(one) and has_unit(rows, one)]
    parts = [_of_type(run, question, run.warehouse.reduce(question.counts(unit_rows(run, rows, one), ["unit"])))
             .assign(unit_type=one, wanted_share=aim.share, wanted_by=aim.by) for one in types]
    found = pd.concat(parts, ignore_index=True)
    found = _planned(found, aim) if len(found) else found
    told = with_standing_units(run, found.assign(indicator=AUDITS), replace(question, indicator=AUDITS))
    audits = told.get("audits", pd.Series(pd.NA, told.index)).astype("Int64")
    return told.assign(measured_by=question.indicator, audits=audits)


def _of_type(run: Run, question: Question, reduced: pd.DataFrame) -> pd.DataFrame:
    """Return share, interval, design effect and audits of each unit, as its indicator is estimated."""
    if reduced.empty:
        return pd.DataFrame()
    found = question.estimator(reduced, ["unit"])
    audits = reduced.groupby("unit")["audit_id"].nunique()
    told = found[FIGURES].assign(audits=audits, checks_per_audit=found["n"] / audits, deff=design_effect(found),
                                 half_width_share=(found["high"] - found["low"]) / 2)
    return told.rename_axis("unit").reset_index()


def _planned(found: pd.DataFrame, aim: Wanted) -> pd.DataFrame:
    """Return ``found`` with the number of audits in place of the share."""
    ok = found["status"].eq(OK)
    rows = found[ok]
    numbers = pd.DataFrame([_number(row, aim) for row in rows.to_dict("records")], index=rows.index,
                           columns=["estimate", "low", "high"], dtype=float)
    told = numbers.reindex(found.index)
    return found.assign(estimate=told["estimate"], low=told["low"], high=told["high"],
                        method=f"{aim.method} times design effect", deff=found["deff"].where(ok))


def _number(row: Mapping[Any, Any], aim: Wanted) -> tuple[int, int, int]:
    """Return the audits needed at the share seen, and the fewest and most within its interval."""
    def audits(answers: int) -> int:
        return math.ceil(answers * row["deff"] / row["checks_per_audit"])

    fewest, most = aim.fewest_and_most(row["estimate"], row["low"], row["high"])
    return audits(aim.answers(row["estimate"])), audits(fewest), audits(most)


def _auditors(run: Run) -> pd.DataFrame:
    ratings = seen_twice(run)
    return _decision(ratings.drop(columns="rater"), AUDITORS, MINIMUM_FOR_PEOPLE, "auditor_agreement_alpha")


def _per_person(run: Run, family: str) -> pd.DataFrame:
    """Return the audits needed per person: each audit of a person is one rating, its share of checks passed."""
    rows = checks(run.warehouse.history("audits", ROLLING_QUARTERS))
    rows = rows.filter(rows.family == family, rows.sampling == "random", rows.employee_id.notnull())
    sums = run.warehouse.reduce(rows.group_by("employee_id", "audit_id").agg(
        checked=rows.count(), passed=(~rows.failed).cast("int64").sum()))
    ratings = pd.DataFrame({"unit": sums["employee_id"], "value": sums["passed"] / sums["checked"]})
    return _decision(ratings, PER_PERSON, RELIABLE, FAMILIES[family].indicator)


def _decision(ratings: pd.DataFrame, indicator: str, target: float, measured_by: str) -> pd.DataFrame:
    """Return how many ratings make a unit's mean reliable to ``target``; raters differ from unit to unit (ICC1)."""
    if ratings.empty:
        blank = blank_figures(indicator, COMPANY, [COMPANY], "no data")
        return blank.assign(measured_by=measured_by, reliability=target)
    found = raters_needed(intraclass(ratings, "ICC1", interval="jackknife"), target)
    counted, rated = ("audits", "employees") if indicator == PER_PERSON else ("auditors", "checks")
    words = found["status"].str.replace("raters", counted).str.replace("units", rated)
    return found[FIGURES].assign(indicator=indicator, unit_type=COMPANY, unit=COMPANY, measured_by=measured_by,
                                 status=words, reliability=target)
