"""Who rated strictly, and how reliable are the ratings once that is removed (clause 4.4; METHODS §3)?

An assessor's severity is told from the employees whom others rated in the same quarter too, over four quarters, and
taken to be the same for every facet. It is taken off each rating of an assessor with enough of those; the ratings of
others stay as they are.
Assessors are employees: their figures are confidential.
"""

from __future__ import annotations

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from analysis.measures.people.raters import FEW, MINIMUM_RATINGS, rater_gaps, shared, standing_out
from analysis.measures.people.roster import ROLLING_QUARTERS
from analysis.measures.units import COMPANY, EMPLOYEE, judged
from analysis.run import Run, remembered
from analysis.stats.agreement.decision_study import lengthened, raters_needed
from analysis.stats.agreement.intraclass import intraclass
from analysis.stats.agreement.severity import severity_test
from analysis.stats.estimates import COLUMNS
from analysis.stats.people.two_way import person_effects, two_way
from analysis.stats.testing import ALPHA
from analysis.tables.results import FIGURE_COLUMNS, blank_figures

HUNDREDTHS = 10_000  # a rating is kept as whole hundredths of a per cent of the attainable points (METHODS §8)
PER_CENT = 100
POINTS = HUNDREDTHS / PER_CENT  # hundredths of a per cent to a point of 0–100
RELIABLE = 0.7  # METHODS §3: a score of a person is shown from here on
RELIABILITY, NEEDED, GAP = "rating_reliability", "assessments_needed_count", "assessor_severity_gap"
SEVERITY_COLUMNS = ["assessor_id", "offset", "std_error", "weight"]
TEST_COLUMNS = ["assessments", "raters", "statistic", "df_between", "df", "p", "stand_out", "chance_any", "status"]


def rated(run: Run, quarters: int = 1) -> ir.Table:
    """Return the ratings of ``quarters`` quarters with ``points`` as given (whole hundredths of a per cent)."""
    rows = run.warehouse.history("assessments", quarters)
    points = (rows.score * HUNDREDTHS / rows.max_score).round().cast("int64")
    return rows.select("employee_id", "assessor_id", "assessment_id", "facet", "quarter", day="assessed_on",
                       points=points)


def severities(run: Run) -> pd.DataFrame:
    """Return each assessor's severity: ``offset`` in whole hundredths of a per cent, and its ``std_error``.

    ``offset`` is how far the assessor's ratings lie above (milder) the mean of all on the same employees, weighted by
    ``weight``, the share of all assessments: together they are 0. No rows where nothing can be removed.
    """
    scores = _scores(run)
    rows = shared(scores)
    effects = person_effects(two_way(rows.rename(columns={"rater": "person"}))) if len(rows) else pd.DataFrame()
    told = effects[effects["status"].eq("ok") & effects["n"].ge(MINIMUM_RATINGS)] if len(rows) else effects
    if told.empty:
        return pd.DataFrame(columns=SEVERITY_COLUMNS)
    told = told.assign(weight=scores.groupby("rater")["n"].sum() / len(scores))
    centre = (told["estimate"] * told["weight"]).sum() / told["weight"].sum()
    offset = (told["estimate"] - centre).round().astype("int64")
    return told.assign(offset=offset).rename_axis("assessor_id").reset_index()[SEVERITY_COLUMNS]


def _scores(run: Run) -> pd.DataFrame:
    """Return one row per assessment: rater, its mean over facets, and the cell of those it can be compared with.

    A cell is an employee in a quarter, rated on the same facets. The facets of an assessment make one rating, because
    an assessor's impression of one of them colours the others.
    """
    rows = rated(run, ROLLING_QUARTERS)
    keys = ["quarter", "employee_id", "assessor_id", "assessment_id"]
    sums = run.warehouse.reduce(rows.group_by([*keys, "facet"]).agg(points=rows.points.sum()))
    told = sums.groupby(keys)["points"].mean().reset_index()
    facets = sums.groupby(keys)["facet"].agg(",".join).reset_index(drop=True)
    cells = told["quarter"] + "|" + told["employee_id"] + "|" + facets
    return pd.DataFrame({"rater": told["assessor_id"], "cell": cells, "n": 1, "total": told["points"],
                         "total_of_squares": told["points"] ** 2})


