"""Which rows of one delivered file keep the contract? Kept as Parquet under the hash of all it depends on."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis import sources, tables
from analysis.params import Params
from analysis.params.mapping import TableSource
from analysis.params.site import Site
from analysis.sources.deliveries import Delivered
from analysis.sources.reading import Reading
from analysis.sources.shaping import FAILURE_COLUMNS, Shape

SHORT_ROW_RULE = "a row has as many cells as the header"
KEY_LENGTH = 16  # hexadecimal digits of a content key


@dataclass(frozen=True)
class ValidatedFile:
    """One delivered file after the contract."""

    table: str
    delivery: str
    rank: int
    name: str
    key: str
    rows: str
    failures: str
    received: int
    short_rows: int
    ends_whole: bool


def file_hash(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def code_hash() -> str:
    """Return one hash over the code that decides which rows are valid."""
    folders = [Path(next(iter(package.__path__))) for package in (sources, tables)]
    files = sorted(path for folder in folders for path in folder.glob("*.py"))
    return hashlib.sha256("".join(file_hash(path) for path in files).encode()).hexdigest()


def content_key(*parts: object) -> str:
    """Return a short key of everything a stored file depends on."""
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:KEY_LENGTH]


def validated_file(delivered: Delivered, params: Params, store: Path) -> ValidatedFile:
    """Return ``delivered`` after the contract, from ``store`` where the same content was validated before."""
    source = params.sources.of(delivered.table.name)
    key = content_key(file_hash(delivered.path), source.model_dump(), params.site.time_zone, delivered.table.name,
                      code_hash())
    note = store / f"{delivered.table.name}-{key}.json"
    if not note.is_file():
        store.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=store) as folder:
            counts = _validate(delivered, source, params.site, Path(folder))
            for part in ("rows", "failures"):
                os.replace(Path(folder) / part, note.with_suffix(f".{part}.parquet"))
            (Path(folder) / "note").write_text(json.dumps(counts))
            os.replace(Path(folder) / "note", note)
    return ValidatedFile(
        delivered.table.name, delivered.delivery, delivered.rank, delivered.name, key,
        str(note.with_suffix(".rows.parquet")), str(note.with_suffix(".failures.parquet")),
        **json.loads(note.read_text()))


def _validate(delivered: Delivered, source: TableSource, site: Site, folder: Path) -> dict[str, int | bool]:
    """Stream the file through the contract into ``folder``; return what was counted on the way."""
    reading = Reading(delivered.path, source)
    failures, received, shape, writer = [], 0, None, None
    for text in reading.batches():
        shape = shape or Shape(delivered.table, source, site, reading.header, delivered.name)
        shaped = shape(text)
        received += len(text)
        failures.append(shaped.failures)
        batch = _as_arrow(shaped.rows)
        writer = writer or pq.ParquetWriter(folder / "rows", batch.schema, coerce_timestamps="us")
        writer.write_table(batch)
    if writer is None:  # a header without rows still has the contract's columns
        shape = Shape(delivered.table, source, site, reading.header, delivered.name)
        empty = pd.DataFrame(columns=reading.header, dtype="str", index=pd.Index([], dtype="int64", name="row"))
        batch = _as_arrow(shape(empty).rows)
        writer = pq.ParquetWriter(folder / "rows", batch.schema, coerce_timestamps="us")
        writer.write_table(batch)
    writer.close()
    short = pd.DataFrame({"row": reading.short_rows, "column": "", "rule": SHORT_ROW_RULE})
    frame = pd.concat([*failures, short], ignore_index=True)[FAILURE_COLUMNS]
    frame.astype({"row": "int64", "column": "str", "rule": "str"}).to_parquet(folder / "failures", index=False)
    return {"received": received + len(reading.short_rows), "short_rows": len(reading.short_rows),
            "ends_whole": reading.ends_whole}


def _as_arrow(rows: pd.DataFrame) -> pa.Table:
    """Return the rows with their file row as ``_row``, days as dates, moments in microseconds."""
    table = pa.Table.from_pandas(rows.rename_axis("_row").reset_index(), preserve_index=False)
    types = {field.name: _stored_type(field) for field in table.schema}
    return table.cast(pa.schema(list(types.items())))


def _stored_type(field: pa.Field) -> pa.DataType:
    if pa.types.is_timestamp(field.type):
        return pa.timestamp("us") if field.name.endswith("_at") else pa.date32()
    return pa.string() if pa.types.is_large_string(field.type) else field.type
