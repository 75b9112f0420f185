"""How do a quarter's problems become drafts of measures, and delivered measures entries of ``actions.yml`` (5.5)?"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from pandas.errors import ParserWarning
from pydantic import ValidationError
from python_calamine import CalamineError

from analysis.measures.evidence import Tables
from analysis.measures.improvement.actions import DECIDED, actions
from analysis.measures.improvement.recommendations import advice, registered_against
from analysis.measures.summary.problems import problems
from analysis.measures.summary.scorecard import headlines
from analysis.measures.units import COMPANY
from analysis.params import Action
from analysis.publish.drafts import flow
from analysis.refusal import Refused
from analysis.run import Run
from analysis.stats.estimates import OK
from analysis.stats.models.verdict import LARGEST_P

ID_DIGITS = 8
ACTIONS, DRAFT = "actions.yml", "actions.draft.yml"
WINDOW_QUARTERS = 4  # over which a drafted measure is judged
LISTS = ("units", "comparison_units")
SEPARATOR = ";"
MOVE = "# complete what is empty, then move the entry to actions.yml; nothing is registered before that."


def stable_id(problem_id: str, registered: Collection[str] = ()) -> str:
    """Return the id of the measure drafted against a problem: the same in every quarter, until it is registered.

    ``A-`` and the first eight hexadecimal digits of the SHA-256 of ``problem_id``; a further measure against the same
    problem is numbered from 2.
    """
    first = f"A-{sha256(problem_id.encode()).hexdigest()[:ID_DIGITS]}"
    names = (first, *(f"{first}-{number}" for number in range(2, len(registered) + 3)))
    return next(name for name in names if name not in registered)


def action_drafts(run: Run, tables: Tables) -> tuple[str, int]:
    """Return drafts of measures against the quarter's problems that have none, as YAML, and how many there are."""
    every = headlines(tables)
    found = problems(run, tables).to_dict("records")
    entries = [entry for row in found for entry in _draft(run, row, every, found)]
    number = sum(line.startswith("- ") for line in entries)
    head = [f"# Drafts of improvement measures against the problems of {run.quarter} (clause 5.5):", MOVE, ""]
    return "\n".join([*head, *(entries or ["[]"])]) + "\n", number


def _draft(run: Run, problem: dict[Any, Any], every: pd.DataFrame, others: list[dict[Any, Any]]) -> Iterator[str]:
    problem_id, indicator, unit = (str(problem[name]) for name in ("problem_id", "indicator", "unit"))
    if _stands(run, problem_id, indicator, unit):
        return
    found = advice(run, indicator, str(problem["unit_type"]))
    today = run.today
    first = run.quarter.plus(2)  # registered in the next quarter, begun with the one after
    effect = found.expected_effect if found else None
    gap = f"the gap is {problem['gap']:.3g}, of which {problem['gap_near']:.3g} is certain"
    yield f"- action_id: {stable_id(problem_id, {one.action_id for one in run.params.actions})}"
    yield f"  problem_id: {flow(problem_id)}"
    yield f"  title: {flow(found.measure if found else '')}" + (f"   # {found.id}" if found else "   # no advice known")
    yield f"  indicator: {indicator}"
    yield f"  units: {flow([unit])}"
    others_alike = _comparable(run, problem, every, others)
    yield f"  comparison_units: {flow(others_alike)}   # {_power(str(problem['unit_type']), len(others_alike))}"
    yield f"  owner_department: {found.owner_department if found else problem['owner']}"
    yield f"  opened_on: {(today + timedelta(days=1)).isoformat()}"
    yield f"  due_on:   # by when it is done: before {first.start.isoformat()}, so that the window shows it"
    yield f"  expected_effect:{'' if effect is None else f' {effect:g}'}   # {gap}"
    yield f"  window: {first} to {first.plus(WINDOW_QUARTERS - 1)}"
    yield ""


