"""What falls to which department: indicators, problems, measures, steps of the plan (clauses 2.1, 6.1–6.4)?"""

from __future__ import annotations

import pandas as pd

from analysis.measures.evidence import Tables
from analysis.measures.summary.composite import HEADLINE_EVENT
from analysis.measures.summary.scorecard import headlines
from analysis.measures.units import COMPANY
from analysis.run import Run
from analysis.tables.results import VERDICTS

COUNTS = ["indicators", "met", "not_met", "cannot_tell", "problems", "measures", "measures_overdue", "milestones",
          "milestones_late"]
COLUMNS = ["department", *COUNTS]
LATE = ("done late", "overdue")


def departments(run: Run, tables: Tables) -> pd.DataFrame:
    """Return one row per department that owns something, in the order of ``site.yml``, then by name: COLUMNS.

    ``indicators``: the plan's that it owns, with the company's verdicts on them (those without target are in none of
    the three); ``problems`` of this quarter, ``measures`` not yet done and those overdue, ``milestones`` of the plan
    and those late or overdue. Counts say what there is to do, not how well a department works.
    """
    every = headlines(tables)
    company = every[every["unit_type"].eq(COMPANY) & every["event"].isin(["", HEADLINE_EVENT])
                    & every["indicator"].isin(run.params.plan.indicators)].drop_duplicates("indicator")
    told = company.assign(department=[run.params.registry[one].owner for one in company["indicator"]])
    actions, steps = tables["actions"], tables["milestones"]
    parts = {
        "indicators": told["department"],
        **{verdict.replace(" ", "_"): told.loc[told["verdict"].eq(verdict), "department"] for verdict in VERDICTS[:3]},
        "problems": tables["problems"]["owner"],
        "measures": actions.loc[actions["action_id"].ne("") & actions["state"].ne("done"), "owner_department"],
        "measures_overdue": actions.loc[actions["state"].eq("overdue"), "owner_department"],
        "milestones": steps["owner"],
        "milestones_late": steps.loc[steps["state"].isin(LATE), "owner"],
    }
    counts = pd.DataFrame({name: column.value_counts() for name, column in parts.items()}).fillna(0).astype("int64")
    named = [one for one in run.params.site.departments if one in counts.index]
    order = [*named, *sorted(set(counts.index) - set(named))]
    return counts.reindex(order).rename_axis("department").reset_index()[COLUMNS]
