"""Were complaints closed, decided in time, and settled for good (clause 4.6)?"""

from __future__ import annotations

from datetime import timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from analysis.measures.breakdown import (
    Question,
    by_unit,
    gathered,
    labelled,
    number_of,
    plain_share,
    share_of,
    told_by,
)
from analysis.measures.response_time.clocks import outcomes
from analysis.measures.units import narrowed, unit_rows
from analysis.params import Rule
from analysis.quarter import Quarter
from analysis.run import Run

SETTLED_DAYS = 90  # METHODS §6: a repetition within so many days of closing counts; a cohort is judged after them
SATISFIED_FROM = 4  # of 5: the top two boxes, as in the survey
UPHELD, DECIDED = ("upheld", "partly_upheld"), ("upheld", "partly_upheld", "not_upheld")
UNIT_TYPES = ("company", "service_line", "branch", "product", "partner")
PARTS = ("company", "service_line", "branch")  # of what is rare: more parts would hold next to nothing
TIMELY, DUTY = "complaint_timely_share", "duty"
STATES = ("received", "closed", "open", "decided", "withdrawn", "extended", "reopened", "escalated", "overturned",
          "repeats", "redressed")

HANDLED = Question("complaint_handling_share", UNIT_TYPES, share_of("closed"), plain_share)
FOUND_FOR_CUSTOMER = Question("complaint_upheld_share", UNIT_TYPES, share_of("upheld"), plain_share)
SATISFIED = Question("complaint_handling_csat_share", UNIT_TYPES, share_of("satisfied"), plain_share)
EFFECTIVE = Question("complaint_effective_share", UNIT_TYPES, share_of("settled"), plain_share)
REDRESSED = Question("complaint_redress_share", PARTS, share_of("redressed"), plain_share)
# What came after the closing, and the column that tells it.
AFTERWARDS = {"complaint_repeated_share": "repeat_of", "complaint_reopened_share": "reopened_at",
              "complaint_escalated_share": "escalated_at", "complaint_overturned_share": "overturned_at"}


def handling(run: Run) -> list[pd.DataFrame]:
    """Return the shares of handling per unit, with the modified Wilson interval; the complaint is the unit.

    Handled, upheld, redressed and satisfied: the cohort received in the quarter, as known at ``as_of``. Upheld and
    redressed count of those decided, satisfied of those who answered. Timely, effective and what came afterwards: see
    `timely`, `effective` and `afterwards`.
    """
    rows = run.warehouse.table("complaints")
    told = narrowed(rows, UNIT_TYPES, "decided_at", "outcome", "handling_satisfaction", "closed_at", "redress")
    told = told.mutate(closed=told.closed_at.notnull(), upheld=told.outcome.isin(UPHELD),
                       redressed=told.redress > 0, satisfied=told.handling_satisfaction >= SATISFIED_FROM)
    decided = told.filter(told.decided_at.notnull(), told.outcome.isin(DECIDED))
    answered = told.filter(told.handling_satisfaction.notnull())
    ended = told_by(run, told, "complaints", "closed_at")
    return [by_unit(run, ended, HANDLED), timely(run, told_by(run, rows, "complaints", "decided_at")), effective(run),
            by_unit(run, decided, FOUND_FOR_CUSTOMER), by_unit(run, told_by(run, decided, "complaints", "redress"),
                                                               REDRESSED),
            by_unit(run, answered, SATISFIED), *afterwards(run)]


def timely(run: Run, rows: ir.Table) -> pd.DataFrame:
    """Return the share decided in time: in limit ÷ (in limit + limit passed), by the rule book's duty to decide.

    Open past the limit counts as missed; not yet due and withdrawn in time are left out (METHODS §6). "not applicable"
    where no rule binds the company.
    """
    question = Question(TIMELY, UNIT_TYPES, number_of, plain_share)
    versions = timely_rules(run)
    if not versions:
        return gathered(run, [], question).assign(status="not applicable", n=None, target=np.nan)
    return gathered(run, [_timely_units(run, rows, unit_type, versions) for unit_type in UNIT_TYPES
                          if run.asks(unit_type)], question)


def timely_rules(run: Run) -> list[Rule]:
    """Return the rule book's first duty on complaints, in the versions in force; none where no rule binds."""
    rules = [one for one in run.params.rules if one.table == "complaints" and one.force == DUTY]
    return [one for one in rules if one.id == rules[0].id]  # a second duty is told in `clocks` alone


def _timely_units(run: Run, rows: ir.Table, unit_type: str, versions: list[Rule]) -> pd.DataFrame:
    of_units = unit_rows(run, rows, unit_type)
    reduced = timely_tally(run, versions, of_units)
    return labelled(plain_share(reduced, ["unit"]), TIMELY, unit_type) if len(reduced) else reduced


