"""Which measures were taken, where do they stand, did they work, were results told back (clauses 5.5, 7.4)?"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from analysis.measures.improvement.effects import NOT_YET, TOLD, WORDS, effects
from analysis.measures.improvement.histories import histories, without_history
from analysis.measures.units import COMPANY, judged
from analysis.params import Action
from analysis.run import Run, remembered
from analysis.stats.models.verdict import EFFECTIVE, HARMFUL, NOT_SHOWN
from analysis.tables.results import blank_figures

EFFECT = "action_effect"
ACTION_COLUMNS = ["action_id", "problem_id", "title", "measured_by", "units", "comparison_units", "owner_department",
                  "opened_on", "due_on", "started_on", "done_on", "state", "expected_effect", "window", "evidence",
                  "decision"]
DECIDED, UNDECIDED = "decision recorded", "no decision recorded"
STATES = ("done", "overdue", "running", "planned")
TOLD_COLUMNS = ["unit", "on", "answer"]
LIST_SEPARATOR = "; "


@remembered
def actions(run: Run) -> pd.DataFrame:
    """Return one row per improvement measure opened by ``as_of``, overdue first, with its effect (`effects.effects`).

    ``state`` at ``as_of``: done, overdue (not done after its due day), running (started) or planned. Dates that lie
    after ``as_of`` are not known yet and left empty; the due day is a plan and stays. ``expected_effect`` is in the
    unit of the indicator ``measured_by``, as are estimate, low and high; ``effect`` and ``why`` say what follows.
    ``decision``: what follows from the effect, known from the day it was taken; ``adjustment``: whether one is recorded
    on a measure that an earlier report judged harmful or not shown, else empty. ``units_unknown``: its units that have
    no figure in any quarter it is judged by, where others have.
    """
    today = run.today
    rows = [_row(run, one) for one in run.params.actions if one.opened_on <= today]
    if not rows:
        none = blank_figures(EFFECT, COMPANY, [COMPANY], "no data")
        numbers = dict.fromkeys(set(TOLD) - set(none) - set(WORDS), np.nan)
        words = dict.fromkeys([*ACTION_COLUMNS, *WORDS, "adjustment", "units_unknown"], "")
        return judged(run, [none.assign(**words, **numbers)])
    told = pd.DataFrame(rows, columns=ACTION_COLUMNS).sort_values(["due_on", "action_id"])
    told = told.sort_values("state", key=lambda state: state != "overdue", kind="stable", ignore_index=True)
    found = told.merge(effects(run), on="action_id", how="left", validate="one_to_one")
    before = {one.action_id for one in run.params.actions if one.window_end < run.quarter}
    owed = found["effect"].str.startswith((HARMFUL, NOT_SHOWN)) & found["action_id"].isin(before)
    found["adjustment"] = found["decision"].ne("").map({True: DECIDED, False: UNDECIDED}).where(owed, "")
    history, registered = histories(run), {one.action_id: one for one in run.params.actions}
    found["units_unknown"] = [LIST_SEPARATOR.join(without_history(registered[one], history[one]))
                              for one in found["action_id"]]
    return judged(run, [found.assign(indicator=EFFECT, unit_type=COMPANY, unit=COMPANY, target=np.nan)])


def tally(table: pd.DataFrame) -> pd.DataFrame:
    """Return how many measures of ``actions`` were found effective, harmful, or not shown, or are not yet judged.

    Of all quarters: a judgement rests on the measure's own window and stays in the count.
    """
    taken = table[table["action_id"].ne("")]
    words = taken["effect"].where(taken["effect"].ne(""), NOT_YET).str.split(": ").str[0]
    counts = words.value_counts()
    order = [EFFECTIVE, NOT_SHOWN, HARMFUL, NOT_YET]
    return pd.DataFrame({"effect": order, "count": [int(counts.get(one, 0)) for one in order]})


def _row(run: Run, action: Action) -> list[object]:
    today = run.today
    started, done = _known(action.started_on, today), _known(action.done_on, today)
    decision = action.decision if _known(action.decided_on, today) else ""
    return [action.action_id, action.problem_id, action.title, action.indicator, LIST_SEPARATOR.join(action.units),
            LIST_SEPARATOR.join(action.comparison_units), action.owner_department, action.opened_on.isoformat(),
            action.due_on.isoformat(), started, done, _state(action, started, done, today),
            f"{action.expected_effect:+g}", action.window, action.evidence, decision]


def _known(day: date | None, today: date) -> str:
    return day.isoformat() if day is not None and day <= today else ""


def _state(action: Action, started: str, done: str, today: date) -> str:
    if done:
        return "done"
    if action.due_on < today:
        return "overdue"
    return "running" if started else "planned"


def action_states(table: pd.DataFrame) -> pd.DataFrame:
    """Return how many measures of ``actions`` are in each of STATES: columns state, n."""
    counts = table["state"].value_counts()
    return pd.DataFrame({"state": STATES, "n": [int(counts.get(state, 0)) for state in STATES]})


def told_back(run: Run) -> pd.DataFrame:
    """Return to whom the last results were told back, when, and what they answered (clause 5.5), up to ``as_of``."""
    rows = [[one.unit, one.on.isoformat(), one.answer] for one in run.params.plan.told_back if one.on <= run.today]
    return pd.DataFrame(rows, columns=TOLD_COLUMNS)
