"""Whom do the answers stand for, and what does weighting them change (clause 4.1)?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.satisfaction.satisfaction import ITEMS, company_figure, item_values, top2
from analysis.measures.satisfaction.weighting import EQUAL, Answers, answers, margins, weighted_figures, weights
from analysis.measures.units import COMPANY, judged
from analysis.run import Run
from analysis.stats.estimates import COLUMNS, MINIMUM_N_MEAN
from analysis.stats.survey.weighting_effect import weighting_effect
from analysis.tables.results import blank_figures

TOP2 = "csat_top2_share"
SHARES = ["customers_share", "answers_share", "weighted_share"]
BLANK = {"variable": "", "category": ""}


def weighting_compared(run: Run) -> pd.DataFrame:
    """Return the company's figures under equal weights, sampling weights and raked weights, as far as each exists.

    Columns as `satisfaction`: ``weighting`` says which, and the last of an indicator is the one published. Where that
    is not equal weights, one more row is what it changes: the published figure less that under equal weights
    (``compared_with``), in the indicator's unit, its interval from what each answer adds to both.
    """
    found = answers(run, run.quarter, COMPANY)
    plain, sampled = found._replace(designed=False, raking=None), found._replace(raking=None)
    ways = {one.weighting: one for one in (plain, sampled, found)}
    table = judged(run, [company_figure(run, indicator, one) for indicator in ITEMS for one in ways.values()])
    if found.weighting == EQUAL:
        return table.assign(weighting=table["weighting"].astype("str").fillna(""), compared_with="")
    changed = judged(run, [_effect(run, indicator, found) for indicator in ITEMS])
    both = pd.concat([table.assign(compared_with=""), changed], ignore_index=True)
    order = both["indicator"].map(list(ITEMS).index)
    both = both.iloc[order.argsort(kind="stable")].reset_index(drop=True)
    return both.assign(weighting=both["weighting"].astype("str").fillna(""))


def _effect(run: Run, indicator: str, found: Answers) -> pd.DataFrame:
    """Return what the weights of ``found`` change in one figure of the company."""
    value = item_values(indicator, found).where(found.counts["usable"].astype(bool))
    rows = found.counts.assign(value=value).loc[found.given.index if found.raking is not None else found.counts.index]
    minimum_n = max(run.params.registry[indicator].minimum_n, MINIMUM_N_MEAN)
    told = weighting_effect(rows, found.raking, level=run.level, minimum_n=minimum_n)
    status = told["status"].mask(told["n"].eq(0), "no data")
    return told.assign(indicator=indicator, unit_type=COMPANY, unit=COMPANY, weighting=found.weighting, status=status,
                       compared_with=EQUAL, target=np.nan)[[*COLUMNS, "indicator", "unit_type", "unit", "weighting",
                                                            "compared_with", "target"]]


def represented(run: Run) -> pd.DataFrame:
    """Return, per category of each margin of the population, whom the answers stand for and how satisfied they are.

    ``customers_share``: of the customers; ``answers_share``: of the answers as they came; ``weighted_share``: of the
    answers as they are counted, equal to the customers' unless weights were trimmed or the margin could not be met.
    The figure is the share of satisfied customers in the category.
    """
    found, known = answers(run, run.quarter, COMPANY), margins(run, run.quarter)
    names = [name for name in sorted(known["variable"].unique()) if name in found.counts]
    parts = [_of_variable(run, found, known[known["variable"] == name]) for name in names]
    blank = blank_figures(TOP2, COMPANY, [COMPANY], "no data").assign(**BLANK, **dict.fromkeys(SHARES, float("nan")))
    return judged(run, parts or [blank])


def _of_variable(run: Run, found: Answers, margin: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of one margin, in the order of its categories."""
    variable = str(margin["variable"].iloc[0])
    customers = margin.groupby("category")["customers"].sum()
    own, given = found.counts[variable], found.given
    answer = found.counts["satisfaction"].astype(float)
    figures = weighted_figures(found._replace(counts=found.counts.assign(unit=own)), top2(answer).where(answer.notna()),
                               "share", run.level, run.params.registry[TOP2].minimum_n)
    blank = blank_figures(TOP2, COMPANY, list(customers.index), "no data").set_index("unit")
    rows = blank.assign(level=run.level, method="")
    rows.update(figures)
    rows["status"] = figures["status"].reindex(rows.index).fillna("no data")
    shares = {"customers_share": customers, "answers_share": given["count"].groupby(own).sum(),
              "weighted_share": (given["count"] * weights(found)).groupby(own).sum()}
    told = {name: (one / max(one.sum(), 1)).reindex(rows.index).fillna(0) for name, one in shares.items()}
    return rows.assign(**told, variable=variable, category=rows.index, unit=COMPANY).reset_index(drop=True)
