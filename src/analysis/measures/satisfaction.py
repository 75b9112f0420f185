"""How satisfied are customers, would they recommend us and stay, and has that changed (clauses 3.1, 4.1, 5.2)?

Answers count by the design they were drawn with: the delivered weight, else one over the sampling probability, else
equally; strata and clusters where there are any. Without any of these, shares are plain (modified Wilson) and means
have Student's interval. Non-response is not weighted for: an unanswered invitation stays in the design as a sampled
unit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.measures.shortfall import p_worse
from analysis.measures.units import COMPANY, SUBJECT_COLUMNS, judged, with_missing_units
from analysis.params import HISTORY_QUARTERS
from analysis.quarter import Quarter
from analysis.run import Run
from analysis.stats.intervals.combination import linear_combination
from analysis.stats.intervals.means import mean_t
from analysis.stats.intervals.promoters import nps
from analysis.stats.intervals.sample_sizes import smallest_detectable_change
from analysis.stats.intervals.shares import modified_wilson
from analysis.stats.survey.design import WEIGHT_ONE, design_mean, design_nps, design_share
from analysis.tables.results import blank_figures

UNIT_TYPES = (COMPANY, "service_line", "branch", "mode", "product", "partner", "month")
DESIGN = ("weight", "sampling_probability", "stratum", "cluster")
QUESTIONS = ("satisfaction", "recommend", "renew")
RESPONSE = "survey_response_share"
SATISFIED_FROM = 4  # of 5: "satisfied" and "very satisfied", the top two boxes
PROMOTERS_FROM, DETRACTORS_TO = 9, 6  # of 0–10, Reichheld FF (2003) Harvard Business Review 81(12)
PROMOTER, PASSIVE, DETRACTOR = 100, 0, -100
QUARTERS_PER_YEAR = 4
SILENT, UNUSED = "silent mode: invitations without an answer", "planned mode not used"
FIGURES = ["indicator", "unit_type", "unit", "n", "estimate", "low", "high", "level", "method", "status"]

Estimator = Callable[..., pd.DataFrame]


class Cells(NamedTuple):
    """Invitations per unit (missing: of none), stratum, cluster, weight and answers; has the survey a design?"""

    counts: pd.DataFrame
    designed: bool


class Item(NamedTuple):
    """A question, the value an answer counts as, and the estimator with and without a design."""

    question: str
    value: Callable[[pd.Series], pd.Series]
    designed: Estimator
    plain: Estimator


def satisfaction(run: Run) -> pd.DataFrame:
    """Return satisfaction, loyalty and response rate per unit.

    Extra columns: ``p_worse``, ``invitations``, ``customers`` (the number of answers) and ``note``: a mode that stayed
    silent, or was planned and not used. The company, each service line of the site and each mode of the plan always
    have a row.
    """
    cells = {unit_type: _cells(run, run.quarter, unit_type) for unit_type in UNIT_TYPES}
    table = judged(run, [_with_owed(run, indicator, unit_type, _figures(run, indicator, unit_type, cells[unit_type]))
                         for indicator in (*ITEMS, RESPONSE) for unit_type in UNIT_TYPES])
    invited = pd.concat([_invitations(one).assign(unit_type=unit_type) for unit_type, one in cells.items()])
    full = table.merge(invited[["unit_type", "unit", "invitations"]], how="left", on=["unit_type", "unit"])
    full = full.assign(invitations=full["invitations"].fillna(0).astype("Int64"))
    return full.assign(p_worse=p_worse(run.params, full), customers=full["n"], note=_notes(full))


def satisfaction_change(run: Run) -> pd.DataFrame:
    """Return how the company's figures changed since the last quarter and the same quarter of last year.

    One row per indicator and ``compared_with``; ``estimate`` is this quarter minus that one, as independent samples,
    in the indicator's unit. ``n_before``: answers then. ``detectable``: the smallest change seen four times in five.
    """
    quarters = [run.quarter.plus(-back) for back in (0, 1, QUARTERS_PER_YEAR)]
    now, *before = ({indicator: _company(run, indicator, cells) for indicator in (*ITEMS, RESPONSE)}
                    for cells in [_cells(run, quarter, COMPANY) for quarter in quarters])
    return judged(run, [_change(now[indicator], then[indicator]).assign(compared_with=str(quarter))
                        for indicator in now for quarter, then in zip(quarters[1:], before, strict=True)])


def satisfaction_trend(run: Run) -> pd.DataFrame:
    """Return the company's figures of this and the earlier quarters that have a survey, oldest first (``quarter``).

    Each quarter as it was known at its own date, against this quarter's target.
    """
    quarters = [run.quarter.plus(-back) for back in range(HISTORY_QUARTERS, -1, -1)]
    cells = {quarter: _cells(run, quarter, COMPANY) for quarter in quarters
             if quarter == run.quarter or run.warehouse.has("surveys", quarter)}
    return judged(run, [_company(run, indicator, one).assign(quarter=str(quarter))
                        for indicator in (*ITEMS, RESPONSE) for quarter, one in cells.items()])


def _company(run: Run, indicator: str, cells: Cells) -> pd.DataFrame:
    return _with_owed(run, indicator, COMPANY, _figures(run, indicator, COMPANY, cells))


def _change(now: pd.DataFrame, then: pd.DataFrame) -> pd.DataFrame:
    """Return the row ``now`` minus the row ``then``; the reason where either has no figure."""
    indicator = str(now["indicator"].iloc[0])
    blank = blank_figures(indicator, COMPANY, [COMPANY], "no data").assign(
        target=float("nan"), n=int(now["n"].iloc[0]), n_before=int(then["n"].iloc[0]), detectable=float("nan"))
    if "no data" in {then["status"].iloc[0], now["status"].iloc[0]}:
        return blank
    pair = pd.concat([now.assign(coefficient=1), then.assign(coefficient=-1)], ignore_index=True)
    change = linear_combination(pair, "difference of independent estimates, MOVER", level=float(now["level"].iloc[0]))
    return blank.drop(columns=["estimate", "low", "high", "status"]).join(change.drop(columns="n")).assign(
        detectable=smallest_detectable_change(change))


def _figures(run: Run, indicator: str, unit_type: str, cells: Cells) -> pd.DataFrame:
    """Return the figures of ``indicator`` per unit; no row where nobody was invited, or only answers are listed."""
    minimum_n = run.params.registry[indicator].minimum_n
    if indicator == RESPONSE:
        counts = _invitations(cells).set_index("unit")
        counts = counts if _tells_silence(cells) else counts.iloc[:0]
        figures = modified_wilson(counts["answered"], counts["invitations"], run.level, minimum_n)
    else:
        item = ITEMS[indicator]
        answer = cells.counts[item.question].astype(float).where(cells.counts["usable"])
        answers = cells.counts.assign(value=item.value(answer).where(answer.notna()))
        estimator = item.designed if cells.designed else item.plain
        figures = estimator(answers, by=["unit"], level=run.level, minimum_n=minimum_n)
    told = figures.rename_axis("unit").reset_index()
    told = told[told["unit"].notna()].assign(indicator=indicator, unit_type=unit_type)
    return told.assign(status=told["status"].mask(told["n"].eq(0), "no data"))[FIGURES]


def _cells(run: Run, quarter: Quarter, unit_type: str) -> Cells:
    """Return the invitations of ``quarter`` counted by what estimators need; those of no unit stay in the design."""
    rows = run.warehouse.table("surveys", quarter)
    design = run.warehouse.reduce(rows.agg(**{name: rows[name].count() for name in DESIGN})).iloc[0]
    weight, usable = _weight(rows, design)
    kept = {name: rows[name] for name in ("stratum", "cluster") if design[name] > 0}
    given = [rows[name].notnull() for name in ("responded_at", *QUESTIONS)]
    told = rows.select(unit=_unit(rows, unit_type), weight=weight, usable=usable, answered=ibis.or_(*given), **kept,
                       **{name: rows[name] for name in QUESTIONS})
    return Cells(run.warehouse.reduce(told.group_by(told.columns).agg(count=told.count())), bool(design.any()))


def _unit(rows: ir.Table, unit_type: str) -> ir.Value:
    if unit_type == COMPANY:
        return ibis.literal(COMPANY)
    if unit_type == "month":
        return rows.invited_day.strftime("%Y-%m")
    return rows[SUBJECT_COLUMNS.get(unit_type, unit_type)]


def _weight(rows: ir.Table, design: pd.Series) -> tuple[ir.IntegerValue, ir.BooleanValue]:
    """Return the weight in billionths, and whether there is one; an answer of no or zero weight does not count."""
    if not design[["weight", "sampling_probability"]].any():
        return ibis.literal(WEIGHT_ONE), ibis.literal(True)
    weight = rows.weight if design["weight"] else 1 / rows.sampling_probability
    whole = (weight * WEIGHT_ONE).round().cast("int64").fill_null(0)
    return (whole > 0).ifelse(whole, WEIGHT_ONE), whole > 0


def _invitations(cells: Cells) -> pd.DataFrame:
    """Return unit, answered, invitations."""
    counts = cells.counts.assign(answered=cells.counts["count"].where(cells.counts["answered"].astype(bool), 0))
    return counts.groupby("unit")[["answered", "count"]].sum().reset_index().rename(columns={"count": "invitations"})


def _tells_silence(cells: Cells) -> bool:
    """Tell whether the survey lists invitations without an answer: a list of answers alone knows no response rate."""
    return not cells.counts["answered"].astype(bool).all()


def _with_owed(run: Run, indicator: str, unit_type: str, figures: pd.DataFrame) -> pd.DataFrame:
    owed = {COMPANY: (COMPANY,), "service_line": run.params.site.service_lines, "mode": run.params.plan.modes}
    return with_missing_units(figures, indicator, unit_type, owed.get(unit_type, ()))


def _notes(table: pd.DataFrame) -> pd.Series:
    response = table["unit_type"].eq("mode") & table["indicator"].eq(RESPONSE)
    answers = table[table["unit_type"].eq("mode") & table["indicator"].ne(RESPONSE)].groupby("unit")["n"].sum()
    silent = table["unit_type"].eq("mode") & table["unit"].isin(answers.index[answers.eq(0)])
    unused = table["unit"].isin(table.loc[response & table["invitations"].eq(0), "unit"])
    return pd.Series("", index=table.index, dtype="str").mask(silent, SILENT).mask(silent & unused, UNUSED)


# What an answer counts as, and how it is estimated where the survey has no design.


def _top2(answer: pd.Series) -> pd.Series:
    return answer.ge(SATISFIED_FROM).astype(float)


def _score(answer: pd.Series) -> pd.Series:
    return answer


def _promotion(answer: pd.Series) -> pd.Series:
    return PROMOTER * answer.ge(PROMOTERS_FROM).astype(float) + DETRACTOR * answer.le(DETRACTORS_TO).astype(float)


def _tally(answers: pd.DataFrame, *values: float) -> list[pd.Series]:
    """Return, per unit, how many answers have each of ``values``."""
    return [answers["count"].where(answers["value"].eq(value), 0).groupby(answers["unit"]).sum() for value in values]


def _plain_share(answers: pd.DataFrame, by: list[str], level: float, minimum_n: int) -> pd.DataFrame:
    yes, no = _tally(answers, 1, 0)
    return modified_wilson(yes, yes + no, level, minimum_n)


def _plain_nps(answers: pd.DataFrame, by: list[str], level: float, minimum_n: int) -> pd.DataFrame:
    promoters, passives, detractors = _tally(answers, PROMOTER, PASSIVE, DETRACTOR)
    figures = nps(promoters, passives, detractors, level)
    few = figures["n"].lt(minimum_n) & figures["status"].eq("ok")
    figures[["estimate", "low", "high"]] = figures[["estimate", "low", "high"]].mask(few)
    return figures.assign(status=figures["status"].mask(few, f"not estimable: fewer than {minimum_n} answers"))


ITEMS = {
    "csat_top2_share": Item("satisfaction", _top2, design_share, _plain_share),
    "csat_mean": Item("satisfaction", _score, design_mean, mean_t),
    "nps": Item("recommend", _promotion, design_nps, _plain_nps),
    "renew_share": Item("renew", _top2, design_share, _plain_share),
}
