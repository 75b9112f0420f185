"""Do the parameters speak only of tables and columns that the contract knows?

A misspelt name would otherwise be ignored: a mapping that maps nothing, a rule that no case ever meets.
"""

from __future__ import annotations

from collections.abc import Iterable

from analysis.params import Params
from analysis.params.yaml_file import Place, refused_at
from analysis.refusal import Refused
from analysis.tables import TABLES

TARGETED = "targeted"  # audits chosen for a suspicion: a sample of their own
SPELLING = "Check its spelling against the data dictionary"


def refuse_unknown_names(params: Params) -> None:
    """Refuse when the plan, the mapping or a rule names a table, column or code outside the contract."""
    _refuse_in_plan(params)
    for name, source in params.sources.tables.items():
        keys = ("columns", "constants", "values", "missing", "separators", "formats")
        columns = [column for key in keys for column in getattr(source, key)]
        if found := _unknown(name, columns):
            raise _at(params, "sources.yml", ("tables", name), *found)
    for rule in params.rules:
        if found := _unknown(rule.table, rule.columns):
            raise Refused(*found, file=f"{rule.jurisdiction}.yml", column=rule.id)


def _refuse_in_plan(params: Params) -> None:
    plan, file = params.plan, f"{params.quarter}.yml"
    for name in plan.tables:
        if found := _unknown(name, []):
            raise _at(params, file, ("tables", name), *found)
    modes = TABLES["surveys"].codes("mode")
    for number, mode in enumerate(plan.modes):
        if mode not in modes:
            raise _at(params, file, ("modes", number), "there is no such survey mode",
                      f"Name some of {', '.join(modes)}")
    for name in plan.samples:
        table, _, part = name.partition(".")
        if found := _unknown(table, []):
            raise _at(params, file, ("samples", name), *found)
        if part and part not in (parts := _parts(params, table)):
            raise _at(params, file, ("samples", name), f"the table {table} has no sample of this name",
                      f"Name it after the table, with one of {', '.join(parts)} after a point" if parts else
                      "Name it after the table alone")


def _parts(params: Params, table: str) -> list[str]:
    """Return what may stand after the table in the name of a sample: a mode of the plan, a service line, targeted."""
    parts = {"mode": params.plan.modes, "service_line": params.site.service_lines, "sampling": (TARGETED,)}
    return [one for column, names in parts.items() if column in TABLES[table].columns for one in names]


def _unknown(table: str, columns: Iterable[str]) -> tuple[str, str] | None:
    """Return rule and remedy where ``table`` or one of ``columns`` is outside the contract."""
    if table not in TABLES:
        return f"there is no table {table}", f"Name one of {', '.join(TABLES)}"
    unknown = [column for column in columns if column not in TABLES[table].columns]
    return (f"the table {table} has no column {unknown[0]}", SPELLING) if unknown else None


def _at(params: Params, file: str, place: Place, rule: str, remedy: str) -> Refused:
    return refused_at(params.directory / file, file, place, rule, remedy)
