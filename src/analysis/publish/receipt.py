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
from analysis.quarter import QUARTER_PATTERN, Quarter
from analysis.refusal import Refused

NOT_DELIVERED = frozenset({"validated"})  # written by runs, should someone give the whole of data/ as DATA
# Other companies' are read only where each is itself the folder of parameters; what was decided on persons never is.
UNREAD = frozenset({"examples", "appraisals"})
LOOKED_BACK_ON = frozenset({"reviews", "published"})  # what was said and signed of the quarters before


def watched(order: Order, last: Quarter) -> dict[str, str]:
    """Return path → sha256 of every file that a run of ``order`` might read; its data folder is known.

    ``last`` is the last quarter whose delivery counts. Plans and deliveries of later ones are none of this run's, nor
    is the review of the report itself.
    """
    data = order.data or Path()
    files = {*source_files(order.project), *(path for path in files_below(data, NOT_DELIVERED)
                                             if _is_of(path, data, last) and not path.is_relative_to(order.reports))}
    for folder in (order.params, order.project / "params"):
        for path in files_below(folder, UNREAD):
            before = path.relative_to(folder).parts[0] in LOOKED_BACK_ON
            if _is_of(path, folder, order.quarter.plus(-1) if before else order.quarter):
                files.add(path)
    return {str(path): sha256(path) for path in sorted(files)}


def _is_of(path: Path, folder: Path, last: Quarter) -> bool:
    """Tell whether ``path`` below ``folder`` is named after no quarter, or after one up to ``last``."""
    names = (part.partition(".")[0] for part in path.relative_to(folder).parts)
    return all(Quarter.parse(name) <= last for name in names if QUARTER_PATTERN.fullmatch(name))


def write_receipt(asked: Order, order: Order, last: Quarter, files: dict[str, str]) -> None:
    """Record what the report now published was asked for, completed to, and made from."""
    receipt = {"asked": _words(asked), "data": str(order.data), "last": str(last), "files": files,
               "manifest": sha256(order.stage.target / MANIFEST)}
    _path(order).write_text(json.dumps(receipt), encoding="utf-8")


def folders(order: Order) -> tuple[Path, Path] | None:
    """Return the data folder and the folder of parameters of the last run of the quarter here, or None."""
    try:
        receipt = json.loads(_path(order).read_text(encoding="utf-8"))
        return Path(receipt["data"]), Path(receipt["asked"]["params"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_current(order: Order) -> bool:
    """Return whether the same was asked before, nothing that could matter has changed, and the report is intact."""
    report = order.stage.target
    try:
        receipt = json.loads(_path(order).read_text(encoding="utf-8"))
        same = receipt["asked"] == _words(order) and receipt["manifest"] == sha256(report / MANIFEST)
        read = replace(order, data=Path(receipt["data"]))
        return same and receipt["files"] == watched(read, Quarter.parse(receipt["last"])) and _intact(report)
    except (OSError, ValueError, KeyError, TypeError, Refused):  # no receipt, or not one of ours: then run
        return False


def _intact(report: Path) -> bool:
    manifest = Manifest.read(report)
    return manifest is not None and manifest.outputs == output_hashes(report)


def _words(order: Order) -> dict[str, str]:
    return {"params": str(order.params), "data": str(order.data or ""), "language": order.language,
            "python": sys.version}


def _path(order: Order) -> Path:
    return order.reports / f".{order.quarter}.json"
