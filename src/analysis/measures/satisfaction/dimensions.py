"""How is each dimension of the service rated, and do the five questions hang together (clause 4.1)?

The dimensions are those of SERVQUAL (Parasuraman A, Zeithaml VA, Berry LL (1988) J Retailing 64:12–40), one question
each, 1 to 5.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.satisfaction.weighting import DIMENSIONS, answers, weighted_figures
from analysis.measures.units import COMPANY, judged, with_missing_units
from analysis.run import Run
from analysis.stats.agreement.cronbach import cronbach_alpha, item_analysis
from analysis.tables.results import blank_figures

MEAN, ALPHA = "dimension_mean", "dimension_alpha"
UNIT_TYPES = (COMPANY, "service_line")
REVERSED = "runs against the other questions: may be asked the other way round"
ITEM_COLUMNS = ["item_rest_correlation", "alpha_if_dropped"]


def dimensions(run: Run) -> pd.DataFrame:
    """Return the mean of each dimension per unit, weighted as the headline is, and Cronbach's alpha of the five.

    ``dimension`` names it (empty for alpha); ``item_rest_correlation`` and ``alpha_if_dropped`` describe the company's
    unweighted complete answers; ``note`` names a question that runs against the others.
    """
    complete = complete_answers(run)
    items = item_analysis(complete.drop(columns="satisfaction"))
    parts = [_means(run, unit_type, name) for unit_type in UNIT_TYPES for name in DIMENSIONS]
    table = judged(run, [*parts, _alpha(run, complete.drop(columns="satisfaction"))])
    told = items.loc[items["status"].eq("ok")].reindex(table["dimension"])
    is_mean = table["indicator"].eq(MEAN) & table["unit_type"].eq(COMPANY)
    shown = {name: told[name].where(is_mean.to_numpy()).to_numpy(float) for name in ITEM_COLUMNS}
    against = is_mean & told["reversed"].fillna(False).astype(bool).to_numpy()
    return table.assign(**shown, note=pd.Series("", index=table.index, dtype="str").mask(against, REVERSED))


def complete_answers(run: Run) -> pd.DataFrame:
    """Return satisfaction and the five dimensions as answered, one row per answer that gives any of the five."""
    names = ["satisfaction", *DIMENSIONS]
    rows = run.warehouse.table("surveys").select(*names)
    counts = run.warehouse.reduce(rows.group_by(names).agg(count=rows.count()))
    counts = counts[counts[list(DIMENSIONS)].notna().any(axis=1)]
    return counts.loc[counts.index.repeat(counts["count"].astype(int)), names].astype(float).reset_index(drop=True)


def _means(run: Run, unit_type: str, dimension: str) -> pd.DataFrame:
    found = answers(run, run.quarter, unit_type, (dimension,))
    score = found.counts[dimension].astype(float)
    figures = weighted_figures(found, score, "mean", run.level, run.params.registry[MEAN].minimum_n).reset_index()
    told = figures[figures["unit"].notna()].assign(indicator=MEAN, unit_type=unit_type)
    owed = (COMPANY,) if unit_type == COMPANY else run.params.site.service_lines
    return with_missing_units(told, MEAN, unit_type, owed).assign(dimension=dimension)


def _alpha(run: Run, items: pd.DataFrame) -> pd.DataFrame:
    """Return Cronbach's alpha of the dimensions, by the jackknife: Feldt's interval fails on top-heavy answers."""
    if items.empty:
        return blank_figures(ALPHA, COMPANY, [COMPANY], "no data").assign(dimension="")
    found = cronbach_alpha(items, run.level, interval="jackknife")
    return found.assign(indicator=ALPHA, unit_type=COMPANY, unit=COMPANY, dimension="").drop(
        columns=found.columns.difference(["n", "estimate", "low", "high", "level", "method", "status"]))


def low_rated(table: pd.DataFrame) -> pd.DataFrame:
    """Return the company's means for drawing, the dimension as unit, lowest first; those without a figure last."""
    means = table[table["indicator"].eq(MEAN) & table["unit_type"].eq(COMPANY)]
    order = np.argsort(means["estimate"].fillna(np.inf).to_numpy(), kind="stable")
    return means.iloc[order].assign(unit=lambda rows: rows["dimension"])
