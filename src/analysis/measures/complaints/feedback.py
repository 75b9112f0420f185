"""Who writes to us of their own accord, and do they hear what came of it (clause 7.2)?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.measures.breakdown import (
    Question,
    by_unit,
    number_of,
    plain_count,
    plain_share,
    share_of,
    told_by,
    with_shares,
)
from analysis.measures.units import COMPANY, judged
from analysis.run import Run, remembered
from analysis.tables.results import blank_figures

ACKNOWLEDGE_HOURS = 72.0  # three days: company default, unless the plan sets limits.feedback.first_response
LIMIT_KIND = "feedback"
SECONDS_PER_HOUR = 3600
THEME_SHARE = "feedback_theme_share"
UNIT_TYPES = ("company", "service_line", "branch", "kind", "channel")

RECEIVED = Question("feedback_received_count", UNIT_TYPES, number_of, plain_count, zeros=True)
ACKNOWLEDGED = Question("feedback_acknowledged_share", UNIT_TYPES, share_of("in_time"), plain_share)
ANSWERED = Question("feedback_answered_share", UNIT_TYPES, share_of("answered"), plain_share)
ACTIONED = Question("feedback_actioned_share", UNIT_TYPES, share_of("actioned"), plain_share)


def acknowledge_hours(run: Run) -> float:
    """Return the hours within which receipt is to be acknowledged: the plan's, else ACKNOWLEDGE_HOURS."""
    planned = run.params.plan.limits.get(LIMIT_KIND)
    return planned.first_response if planned and planned.first_response else ACKNOWLEDGE_HOURS


def _marked(run: Run) -> ir.Table:
    """Return the quarter's feedback with ``in_time``, ``due`` (or acknowledged), ``answered`` and ``actioned``."""
    rows = run.warehouse.table("feedback")
    seconds = int(acknowledge_hours(run) * SECONDS_PER_HOUR)
    due_by = ibis.literal(run.as_of.replace(tzinfo=None) - timedelta(seconds=seconds))
    in_time = (rows.acknowledged_at.delta(rows.received_at, unit="second") <= seconds).fill_null(False)
    return rows.mutate(in_time=in_time, due=rows.acknowledged_at.notnull() | (rows.received_at <= due_by),
                       answered=rows.answered_at.notnull(), actioned=rows.action_id.notnull())


@remembered
def feedback(run: Run) -> pd.DataFrame:
    """Return the volume of feedback and the shares acknowledged in time, answered and turned into measures, per unit.

    Count with Garwood's interval, shares with the modified Wilson one; the opinion is the unit of analysis. Not
    acknowledged and not yet due at ``as_of`` is left out of the first share, as with every clock.
    """
    rows = _marked(run)
    due = told_by(run, rows.filter(rows.due), "feedback", "acknowledged_at")
    return judged(run, [by_unit(run, rows, RECEIVED), by_unit(run, due, ACKNOWLEDGED),
                        by_unit(run, told_by(run, rows, "feedback", "answered_at"), ANSWERED),
                        by_unit(run, rows, ACTIONED)])


def feedback_themes(run: Run) -> pd.DataFrame:
    """Return how often each ``theme`` was written about, most frequent first ('' = not coded).

    Twice: as a count with Garwood's interval and as a share of all feedback (modified Wilson); beside it how many were
    ``answered`` and ``actioned``. Texts are never printed.
    """
    rows = _marked(run).mutate(theme=ibis._.theme.fill_null(""))
    question = replace(RECEIVED, unit_types=(COMPANY,), within=("theme",))
    frame = by_unit(run, rows, question)
    if frame.empty:
        return judged(run, [blank_figures(one, COMPANY, [COMPANY], "no data")
                            for one in (RECEIVED.indicator, THEME_SHARE)]).assign(theme="")
    counts = run.warehouse.reduce(rows.group_by("theme").agg(
        answered=ibis._.answered.cast("int64").sum(), actioned=ibis._.actioned.cast("int64").sum()))
    told = frame.merge(counts, on="theme").sort_values(["n", "theme"], ascending=[False, True], ignore_index=True)
    return judged(run, [with_shares(told, THEME_SHARE, int(told["n"].sum()))])
