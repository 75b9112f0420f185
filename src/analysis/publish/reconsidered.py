"""Do the decisions recorded of a quarter still rest on evidence that may carry them (clause 7.3)?

Evidence changes after a decision: a contest is upheld, rows come late, a revision is published. Whenever the quarter is
run or decisions are recorded, those in force are held against what is published now. No report rests on them, so that
none changes because somebody decided.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from analysis.publish.order import Order
from analysis.publish.stage import APPRAISAL_TABLE, write_for_owner

KEYS = ["unit", "indicator", "event"]
RESTS_ON = ("permitted_use", "direction")
NOW = ("permitted_use_now", "direction_now", "reason_now")
GONE = "not published"
Row = dict[str, str]


def record_path(order: Order) -> Path:
    """Return where the decisions of the quarter are kept."""
    return order.params / "appraisals" / f"{order.quarter}.csv"


def list_path(order: Order) -> Path:
    """Return where those are listed that the evidence no longer carries; of persons, hence beside the record."""
    return record_path(order).with_name(f"{order.quarter}-to-reconsider.csv")


def unsupported(order: Order) -> list[Row]:
    """Return the decisions in force whose evidence may be used for less, or points elsewhere, than when recorded.

    The recorded row with NOW: what is published now; GONE where the person and indicator are no longer published. By
    person, indicator and event.
    """
    published = {_key(row): row for row in _rows(order.stage.target / APPRAISAL_TABLE)}
    in_force = {_key(row): row for row in _rows(record_path(order))}
    nothing = dict.fromkeys((*RESTS_ON, "reason"), GONE)
    beside = [(row, published.get(key, nothing)) for key, row in sorted(in_force.items()) if row["decision"]]
    return [row | dict(zip(NOW, (*(now[name] for name in RESTS_ON), now["reason"]), strict=True)) for row, now in beside
            if any(now[name] != row[name] for name in RESTS_ON)]


def reconsider(order: Order) -> list[str]:
    """List the unsupported decisions beside the record, and return in a line how many there are; nobody is named."""
    path, rows = list_path(order), unsupported(order)
    if not rows:
        path.unlink(missing_ok=True)
        return []
    write_for_owner(path, _text(rows))
    return [f"recorded decisions that the evidence no longer carries: {len(rows)}, listed in {path}"]


def _key(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in KEYS)


def _rows(table: Path) -> list[Row]:
    if not table.is_file():
        return []
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _text(rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
