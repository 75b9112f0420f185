"""How far would a weighted figure move if other sampling units had been drawn?

Every figure of this package is a smooth function of weighted totals. Its influence z is what one answer adds to it to
first order, and its variance is that of the total of z over sampling units (Taylor linearisation [1]_, [2]_): with
z_hi the sum over unit i of stratum h (0 for a unit without an answer in the domain) and n_h units sampled there,
var = Σ_h n_h/(n_h−1) Σ_i (z_hi − z̄_h)². Three choices hold for every figure:

- Sampling is with replacement at the first stage: no finite-population correction, and later stages need no term.
- Degrees of freedom are sampling units minus strata, both counted among those with an answer in the domain
  (R: ``degf(subset(d, inside))``); no figure without one.
- A stratum with a single sampling unit ("lonely") adds the square of that unit's z, uncentred: R's
  ``options(survey.lonely.psu = "adjust")``. R's default ``"fail"`` stops; ``"remove"`` and ``"certainty"`` let the
  stratum add 0, which understates; ``"average"`` lets it add the mean of the other strata. A stratum of which
  several units were sampled and one is inside the domain is not lonely (R's default
  ``survey.adjust.domain.lonely = FALSE``).

References:
    .. [1] Binder DA (1983) On the variances of asymptotically normal estimators. Int Stat Rev 51:279–292.
    .. [2] Lumley T (2004) Analysis of complex survey samples. J Stat Softw 9(8).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.stats.estimates import Floats, Integers, counts_of, sums_by

#: Weights come as integers in billionths, so that a reduced table is the same on every engine; this one is 1.
WEIGHT_ONE = 1_000_000_000


def sampled_rows(answers: pd.DataFrame, ids: Integers, columns: Sequence[str] = ("value",)) -> pd.DataFrame:
    """Return the reduced table with its design as codes, one row per distinct combination, in a fixed order.

    Args:
        answers: a reduced table as in `analysis.stats.survey.design.design_mean`.
        ids: the number of each row's domain.
        columns: numeric columns of ``answers`` to keep (NaN = unanswered or outside the domain).

    Returns:
        group, stratum, unit (codes; unit −1 = each answer is its own), weight (1 = `WEIGHT_ONE`), ``columns``, count.

    Raises:
        ValueError: a weight is not a positive integer, a count is not a count, or a value is infinite.
    """
    counts_of(answers, "count")
    cluster = answers.get("cluster", pd.Series(np.nan, index=answers.index, dtype=float))
    design = {
        "group": ids,
        "stratum": pd.factorize(answers["stratum"], sort=True)[0] if "stratum" in answers else 0,
        "unit": pd.factorize(cluster, sort=True)[0],
        "weight": design_weights(answers),
    }
    values = {column: answers[column].to_numpy(float, na_value=np.nan) for column in columns}
    rows = pd.DataFrame({**design, **values, "count": answers["count"].to_numpy(float)})
    if bool(np.isinf(rows[list(columns)].to_numpy(float)).any()):
        raise ValueError("values must be finite or missing: was something divided by 0?")
    rows = rows.groupby([*design, *columns], dropna=False)["count"].sum().reset_index()
    return rows[rows["count"].gt(0)].reset_index(drop=True)


def design_weights(answers: pd.DataFrame) -> Floats:
    """Return the column ``weight`` with 1 = `WEIGHT_ONE`, ones without it; ValueError unless positive integers."""
    if "weight" not in answers:
        return np.ones(len(answers))
    weight = answers["weight"].to_numpy(float, na_value=np.nan)
    if not bool(np.all((weight > 0) & (weight % 1 == 0))):
        raise ValueError("weight must be a positive integer, in billionths: is a sampling probability missing?")
    return weight / WEIGHT_ONE


def linearised_variance(inside: pd.DataFrame, rows: pd.DataFrame, domains: int) -> Floats:
    """Return the variance of each domain's figure; NaN for all where no answer is inside.

    Args:
        inside: those of ``rows`` that lie in a domain, with ``influence``: what each answer of the row adds to its
            domain's figure.
        rows: the whole sample, as `sampled_rows` returns it.
        domains: number of domains; ``group`` counts them from 0.

    R: ``survey:::svyrecvar``.
    """
    keys = ["group", "stratum"]
    units = _sampling_units(inside, [*keys, "unit"])
    if units.empty:
        return np.full(domains, np.nan)
    stratum = units.assign(total=units["z"] * units["units"]).groupby(keys)[["total", "units"]].sum().reset_index()
    stratum["sampled"] = sampled_units(rows).reindex(stratum["stratum"]).to_numpy()
    # A lonely unit keeps the centre 0.
    stratum["centre"] = np.where(stratum["sampled"] > 1, stratum["total"] / stratum["sampled"], 0.0)
    units = units.merge(stratum[[*keys, "centre"]], on=keys)
    squares = (units["units"] * (units["z"] - units["centre"]) ** 2).groupby([units[key] for key in keys]).sum()
    spread = squares.to_numpy() + (stratum["sampled"] - stratum["units"]) * stratum["centre"] ** 2
    return sums_by(stratum["group"].to_numpy(), spread * _scale(stratum["sampled"].to_numpy(float)), domains)


def degrees_of_freedom(inside: pd.DataFrame, domains: int) -> Floats:
    """Return sampling units minus strata, both counted among those with an answer inside the domain.

    R: ``degf(subset(d, inside))``.
    """
    units = _sampling_units(inside.assign(influence=0.0), ["group", "stratum", "unit"])
    stratum = units.groupby(["group", "stratum"])["units"].sum().reset_index()
    return sums_by(stratum["group"].to_numpy(), stratum["units"] - 1, domains)


def linearised_covariance(rows: pd.DataFrame, influences: Floats) -> Floats:
    """Return the covariance matrix of k figures of one design, as `linearised_variance` does for one.

    Args:
        rows: the whole sample, as `sampled_rows` returns it.
        influences: one row per row of ``rows``, one column per figure; 0 outside the figure's domain.
    """
    own = rows["unit"].lt(0).to_numpy()
    count = rows["count"].to_numpy(float)
    labels = rows[["stratum", "unit"]].assign(row=np.where(own, np.arange(len(rows)), -1))
    units = labels.groupby(["stratum", "unit", "row"], sort=True)
    number = units.ngroup().to_numpy()
    stratum = pd.factorize(units.size().index.get_level_values("stratum"), sort=True)[0]
    times = sums_by(number, np.where(own, count, 0.0), units.ngroups)
    times = np.where(times > 0, times, 1.0)
    repeats = np.where(own, 1.0, count)[:, None]
    total = np.column_stack([sums_by(number, column, units.ngroups) for column in (influences * repeats).T])
    sampled = sums_by(stratum, times, int(stratum.max()) + 1)
    centre = np.column_stack([sums_by(stratum, column, len(sampled)) for column in (total * times[:, None]).T])
    centre = np.where(sampled > 1, 1 / sampled, 0.0)[:, None] * centre
    apart = total - centre[stratum]
    return apart.T @ (apart * (times * _scale(sampled)[stratum])[:, None])


def sampled_units(rows: pd.DataFrame) -> pd.Series:
    """Return the number of sampling units per stratum, whatever their domain."""
    own = rows["unit"].lt(0)
    singles = rows[own].groupby("stratum")["count"].sum()
    clusters = rows[~own].groupby("stratum")["unit"].nunique()
    return singles.add(clusters, fill_value=0).astype(float)


def _sampling_units(inside: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return z and how many units have it: one row per cluster, and per row of answers that are their own unit."""
    own = inside["unit"].lt(0)
    clusters = inside[~own].assign(z=lambda frame: frame["influence"] * frame["count"])
    clusters = clusters.groupby(keys)["z"].sum().reset_index().assign(units=1.0)
    singles = inside[own].rename(columns={"influence": "z", "count": "units"})
    parts = [part[[*keys, "z", "units"]] for part in (clusters, singles) if len(part)]
    return pd.concat(parts) if parts else clusters


def _scale(sampled: Floats) -> Floats:
    """Return n/(n−1), and 1 for a lonely unit."""
    return np.where(sampled > 1, sampled / np.maximum(sampled - 1, 1), 1.0)
