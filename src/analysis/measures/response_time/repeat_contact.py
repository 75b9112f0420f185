"""Was a request settled at the first contact, and did it stay settled (clause 4.2)?

Both shares are of the requests opened in the quarter and resolved so early that each had REOPENED_DAYS to come back by
``as_of``. A request is reopened by a later one that names it in ``reopened_of``.
"""

from __future__ import annotations

from datetime import timedelta

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.measures.breakdown import COMPLAINT_KIND, Question, by_unit, plain_share, share_of, told_by
from analysis.measures.units import COMPANY, judged, narrowed
from analysis.run import Run, remembered

REOPENED_DAYS = 14  # company default: a return within a fortnight of the resolution is about the same matter
UNIT_TYPES = (COMPANY, "service_line", "branch", "channel", "kind", "partner")
REOPENED = Question("reopened_share", UNIT_TYPES, share_of("reopened"), plain_share)
FIRST_CONTACT = Question("first_contact_share", UNIT_TYPES, share_of("settled"), plain_share)


@remembered
def repeat_contact(run: Run) -> pd.DataFrame:
    """Return the share of requests reopened, and the share settled at the first contact, per unit.

    Unit of analysis: the request resolved at least REOPENED_DAYS before ``as_of``; complaints filed as requests are
    left out. Settled at the first contact: ``contacts`` is 1 and it was not reopened; requests whose contacts were not
    counted are left out. "no data" where ``reopened_of`` or ``contacts`` is never delivered.
    """
    rows = settled_rows(run)
    named = told_by(run, rows, "requests", "reopened_of")
    counted = told_by(run, rows.filter(rows.contacts.notnull()), "requests", "contacts")
    return judged(run, [by_unit(run, named, REOPENED), by_unit(run, counted, FIRST_CONTACT)])


def settled_rows(run: Run) -> ir.Table:
    """Return the requests both shares are of, with ``reopened`` and ``settled`` (one contact, not reopened)."""
    rows = run.warehouse.table("requests")
    again = rows.filter(rows.reopened_of.notnull()).group_by(original=rows.reopened_of).agg(
        again=rows.opened_day.min())
    last = run.today - timedelta(days=REOPENED_DAYS)
    ended = rows.filter(rows.resolved_day <= last, rows.withdrawn_at.isnull(), rows.kind != COMPLAINT_KIND)
    ended = narrowed(ended, UNIT_TYPES, "request_id", "resolved_day", "contacts")
    told = ended.left_join(again, ended.request_id == again.original)
    back = (told.again <= told.resolved_day + ibis.interval(days=REOPENED_DAYS)).fill_null(False)
    return told.mutate(reopened=back, settled=(told.contacts == 1) & ~back)
