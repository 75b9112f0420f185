"""What would the next quarter's plan be if this quarter's results decided (clause 5.1)?

A draft is for people: it says why, leaves approval empty, and no run begins before they have filled that in.
"""

from __future__ import annotations

import calendar
import json
import math
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pandas as pd

from analysis.measures.collection.sample_sizes import needed, part_of_all
from analysis.measures.improvement.actions import actions
from analysis.measures.past import headlines
from analysis.measures.summary.composite import HEADLINE_EVENT
from analysis.measures.units import COMPANY
from analysis.params.plan import Coverage, PlannedIndicator, Sample
from analysis.run import Run
from analysis.stats.estimates import OK

MONTHS, YEAR = 3, 12
NEEDED = {"surveys": "invitations", "audits": "random audits"}
EMPTY = "   # "
#: A word that YAML reads as itself; any other text is quoted.
PLAIN = re.compile(r"(?!(?:true|false|null|yes|no|on|off|y|n)$)[A-Za-z][A-Za-z0-9_]*", re.IGNORECASE | re.ASCII)


def plan_draft(run: Run) -> str:
    """Return the draft of the plan of the quarter after ``run``, as YAML with its reasons as remarks.

    Kept from this quarter's plan: indicators with weights, floors and targets, limits, tables, modes, grades; dates
    move by three months, due days to a working day. From the results: a new target is proposed where an indicator was
    met in this quarter and the one before (the near bound of its interval), invitations and audits per line by the
    width wanted, and the measures that are still open or under observation.
    """
    plan, following = run.params.plan, run.quarter.plus(1)
    as_of = _moved(plan.as_of.date())
    parts = [
        f"# Draft of the evaluation plan of {following}, from the results of {run.quarter} (clause 5.1). Decide on",
        "# what the remarks propose; no run of the quarter begins before approved_by and approved_on are filled in.",
        f"quarter: {following}",
        f"as_of: {datetime.combine(as_of, plan.as_of.timetz()).isoformat()}",
        "revision: 1",
        f"prepared_by: {_text(plan.prepared_by)}",
        f"approved_by:{EMPTY}who approves it",
        f"approved_on:{EMPTY}the day, before the quarter ends",
        "", "indicators:", *_indicators(run),
        "", "limits:",
        *(f"  {flow(kind)}: {flow(one.model_dump(exclude_none=True))}" for kind, one in plan.limits.items()),
        "", "tables:", *(f"  {name}: {_coverage(one)}" for name, one in plan.tables.items()),
        "", f"modes: {flow(list(plan.modes))}",
        "samples:", *_samples(run),
        "", "milestones:", *_milestones(run),
        *(["", f"grades: {flow(plan.grades)}"] if "grades" in plan.model_fields_set else []),
        "", *_open_measures(run), ""]
    return "\n".join(parts)


def _indicators(run: Run) -> Iterator[str]:
    """Yield each indicator of the plan, with this quarter's figure and what it proposes as a remark."""
    asked = run.params.plan.indicators
    now = _company(headlines(run, asked))
    before = run.earlier(run.quarter.plus(-1), COMPANY)
    last = _company(headlines(before, asked)) if before is not None else now.iloc[:0]
    for name, one in asked.items():
        remark = _remark(run, name, one, now, last)
        yield f"  {name}: {flow(one.model_dump(exclude_none=True, exclude_defaults=True))}{remark}"


def _company(rows: pd.DataFrame) -> pd.DataFrame:
    told = rows[rows["unit_type"].eq(COMPANY) & rows["event"].isin(["", HEADLINE_EVENT])]
    return told.drop_duplicates("indicator").set_index("indicator")


def _remark(run: Run, name: str, planned: PlannedIndicator, now: pd.DataFrame, last: pd.DataFrame) -> str:
    status = now["status"].get(name, "")
    if status != OK:
        return f"   # {run.quarter}: {status}" if status else ""
    row = now.loc[name].to_dict()
    estimate, low, high = (float(row[one]) for one in ("estimate", "low", "high"))
    verdict = str(row["verdict"])
    told = f"   # {run.quarter}: {estimate:.4g} ({low:.4g} to {high:.4g}), {verdict}"
    twice = name in last.index and verdict == last.at[name, "verdict"]
    if twice and verdict == "met":
        bound = low if run.params.registry[name].direction == "higher" else high
        return f"{told} twice; proposed target: {bound:.3g}" if bound != planned.target else told
    if twice and verdict == "not met":
        return f"{told} twice; keep the target and register a measure"
    return told


