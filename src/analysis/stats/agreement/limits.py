"""How sure are we of an agreement corrected for chance?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analysis.stats.agreement.ratings import (
    MINIMUM_OFF_MODE,
    NO_VARIATION,
    RATED_TWICE,
    RatedUnits,
    Units,
    off_mode,
)
from analysis.stats.estimates import (
    Booleans,
    Floats,
    Integers,
    checked_level,
    estimate_table,
    first_reason,
    ratio,
)

#: The disagreement must rest on more than one unit: a single one counts as 1.0, two alike as 2.
MINIMUM_EFFECTIVE = 1.5
#: Fisher's z has no value at −1 and 1.
OPEN_END = 1 - 1e-12
#: Variation or disagreement below this is rounding.
ROUNDING = 1e-12

Words = npt.NDArray[np.str_]
#: Sums over units (rows × features) and the group number of each row to observed and expected disagreement.
Disagreements = Callable[[Floats, Integers], tuple[Floats, Floats]]


@dataclass(frozen=True)
class Jackknife:
    """Observed and expected disagreement per group, and per row with one of its units left out."""

    observed: Floats
    expected: Floats
    observed_without: Floats
    expected_without: Floats

    @property
    def coefficient(self) -> Floats:
        """Return 1 − observed / expected, NaN where no disagreement is expected."""
        return 1 - ratio(self.observed, np.where(self.expected > ROUNDING, self.expected, 0.0))


def jackknife(units: Units, features: Floats, disagreements: Disagreements) -> Jackknife:
    """Return the disagreements of the units and those with each unit left out in turn.

    Args:
        units: rows of units.
        features: what of a unit enters the sums (units × features).
        disagreements: from sums (rows × features) and the rows' group numbers to observed and expected disagreement;
            called with the groups' sums, and with those per row of ``units`` from which one of its units is taken.
    """
    sums = units.total(features)
    whole = disagreements(sums, np.arange(len(sums)))
    return Jackknife(*whole, *disagreements(sums[units.group] - features, units.group))


def jackknife_figures(units: Units, parts: Jackknife) -> pd.DataFrame:
    """Return n, estimate, std_error (jackknife), z_error (the same for Fisher's z) and effective per group [1]_.

    Variance (n−1)/n Σ (x₍ᵢ₎ − x̄₍·₎)² over the units. ``effective`` is the smaller of the numbers of equal units that
    would leave observed and expected disagreement as uncertain as they are, 1 / (their jackknife variance / square);
    df is one less.

    References:
        .. [1] Efron B, Stein C (1981) Ann Stat 9:586–596 (the jackknife errs on the wide side); Fisher's z as in
           Fleiss JL, Levin B, Paik MC (2003) Statistical Methods for Rates and Proportions, 3rd ed., section 18.
    """
    without = 1 - ratio(parts.observed_without, parts.expected_without)
    observed = ratio(jackknife_variance(units, parts.observed_without), parts.observed**2)
    expected = ratio(jackknife_variance(units, parts.expected_without), parts.expected**2)
    return pd.DataFrame({
        "n": units.size().astype(int),
        "estimate": parts.coefficient,
        "std_error": np.sqrt(jackknife_variance(units, without)),
        "z_error": np.sqrt(jackknife_variance(units, fisher_z(without))),
        "observed": parts.observed,
        "expected": parts.expected,
        "effective_observed": ratio(1.0, observed),
        "effective": ratio(1.0, np.fmax(observed, expected)),
        "df": ratio(1.0, np.fmax(observed, expected)) - 1,
    }, index=units.groups)


def jackknife_variance(units: Units, without: Floats) -> Floats:
    """Return (n−1)/n Σ (x₍ᵢ₎ − x̄₍·₎)² per group from the figures ``without`` one unit of each row."""
    n = units.size()
    mean = ratio(units.total(without), n)
    return ratio((n - 1) * units.total((without - mean[units.group]) ** 2), n)


def fisher_z(coefficient: Floats) -> Floats:
    """Return artanh of a coefficient, kept off its ends."""
    return np.arctanh(np.clip(coefficient, -OPEN_END, OPEN_END))


def z_limits(figures: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return ``figures`` with low and high = tanh(artanh(estimate) ± t(df) · z_error)."""
    df = figures["df"].to_numpy(float)
    usable = (df > 0) & (figures["estimate"].abs() < 1).to_numpy()
    quantile = stats.t.ppf((1 + checked_level(level)) / 2, np.where(usable, df, 1.0))
    half = np.where(usable, quantile * figures["z_error"].to_numpy(float), np.nan)
    middle = fisher_z(figures["estimate"].to_numpy(float))
    return figures.assign(low=np.tanh(middle - half), high=np.tanh(middle + half))


def agreement_reason(figures: pd.DataFrame, minimum_n: int, *further: tuple[Booleans, str]) -> Words:
    """Return why a group's agreement cannot be estimated ("" = it can), from its figures and ``further`` reasons."""
    return first_reason(
        figures["n"],
        minimum_n,
        (~figures["expected"].gt(ROUNDING).to_numpy(), NO_VARIATION),
        (figures["observed"].le(ROUNDING).to_numpy(), "no disagreement to judge the uncertainty by"),
        *further,
        (~figures["effective"].ge(MINIMUM_EFFECTIVE).to_numpy(), "one unit makes up the disagreement"),
        (~figures["estimate"].gt(-1).to_numpy(), "disagreement beyond the scale of the coefficient"),
        of=RATED_TWICE,
    )


def few_off_mode(units: RatedUnits) -> tuple[Booleans, str]:
    """Return in which groups fewer than `MINIMUM_OFF_MODE` units left the most frequent value, and the words for it."""
    few = off_mode(units) < MINIMUM_OFF_MODE
    return few, f"fewer than {MINIMUM_OFF_MODE} units with a rating off the most frequent value"


def agreement_table(figures: pd.DataFrame, reason: Words, method: str, level: float) -> pd.DataFrame:
    """Return the figures as a table of estimates with std_error, effective and df."""
    shown = figures[["n", "estimate", "low", "high", "std_error", "effective", "df"]]
    return estimate_table(shown, reason, method, level)
