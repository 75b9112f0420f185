"""How often does an audit find an error, and how often a broken rule (clauses 3.2, 4.3, 4.5)?

How checks are counted. One row of ``audits`` is one check: an item that two auditors judged counts twice, and the
interval knows that checks of one audit belong together. A finding that was overturned on dispute counts as passed.
Headline figures rest on randomly sampled audits; targeted ones stand apart (``sampling``) and have no target.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from analysis.measures.breakdown import Keys, Question, by_unit, with_customers
from analysis.measures.units import ANSWERS, judged, narrowed, unit_rows
from analysis.params import HISTORY_QUARTERS
from analysis.run import Run, remembered
from analysis.stats.estimates import OK, WITHHELD
from analysis.stats.intervals.clusters import cluster_share
from analysis.stats.intervals.shares import clopper_pearson
from analysis.stats.survey.design import WEIGHT_ONE, design_share
from analysis.tables.results import FIGURE_COLUMNS

MINIMUM_AUDITS = 5  # limits by the spread of fewer reach over most of the scale, of four from 0 to 100 %
OVERTURNED = "overturned"  # the dispute ended for the employee: the finding is withdrawn, so the check is passed
SEVERITY_WEIGHTS: Mapping[str, int] = MappingProxyType({"minor": 1, "major": 3, "critical": 5})  # registry, 4.5
CRITICAL = "critical"
UNIT_TYPES = ("company", "service_line", "branch", "channel", "partner", "month")
PART_UNIT_TYPES = ("company", "service_line", "branch")
PARTS = ("criterion", "item")
FAILURE_COLUMNS = ["unit_type", "unit", "family", "item", "sampling", "checked", "failed"]


def checks(rows: ir.Table) -> ir.Table:
    """Return the checks with ``failed``, ``month`` and whether the failure is ``critical``."""
    overturned = (rows.dispute_outcome == OVERTURNED).fill_null(False)
    failed = ~(rows.passed | overturned)
    return rows.mutate(failed=failed, month=rows.audited_day.strftime("%Y-%m"),
                       critical=failed & (rows.severity == CRITICAL))


def sampled(run: Run, family: str, sampling: str) -> ir.Table:
    """Return the quarter's checks of one family, of randomly drawn or of targeted audits."""
    rows = checks(run.warehouse.table("audits"))
    rows = narrowed(rows, UNIT_TYPES, "audit_id", "family", "sampling", *PARTS, "severity", "failed", "critical")
    return rows.filter(rows.family == family, rows.sampling == sampling)


def _failed_per_audit(rows: ir.Table, keys: Keys) -> ir.Table:
    return rows.group_by([*keys, "audit_id"]).agg(n=rows.count(), total=rows.failed.cast("int64").sum())


def _passed_per_audit(rows: ir.Table, keys: Keys) -> ir.Table:
    rows = rows.mutate(value=(~rows.failed).cast("int64"))
    return rows.group_by([*keys, "audit_id", "severity", "value"]).agg(count=rows.count())


def _critical_audits(rows: ir.Table, keys: Keys) -> ir.Table:
    audits = rows.group_by([*keys, "audit_id"]).agg(critical=rows.critical.any())
    return audits.group_by(keys).agg(n=audits.count(), count=audits.critical.cast("int64").sum())


def _error_share(reduced: pd.DataFrame, keys: Keys) -> pd.DataFrame:
    return _of_enough_audits(cluster_share(reduced.rename(columns={"audit_id": "cluster"}), keys))


def _of_enough_audits(found: pd.DataFrame) -> pd.DataFrame:
    """Return ``found`` without the figures that rest on fewer than MINIMUM_AUDITS (degrees of freedom and one)."""
    few = found["status"].eq(OK) & found["df"].lt(MINIMUM_AUDITS - 1)
    numbers = found[[*WITHHELD]].where(~few)
    status = found["status"].mask(few, f"not estimable: fewer than {MINIMUM_AUDITS} audits")
    return found.assign(**numbers, status=status)


def _weighted_pass_share(reduced: pd.DataFrame, keys: Keys) -> pd.DataFrame:
    """Return Σ weight · passed / Σ weight, the weight that of the item's severity; n counts checks, unweighted."""
    weight = reduced["severity"].map(SEVERITY_WEIGHTS) * WEIGHT_ONE
    answers = reduced.assign(weight=weight).rename(columns={"audit_id": "cluster"})
    found = _of_enough_audits(design_share(answers, keys))
    return found.assign(method="severity-weighted share, cluster-robust Korn-Graubard")


