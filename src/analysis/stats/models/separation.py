"""Which columns send a fit to infinity, or say the same thing twice?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog

from analysis.stats.estimates import Floats

Model = Literal["binary", "ordinal", "count"]
Kind = Literal["none", "quasi-complete", "complete"]
#: A direction counts if it moves some row by more than this, columns being scaled to −1 … 1: a hundred times the
#: tolerance within which the linear programme (HiGHS) keeps its constraints.
TOLERANCE = 1e-5
#: Columns are dependent below this relative singular value, R's ``lm`` tolerance.
RANK_TOLERANCE = 1e-7


@dataclass(frozen=True)
class Separation:
    """Whether a likelihood has no maximum, and which columns are to blame."""

    kind: Kind
    columns: tuple[str, ...]

    @property
    def reason(self) -> str:
        """The refusal in words; empty where there is no separation."""
        if self.kind == "none":
            return ""
        named = f"column {', '.join(self.columns)}" if self.columns else "all outcomes alike"
        return f"{self.kind} separation ({named})"


def separation(design: pd.DataFrame, outcome: pd.Series, model: Model) -> Separation:
    """Return whether a combination of columns tells the outcomes apart, so that the maximum lies at infinity.

    The likelihood never falls along a direction δ with A δ ≥ 0 and rises for ever unless A δ = 0 [1]_, [2]_; A holds,
    per row x (with a leading 1 for the intercept), binary: x if the outcome is 1, −x if 0; ordinal with thresholds
    ζ_k − x'β: ζ_k − x'β of the row's category and −(ζ_{k−1} − x'β); count: −x if the count is 0, x and −x if not [3]_.
    The linear programme max 1'Aδ, A δ ≥ 0, −1 ≤ δ ≤ 1 has the maximum 0 exactly if there is no separation. It is
    complete if A δ > 0 in every row can be had. A column is named if some such direction moves it.

    Args:
        design: one numeric column per regressor, without intercept, one row per (kind of) observation; columns that
            depend on others are left out after the first that span them.
        outcome: 0 or 1 (binary), any ordered value (ordinal) or a count, on the rows of ``design``.
        model: the likelihood: "binary" (logit, probit), "ordinal" (cumulative), "count" (Poisson or negative
            binomial with log link).

    Raises:
        ValueError: a value is missing or infinite, or the outcome does not fit the model.

    R: ``glm(..., method = "detect_separation")`` of package detectseparation, binary only. ``glm`` itself warns at
    best, MASS ``polr`` and ``glm.nb`` return large coefficients.

    References:
        .. [1] Albert A, Anderson JA (1984) Biometrika 71:1–10.
        .. [2] Konis K (2007) Linear programming algorithms for detecting separated data, thesis, University of Oxford.
        .. [3] Correia S, Guimarães P, Zylkin T (2019) arXiv:1903.01633.
    """
    chosen = design[list(independent_columns(design))]
    cone, own = _cone(_scaled(chosen), _checked(outcome, model), model)
    cone = np.unique(cone, axis=0)
    if not len(cone) or not _moves(cone, _best(cone, cone.sum(axis=0))):
        return Separation("none", ())
    moved = [name for at, name in enumerate(chosen.columns) if _can_move(cone, own + at)]
    strict = linprog(np.zeros(cone.shape[1]), -cone, -np.ones(len(cone)), bounds=(None, None))
    return Separation("complete" if strict.status == 0 else "quasi-complete", tuple(map(str, moved)))


def constant_columns(design: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns that hold a single value, up to rounding: the intercept says the same."""
    scaled = _scaled(design)
    return tuple(str(name) for at, name in enumerate(design.columns) if not scaled[:, at].any())


