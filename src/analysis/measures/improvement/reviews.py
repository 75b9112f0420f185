"""What did management review and decide, and what was objected to (clauses 6.4, 7.1)?

All from ``params/reviews``, as known at ``as_of``: a review held, an answer given or a decision carried out later has
not happened yet. The three tables name in ``concerns`` an indicator, or a problem by its id.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from analysis.params import Review
from analysis.params.loop import Decided, Objection
from analysis.params.published import problem_ids
from analysis.quarter import Quarter
from analysis.run import Run

REVIEWED, NOT_REVIEWED = "reviewed", "not reviewed"
DONE, OVERDUE, OPEN, UNDATED, UNDECIDED = "done", "overdue", "open", "no due day", "no decision"
ANSWERED, UNKNOWN = "answered", "unknown"
INDICATOR, PROBLEM, OWN = "indicator", "problem", "raised by management"
REVIEW_COLUMNS = ["quarter", "concerns", "state", "reviewed_by", "reviewed_on"]
DECISION_COLUMNS = ["quarter", "about", "concerns", "decision", "due", "done", "state"]
OBJECTION_COLUMNS = ["objection_id", "quarter", "concerns", "text", "raised_by", "raised_on", "state", "answered_on",
                     "answer", "decision", "office"]


def reviews(run: Run) -> pd.DataFrame:
    """Return one row per indicator of the last quarter's plan: was it reviewed (clause 7.1)? Those that were not first.

    Columns REVIEW_COLUMNS; ``reviewed_by`` is empty where there was no review at all. Without a plan of that quarter
    the rows are the review's own; without either there are none.
    """
    last = run.quarter.plus(-1)
    review, plan = _known(run).get(last), run.params.plans.get(last)
    said = {one.id: one.reviewed for one in review.indicators} if review else {}
    by, on = (review.reviewed_by, review.reviewed_on.isoformat()) if review else ("", "")
    rows = [[str(last), name, REVIEWED if said.get(name) else NOT_REVIEWED, by, on]
            for name in (plan.indicators if plan else said)]
    table = pd.DataFrame(rows, columns=REVIEW_COLUMNS)
    return table.sort_values("state", key=lambda state: state == REVIEWED, kind="stable", ignore_index=True)


def review_states(table: pd.DataFrame) -> pd.DataFrame:
    """Return how many indicators of `reviews` were reviewed and how many not: state, n, verdict (on duty 7.1)."""
    counts = table["state"].value_counts()
    return pd.DataFrame({"state": [REVIEWED, NOT_REVIEWED], "verdict": ["met", "not met"],
                         "n": [int(counts.get(state, 0)) for state in (REVIEWED, NOT_REVIEWED)]})


def decisions(run: Run) -> pd.DataFrame:
    """Return what management decided of indicators and problems, overdue first (clause 6.4): DECISION_COLUMNS.

    The last quarter's decisions, its problems without one included; of earlier quarters those not done, with a due day
    or without, or done since this quarter began. ``state``: done, overdue, open, no due day, no decision. The last
    quarter's problems are those it was signed with, where it was: one the review passes over has no decision, and one
    the report did not find is ``about`` what management raised itself.
    """
    last, today = run.quarter.plus(-1), run.today
    found = problem_ids(run.params.published, str(last)) if last in _known(run) else []
    rows = []
    for quarter, review in _known(run).items():
        for about, concerns, one in _decided(review, found if quarter == last else []):
            state, done = _state(one, today), _day(one.done, today)
            goes_on = state in (OVERDUE, OPEN, UNDATED) or (state == DONE and done >= run.quarter.start.isoformat())
            if quarter == last or goes_on:
                rows.append([str(quarter), about, concerns, one.decision, one.due.isoformat() if one.due else "", done,
                             state])
    table = pd.DataFrame(rows, columns=DECISION_COLUMNS)
    return table.sort_values("state", key=lambda state: state != OVERDUE, kind="stable", ignore_index=True)


def objections(run: Run) -> pd.DataFrame:
    """Return the objections of all earlier quarters that are open, then those answered since this quarter began.

    Columns OBJECTION_COLUMNS; oldest first. ``office``: unknown where the site names departments and ``raised_by`` is
    none of them, no service line, and no unit that results were told back to; else empty.
    """
    today = run.today
    site, told = run.params.site, {one.unit for plan in run.params.plans.values() for one in plan.told_back}
    known = {*site.departments, *site.service_lines, *told}
    rows = [[*_objection(quarter, one, today), UNKNOWN if site.departments and one.raised_by not in known else ""]
            for quarter, review in run.params.reviews.items() for one in review.objections if one.raised_on <= today]
    table = pd.DataFrame(rows, columns=OBJECTION_COLUMNS)
    shown = table[table["state"].eq(OPEN) | table["answered_on"].ge(run.quarter.start.isoformat())]
    return shown.sort_values(["state", "raised_on"], key=lambda column: column.replace({OPEN: "", ANSWERED: "1"}),
                             ignore_index=True)


def _known(run: Run) -> dict[Quarter, Review]:
    """Return the reviews that were held by ``as_of``, oldest quarter first."""
    return {quarter: one for quarter, one in run.params.reviews.items() if one.reviewed_on <= run.today}


def _decided(review: Review, found: list[str]) -> list[tuple[str, str, Decided]]:
    """Return what each decision is about and the decision; of indicators only where there is one.

    Of the problems ``found``, those the review passes over come last, without a decision.
    """
    listed = [(PROBLEM if one.problem_id in found or not found else OWN, one.problem_id, one)
              for one in review.problems]
    of_indicators = [(INDICATOR, one.id, one) for one in review.indicators if one.decision]
    passed_over = sorted(set(found) - {name for _, name, _ in listed}, key=found.index)
    return [*listed, *of_indicators, *((PROBLEM, name, Decided()) for name in passed_over)]


def _state(one: Decided, today: date) -> str:
    if not one.decision:
        return UNDECIDED
    if one.done is not None and one.done <= today:
        return DONE
    if one.due is None:
        return UNDATED
    return OVERDUE if one.due < today else OPEN


def _objection(quarter: Quarter, one: Objection, today: date) -> list[str]:
    answered = _day(one.answered_on, today)
    said = (ANSWERED, answered, one.answer, one.decision) if answered else (OPEN, "", "", "")
    return [one.id, str(quarter), one.indicator or one.problem_id, one.text, one.raised_by, one.raised_on.isoformat(),
            *said]


def _day(day: date | None, today: date) -> str:
    return day.isoformat() if day is not None and day <= today else ""
