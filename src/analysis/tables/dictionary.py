"""What may a company deliver, table by table and column by column?

The answer is read from the models that validate, so that it cannot drift from them. ``python -m
analysis.tables.dictionary`` writes it to ``docs/data_dictionary.md``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.tables import TABLES, Table

PAGE = Path(__file__).resolve().parents[3] / "docs" / "data_dictionary.md"
COLUMNS = ["table", "column", "kind", "required", "rule", "description"]
KINDS = {"text": "text", "whole": "whole number", "number": "number", "flag": "true or false", "moment": "time",
         "day": "day"}
INTRODUCTION = """\
# Data dictionary

Written by `python -m analysis.tables.dictionary` from the models in `src/analysis/tables/`; a test holds them together.
Times are ISO 8601, zone-aware or in the zone of `site.yml`; ids are pseudonyms; an empty cell is a missing value. A row
that breaks a rule is quarantined, and the report says how many rows broke which rule.
"""


def dictionary() -> pd.DataFrame:
    """Return one row per delivered column, in the contract's order: COLUMNS, ``required`` being true or false."""
    return pd.DataFrame([
        (table.name, column, KINDS[table.kind(column)], table.required(column), table.rule(column),
         table.schema.columns[column].description)
        for table in TABLES.values() for column in table.columns], columns=COLUMNS)


def markdown() -> str:
    """Return the dictionary as a Markdown page: a section per table, with its key, opening and references."""
    columns = dictionary()
    return "\n".join([INTRODUCTION, *(_section(table, columns[columns["table"] == name])
                                      for name, table in TABLES.items())])


def _section(table: Table, columns: pd.DataFrame) -> str:
    facts = [str(table.model.__doc__).strip().splitlines()[0], f"Key: {', '.join(f'`{one}`' for one in table.key)}.",
             f"A row belongs to the quarter of its `{table.opens}`." if table.opens else
             "A snapshot: delivered whole each time.",
             *(f"`{one}` is blanked with {' and '.join(f'`{event}`' for event in events)}."
               for one, events in table.known_at.items()),
             *("`{}`: {}.".format(*str(check.error).split(": ", 1)) for check in table.schema.checks),
             *(f"`{one}` points at `{target}`." for one, target in table.references.items())]
    rows = [f"| `{row.column}` | {row.kind} | {'yes' if row.required else ''} | {_cell(row.rule)} | "
            f"{_cell(row.description)} |" for row in columns.itertuples(index=False)]
    return "\n".join([f"## {table.name}", "", " ".join(facts), "",
                      "| column | kind | required | rule | what it is |", "|---|---|---|---|---|", *rows, ""])


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(markdown(), encoding="utf-8")