def _samples(run: Run) -> Iterator[str]:
    """Yield the samples: those drawn by a number wanted, per line where lines are told, and the others as planned.

    A mode keeps its part of all invitations.
    """
    found = needed(run)
    known = found[found["status"].eq(OK)]
    drawn = {name: one for table in NEEDED for name, one in _drawn(run, table, known[known["table"].eq(table)])}
    before = run.params.plan.samples
    for name, one in before.items():
        table, share = name.partition(".")[0], part_of_all(run, name)
        if share is not None and table in drawn:
            drawn[name] = Sample(planned=math.ceil(share * drawn[table].planned), reason=one.reason)
    yield from (f"  {name}: {flow({'planned': one.planned, 'reason': one.reason})}"
                for name, one in (drawn | {name: one for name, one in before.items() if name not in drawn}).items())


def _drawn(run: Run, table: str, found: pd.DataFrame) -> Iterator[tuple[str, Sample]]:
    """Yield the samples of ``table`` by the numbers ``found`` to be needed."""
    for row in found.to_dict("records"):
        whole = row["unit_type"] == COMPANY
        reason = (f"{NEEDED[table]} for a {row['wanted_by']} of {row['wanted_share']:g} in {row['measured_by']}:"
                  f" {int(row['estimate'])} ({int(row['low'])} to {int(row['high'])});"
                  f" {run.quarter} gave {row['half_width_share']:.3f}")
        reason += f"; the lines need {row['lines']:.0f}" if whole and row["lines"] > 0 else ""
        yield table if whole else f"{table}.{row['unit']}", Sample(planned=int(row["needed"]), reason=reason)


def _milestones(run: Run) -> Iterator[str]:
    """Yield the steps of the plan three months on; a due day that is not worked moves to the working day before.

    None is due before the draft can be read: such a day moves to the first working day after ``as_of``.
    """
    first = run.today + timedelta(days=1)
    while _working(run, first) <= run.today:
        first += timedelta(days=1)
    for one in run.params.plan.milestones:
        due = max(_working(run, _moved(one.due)), first)
        yield f"  - {flow({'name': one.name, 'owner': one.owner, 'due': due})}"


def _open_measures(run: Run) -> Iterator[str]:
    table = actions(run)
    still = table[table["action_id"].ne("") & (table["state"].ne("done") | table["effect"].str.startswith("not yet"))]
    yield "# Measures still open, or whose effect is not yet judged (params/actions.yml):"
    for row in still.to_dict("records"):
        yield (f"#   {row['action_id']}: {row['title'] or row['problem_id']}; {row['owner_department']}; due"
               f" {row['due_on']}, {row['state']}; judged over {row['window']}")
    if still.empty:
        yield "#   none"


def _working(run: Run, day: date) -> date:
    """Return ``day``, or the last day before it that is worked; itself where its year is not announced."""
    days = run.params.calendars[run.params.site.calendar]
    known = day.year in days.years
    while known and days.first_day < day and not days.working[(day - days.first_day).days]:
        day -= timedelta(days=1)
    return day


def _moved(day: date) -> date:
    """Return ``day`` three months on; the last day of a month stays the last."""
    year, month = divmod(YEAR * day.year + day.month - 1 + MONTHS, YEAR)
    length = calendar.monthrange(year, month + 1)[1]
    last = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month + 1, length if last else min(day.day, length))


def _coverage(one: Coverage) -> str:
    if one.from_ is None or one.to is None:
        return "{}"
    return flow({"covers": one.covers, "from": _moved(one.from_), "to": _moved(one.to)})


def flow(value: object) -> str:
    """Return a value as YAML of one line: texts quoted where they are more than a word."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return repr(int(value) if value.is_integer() else value)
    return _text(value) if isinstance(value, str) else str(value)


def _text(value: str) -> str:
    return value if PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
