"""How many of each, in which rows: integer counts and sums over the validated tables, on whatever engine holds them.

Nothing above this module knows the engine. A reduction returns integers only, in one fixed order, so that any engine,
thread count and row order give the same bytes; it is kept under the hash of its question and of the files it asked.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.quarter import QUARTERS_PER_YEAR, Quarter
from analysis.sources.delivery import Delivery
from analysis.sources.shaping import day_column
from analysis.tables import TABLES, Table

IBIS_TYPES = {"text": "string", "whole": "int64", "number": "float64", "flag": "boolean", "moment": "timestamp(6)",
              "day": "date"}
KEY_LENGTH = 16


def stored_schema(table: Table) -> ibis.Schema:
    """Return the columns of a validated table: the contract's, their local days, and where the row came from."""
    columns = {column: IBIS_TYPES[table.kind(column)] for column in table.columns}
    days = {day_column(column): "date" for column in table.of_kind("moment")}
    opened = {f"{table.opens.removesuffix('_at')}_hour": "int64"} if table.opens in table.of_kind("moment") else {}
    return ibis.schema({"_row": "int64", **columns, **days, **opened, "_delivery": "string", "_file": "string",
                        "quarter": "string"})


class Warehouse:
    """The validated tables of one run: its own quarter and the quarters before."""

    def __init__(self, delivery: Delivery, cache: Path):
        self.tables, self.quarter, self.cache = delivery.tables, delivery.quarter, cache
        self._followed = delivery.followed
        self._connection = ibis.duckdb.connect()
        self._known: dict[str, ir.Table] = {}

    def close(self) -> None:
        """Give the engine back."""
        self._connection.disconnect()

    def has(self, name: str, quarter: Quarter | None = None) -> bool:
        """Tell whether ``name`` was delivered for ``quarter`` (default: the run's)."""
        return name in self.tables.get(str(quarter or self.quarter), {})

    def table(self, name: str, quarter: Quarter | None = None) -> ir.Table:
        """Return the rows of table ``name`` that count in ``quarter``; no rows where it was not delivered."""
        one = str(quarter or self.quarter)
        return self._stored(name, self.tables.get(one, {}).get(name))

    def history(self, name: str, quarters: int) -> ir.Table:
        """Return the rows of ``name`` in ``quarters`` quarters up to this one, each as known at its own date."""
        before = [self.quarter.plus(-back) for back in range(quarters - 1, 0, -1)]
        return self._together([*(self.table(name, one) for one in before if self.has(name, one)), self.table(name)])

    def known_now(self, name: str) -> ir.Table:
        """Return the rows of ``name`` in this quarter and those of a year before, all as known now."""
        year = [self._followed.get(str(self.quarter.plus(-back)), {}) for back in range(QUARTERS_PER_YEAR, 0, -1)]
        before = [self._stored(name, tables[name]) for tables in year if name in tables]
        return self._together([*before, self.table(name)])

    def _stored(self, name: str, path: str | None) -> ir.Table:
        if path is None:
            return self._registered(f"{name}_none", pd.DataFrame(columns=list(stored_schema(TABLES[name]))),
                                    stored_schema(TABLES[name]))
        view = Path(path).stem.replace("-", "_")  # its name holds the hash of its content
        if view not in self._known:
            self._known[view] = self._connection.read_parquet(path, table_name=view)
        return self._known[view]

    def _together(self, parts: list[ir.Table]) -> ir.Table:
        return parts[0] if len(parts) == 1 else ibis.union(*parts)

    def lookup(self, name: str, frame: pd.DataFrame) -> ir.Table:
        """Return a small frame (a calendar, a list of limits) as a table to join with."""
        digest = hashlib.sha256(frame.to_csv(index=False).encode()).hexdigest()[:KEY_LENGTH]
        return self._registered(f"{name}_{digest}", frame, None)

    def _registered(self, name: str, frame: pd.DataFrame, schema: ibis.Schema | None) -> ir.Table:
        if name not in self._known:
            self._known[name] = self._connection.create_table(
                name, frame if schema is None else None, schema=schema, temp=True)
        return self._known[name]

    def reduce(self, expression: ir.Table) -> pd.DataFrame:
        """Return the rows of ``expression``, sorted by every column; a fractional column is a defect.

        Kept in the cache, so that the notebooks of a run ask each question once.
        """
        question = str(ibis.to_sql(expression, dialect="duckdb"))
        path = self.cache / f"{hashlib.sha256(question.encode()).hexdigest()[:KEY_LENGTH]}.parquet"
        if path.is_file():
            return pd.read_parquet(path)
        rows = self._connection.con.sql(question).to_arrow_table()  # not by Ibis again: it would compile a second time
        frame = rows.cast(expression.schema().to_pyarrow()).to_pandas(date_as_object=False)
        fractional = [column for column in frame if pd.api.types.is_float_dtype(frame[column])]
        if frame[fractional].dropna().mod(1).any(axis=None):
            raise TypeError(f"a reduction returns integers; {fractional} are not")
        frame = frame.astype(dict.fromkeys(fractional, "Int64")).sort_values(list(frame.columns), ignore_index=True)
        self.cache.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        frame.to_parquet(temporary)
        os.replace(temporary, path)
        return pd.read_parquet(path)
