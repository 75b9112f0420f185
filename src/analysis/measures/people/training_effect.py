"""Did training work, or would the trained have improved anyway (clauses 6.3, 7.4; METHODS §3, §4)?

Who is sent to training is often who scored low, and a low score tends to rise by itself. So the trained of the quarter
before are held against colleagues who were not trained in that topic then or since, over the same quarters.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.measures.people.assessors import POINTS, adjusted, rated, severities
from analysis.measures.units import COMPANY, judged
from analysis.run import Run
from analysis.stats.estimates import OK
from analysis.stats.intervals.means import mean_t
from analysis.stats.models.differences import (
    MINIMUM_TREATED,
    MINIMUM_UNITS,
    DifferenceRule,
    difference_in_differences,
)
from analysis.stats.testing import holm
from analysis.tables.results import FIGURE_COLUMNS

EFFECT, ALIKE, GAIN = "training_effect_points", "training_effect_alike_points", "training_test_gain_points"
BEFORE_QUARTERS = 2  # before the quarter of the training
EXTRA = ["topic", "trained_people", "other_people", "trained_change", "others_change", "trained_before",
         "others_before", "by_regression", "p", "p_adjusted"]
PER_POINT = 100  # test scores are kept to a hundredth of a point


def training_effect(run: Run) -> pd.DataFrame:
    """Return, per ``topic``, what training of the last quarter did to assessments, and the tests' own gain.

    ``training_effect_points``: change of the trained's assessed score on the topic's facet from the two quarters before
    the training to this quarter, less that of colleagues not trained in it then or since (difference in differences,
    METHODS §4: at least 10 trained and 30 in all). ``trained_change`` and ``others_change`` are its two halves: what
    both have in common is the time. ``by_regression``: what the pull to the mean alone makes of it where the trained
    stood lower before. ``training_effect_alike_points``: what is left, the effect among people who scored alike before.
    ``training_test_gain_points``: mean of the score after minus before in the sessions' own tests, two quarters; it has
    no comparison and proves nothing by itself. ``p_adjusted``: Holm over the topics.
    """
    topics = _topics(run)
    if not topics:
        return pd.DataFrame(columns=[*FIGURE_COLUMNS, *EXTRA])
    ratings, attended = _ratings(run), _attended(run)
    effects = pd.concat([_effect(run, topic, ratings, attended) for topic in topics], ignore_index=True)
    table = judged(run, [effects.assign(p_adjusted=effects.groupby("indicator")["p"].transform(holm)), _gains(run)])
    whole = {name: table[name].astype("Int64") for name in ("trained_people", "other_people")}
    return table.assign(**whole)[[*FIGURE_COLUMNS, *EXTRA]]


def _topics(run: Run) -> list[str]:
    rows = run.warehouse.history("training", BEFORE_QUARTERS)
    return sorted(run.warehouse.reduce(rows.select("topic").distinct())["topic"])


def _attended(run: Run) -> pd.DataFrame:
    rows = run.warehouse.history("training", BEFORE_QUARTERS)
    return run.warehouse.reduce(rows.select("employee_id", "topic", "quarter").distinct())


def _ratings(run: Run) -> pd.DataFrame:
    """Return employee_id, quarter, facet and the mean rating in points, assessors' severity removed."""
    rows = adjusted(run, rated(run, BEFORE_QUARTERS + 2), severities(run))
    sums = run.warehouse.reduce(rows.group_by("employee_id", "quarter", "facet").agg(
        n=rows.count(), points=rows.points.sum()))
    return sums.assign(value=sums["points"] / sums["n"] / POINTS)


