"""How many customers does each answer stand for, and how sure is a figure that counts them so (clause 4.1)?

An answer begins with the weight it was drawn with: the delivered one, else one over its sampling probability, else one.
Where ``population`` tells how many customers each category holds, the weights of those who answered are raked to it,
which also makes up for categories that answer less. Within a category the silent are taken to be like the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.measures.units import COMPANY, SUBJECT_COLUMNS
from analysis.quarter import Quarter
from analysis.run import Run
from analysis.stats.intervals.means import mean_t
from analysis.stats.intervals.promoters import nps
from analysis.stats.intervals.shares import modified_wilson
from analysis.stats.survey.design import WEIGHT_ONE, design_mean, design_nps, design_share
from analysis.stats.survey.raked_figures import MINIMUM_N_RAKED, raked_mean, raked_nps, raked_share
from analysis.stats.survey.raking import CannotRake, Raking, raked_weights

DESIGN = ("weight", "sampling_probability", "stratum", "cluster")
QUESTIONS = ("satisfaction", "recommend", "renew")
DIMENSIONS = ("reliability", "responsiveness", "assurance", "empathy", "tangibles")
#: Weights beyond a fifth and five times their mean buy little bias for much variance (DeBell M, Krosnick JA (2009)
#: Computing Weights for American National Election Study Survey Data, ANES nes012427: cut at 5).
TRIMMED = (0.2, 5.0)
RAKED, SAMPLED, EQUAL = "raked to the customers", "sampling weights", "equal weights"
NOT_RAKED, PARTLY_RAKED = "not raked", "raked on some margins only"
NO_COLUMN = "a margin names no column of the surveys"
PROMOTER, PASSIVE, DETRACTOR = 100, 0, -100
ACCURACY = ["std_error", "df", "n_eff", "deff_kish", "deff"]
FIGURES = ["n", "estimate", "low", "high", "level", "method", "status", *ACCURACY, "weight_sum"]

Kind = Literal["share", "mean", "nps"]
Estimator = Callable[..., pd.DataFrame]


class Answers(NamedTuple):
    """Invitations counted per unit (missing: of none), design, margins and answers; how they are weighted, and why not.

    ``counts`` has unit, weight (in billionths), usable (there is a weight), answered, the questions, and count.
    """

    counts: pd.DataFrame
    designed: bool
    raking: Raking | None = None
    note: str = ""

    @property
    def weighting(self) -> str:
        """Return what the weights of these answers are."""
        if self.raking is not None:
            return RAKED
        return SAMPLED if self.designed else EQUAL

    @property
    def given(self) -> pd.DataFrame:
        """Return the rows that hold an answer of some weight."""
        return self.counts[self.counts["answered"].astype(bool) & self.counts["usable"].astype(bool)]


def answers(run: Run, quarter: Quarter, unit_type: str, questions: Sequence[str] = QUESTIONS) -> Answers:
    """Return the invitations of ``quarter`` counted by what estimators need; those of no unit stay in the design."""
    rows = run.warehouse.table("surveys", quarter)
    design = run.warehouse.reduce(rows.agg(**{name: rows[name].count() for name in DESIGN})).iloc[0]
    known = margins(run, quarter)
    texts = [name for name in rows.columns if rows[name].type().is_string()]
    variables = [name for name in known["variable"].unique() if name in texts]
    weight, usable = _weight(rows, design)
    kept = {name: rows[name] for name in (*(one for one in ("stratum", "cluster") if design[one] > 0), *variables)}
    given = [rows[name].notnull() for name in ("responded_at", *QUESTIONS)]
    told = rows.select(unit=_unit(rows, unit_type), weight=weight, usable=usable, answered=ibis.or_(*given), **kept,
                       **{name: rows[name] for name in questions})
    counts = run.warehouse.reduce(told.group_by(told.columns).agg(count=told.count()))
    return _raked(Answers(counts, bool(design.any())), known)


def weighted_figures(found: Answers, value: pd.Series, kind: Kind, level: float, minimum_n: int) -> pd.DataFrame:
    """Return the figure of each unit: FIGURES on the index ``unit``; ``weight_sum`` is the weight of its answers.

    ``value`` is what each row of ``found.counts`` counts as: 0 or 1, a score, or −100, 0, 100; missing = no answer.
    """
    raked, designed, plain = ESTIMATORS[kind]
    usable = found.counts.assign(value=value.where(found.counts["usable"].astype(bool)))
    if found.raking is not None:
        least = minimum_n if kind == "share" else max(minimum_n, MINIMUM_N_RAKED)
        rows = usable.loc[found.given.index]
        figures = raked(rows, found.raking, by=["unit"], level=level, minimum_n=least)
    else:
        estimator = designed if found.designed else plain
        figures = estimator(usable, by=["unit"], level=level, minimum_n=minimum_n)
    given = found.given
    mass = (given["count"] * weights(found)).where(value.notna(), 0.0).groupby(given["unit"]).sum()
    figures = figures.rename_axis("unit").assign(weight_sum=mass).reindex(columns=FIGURES)
    return figures.assign(status=figures["status"].mask(figures["n"].eq(0), "no data"))


def weights(found: Answers) -> pd.Series:
    """Return how many customers (or sampled units) each answer stands for, on the rows of ``found.given``."""
    if found.raking is not None:
        whole = raked_weights(found.given, found.raking.margins, found.raking.bounds)
    else:
        whole = found.given["weight"]
    return whole.astype(float) / WEIGHT_ONE


def margins(run: Run, quarter: Quarter) -> pd.DataFrame:
    """Return variable, category, customers as delivered for ``quarter``, else as this run knows them.

    A snapshot of an earlier quarter is seldom kept; raking one quarter to it and the next not would look like change.
    """
    rows = run.warehouse.table("population", quarter if run.warehouse.has("population", quarter) else run.quarter)
    return run.warehouse.reduce(rows.select("variable", "category", "customers"))


def _raked(found: Answers, margins: pd.DataFrame) -> Answers:
    """Return ``found`` with the raking to those margins that its answers can meet, and the reason against the others.

    A variable that cannot be met by itself is left out; if the rest cannot be met together, nothing is raked.
    """
    if margins.empty or found.given.empty:
        return found
    tried = {str(name): _refusal(found, part) for name, part in margins.groupby("variable", sort=True)}
    reasons = [why for why in tried.values() if why]
    kept = margins[margins["variable"].isin([name for name, why in tried.items() if not why])]
    together = _refusal(found, kept) if len(kept) else reasons[0]
    if together:
        return found._replace(note=f"{NOT_RAKED}; {together}")
    return found._replace(raking=Raking(kept, TRIMMED), note=f"{PARTLY_RAKED}; {reasons[0]}" if reasons else "")


def _refusal(found: Answers, margins: pd.DataFrame) -> str:
    """Return why the answers cannot be raked to ``margins`` ("" = they can), without the name of the variable."""
    if not set(margins["variable"]) <= set(found.counts.columns):
        return NO_COLUMN
    try:
        raked_weights(found.given, margins, TRIMMED)
    except CannotRake as refusal:
        variable = str(margins["variable"].iloc[0])
        return str(refusal).removeprefix(f"{variable}: ")
    return ""


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


# Estimators where the survey has neither design nor margins.


def _tally(found: pd.DataFrame, *values: float) -> list[pd.Series]:
    """Return, per unit, how many answers have each of ``values``."""
    return [found["count"].where(found["value"].eq(value), 0).groupby(found["unit"]).sum() for value in values]


def _plain_share(found: pd.DataFrame, by: list[str], level: float, minimum_n: int) -> pd.DataFrame:
    yes, no = _tally(found, 1, 0)
    return modified_wilson(yes, yes + no, level, minimum_n)


def _plain_nps(found: pd.DataFrame, by: list[str], level: float, minimum_n: int) -> pd.DataFrame:
    promoters, passives, detractors = _tally(found, PROMOTER, PASSIVE, DETRACTOR)
    figures = nps(promoters, passives, detractors, level)
    few = figures["n"].lt(minimum_n) & figures["status"].eq("ok")
    figures[["estimate", "low", "high"]] = figures[["estimate", "low", "high"]].mask(few)
    return figures.assign(status=figures["status"].mask(few, f"not estimable: fewer than {minimum_n} answers"))


ESTIMATORS: dict[Kind, tuple[Estimator, Estimator, Estimator]] = {
    "share": (raked_share, design_share, _plain_share),
    "mean": (raked_mean, design_mean, mean_t),
    "nps": (raked_nps, design_nps, _plain_nps),
}
