"""What does one indicator say of each person of a group, once what each was given is held equal (METHODS §3)?

Knows reduced cases only, no delivery: persons × cells in, effects out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.estimates import LEVEL, OK
from analysis.stats.intervals.shares import modified_wilson
from analysis.stats.people.heterogeneity import tau_squared, usable_effects, weighted
from analysis.stats.people.two_way import person_effects, person_f_test, two_way

PRIOR_CASES = 30  # at the group's share: fewer make those near 0 or 1 too certain, more the others
KEPT_PRECISION = 0.8  # of what a person's own cases would tell if no cells had to be estimated
SEPARATOR = "|"
SURE = 1e9  # degrees of freedom of a z-value
MINIMUM_COMPARED = 2


@dataclass(frozen=True)
class Fit:
    """One indicator in one group: effects by person over the window and of the newest quarter, and the group's test.

    ``effects`` and ``newest``: as of `analysis.stats.people.two_way.person_effects`, in the indicator's unit.
    ``naive``: mean, low, high and n of each person's own cases, nothing held equal. ``mean`` of all cases. ``cell``:
    what was held equal. ``p``: of the F-test of no differences.
    """

    effects: pd.DataFrame
    newest: pd.DataFrame
    naive: pd.DataFrame
    mean: float
    cell: tuple[str, ...]
    p: float
    reason: str


def fitted(cases: pd.DataFrame, cells: Sequence[tuple[str, ...]], newest: str, scale: float = 1.0,
           share: bool = True) -> Fit:
    """Return the fit of the reduced ``cases`` of one group.

    Args:
        cases: employee_id, quarter, the columns of ``cells``, n, total and total_of_squares of whole scores.
        cells: what may be held equal, finest first.
        newest: the quarter whose cases must point the same way.
        scale: what scores are divided by to stand in the indicator's unit.
        share: the indicator is a share (for the interval of each person's own cases).
    """
    cell = chosen_cell(cases, cells)
    fit = two_way(_of_persons(cases, cell))
    recent = cases[cases["quarter"].eq(newest)]
    late = person_effects(two_way(_of_persons(recent, cell))) if len(recent) else person_effects(fit).iloc[:0]
    test = person_f_test(fit).iloc[0]
    effects, own = person_effects(fit), own_variance(cases) if share and scale == 1 else None
    return Fit(
        effects=_scaled(_with_variance(effects, own), scale),
        newest=_scaled(_with_variance(late, own), scale),
        naive=own_figures(cases, ["employee_id"], scale, share),
        mean=float(cases["total"].sum() / cases["n"].sum() / scale),
        cell=cell,
        p=float(test["p"]) if test["status"] == OK else np.nan,
        reason=str(test["status"]),
    )


def without_reference(fit: Fit, reference: str) -> Fit:
    """Return ``fit`` of the members alone, less who is none of them but told how hard the cells are.

    Effects are then off the members' own mean μ̂, weighted by 1 / (τ² + v), and p is that of Q / (k − 1) on F(k − 1,
    df): neither says anything of members and reference being apart.
    """
    effects, newest = (one.drop(index=reference, errors="ignore") for one in (fit.effects, fit.newest))
    if not effects["status"].eq(OK).any():
        return replace(fit, effects=effects, newest=newest, naive=fit.naive.drop(index=reference, errors="ignore"),
                       p=np.nan)
    centre = _centre(effects)
    late = _centre(newest) if newest["status"].eq(OK).any() else 0.0
    return replace(
        fit, effects=_moved(effects, centre), newest=_moved(newest, late), mean=fit.mean + centre,
        naive=fit.naive.drop(index=reference, errors="ignore"), p=group_p(effects, MINIMUM_COMPARED))


def _centre(effects: pd.DataFrame) -> float:
    y, v = usable_effects(effects)
    return float(weighted(y, v, tau_squared(y, v) if len(y) > 1 else 0.0)[0])


def _moved(effects: pd.DataFrame, centre: float) -> pd.DataFrame:
    return effects.assign(**{name: effects[name] - centre for name in ("estimate", "low", "high")})


def group_p(effects: pd.DataFrame, least: int) -> float:
    """Return p of no differences between those whose status is ok: Q / (k − 1) on F(k − 1, df); NaN below ``least``."""
    told = effects[effects["status"].eq(OK)]
    if len(told) < least:
        return np.nan
    y, v = told["estimate"].to_numpy(float), told["sampling_variance"].to_numpy(float)
    q = float(weighted(y, v, 0.0)[2])
    return float(stats.f.sf(q / (len(told) - 1), len(told) - 1, told["df"].iloc[0]))


def chosen_cell(cases: pd.DataFrame, cells: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the finest of ``cells`` that leaves KEPT_PRECISION of the persons' precision, else the coarsest.

    Judged by who had which cases alone, never by how they came out: 1 / variance of an effect over s², summed over
    persons, as a share of their cases.
    """
    for cell in cells:
        fit = two_way(_of_persons(cases, cell))
        usable = fit.parts.comparable() & (fit.spread > 0)
        if (1 / fit.spread[usable]).sum() >= KEPT_PRECISION * fit.mix.person_n.sum():
            return cell
    return cells[-1]


