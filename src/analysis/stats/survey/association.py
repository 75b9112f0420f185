"""Do two answers go together in the population, or only by the luck of the sample?"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.estimates import MINIMUM_N_SHARE, OK, Floats, ratio
from analysis.stats.survey.figures import NO_VARIATION, TOO_FEW_UNITS
from analysis.stats.survey.linearisation import degrees_of_freedom, linearised_covariance, sampled_rows

Statistic = Literal["F", "Chisq"]
METHODS = {
    "F": "Rao-Scott chi-square, second order, F",
    "Chisq": "Rao-Scott chi-square, first order",
}
#: With independent answers the first order calls 20–28 % of samples significant at 5 % on 2 degrees of freedom, and
#: 8–14 % on 6 (two strata, clusters of five, intraclass correlation 0 and .1); the second order 2–9 %.
MINIMUM_DF_FIRST_ORDER = 10
FEW_FOR_FIRST_ORDER = f"fewer than {MINIMUM_DF_FIRST_ORDER} degrees of freedom, too few for the first order"
#: A variance this small beside that of a simple random sample is rounding.
NO_DESIGN_EFFECT = 1e-12


class Table(NamedTuple):
    """A two-way table as estimated shares, cells row by row, with their covariance."""

    share: Floats
    covariance: Floats
    n: float
    df: float


def rao_scott(answers: pd.DataFrame, first: str, second: str, statistic: Statistic = "F") -> pd.DataFrame:
    """Return the test of independence of two categorical columns under the design [1]_, [2]_.

    X² is Pearson's, from the estimated shares p̂ times n. With V̂ the linearised covariance of the k cells, C the
    contrasts of the interaction (X of the interaction's columns less their projection on those of the margins) and
    D = diag p̂ (an empty cell adds nothing), the design effects are the eigenvalues of
    Δ = (Cᵀ D⁻¹ C / n)⁻¹ (Cᵀ D⁻¹ V̂ D⁻¹ C).
    "F" (second order): X² / tr Δ against F(d, d ν), d = (tr Δ)² / tr Δ², ν = sampling units − strata.
    "Chisq" (first order): X² / mean eigenvalue against χ² with (rows − 1)(columns − 1) degrees of freedom.

    Args:
        answers: the reduced table of `analysis.stats.survey.design.design_mean` (no ``value``); a row in which one of
            the two is missing lies outside the domain.
        first: column of the table's rows.
        second: column of the table's columns.
        statistic: "F" keeps its level also with few clusters; "Chisq" is for comparison with other work, and refuses
            fewer than `MINIMUM_DF_FIRST_ORDER` degrees of freedom.

    Returns:
        One row: n, statistic, df, df_residual (of F alone), p, deff (mean eigenvalue), method, status. "Chisq" shows X²
        itself as the statistic, as R does. p is NaN unless status is "ok".

    Raises:
        ValueError: another statistic, or as `analysis.stats.survey.design.design_mean`.

    R: ``svychisq(~first + second, d, statistic = "F")``, its default; ``statistic = "Chisq"``.

    References:
        .. [1] Rao JNK, Scott AJ (1984) On chi-squared tests for multiway contingency tables with cell proportions
           estimated from survey data. Ann Stat 12:46–60.
        .. [2] Thomas DR, Rao JNK (1987) Small-sample comparisons of level and power for simple goodness-of-fit
           statistics under cluster sampling. J Am Stat Assoc 82:630–636.
    """
    if statistic not in METHODS:
        raise ValueError('statistic must be "F" or "Chisq"')
    rows = _coded(answers, first, second)
    inside = rows[rows[["first", "second"]].ge(0).all(axis=1)]
    table = _estimated(rows, inside)
    reason = _reason(table, statistic)
    tested = {"statistic": np.nan, "df": np.nan, "df_residual": np.nan, "p": np.nan, "deff": np.nan}
    if not reason:
        tested = _tested(table, statistic)
    status = f"not estimable: {reason}" if reason else OK
    return pd.DataFrame([{"n": int(table.n), **tested, "method": METHODS[statistic], "status": status}])


def _coded(answers: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    codes = {
        name: pd.factorize(answers[column], sort=True)[0] for name, column in (("first", first), ("second", second))
    }
    design = answers[[name for name in ("stratum", "cluster", "weight", "count") if name in answers]]
    return sampled_rows(design.assign(**codes), np.zeros(len(answers), dtype=np.int64), ("first", "second"))


def _estimated(rows: pd.DataFrame, inside: pd.DataFrame) -> Table:
    """Return the table of the answers inside, its covariance from the whole design."""
    labels = [np.unique(inside[name]) for name in ("first", "second")]
    places = [np.searchsorted(label, inside[name]) for label, name in zip(labels, ("first", "second"), strict=True)]
    shape = (len(labels[0]), len(labels[1]))
    cell = np.zeros((len(rows), shape[0] * shape[1]))
    cell[inside.index, places[0] * shape[1] + places[1]] = 1
    mass = inside["weight"] * inside["count"]
    share = ratio((rows["weight"] * rows["count"]).to_numpy() @ cell, mass.sum())
    within = np.isin(rows.index, inside.index)[:, None]
    influence = ratio(rows[["weight"]].to_numpy() * (cell - share) * within, mass.sum())
    covariance = linearised_covariance(rows, influence) if len(inside) else np.zeros((0, 0))
    return Table(share.reshape(shape), covariance, float(inside["count"].sum()), degrees_of_freedom(inside, 1)[0])


def _reason(table: Table, statistic: Statistic) -> str:
    """Return why there is no test ("" = there is one)."""
    tests = (
        (table.n == 0, "no answers"),
        (table.n < MINIMUM_N_SHARE, f"fewer than {MINIMUM_N_SHARE} answers"),
        (min(table.share.shape) < 2, "fewer than two rows or columns"),
        (table.df < 1, TOO_FEW_UNITS),
        (statistic == "Chisq" and table.df < MINIMUM_DF_FIRST_ORDER, FEW_FOR_FIRST_ORDER),
    )
    found = next((why for condition, why in tests if condition), "")
    return found or _spread_reason(table)


def _spread_reason(table: Table) -> str:
    null, design = _interactions(table)
    if np.linalg.matrix_rank(null) < len(null):
        return "too many empty cells"
    return NO_VARIATION if np.trace(design) <= NO_DESIGN_EFFECT * np.trace(null) else ""


def _interactions(table: Table) -> tuple[Floats, Floats]:
    """Return the covariance of the interaction contrasts in a simple random sample, and under the design."""
    centred = [(np.eye(size) - 1 / size)[:, 1:] for size in table.share.shape]
    weighted = np.kron(*centred) * ratio(1.0, table.share.ravel())[:, None]
    weighted = np.where(np.isnan(weighted), 0.0, weighted)
    null = weighted.T @ (weighted * table.share.ravel()[:, None]) / table.n
    return null, weighted.T @ table.covariance @ weighted


def _tested(table: Table, statistic: Statistic) -> dict[str, float]:
    expected = np.outer(table.share.sum(axis=1), table.share.sum(axis=0))
    pearson = table.n * float(((table.share - expected) ** 2 / expected).sum())
    null, design = _interactions(table)
    effects = np.linalg.solve(null, design)
    trace, contrasts = float(np.trace(effects)), len(effects)
    mean_effect = trace / contrasts
    if statistic == "Chisq":
        p = float(stats.chi2.sf(pearson / mean_effect, contrasts))
        return {"statistic": pearson, "df": contrasts, "df_residual": np.nan, "p": p, "deff": mean_effect}
    df = trace**2 / float(np.trace(effects @ effects))
    p = float(stats.f.sf(pearson / trace, df, df * table.df))
    return {"statistic": pearson / trace, "df": df, "df_residual": df * table.df, "p": p, "deff": mean_effect}
