"""What does comparing like cases change for those who were given hard ones, or a strict auditor (METHODS §3)?

Everybody's figure less the colleagues' mean, as it stands (``naive``) and with like cases compared (``estimate``), side
by side: to see the method, not for use.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.measures.people.cases import SCORED
from analysis.measures.people.fitting import own_figures
from analysis.measures.people.groups import GROUP, MINIMUM_GROUP, of_group
from analysis.measures.people.judgement import Known
from analysis.measures.people.roster import NOT_ENOUGH
from analysis.run import Run
from analysis.stats.estimates import LEVEL, OK
from analysis.stats.people.two_way import person_effects, two_way

MOST_MOVED = 12  # people in one picture
THIRDS = 3
HARDEST, EASIEST = "the third given the hardest", "the third given the easiest"
FEW = f"not estimable: fewer than {MINIMUM_GROUP} people"
SIDE_BY_SIDE = ["naive", "naive_low", "naive_high", "naive_status", "estimate", "low", "high", "status"]
PERSON_COLUMNS = ["indicator", "event", "unit", *GROUP, "n", *SIDE_BY_SIDE, "group_mean"]
THIRD_COLUMNS = ["indicator", "event", "given", "people", "n", *SIDE_BY_SIDE]
RATER_COLUMNS = ["indicator", "unit", "n", *SIDE_BY_SIDE]


def moved_people(known: Known) -> pd.DataFrame:
    """Return the MOST_MOVED people by id (confidential): of the share on which both ways agree least.

    PERSON_COLUMNS; of people with enough evidence, where MINIMUM_GROUP have it; not of raters' findings.
    """
    gaps = _gaps(known)
    own = known.scored.scores.rename(columns={"employee_id": "unit"})
    keys = ["indicator", "event", "unit"]
    gaps = gaps.merge(own.loc[own["permitted_use"].ne(NOT_ENOUGH), keys], on=keys)
    rows = _least_alike(known, gaps, rated=False)
    if rows.empty:
        return pd.DataFrame(columns=PERSON_COLUMNS)
    most = (rows["estimate"] - rows["naive"]).abs().nlargest(MOST_MOVED).index
    return rows.loc[most].sort_values("unit", ignore_index=True)[PERSON_COLUMNS]


def moved_thirds(run: Run, known: Known) -> pd.DataFrame:
    """Return the mean of the third of all people given the hardest cases, and of that given the easiest: nobody named.

    THIRD_COLUMNS, of two shares: the one on which both ways agree least of those of cases, and of auditors' findings.
    How hard: what everybody's cases of those kinds (or seen by those auditors) led to expect. Interval of the mean over
    people: t.
    """
    gaps, parts = _gaps(known), []
    for rated in (False, True):
        rows = _least_alike(known, gaps, rated)
        if len(rows) >= THIRDS:
            sign = -1 if run.params.registry[rows["indicator"].iloc[0]].direction == "lower" else 1
            ease = sign * (rows["naive"] - rows["estimate"])
            third = pd.qcut(ease.rank(method="first"), THIRDS, labels=False)
            parts += [_mean(rows[third.eq(place)], name) for place, name in ((0, HARDEST), (THIRDS - 1, EASIEST))]
    return pd.DataFrame(parts, columns=THIRD_COLUMNS)


def rater_effects(known: Known) -> pd.DataFrame:
    """Return what each auditor found, less what all found: in all audits, and in those of the same people, by id.

    RATER_COLUMNS (confidential: auditors are employees); n counts random audits of four quarters. ``estimate`` holds
    the people audited equal, as `scoring` holds the auditors equal.
    """
    parts = []
    for name, rows in known.evidence.cases.items():
        asked, cases = SCORED[name], of_group(rows, known.people)
        if asked.table == "audits" and len(cases):
            cell = cases["employee_id"].astype("str")
            found = person_effects(two_way(cases.assign(person=cases["auditor_id"], cell=cell)), known.bounds.level)
            numbers = {name: found[name] / asked.scale for name in ("estimate", "low", "high")}
            own = own_figures(cases, ["auditor_id"], asked.scale, share=True, level=known.bounds.level)
            told = _beside(own, cases["total"].sum() / cases["n"].sum() / asked.scale, found.assign(**numbers))
            parts.append(told.rename_axis("unit").reset_index().assign(indicator=asked.indicator))
    return pd.concat(parts, ignore_index=True)[RATER_COLUMNS] if parts else pd.DataFrame(columns=RATER_COLUMNS)


def _gaps(known: Known) -> pd.DataFrame:
    """Return PERSON_COLUMNS of everybody on every share."""
    parts = [pd.DataFrame(columns=PERSON_COLUMNS)]
    for (name, (role, line)), fit in known.scored.fits.items():
        if known.bounds.units[SCORED[name].indicator] == "share":
            told = _beside(fit.naive, fit.mean, fit.effects).rename_axis("unit").reset_index()
            parts.append(told.assign(indicator=SCORED[name].indicator, event=SCORED[name].event, role=role, line=line,
                                     group_mean=fit.mean))
    return pd.concat([one for one in parts if len(one)] or parts, ignore_index=True)


def _beside(own: pd.DataFrame, mean: float, effects: pd.DataFrame) -> pd.DataFrame:
    naive = {f"naive{end}": own[name] - mean for end, name in (("", "estimate"), ("_low", "low"), ("_high", "high"))}
    return pd.DataFrame({"n": own["n"], **naive, "naive_status": OK,
                         **{name: effects[name] for name in ("estimate", "low", "high", "status")}})


def _least_alike(known: Known, gaps: pd.DataFrame, rated: bool) -> pd.DataFrame:
    """Return the rows of the indicator on which the two ways correlate least; none where too few people have both."""
    wanted = {(one.indicator, one.event) for one in SCORED.values() if one.raters is rated}
    usable = gaps[gaps["status"].eq(OK)]
    found = {(str(indicator), str(event)): rows for (indicator, event), rows in usable.groupby(["indicator", "event"])
             if (indicator, event) in wanted and len(rows) >= MINIMUM_GROUP}
    if not found:
        return usable.iloc[:0]
    return min(found.values(), key=lambda rows: float(np.nan_to_num(rows["naive"].corr(rows["estimate"]), nan=1.0)))


def _mean(rows: pd.DataFrame, given: str) -> dict[str, object]:
    facts = {"indicator": rows["indicator"].iloc[0], "event": rows["event"].iloc[0], "given": given,
             "people": len(rows), "n": int(rows["n"].sum())}
    if len(rows) < MINIMUM_GROUP:
        return facts | {"naive_status": FEW, "status": FEW}
    middle = rows[["naive", "estimate"]].mean()
    half = stats.t.ppf((1 + LEVEL) / 2, len(rows) - 1) * rows[["naive", "estimate"]].sem()
    return facts | {"naive": middle["naive"], "naive_low": middle["naive"] - half["naive"],
                    "naive_high": middle["naive"] + half["naive"], "naive_status": OK, "estimate": middle["estimate"],
                    "low": middle["estimate"] - half["estimate"], "high": middle["estimate"] + half["estimate"],
                    "status": OK}
