"""Has anything changed since the report was published?

The receipt lies beside the report, not in it: it names this machine's paths, and every file that could have mattered
(the manifest names those that did). Contents are compared, never times.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from analysis.publish.order import Order
from analysis.publish.seal import MANIFEST, Manifest, files_below, output_hashes, sha256, source_files

NOT_DELIVERED = frozenset({"validated"})  # written by runs, should someone give the whole of data/ as DATA


def watched(order: Order) -> dict[str, str]:
    """Return path → sha256 of every file that a run of ``order`` might read; its data folder is known."""
    folders = {order.params, order.project / "params"}
    files = {*source_files(order.project), *files_below(order.data or Path(), NOT_DELIVERED)}
    return {str(path): sha256(path) for path in sorted(files.union(*map(files_below, folders)))}


def write_receipt(asked: Order, order: Order, files: dict[str, str]) -> None:
    """Record what the report now published was asked for, completed to, and made from."""
    receipt = {"asked": _words(asked), "data": str(order.data), "files": files,
               "manifest": sha256(order.stage.target / MANIFEST)}
    _path(order).write_text(json.dumps(receipt), encoding="utf-8")


def data_folder(order: Order) -> Path | None:
    """Return the data folder of the last run of the quarter here, or None."""
    try:
        return Path(json.loads(_path(order).read_text(encoding="utf-8"))["data"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_current(order: Order) -> bool:
    """Return whether the same was asked before, nothing that could matter has changed, and the report is intact."""
    report = order.stage.target
    try:
        receipt = json.loads(_path(order).read_text(encoding="utf-8"))
        same = receipt["asked"] == _words(order) and receipt["manifest"] == sha256(report / MANIFEST)
        read = replace(order, data=Path(receipt["data"]))
        return same and receipt["files"] == watched(read) and _intact(report)
    except (OSError, ValueError, KeyError, TypeError):  # no receipt, or not one of ours: then run
        return False


def _intact(report: Path) -> bool:
    manifest = Manifest.read(report)
    return manifest is not None and manifest.outputs == output_hashes(report)


def _words(order: Order) -> dict[str, str]:
    return {"params": str(order.params), "data": str(order.data or ""), "language": order.language,
            "python": sys.version}


def _path(order: Order) -> Path:
    return order.reports / f".{order.quarter}.json"