def _of_persons(cases: pd.DataFrame, cell: tuple[str, ...]) -> pd.DataFrame:
    """Return ``cases`` as person, cell, n and sums."""
    told = cases.assign(person=cases["employee_id"], cell=cell_labels(cases, cell))
    return told[["person", "cell", "n", "total", "total_of_squares"]]


def cell_labels(cases: pd.DataFrame, cell: tuple[str, ...]) -> pd.Series:
    """Return one label per row of ``cases`` for the columns ``cell``; all alike where there are none."""
    label = pd.Series("", index=cases.index, dtype="str")
    for name in cell:
        label = label + SEPARATOR + cases[name].astype("str")
    return label


def own_variance(cases: pd.DataFrame) -> pd.Series:
    """Return each person's variance of a case over the group's, for cases that are good (1) or not (0).

    p(1 − p) at the person's own share p, drawn to the group's by PRIOR_CASES, over the mean of all cases. One variance
    for all makes the intervals of low shares among high ones too short: of the lowest three of 17 (137 cases each, .925
    ± .04) it covered .877 of .95, this .902, and .952 of all.
    """
    sums = cases.groupby("employee_id")[["n", "total"]].sum()
    share = sums["total"].sum() / sums["n"].sum()
    own = (sums["total"] + PRIOR_CASES * share) / (sums["n"] + PRIOR_CASES)
    variance = own * (1 - own)
    whole = (sums["n"] * variance).sum() / sums["n"].sum()
    return variance / whole if whole > 0 else pd.Series(1.0, sums.index)


def _with_variance(effects: pd.DataFrame, own: pd.Series | None) -> pd.DataFrame:
    """Return ``effects`` with each variance multiplied by the person's ``own``, and the interval with it."""
    if own is None:
        return effects
    times = own.reindex(effects.index).fillna(1.0)
    middle = effects["estimate"]
    reach = {end: middle + np.sqrt(times) * (effects[end] - middle) for end in ("low", "high")}
    return effects.assign(**reach, std_error=effects["std_error"] * np.sqrt(times),
                          sampling_variance=effects["sampling_variance"] * times)


def _scaled(effects: pd.DataFrame, scale: float) -> pd.DataFrame:
    linear = {name: effects[name] / scale for name in ("estimate", "low", "high", "std_error")}
    return effects.assign(**linear, sampling_variance=effects["sampling_variance"] / scale**2)


def own_figures(cases: pd.DataFrame, by: list[str], scale: float, share: bool, level: float = LEVEL) -> pd.DataFrame:
    """Return the mean of the cases of each person (and whatever else ``by`` names) as they stand, with its interval.

    Student's; for shares modified Wilson on the number of cases, which is wide for cases that are shares themselves.
    """
    sums = cases.groupby(by)[["n", "total", "total_of_squares"]].sum()
    mean = sums["total"] / sums["n"]
    if share:
        limits = modified_wilson((sums["total"] / scale).round().astype("int64"), sums["n"], level, minimum_n=1)
        return limits[["n", "low", "high"]].assign(estimate=mean / scale)
    spare = (sums["n"] - 1).clip(lower=1)
    variance = (sums["total_of_squares"] - sums["n"] * mean**2).clip(lower=0) / spare
    half = stats.t.ppf((1 + level) / 2, spare) * np.sqrt(variance / sums["n"])
    return pd.DataFrame({"n": sums["n"], "estimate": mean / scale, "low": (mean - half) / scale,
                         "high": (mean + half) / scale})


