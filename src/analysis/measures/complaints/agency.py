"""How do the figures of complaints read with and without those that a paid agent brought?

No complaint is left out of any other figure: those of agents are complaints. Seen apart they tell whether a rise came
from customers or from a trade in complaints.
"""

from __future__ import annotations

from dataclasses import replace

import ibis.expr.types as ir
import pandas as pd

from analysis.measures.breakdown import (
    Question,
    by_unit,
    labelled,
    number_of,
    plain_count,
    plain_share,
    share_of,
    told_by,
)
from analysis.measures.complaints.exposure import denominators, quarter_rates
from analysis.measures.complaints.handling import DECIDED, UPHELD
from analysis.measures.units import COMPANY, judged
from analysis.run import Run

ALL, WITHOUT, AGENCY = "with agency", "without agency", "agency alone"
RECEIVED = Question("complaints_received_count", (COMPANY,), number_of, plain_count)
FOUND_FOR_CUSTOMER = Question("complaint_upheld_share", (COMPANY,), share_of("upheld"), plain_share)
HANDLED = Question("complaint_handling_share", (COMPANY,), share_of("closed"), plain_share)


def complaint_agency(run: Run) -> pd.DataFrame:
    """Return the company's count, rates and shares three times: ``brought`` all, without agency, agency alone.

    "without agency" holds every complaint not known to be an agent's, those of unknown bringer too. Rates of agents'
    complaints alone are left out: the business they stand against is everybody's. "no data" where nobody tells who
    brought a complaint.
    """
    rows = run.warehouse.table("complaints")
    known = told_by(run, rows, "complaints", "agency")
    parts = [_shares(run, rows, ALL), _shares(run, known.filter(~known.agency.fill_null(False)), WITHOUT),
             _shares(run, known.filter(known.agency.fill_null(False)), AGENCY)]
    is_known = bool(run.warehouse.reduce(known.agg(n=known.count()))["n"].iloc[0])
    return judged(run, [*parts, *_rates(run, is_known)]).assign(p_worse=float("nan"))


def _shares(run: Run, rows: ir.Table, brought: str) -> pd.DataFrame:
    marked = rows.mutate(upheld=rows.outcome.isin(UPHELD), closed=rows.closed_at.notnull())
    decided = marked.filter(marked.decided_at.notnull(), marked.outcome.isin(DECIDED))
    found = [by_unit(run, marked, RECEIVED), by_unit(run, marked, HANDLED), by_unit(run, decided, FOUND_FOR_CUSTOMER)]
    return pd.concat(found, ignore_index=True).assign(brought=brought)


def _rates(run: Run, is_known: bool) -> list[pd.DataFrame]:
    versions = [(one, ALL) for one in denominators(run)]
    if is_known:
        versions += [(replace(one, without_agency=True), WITHOUT) for one in denominators(run)]
    found = [(quarter_rates(run, one, COMPANY), one.indicator, brought) for one, brought in versions]
    return [labelled(rates.set_index("unit"), indicator, COMPANY).assign(brought=brought)
            for rates, indicator, brought in found if len(rates)]
