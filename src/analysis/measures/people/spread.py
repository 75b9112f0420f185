"""How far apart are the people of a group, and how many of them leave the default (METHODS §3)?

Told of groups alone: no figure here rests on one person.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.measures.people.cases import SCORED
from analysis.measures.people.groups import MINIMUM_GROUP
from analysis.measures.people.judgement import Known
from analysis.measures.people.roster import NOT_ENOUGH
from analysis.measures.people.scoring import APPRAISAL, COACHING
from analysis.measures.people.tiers import STRONG, SUPPORT
from analysis.measures.summary.composite import HEADLINE_EVENT
from analysis.measures.units import COMPANY, EMPLOYEE, judged
from analysis.run import Run
from analysis.stats.estimates import OK
from analysis.stats.people.flags import DEFAULT
from analysis.stats.people.heterogeneity import between_variance
from analysis.stats.people.shrinkage import NO_DIFFERENCES
from analysis.stats.testing import ALPHA
from analysis.tables.results import blank_figures

USES = {APPRAISAL: "appraisal", COACHING: "coaching_only", NOT_ENOUGH: "not_enough_evidence"}
BEYOND, WITHIN = "beyond chance", "no larger than chance"
SPREAD_METHOD = "standard deviation between people, Paule-Mandel, Q-profile"
SPREAD_COLUMNS = ["role", "line", "people", "group_mean", "held_equal", "naive_spread", "reliability", "p",
                  "p_adjusted"]


def employee_spread(run: Run, known: Known) -> pd.DataFrame:
    """Return, per indicator and group, how far apart its people truly are: a standard deviation, nobody named.

    ``n`` cases of ``people``; ``group_mean``; ``naive_spread`` the standard deviation of the figures as
    they stand; ``reliability`` the median of the people's; ``p`` of no differences, ``p_adjusted`` by Holm over the
    group's indicators, ``spread`` in words by that; ``held_equal`` what cases were compared within.
    """
    tests = known.scored.tests
    if tests.empty:
        blank = blank_figures("csat_top2_share", EMPLOYEE, [COMPANY], "no data")
        return judged(run, [blank.assign(target=np.nan, **dict.fromkeys(SPREAD_COLUMNS, np.nan), spread="")])
    told = pd.DataFrame([_spread(known, row) for _, row in tests.iterrows()], tests.index)
    rows = tests.drop(columns="status").join(told)
    words = np.select([rows["p"].isna(), rows["p_adjusted"] <= ALPHA], ["", BEYOND], WITHIN)
    return judged(run, [rows.assign(unit_type=EMPLOYEE, unit=COMPANY, target=np.nan, method=SPREAD_METHOD,
                                    spread=words)])


def _spread(known: Known, test: pd.Series) -> dict[str, Any]:
    own = known.scored.scores
    same = own["indicator"].eq(test["indicator"]) & own["event"].eq(test["event"])
    told = own[same & own["role"].eq(test["role"]) & own["line"].eq(test["line"])]
    asked = next((one.name for one in SCORED.values()
                  if (one.indicator, one.event) == (test["indicator"], test["event"])), "")
    fit = known.scored.fits.get((asked, (test["role"], test["line"])))
    if fit is None:
        return {"status": "not applicable", "estimate": np.nan, "low": np.nan, "high": np.nan,
                "naive_spread": told["naive"].std(), "reliability": _median(told["reliability"])}
    variance = between_variance(fit.effects, level=known.bounds.level).iloc[0]
    sampling = fit.effects.loc[fit.effects["status"].eq(OK), "sampling_variance"]
    between = float(np.nan_to_num(variance["estimate"]))
    return {"status": variance["status"], **{one: np.sqrt(variance[one]) for one in ("estimate", "low", "high")},
            "naive_spread": fit.naive["estimate"].std(), "reliability": _median(between / (between + sampling))}


def _median(of_people: pd.Series) -> float:
    """Return the median over the people of a group; NaN where they are too few to stand for nobody (METHODS §7)."""
    told = of_people.astype(float).dropna()
    return float(told.median()) if len(told) >= MINIMUM_GROUP else np.nan


def tier_counts(known: Known) -> pd.DataFrame:
    """Return one row: how many people have a composite, how many left the default, how many would by luck.

    ``people``, ``with_composite``, of them ``alike`` in a group that differs by no more than chance, ``strong``,
    ``needs_support``, ``flagged``, ``expected_by_luck``; ``detectable``: points off the colleagues' mean that would be
    found four times in five (median group). ``scarcest``: the indicator on which the fewest have enough evidence; half
    of the people have ``median_n`` of it or less, of ``needed_n``.
    """
    told, groups = known.tiers.people, known.tiers.groups
    scarcest = _scarcest(known)
    count, alike = told["tier"].value_counts(), int(told["status"].eq(f"not estimable: {NO_DIFFERENCES}").sum())
    return pd.DataFrame([{
        "people": len(told), "with_composite": int(told["status"].eq(OK).sum()) + alike, "alike": alike,
        "strong": int(count.get(STRONG, 0)), "needs_support": int(count.get(SUPPORT, 0)),
        "flagged": int(told["tier"].ne(DEFAULT).sum()),
        "expected_by_luck": float(groups.get("expected_by_luck", pd.Series(dtype=float)).sum()),
        "detectable": float(groups.get("detectable", pd.Series(dtype=float)).median()), **scarcest}])


def _scarcest(known: Known) -> dict[str, object]:
    """Return the indicator of the composite on which the fewest people have enough evidence, with n: median, needed."""
    own = known.scored.scores
    rows = own[own["indicator"].isin(known.parts) & own["event"].isin(["", HEADLINE_EVENT])]
    if rows.empty:
        return {"scarcest": "", "median_n": np.nan, "needed_n": np.nan}
    enough = rows["permitted_use"].ne(NOT_ENOUGH).groupby(rows["indicator"]).mean()
    scarcest = str(enough.idxmin())
    least = rows[rows["indicator"].eq(scarcest)]
    return {"scarcest": scarcest, "median_n": float(least["n"].median()),
            "needed_n": float(least["minimum_n"].iloc[0])}


def use_counts(scores: pd.DataFrame) -> pd.DataFrame:
    """Return, per indicator, how many of the ``scores`` may be used for appraisal, for coaching only, or not at all."""
    counts = scores.groupby(["indicator", "event"])["permitted_use"].value_counts().unstack(fill_value=0)
    told = counts.reindex(columns=list(USES), fill_value=0).rename(columns=USES)
    return told.rename_axis(columns=None).reset_index()
