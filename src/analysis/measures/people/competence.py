"""How able are our people in the assessors' eyes, and is every one of them accounted for (clauses 2.1, 4.4, 8.4)?

A person stands in the post held last in the quarter. Scores of persons come with a later release: until then a person
has "not yet evaluated", with the evidence there is. No figure here rests on one person outside ``confidential/``.
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
from analysis.measures.people.roster import ENOUGH, EXEMPT, evidence, posts, strangers
from analysis.measures.units import COMPANY, judged, unit_rows, with_missing_units
from analysis.run import Run
from analysis.stats.intervals.clusters import cluster_mean
from analysis.tables.results import FIGURE_COLUMNS, LEVEL, blank_figures

MINIMUM_PEOPLE = 7  # with fewer, t over their means covers as little as .84 where raters give top marks
METHOD = "mean over people, cluster-robust t"
UNIT_TYPES = ("company", "department", "service_line", "branch")
COVERED = ("enough_evidence", "not_enough_evidence", "exempt")
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


def competence(run: Run) -> pd.DataFrame:
    """Return competence scores (0–100) over all facets and per ``facet`` ('' = all), n counting people rated.

    The assessors' severity is taken off where it is known (``method``), and its error joins the interval, which is
    robust to a person's ratings going together. ``assessors``: how many rated them.
    """
    removed = severities(run)
    rows, asked = ratings(run, removed), scores(removed)
    parts = [by_unit(run, rows, asked), by_unit(run, rows, replace(asked, within=("facet",)))]
    frame = pd.concat([part for part in parts if len(part)], ignore_index=True)
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


def _acknowledged(rows: ir.Table, keys: Keys) -> ir.Table:
    return rows.group_by(keys).agg(n=rows.count(), count=rows.acknowledged_on.notnull().cast("int64").sum())


def census(reduced: pd.DataFrame, keys: Keys) -> pd.DataFrame:
    """Return the shares ``count`` / ``n`` of a complete list: nothing was sampled, the interval is the share itself."""
    table = reduced.set_index(keys)
    share = (table["count"] / table["n"]).astype(float)
    return pd.DataFrame({"n": table["n"].astype("int64"), "estimate": share, "low": share, "high": share,
                         "level": LEVEL, "method": "share, complete count", "status": "ok"})


ACKNOWLEDGED = Question("acknowledgement_share", (COMPANY, "department"), _acknowledged, census)


def acknowledgement(run: Run) -> pd.DataFrame:
    """Return the share of the people on the quarter's roster who acknowledged the policy (clause 8.4), exempt or not.

    Everybody counts once and all were asked, so a shortfall is certain: ``p_worse`` is 0 or 1. ``missing``: people.
    """
    frame = by_unit(run, posts(run), ACKNOWLEDGED)
    missing = (frame["n"].astype(float) * (1 - frame["estimate"])).round().astype("Int64")
    certain = (frame["estimate"] >= frame["target"]).astype(float).where(frame["estimate"].notna())
    return judged(run, [frame.assign(missing=missing, p_worse=certain)])


def employees(run: Run) -> pd.DataFrame:
    """Return a row per person on the roster and indicator (confidential): n, ``minimum_n`` and ``evidence``, no score.

    ``evidence``: "evaluated-later", "not enough evidence" or "exempt: reason"; n counts the indicator's own unit over
    four quarters. Alphabetical: no ranks (METHODS §3).
    """
    frame = evidence(run)
    if frame.empty:
        return pd.DataFrame(columns=[*FIGURE_COLUMNS, "minimum_n", "evidence"])
    exempt = frame["evidence"].str.startswith(EXEMPT)
    told = frame[["indicator", "n", "minimum_n", "evidence"]].assign(
        unit_type="employee", unit=frame["employee_id"], estimate=np.nan, low=np.nan, high=np.nan, target=np.nan,
        status=exempt.map({True: "not applicable", False: "not yet evaluated"}))
    return judged(run, [told])


def appraisal(run: Run) -> pd.DataFrame:
    """Return a row per person for the appraisal file (confidential): no use is permitted before scores are evaluated.

    ``reason``, ``decision`` and ``appeal`` are for people to fill in: nothing is decided by machine (PIPL art. 24).
    """
    frame = employees(run)
    if frame.empty:
        return frame.assign(permitted_use="", reason="", decision="", appeal="")
    first = frame.drop_duplicates("unit").drop(columns=["minimum_n", "evidence", "n"])
    counts = (frame["evidence"] == ENOUGH).groupby(frame["unit"]).sum()
    told = first.assign(indicator="composite_score", n=first["unit"].map(counts), permitted_use="not yet evaluated",
                        reason="", decision="", appeal="")
    return judged(run, [told.drop(columns="verdict")])


def coverage(run: Run) -> pd.DataFrame:
    """Return the share of people accounted for and how: counts only, per company, department, branch and line.

    Columns ``enough_evidence`` (for one indicator at least), ``not_enough_evidence``, ``exempt``, ``no_roster`` (people
    in the quarter's tables who stand on no roster; company only) and ``note``. Row counts are exempt from suppression.
    """
    persons = _persons(evidence(run))
    if persons.empty:
        blank = blank_figures("evaluation_coverage_share", COMPANY, [COMPANY], "no data")
        blank = with_missing_units(blank, "evaluation_coverage_share", "service_line", run.params.site.service_lines)
        return judged(run, [blank.assign(note="no roster", **dict.fromkeys([*COVERED, "no_roster"], None))])
    parts = [_covered(persons.assign(company=COMPANY), unit_type) for unit_type in UNIT_TYPES]
    unknown = strangers(run, persons)
    frame = with_missing_units(pd.concat(parts, ignore_index=True), "evaluation_coverage_share", "service_line",
                               run.params.site.service_lines)
    absent = pd.Series(pd.array([unknown if one == COMPANY else pd.NA for one in frame["unit_type"]], dtype="Int64"))
    return judged(run, [frame.assign(no_roster=absent, note="")])


def _persons(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row per person with the flags of COVERED."""
    exempt = frame["evidence"].str.startswith(EXEMPT) if len(frame) else frame["evidence"]
    flags = frame.assign(exempt=exempt, enough_evidence=frame["evidence"] == ENOUGH)
    keys = ["employee_id", "department", "branch", "service_line"]
    persons = flags.groupby(keys)[["exempt", "enough_evidence"]].any().reset_index()
    return persons.assign(not_enough_evidence=~(persons["exempt"] | persons["enough_evidence"]))


def _covered(persons: pd.DataFrame, unit_type: str) -> pd.DataFrame:
    counts = persons.groupby(unit_type)[list(COVERED)].sum().astype("int64")
    counts = counts.rename_axis("unit")
    table = counts.assign(n=persons.groupby(unit_type).size(), count=counts.sum(axis=1)).reset_index()
    found = census(table, ["unit"]).join(counts).reset_index()
    return found.assign(indicator="evaluation_coverage_share", unit_type=unit_type)
