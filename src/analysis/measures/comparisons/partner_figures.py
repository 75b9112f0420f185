"""What is one partner told of its own work (clause 2.5)?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import ibis
import pandas as pd

from analysis.measures.audits.audits import accuracy, compliance
from analysis.measures.comparisons.partners import partners
from analysis.measures.complaints.complaints import complaints
from analysis.measures.response_time.response import response_time
from analysis.measures.satisfaction.satisfaction import satisfaction
from analysis.measures.units import COMPANY, PARTNER, headline_rows
from analysis.run import Run
from analysis.stats.people.flags import DEFAULT
from analysis.tables.results import FIGURE_COLUMNS

#: Where the figures stand that partners are compared on.
TOLD: MappingProxyType[str, Callable[[Run], pd.DataFrame]] = MappingProxyType({
    "csat_top2_share": satisfaction, "in_limit_share": response_time, "accuracy_error_share": accuracy,
    "compliance_pass_share": compliance, "complaints_per_1k_requests": complaints,
})
KEYS = ["indicator", "event", "unit"]
WORDS = {"better": "strong", "worse": "needs support"}
GAP = ["gap", "gap_low", "gap_high", "gap_status", "n_in_house"]


def partner_figures(run: Run) -> pd.DataFrame:
    """Return each partner's own figures of the quarter: FIGURE_COLUMNS, and beside them the comparison (`partners`).

    ``gap`` with ``gap_low``, ``gap_high`` and ``gap_status``: partner less own staff in like cases, adjusted for the
    cases given; ``tier`` in the words of tiers, by Holm's procedure over the partners of an indicator. By partner, in
    one order of indicators; none where no partner was delivered.
    """
    asked = replace(run, unit_types=(COMPANY, PARTNER))
    found = [headline_rows(measure(asked)).query("indicator == @name") for name, measure in TOLD.items()]
    table = pd.concat(found, ignore_index=True)
    rows = table.loc[table["unit_type"].eq(PARTNER) & table["unit"].isin(contracted(run)), FIGURE_COLUMNS]
    compared = partners(run).rename(columns={"estimate": "gap", "low": "gap_low", "high": "gap_high",
                                             "status": "gap_status"})
    both = rows.merge(compared[[*KEYS, *GAP, "difference"]], how="left", on=KEYS)
    told = both.assign(gap_status=both["gap_status"].fillna("no data"),
                       tier=both["difference"].map(WORDS).fillna(DEFAULT))
    order = pd.Categorical(told["indicator"], list(TOLD))
    return told.assign(order=order).sort_values(["unit", "order", "event"], kind="stable", ignore_index=True).drop(
        columns=["order", "difference"]).astype(dict.fromkeys(("gap", "gap_low", "gap_high"), "float64"))


def contracted(run: Run) -> set[str]:
    """Return the partners under contract in the quarter; those that the quarter's requests name where none are told."""
    told, served = run.warehouse.table("partners"), run.warehouse.table("requests")
    ids = told.filter(told.contract_from <= run.quarter.end,
                      told.contract_to.isnull() | (told.contract_to >= run.quarter.start)).select("partner_id")
    if not run.warehouse.has("partners"):
        ids = served.filter(served.partner_id.notnull()).select("partner_id")
    return set(run.warehouse.reduce(ids.group_by("partner_id").agg(n=ibis._.count()))["partner_id"])
