"""Do raters differ in severity, and who is stricter than the others on comparable cases?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.stats.estimates import LEVEL, OK, counts_of, estimate_table, ratio
from analysis.stats.people.two_way import person_effects, person_f_test, two_way

#: Raters are compared within a cell only where there are two.
MINIMUM_RATERS = 2


def rater_severity(scores: pd.DataFrame, level: float = LEVEL) -> pd.DataFrame:
    """Return each rater's score above (leniency, positive) or below (severity, negative) the mean of the others.

    Least squares of score = rater + cell (`analysis.stats.people.two_way.two_way`), then rater i's effect minus the
    mean of the other raters' effects weighted by their ratings, with a t interval: a_i C/(C − n_i), a_i being the
    effect centred over all C ratings of which n_i are i's. A cell is whatever makes ratings comparable: the case
    itself where raters overlap, else the criterion or case-mix cell, which supposes that raters got its cases at
    random. Scores 0 and 1 (pass) give differences of shares by the linear probability model, errors of one variance.

    Args:
        scores: columns rater, cell, n (ratings), total (sum of scores), total_of_squares (equal to ``total`` for 0/1).
        level: two-sided confidence level of each interval by itself.

    Returns:
        A table of estimates in score points, indexed by rater; n counts ratings. Further columns: std_error, df. Raters
        outside the biggest set linked by common cells are not estimable.

    Raises:
        ValueError: as in `analysis.stats.people.case_mix.case_mix`.

    R: ``lm(y ~ 0 + rater + cell)`` and ``multcomp::glht`` with the contrast 1 for the rater, −n_j/(C − n_i) for the
    others; ``emmeans::contrast(e, "del.eff")`` takes their plain mean, the same where all rate equally often.

    References:
        .. [1] Searle SR (1987) Linear Models for Unbalanced Data, section 4.9; for severity as an effect of its own,
           Linacre JM (1989) Many-Facet Rasch Measurement.
    """
    fit = two_way(scores.rename(columns={"rater": "person"}))
    effects = person_effects(fit, level).rename_axis("rater")
    linked = effects["status"].eq(OK)
    n = effects["n"].astype(float)
    against_others = ratio(n[linked].sum(), n[linked].sum() - n)
    numbers = effects[["estimate", "low", "high", "std_error"]].mul(against_others, axis=0)
    words = effects["status"].str.removeprefix("not estimable: ").map(_of_raters).where(~linked, "")
    figures = numbers.assign(n=effects["n"], df=effects["df"])
    method = "rater against the mean of the others, two-way least squares, t"
    return estimate_table(figures, words.to_numpy(str), method, level)


def severity_test(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the F-test that no two raters differ in severity on the same cells; arguments as in `rater_severity`.

    One row: n (ratings), statistic, df_between, df, p, status. Exact for normal errors; for 0/1 scores prefer
    `pass_severity_test`.

    R: ``anova(lm(y ~ cell), lm(y ~ cell + rater))``.
    """
    table = person_f_test(two_way(scores.rename(columns={"rater": "person"})))
    return table.assign(status=table["status"].map(_of_raters))


def pass_severity_test(passes: pd.DataFrame) -> pd.DataFrame:
    """Return the generalized Cochran–Mantel–Haenszel test that no two raters differ in their share of passes [1]_.

    Within cell h with N_h ratings, P_h of them passes, n_hi those of rater i, the passes x_hi are hypergeometric:
    mean n_hi P_h/N_h, covariance P_h (N_h − P_h)/(N_h² (N_h − 1)) (N_h n_hi 1[i=j] − n_hi n_hj). With their sums over
    cells, M² = d' V⁻ d is chi-squared on the rank of V. With one rating of each rater per case it is Cochran's Q. No
    continuity correction.

    Args:
        passes: columns rater, cell, n (ratings), total (passes); rows of the same rater and cell are added up.

    Returns:
        One row: n (ratings in cells that tell anything), statistic, df, p, status.

    Raises:
        ValueError: n or total is not a count, or total exceeds n.

    R: ``mantelhaen.test(table(rater, passed, cell), correct = FALSE)``.

    References:
        .. [1] Landis JR, Heyman ER, Koch GG (1978) Int Stat Rev 46:237–254; Cochran WG (1950) Biometrika 37:256–266.
    """
    n, total = counts_of(passes, "n", "total")
    if bool(np.any(total > n)):
        raise ValueError("total exceeds n in some row: passes are counted once each")
    rater, raters = pd.factorize(passes["rater"], sort=True)
    cell, cells = pd.factorize(passes["cell"], sort=True)
    counts, passed = np.zeros((2, len(raters), len(cells)))
    np.add.at(counts, (rater, cell), n)
    np.add.at(passed, (rater, cell), total)
    size, share = counts.sum(axis=0), ratio(passed.sum(axis=0), counts.sum(axis=0))
    telling = (share > 0) & (share < 1) & ((counts > 0).sum(axis=0) >= MINIMUM_RATERS)
    counts, passed, size, share = counts[:, telling], passed[:, telling], size[telling], share[telling]
    gap = (passed - counts * share).sum(axis=1)
    scale = share * (1 - share) / np.maximum(size - 1, 1)
    covariance = np.diag(counts @ (scale * size)) - (counts * scale) @ counts.T
    rank = int(np.linalg.matrix_rank(covariance)) if telling.any() else 0
    statistic = float(gap @ np.linalg.pinv(covariance, hermitian=True) @ gap) if rank else float("nan")
    return pd.DataFrame({
        "n": [int(size.sum())],
        "statistic": statistic,
        "df": rank,
        "p": stats.chi2.sf(statistic, max(rank, 1)),
        "status": OK if rank else "not estimable: no cell has two raters and both passes and failures",
    })


def _of_raters(status: str) -> str:
    """Return a status of the two-way fit in words of this module."""
    return status.replace("persons", "raters").replace("kind of case", "cell")
