"""Who was on the roster this quarter, in which post (clause 2.1)?"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.run import Run

ROLLING_QUARTERS = 4  # METHODS §3: evidence on a person is gathered over four quarters
PERSON_MINIMUM_N = 30  # METHODS §3: the default; the registry may ask for more
ASSESSED = "competence_score"  # counted in assessments: the registry's own minimum holds (METHODS §3: 6)
MINIMUM_ASSESSORS = 2  # METHODS §3
ENOUGH, NOT_ENOUGH, EXEMPT = "enough evidence", "not enough evidence", "exempt"
PEOPLE_TABLES = ("requests", "surveys", "complaints", "audits", "assessments", "training")

def posts(run: Run) -> ir.Table:
    """Return one row per person on the roster at any time in the quarter: the spell begun last."""
    staff = run.warehouse.table("staff")
    inside = (staff.valid_from <= run.quarter.end) & (staff.valid_to.isnull() | (staff.valid_to >= run.quarter.start))
    spells = staff.filter(inside)
    spells = spells.mutate(_newest=ibis.row_number().over(
        group_by=spells.employee_id, order_by=[spells.valid_from.desc(), spells._row.desc()]))
    return spells.filter(spells._newest == 0).drop("_newest")


def people(run: Run) -> pd.DataFrame:
    """Return employee_id, department, branch, service_line, exempt_reason of everybody on the roster, by id."""
    rows = posts(run)
    return run.warehouse.reduce(rows.select("employee_id", "department", "branch", "service_line", "exempt_reason"))


def exempted(run: Run) -> pd.DataFrame:
    """Return employee_id, role and exempt_reason of everybody on the roster who is not evaluated, by id."""
    rows = posts(run)
    rows = rows.filter(rows.exempt_reason.notnull())
    return run.warehouse.reduce(rows.select("employee_id", "role", "exempt_reason"))


def minimum_n(run: Run, indicator: str) -> int:
    """Return how many of its own units an indicator needs before it speaks of one person."""
    registered = run.params.registry[indicator].minimum_n
    return registered if indicator == ASSESSED else max(registered, PERSON_MINIMUM_N)


def strangers(run: Run, roster: pd.DataFrame) -> int:
    """Return how many people appear in the quarter's tables and stand on no roster."""
    seen: set[str] = set()
    for table in PEOPLE_TABLES:
        rows = run.warehouse.table(table)
        counts = rows.filter(rows.employee_id.notnull()).group_by("employee_id").agg(n=ibis._.count())
        seen |= set(run.warehouse.reduce(counts)["employee_id"])
    return len(seen - set(roster["employee_id"]))