def collinear_columns(design: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns that are linear combinations of others and the intercept; their coefficients mean nothing.

    Those with a part in the null space of the centred and scaled columns, constant columns left out. The
    coefficients of all other columns are estimable, whichever of these stay in the model.

    R: ``alias(lm(y ~ ., data))$Complete``, which names only the later columns of each dependence.
    """
    varying = design.drop(columns=list(constant_columns(design)))
    if varying.empty:
        return ()
    triangle = np.linalg.qr(np.r_[_scaled(varying), np.zeros((varying.shape[1],) * 2)], mode="r")
    _, singular, right = np.linalg.svd(triangle)
    part = np.linalg.norm(right[singular <= RANK_TOLERANCE * singular.max()], axis=0) > RANK_TOLERANCE
    return tuple(str(name) for name, is_part in zip(varying.columns, part, strict=True) if is_part)


def independent_columns(design: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns, from the left, that are no linear combination of the intercept and those before them."""
    suspects = {*collinear_columns(design), *constant_columns(design)}
    kept = [str(name) for name in design if str(name) not in suspects]
    for name in (str(name) for name in design if str(name) in suspects):
        wider = _scaled(design[[*kept, name]])
        if np.linalg.matrix_rank(wider, rtol=RANK_TOLERANCE) > len(kept):
            kept.append(name)
    return tuple(str(name) for name in design if str(name) in kept)


def term_reasons(design: pd.DataFrame, refusal: str = "") -> npt.NDArray[np.str_]:
    """Return why the intercept and then each column cannot be estimated: ``refusal`` for all, or their own; "" = can.

    Constant columns and those that depend on each other have no coefficient of their own, and then the intercept has
    none; the other columns keep theirs.
    """
    constant, collinear = (constant_columns(design), collinear_columns(design)) if not refusal else ((), ())
    own = dict.fromkeys(collinear, f"collinear: {', '.join(collinear)} depend on each other")
    own |= dict.fromkeys(constant, "the column is constant")
    intercept = "a column is constant or collinear" if own else ""
    return np.array([refusal or why for why in (intercept, *(own.get(str(name), "") for name in design))], np.str_)


def _scaled(design: pd.DataFrame) -> Floats:
    """Return the columns centred and divided by their largest distance from the centre."""
    values = design.to_numpy(float, na_value=np.nan)
    if not bool(np.isfinite(values).all()):
        raise ValueError("regressors must be finite numbers: are there missing values or text left?")
    centred = values - (values.mean(axis=0) if len(values) else 0.0)
    largest = np.abs(centred).max(axis=0, initial=0.0)
    negligible = largest <= RANK_TOLERANCE * np.abs(values).max(axis=0, initial=0.0)
    return np.where(negligible, 0.0, centred / np.where(negligible, 1.0, largest))


def _checked(outcome: pd.Series, model: Model) -> Floats:
    values = outcome.to_numpy(float, na_value=np.nan)
    allowed = {"binary": np.isin(values, (0, 1)), "ordinal": np.isfinite(values), "count": values >= 0}
    if model not in allowed:
        raise ValueError('model must be "binary", "ordinal" or "count"')
    if not bool(np.all(allowed[model])):
        raise ValueError(f"an outcome is missing or does not fit a {model} model")
    return values


def _cone(design: Floats, outcome: Floats, model: Model) -> tuple[Floats, int]:
    """Return the matrix A of `separation` and the number of its columns before the regressors."""
    rows = np.c_[np.ones(len(design)), design]
    if model == "binary":
        return np.where(outcome[:, None] == 1, rows, -rows), 1
    if model == "count":
        return np.r_[-rows, rows[outcome > 0]], 1
    categories, code = np.unique(outcome, return_inverse=True)
    thresholds = np.eye(len(categories))[:, : max(len(categories) - 1, 0)]
    upper, lower = np.c_[thresholds[code], -design], np.c_[thresholds[code - 1], -design]
    return np.r_[upper[code < len(categories) - 1], -lower[code > 0]], thresholds.shape[1]


def _best(cone: Floats, objective: Floats) -> Floats:
    """Return the direction of the box that maximises the objective while no row falls."""
    return np.asarray(linprog(-objective, -cone, np.zeros(len(cone)), bounds=(-1, 1)).x, dtype=float)


def _moves(cone: Floats, direction: Floats) -> bool:
    return bool((cone @ direction).max() > TOLERANCE)


def _can_move(cone: Floats, column: int) -> bool:
    """Return whether some direction without a falling row moves the coefficient in ``column``."""
    unit = np.eye(cone.shape[1], dtype=float)[column]
    return any(abs(_best(cone, direction)[column]) > TOLERANCE for direction in (unit, -unit))
