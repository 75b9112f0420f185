"""How many complaints came in, against how much business, about what, and how were they handled (clause 4.6)?"""

from __future__ import annotations

from dataclasses import replace

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
    plain_count,
    with_shares,
    with_standing_units,
)
from analysis.measures.complaints.exposure import Denominator, denominators, quarter_rates
from analysis.measures.complaints.handling import UNIT_TYPES, handling
from analysis.measures.disclosure import crossed_counts
from analysis.measures.units import COMPANY, judged, narrowed
from analysis.run import Run, remembered
from analysis.tables.results import blank_figures

CAUSE_SEPARATOR = ";"
CAUSE_SHARE = "complaint_cause_share"
ACROSS = ("product", "service_line")
CROSSED = ["cause", "across", "unit", "n", "status"]
RECEIVED = Question("complaints_received_count", UNIT_TYPES, number_of, plain_count, zeros=True)


@remembered
def complaints(run: Run) -> pd.DataFrame:
    """Return count, rates and shares of handling of the quarter's complaints, per unit.

    Rates: gamma-Poisson interval with the ``dispersion`` of eight quarters' months; ``exposure`` in the rate's unit.
    The three denominators of METHODS §6 stand together; lines and partners are held against requests alone.
    """
    rates = [_rates(run, one) for one in denominators(run)]
    received = narrowed(run.warehouse.table("complaints"), UNIT_TYPES)
    table = judged(run, [by_unit(run, received, RECEIVED), *rates, *handling(run)])
    return table.assign(**{name: table.get(name, np.nan) for name in ("exposure", "dispersion")})


def _rates(run: Run, denominator: Denominator) -> pd.DataFrame:
    parts = []
    for unit_type in filter(run.asks, denominator.unit_types):
        found = quarter_rates(run, denominator, unit_type)
        if len(found):
            parts.append(labelled(found.set_index("unit"), denominator.indicator, unit_type))
    question = Question(denominator.indicator, denominator.unit_types, number_of, plain_count)
    frame = gathered(run, parts, question)
    if "service_line" in denominator.unit_types:
        return frame
    lines = blank_figures(denominator.indicator, "service_line", list(run.params.site.service_lines), "not applicable")
    return pd.concat([frame, with_standing_units(run, lines, replace(question, unit_types=()))], ignore_index=True)


def complaint_causes(run: Run) -> pd.DataFrame:
    """Return how many of the quarter's complaints name each ``cause``, most frequent first.

    Twice: as a count with Garwood's interval and as a share of all complaints (modified Wilson). A complaint may name
    several causes (parted by ';'), so shares may add to more than 1.
    """
    rows = run.warehouse.table("complaints")
    named = _named(rows)
    frame = by_unit(run, named, replace(RECEIVED, unit_types=(COMPANY,), within=("cause",)))
    if frame.empty:
        return judged(run, [blank_figures(one, COMPANY, [COMPANY], "no data")
                            for one in (RECEIVED.indicator, CAUSE_SHARE)]).assign(cause="")
    received = int(run.warehouse.reduce(rows.agg(n=rows.count()))["n"].iloc[0])
    told = frame.sort_values(["n", "cause"], ascending=[False, True], ignore_index=True)
    return judged(run, [with_shares(told, CAUSE_SHARE, received)])


def complaint_crossing(run: Run) -> pd.DataFrame:
    """Return how many of the quarter's complaints name each ``cause`` in each product and in each service line.

    ``across``: product or service_line; ``unit`` ('' = not told); n, missing where ``status`` is "suppressed": cells of
    fewer persons than `disclosure` allows, and those that would give one away (METHODS §7). A complaint counts once for
    each of its causes. Small counts without an interval say where to look, not that one place is worse than another.
    """
    named = _named(run.warehouse.table("complaints"), *ACROSS)
    parts = []
    for column in ACROSS:
        told = named.mutate(unit=named[column].fill_null(""))
        counts = run.warehouse.reduce(told.group_by("cause", "unit").agg(n=ibis._.count()))
        if len(counts):
            shown = crossed_counts(counts, "cause", "unit", run.params.site.disclosure.minimum_persons)
            order = counts.groupby("cause")["n"].sum()
            shown = shown.assign(across=column, total=shown["cause"].map(order))
            parts.append(shown.sort_values(["total", "cause", "unit"], ascending=[False, True, True]))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=CROSSED)
    return table[CROSSED]


def _named(rows: ir.Table, *columns: str) -> ir.Table:
    """Return one row per complaint and cause it names."""
    named = rows.select("complaint_id", *columns, cause=rows.cause.split(CAUSE_SEPARATOR)).unnest("cause")
    return named.mutate(cause=named.cause.strip()).filter(ibis._.cause != "").distinct()
