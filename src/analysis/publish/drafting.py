"""Where do drafts and delivered measures go, and what must never be written over?"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.measures.evidence import evidence
from analysis.params import load_params
from analysis.publish.drafts import plan_draft
from analysis.publish.edition import completed, run_of
from analysis.publish.order import Order
from analysis.publish.registering import ACTIONS, DRAFT, action_drafts, imported
from analysis.refusal import Refused
from analysis.run import Run

FIRST_ROW = 2  # of a table below its header
EMPTY = "approved_by, approved_on"


def draft_plan(order: Order) -> tuple[Path, str]:
    """Write the draft of the plan after ``order``'s quarter; return its path and the keys that people fill in.

    Raises:
        Refused: there is a plan already, or the quarter itself cannot be run.
    """
    path = order.params / f"{order.quarter.plus(1)}.yml"
    if path.exists():
        raise Refused("there is a plan already", "Edit it; a draft is never written over a plan", file=path.name)
    _write(path, plan_draft(_run(order)))
    return path, EMPTY


def draft_actions(order: Order) -> tuple[Path, int]:
    """Write drafts of measures against the quarter's problems; return the path and how many there are.

    Raises:
        Refused: earlier drafts are still there, or the quarter cannot be run.
    """
    path = order.params / DRAFT
    if path.exists():
        raise Refused("earlier drafts are still there", f"Move what is complete to {ACTIONS}, then remove the file",
                      file=path.name)
    run = _run(order)
    text, number = action_drafts(run, evidence(run))
    _write(path, text)
    return path, number


def import_actions(order: Order, file: Path) -> tuple[Path, int]:
    """Add the measures of a delivered file to ``actions.yml``; return its path and how many were added.

    Raises:
        Refused: the file is missing or malformed, a measure stands there already, or the parameters as they would be
            do not agree with one another; then nothing is written.
    """
    if not file.is_file():
        raise Refused("the file is missing", "Give the path of the delivered measures", file=str(file))
    params = load_params(order.params, order.quarter)
    added, number = imported(file, params.actions)
    path = order.params / ACTIONS
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    kept = before if params.actions else re.sub(r"^\[\s*\]\s*$", "", before, flags=re.MULTILINE)
    text = (kept.rstrip("\n") + "\n" + added).lstrip("\n")
    with TemporaryDirectory() as trial:
        shutil.copytree(order.params, trial, dirs_exist_ok=True)
        (Path(trial) / ACTIONS).write_text(text, encoding="utf-8")
        try:
            load_params(Path(trial), order.quarter)
        except Refused as refused:
            raise _of_the_file(refused, file, len(params.actions)) from None
    _write(path, text)
    return path, number


def _of_the_file(refused: Refused, file: Path, registered: int) -> Refused:
    """Return what is wrong with the parameters as they would be, told at the delivered row it came with, if any."""
    number, _, key = refused.column.partition(".")
    if refused.file != ACTIONS or not number.isdigit() or int(number) < registered:
        return refused
    return Refused(refused.rule, refused.remedy, file=file.name, row=int(number) - registered + FIRST_ROW, column=key)


def _run(asked: Order) -> Run:
    params = load_params(asked.params, asked.quarter)
    return run_of(completed(asked, params), params, "draft")


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
