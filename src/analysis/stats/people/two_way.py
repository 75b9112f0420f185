"""How does each person score once the kinds of cases they got are taken out?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.estimates import LEVEL, Floats, checked_level, estimate_table, sums_by
from analysis.stats.people.case_mix import CaseMix, Components, case_mix, components
from analysis.stats.people.elimination import with_cells_eliminated, with_persons_eliminated

#: The smaller of persons and cells is solved as a dense matrix: 3.2 GB at this size.
LARGEST_DENSE_SIDE = 20_000
#: A residual sum of squares below this share of the whole is rounding: every score was predicted exactly.
ROUNDING = 1e-12
NOBODY = "nobody to compare with"
NOT_COMPARABLE = "not comparable with the others (no shared kind of case)"
NO_DF = "no more scores than parameters"
NO_VARIATION = "no variation of scores within persons and cells"
Compared = Literal["biggest", "each"]


@dataclass(frozen=True)
class TwoWay:
    """Least squares of score = person + cell: effects and variances per person, in the order of ``mix.people``.

    ``effect`` has mean 0 over the cases of each component. ``spread`` is its variance before centring and
    ``spread_centred`` after, both over the residual variance. ``explained`` is the sum of squares of the persons
    given the cells on ``df_between``, ``residual`` that of the residuals on ``df``.
    """

    mix: CaseMix
    parts: Components
    effect: Floats
    spread: Floats
    spread_centred: Floats
    explained: float
    df_between: int
    residual: float
    df: int

    @property
    def residual_variance(self) -> float:
        """Return s², NaN where nothing is left to estimate it from."""
        return self.residual / self.df if self.df > 0 else float("nan")

    def reason(self) -> str:
        """Return why there is no standard error for anybody ("" = there is)."""
        if self.df < 1:
            return NO_DF
        return NO_VARIATION if self.residual <= ROUNDING * self.mix.squares else ""


def two_way(scores: pd.DataFrame) -> TwoWay:
    """Return the least-squares fit of score = person + cell from counts and sums alone [1]_.

    With N the counts (persons × cells), D and M its margins and T, U the totals, the bigger side is eliminated: for
    more persons than cells (M − N'D⁻¹N) b = U − N'D⁻¹T, then a = D⁻¹(T − Nb); otherwise the same with the sides
    exchanged. One cell (or person) of each connected component is held at 0 while solving. Errors are taken to be
    independent with one variance, which for scores 0 and 1 is the linear probability model.

    Centring: within each component, Σ n_i a_i = 0 over its persons' cases. With p_i person i's shares of cells, p̄
    the component's and C its cases, the variance over s² is 1/n_i + (p_i − p̄)'(M − N'D⁻¹N)⁻(p_i − p̄), less 1/C
    after centring: exact, and no persons × persons matrix is formed.

    Args:
        scores: a reduced table, as in `analysis.stats.people.case_mix.case_mix`.

    Raises:
        ValueError: as there, or both persons and cells exceed `LARGEST_DENSE_SIDE`.

    R: ``lm(y ~ 0 + person + cell)`` and contrasts of its person coefficients with weights n_i / C; R drops columns
    silently where persons are not connected.

    References:
        .. [1] Searle SR (1987) Linear Models for Unbalanced Data, sections 4.9 and 9.4; Abowd JM, Creecy RH, Kramarz
           F (2002) LEHD Technical Paper 2002-06.
    """
    mix = case_mix(scores)
    parts = components(mix)
    people, cells = mix.counts.shape
    if min(people, cells) > LARGEST_DENSE_SIDE:
        raise ValueError(f"more than {LARGEST_DENSE_SIDE} persons and cells: group rare kinds of cases first")
    solve = with_persons_eliminated if people > cells else with_cells_eliminated
    person, spread = solve(mix, parts)
    weight = mix.person_n
    cases = sums_by(parts.of_person, weight, parts.count)
    person = person - (sums_by(parts.of_person, weight * person, parts.count) / cases)[parts.of_person]
    cell_mean = mix.cell_total / mix.cell_n
    explained = float(person @ (mix.person_total - mix.counts @ cell_mean))
    return TwoWay(
        mix=mix,
        parts=parts,
        effect=person,
        spread=spread,
        spread_centred=spread - 1 / cases[parts.of_person],
        explained=explained,
        df_between=people - parts.count,
        residual=max(0.0, mix.squares - float(mix.cell_total @ cell_mean) - explained),
        df=int(weight.sum()) - people - cells + parts.count,
    )


def person_effects(fit: TwoWay, level: float = LEVEL, compared: Compared = "biggest") -> pd.DataFrame:
    """Return each person's effect, given the cells, with its t interval; not shrunken.

    In score points above the mean of the cases of the person's connected component. By default only persons of the
    biggest component have one, for figures of different components must not be set side by side.

    Args:
        fit: a result of `two_way`.
        level: two-sided confidence level of each person's interval by itself.
        compared: "biggest", or "each" for effects in every component of two persons or more: to be shrunken together
            only if its members may be taken to average the same.

    Returns:
        A table of estimates indexed by person; n counts cases. Further columns: std_error (of the centred effect),
        sampling_variance (s² times the spread before centring: what `shrunken_effects` takes, where the group's mean
        is estimated anew and absorbs the centring), df, residual_variance, component.

    R: ``summary(multcomp::glht(lm(y ~ 0 + person + cell), contrasts))``.
    """
    beside = np.bincount(fit.parts.of_person, minlength=fit.parts.count)[fit.parts.of_person] > 1
    comparable = fit.parts.comparable() if _checked(compared) == "biggest" else beside
    variance = fit.residual_variance
    error = np.sqrt(variance * np.maximum(fit.spread_centred, 0.0))
    half = stats.t.ppf((1 + checked_level(level)) / 2, max(fit.df, 1)) * error
    figures = pd.DataFrame({
        "n": fit.mix.person_n.astype(int),
        "estimate": fit.effect,
        "low": fit.effect - half,
        "high": fit.effect + half,
        "std_error": error,
        "sampling_variance": variance * fit.spread,
        "df": fit.df,
        "residual_variance": variance,
        "component": fit.parts.of_person,
    }, index=fit.mix.people)
    reason = np.where(comparable, np.where(beside, fit.reason(), NOBODY), NOT_COMPARABLE)
    reason = reason if (comparable & beside).any() else np.full(len(reason), NOBODY)
    return estimate_table(figures, reason.astype(str), "two-way least squares, t", level)


def person_f_test(fit: TwoWay) -> pd.DataFrame:
    """Return the F-test of no differences between persons within cells, F = (SS/df_between) / s².

    Exact for normal errors; persons of every component take part. One row: n (cases), statistic, df_between, df, p
    and status ("ok", or "not estimable: reason" with NaN).

    R: ``anova(lm(y ~ cell), lm(y ~ cell + person))``.
    """
    reason = NOBODY if fit.df_between < 1 else fit.reason()
    statistic = fit.explained / fit.df_between / fit.residual_variance if not reason else float("nan")
    return pd.DataFrame({
        "n": [int(fit.mix.person_n.sum())],
        "statistic": statistic,
        "df_between": fit.df_between,
        "df": fit.df,
        "p": stats.f.sf(statistic, max(fit.df_between, 1), max(fit.df, 1)),
        "status": f"not estimable: {reason}" if reason else "ok",
    })


def _checked(compared: Compared) -> Compared:
    if compared not in get_args(Compared):
        raise ValueError('compared must be "biggest" or "each"')
    return compared