def adjusted(run: Run, rows: ir.Table, found: pd.DataFrame) -> ir.Table:
    """Return ratings (`rated`) with the severities ``found`` taken off their ``points``."""
    if found.empty:
        return rows
    offsets = run.warehouse.lookup("severities", found[["assessor_id", "offset"]].reset_index(drop=True))
    joined = rows.left_join(offsets, "assessor_id")
    return joined.select(*rows.columns, offset=joined.offset.fill_null(0)).mutate(
        points=lambda told: told.points - told.offset).drop("offset")


@remembered
def rating_reliability(run: Run) -> pd.DataFrame:
    """Return how reliably an employee's score over four quarters is told, over all facets and per ``facet`` ('' = all).

    ``rating_reliability``: of the mean of as many assessments as an employee has on average (``assessments_each``),
    each by another assessor, severity removed; n counts employees. ``assessments_needed_count``: how many make it .7.
    All facets: the mean over the facets of an assessment is one rating. What changed in an employee within the four
    quarters counts as error.
    """
    rows = adjusted(run, rated(run, ROLLING_QUARTERS), severities(run))
    sums = run.warehouse.reduce(rows.group_by("employee_id", "assessment_id", "facet").agg(
        n=rows.count(), points=rows.points.sum()))
    if sums.empty:
        return judged(run, [blank_figures(one, COMPANY, [COMPANY], "no data").assign(facet="", assessments_each=np.nan)
                            for one in (RELIABILITY, NEEDED)])
    value = sums.assign(unit=sums["employee_id"], value=sums["points"] / sums["n"] / POINTS)
    whole = value.groupby(["unit", "assessment_id"])["value"].mean().reset_index().assign(facet="")
    ratings = pd.concat([whole, value], ignore_index=True)
    parts = [_reliable(rows).assign(facet=facet) for facet, rows in ratings.groupby("facet")]
    return judged(run, parts)


def _reliable(ratings: pd.DataFrame) -> pd.DataFrame:
    single = intraclass(ratings[["unit", "value"]], "ICC1", interval="jackknife")
    each = max(1, round(float(np.nan_to_num(single["raters"].iloc[0]))))
    told = [lengthened(single, each).assign(indicator=RELIABILITY),
            raters_needed(single, RELIABLE).assign(indicator=NEEDED, target=np.nan)]
    rows = pd.concat(told, ignore_index=True)[[*COLUMNS, "indicator"]]
    words = rows["status"].str.replace("units", "employees").str.replace("raters", "assessments")
    return rows.assign(unit_type=COMPANY, unit=COMPANY, assessments_each=each, status=words)


def assessor_severity_test(run: Run) -> pd.DataFrame:
    """Return whether assessors differ in severity beyond chance on the same employees: one row, nobody named.

    ``assessments`` of employees whom two or more rated in a quarter, ``raters``, the F-test of a two-way layout with
    ``p``; how many ``stand_out`` (`raters.standing_out`), and ``chance_any``: how probable it is at
    most that one does by luck.
    """
    scores = shared(_scores(run))
    if len(scores) < MINIMUM_RATINGS:
        status = FEW if run.warehouse.has("assessments") else "no data"
        counts = [len(scores), scores["rater"].nunique()]
        return pd.DataFrame([[*counts, *[np.nan] * 4, 0, np.nan, status]], columns=TEST_COLUMNS)
    found = severity_test(scores).assign(
        assessments=len(scores), raters=scores["rater"].nunique(), stand_out=len(standing_out(scores)),
        chance_any=ALPHA)
    return found[TEST_COLUMNS]


def assessor_severity(run: Run) -> pd.DataFrame:
    """Return each assessor's points less those of the others on the same employees (confidential), by id: no ranks.

    `analysis.measures.people.raters.rater_gaps` in points of 0–100; n counts assessments shared with another assessor.
    """
    scores = shared(_scores(run))
    if scores.empty:
        return pd.DataFrame(columns=[*FIGURE_COLUMNS, "p_adjusted", "severity"])
    points = scores["total"] / POINTS
    found = rater_gaps(scores.assign(total=points, total_of_squares=points**2)).drop(columns=["std_error", "df"])
    return judged(run, [found.rename_axis("unit").reset_index().assign(indicator=GAP, unit_type=EMPLOYEE)])