def _effect(run: Run, topic: str, ratings: pd.DataFrame, attended: pd.DataFrame) -> pd.DataFrame:
    then, now = str(run.quarter.plus(-1)), str(run.quarter)
    told = attended[attended["topic"].eq(topic)]
    trained = set(told.loc[told["quarter"].eq(then), "employee_id"])
    since = set(told.loc[told["quarter"].eq(now), "employee_id"])
    rows = ratings[ratings["facet"].eq(topic) & ratings["quarter"].ne(then)]
    rows = rows[~rows["employee_id"].isin(since - trained)]
    panel = pd.DataFrame({"unit": rows["employee_id"], "period": rows["quarter"], "value": rows["value"],
                          "treated": rows["employee_id"].isin(trained), "after": rows["quarter"].eq(now)})
    found = difference_in_differences(panel, DifferenceRule(level=run.level))
    both = _seen_twice(panel)
    changes = {f"{name}_{what}": value for treated, name in ((True, "trained"), (False, "others"))
               for what, value in _change(both[both["treated"].eq(treated)]).items()}
    words = found["status"].str.replace("treated units", "trained people").str.replace("units", "people")
    words = words.str.removesuffix(": use the randomisation test")
    effect = found.drop(columns=["std_error", "df"]).assign(indicator=EFFECT, status=words)
    alike = _alike(both, run.level)
    rows = pd.concat([effect.assign(**changes, by_regression=alike.pop("by_regression")), alike], ignore_index=True)
    return rows.assign(unit_type=COMPANY, unit=COMPANY, topic=topic, trained_people=rows["treated"],
                       other_people=rows["comparison"], target=np.nan).drop(columns=["treated", "comparison"])


def _seen_twice(panel: pd.DataFrame) -> pd.DataFrame:
    """Return ``before`` and ``after`` (means) and ``treated`` of those seen both before and after."""
    means = panel.groupby(["treated", "unit", "after"])["value"].mean().unstack("after")
    both = means.reindex(columns=[False, True]).set_axis(["before", "after"], axis=1).dropna()
    return both.reset_index("treated")


def _change(both: pd.DataFrame) -> dict[str, float]:
    """Return the mean before and the mean change."""
    return {"before": float(both["before"].mean()), "change": float((both["after"] - both["before"]).mean())}


def _alike(both: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return the effect among people who scored alike before, and ``by_regression``: analysis of covariance.

    R: ``lm(after ~ before + treated)``. Its slope b says how much of a score stays; the pull to the mean makes
    (b - 1) (mean before of the trained - of the others) of a difference of changes. As many people are needed as for
    those. Barnett AG, van der Pols JC, Dobson AJ (2005) Int J Epidemiol 34:215-220.
    """
    trained = int(both["treated"].sum())
    few = [f"fewer than {least} {who}" for number, least, who in (
        (trained, MINIMUM_TREATED, "trained people"), (len(both) - trained, MINIMUM_TREATED, "people not trained"),
        (len(both), MINIMUM_UNITS, "people")) if number < least]
    told = {"indicator": ALIKE, "n": len(both), "treated": trained, "comparison": len(both) - trained, "level": level,
            "method": "analysis of covariance, t", "status": f"not estimable: {few[0]}" if few else OK}
    if few:
        return pd.DataFrame([told]).assign(**dict.fromkeys(("estimate", "low", "high", "p", "by_regression"), np.nan))
    fit = sm.OLS(both["after"], sm.add_constant(both[["before", "treated"]].astype(float), has_constant="add")).fit()
    low, high = fit.conf_int(1 - level).loc["treated"]
    means = both.groupby("treated")["before"].mean()
    return pd.DataFrame([told]).assign(
        estimate=fit.params["treated"], low=low, high=high, p=fit.pvalues["treated"],
        by_regression=(fit.params["before"] - 1) * (means[True] - means[False]))


def _gains(run: Run) -> pd.DataFrame:
    rows = run.warehouse.history("training", BEFORE_QUARTERS)
    both = rows.filter(rows.pre_score.notnull(), rows.post_score.notnull())
    gain = (PER_POINT * (both.post_score - both.pre_score)).round().cast("int64")
    counts = run.warehouse.reduce(both.group_by("topic", gain=gain).agg(count=both.count()))
    if counts.empty:
        return counts
    found = mean_t(counts.assign(value=counts["gain"] / PER_POINT), ["topic"], run.level).drop(columns="std_error")
    words = found["status"].str.replace("answers", "tests").to_numpy()
    return found.reset_index().assign(status=words, indicator=GAIN, unit_type=COMPANY, unit=COMPANY,
                                      trained_people=found["n"].to_numpy(), target=np.nan)