def timely_tally(run: Run, versions: list[Rule], rows: ir.Table) -> pd.DataFrame:
    """Return, per ``unit`` of ``rows``, how many cases are judged (``n``) and how many of them in limit (``count``)."""
    units = run.warehouse.reduce(number_of(rows, ["unit"]))["unit"]
    if units.empty:
        return pd.DataFrame()
    ended = pd.concat([outcomes(run, rule, rows, ["unit"]) for rule in versions])
    due = ended[ended["outcome"].isin(["in_limit", "missed"])]
    n, count = (part.groupby("unit")["count"].sum().reindex(units, fill_value=0)
                for part in (due, due[due["outcome"] == "in_limit"]))
    return pd.DataFrame({"n": n, "count": count}).rename_axis("unit").reset_index()


def cohort(run: Run) -> Quarter:
    """Return the newest quarter whose closed complaints have all had SETTLED_DAYS to come back by ``as_of``."""
    today = run.today
    quarter = run.quarter
    while quarter.end + timedelta(days=SETTLED_DAYS) > today:
        quarter = quarter.plus(-1)
    return quarter


def effective(run: Run) -> pd.DataFrame:
    """Return the share of closed complaints not repeated within SETTLED_DAYS, escalated or overturned (METHODS §6).

    Cohort: closed in the quarter that `cohort` names; ``method`` says which. "no data" where none of the three is ever
    delivered.
    """
    rows = told_by(run, _settled_cohort(run), "complaints", "repeat_of", "escalated_at", "overturned_at")
    return _naming_cohort(run, by_unit(run, rows, EFFECTIVE))


def afterwards(run: Run) -> list[pd.DataFrame]:
    """Return the shares of AFTERWARDS of the complaints that `effective` judges: each apart, with its interval.

    Repeated within SETTLED_DAYS, reopened, escalated and overturned overlap. "no data" where a column is never filled.
    """
    rows = _settled_cohort(run)
    return [_naming_cohort(run, by_unit(run, told_by(run, rows, "complaints", column), Question(
        indicator, PARTS, share_of(f"was_{column}"), plain_share))) for indicator, column in AFTERWARDS.items()]


def _settled_cohort(run: Run) -> ir.Table:
    """Return the complaints closed in `cohort`'s quarter with ``settled`` and a mark per event of AFTERWARDS."""
    quarter = cohort(run)
    known = run.warehouse.known_now("complaints")
    repeats = known.filter(known.repeat_of.notnull()).group_by(original=known.repeat_of).agg(
        again=known.received_day.min())
    closed = known.filter(known.closed_day.between(quarter.start, quarter.end))
    closed = narrowed(closed, UNIT_TYPES, "complaint_id", "closed_day", "reopened_at", "escalated_at", "overturned_at")
    closed = closed.left_join(repeats, closed.complaint_id == repeats.original)
    repeated = (closed.again <= closed.closed_day + ibis.interval(days=SETTLED_DAYS)).fill_null(False)
    marks = {f"was_{column}": closed[column].notnull() for column in AFTERWARDS.values() if column != "repeat_of"}
    return closed.mutate(
        settled=~(repeated | closed.escalated_at.notnull() | closed.overturned_at.notnull()),
        was_repeat_of=repeated, **marks)


def _naming_cohort(run: Run, found: pd.DataFrame) -> pd.DataFrame:
    named = found["method"] + f"; cohort closed in {cohort(run)}"
    return found.assign(method=named.where(found["method"] != "", ""))


def states(run: Run) -> pd.DataFrame:
    """Return how many of the quarter's complaints were STATES, per company, line and branch; states overlap."""
    rows = run.warehouse.table("complaints")
    marks = {
        "received": ibis.literal(True), "closed": rows.closed_at.notnull(), "decided": rows.decided_at.notnull(),
        "open": rows.closed_at.isnull() & rows.withdrawn_at.isnull(), "withdrawn": rows.withdrawn_at.notnull(),
        "extended": rows.extension_approved_at.notnull() & rows.extension_notified_at.notnull(),
        "reopened": rows.reopened_at.notnull(), "escalated": rows.escalated_at.notnull(),
        "overturned": rows.overturned_at.notnull(), "repeats": rows.repeat_of.notnull(),
        "redressed": (rows.redress > 0).fill_null(False),
    }
    marked = rows.mutate(**{name: mark.cast("int64") for name, mark in marks.items()})
    parts = [run.warehouse.reduce(unit_rows(run, marked, unit_type).group_by("unit").agg(
        **{name: ibis._[name].sum() for name in STATES})).assign(unit_type=unit_type)
        for unit_type in PARTS]
    return pd.concat(parts, ignore_index=True)[["unit_type", "unit", *STATES]]
