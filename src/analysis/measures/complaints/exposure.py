"""How many complaints arose, month by month, and from how much business?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from analysis.measures.breakdown import COMPLAINT_KIND
from analysis.measures.units import has_unit, narrowed, unit_rows
from analysis.params import HISTORY_QUARTERS
from analysis.quarter import Quarter
from analysis.run import Run
from analysis.sources.deliveries import WHOLE
from analysis.stats.intervals.rates import pearson_dispersion, rate

CENTS = 100
BY_BUSINESS = ("company", "branch", "product")  # exposures know branch and product only
BY_REQUESTS = ("company", "service_line", "branch", "product", "partner")


@dataclass(frozen=True)
class Denominator:
    """What complaints are held against: ``column`` of exposures (or "requests"), counted in units of ``per``.

    ``stock``: month ends are averaged over the quarter, not added up (METHODS §6). ``life``: only products with insured
    persons count. ``months`` of which complaints are known; None: all. ``quarters`` are looked back on.
    ``without_agency``: complaints known to be brought by a paid agent are left out.
    """

    indicator: str
    column: str
    per: float
    unit_types: tuple[str, ...]
    stock: bool = False
    life: bool = False
    months: tuple[str, ...] | None = None
    quarters: int = HISTORY_QUARTERS
    without_agency: bool = False


def denominators(run: Run, quarters: int = HISTORY_QUARTERS) -> tuple[Denominator, ...]:
    """Return the denominators of METHODS §6 over so many quarters; which policies count is the site's choice."""
    in_force = run.params.site.policies_denominator == "in_force"
    policies = "policies_in_force" if in_force else "policies_issued"
    found = (
        Denominator("complaints_per_10k_policies", policies, 1e4, BY_BUSINESS, stock=in_force),
        Denominator("complaints_per_100m_premium", "premium_cents", 1e8 * CENTS, BY_BUSINESS),
        Denominator("complaints_per_10k_persons", "insured_persons", 1e4, BY_BUSINESS, life=True),
        Denominator("complaints_per_1k_requests", "requests", 1e3, BY_REQUESTS),
    )
    months = tuple(told_months(run, quarters))
    return tuple(replace(one, months=months, quarters=quarters) for one in found)


def cells(run: Run, denominator: Denominator, unit_type: str) -> pd.DataFrame:
    """Return unit, month, count (complaints) and exposure (per ``per``) in the known months of its quarters."""
    known = run.warehouse.history("complaints", denominator.quarters)
    complaints = narrowed(known, BY_REQUESTS, "received_day", "agency")
    if denominator.without_agency:
        complaints = complaints.filter(~complaints.agency.fill_null(False))
    if denominator.life:
        complaints = _on_products(complaints, _life_products(run, denominator.quarters))
    counts = _monthly(run, complaints.mutate(month=complaints.received_day.strftime("%Y-%m")), unit_type,
                      count=ibis._.count())
    exposure = _exposure(run, denominator, unit_type)
    frame = counts.merge(exposure, how="outer", on=["unit", "month"])
    frame = frame[frame["month"].isin(exposure["month"])]
    if denominator.months is not None:
        frame = frame[frame["month"].isin(denominator.months)]
    return frame.assign(count=frame["count"].fillna(0).astype("int64"), exposure=frame["exposure"].astype(float).fillna(
        0.0) / denominator.per).sort_values(["unit", "month"], ignore_index=True)


