"""How reliable are scores that several raters give on several items, and what would more of either add?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.agreement.limits import ROUNDING, fisher_z
from analysis.stats.agreement.ratings import NO_VARIATION
from analysis.stats.estimates import LEVEL, Floats, checked_level, estimate_table, first_reason

#: Persons, raters, items and their interactions, in the order of the components.
EFFECTS = ("p", "r", "i", "pr", "pi", "ri", "pri")
#: The jackknife over fewer persons is not estimable; simulated coverage starts at ten.
MINIMUM_PERSONS = 10
#: The measurement error of a comparison of persons, and of a score against a standard.
RELATIVE = ("pr", "pi", "pri")
ABSOLUTE = ("r", "i", "pr", "pi", "ri", "pri")


def three_way_components(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the variance components of the crossed design persons × raters × items, without repeats [1]_.

    σ²_pri = MS_pri; σ²_pr = (MS_pr − MS_pri)/n_i, and so on; σ²_p = (MS_p − MS_pr − MS_pi + MS_pri)/(n_r n_i).
    An estimate below 0 is shown as 0, the others are not recomputed (Brennan's choice); ``raw`` keeps it.

    Args:
        scores: one row per rating: person, rater, item, value (missing = not rated). Persons without all ratings are
            left out.

    Returns:
        One row per effect of `EFFECTS`: df, mean_square, raw, variance, share of the sum of variances, n (persons)
        and status; NaN where fewer than two persons, raters or items remain.

    Raises:
        ValueError: a rater rated a person twice on an item.

    R: ``lme4::lmer`` with all six random effects, where none is below 0.

    References:
        .. [1] Brennan RL (2001) Generalizability Theory, sections 3.3 and 3.4; Shavelson RJ, Webb NM (1991)
           Generalizability Theory: A Primer, chapter 3.
    """
    cube = _cube(scores)
    if min(cube.shape) < 2:
        empty = pd.DataFrame(np.nan, index=list(EFFECTS), columns=["df", "mean_square", "raw", "variance", "share"])
        words = "not estimable: fewer than 2 persons, raters or items in the complete part"
        return empty.rename_axis("effect").assign(n=len(cube), status=words)
    table = _components(cube)
    variance = table["raw"].clip(lower=0.0)
    constant = not variance.sum() > ROUNDING
    share = variance / (np.nan if constant else variance.sum())
    status = f"not estimable: {NO_VARIATION}" if constant else "ok"
    return table.assign(variance=variance, share=share, n=len(cube), status=status).rename_axis("effect")


def three_way_reliability(
    scores: pd.DataFrame, raters: int, items: int, absolute: bool = False, level: float = LEVEL
) -> pd.DataFrame:
    """Return the reliability of the mean over ``raters`` and ``items``, with the jackknife's t interval on Fisher's z.

    Eρ² = σ²_p / (σ²_p + σ²_pr/m_r + σ²_pi/m_i + σ²_pri/(m_r m_i)); with ``absolute`` the dependability Φ, whose error
    also holds σ²_r/m_r + σ²_i/m_i + σ²_ri/(m_r m_i). Components below 0 count as 0. The interval leaves out one person
    at a time (t on n − 1 degrees of freedom): it is for the raters and items at hand, not for a new sample of them.

    Args:
        scores: as in `three_way_components`.
        raters: m_r, raters per person in the study to come.
        items: m_i, items per person in the study to come.
        absolute: Φ instead of Eρ².
        level: two-sided confidence level.

    Returns:
        A table of estimates of one row, with raters and items; n counts persons.

    Raises:
        ValueError: raters or items is not a positive whole number.

    R: ``gtheory::dstudy(gstudy(...))``, without interval. References as in `three_way_components`.
    """
    if min(raters, items) < 1 or raters != int(raters) or items != int(items):
        raise ValueError("raters and items must be positive whole numbers")
    cube, errors = _cube(scores), ABSOLUTE if absolute else RELATIVE
    n, usable = len(cube), min(cube.shape) >= 2 and len(cube) >= MINIMUM_PERSONS
    estimate = _coefficient(cube, errors, (raters, items)) if usable else np.nan
    without = [_coefficient(np.delete(cube, person, 0), errors, (raters, items)) for person in range(n) if usable]
    z = fisher_z(np.array(without or [np.nan]))
    error = np.sqrt((n - 1) / max(n, 1) * float(((z - z.mean()) ** 2).sum())) if usable else np.nan
    half = stats.t.ppf((1 + checked_level(level)) / 2, max(n - 1, 1)) * error
    middle = float(fisher_z(np.array(estimate)))
    low, high = np.tanh(middle - half), np.tanh(middle + half)
    figures = pd.DataFrame({"n": [n], "estimate": estimate, "low": low, "high": high})
    reason = first_reason(
        figures["n"],
        MINIMUM_PERSONS,
        (np.array([min(cube.shape) < 2]), "fewer than 2 raters or items"),
        (np.array([not np.isfinite(estimate)]), NO_VARIATION),
        (np.array([not 0 < estimate < 1]), "no variance between persons, or none but theirs"),
        of="persons with all ratings",
    )
    name = "dependability" if absolute else "generalizability"
    told = estimate_table(figures, reason, f"{name}, persons x raters x items, jackknife t on Fisher z", level)
    return told.assign(raters=raters, items=items)


