"""How able are our people in the assessors' eyes (clause 4.4)?

A person stands in the post held last in the quarter. No figure here rests on one person.
"""

from __future__ import annotations

from dataclasses import replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from scipy import stats

from analysis.measures.breakdown import Keys, Question, by_unit, with_customers
from analysis.measures.people.assessors import POINTS, adjusted, rated, severities
from analysis.measures.people.roster import posts
from analysis.measures.shortfall import p_worse
from analysis.measures.units import judged, unit_rows
from analysis.run import Run, remembered
from analysis.stats.intervals.clusters import cluster_mean
from analysis.tables.results import LEVEL

MINIMUM_PEOPLE = 7  # with fewer, t over their means covers as little as .84 where raters give top marks
METHOD = "mean over people, cluster-robust t"
UNIT_TYPES = ("company", "department", "service_line", "branch")
POST_COLUMNS = ("department", "branch", "team", "service_line")


def ratings(run: Run, removed: pd.DataFrame) -> ir.Table:
    """Return the quarter's ratings with the severities ``removed`` taken off, and the post of who was rated."""
    found = adjusted(run, rated(run), removed)
    held = posts(run).select("employee_id", *POST_COLUMNS)
    return found.left_join(held, "employee_id").select("employee_id", "assessor_id", "facet", "points", *POST_COLUMNS)


def _points_per_person(rows: ir.Table, keys: Keys) -> ir.Table:
    return rows.group_by([*keys, "employee_id", "assessor_id"]).agg(ratings=rows.count(), points=rows.points.sum())


def scores(removed: pd.DataFrame) -> Question:
    """Return the question for competence scores once the severities ``removed`` are taken off."""
    def estimator(reduced: pd.DataFrame, keys: Keys) -> pd.DataFrame:
        found = _mean_over_people(reduced, keys)
        return found if removed.empty else _widened(found, _severity_error(reduced, keys, removed))
    return Question("competence_score", UNIT_TYPES, _points_per_person, estimator)


def _mean_over_people(reduced: pd.DataFrame, keys: Keys) -> pd.DataFrame:
    """Return the mean over people of each one's mean rating, 0–100, everybody counting alike; n counts people."""
    people = reduced.groupby([*keys, "employee_id"])[["ratings", "points"]].sum().reset_index()
    people = people.assign(cluster=people["employee_id"], n=1, total=people["points"] / people["ratings"] / POINTS)
    found = cluster_mean(people, keys, minimum_n=MINIMUM_PEOPLE)
    told = found["status"].str.replace("answers", "people").str.replace("clusters", "people")
    return found.assign(status=told, method=METHOD)


def _severity_error(reduced: pd.DataFrame, keys: Keys, removed: pd.DataFrame) -> pd.Series:
    """Return how far the error of the severities themselves may shift each group's mean, in points: a standard error.

    Severities add to 0 over all assessments, so only what sets a group's mix of assessors apart from that counts:
    Σ |own share − share of all| · error, which is at least the true one.
    """
    ratings = reduced.groupby([*keys, "employee_id"])["ratings"].transform("sum")
    people = reduced.groupby(keys)["employee_id"].transform("nunique")
    share = (reduced["ratings"] / ratings / people).groupby([reduced[one] for one in [*keys, "assessor_id"]]).sum()
    mix = share.unstack("assessor_id").reindex(columns=removed["assessor_id"]).fillna(0.0)
    apart = mix - np.outer(mix.sum(axis=1), removed["weight"] / removed["weight"].sum())
    return (apart.abs() * removed["std_error"].to_numpy()).sum(axis=1) / POINTS


def _widened(found: pd.DataFrame, error: pd.Series) -> pd.DataFrame:
    """Return ``found`` with the standard error ``error`` of what was taken off joined to each interval."""
    beyond = stats.norm.ppf((1 + LEVEL) / 2) * error.reindex(found.index)
    below, above = found["estimate"] - found["low"], found["high"] - found["estimate"]
    low, high = found["estimate"] - np.hypot(below, beyond), found["estimate"] + np.hypot(above, beyond)
    return found.assign(low=low, high=high, method=f"{METHOD}, assessors' severity removed")


@remembered
def competence(run: Run) -> pd.DataFrame:
    """Return competence scores (0–100) over all facets and per ``facet`` ('' = all), n counting people rated.

    The assessors' severity is taken off where it is known (``method``), and its error joins the interval, which is
    robust to a person's ratings going together. ``assessors``: how many rated them.
    """
    removed = severities(run)
    rows, asked = ratings(run, removed), scores(removed)
    parts = [by_unit(run, rows, asked), by_unit(run, rows, replace(asked, within=("facet",)))]
    frame = pd.concat([part for part in parts if len(part)], ignore_index=True)
    frame = frame.assign(p_worse=p_worse(run.params, frame))  # of facets too: they are held against the same target
    return judged(run, [with_customers(run, with_assessors(run, rows, frame))])


def with_assessors(run: Run, rows: ir.Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Return ``frame`` with ``facet`` filled and ``assessors``, the number of people who rated."""
    facets = frame["facet"].fillna("") if "facet" in frame else ""
    counts: dict[tuple[str, str, str], int] = {}
    for unit_type in frame["unit_type"].unique():
        of_unit = unit_rows(run, rows, unit_type)
        for keys in (["unit"], ["unit", "facet"]):
            found = run.warehouse.reduce(of_unit.group_by(keys).agg(assessors=ibis._.assessor_id.nunique()))
            counts |= {(unit_type, row["unit"], row.get("facet", "")): int(row["assessors"])
                       for row in found.to_dict("records")}
    frame = frame.assign(facet=facets)
    told = [counts.get(one, 0) for one in zip(frame["unit_type"], frame["unit"], frame["facet"], strict=True)]
    return frame.assign(assessors=pd.array(told, dtype="Int64"))
