"""How often is a finding of an audit disputed, and how often does the dispute succeed (clauses 4.3, 4.5)?"""

from __future__ import annotations

from collections.abc import Callable

import ibis.expr.types as ir
import pandas as pd

from analysis.measures.audits.audits import OVERTURNED
from analysis.measures.breakdown import Keys, Question, by_unit, told_by
from analysis.measures.people.roster import ROLLING_QUARTERS
from analysis.measures.units import COMPANY, judged, narrowed
from analysis.run import Run
from analysis.stats.intervals.clusters import cluster_share

UNIT_TYPES = (COMPANY, "service_line")


def _per_audit(rows: ir.Table, keys: Keys) -> ir.Table:
    return rows.group_by([*keys, "audit_id"]).agg(n=rows.count(), total=rows.flag.cast("int64").sum())


def _share_of(counted: str) -> Callable[[pd.DataFrame, Keys], pd.DataFrame]:
    """Return the estimator of shares of what is ``counted``, clustered by audit."""
    def estimator(reduced: pd.DataFrame, keys: Keys) -> pd.DataFrame:
        found = cluster_share(reduced.rename(columns={"audit_id": "cluster"}), keys)
        return found.assign(status=found["status"].str.replace("answers", counted))
    return estimator


DISPUTED = Question("finding_disputed_share", UNIT_TYPES, _per_audit, _share_of("findings"))
SUCCEEDED = Question("dispute_overturned_share", UNIT_TYPES, _per_audit, _share_of("disputes"))


def disputes(run: Run) -> pd.DataFrame:
    """Return the share of findings disputed, and of disputes that overturned the finding, company and lines.

    A finding is a check that an auditor did not pass, in random and targeted audits alike; n counts findings, and
    disputes with an outcome. Both over four quarters, for disputes are few; clustered by audit.
    """
    rows = told_by(run, run.warehouse.history("audits", ROLLING_QUARTERS), "audits", "disputed", "dispute_outcome")
    rows = narrowed(rows.filter(~rows.passed), UNIT_TYPES, "audit_id", "disputed", "dispute_outcome")
    findings = rows.mutate(flag=rows.disputed.fill_null(False))
    ended = rows.filter(rows.disputed.fill_null(False) & rows.dispute_outcome.notnull())
    ended = ended.mutate(flag=ended.dispute_outcome == OVERTURNED)
    frame = pd.concat([by_unit(run, findings, DISPUTED), by_unit(run, ended, SUCCEEDED)], ignore_index=True)
    return judged(run, [frame.drop(columns=["customers", "p_worse"])])
