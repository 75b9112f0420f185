"""Who was on the roster this quarter, and how much evidence is there on each of them (clause 2.1)?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.measures.breakdown import COMPLAINT_KIND
from analysis.run import Run

ROLLING_QUARTERS = 4  # METHODS §3: evidence on a person is gathered over four quarters
PERSON_MINIMUM_N = 30  # METHODS §3: the default; the registry may ask for more
ASSESSED = "competence_score"  # counted in assessments: the registry's own minimum holds (METHODS §3: 6)
MINIMUM_ASSESSORS = 2  # METHODS §3
ENOUGH, NOT_ENOUGH, EXEMPT = "evaluated-later", "not enough evidence", "exempt"
PEOPLE_TABLES = ("requests", "surveys", "complaints", "audits", "assessments", "training")

# Per indicator: the table, and which of its rows are the indicator's own unit (METHODS §3).
EVIDENCE: Mapping[str, tuple[str, Callable[[ir.Table], ir.BooleanValue]]] = MappingProxyType({
    "csat_top2_share": ("surveys", lambda rows: rows.satisfaction.notnull()),
    "in_limit_share": ("requests", lambda rows: ibis.literal(True)),
    "accuracy_error_share": ("audits", lambda rows: (rows.family == "accuracy") & (rows.sampling == "random")),
    "compliance_pass_share": ("audits", lambda rows: (rows.family == "compliance") & (rows.sampling == "random")),
    ASSESSED: ("assessments", lambda rows: ibis.literal(True)),
    "complaints_per_1k_requests": ("requests", lambda rows: rows.kind != COMPLAINT_KIND),
})


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


def evidence_counts(run: Run) -> pd.DataFrame:
    """Return employee_id, indicator, n (of the indicator's own unit, over four quarters) and assessors."""
    parts = []
    for indicator, (table, counted) in EVIDENCE.items():
        rows = run.warehouse.history(table, ROLLING_QUARTERS)
        rows = rows.filter(counted(rows), rows.employee_id.notnull())
        units = rows.assessment_id.nunique() if indicator == ASSESSED else rows.count()
        raters = rows.assessor_id.nunique() if indicator == ASSESSED else ibis.literal(MINIMUM_ASSESSORS)
        counts = run.warehouse.reduce(rows.group_by("employee_id").agg(n=units, assessors=raters))
        parts.append(counts.assign(indicator=indicator))
    return pd.concat(parts, ignore_index=True)


def evidence(run: Run) -> pd.DataFrame:
    """Return a row per person and indicator: the post, ``n``, ``minimum_n`` and ``evidence`` (enough, not, exempt)."""
    asked = pd.DataFrame({"indicator": list(EVIDENCE)})
    frame = people(run).merge(asked, how="cross")
    frame = frame.merge(evidence_counts(run), how="left", on=["employee_id", "indicator"])
    frame = frame.fillna({"n": 0, "assessors": 0}).astype({"n": "int64", "assessors": "int64"})
    minimum = frame["indicator"].map(lambda one: minimum_n(run, one)).astype("int64")
    enough = (frame["n"] >= minimum) & (frame["assessors"] >= MINIMUM_ASSESSORS)
    said = pd.Series(NOT_ENOUGH, index=frame.index, dtype="str").mask(enough, ENOUGH)
    exempt = f"{EXEMPT}: " + frame["exempt_reason"].astype("str").fillna("")
    return frame.assign(minimum_n=minimum, evidence=said.mask(frame["exempt_reason"].notna(), exempt))


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
