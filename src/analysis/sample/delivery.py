"""What did the sample insurer deliver at the end of each quarter, byte for byte?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from analysis.quarter import Quarter
from analysis.sample import company, quality, service, surveying, voice
from analysis.sample.dirt import with_dirt
from analysis.sample.layout import CASE_TABLES, EVENT_TABLES, LAYOUTS, Layout

QUARTERS = tuple(Quarter(2022, 4).plus(step) for step in range(8))
AS_OF_DAYS = 15
# Deliveries are cut a few days late: these many cases per table show events from after the date of knowledge.
LATE_CUT_DAYS = 5
LATE_CUT_ROWS = {"requests": 6, "surveys": 2, "complaints": 3, "feedback": 1}
History = dict[str, dict[str, pd.DataFrame]]


@dataclass(frozen=True)
class Delivery:
    """One quarter's tables as text, and the counts that a run must find again."""

    quarter: Quarter
    tables: dict[str, pd.DataFrame]
    repeated: dict[str, int]
    after_as_of: dict[str, int]
    open_cases: dict[str, int]


def as_of(quarter: Quarter) -> pd.Timestamp:
    """Return the last second of knowledge (local time): 15 days after the quarter's end."""
    return pd.Timestamp(quarter.end) + pd.Timedelta(days=AS_OF_DAYS + 1) - pd.Timedelta(seconds=1)


def history(seed: int) -> History:
    """Return for each quarter every event table with all that ever happened, helper columns included."""
    return {str(quarter): _quarter_history(seed, quarter) for quarter in QUARTERS}


def _quarter_history(seed: int, quarter: Quarter) -> dict[str, pd.DataFrame]:
    requests = service.requests(seed, quarter)
    return {
        "requests": requests,
        "surveys": surveying.surveys(seed, quarter, requests),
        "complaints": voice.complaints(seed, quarter, requests),
        "feedback": voice.feedback(seed, quarter),
        "audits": quality.audits(seed, quarter, requests),
        "assessments": quality.assessments(seed, quarter),
        "training": quality.training(seed, quarter),
    }


def delivered(quarter: Quarter, past: History) -> Delivery:
    """Return what came for ``quarter``: its openings, the former quarter's cases that moved, snapshots whole."""
    knowledge = as_of(quarter)
    tables = {name: _text(table, LAYOUTS[name]) for name, table in _snapshots(quarter).items()}
    repeated, after, still_open = {}, {}, {}
    for name in EVENT_TABLES:
        own = past[str(quarter)][name]
        moved = _moved(past.get(str(quarter.plus(-1)), {}).get(name), name, quarter)
        now = _known(own, name, (knowledge, LATE_CUT_ROWS.get(name, 0)))
        known = pd.concat([_known(moved, name, (knowledge, 0)), now], ignore_index=True)
        tables[name] = with_dirt(_text(known, LAYOUTS[name]), name, str(quarter))
        repeated[name] = len(moved)
        after[name] = int(sum((now[event] > knowledge).sum() for event in LAYOUTS[name].events))
        still_open[name] = _open_cases(own, name, knowledge)
    return Delivery(quarter, tables, *({k: v for k, v in d.items() if v} for d in (repeated, after, still_open)))


def _snapshots(quarter: Quarter) -> dict[str, pd.DataFrame]:
    return {
        "staff": company.staff(as_of(quarter).date()),
        "partners": company.partners(),
        "population": company.population(),
        "exposures": company.exposures(quarter),
        "benchmarks": company.benchmarks(quarter),
    }


def _moved(before: pd.DataFrame | None, name: str, quarter: Quarter) -> pd.DataFrame:
    """Return the former quarter's cases with an event between the former date of knowledge and this one."""
    if before is None or name not in CASE_TABLES:
        return pd.DataFrame(columns=LAYOUTS[name].columns).iloc[:0] if before is None else before.iloc[:0]
    then, now = as_of(quarter.plus(-1)), as_of(quarter)
    events = before[list(LAYOUTS[name].events)]
    return before[((events > then) & (events <= now)).any(axis=1)]


def _known(table: pd.DataFrame, name: str, cut: tuple[pd.Timestamp, int]) -> pd.DataFrame:
    """Blank the events still ahead and what follows from them; as many rows as ``cut`` says keep theirs."""
    layout, (knowledge, late_rows) = LAYOUTS[name], cut
    if not layout.events:
        return table
    events = table[list(layout.events)]
    ahead = events > knowledge
    soon = ahead.any(axis=1) & ~(events > knowledge + pd.Timedelta(days=LATE_CUT_DAYS)).any(axis=1)
    ahead[soon & (soon.cumsum() <= late_rows)] = False
    known = table.assign(**{event: table[event].mask(ahead[event]) for event in layout.events})
    for causes, columns in layout.follows:
        unknown = known[list(causes)].isna().all(axis=1)
        known = known.assign(**{column: known[column].mask(unknown) for column in columns})
    return known


def _open_cases(own: pd.DataFrame, name: str, knowledge: pd.Timestamp) -> int:
    ends = {"requests": ["resolved_at", "withdrawn_at"], "complaints": ["closed_at", "withdrawn_at"]}.get(name)
    if ends is None:
        return 0
    return int((~(own[ends] <= knowledge).any(axis=1)).sum())


def _text(table: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    return pd.DataFrame({name: _column(table[name], layout.zone) for name in layout.columns})


def _column(values: pd.Series, zone: str) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values):
        text = values.dt.strftime("%Y-%m-%dT%H:%M:%S") + zone
        return text.astype(object).where(values.notna(), "")
    return pd.Series([_cell(value) for value in values], index=values.index, dtype=object)


def _cell(value: object) -> str:
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if value is True or value is False or type(value).__name__ == "bool":
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def write_delivery(delivery: Delivery, directory: Path) -> None:
    """Write ``<directory>/<quarter>/<table>.csv``, UTF-8, one line feed per row."""
    folder = directory / str(delivery.quarter)
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in delivery.tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
