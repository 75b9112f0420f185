"""Which requests are alike, so that those who served them can be compared (METHODS §3)?"""

from __future__ import annotations

from datetime import UTC

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.measures.response_time.response import EVENTS, limits_minutes
from analysis.run import Run

CELL = ("kind", "product", "channel", "priority")  # METHODS §3: nothing that whoever served has a say in
IN_HOUSE = "in_house"
BY_PEOPLE = "human"
BETWEEN = "; "
SECONDS_PER_MINUTE = 60


def served_requests(run: Run, quarters: int = 1) -> ir.Table:
    """Return the requests that people answered, of so many quarters, with ``cell`` and ``who``.

    ``cell``: kind, product, channel and priority, an unknown one being a value of its own. ``who``: the partner, else
    IN_HOUSE. Answers of bots and unanswered calls are left out: they are nobody's service.
    """
    rows = run.warehouse.history("requests", quarters)
    rows = rows.filter((rows.answered_by == BY_PEOPLE) | rows.answered_by.isnull())
    cell = ibis.literal(BETWEEN).join([rows[name].fill_null("") for name in CELL])
    return rows.mutate(cell=cell, who=rows.partner_id.fill_null(IN_HOUSE))


def limits_over(run: Run, event: str, quarters: int = 1) -> pd.DataFrame:
    """Return quarter, kind, ``limit`` (whole minutes) and ``as_of`` of each of so many quarters' own plans."""
    plans = run.params.plans | {run.quarter: run.params.plan}
    asked = [run.quarter.plus(-back) for back in range(quarters)]
    parts = [limits_minutes(plans[one], event).assign(quarter=str(one), as_of=plans[one].as_of.astimezone(UTC))
             for one in asked if one in plans]
    told = pd.concat(parts, ignore_index=True)
    return told.assign(as_of=told["as_of"].dt.tz_localize(None).astype("datetime64[us]"))


def followed_to_limit(run: Run, rows: ir.Table, event: str, quarters: int = 1) -> ir.Table:
    """Return the requests whose limit for ``event`` ran out while they were followed, with ``in_limit``.

    Each of so many quarters has its own limits and its own ``as_of``. Who withdrew before the limit ran out and before
    the event is left out.
    """
    limits = run.warehouse.lookup("limits_over", limits_over(run, event, quarters))
    told = rows.join(limits, ["quarter", "kind"])
    ends = (told.as_of.cast("timestamp(6)"), told[EVENTS[event]], told.withdrawn_at)
    age, wait, left = (end.delta(told.opened_at, unit="second") for end in ends)
    seconds = told["limit"] * SECONDS_PER_MINUTE
    had = (wait <= seconds).fill_null(False) & ((left >= wait) | left.isnull())
    gone = (left <= seconds).fill_null(False) & ~had
    return told.filter(age >= seconds, (wait >= 0) | told[EVENTS[event]].isnull(), ~gone).mutate(in_limit=had)
