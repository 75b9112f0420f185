"""What did the headline figures of the last two years say, as told then and as told again today?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pandas as pd

from analysis.measures.evidence import MEASURES
from analysis.measures.published_by import PUBLISHED_BY
from analysis.measures.units import COMPANY, headline_rows
from analysis.params import HISTORY_QUARTERS
from analysis.run import Run, remembered

#: Definitions and knowledge of then; today's definitions, knowledge of then; definitions and knowledge of today.
THEN, AGAIN, SINCE = "then", "again", "since"
PARTED_BY = "service_line"  # by which a change is parted into performance and mix
LIMITED = "in_limit_share"  # rests on the plan's limits
RULED = ("complaint_timely_share", "statutory_in_limit_share")  # rest on the rules of law
KEYS = ["indicator", "unit_type", "unit", "event"]
FIGURES = [*KEYS, "n", "estimate", "low", "high", "method", "status"]
CARRIED = ["weight_sum", "exposure"]  # what a unit weighs in the company's figure, where it is not n
COLUMNS = ["quarter", "stage", *FIGURES, *CARRIED]


@remembered
def past(run: Run) -> pd.DataFrame:
    """Return the indicators of the plan, and of earlier plans, in the eight quarters before, told three times: COLUMNS.

    ``stage``: AGAIN (company and service lines); of signed quarters also SINCE (company) and THEN (company, indicators
    whose definition or limits have been revised since; of the others AGAIN is what it was). A quarter without a
    delivery has no rows.
    """
    parts, signed = [], set(run.params.published["quarter"])
    asked = {name for plan in run.params.plans.values() for name in plan.indicators}
    for quarter in [run.quarter.plus(-back) for back in range(HISTORY_QUARTERS, 0, -1)]:
        then = run.earlier(quarter, COMPANY, PARTED_BY)
        if then is None:
            continue
        parts.append(headlines(then.under(run), asked).assign(stage=AGAIN))
        since = run.earlier(quarter, COMPANY, known_now=True) if str(quarter) in signed else None
        if since is not None:
            parts.append(headlines(since.under(run), asked).assign(stage=SINCE))
        revised = _revised(run, then) & asked if str(quarter) in signed else ()
        if revised:
            parts.append(headlines(replace(then, unit_types=(COMPANY,)), revised).assign(stage=THEN))
    every = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    return every.reindex(columns=COLUMNS)


def headlines(run: Run, asked: Collection[str]) -> pd.DataFrame:
    """Return the indicators ``asked`` for of ``run``, with their ``quarter``; from no more tables than need be."""
    names = dict.fromkeys(table for prefix, table in PUBLISHED_BY for one in asked if one.startswith(prefix))
    told = [headline_rows(MEASURES[name](run)) for name in names]
    every = pd.concat(told) if told else pd.DataFrame(columns=FIGURES)
    return every[every["indicator"].isin(asked)].assign(quarter=str(run.quarter))


def _revised(run: Run, then: Run) -> set[str]:
    """Return the indicators whose definition, limits or rules were others in the quarter of ``then``."""
    now, before = ({one.id: (one.variant, one.effective_from) for one in each.params.registry} for each in (run, then))
    found = {name for name in now if now[name] != before.get(name)}
    limited = {LIMITED} if run.params.plan.limits != then.params.plan.limits else set()
    return found | limited | ({*RULED} if run.params.rules != then.params.rules else set())
