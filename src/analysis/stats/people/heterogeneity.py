"""Do persons differ by more than the chance in their scores, and by how much?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.estimates import LEVEL, OK, Floats, checked_level, estimate_table, first_reason

Method = Literal["PM", "DL"]
METHODS = {"PM": "Paule-Mandel", "DL": "DerSimonian-Laird"}
#: A variance between persons needs two of them.
MINIMUM_PERSONS = 2
#: Newton's steps rise to the root of a falling convex function without overshooting; they double the digits.
STEPS = 200
CONVERGED = 1e-14
TOO_CLOSE = "the effects lie closer together than chance allows"


def between_variance(effects: pd.DataFrame, method: Method = "PM", level: float = LEVEL) -> pd.DataFrame:
    """Return τ², the variance between persons' true effects, with its Q-profile interval.

    With w_i = 1/(v_i + τ²), μ = Σ w y / Σ w and Q(τ²) = Σ w (y − μ)²: Paule–Mandel [1]_ solves Q(τ²) = k − 1;
    DerSimonian–Laird [2]_ is (Q(0) − (k − 1)) / (Σ w − Σ w²/Σ w) at τ² = 0; both are 0 where Q(0) ≤ k − 1. The limits
    solve Q(τ²) = χ²(k − 1) at 1 − α/2 and α/2 [3]_. An estimate of 0 is an answer: differences between persons are no
    larger than chance.

    Args:
        effects: columns estimate and sampling_variance, as of `analysis.stats.people.two_way.person_effects`; rows
            with a status other than "ok" are left out.
        method: "PM" or "DL"; the interval is the same.
        level: two-sided confidence level.

    Returns:
        One estimate in squared score points; n is k, the persons. Further columns: q, df, p (of Q(0) against χ²: no
        differences), i_squared (0–1), mean and mean_std_error (of μ at the estimate of τ²). Not estimable where
        Q(0) < χ²(α/2), for then no τ² is compatible with the effects.

    Raises:
        ValueError: a sampling variance is not positive, or ``method`` is unknown.

    R: ``m <- rma(estimate, sampling_variance, method = "PM"); confint(m)`` (metafor; default there is "REML").
    metafor prints limits of 0 where no τ² is compatible, and I² from τ² and a "typical" v; here (Q − df)/Q [4]_.

    References:
        .. [1] Paule RC, Mandel J (1982) J Res Natl Bur Stand 87:377–385.
        .. [2] DerSimonian R, Laird N (1986) Control Clin Trials 7:177–188.
        .. [3] Viechtbauer W (2007) Stat Med 26:37–52.
        .. [4] Higgins JPT, Thompson SG (2002) Stat Med 21:1539–1558.
    """
    y, v = usable_effects(effects)
    k, tail = len(y), (1 - checked_level(level)) / 2
    if k < MINIMUM_PERSONS:
        y, v = np.array([-1.0, 1.0]), np.ones(2)  # stand-ins: the row is withheld
    estimate = tau_squared(y, v, method)
    df = len(y) - 1
    mean, precision, q = weighted(y, v, 0.0)
    mean, precision, _ = weighted(y, v, estimate)
    few = k < MINIMUM_PERSONS
    figures = pd.DataFrame({
        "n": [k],
        "estimate": estimate,
        "low": q_root(y, v, stats.chi2.isf(tail, df)),
        "high": q_root(y, v, stats.chi2.ppf(tail, df)),
        "q": np.nan if few else q,
        "df": max(k - 1, 0),
        "p": np.nan if few else stats.chi2.sf(q, df),
        "i_squared": np.nan if few else max(0.0, 1 - df / q) if q > 0 else 0.0,
        "mean": np.nan if few else mean,
        "mean_std_error": np.nan if few else precision**-0.5,
    })
    close = np.array([bool(q < stats.chi2.ppf(tail, df))])
    reason = first_reason([k], MINIMUM_PERSONS, (close, TOO_CLOSE), of="comparable persons")
    return estimate_table(figures, reason, f"variance between persons, {METHODS[method]}, Q-profile", level)


def tau_squared(y: Floats, v: Floats, method: Method = "PM") -> Floats:
    """Return τ² of effects y with variances v (… × persons), one per leading index; `between_variance` in arrays.

    R: ``rma(y, v, method = "PM")$tau2``.
    """
    if method not in METHODS:
        raise ValueError('method must be "PM" (Paule-Mandel) or "DL" (DerSimonian-Laird)')
    df = y.shape[-1] - 1
    if method == "PM":
        return q_root(y, v, df)
    weight = 1 / np.broadcast_to(v, y.shape)
    _, precision, q = weighted(y, v, 0.0)
    # Σ w − Σ w²/Σ w as twice the sum over pairs, so that a giant weight does not cancel the others out
    spread = 2 * (weight[..., 1:] * np.cumsum(weight, axis=-1)[..., :-1]).sum(axis=-1) / precision
    return np.maximum(0.0, (q - df) / spread)


def q_root(y: Floats, v: Floats, target: Floats | float) -> Floats:
    """Return the τ² at which Q(τ²) falls to ``target``, 0 where it starts below; one per leading index.

    R: ``uniroot(function(t) sum((y - mu(t))^2 / (v + t)) - target, c(0, 1e6))``.
    """
    tau2 = np.zeros(y.shape[:-1])
    for _ in range(STEPS):
        mean, _, q = weighted(y, v, tau2)
        slope = (((y - mean[..., None]) / (v + tau2[..., None])) ** 2).sum(axis=-1)
        excess = np.maximum(q - target, 0.0)
        step = np.divide(excess, slope, out=np.zeros_like(tau2), where=slope > 0)
        tau2 = tau2 + step
        if bool(np.all(step <= CONVERGED * tau2)):
            break
    return tau2


def weighted(y: Floats, v: Floats, tau2: Floats | float) -> tuple[Floats, Floats, Floats]:
    """Return μ, Σ w and Q at ``tau2``, one per leading index of y (… × persons).

    R: ``w <- 1 / (v + tau2); weighted.mean(y, w); sum(w); sum(w * (y - weighted.mean(y, w))^2)``.
    """
    weight = 1 / (v + np.asarray(tau2, dtype=float)[..., None])
    precision = weight.sum(axis=-1)
    mean = (weight * y).sum(axis=-1) / precision
    return mean, precision, (weight * (y - mean[..., None]) ** 2).sum(axis=-1)


def usable_effects(effects: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return estimate and sampling_variance of the rows whose status (if there is one) is "ok".

    Sorted, so that the order of rows cannot change the last digit of a sum.
    """
    told = effects[effects["status"].eq(OK)] if "status" in effects else effects
    y, v = (told[name].to_numpy(float, na_value=np.nan) for name in ("estimate", "sampling_variance"))
    if not bool(np.all((v > 0) & np.isfinite(v) & np.isfinite(y))):
        raise ValueError("estimate must be a number and sampling_variance positive: was a standard error of 0 squared?")
    order = np.lexsort((v, y))
    return y[order], v[order]