def design_effect(found: pd.DataFrame) -> pd.Series:
    """Return by what factor the variance of each share exceeds that of independent checks; 1 at least."""
    spread = found["estimate"] * (1 - found["estimate"]) / found["n"]
    effect = found["std_error"] ** 2 / spread.where(spread > 0)
    return effect.astype(float).clip(lower=1.0).fillna(1.0)


def _critical_share(reduced: pd.DataFrame, keys: Keys) -> pd.DataFrame:
    table = reduced.set_index(keys)
    found = clopper_pearson(table["count"], table["n"])
    return found.assign(status=found["status"].str.replace(ANSWERS, "audits"))


ERRORS = Question("accuracy_error_share", UNIT_TYPES, _failed_per_audit, _error_share)
CRITICAL_ERRORS = Question("accuracy_critical_share", UNIT_TYPES, _critical_audits, _critical_share)
PASSES = Question("compliance_pass_share", UNIT_TYPES, _passed_per_audit, _weighted_pass_share)


@remembered
def accuracy(run: Run) -> pd.DataFrame:
    """Return service error shares per unit, their parts by criterion and by severity, and critical errors.

    Unit of analysis: the check, clustered by audit; for critical errors the audit: the share of audits with one (exact
    interval, METHODS §1). Extra columns ``criterion``, ``severity`` (of the item; '' = all of either) and ``sampling``.
    """
    random = sampled(run, "accuracy", "random")
    parts = [by_unit(run, random, ERRORS), by_unit(run, random, CRITICAL_ERRORS),
             _parted(run, random, ERRORS, "criterion"), _parted(run, random, ERRORS, "severity"),
             _targeted(run, "accuracy", ERRORS)]
    return _finished(run, parts, "criterion", "severity")


@remembered
def compliance(run: Run) -> pd.DataFrame:
    """Return severity-weighted pass shares per unit, and rule by rule: per criterion (family of rules) and item.

    Unit of analysis: the check, clustered by audit. Extra columns ``criterion``, ``item`` ('' = all) and ``sampling``.
    """
    random = sampled(run, "compliance", "random")
    parts = [by_unit(run, random, PASSES), _parted(run, random, PASSES, "criterion"),
             _parted(run, random, PASSES, "criterion", "item"), _targeted(run, "compliance", PASSES)]
    return _finished(run, parts, "criterion", "item")


def _parted(run: Run, rows: ir.Table, question: Question, *within: str) -> pd.DataFrame:
    return by_unit(run, rows, replace(question, unit_types=PART_UNIT_TYPES, within=within))


def _targeted(run: Run, family: str, question: Question) -> pd.DataFrame:
    found = by_unit(run, sampled(run, family, "targeted"), replace(question, unit_types=PART_UNIT_TYPES))
    return found.assign(sampling="targeted", target=np.nan, p_worse=np.nan)


def _finished(run: Run, parts: list[pd.DataFrame], *within: str) -> pd.DataFrame:
    blank = dict.fromkeys(within, "") | {"sampling": "random"}
    full = [part.assign(**{name: part.get(name, value) for name, value in blank.items()})
            for part in parts if len(part)]
    frame = with_customers(run, pd.concat(full, ignore_index=True))
    return judged(run, [frame])


def audit_trend(run: Run) -> pd.DataFrame:
    """Return both headline shares for each of the last eight quarters (``quarter``), the company and the lines.

    Each quarter as it was known at its own ``as_of``.
    """
    rows = checks(run.warehouse.history("audits", HISTORY_QUARTERS))
    random = rows.filter(rows.sampling == "random")
    asked = [(ERRORS, "accuracy"), (PASSES, "compliance")]
    parts = [by_unit(run, random.filter(random.family == family), replace(
        question, unit_types=("company", "service_line"), within=("quarter",))) for question, family in asked]
    found = [part for part in parts if len(part)]
    return judged(run, found) if found else pd.DataFrame(columns=[*FIGURE_COLUMNS, "quarter"])


def critical_failures(run: Run) -> pd.DataFrame:
    """Return the items of critical severity that failed: ``failed`` of ``checked`` checks by branch and by line.

    Both families, random and targeted audits apart. Margins only: branch and line are not crossed (METHODS §7).
    """
    rows = checks(run.warehouse.table("audits"))
    rows = rows.filter(rows.severity == CRITICAL)
    keys = ["unit", "family", "item", "sampling"]
    parts = []
    for unit_type in PART_UNIT_TYPES:
        of_unit = unit_rows(run, rows, unit_type)
        counts = of_unit.group_by(keys).agg(checked=ibis._.count(), failed=ibis._.failed.cast("int64").sum())
        parts.append(run.warehouse.reduce(counts).assign(unit_type=unit_type))
    frame = pd.concat(parts, ignore_index=True)
    return frame.loc[frame["failed"] > 0, FAILURE_COLUMNS].reset_index(drop=True)
