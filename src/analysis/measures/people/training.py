"""Who needs training in what, how sure are we, and who has had some (clause 6.3)?"""

from __future__ import annotations

from dataclasses import replace

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from analysis.measures.breakdown import by_unit
from analysis.measures.people.assessors import severities
from analysis.measures.people.competence import POST_COLUMNS, ratings, scores, with_assessors
from analysis.measures.people.roster import ROLLING_QUARTERS, posts
from analysis.measures.shortfall import p_worse
from analysis.measures.units import judged, unit_rows
from analysis.run import Run, remembered
from analysis.stats.testing import ALPHA, holm
from analysis.tables.results import FIGURE_COLUMNS

NEED, NOT_SHOWN = "need", "not shown"
EXTRA = ["facet", "assessors", "trained", "p_worse", "p_adjusted", "need"]


@remembered
def training_needs(run: Run) -> pd.DataFrame:
    """Return the competence of each team per ``facet`` ('' = all), lowest first (confidential: few people).

    n counts the people rated, ``assessors`` who rated them, ``trained`` those of the team who attended training on that
    topic within four quarters. ``need``: below the company's target by more than chance, by Holm's procedure over all
    pairs of team and facet (``p_adjusted``).
    """
    return _needs(run, "team")


def line_needs(run: Run) -> pd.DataFrame:
    """Return the same as `training_needs` for the service lines: no person stands behind a figure of less than seven.

    Holm's procedure goes over all pairs of line and facet.
    """
    return _needs(run, "service_line")


def _needs(run: Run, unit_type: str) -> pd.DataFrame:
    removed = severities(run)
    rows, asked = ratings(run, removed), replace(scores(removed), unit_types=(unit_type,))
    facets = by_unit(run, rows, replace(asked, within=("facet",)))
    if facets.empty:
        return pd.DataFrame(columns=[*FIGURE_COLUMNS, *EXTRA])
    p = p_worse(run.params, facets)
    adjusted = holm(p)
    said = np.select([p.isna(), adjusted <= ALPHA], ["", NEED], NOT_SHOWN)
    facets = facets.assign(p_worse=p, p_adjusted=adjusted, need=said)
    whole = by_unit(run, rows, asked)
    whole = whole[whole["status"] != "no data"].assign(p_worse=np.nan, p_adjusted=np.nan, need="")
    frame = with_assessors(run, rows, pd.concat([whole, facets], ignore_index=True))
    counts = _trained(run, unit_type)
    told = [counts.get(one, 0) for one in zip(frame["unit"], frame["facet"], strict=True)]
    frame = frame.drop(columns="customers").assign(trained=pd.array(told, dtype="Int64"))
    return judged(run, [frame]).sort_values(["estimate", "unit", "facet"], ignore_index=True)


def _trained(run: Run, unit_type: str) -> dict[tuple[str, str], int]:
    """Return how many people of each unit attended training within four quarters, by topic and on any ('')."""
    attended = run.warehouse.history("training", ROLLING_QUARTERS).select("employee_id", "topic")
    held = posts(run).select("employee_id", *POST_COLUMNS)
    rows = unit_rows(run, attended.inner_join(held, "employee_id"), unit_type)
    any_topic = rows.mutate(topic=ibis.literal(""))
    found = pd.concat([run.warehouse.reduce(_people(one)) for one in (rows, any_topic)])
    return {(row["unit"], row["topic"]): int(row["people"]) for row in found.to_dict("records")}


def _people(rows: ir.Table) -> ir.Table:
    return rows.group_by("unit", "topic").agg(people=rows.employee_id.nunique())
