"""Was the evaluation carried out as planned, and what became of every row that was delivered (clauses 5.1, 6.1)?"""

from __future__ import annotations

import pandas as pd

from analysis.run import Run, remembered
from analysis.sources.vocabulary import TARGETED
from analysis.tables import TABLES

RANDOM = "random"  # how an audited case was chosen
MILESTONE_COLUMNS = ["milestone", "owner", "due", "done", "state"]
FIELDWORK_COLUMNS = ["sample", "planned", "actual", "reached", "reason"]
QUALITY_COLUMNS = ["table", "delivery", "received", "validated", "quarantined", "excluded", "superseded", "blanked",
                   "reasons", "suspicions"]


@remembered
def milestones(run: Run) -> pd.DataFrame:
    """Return the plan's milestones, each with its state at ``as_of``: done, done late, overdue or open."""
    today = run.today
    rows = []
    for one in run.params.plan.milestones:
        done = ""  # a later day is not known yet
        if one.done is not None and one.done <= today:
            done, state = one.done.isoformat(), "done" if one.done <= one.due else "done late"
        else:
            state = "overdue" if one.due < today else "open"
        rows.append([one.name, one.owner, one.due.isoformat(), done, state])
    return pd.DataFrame(rows, columns=MILESTONE_COLUMNS)


@remembered
def fieldwork(run: Run) -> pd.DataFrame:
    """Return, per sample of the plan, how many units it wanted and how many the delivery holds.

    A sample is named after its table (``audits``), or table and service line or mode (``surveys.phone``); its units are
    the distinct values of the table's first key column. Cases chosen for a suspicion are no part of a sample and are
    planned by a name of their own (``audits.targeted``).
    """
    rows = [[name, sample.planned, actual := _units(run, name), actual >= sample.planned, sample.reason]
            for name, sample in run.params.plan.samples.items()]
    return pd.DataFrame(rows, columns=FIELDWORK_COLUMNS)


def _units(run: Run, name: str) -> int:
    table, _, part = name.partition(".")
    rows = run.warehouse.table(table)
    if "sampling" in rows.columns:
        rows = rows.filter(rows.sampling == (TARGETED if part == TARGETED else RANDOM))
    if part not in ("", TARGETED):
        column = "mode" if "mode" in rows.columns and part in run.params.plan.modes else "service_line"
        rows = rows.filter(rows[column] == part)
    return int(run.warehouse.reduce(rows.agg(units=rows[TABLES[table].key[0]].nunique()))["units"].iloc[0])


@remembered
def data_quality(run: Run) -> pd.DataFrame:
    """Return where every received row went, per table and delivery, with the rules broken and what looks suspect.

    ``reasons`` and ``suspicions`` are lists ``column: rule (rows)`` and ``suspicion column (rows)``, parted by "; ".
    Suspicions concern the quarter's own rows and stand beside the newest delivery.
    """
    failures = run.delivery.failures
    reasons = failures.groupby(["table", "delivery", "column", "rule"]).size().reset_index(name="rows")
    told = reasons.assign(text=reasons["column"] + ": " + reasons["rule"] + " (" + reasons["rows"].astype(str) + ")")
    accounts = run.delivery.accounts.set_index(["table", "delivery"])
    accounts = accounts.assign(reasons=told.groupby(["table", "delivery"])["text"].agg("; ".join), suspicions="")
    frame = accounts.reset_index().fillna({"reasons": ""})
    newest = ~frame["table"].duplicated(keep="last")
    words = frame.loc[newest, "table"].map(_suspicions(run.delivery.findings)).fillna("")
    return frame.assign(suspicions=words.reindex(frame.index).fillna(""))[QUALITY_COLUMNS]


def _suspicions(findings: pd.DataFrame) -> dict[str, str]:
    words: dict[str, list[str]] = {}
    for row in findings.itertuples():
        said = [str(word) for word in (row.suspicion, row.column) if word]
        words.setdefault(str(row.table), []).append(f"{' '.join(said)} ({row.rows})")
    return {table: "; ".join(several) for table, several in words.items()}


def rows_by_outcome(quality: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of ``data_quality`` summed over deliveries, one row per table."""
    counts = ["received", "validated", "quarantined", "excluded", "superseded", "blanked"]
    return quality.groupby("table", sort=False)[counts].sum().reset_index()
