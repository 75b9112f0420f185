"""How do complaints read in the ratios that regulators publish (METHODS §6)?"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analysis.measures.breakdown import Question, by_unit, gathered, labelled, number_of, plain_share, share_of, told_by
from analysis.measures.complaints.exposure import Denominator, cells, denominators, dispersion, quarter_rates
from analysis.measures.complaints.handling import UPHELD
from analysis.measures.units import COMPANY, judged
from analysis.run import Run
from analysis.stats.intervals.rate_ratios import rate_ratio

INDEX, PER_1K_POLICIES, UPHELD_OF_CLOSED = (
    "complaint_index_ratio", "complaints_per_1k_policies", "complaint_upheld_of_closed_share")
THOUSAND = 1e3
INDEX_METHOD = "ratio of shares, conditional on all complaints, dispersion of the months"
# Who publishes the ratio, and under which name.
NAMES = {
    "complaints_per_100m_premium": ("CN", "亿元保费投诉量"), "complaints_per_10k_policies": ("CN", "万张保单投诉量"),
    "complaints_per_10k_persons": ("CN", "万人次投诉量"),
    PER_1K_POLICIES: ("UK, FCA", "complaints per 1,000 policies in force"),
    UPHELD_OF_CLOSED: ("UK, FCA", "percentage of complaints upheld"),
    INDEX: ("US, NAIC", "complaint index"),
}


def complaint_regulator(run: Run) -> pd.DataFrame:
    """Return the company's ratios as regulators name them (``regulator``, ``official_name``), the index by product.

    ``exposure`` in the unit of the rate. The index of a product is its share of complaints over its share of premium: 1
    is the company's own average, 2 twice as many complaints as its premium lets expect.
    """
    policies, premium, persons, _ = denominators(run)
    thousand = replace(policies, indicator=PER_1K_POLICIES, per=THOUSAND)
    parts = [*(_rate(run, one) for one in (premium, policies, persons, thousand)), _upheld_of_closed(run),
             _index(run, premium)]
    told = [part for part in parts if len(part)]
    frame = judged(run, told)
    names = frame["indicator"].map(NAMES)
    return frame.assign(regulator=names.str[0], official_name=names.str[1])


def _rate(run: Run, denominator: Denominator) -> pd.DataFrame:
    found = quarter_rates(run, denominator, COMPANY)
    rows = [labelled(found.set_index("unit"), denominator.indicator, COMPANY)] if len(found) else []
    return gathered(run, rows, Question(denominator.indicator, (COMPANY,), number_of, plain_share))


def _upheld_of_closed(run: Run) -> pd.DataFrame:
    """Return upheld ÷ closed, closings without a finding included; of the cohort received in the quarter."""
    rows = run.warehouse.table("complaints")
    closed = rows.filter(rows.closed_at.notnull()).mutate(upheld=rows.outcome.isin(UPHELD))
    question = Question(UPHELD_OF_CLOSED, (COMPANY,), share_of("upheld"), plain_share)
    return by_unit(run, told_by(run, closed, "complaints", "outcome"), question)


def _index(run: Run, premium: Denominator) -> pd.DataFrame:
    """Return the index of each product with premium.

    For a product of exposure e among E with ratio θ of its rate to that of the others, the index is θE / (θe + E − e),
    which rises with θ, so the limits of θ give those of the index.
    """
    monthly = cells(run, premium, "product")
    own = monthly[monthly["month"].isin(run.quarter.months)].groupby("unit")[["count", "exposure"]].sum()
    own = own[own["exposure"] > 0]
    if len(own) < 2:
        return pd.DataFrame()
    others = own.sum() - own
    sides = own.assign(base_count=others["count"], base_exposure=others["exposure"], dispersion=dispersion(monthly))
    found = rate_ratio(sides, run.level)
    whole = own["exposure"].sum()
    scale = {name: found[name] * whole / (found[name] * own["exposure"] + others["exposure"])
             for name in ("estimate", "low", "high")}
    told = found.assign(**scale, n=own["count"].astype("int64"), method=INDEX_METHOD, exposure=own["exposure"])
    return labelled(told, INDEX, "product").assign(
        complaints_share=(own["count"] / max(own["count"].sum(), 1)).to_numpy(),
        premium_share=(own["exposure"] / whole).to_numpy())
