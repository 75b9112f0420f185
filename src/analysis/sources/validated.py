"""Which rows of one delivered file keep the contract? Kept as Parquet under the hash of all it depends on."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis import sources, tables
from analysis.params import Params
from analysis.sources.deliveries import Delivered
from analysis.sources.reading import Reading
from analysis.sources.shaping import FAILURE_COLUMNS, Shape

SHORT_ROW_RULE = "a row has as many cells as the header"
KEY_LENGTH = 16  # hexadecimal digits of a content key
STORED = ("rows", "emptied", "failures")  # of one file, each as Parquet


@dataclass(frozen=True)
class ValidatedFile:
    """One delivered file after the contract: ``received`` rows, of which ``broken`` break it (too short included).

    Parquet files: ``rows`` that keep it, ``emptied`` rows that would with their broken cells empty, ``failures``.
    """

    table: str
    delivery: str
    name: str
    key: str
    rows: str
    failures: str
    received: int
    broken: int
    short_rows: int
    ends_whole: bool
    emptied: str = ""


def file_hash(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def code_hash() -> str:
    """Return one hash over the code that decides which rows are valid."""
    folders = [Path(next(iter(package.__path__))) for package in (sources, tables)]
    files = sorted(path for folder in folders for path in folder.glob("*.py"))
    return hashlib.sha256("".join(file_hash(path) for path in files).encode()).hexdigest()


def content_key(*parts: object) -> str:
    """Return a short key of everything a stored file depends on."""
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:KEY_LENGTH]


class Validator:
    """What puts delivered files under the contract, each once in a run and once for its content in ``store``."""

    def __init__(self, params: Params, store: Path):
        self.params, self.store = params, store
        self._keys: dict[Path, str] = {}
        self._done: dict[Path, ValidatedFile] = {}

    def key(self, delivered: Delivered) -> str:
        """Return the key of everything that decides which rows of ``delivered`` are valid."""
        if delivered.path not in self._keys:
            source = self.params.sources.of(delivered.table.name).model_dump()
            self._keys[delivered.path] = content_key(
                file_hash(delivered.path), source, self.params.site.time_zone, delivered.name, delivered.delivery,
                delivered.table.name, code_hash())
        return self._keys[delivered.path]

    def __call__(self, delivered: Delivered) -> ValidatedFile:
        """Return ``delivered`` after the contract; Refused where it cannot be read as its table at all."""
        if delivered.path not in self._done:
            note = self.store / f"{delivered.table.name}-{self.key(delivered)}.json"
            if not note.is_file():
                self._store(delivered, note)
            rows, emptied, failures = (str(note.with_suffix(f".{part}.parquet")) for part in STORED)
            self._done[delivered.path] = ValidatedFile(
                delivered.table.name, delivered.delivery, delivered.name, self.key(delivered), rows, failures,
                emptied=emptied, **json.loads(note.read_text()))
        return self._done[delivered.path]

    def _store(self, delivered: Delivered, note: Path) -> None:
        self.store.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.store) as folder:
            counts = _validate(delivered, self.params, Path(folder))
            for part in STORED:
                os.replace(Path(folder) / part, note.with_suffix(f".{part}.parquet"))
            (Path(folder) / "note").write_text(json.dumps(counts))
            os.replace(Path(folder) / "note", note)


def _validate(delivered: Delivered, params: Params, folder: Path) -> dict[str, int | bool]:
    """Stream the file through the contract into ``folder``; return what was counted on the way."""
    source = params.sources.of(delivered.table.name)
    reading = Reading(delivered.path, source, delivered.name)
    failures, received, shape = [], 0, None
    with closing(_Rows(folder / "rows", delivered)) as rows, closing(_Rows(folder / "emptied", delivered)) as emptied:
        for text in _at_least_one(reading):
            shape = shape or Shape(delivered.table, source, params.site, reading.header, delivered.name)
            shaped = shape(text)
            received += len(text)
            failures.append(shaped.failures)
            rows.add(shaped.rows)
            emptied.add(shaped.emptied)
    short = pd.DataFrame({"row": reading.short_rows, "column": "", "rule": SHORT_ROW_RULE})
    frame = pd.concat([*failures, short], ignore_index=True)[FAILURE_COLUMNS]
    frame.astype({"row": "int64", "column": "str", "rule": "str"}).to_parquet(folder / "failures", index=False)
    return {"received": received + len(reading.short_rows), "broken": int(frame["row"].nunique()),
            "short_rows": len(reading.short_rows), "ends_whole": reading.ends_whole}


def _at_least_one(reading: Reading) -> Iterator[pd.DataFrame]:
    """Yield the file's batches; of a header without rows one without rows, which has the contract's columns."""
    batch = None
    for batch in reading.batches():
        yield batch
    if batch is None:
        yield pd.DataFrame(columns=reading.header, dtype="str", index=pd.Index([], dtype="int64", name="row"))


class _Rows:
    """A Parquet file of rows under way."""

    def __init__(self, path: Path, delivered: Delivered):
        self.path, self.delivered = path, delivered
        self._writer: pq.ParquetWriter | None = None

    def add(self, rows: pd.DataFrame) -> None:
        """Write one batch."""
        batch = _as_arrow(rows, self.delivered)
        self._writer = self._writer or pq.ParquetWriter(self.path, batch.schema, coerce_timestamps="us")
        self._writer.write_table(batch)

    def close(self) -> None:
        """Write the end of the file."""
        if self._writer is not None:
            self._writer.close()


def _as_arrow(rows: pd.DataFrame, delivered: Delivered) -> pa.Table:
    """Return the rows with their origin (``_row``, ``_delivery``, ``_file``), days as dates, moments in µs."""
    origin = rows.rename_axis("_row").reset_index().assign(_delivery=delivered.delivery, _file=delivered.name)
    table = pa.Table.from_pandas(origin, preserve_index=False)
    types = {field.name: _stored_type(field) for field in table.schema}
    return table.cast(pa.schema(list(types.items())))


def _stored_type(field: pa.Field) -> pa.DataType:
    if pa.types.is_timestamp(field.type):
        return pa.timestamp("us") if field.name.endswith("_at") else pa.date32()
    return pa.string() if pa.types.is_large_string(field.type) else field.type
