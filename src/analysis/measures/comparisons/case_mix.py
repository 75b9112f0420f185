"""Which requests are alike, so that those who served them can be compared (METHODS §3)?"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

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


def followed_to_limit(run: Run, rows: ir.Table, event: str, limits: ir.Table) -> ir.Table:
    """Return the requests whose limit for the column ``event`` ran out by ``as_of``, with ``in_limit``.

    Who withdrew before it did and before the event is left out. ``limits``: kind and ``limit`` in minutes.
    """
    as_of = ibis.literal(run.as_of.replace(tzinfo=None)).cast("timestamp(6)")
    told = rows.join(limits, "kind")
    age, wait, left = (end.delta(told.opened_at, unit="second") for end in (as_of, told[event], told.withdrawn_at))
    seconds = told["limit"] * SECONDS_PER_MINUTE
    had = (wait <= seconds).fill_null(False) & ((left >= wait) | left.isnull())
    gone = (left <= seconds).fill_null(False) & ~had
    return told.filter(age >= seconds, (wait >= 0) | told[event].isnull(), ~gone).mutate(in_limit=had)
