"""How many raters or audits are needed for reliable scores, and what makes them unreliable?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.stats.agreement.intraclass import spearman_brown
from analysis.stats.agreement.limits import ROUNDING
from analysis.stats.agreement.ratings import NO_VARIATION
from analysis.stats.agreement.scores import mean_squares, scored_units
from analysis.stats.estimates import OK, Floats, estimate_table

#: Singles whose coefficients a decision study may lengthen.
SINGLE_FORMS = ("ICC1", "ICC2", "ICC3")
#: A variance between persons needs two of them.
MINIMUM_PERSONS = 2
#: More raters than this are no plan: the figure would rest on a reliability that cannot be told from 0.
MOST_RATERS = 10_000


def variance_components(ratings: pd.DataFrame) -> pd.DataFrame:
    """Return the variance components of persons and raters, crossed (p × r) or nested (r : p) [1]_.

    From the mean squares: crossed σ²_p = (B − E)/k, σ²_r = (R − E)/n, σ²_pr,e = E; nested σ²_p = (B − W)/k,
    σ²_r:p,e = W. An estimate below 0 is shown as 0 (the others are not recomputed: Brennan's choice); ``raw`` keeps it.

    Args:
        ratings: one row per rating: unit (the person), value, and rater for the crossed design; as in
            `analysis.stats.agreement.scores.scored_units`.

    Returns:
        One row per effect ("person", "rater", "residual"; nested "person", "rater in person"): df, mean_square, raw,
        variance, share (of the sum of the variances), n (persons) and status. They describe the design; intervals
        are those of the coefficients (`lengthened`).

    R: ``lme4::lmer(value ~ (1 | unit) + (1 | rater))`` where no component is below 0 and the design is balanced.

    References:
        .. [1] Brennan RL (2001) Generalizability Theory, chapters 2–3; Shavelson RJ, Webb NM (1991) Generalizability
           Theory: A Primer, chapter 2.
    """
    units = scored_units(ratings)
    squares = mean_squares(units.total(units.features())).iloc[0]
    table = _crossed(squares) if "rater" in ratings else _nested(squares)
    variance = table["raw"].clip(lower=0.0)
    reason = _component_reason(squares)
    told = table.assign(variance=variance, share=variance / (np.nan if reason else variance.sum()))
    status = f"not estimable: {reason}" if reason else OK
    return (told * (np.nan if reason else 1.0)).assign(n=int(squares["n"]), status=status)


def lengthened(single: pd.DataFrame, raters: int) -> pd.DataFrame:
    """Return the reliability of the mean of ``raters`` raters (or audits) from that of one, with its interval [1]_.

    Spearman–Brown of estimate and limits; a monotone function, so the interval keeps its coverage. For persons and
    raters: ICC3 gives the generalizability coefficient Eρ², σ²_p/(σ²_p + σ²_pr,e/m) (comparing persons with the same
    raters); ICC2 the dependability index Φ, σ²_p/(σ²_p + (σ²_r + σ²_pr,e)/m) (a score against a standard, or other
    raters for each person); ICC1 both for raters nested in persons.

    Args:
        single: a table of `analysis.stats.agreement.intraclass.intraclass` with the form ICC1, ICC2 or ICC3.
        raters: m, raters per person in the study to come.

    Raises:
        ValueError: ``single`` holds another form, or ``raters`` is not a positive whole number.

    R: ``psych::spearman.brown``; ``gtheory::dstudy`` (no intervals).

    References:
        .. [1] Brennan RL (2001), section 2.3 and chapter 6; Cronbach LJ et al. (1972) The Dependability of Behavioral
           Measurements.
    """
    _refuse_means(single)
    if raters != int(raters) or raters < 1:
        raise ValueError("raters must be a positive whole number: the ratings of each person in the study to come")
    limits = {name: spearman_brown(single[name].to_numpy(float), raters) for name in ("estimate", "low", "high")}
    return _told(single, pd.DataFrame({"n": single["n"], **limits}).assign(raters=raters), f" for {raters} raters")


def raters_needed(single: pd.DataFrame, target: float) -> pd.DataFrame:
    """Return how many raters (or audits) per person make their mean as reliable as ``target``.

    The smallest whole m ≥ t (1 − ρ) / (ρ (1 − t)), at the estimate and at both limits of ρ: ``high`` is the number
    that is enough even at the lower limit. Not estimable where that limit is 0 or below: no number is then known to
    be enough.

    Args:
        single: as in `lengthened`.
        target: reliability to be reached, strictly between 0 and 1: .7 to show a score, .8 to use it.

    Returns:
        A table of estimates in raters per person, with target.

    Raises:
        ValueError: ``single`` holds another form, or ``target`` lies outside 0–1.

    R: ``ceiling(target * (1 - rho) / (rho * (1 - target)))``; Brennan (2001), section 2.3.
    """
    _refuse_means(single)
    if not 0 < target < 1:
        raise ValueError("target must lie strictly between 0 and 1, as in .8")
    sides = {"estimate": "estimate", "low": "high", "high": "low"}
    counts = {name: _number(single[side].to_numpy(float), target) for name, side in sides.items()}
    figures = pd.DataFrame({"n": single["n"], **counts}, index=single.index)
    return _told(single, figures.assign(target=target), f" raters for {target:g}")


def _number(reliability: Floats, target: float) -> Floats:
    """Return the smallest sufficient number of raters, at least 1; NaN beyond `MOST_RATERS`."""
    positive = reliability > 0
    rho = np.where(positive, reliability, 0.5)
    exact = target * (1 - rho) / (rho * (1 - target))
    number = np.maximum(np.ceil(exact * (1 - np.finfo(float).eps * 4)), 1.0)
    return np.where(positive & (number <= MOST_RATERS), number, np.nan)


def _told(single: pd.DataFrame, figures: pd.DataFrame, addition: str) -> pd.DataFrame:
    unknown = np.where(figures["high"].isna(), "reliability may be 0: no number of raters is known to be enough", "")
    before = single["status"].str.removeprefix("not estimable: ").where(single["status"].ne(OK), "")
    reason = np.where(before != "", before, unknown).astype(str)
    level = float(single["level"].iloc[0])
    return estimate_table(figures, reason, f"{single['method'].iloc[0]}{addition}", level)


def _refuse_means(single: pd.DataFrame) -> None:
    if single.empty or single["method"].iloc[0].split(",")[0] not in SINGLE_FORMS:
        raise ValueError("pass the reliability of a single rater: intraclass with ICC1, ICC2 or ICC3, not of the mean")


def _component_reason(squares: pd.Series) -> str:
    """Return why the components cannot be estimated ("" = they can) from the mean squares of a group."""
    if not squares["df_within"] > 0 or squares["n"] < MINIMUM_PERSONS:
        return f"fewer than 2 raters or {MINIMUM_PERSONS} persons rated by all of them"
    return "" if squares["total"] > ROUNDING else NO_VARIATION


def _crossed(squares: pd.Series) -> pd.DataFrame:
    """Return df, mean_square and raw variance of each effect of p × r from the mean squares of one group."""
    n, k, residual = squares["n"], squares["k"], squares["residual"]
    rows = {
        "person": (n - 1, squares["between"], (squares["between"] - residual) / k),
        "rater": (k - 1, squares["raters"], (squares["raters"] - residual) / max(n, 1)),
        "residual": (squares["df_residual"], residual, residual),
    }
    return _effects(rows)


def _nested(squares: pd.Series) -> pd.DataFrame:
    """Return df, mean_square and raw variance of each effect of r : p from the mean squares of one group."""
    n, k, within = squares["n"], squares["k"], squares["within"]
    person = (n - 1, squares["between"], (squares["between"] - within) / k)
    return _effects({"person": person, "rater in person": (squares["df_within"], within, within)})


def _effects(rows: dict[str, tuple[float, float, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, index=["df", "mean_square", "raw"]).T.rename_axis("effect")