def _cube(scores: pd.DataFrame) -> Floats:
    """Return the scores of the persons with all ratings (persons × raters × items)."""
    rows = scores[scores["value"].notna()]
    if bool(rows.duplicated(["person", "rater", "item"]).any()):
        raise ValueError("a rater rated a person twice on an item: does the table lack the occasion?")
    (person, people), (rater, raters), (item, items) = (
        pd.factorize(rows[name], sort=True) for name in ("person", "rater", "item")
    )
    cube = np.full((len(people), len(raters), len(items)), np.nan)
    cube[person, rater, item] = rows["value"].to_numpy(float)
    return cube[np.isfinite(cube).all(axis=(1, 2))]


def _components(cube: Floats) -> pd.DataFrame:
    """Return df, mean_square and raw variance per effect of a complete cube."""
    df = {name: float(np.prod([size - 1 for side, size in _sizes(cube).items() if side in name])) for name in EFFECTS}
    table = {"df": df, "mean_square": _mean_squares(cube), "raw": _variances(cube)}
    return pd.DataFrame(table).loc[list(EFFECTS)]


def _sizes(cube: Floats) -> dict[str, int]:
    return dict(zip("pri", cube.shape, strict=True))


def _mean_squares(cube: Floats) -> dict[str, float]:
    """Return the mean square of each effect: sums of squares of the margins' means, lower effects taken off."""
    centred, sizes = cube - cube.mean(), _sizes(cube)
    sums: dict[str, float] = {}
    squares: dict[str, float] = {}
    for name in EFFECTS:
        over = tuple(axis for axis, side in enumerate("pri") if side not in name)
        margin = centred.mean(axis=over)
        whole = float((margin**2).sum()) * cube.size / margin.size
        sums[name] = whole - sum(part for other, part in sums.items() if set(other) < set(name))
        squares[name] = sums[name] / float(np.prod([sizes[side] - 1 for side in name]))
    return squares


def _variances(cube: Floats) -> dict[str, float]:
    """Return each effect's variance: the alternating sum of the mean squares of the effects that contain it."""
    squares, sizes = _mean_squares(cube), _sizes(cube)
    return {
        name: sum((-1) ** (len(other) - len(name)) * squares[other] for other in EFFECTS if set(name) <= set(other))
        / float(np.prod([size for side, size in sizes.items() if side not in name]))
        for name in EFFECTS
    }


def _coefficient(cube: Floats, errors: tuple[str, ...], size: tuple[int, int]) -> float:
    """Return σ²_p over itself and the errors' variances, each divided by its raters and items; NaN if all are 0."""
    variance = {name: max(raw, 0.0) for name, raw in _variances(cube).items()}
    raters, items = size
    noise = sum(variance[name] / ((raters if "r" in name else 1) * (items if "i" in name else 1)) for name in errors)
    whole = variance["p"] + noise
    return variance["p"] / whole if whole > ROUNDING else float("nan")
