"""How satisfied are customers, would they recommend us and stay, and has that changed (clauses 3.1, 4.1, 5.2)?

Answers count for as many customers as `satisfaction.weighting` says: raked to ``population`` where it is
delivered, else by the design they were drawn with. Without either, shares are plain (modified Wilson) and means have
Student's interval.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from analysis.measures.satisfaction.weighting import (
    DETRACTOR,
    FIGURES,
    PROMOTER,
    Answers,
    Kind,
    answers,
    weighted_figures,
)
from analysis.measures.shortfall import p_worse
from analysis.measures.units import COMPANY, judged, with_missing_units
from analysis.params import HISTORY_QUARTERS
from analysis.run import Run, remembered
from analysis.stats.intervals.shares import modified_wilson

UNIT_TYPES = (COMPANY, "service_line", "branch", "mode", "product", "partner", "month")
RESPONSE = "survey_response_share"
SATISFIED_FROM = 4  # of 5: "satisfied" and "very satisfied", the top two boxes
PROMOTERS_FROM, DETRACTORS_TO = 9, 6  # of 0–10, Reichheld FF (2003) Harvard Business Review 81(12)
SILENT, UNUSED = "silent mode: invitations without an answer", "planned mode not used"


class Item(NamedTuple):
    """A question, the value an answer counts as, and what kind of figure that makes."""

    question: str
    value: Callable[[pd.Series], pd.Series]
    kind: Kind


@remembered
def satisfaction(run: Run) -> pd.DataFrame:
    """Return satisfaction, loyalty and response rate per unit.

    Extra columns: ``weighting`` (what an answer counts for), ``n_eff``, ``deff_kish`` (the price of unequal weights
    alone), ``deff`` (the variance over that of as many answers drawn at random), ``weight_sum`` (what the answers count
    for together), ``p_worse``, ``invitations``, ``customers`` (the number of answers) and ``note``: a mode that stayed
    silent, or was planned and not used, and why margins of the population could not be met. The company, each service
    line of the site and each mode of the plan always have a row.
    """
    found = {unit_type: answers(run, run.quarter, unit_type) for unit_type in UNIT_TYPES if run.asks(unit_type)}
    table = judged(run, [with_owed(run, indicator, unit_type, _figures(run, indicator, unit_type, part))
                         for indicator in (*ITEMS, RESPONSE) for unit_type, part in found.items()])
    invited = pd.concat([invitations(one).assign(unit_type=unit_type) for unit_type, one in found.items()])
    full = table.merge(invited[["unit_type", "unit", "invitations"]], how="left", on=["unit_type", "unit"])
    full = full.assign(invitations=full["invitations"].fillna(0).astype("Int64"),
                       weighting=full["weighting"].astype("str").fillna(""))
    return full.assign(p_worse=p_worse(run.params, full), customers=full["n"],
                       note=_notes(full, found[COMPANY].note))


def satisfaction_trend(run: Run) -> pd.DataFrame:
    """Return the company's figures of this and the earlier quarters that have a survey, oldest first (``quarter``).

    Each quarter as it was known at its own date, against this quarter's target.
    """
    quarters = [run.quarter.plus(-back) for back in range(HISTORY_QUARTERS, -1, -1)]
    every = {quarter: answers(run, quarter, COMPANY) for quarter in quarters
             if quarter == run.quarter or run.warehouse.has("surveys", quarter)}
    return judged(run, [company_figure(run, indicator, found).assign(quarter=str(quarter))
                        for indicator in (*ITEMS, RESPONSE) for quarter, found in every.items()])


def company_figure(run: Run, indicator: str, found: Answers) -> pd.DataFrame:
    """Return the company's row of ``indicator``, "no data" where there is none; before targets and verdicts."""
    return with_owed(run, indicator, COMPANY, _figures(run, indicator, COMPANY, found))


def _figures(run: Run, indicator: str, unit_type: str, found: Answers) -> pd.DataFrame:
    """Return the figures of ``indicator`` per unit; no row where nobody was invited, or only answers are listed."""
    minimum_n = run.params.registry[indicator].minimum_n
    if indicator == RESPONSE:
        counts = invitations(found).set_index("unit")
        counts = counts if tells_silence(found) else counts.iloc[:0]
        figures = modified_wilson(counts["answered"], counts["invitations"], run.level, minimum_n)
        told = figures.reindex(columns=FIGURES).assign(weighting="")
    else:
        told = weighted_figures(found, item_values(indicator, found), ITEMS[indicator].kind, run.level, minimum_n)
        told = told.assign(weighting=found.weighting)
    told = told.rename_axis("unit").reset_index()
    return told[told["unit"].notna()].assign(indicator=indicator, unit_type=unit_type)


def invitations(found: Answers) -> pd.DataFrame:
    """Return unit, answered, invitations."""
    counts = found.counts.assign(answered=found.counts["count"].where(found.counts["answered"].astype(bool), 0))
    return counts.groupby("unit")[["answered", "count"]].sum().reset_index().rename(columns={"count": "invitations"})


def tells_silence(found: Answers) -> bool:
    """Tell whether the survey lists invitations without an answer: a list of answers alone knows no response rate."""
    return not found.counts["answered"].astype(bool).all()


def with_owed(run: Run, indicator: str, unit_type: str, figures: pd.DataFrame) -> pd.DataFrame:
    """Return ``figures`` with a row "no data" for the company, each line of the site and each mode of the plan."""
    owed = {COMPANY: (COMPANY,), "service_line": run.params.site.service_lines, "mode": run.params.plan.modes}
    return with_missing_units(figures, indicator, unit_type, owed.get(unit_type, ()))


def _notes(table: pd.DataFrame, raking: str) -> pd.Series:
    of_mode, response = table["unit_type"].eq("mode"), table["indicator"].eq(RESPONSE)
    given = table[of_mode & ~response].groupby("unit")["n"].sum()
    silent = of_mode & table["unit"].isin(given.index[given.eq(0)])
    unused = of_mode & table["unit"].isin(table.loc[of_mode & response & table["invitations"].eq(0), "unit"])
    note = pd.Series("", index=table.index, dtype="str").mask(silent, SILENT).mask(silent & unused, UNUSED)
    return note.mask(table["unit_type"].eq(COMPANY) & ~response, raking)


# What an answer counts as.


def item_values(indicator: str, found: Answers) -> pd.Series:
    """Return what each row of ``found.counts`` counts as in ``indicator``; missing = no answer."""
    answer = found.counts[ITEMS[indicator].question].astype(float)
    return ITEMS[indicator].value(answer).where(answer.notna())


def top2(answer: pd.Series) -> pd.Series:
    """Return 1 for "satisfied" and "very satisfied", 0 for the other answers."""
    return answer.ge(SATISFIED_FROM).astype(float)


def _score(answer: pd.Series) -> pd.Series:
    return answer


def _promotion(answer: pd.Series) -> pd.Series:
    return PROMOTER * answer.ge(PROMOTERS_FROM).astype(float) + DETRACTOR * answer.le(DETRACTORS_TO).astype(float)


ITEMS = {
    "csat_top2_share": Item("satisfaction", top2, "share"),
    "csat_mean": Item("satisfaction", _score, "mean"),
    "nps": Item("recommend", _promotion, "nps"),
    "renew_share": Item("renew", top2, "share"),
}
