"""What did the figure that a measure is to change say of each unit, quarter by quarter?

Figures as published, told again under today's definitions, each as known at its own date. Times of units are told as
ratios to the company's median of the kind (`relative_waits`), which a shift in the mix of kinds leaves alone; those of
the company itself in hours, for it would be held against its own median.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import pandas as pd

from analysis.measures.audits.audits import accuracy, compliance
from analysis.measures.complaints.complaints import complaints
from analysis.measures.complaints.feedback import feedback
from analysis.measures.improvement.relative_waits import relative_waits
from analysis.measures.improvement.windows import looked_at
from analysis.measures.people.competence import competence
from analysis.measures.people.coverage import acknowledgement, coverage
from analysis.measures.published_by import table_of
from analysis.measures.response_time.clocks import clocks
from analysis.measures.response_time.response import QUANTILES, response_time
from analysis.measures.satisfaction.satisfaction import satisfaction
from analysis.measures.summary.composite import HEADLINE_EVENT
from analysis.measures.units import COMPANY, headline_rows
from analysis.params import Action
from analysis.quarter import Quarter
from analysis.run import Run, remembered
from analysis.stats.estimates import OK

Measure = Callable[[Run], pd.DataFrame]
PUBLISHED: Mapping[str, Measure] = {
    "satisfaction": satisfaction, "response_time": response_time, "accuracy": accuracy, "compliance": compliance,
    "competence": competence, "complaints": complaints, "feedback": feedback, "acknowledgement": acknowledgement,
    "coverage": coverage, "clocks": clocks}
MONTH, PARTED, FACET = "month", ":", "facet"
UNIT_TYPES = ("branch", "service_line", "channel", "partner", "product", "kind", "department", "shift", "rule", MONTH)
EVENTS = ("first_response", "resolution")
COLUMNS = ["indicator", "event", FACET, "unit", "estimate", "n", "hours", "quarter"]
NO_FIGURES = "its indicator has no figures of such units"
NO_MONTHS = "its indicator has no monthly figures of the company"
NO_PART = "its indicator has no figures of that part"


def taken(run: Run) -> list[Action]:
    """Return the measures opened by ``as_of``."""
    today = run.today
    return [one for one in run.params.actions if one.opened_on <= today]


@remembered
def histories(run: Run) -> dict[str, pd.DataFrame]:
    """Return action_id → COLUMNS of its indicator and event or facet, per unit or month: what `looked_at` needs.

    ``estimate`` is a ratio where ``hours`` stands beside it. No rows for a unit type, or a part, that no measure
    publishes (`without_figures`).
    """
    every = replace(run, delivery=replace(run.delivery, tables=run.delivery.older | run.delivery.tables))
    asked: dict[tuple[Measure, str], set[Quarter]] = {}
    for one in taken(run):
        asked.setdefault(_source(one), set()).update(looked_at(one, run.quarter))
    told = {source: _told(every, *source, sorted(quarters)) for source, quarters in asked.items()}
    return {one.action_id: _of(one, told[_source(one)]) for one in taken(run)}


def without_figures(action: Action) -> str:
    """Return in words why a history without rows has none."""
    if _facet(action):
        return NO_PART
    return NO_MONTHS if tuple(action.units) == (COMPANY,) else NO_FIGURES


def without_history(action: Action, history: pd.DataFrame) -> list[str]:
    """Return the units of either side that have no row in its `histories`: closed, too small, or misspelt.

    None where there is no history at all: `without_figures` says why.
    """
    whole = history.empty or tuple(action.units) == (COMPANY,)
    named = [] if whole else [*action.units, *action.comparison_units]
    return [one for one in named if one not in set(history["unit"])]


def _source(action: Action) -> tuple[Measure, str]:
    """Return which measure publishes the indicator, and of which type of unit: that of the problem it answers."""
    unit_type = MONTH if tuple(action.units) == (COMPANY,) else action.unit_type
    if unit_type not in UNIT_TYPES:
        return _nothing, unit_type
    if action.indicator in QUANTILES and unit_type != MONTH:
        return relative_waits, unit_type
    return PUBLISHED.get(table_of(action.indicator), _nothing), unit_type


def _problem(action: Action) -> tuple[str, str, str]:
    """Return indicator, unit type and part ("" for none) of the problem; a unit's name may hold what parts them."""
    indicator, unit_type, rest = [*action.problem_id.split(PARTED, 2), "", ""][:3]
    named = [one for one in action.units if f"{rest}{PARTED}".startswith(f"{one}{PARTED}")]
    unit = max(named, key=len, default=rest.partition(PARTED)[0])
    return indicator, unit_type, rest[len(unit):].removeprefix(PARTED)


def _facet(action: Action) -> str:
    """Return the part of its own indicator that the measure is to change, where that is no event."""
    indicator, _, part = _problem(action)
    return part if indicator == action.indicator and part not in EVENTS else ""


def _nothing(run: Run) -> pd.DataFrame:
    """Return no figures: none of the indicator is published per unit."""
    return pd.DataFrame(columns=[*COLUMNS, "unit_type", "status"])


def _told(run: Run, measure: Measure, unit_type: str, quarters: Iterable[Quarter]) -> pd.DataFrame:
    parts = [pd.DataFrame(columns=COLUMNS)]
    for quarter in quarters if measure is not _nothing else ():
        asked = (COMPANY, unit_type)
        own = replace(run, unit_types=asked) if quarter == run.quarter else run.earlier(quarter, *asked)
        if own is not None:
            table = measure(own.under(run))
            rows = table.loc[headline_rows(table.drop(columns=FACET, errors="ignore")).index]
            told = rows[rows["unit_type"].eq(unit_type) & rows["status"].eq(OK)].assign(quarter=str(quarter))
            parts.append(told.reindex(columns=COLUMNS))
    every = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    return every.assign(facet=every[FACET].astype("str").fillna(""))


def _of(action: Action, told: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the action's indicator, and of its problem's event or facet, else of those that headline."""
    part = _problem(action)[2]
    event = part if part in EVENTS else HEADLINE_EVENT
    same = (told["indicator"].eq(action.indicator) & told["event"].isin(["", event])
            & told[FACET].eq(_facet(action)))
    return told[same].reset_index(drop=True)
