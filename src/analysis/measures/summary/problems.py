"""Which indicator misses its target in which unit by more than chance, and which matters most (clause 5.3)?

One rule for all: every figure that has a target and a one-sided p-value is tested, Holm's procedure holds the chance of
any false problem in the quarter at 5 % (METHODS §9), and what remains is ordered by customers affected times the near
bound of the gap. Headline figures, facets of competence, and limits of law: of these every case must keep, so one that
did not is a problem for certain.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.evidence import Tables
from analysis.measures.summary.scorecard import headlines
from analysis.measures.units import judged
from analysis.run import Run
from analysis.stats.testing import holm
from analysis.tables.results import FIGURE_COLUMNS

FAMILY_LEVEL = 0.05  # METHODS §9
SMALLEST_TARGET = 1e-9  # a gap from a target of 0 comes first
TESTED = ("company", "service_line", "branch", "channel", "partner", "kind", "product", "shift", "rule")
NO_BREACH = "option"  # of a rule: missing it forgoes a relief and breaks nothing
KEYS = ["indicator", "unit_type", "unit", "event", "facet"]
EXTRA = ["problem_id", "part", "p_worse", "p_adjusted", "tests", "gap", "gap_near", "customers", "owner"]


def held_against_target(tables: Tables) -> pd.DataFrame:
    """Return every figure that was tested against its target this quarter, with ``p_worse`` and ``p_adjusted``.

    ``facet`` and ``title`` (of a rule) are "" where they do not apply.
    """
    columns = [*FIGURE_COLUMNS, "p_worse", "customers", "facet", "title"]
    parts = (headlines(tables), _facets(tables), _rules(tables))
    found = pd.concat([part.reindex(columns=columns) for part in parts if len(part)], ignore_index=True)
    found = found.assign(**{name: found[name].astype("str").fillna("") for name in ("facet", "title")})
    found = found[found["p_worse"].notna() & found["unit_type"].isin(TESTED) & (found["status"] == "ok")]
    found = found.drop_duplicates(KEYS).reset_index(drop=True)
    return found.assign(p_adjusted=holm(found["p_worse"].astype(float)))


def _facets(tables: Tables) -> pd.DataFrame:
    """Return the rows of one facet of competence."""
    table = tables.get("competence", pd.DataFrame())
    return table[table["facet"].ne("")] if "facet" in table else pd.DataFrame()


def _rules(tables: Tables) -> pd.DataFrame:
    """Return the rows of the rules that may be broken."""
    table = tables.get("clocks", pd.DataFrame())
    return table[table["force"].ne(NO_BREACH)] if "force" in table else pd.DataFrame()


def problems(run: Run, tables: Tables) -> pd.DataFrame:
    """Return the ranked list of problems: evidence, size, certainty, customers affected, owner; ``tests`` were made.

    ``part``: the event, facet or rule that the figure is of, "" where it is of none. ``gap`` is how far the estimate
    lies beyond its target and ``gap_near`` how far at least (the near bound), both in the indicator's unit. No problem
    found is a table without rows.
    """
    found = held_against_target(tables)
    tests = len(found)
    found = found[found["p_adjusted"] <= FAMILY_LEVEL]
    if found.empty:
        return pd.DataFrame(columns=[*FIGURE_COLUMNS, *EXTRA])
    higher = found["indicator"].map(lambda one: run.params.registry[one].direction == "higher")
    gap = np.where(higher, found["target"] - found["estimate"], found["estimate"] - found["target"])
    near = np.where(higher, found["target"] - found["high"], found["low"] - found["target"])
    part = found["event"] + found["facet"]  # no figure has both
    keys = found.assign(part=part)[["indicator", "unit_type", "unit", "part"]].to_numpy()
    named = [":".join(filter(None, row)) for row in keys]
    full = found.drop(columns=["facet", "title"]).assign(
        problem_id=named, part=part + found["title"], tests=tests, gap=gap, gap_near=np.clip(near, 0, None),
        customers=found["customers"].fillna(found["n"]).astype("Int64"),
        owner=found["indicator"].map(lambda one: run.params.registry[one].owner))
    relative = full["gap_near"] / full["target"].abs().clip(lower=SMALLEST_TARGET)  # so that shares and scores compare
    order = (relative * full["customers"].astype(float)).sort_values(ascending=False, kind="stable").index
    ranked = judged(run, [full]).set_index("problem_id").loc[full.loc[order, "problem_id"]].reset_index()
    return ranked[[*[column for column in ranked if column not in EXTRA], *EXTRA]]
