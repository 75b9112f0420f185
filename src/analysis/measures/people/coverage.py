"""Is every employee accounted for, and has everybody acknowledged the policy (clauses 2.1, 8.4)?

Counts of people, complete and certain: nothing was sampled.
"""

from __future__ import annotations

import ibis.expr.types as ir
import pandas as pd

from analysis.measures.breakdown import Keys, Question, by_unit, told_by
from analysis.measures.people.cases import SCORED, UPHELD_RATE
from analysis.measures.people.groups import evaluated, of_group
from analysis.measures.people.roster import people, posts, strangers
from analysis.measures.people.scoring import bounds_of, evidence_on, is_enough, units_of
from analysis.measures.units import COMPANY, judged, with_missing_units
from analysis.run import Run, remembered
from analysis.tables.results import LEVEL, blank_figures

UNIT_TYPES = ("company", "department", "service_line", "branch")
COVERED = ("enough_evidence", "not_enough_evidence", "exempt")


def _acknowledged(rows: ir.Table, keys: Keys) -> ir.Table:
    return rows.group_by(keys).agg(n=rows.count(), count=rows.acknowledged_on.notnull().cast("int64").sum())


def census(reduced: pd.DataFrame, keys: Keys) -> pd.DataFrame:
    """Return the shares ``count`` / ``n`` of a complete list: nothing was sampled, the interval is the share itself."""
    table = reduced.set_index(keys)
    share = (table["count"] / table["n"]).astype(float)
    return pd.DataFrame({"n": table["n"].astype("int64"), "estimate": share, "low": share, "high": share,
                         "level": LEVEL, "method": "share, complete count", "status": "ok"})


ACKNOWLEDGED = Question("acknowledgement_share", (COMPANY, "department"), _acknowledged, census)


@remembered
def acknowledgement(run: Run) -> pd.DataFrame:
    """Return the share of the people on the quarter's roster who acknowledged the policy (clause 8.4), exempt or not.

    Everybody counts once and all were asked, so a shortfall is certain: ``p_worse`` is 0 or 1. ``missing``: people.
    """
    frame = by_unit(run, told_by(run, posts(run), "staff", "acknowledged_on"), ACKNOWLEDGED)
    missing = (frame["n"].astype(float) * (1 - frame["estimate"])).round().astype("Int64")
    certain = (frame["estimate"] >= frame["target"]).astype(float).where(frame["estimate"].notna())
    return judged(run, [frame.assign(missing=missing, p_worse=certain, customers=0)])


@remembered
def coverage(run: Run) -> pd.DataFrame:
    """Return the share of people accounted for and how: counts only, per company, department, branch and line.

    Columns ``enough_evidence`` (for one indicator at least), ``not_enough_evidence``, ``exempt``, ``no_roster`` (people
    in the quarter's tables who stand on no roster; company only) and ``note``. Row counts are exempt from suppression.
    """
    persons = _persons(run)
    if persons.empty:
        blank = blank_figures("evaluation_coverage_share", COMPANY, [COMPANY], "no data")
        blank = with_missing_units(blank, "evaluation_coverage_share", "service_line", run.params.site.service_lines)
        return judged(run, [blank.assign(note="no roster", **dict.fromkeys([*COVERED, "no_roster"], None))])
    parts = [_covered(persons.assign(company=COMPANY), unit_type) for unit_type in UNIT_TYPES]
    unknown = strangers(run, persons)
    frame = with_missing_units(pd.concat(parts, ignore_index=True), "evaluation_coverage_share", "service_line",
                               run.params.site.service_lines)
    absent = pd.Series(pd.array([unknown if one == COMPANY else pd.NA for one in frame["unit_type"]], dtype="Int64"))
    counts = frame[list(COVERED)].astype("Int64")
    return judged(run, [frame.assign(**counts, no_roster=absent, note="")])


def _persons(run: Run) -> pd.DataFrame:
    """Return one row per person on the roster with the flags of COVERED; evidence on one indicator is enough."""
    roster = people(run)
    enough = _with_evidence(run)
    exempt = roster["exempt_reason"].notna()
    told = roster["employee_id"].isin(enough) & ~exempt
    return roster.assign(exempt=exempt, enough_evidence=told, not_enough_evidence=~(exempt | told))


def _with_evidence(run: Run) -> set[str]:
    bounds, found, own = bounds_of(run), evidence_on(run), evaluated(run)
    told: set[str] = set()
    for name, asked in SCORED.items():
        units = units_of(of_group(found.cases[name], own))
        told |= set(units.index[is_enough(bounds, asked.indicator, units["units"], units["raters"])])
    served = of_group(found.upheld, own).groupby("employee_id")["requests"].sum()
    return told | set(served.index[served >= bounds.minimum_n[UPHELD_RATE]])


def _covered(persons: pd.DataFrame, unit_type: str) -> pd.DataFrame:
    counts = persons.groupby(unit_type)[list(COVERED)].sum().astype("int64")
    counts = counts.rename_axis("unit")
    table = counts.assign(n=persons.groupby(unit_type).size(), count=counts.sum(axis=1)).reset_index()
    found = census(table, ["unit"]).join(counts).reset_index()
    return found.assign(indicator="evaluation_coverage_share", unit_type=unit_type)
