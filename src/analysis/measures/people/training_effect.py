"""Did training work, or would the trained have improved anyway (clauses 6.3, 7.4; METHODS §3, §4)?

Who is sent to training is often who scored low, and a low score tends to rise by itself. So the trained of the quarter
before are held against colleagues who were not trained in that topic then or since, over the same quarters.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.people.assessors import POINTS, adjusted, rated, severities
from analysis.measures.units import COMPANY, judged
from analysis.run import Run
from analysis.stats.intervals.means import mean_t
from analysis.stats.models.differences import DifferenceRule, difference_in_differences
from analysis.stats.testing import holm
from analysis.tables.results import FIGURE_COLUMNS

EFFECT, GAIN = "training_effect_points", "training_test_gain_points"
BEFORE_QUARTERS = 2  # before the quarter of the training
EXTRA = ["topic", "trained_people", "other_people", "trained_change", "others_change", "trained_before",
         "others_before", "p", "p_adjusted"]
PER_POINT = 100  # test scores are kept to a hundredth of a point


def training_effect(run: Run) -> pd.DataFrame:
    """Return, per ``topic``, what training of the last quarter did to assessments, and the tests' own gain.

    ``training_effect_points``: change of the trained's assessed score on the topic's facet from the two quarters before
    the training to this quarter, less that of colleagues not trained in it then or since (difference in differences,
    METHODS §4: at least 10 trained and 30 in all). ``trained_change`` and ``others_change`` are its two halves: what
    both have in common is the pull to the mean and the time. ``training_test_gain_points``: mean of the score after
    minus before in the sessions' own tests, two quarters; it has no comparison and proves nothing by itself.
    """
    topics = _topics(run)
    if not topics:
        return pd.DataFrame(columns=[*FIGURE_COLUMNS, *EXTRA])
    ratings, attended = _ratings(run), _attended(run)
    effects = pd.concat([_effect(run, topic, ratings, attended) for topic in topics], ignore_index=True)
    table = judged(run, [effects.assign(p_adjusted=holm(effects["p"])), _gains(run)])
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
    changes = {f"{name}_{what}": value for treated, name in ((True, "trained"), (False, "others"))
               for what, value in _change(panel[panel["treated"].eq(treated)]).items()}
    words = found["status"].str.replace("treated units", "trained people").str.replace("units", "people")
    words = words.str.removesuffix(": use the randomisation test")
    return found.assign(indicator=EFFECT, unit_type=COMPANY, unit=COMPANY, topic=topic, trained_people=found["treated"],
                        other_people=found["comparison"], status=words, target=np.nan, **changes).drop(
                            columns=["treated", "comparison", "std_error", "df"])


def _change(panel: pd.DataFrame) -> dict[str, float]:
    """Return the mean before and the mean change of those seen both before and after."""
    both = panel.groupby(["unit", "after"])["value"].mean().unstack("after").reindex(columns=[False, True]).dropna()
    return {"before": float(both[False].mean()), "change": float((both[True] - both[False]).mean())}


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