def told_months(run: Run, quarters: int = HISTORY_QUARTERS) -> list[str]:
    """Return the months up to ``as_of`` of those of the last ``quarters`` whose complaints were delivered, in order.

    A file over several quarters tells of all from its first row to its last: one without a row had no complaint. Of
    another quarter without a row the complaints were not delivered: no data, not a count of 0.
    """
    known = max(quarters, run.params.site.history_quarters + 1)  # the file may begin before the quarters asked for
    rows = run.warehouse.history("complaints", known).select("quarter", "_delivery")
    told = run.warehouse.reduce(rows.group_by("quarter", "_delivery").agg(n=rows.count()))
    filled = {Quarter.parse(str(one)) for one in told["quarter"]}
    whole = sorted(Quarter.parse(str(one)) for one in told.loc[told["_delivery"] == WHOLE, "quarter"])
    last = [run.quarter.plus(-back) for back in reversed(range(quarters))]
    delivered = [one for one in last if one in filled or (whole and whole[0] <= one <= whole[-1])]
    newest = f"{run.as_of.astimezone(run.params.site.zone):%Y-%m}"
    return [month for one in delivered for month in one.months if month <= newest]


def _exposure(run: Run, denominator: Denominator, unit_type: str) -> pd.DataFrame:
    if denominator.column == "requests":
        known = run.warehouse.history("requests", denominator.quarters)
        rows = narrowed(known, BY_REQUESTS, "kind", "opened_day")
        rows = rows.filter(rows.kind != COMPLAINT_KIND).mutate(month=rows.opened_day.strftime("%Y-%m"))
        return _monthly(run, rows, unit_type, exposure=ibis._.count())
    rows = run.warehouse.history("exposures", denominator.quarters)
    rows = rows.mutate(premium_cents=(rows.premium * CENTS).round().cast("int64"))
    column = rows[denominator.column]
    return _monthly(run, rows.filter(column.notnull()), unit_type, exposure=ibis._[denominator.column].sum())


def _monthly(run: Run, rows: ir.Table, unit_type: str, **total: ibis.Deferred) -> pd.DataFrame:
    if not has_unit(rows, unit_type):
        return pd.DataFrame(columns=["unit", "month", *total])
    return run.warehouse.reduce(unit_rows(run, rows, unit_type).group_by("unit", "month").agg(**total))


def _life_products(run: Run, quarters: int) -> list[str | None]:
    rows = run.warehouse.history("exposures", quarters)
    found = rows.filter(rows.insured_persons > 0).group_by("product").agg(n=ibis._.count())
    return [None if pd.isna(one) else str(one) for one in run.warehouse.reduce(found)["product"]]


def _on_products(complaints: ir.Table, products: list[str | None]) -> ir.Table:
    """Return the complaints on ``products``; all where exposures do not tell products apart."""
    return complaints if None in products else complaints.filter(complaints["product"].isin(products))


def dispersion(monthly: pd.DataFrame) -> float:
    """Return variance over mean of monthly counts around each unit's own rate, pooled over units; NaN if unknown.

    Trend, season and bursts all raise it, so an interval made with it does not take a wave for certain knowledge.
    """
    known = monthly[monthly["exposure"] > 0]
    totals = known.groupby("unit")[["count", "exposure"]].transform("sum")
    expected = known["exposure"] * totals["count"] / totals["exposure"]
    return pearson_dispersion(known["count"], expected, len(known) - known["unit"].nunique()) if len(known) else np.nan


def quarter_rates(run: Run, denominator: Denominator, unit_type: str) -> pd.DataFrame:
    """Return the quarter's rate per unit with a gamma-Poisson interval: unit, columns of `rate`."""
    monthly = cells(run, denominator, unit_type)
    own = monthly[monthly["month"].isin(run.quarter.months)]
    if own.empty:
        return pd.DataFrame()
    totals = own.groupby("unit")[["count", "exposure"]].sum()
    share = own["month"].nunique() if denominator.stock else 1
    return rate(totals["count"], totals["exposure"] / share, dispersion(monthly)).reset_index(names="unit")


def month_rates(run: Run, denominator: Denominator, unit_type: str = "company") -> pd.DataFrame:
    """Return the rate of every unit in every known month; columns of `stats.intervals.rates.rate`, unit and month."""
    monthly = cells(run, denominator, unit_type).set_index(["unit", "month"])
    if monthly.empty:
        return pd.DataFrame()
    return rate(monthly["count"], monthly["exposure"], dispersion(monthly.reset_index())).reset_index()
