"""Do the parameters speak only of tables and columns that the contract knows?

A misspelt name would otherwise be ignored: a mapping that maps nothing, a rule that no case ever meets.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis.params import Params
from analysis.refusal import Refused
from analysis.tables import TABLES


def refuse_unknown_names(params: Params) -> None:
    """Refuse when the plan, the mapping or a rule names a table or column outside the contract."""
    plan = f"{params.quarter}.yml"
    for name in params.plan.tables:
        _refuse(name, [], plan, f"tables.{name}")
    for name, source in params.sources.tables.items():
        keys = ("columns", "constants", "values", "missing", "separators", "formats")
        _refuse(name, [column for key in keys for column in getattr(source, key)], "sources.yml", f"tables.{name}")
    for rule in params.rules:
        _refuse(rule.table, rule.columns, f"{rule.jurisdiction}.yml", rule.id)


def _refuse(table: str, columns: Iterable[str], file: str, key: str) -> None:
    if table not in TABLES:
        raise Refused(f"there is no table {table}", f"Name one of {', '.join(TABLES)}", file=file, column=key)
    unknown = [column for column in columns if column not in TABLES[table].columns]
    if unknown:
        raise Refused(f"the table {table} has no column {unknown[0]}",
                      "Check its spelling against the data dictionary", file=file, column=key)