def _stands(run: Run, problem_id: str, indicator: str, unit: str) -> bool:
    """Tell whether a measure stands against a problem: known by ``as_of``, or by the id it was drafted with.

    One that is done and was decided on since it did not work stands no longer.
    """
    first, taken = stable_id(problem_id), actions(run)
    failed = set(taken.loc[taken["state"].eq("done") & taken["adjustment"].eq(DECIDED), "action_id"])
    drafted = {one.action_id for one in run.params.actions if f"{one.action_id}-".startswith(f"{first}-")}
    known = {one.action_id for one in registered_against(run, problem_id, indicator, unit)}
    return bool((known | drafted) - failed)


def _power(unit_type: str, comparable: int) -> str:
    """Return in words whether an effect in one unit can be shown against so many others (METHODS §4)."""
    if unit_type == COMPANY:
        return "judged by the months before: 12 before it begins and 6 after"
    smallest = 1 / (comparable + 1)
    told = f"no measure and no problem there; one unit against {comparable}: smallest attainable p {smallest:.2g}"
    return told if smallest <= LARGEST_P else f"{told}, so that no effect can be shown: take it in several units"


def _comparable(run: Run, problem: dict[Any, Any], every: pd.DataFrame, others: list[dict[Any, Any]]) -> list[str]:
    """Return the units of the problem's type with a figure, without this problem and without a measure against it."""
    if problem["unit_type"] == COMPANY:
        return []
    same = every[every["indicator"].eq(problem["indicator"]) & every["unit_type"].eq(problem["unit_type"])
                 & every["event"].eq(problem["event"]) & every["status"].eq(OK)]
    bad = {str(one["unit"]) for one in others
           if (one["indicator"], one["unit_type"]) == (problem["indicator"], problem["unit_type"])}
    treated = {unit for one in run.params.actions if one.indicator == problem["indicator"] for unit in one.units}
    return sorted(set(same["unit"].astype("str")) - bad - treated - {str(problem["unit"])})


def imported(path: Path, registered: tuple[Action, ...]) -> tuple[str, int]:
    """Return the measures of a delivered file (CSV or Excel) as entries of ``actions.yml``, and how many.

    Columns are the keys of a measure; lists are parted by ';', an empty cell is left out. All or none: Refused, with
    row and column, where one is malformed or its id is already there.
    """
    rows = _read(path)
    known, entries = {one.action_id for one in registered}, []
    for number, row in enumerate(rows.to_dict("records"), start=2):
        given: dict[str, Any] = {str(name): str(value).strip() for name, value in row.items() if str(value).strip()}
        parted = {name: [one.strip() for one in given[name].split(SEPARATOR)] for name in LISTS if name in given}
        entry = _checked(given | parted, path.name, number)
        if entry.action_id in known:
            raise Refused("the measure is already registered, or stands twice", "A delivered file is imported once",
                          file=path.name, row=number, column="action_id")
        known.add(entry.action_id)
        entries.append(entry.model_dump(mode="json", exclude_defaults=True))
    text = "".join("\n" + yaml.safe_dump([one], allow_unicode=True, sort_keys=False) for one in entries)
    return text, len(entries)


def _read(path: Path) -> pd.DataFrame:
    remedy = "Deliver a CSV in UTF-8 or an Excel file whose header holds keys of a measure, and no more cells than keys"
    try:
        if path.suffix.lower() != ".csv":
            return pd.read_excel(path, dtype="str", engine="calamine", keep_default_na=False)
        with warnings.catch_warnings(action="error", category=ParserWarning):  # cells beyond the header would be lost
            return pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig", index_col=False)
    except (ValueError, OSError, CalamineError, ParserWarning):
        raise Refused("the file cannot be read as a table", remedy, file=path.name) from None


def _checked(given: dict[str, Any], file: str, row: int) -> Action:
    try:
        return Action.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        column = ".".join(map(str, first["loc"])) or str(first.get("ctx", {}).get("place", ("",))[0])
        raise Refused(first["msg"].removeprefix("Value error, "), "Correct the cell; see params/actions.yml",
                      file=file, row=row, column=column) from None
