"""How satisfied are customers, would they recommend us and stay, and has that changed (clauses 3.1, 4.1, 5.2)?

Answers count by the design they were drawn with: the delivered weight, else one over the sampling probability, else
equally; strata and clusters where there are any. Without any of these, shares are plain (Wilson) and means have
Student's interval. Non-response is not weighted for: an unanswered invitation stays in the design as a sampled unit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.measures.shortfall import p_worse
from analysis.measures.units import COMPANY, SUBJECT_COLUMNS, judged, unit_rows, with_missing_units
from analysis.quarter import Quarter
from analysis.run import Run
from analysis.stats.combination import linear_combination
from analysis.stats.intervals import mean_t, nps, wilson
from analysis.stats.survey import WEIGHT_ONE, design_mean, design_nps, design_share
from analysis.tables.results import blank_figures

UNIT_TYPES = (COMPANY, "service_line", "branch", "mode", "product", "partner", "month")
SATISFIED_FROM = 4  # of 5: "satisfied" and "very satisfied", the top two boxes
PROMOTERS_FROM, DETRACTORS_TO = 9, 6  # of 0–10, Reichheld FF (2003) Harvard Business Review 81(12)
PROMOTER, PASSIVE, DETRACTOR = 100, 0, -100
QUARTERS_PER_YEAR = 4
# Standard normal quantiles of a level of 95 % and a power of 80 %: their sum over the first is what a change must be,
# in half-widths of its interval, to be seen four times in five.
LEVEL_QUANTILE, POWER_QUANTILE = 1.959964, 0.841621
SILENT, UNUSED = "silent mode: invitations without an answer", "planned mode not used"
RESPONSE = "survey_response_share"


class Item(NamedTuple):
    """A question of the survey: its column, and the value that an answer counts as."""

    column: str
    value: Callable[[pd.Series], pd.Series]
    estimator: Callable[..., pd.DataFrame]


def _top2(answer: pd.Series) -> pd.Series:
    return answer.ge(SATISFIED_FROM).astype(float)


def _promotion(answer: pd.Series) -> pd.Series:
    return PROMOTER * answer.ge(PROMOTERS_FROM).astype(float) + DETRACTOR * answer.le(DETRACTORS_TO).astype(float)


ITEMS = {
    "csat_top2_share": Item("satisfaction", _top2, design_share),
    "csat_mean": Item("satisfaction", lambda answer: answer, design_mean),
    "nps": Item("recommend", _promotion, design_nps),
    "renew_share": Item("renew", _top2, design_share),
}


def satisfaction(run: Run) -> pd.DataFrame:
    """Return satisfaction, loyalty and response rate per unit, with ``invitations``, ``customers`` and ``note``.

    ``customers`` is the number of answers. A service line of the site and a mode of the plan always have a row.
    """
    parts = [_with_owed(run, indicator, unit_type, _figures(run, run.quarter, indicator, unit_type))
             for indicator in (*ITEMS, RESPONSE) for unit_type in UNIT_TYPES]
    table = judged(run, parts)
    invited = pd.concat([_invitations(run, run.quarter, unit_type).assign(unit_type=unit_type)
                         for unit_type in UNIT_TYPES], ignore_index=True)[["unit_type", "unit", "invitations"]]
    full = table.merge(invited, how="left", on=["unit_type", "unit"]).assign(
        p_worse=p_worse(run.params, table), customers=table["n"])
    return full.assign(invitations=full["invitations"].fillna(0).astype("Int64"), note=_notes(full))


def satisfaction_change(run: Run) -> pd.DataFrame:
    """Return how the company's figures changed since the last quarter and the same quarter of last year.

    One row per indicator and ``compared_with``; ``estimate`` is this quarter minus that one, as independent samples,
    in the indicator's unit. ``n_before``: answers then. ``detectable``: the smallest change seen four times in five.
    """
    parts = [_change(run, indicator, run.quarter.plus(-back))
             for indicator in (*ITEMS, RESPONSE) for back in (1, QUARTERS_PER_YEAR)]
    return judged(run, parts)


def _change(run: Run, indicator: str, before: Quarter) -> pd.DataFrame:
    blank = blank_figures(indicator, COMPANY, [COMPANY], "no data")
    then, now = (next(iter([*[part for part in [_figures(run, quarter, indicator, COMPANY)] if len(part)], blank]))
                 for quarter in (before, run.quarter))
    labels = {"indicator": indicator, "unit_type": COMPANY, "unit": COMPANY, "target": float("nan"),
              "compared_with": str(before), "n_before": int(then["n"].iloc[0])}
    if "no data" in {then["status"].iloc[0], now["status"].iloc[0]}:
        return blank.assign(**labels, n=now["n"].to_numpy(), detectable=float("nan"))
    pair = pd.concat([now.assign(coefficient=1), then.assign(coefficient=-1)], ignore_index=True)
    change = linear_combination(pair, "difference of independent estimates, MOVER", level=run.level)
    half = (change["high"] - change["low"]) / 2
    return change.assign(**labels, n=now["n"].to_numpy(),
                         detectable=half * (LEVEL_QUANTILE + POWER_QUANTILE) / LEVEL_QUANTILE)


def _figures(run: Run, quarter: Quarter, indicator: str, unit_type: str) -> pd.DataFrame:
    """Return the figures of ``indicator`` in ``quarter`` per unit; no row where nobody was invited."""
    minimum_n = run.params.registry[indicator].minimum_n
    if indicator == RESPONSE:
        counts = _invitations(run, quarter, unit_type)
        figures = wilson(counts["answered"], counts["invitations"], run.level, minimum_n).assign(unit=counts["unit"])
    else:
        answers, simple = _answers(run, quarter, ITEMS[indicator], unit_type)
        estimator = SIMPLE[ITEMS[indicator].estimator] if simple else ITEMS[indicator].estimator
        figures = estimator(answers, by=["unit"], level=run.level, minimum_n=minimum_n).reset_index()
    status = figures["status"].mask(figures["n"].eq(0), "no data")
    return figures[figures["unit"].notna()].assign(indicator=indicator, unit_type=unit_type, status=status)[
        ["indicator", "unit_type", "unit", "n", "estimate", "low", "high", "level", "method", "status"]]


def _answers(run: Run, quarter: Quarter, item: Item, unit_type: str) -> tuple[pd.DataFrame, bool]:
    """Return counts per unit, stratum, cluster, weight and answer (value; NaN = none), and whether there is no design.

    Invitations of no unit are kept (unit missing): they are part of the design.
    """
    rows = _surveys(run, quarter)
    design = run.warehouse.reduce(rows.agg(**{name: rows[name].count() for name in DESIGN})).iloc[0]
    weight, usable = _weight(rows, design)
    unit = ibis.literal(COMPANY) if unit_type == COMPANY else rows[SUBJECT_COLUMNS.get(unit_type, unit_type)]
    kept = {name: rows[name] for name in ("stratum", "cluster") if design[name] > 0}
    told = rows.select(unit=unit, weight=weight, answer=usable.ifelse(rows[item.column], ibis.null("int64")), **kept)
    counts = run.warehouse.reduce(told.group_by(told.columns).agg(count=told.count()))
    answer = counts["answer"].astype("Int64").astype(float)
    return counts.assign(value=item.value(answer).where(answer.notna())), not design.any()


DESIGN = ("weight", "sampling_probability", "stratum", "cluster")


def _weight(rows: ir.Table, design: pd.Series) -> tuple[ir.IntegerValue, ir.BooleanValue]:
    """Return the weight in billionths, and where there is one; an answer whose weight is missing or 0 does not count."""
    if design["weight"]:
        weight = rows.weight
    elif design["sampling_probability"]:
        weight = 1 / rows.sampling_probability
    else:
        return ibis.literal(WEIGHT_ONE), ibis.literal(True)
    whole = (weight * WEIGHT_ONE).round().cast("int64")
    usable = whole.fill_null(0) > 0
    return usable.ifelse(whole, WEIGHT_ONE), usable


def _surveys(run: Run, quarter: Quarter) -> ir.Table:
    rows = run.warehouse.table("surveys", quarter)
    return rows.mutate(month=rows.invited_day.strftime("%Y-%m"))


def _invitations(run: Run, quarter: Quarter, unit_type: str) -> pd.DataFrame:
    """Return unit, answered, invitations."""
    rows = unit_rows(run, _surveys(run, quarter), unit_type)
    return run.warehouse.reduce(rows.group_by("unit").agg(answered=rows.responded_at.count(), invitations=rows.count()))


def _with_owed(run: Run, indicator: str, unit_type: str, figures: pd.DataFrame) -> pd.DataFrame:
    owed = {COMPANY: (COMPANY,), "service_line": run.params.site.service_lines, "mode": run.params.plan.modes}
    return with_missing_units(figures, indicator, unit_type, owed.get(unit_type, ()))


def _notes(table: pd.DataFrame) -> pd.Series:
    """Return what is odd about a mode: invited and silent, or planned and not used."""
    mode, invited = table["unit_type"].eq("mode"), table["invitations"].fillna(0).gt(0)
    silent = mode & table["unit"].isin(
        table.loc[mode & table["indicator"].eq("csat_top2_share") & table["n"].eq(0), "unit"])
    notes = pd.Series("", index=table.index, dtype="str")
    return notes.mask(silent & invited, SILENT).mask(silent & ~invited, UNUSED)


# Without a design: plain estimators on the same table.

def _plain_share(answers: pd.DataFrame, by: list[str], level: float, minimum_n: int) -> pd.DataFrame:
    counts = answers.assign(n=answers["count"].where(answers["value"].notna(), 0),
                            hits=answers["count"].where(answers["value"].eq(1), 0)).groupby(by)[["n", "hits"]].sum()
    return wilson(counts["hits"], counts["n"], level, minimum_n)


def _plain_nps(answers: pd.DataFrame, by: list[str], level: float, minimum_n: int) -> pd.DataFrame:
    counts = [answers["count"].where(answers["value"].eq(value), 0).groupby([answers[one] for one in by]).sum()
              for value in (PROMOTER, PASSIVE, DETRACTOR)]
    figures = nps(*counts, level=level)
    few = figures["n"].lt(minimum_n) & figures["status"].eq("ok")
    return figures.assign(status=figures["status"].mask(few, f"not estimable: fewer than {minimum_n} answers")).mask(
        few.to_numpy()[:, None] & figures.columns.isin(["estimate", "low", "high"])[None, :])


SIMPLE: dict[Callable[..., pd.DataFrame], Callable[..., pd.DataFrame]] = {
    design_share: _plain_share, design_mean: mean_t, design_nps: _plain_nps,
}
