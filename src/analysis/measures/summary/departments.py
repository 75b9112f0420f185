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
COLUMNS = ["department", "rests_on", *COUNTS]
OWN, OF_LINE, NOTHING = "own indicators", "its service line", "owns no indicator"
LATE = ("done late", "overdue")
LINE = "service_line"


def departments(run: Run, tables: Tables) -> pd.DataFrame:
    """Return one row per department of ``site.yml``, in its order, then per other that owns something: COLUMNS.

    ``indicators``: the plan's that it owns, with the company's verdicts on them (those without target are in none of
    the three); of a department that owns none, and is a service line, the plan's on that line (``rests_on``).
    ``problems`` of this quarter, ``measures`` not yet done and those overdue, ``milestones`` of the plan and those late
    or overdue. Counts say what there is to do, not how well a department works.
    """
    every = headlines(tables)
    every = every[every["event"].isin(["", HEADLINE_EVENT]) & every["indicator"].isin(run.params.plan.indicators)]
    company = every[every["unit_type"].eq(COMPANY)].drop_duplicates("indicator")
    own = company.assign(department=[run.params.registry[one].owner for one in company["indicator"]])
    site = run.params.site.departments
    of_lines = every[every["unit_type"].eq(LINE) & every["unit"].isin(set(site) - set(own["department"]))]
    of_lines = of_lines.drop_duplicates(["unit", "indicator"]).assign(department=of_lines["unit"])
    told = pd.concat([own, of_lines])
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
    order = [*site, *sorted(set(counts.index) - set(site))]
    table = counts.reindex(order, fill_value=0).rename_axis("department").reset_index()
    basis = dict.fromkeys(of_lines["department"], OF_LINE) | dict.fromkeys(own["department"], OWN)
    return table.assign(rests_on=[basis.get(one, NOTHING) for one in table["department"]])[COLUMNS]
