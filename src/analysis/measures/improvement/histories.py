"""What did the figure that a measure is to change say of each unit, quarter by quarter?

Figures as published, told again under today's definitions, each as known at its own date. Times are told as ratios to
the company's median of the kind (`relative_waits`), which a shift in the mix of kinds leaves alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pandas as pd

from analysis.measures.audits.audits import accuracy, compliance
from analysis.measures.complaints.complaints import complaints
from analysis.measures.complaints.feedback import feedback
from analysis.measures.improvement.relative_waits import relative_waits
from analysis.measures.improvement.windows import looked_at
from analysis.measures.people.competence import competence
from analysis.measures.response_time.response import response_time
from analysis.measures.satisfaction.satisfaction import satisfaction
from analysis.measures.summary.composite import HEADLINE_EVENT
from analysis.measures.units import COMPANY, headline_rows
from analysis.params import Action
from analysis.quarter import Quarter
from analysis.run import Run, remembered
from analysis.stats.estimates import OK

Measure = Callable[[Run], pd.DataFrame]
# Which measure publishes the indicators whose names begin so.
PUBLISHED_BY: tuple[tuple[str, Measure], ...] = (
    ("csat", satisfaction), ("nps", satisfaction), ("renew", satisfaction), ("response", relative_waits),
    ("in_limit", response_time), ("accuracy", accuracy), ("compliance", compliance), ("competence", competence),
    ("complaint", complaints), ("feedback", feedback))
MONTH, PARTED = "month", ":"
UNIT_TYPES = ("branch", "service_line", "channel", "partner", "product", "kind", "department", MONTH)
EVENTS = ("first_response", "resolution")
COLUMNS = ["indicator", "event", "unit", "estimate", "n", "hours", "quarter"]


def taken(run: Run) -> list[Action]:
    """Return the measures opened by ``as_of``."""
    today = run.today
    return [one for one in run.params.actions if one.opened_on <= today]


@remembered
def histories(run: Run) -> dict[str, pd.DataFrame]:
    """Return action_id → COLUMNS of its indicator and event: what `windows.looked_at` needs, per unit or month.

    ``estimate`` is a ratio where ``hours`` stands beside it. No rows for a unit type that no measure publishes.
    """
    asked: dict[tuple[Measure, str], set[Quarter]] = {}
    for one in taken(run):
        asked.setdefault(_source(one), set()).update(looked_at(one, run.quarter))
    told = {source: _told(run, *source, sorted(quarters)) for source, quarters in asked.items()}
    return {one.action_id: _of(one, told[_source(one)]) for one in taken(run)}


def _source(action: Action) -> tuple[Measure, str]:
    """Return which measure publishes the indicator, and of which type of unit: that of the problem it answers."""
    measure = next((one for prefix, one in PUBLISHED_BY if action.indicator.startswith(prefix)), _nothing)
    if tuple(action.units) == (COMPANY,):
        return measure, MONTH
    _, unit_type, *_ = [*action.problem_id.split(PARTED), ""]
    return measure if unit_type in UNIT_TYPES else _nothing, unit_type


def _nothing(run: Run) -> pd.DataFrame:
    """Return no figures: none of the indicator is published per unit."""
    return pd.DataFrame(columns=[*COLUMNS, "unit_type", "status"])


def _told(run: Run, measure: Measure, unit_type: str, quarters: Iterable[Quarter]) -> pd.DataFrame:
    parts = [pd.DataFrame(columns=COLUMNS)]
    for quarter in quarters if measure is not _nothing else ():
        asked = (COMPANY, unit_type)
        own = replace(run, unit_types=asked) if quarter == run.quarter else run.earlier(quarter, *asked)
        if own is not None:
            rows = headline_rows(measure(own.under(run)))
            told = rows[rows["unit_type"].eq(unit_type) & rows["status"].eq(OK)].assign(quarter=str(quarter))
            parts.append(told.reindex(columns=COLUMNS))
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)


def _of(action: Action, told: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the action's indicator, and of its problem's event, else of the one that headlines."""
    *_, last = action.problem_id.split(PARTED)
    event = last if last in EVENTS else HEADLINE_EVENT
    same = told["indicator"].eq(action.indicator) & told["event"].isin(["", event])
    return told[same].reset_index(drop=True)
