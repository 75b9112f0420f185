"""What did a run find, in the lines that end it?"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.sources.deliver import Delivery

VERDICTS = ("met", "not met", "cannot tell", "no target")
COMPANY = "company"


def findings(report: Path) -> list[str]:
    """Return where the report is and how many indicators and clauses are met; a table that is absent gives no line."""
    lines = [f"report: {report / 'index.html'}"]
    scorecard = _rows(report / "tables" / "scorecard.csv")
    verdicts = [row.get("verdict", "") for row in scorecard if row.get("unit_type", COMPANY) == COMPANY]
    clauses = [row.get("status", "") for row in _rows(report / "tables" / "clauses.csv")]
    return lines + [f"{title}: {_tally(values)}" for title, values in (("indicators", verdicts), ("clauses", clauses))
                    if any(values)]


def _rows(table: Path) -> list[dict[str, str]]:
    if not table.is_file():
        return []
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _tally(values: list[str]) -> str:
    """Return ``2 met, 1 not met``: the four verdicts first, then what else was said, alphabetically."""
    counts = Counter(value or "not evaluated" for value in values)
    order = [*VERDICTS, *sorted(counts.keys() - set(VERDICTS))]
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in order if verdict in counts)


def quality(delivery: Delivery) -> list[str]:
    """Return the data-quality table: where the rows of each table went, then each broken rule and each suspicion."""
    rules = delivery.failures.groupby(["file", "column", "rule"], dropna=False).size()
    broken = rules.rename("rows").reset_index().sort_values(["file", "rows"], ascending=[True, False])
    rows = delivery.accounts.drop(columns="delivery").groupby("table", sort=False).sum().reset_index()
    parts = {"rows": rows, "quarantined": broken, "suspicions": delivery.findings}
    return [text for title, part in parts.items() if len(part) for text in (f"{title}:", part.to_string(index=False))]
