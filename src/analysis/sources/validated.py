"""Which rows of one delivered file keep the contract? Kept as Parquet under the hash of all it depends on."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
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


@dataclass(frozen=True)
class ValidatedFile:
    """One delivered file after the contract: ``received`` rows, of which ``broken`` break it (too short included)."""

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
            rows, failures = note.with_suffix(".rows.parquet"), note.with_suffix(".failures.parquet")
            self._done[delivered.path] = ValidatedFile(
                delivered.table.name, delivered.delivery, delivered.name, self.key(delivered), str(rows),
                str(failures), **json.loads(note.read_text()))
        return self._done[delivered.path]

    def _store(self, delivered: Delivered, note: Path) -> None:
        self.store.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.store) as folder:
            counts = _validate(delivered, self.params, Path(folder))
            for part in ("rows", "failures"):
                os.replace(Path(folder) / part, note.with_suffix(f".{part}.parquet"))
            (Path(folder) / "note").write_text(json.dumps(counts))
            os.replace(Path(folder) / "note", note)


def _validate(delivered: Delivered, params: Params, folder: Path) -> dict[str, int | bool]:
    """Stream the file through the contract into ``folder``; return what was counted on the way."""
    source = params.sources.of(delivered.table.name)
    reading = Reading(delivered.path, source, delivered.name)
    failures, received, shape, writer = [], 0, None, None
    for text in reading.batches():
        shape = shape or Shape(delivered.table, source, params.site, reading.header, delivered.name)
        shaped = shape(text)
        received += len(text)
        failures.append(shaped.failures)
        batch = _as_arrow(shaped.rows, delivered)
        writer = writer or pq.ParquetWriter(folder / "rows", batch.schema, coerce_timestamps="us")
        writer.write_table(batch)
    if writer is None:  # a header without rows still has the contract's columns
        shape = Shape(delivered.table, source, params.site, reading.header, delivered.name)
        empty = pd.DataFrame(columns=reading.header, dtype="str", index=pd.Index([], dtype="int64", name="row"))
        batch = _as_arrow(shape(empty).rows, delivered)
        writer = pq.ParquetWriter(folder / "rows", batch.schema, coerce_timestamps="us")
        writer.write_table(batch)
    writer.close()
    short = pd.DataFrame({"row": reading.short_rows, "column": "", "rule": SHORT_ROW_RULE})
    frame = pd.concat([*failures, short], ignore_index=True)[FAILURE_COLUMNS]
    frame.astype({"row": "int64", "column": "str", "rule": "str"}).to_parquet(folder / "failures", index=False)
    return {"received": received + len(reading.short_rows), "broken": int(frame["row"].nunique()),
            "short_rows": len(reading.short_rows), "ends_whole": reading.ends_whole}


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
