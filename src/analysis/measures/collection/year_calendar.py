"""What was, and what is, to be done when, over four quarters (clauses 5.1, 6.2)?"""

from __future__ import annotations

from datetime import date

import pandas as pd

from analysis.quarter import QUARTERS_PER_YEAR
from analysis.run import Run

COLUMNS = ["quarter", "due", "step", "subject", "owner", "done", "days_late", "state"]
MILESTONE, MEASURE, DECISION = "milestone", "measure", "decision"
STATES = ("done", "done late", "overdue", "open")


def year_calendar(run: Run) -> pd.DataFrame:
    """Return every day that something is due in the year up to this quarter's plan, in order: COLUMNS.

    ``step``: a milestone of one of the four plans, a measure that was registered, or a decision of a review.
    ``days_late``: days from the due day to the day it was done, or to ``as_of`` while it is not; 0 before. ``state``:
    one of STATES. What is known at ``as_of`` only: a later ``done`` is not known yet.
    """
    today = run.today
    first = run.quarter.plus(1 - QUARTERS_PER_YEAR)
    rows: list[list[object]] = []
    for quarter, plan in run.params.plans.items():
        if first <= quarter <= run.quarter:
            rows += [[str(quarter), one.due, MILESTONE, one.name, one.owner, one.done] for one in plan.milestones]
    rows += [["", one.due_on, MEASURE, one.action_id, one.owner_department, one.done_on]
             for one in run.params.actions if one.opened_on <= today and one.due_on >= first.start]
    for quarter, review in run.params.reviews.items():
        decided = [*((one.id, one) for one in review.indicators), *((one.problem_id, one) for one in review.problems)]
        rows += [[str(quarter), one.due, DECISION, name, review.reviewed_by, one.done]
                 for name, one in decided if one.due is not None and one.due >= first.start
                 and review.reviewed_on <= today]
    told = [[*row[:5], *_state(row[1], row[5], today)] for row in rows]
    table = pd.DataFrame(told, columns=COLUMNS).sort_values(["due", "step", "subject"], ignore_index=True)
    return table.assign(due=[day.isoformat() for day in table["due"]])


def _state(due: object, done: object, today: date) -> list[object]:
    """Return done ("" while it is not known), days late, and the state."""
    assert isinstance(due, date)
    if isinstance(done, date) and done <= today:
        return [done.isoformat(), max(0, (done - due).days), STATES[0] if done <= due else STATES[1]]
    return ["", max(0, (today - due).days), STATES[2] if due < today else STATES[3]]


def calendar_states(table: pd.DataFrame) -> pd.DataFrame:
    """Return how many steps of ``year_calendar`` are in each of STATES: columns state, n."""
    counts = table["state"].value_counts()
    return pd.DataFrame({"state": STATES, "n": [int(counts.get(state, 0)) for state in STATES]})
