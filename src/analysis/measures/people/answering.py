"""Do some employees' customers answer less often, so that their answers speak of fewer of them (METHODS §3)?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.measures.people.cases import SURVEYED_QUARTERS, in_post, own_requests
from analysis.measures.people.groups import GROUP, MINIMUM_GROUP, of_group
from analysis.measures.people.judgement import Known
from analysis.measures.people.roster import ROLLING_QUARTERS
from analysis.measures.units import EMPLOYEE, judged
from analysis.run import Run
from analysis.stats.intervals.shares import modified_wilson
from analysis.stats.testing import ALPHA, holm
from analysis.tables.results import FIGURE_COLUMNS

ANSWERED = "survey_response_share"
OTHER, LIKE = "unlike the colleagues", "like the colleagues"
EXTRA = [*GROUP, "group_mean", "p_adjusted", "answering"]


def answering(run: Run, known: Known) -> pd.DataFrame:
    """Return the share of invitations on each person's requests that were answered, four quarters (confidential).

    ``p_adjusted``: exact two-sided binomial p against the group's share, Holm over everybody; ``answering``: unlike or
    like the colleagues by that. n counts invitations.
    """
    counts = _counts(run, known)
    if counts.empty:
        return pd.DataFrame(columns=[*FIGURE_COLUMNS, *EXTRA])
    sums = counts.groupby(GROUP)[["n", "answered"]].transform("sum")
    mean = sums["answered"] / sums["n"]
    each = zip(counts["answered"].astype(int), counts["n"].astype(int), mean, strict=True)
    p = pd.Series([stats.binomtest(answered, n, share).pvalue for answered, n, share in each], counts.index)
    adjusted = holm(p)
    limits = modified_wilson(counts["answered"], counts["n"], run.level)
    rows = counts[["employee_id", *GROUP]].assign(
        **{name: limits[name].to_numpy() for name in ("n", "estimate", "low", "high", "level", "method", "status")},
        indicator=ANSWERED, unit_type=EMPLOYEE, unit=counts["employee_id"], target=np.nan, group_mean=mean,
        p_adjusted=adjusted, answering=np.where(adjusted <= ALPHA, OTHER, LIKE))
    return judged(run, [rows])[[*FIGURE_COLUMNS, *EXTRA]]


def _counts(run: Run, known: Known) -> pd.DataFrame:
    asked = run.warehouse.history("surveys", ROLLING_QUARTERS)
    asked = asked.select("request_id", answered=asked.responded_at.notnull().cast("int64"))
    rows = in_post(run, own_requests(run, SURVEYED_QUARTERS).select("request_id", "employee_id", "day").join(
        asked, "request_id"))
    keys = ["employee_id", "role", "service_line"]
    counts = run.warehouse.reduce(rows.group_by(keys).agg(n=rows.count(), answered=rows.answered.sum()))
    return of_group(counts, known.people).groupby(["employee_id", *GROUP])[["n", "answered"]].sum().reset_index()


def answering_test(rows: pd.DataFrame) -> pd.DataFrame:
    """Return whether employees differ in how often their customers answer: one row, nobody named.

    ``people``, ``n`` invitations, ``p`` of chi-squared within groups, ``stand_out``: how many are unlike the others.
    """
    told = rows[rows["n"] > 0]
    expected = told["n"].astype(float) * told["group_mean"]
    spread = expected * (1 - told["group_mean"])
    groups = told.groupby(GROUP).ngroups
    observed = told["n"].astype(float) * told["estimate"].fillna(told["group_mean"])
    q = ((observed - expected) ** 2 / spread.where(spread > 0)).sum()
    df = len(told) - groups
    few = len(told) < MINIMUM_GROUP or df < 1
    status = "no data" if told.empty else f"not estimable: fewer than {MINIMUM_GROUP} people" if few else "ok"
    return pd.DataFrame([{"people": len(told), "n": int(told["n"].sum()), "p": np.nan if few else stats.chi2.sf(q, df),
                          "stand_out": int(told["answering"].eq(OTHER).sum()), "status": status}])
