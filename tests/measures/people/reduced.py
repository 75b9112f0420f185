"""Reduced cases of a small company, as the scoring of persons takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.measures.people.cases import WHOLE_CELL
from analysis.measures.people.scoring import Bounds, Evidence

ROLE, LINE, NOW = "clerk", "claims", "2024Q3"
FIRST, CSAT, COMPETENCE = "in_limit_share:first_response", "csat_top2_share", "competence_score"
ERRORS, RULES, UPHELD = "accuracy_error_share", "compliance_pass_share", "upheld_complaints_per_1k_requests"
UNITS = {"csat_top2_share": "share", "in_limit_share": "share", ERRORS: "share", RULES: "share",
         COMPETENCE: "score_0to100", UPHELD: "rate"}
BLANK = dict.fromkeys(WHOLE_CELL, "") | {"mode": "", "auditor_id": "x", "quarter": NOW}


def group(size: int, branches: int = 1) -> pd.DataFrame:
    """Return so many people of one role and line, as of `groups.evaluated`."""
    names = [f"e{number:02d}" for number in range(size)]
    return pd.DataFrame({"employee_id": names, "role": ROLE, "line": LINE, "service_line": LINE, "peers": size,
                         "branch": [f"B{number % branches}" for number in range(size)]})


def shares(good: Mapping[str, int], n: int, **columns: object) -> pd.DataFrame:
    """Return ``n`` cases of each person in one cell, so many of them good."""
    rows = pd.DataFrame({"employee_id": list(good), "total": list(good.values())})
    return rows.assign(**BLANK | {"role": ROLE, "service_line": LINE} | columns, n=n, units=n,
                       total_of_squares=rows["total"])


def ratings(scores: Mapping[str, Sequence[int]], **columns: object) -> pd.DataFrame:
    """Return each person's ratings in whole hundredths, by the assessors a and b in turn."""
    rows = [{"employee_id": who, "assessor_id": "ab"[place % 2], "total": score, "total_of_squares": score**2}
            for who, own in scores.items() for place, score in enumerate(own)]
    return pd.DataFrame(rows).assign(quarter=NOW, role=ROLE, service_line=LINE, n=1, units=1, **columns)


def evidence(cases: Mapping[str, pd.DataFrame], upheld: pd.DataFrame | None = None) -> Evidence:
    """Return the cases as evidence, with no complaint where none is given."""
    none = pd.DataFrame(columns=["employee_id", "role", "service_line", *WHOLE_CELL, "requests", "upheld"])
    return Evidence(cases, none if upheld is None else upheld, NOW)


def bounds(trusted: bool = True, least: int = 30) -> Bounds:
    """Return the registry's bounds."""
    return Bounds(dict.fromkeys(UNITS, least) | {COMPETENCE: 6}, UNITS, trusted, 0.95)
