"""Who does the same job, so that persons may be compared (METHODS §3)?"""

from __future__ import annotations

import pandas as pd

from analysis.measures.people.roster import posts
from analysis.run import Run

MINIMUM_GROUP = 8  # METHODS §3
EVERY_LINE = ""
FEW_PEERS = f"fewer than {MINIMUM_GROUP} people in the same job"
GROUP = ["role", "line"]


def evaluated(run: Run) -> pd.DataFrame:
    """Return everybody on the roster who is not exempt, by id, with the group compared with: ``role`` and ``line``.

    People of one role and line, where each line of the role has MINIMUM_GROUP people; else of the whole role, and
    ``line`` is EVERY_LINE. ``peers``: people in the group, oneself included.
    """
    held = posts(run).select("employee_id", "role", "service_line", "branch", "department", "team", "hired_on",
                             "exempt_reason")
    people = run.warehouse.reduce(held)
    people = people[people["exempt_reason"].isna()].reset_index(drop=True)
    in_line = people.groupby(["role", "service_line"])["employee_id"].transform("size")
    by_line = in_line.groupby(people["role"]).transform("min") >= MINIMUM_GROUP
    line = people["service_line"].where(by_line, EVERY_LINE)
    peers = people.assign(line=line).groupby(GROUP)["employee_id"].transform("size")
    return people.assign(line=line, peers=peers).drop(columns="exempt_reason")


def of_group(cases: pd.DataFrame, people: pd.DataFrame, least: int = MINIMUM_GROUP) -> pd.DataFrame:
    """Return the rows of ``cases`` (employee_id, role, service_line, …) done in the group each person stands in now.

    ``role`` and ``line`` are the group's, of ``least`` people or more. Work in another job says nothing of this one.
    """
    told = cases.merge(people[["employee_id", *GROUP, "peers"]], on="employee_id", suffixes=("_then", ""))
    same = told["role_then"].eq(told["role"]) & (told["line"].eq(EVERY_LINE) | told["line"].eq(told["service_line"]))
    return told[same & told["peers"].ge(least)].drop(columns=["role_then", "service_line", "peers"])
