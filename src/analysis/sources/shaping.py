"""Which rows of a batch keep the contract, and which rule does each of the others break?

Text is mapped (``sources.yml``), read by the kind of its column, localised, and validated by the pandera model.
Failures are one row per file row, column and rule; pandera's own report repeats a bad cell once per check and coercion.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pandera.pandas as pa

from analysis.params.mapping import TableSource
from analysis.params.site import Site
from analysis.refusal import Refused
from analysis.tables import Table

FAILURE_COLUMNS = ["row", "column", "rule"]
AWARE = r"(?:[Zz]|[+-]\d{2}:?\d{2})$"
PLAUSIBLE_YEARS = (1900, 2200)
MAX_WHOLE = 2**53  # up to here every whole number has a double of its own
ACROSS = "DataFrameSchema"  # what pandera calls a check over several columns; its text is "column: rule"
MULTIPLE = ";"  # what parts several values in one validated cell


class Shaped(NamedTuple):
    """One batch after the contract: the rows that keep it, and the rules the others break.

    ``emptied``: those of the others that keep it once their broken cells are empty.
    """

    rows: pd.DataFrame
    failures: pd.DataFrame
    emptied: pd.DataFrame


class Shape:
    """How text rows of one file become rows of ``table``."""

    def __init__(self, table: Table, source: TableSource, site: Site, header: list[str], file: str):
        self.table, self.source, self.file = table, source, file
        self.zone = source.time_zone or site.time_zone
        self.site_zone = site.time_zone
        self.origin = self._origins(header)

    def _origins(self, header: list[str]) -> dict[str, str]:
        """Return our column → theirs; a required column that nothing fills is refused."""
        origin = {}
        for column in self.table.columns:
            theirs = self.source.columns.get(column)
            if theirs is not None:
                if theirs not in header:
                    raise Refused(f"the header has no column for {self.table.name}.{column} under its mapped name",
                                  "Correct columns in sources.yml, or the file's encoding", file=self.file, row=1,
                                  column=theirs)
                origin[column] = theirs
            elif column in header and not self.source.only_mapped and column not in self.source.constants:
                origin[column] = column
            elif self.table.required(column) and column not in self.source.constants:
                raise Refused(f"the header lacks the required column {column} of {self.table.name}",
                              "Deliver it, or map it in sources.yml", file=self.file, row=1, column=column)
        return origin

    def __call__(self, text: pd.DataFrame) -> Shaped:
        """Return the batch ``text`` (strings, indexed by file row) under the contract."""
        mapped = pd.DataFrame({column: self._mapped(column, text) for column in self.table.columns}, index=text.index)
        typed: dict[str, pd.Series] = {}
        failures = []
        for column in self.table.columns:
            typed[column], unread = self._typed(column, mapped[column])
            if unread.any():
                failures.append(self._failures(unread[unread].index, column))
        frame = pd.DataFrame(typed, index=text.index)
        failures.append(self._contract_failures(frame))
        broken = pd.concat(failures, ignore_index=True).drop_duplicates()
        good = frame[~frame.index.isin(broken["row"])]
        return Shaped(self._with_companions(good), broken.sort_values(FAILURE_COLUMNS, ignore_index=True),
                      self._with_companions(self._emptied(frame, broken)))

    def _emptied(self, frame: pd.DataFrame, broken: pd.DataFrame) -> pd.DataFrame:
        told = frame[frame.index.isin(broken["row"])]
        cells = {str(column): told[column].where(~told.index.isin(rows))
                 for column, rows in broken.groupby("column")["row"] if column in told}
        told = told.assign(**cells)
        return told[~told.index.isin(self._contract_failures(told)["row"])] if len(told) else told

    def _mapped(self, column: str, text: pd.DataFrame) -> pd.Series:
        """Return the cells of ``column`` in our codes; missing as NA."""
        if column in self.source.constants:
            return pd.Series(self.source.constants[column], index=text.index, dtype="str")
        if column not in self.origin:
            return pd.Series(None, index=text.index, dtype="str")
        cells = text[self.origin[column]]
        cells = cells.mask(cells.isin(["", *self.source.missing.get(column, ())]))
        codes = self.source.values.get(column, {})
        if separator := self.source.separators.get(column):
            parts = cells.dropna().str.split(separator, regex=False)
            joined = parts.map(lambda several: MULTIPLE.join(codes.get(one.strip(), one.strip()) for one in several))
            return joined.reindex(cells.index).astype("str")
        return cells.replace(codes) if codes else cells

    def _typed(self, column: str, cells: pd.Series) -> tuple[pd.Series, pd.Series]:
        """Return the column under its kind, and where a cell says something that is not of that kind."""
        kind = self.table.kind(column)
        if kind == "text":
            return cells, pd.Series(False, index=cells.index)
        if kind == "flag":
            typed: pd.Series = cells.str.lower().map({"true": True, "false": False}).astype("boolean")
        elif kind in ("moment", "day"):
            typed = self._times(column, cells, local=kind == "day")
        else:
            numbers = pd.to_numeric(cells, errors="coerce").astype(float)
            numbers = numbers.where(np.isfinite(numbers))
            exact = (numbers % 1 == 0) & (numbers.abs() <= MAX_WHOLE)
            typed = numbers if kind == "number" else numbers.where(exact).astype("Int64")
        return typed, cells.notna() & typed.isna()

    def _times(self, column: str, cells: pd.Series, *, local: bool) -> pd.Series:
        """Return naive times: local midnights of a day column, else UTC; NaT where unreadable or implausible."""
        aware = cells.str.contains(AWARE, regex=True, na=False) & cells.str.contains(":", regex=False, na=False)
        naive = self._read(cells.where(~aware), column, utc=False).astype("datetime64[us]")
        naive = naive.where(naive.dt.year.between(*PLAUSIBLE_YEARS))
        zoned = (self._read(cells.where(aware), column, utc=True) if aware.any() else  # twice as fast where none is
                 pd.Series(pd.NaT, index=cells.index, dtype="datetime64[us, UTC]")).dt.tz_convert(self.site_zone)
        if local:
            return naive.fillna(zoned.dt.tz_localize(None)).dt.normalize().astype("datetime64[ns]")
        # a wall time that a clock change repeats is read as its first passing, one it skips as the moment after
        read = naive.dt.tz_localize(self.zone, ambiguous=np.ones(len(naive), dtype=bool), nonexistent="shift_forward")
        utc = read.dt.tz_convert("UTC").fillna(zoned.dt.tz_convert("UTC"))
        utc = utc.where(utc.dt.year.between(*PLAUSIBLE_YEARS))
        return utc.dt.tz_localize(None).astype("datetime64[ns]")

    def _read(self, cells: pd.Series, column: str, *, utc: bool) -> pd.Series:
        layout = self.source.formats.get(column, "ISO8601")
        try:
            return pd.to_datetime(cells, format=layout, errors="coerce", utc=utc)
        except ValueError:  # of the format: what a cell says never raises here
            raise Refused("the format of the times cannot be understood", "Correct formats in sources.yml, as in "
                          "%d/%m/%Y %H:%M", file="sources.yml", column=f"{self.table.name}.{column}") from None

    def _contract_failures(self, frame: pd.DataFrame) -> pd.DataFrame:
        try:
            self.table.schema.validate(frame, lazy=True)
        except pa.errors.SchemaErrors as error:
            cases = error.failure_cases.dropna(subset=["index"])
            across = cases["schema_context"] == ACROSS
            alone = [self._failures(pd.Index(group["index"].astype(int)), str(column))
                     for column, group in cases[~across].groupby("column", sort=True)]
            together = [self._failures(pd.Index(group["index"].astype(int).unique()), *str(check).split(": ", 1))
                        for check, group in cases[across].groupby("check", sort=True)]
            return pd.concat([*alone, *together], ignore_index=True)
        return self._failures(pd.Index([], dtype=int), "")

    def _failures(self, rows: pd.Index, column: str, rule: str = "") -> pd.DataFrame:
        rule = rule or (self.table.rule(column) if len(rows) else "")
        return pd.DataFrame({"row": np.asarray(rows, dtype="int64"), "column": column, "rule": rule}).astype(
            {"column": "str", "rule": "str"})

    def _with_companions(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return ``frame`` with the local day of each moment, and the local hour of the opening."""
        zone = self.site_zone
        local = {column: frame[column].dt.tz_localize("UTC").dt.tz_convert(zone)
                 for column in self.table.of_kind("moment")}
        days = {day_column(column): moment.dt.tz_localize(None).dt.normalize() for column, moment in local.items()}
        opened = {f"{column.removesuffix('_at')}_hour": moment.dt.hour.astype("Int64")
                  for column, moment in local.items() if column == self.table.opens}
        return frame.assign(**days, **opened)


def day_column(column: str) -> str:
    """Return the column that holds the local day of the event ``column``."""
    return column.removesuffix("_at") + "_day" if column.endswith("_at") else column
