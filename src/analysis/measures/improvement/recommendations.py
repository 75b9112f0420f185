"""What is advised against each problem, and has a measure been taken (clause 5.4)?"""

from __future__ import annotations

import pandas as pd

from analysis.measures.improvement.actions import LIST_SEPARATOR
from analysis.params import Action, Recommendation
from analysis.run import Run

COLUMNS = ["problem_id", "part", "recommendation_id", "measure", "expected_effect", "evidence", "certainty",
           "owner_department", "action_id"]


def recommendations(run: Run, problems: pd.DataFrame) -> pd.DataFrame:
    """Return what the catalogue advises against each of ``problems``, in their order: COLUMNS.

    The first entry that fits is the advice. A problem without one has empty cells and the owner of its indicator.
    ``expected_effect`` is in the unit of the problem's indicator. ``action_id``: the measures registered by ``as_of``
    against this very problem, or against the same indicator in the same unit.
    """
    rows = [_row(run, row) for row in problems.to_dict("records")]
    return pd.DataFrame(rows, columns=COLUMNS)


def advice(run: Run, indicator: str, unit_type: str) -> Recommendation | None:
    """Return the first entry of the catalogue that fits; None where none does."""
    return next((one for one in run.params.recommendations if one.fits(indicator, unit_type)), None)


def registered_against(run: Run, problem_id: str, indicator: str, unit: str) -> list[Action]:
    """Return the measures registered by ``as_of`` against a problem: by its id, or by its indicator and unit."""
    today = run.today
    return [one for one in run.params.actions if one.opened_on <= today
            and (one.problem_id == problem_id or (one.indicator == indicator and unit in one.units))]


def _row(run: Run, problem: dict) -> list[object]:
    indicator = str(problem["indicator"])
    found = advice(run, indicator, str(problem["unit_type"]))
    measures = registered_against(run, str(problem["problem_id"]), indicator, str(problem["unit"]))
    names = LIST_SEPARATOR.join(one.action_id for one in measures)
    if found is None:
        return [problem["problem_id"], problem["part"], "", "", "", "", "", problem["owner"], names]
    effect = "" if found.expected_effect is None else f"{found.expected_effect:+g}"
    return [problem["problem_id"], problem["part"], found.id, found.measure, effect, found.evidence, found.certainty,
            found.owner_department, names]
