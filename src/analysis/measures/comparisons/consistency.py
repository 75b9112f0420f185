"""Is service the same whichever branch, channel or hour one meets, beyond chance (clause 2.4)?

A mean that meets its target may hide units that do not. Here the units of a type are set side by side: how far apart
are their true values, once what chance alone moves is taken out? Different kinds of cases are not taken out: customers
do not see them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy import stats

from analysis.measures.audits.audits import accuracy, compliance
from analysis.measures.complaints.complaints import complaints
from analysis.measures.response_time.response import response_time
from analysis.measures.satisfaction.satisfaction import satisfaction
from analysis.measures.units import COMPANY, headline_rows, judged
from analysis.run import Run, remembered
from analysis.stats.estimates import OK
from analysis.stats.people.heterogeneity import MINIMUM_PERSONS, between_variance
from analysis.stats.testing import ALPHA, holm
from analysis.tables.results import blank_figures

UNIT_TYPES = ("branch", "channel", "shift")
MEASURED: Mapping[Callable[[Run], pd.DataFrame], tuple[str, ...]] = MappingProxyType({
    satisfaction: ("csat_top2_share", "nps"),
    response_time: ("in_limit_share", "response_median_hours"),
    accuracy: ("accuracy_error_share",),
    compliance: ("compliance_pass_share",),
    complaints: ("complaints_per_10k_policies", "complaint_handling_share", "complaint_timely_share"),
})
BEYOND, NO_LARGER = "beyond chance", "no larger than chance"
SHARE_BETWEEN = "branch_spread"
METHOD = "standard deviation between units, Paule-Mandel, Q-profile"
FEW_UNITS = f"not estimable: fewer than {MINIMUM_PERSONS} units with a figure"
NO_WIDTH = "not estimable: the company's figure has an interval of no width"
NUMBERS = ["estimate", "low", "high"]


@remembered
def consistency(run: Run) -> pd.DataFrame:
    """Return, per headline figure and unit type, the standard deviation between units' true values in its unit.

    ``n``: cases of the ``units`` that have a figure of their own; ``lowest`` and ``highest`` are their figures.
    ``reliability``: the share of what they differ by that is no chance (I², 0–1). ``p``: were all units alike,
    so wide a spread would come with this probability; ``p_adjusted`` by Holm over the table; ``spread``: "beyond
    chance" or "no larger than chance" by that. The company's own figure stands in ``overall``. A unit's variance is the
    company's times the company's cases (or exposure) over its own: what it would be, were all units alike.

    "not applicable" where a figure is not told by that type of unit. ``branch_spread`` says the same of satisfaction as
    a share: of all that answers differ by, what lies between branches.
    """
    asked = replace(run, unit_types=(COMPANY, *UNIT_TYPES))
    parts = [_spreads(measure(asked), indicators) for measure, indicators in MEASURED.items()]
    spreads = pd.concat(parts, ignore_index=True)
    table = judged(run, [spreads.assign(target=np.nan), _share_between(spreads).assign(target=np.nan)])
    adjusted = holm(table["p"])
    words = np.select([table["p"].isna(), adjusted <= ALPHA], ["", BEYOND], NO_LARGER)
    return table.assign(p_adjusted=adjusted, spread=pd.Series(words, table.index, dtype="str"))


def _share_between(spreads: pd.DataFrame) -> pd.DataFrame:
    """Return the variance of satisfaction between branches over that of an answer, p (1 − p) with p the company's."""
    row = spreads[(spreads["indicator"] == "csat_top2_share") & (spreads["unit_type"] == "branch")]
    share = row["overall"].astype(float)
    within = (share * (1 - share)).where(row["status"].eq(OK))
    limits = {name: row[name].astype(float) ** 2 / within for name in NUMBERS}
    return row.assign(**limits, indicator=SHARE_BETWEEN, method=f"{METHOD}; squared, over p (1 - p)", overall=np.nan,
                      lowest=np.nan, highest=np.nan, p=np.nan)


def _spreads(found: pd.DataFrame, indicators: tuple[str, ...]) -> pd.DataFrame:
    """Return the rows of the indicators of one result table."""
    rows = headline_rows(found)
    rows = rows[rows["indicator"].isin(indicators)]
    parts = [_spread(own, unit_type).assign(indicator=str(name[0]), event=str(name[1]), unit_type=unit_type,
                                            unit=COMPANY)
             for name, own in rows.groupby(["indicator", "event"], sort=False) for unit_type in UNIT_TYPES]
    return pd.concat(parts, ignore_index=True)


def _spread(rows: pd.DataFrame, unit_type: str) -> pd.DataFrame:
    company, units = rows[rows["unit_type"] == COMPANY].iloc[0], rows[rows["unit_type"] == unit_type]
    told = units[units["status"] == OK]
    figures = told["estimate"]
    facts = {"units": len(told), "n": int(told["n"].sum()), "overall": company["estimate"], "method": METHOD,
             "lowest": figures.min(), "highest": figures.max()}
    why = _reason(company, units, told)
    if why:
        blank = blank_figures("", unit_type, [COMPANY], why).drop(columns=["n"])
        return blank.assign(**facts, reliability=np.nan, p=np.nan)
    variance = between_variance(told.assign(sampling_variance=_variance_if_alike(company, told)),
                                level=float(company["level"])).iloc[0]
    limits = {name: np.sqrt(variance[name]) for name in NUMBERS}
    return pd.DataFrame([{**facts, **limits, "status": variance["status"], "reliability": variance["i_squared"],
                          "p": variance["p"]}])


def _reason(company: pd.Series, units: pd.DataFrame, told: pd.DataFrame) -> str:
    """Return why there is no spread, as a status; "" where there is one."""
    if units.empty:
        return "not applicable"
    if company["status"] != OK:
        return str(company["status"])
    if len(told) < MINIMUM_PERSONS:
        return FEW_UNITS
    return "" if company["high"] > company["low"] else NO_WIDTH


def _variance_if_alike(company: pd.Series, units: pd.DataFrame) -> pd.Series:
    """Return the variance each unit's figure would have if the unit were like the company as a whole.

    Its own interval would not do: the fewer errors a unit happens to show, the surer its figure would seem.
    """
    quantile = stats.norm.ppf((1 + company["level"]) / 2)
    whole = ((company["high"] - company["low"]) / (2 * quantile)) ** 2
    size = "exposure" if pd.notna(company.get("exposure")) else "n"
    return whole * float(company[size]) / units[size].astype(float)
