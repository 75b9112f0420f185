"""Which question of the user's is answered by which part, and how does a run end?

Exit status: 0 done, 2 refused, 75 busy, 1 a defect, 130 interrupted; the last line on stderr says which and why.
Heavy libraries are imported by the command that needs them, so that a refusal or a busy quarter is told at once.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
import signal
import sys
import traceback
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from analysis.publish.findings import findings
from analysis.publish.order import PROJECT, Order
from analysis.publish.receipt import is_current
from analysis.publish.reconsidered import reconsider
from analysis.publish.stage import held
from analysis.publish.surroundings import enter
from analysis.quarter import QUARTER_PATTERN, Quarter
from analysis.refusal import Busy, Refused

REFUSED, BUSY, DEFECT, INTERRUPTED = 2, 75, 1, 130
JOBS = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
YES, NO = {"1", "yes", "true"}, {"", "0", "no", "false"}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Refuse in one line, as everything else does, instead of printing the usage."""
        raise Refused(f"the command line is not understood ({message})", "See README, or run make without a target")


def parser() -> argparse.ArgumentParser:
    """Return the command line: a command, and options of which an empty one counts as not given."""
    top = _Parser(prog="python -m analysis", description="Quarterly service quality evaluation.", allow_abbrev=False)
    top.add_argument("command", choices=[*COMMANDS], metavar="command", help=", ".join(COMMANDS))
    top.add_argument("subject", nargs="?", default="", help="plan, actions: a quarter; appraisal, actions: a file")
    top.add_argument("--quarter", default="", help="as in 2024Q3")
    for name in ("data", "reports", "params"):
        top.add_argument(f"--{name}", default="", help="a folder")
    top.add_argument("--language", default="", help="of the pages; default: that of site.yml")
    top.add_argument("--jobs", default="", help="notebooks run at the same time; default: the cores")
    top.add_argument("--rebuild", default="", help="1: verify also runs the quarter again and compares")
    top.add_argument("--by", default="", help="who signs")
    return top


def order_of(given: argparse.Namespace) -> Order:
    """Return what was asked for; Refused where a part of it cannot be."""
    quarter = Quarter.parse(given.quarter)
    if given.jobs and not JOBS.fullmatch(given.jobs):
        raise Refused("JOBS is not a number of notebooks", "Write 1 to 999, or leave it out for the number of cores")
    return Order(
        quarter=quarter,
        reports=Path(os.path.realpath(given.reports or PROJECT / "reports")),  # Path.resolve raises on a loop of links
        params=_folder(given.params or str(PROJECT / "params"), "PARAMS"),
        data=_folder(given.data, "DATA") if given.data else None,
        language=given.language,
        jobs=int(given.jobs or os.cpu_count() or 1),
    )


def _folder(text: str, option: str) -> Path:
    if not os.path.isdir(text):  # Path.is_dir raises on a name too long
        raise Refused(f"{option} is not a folder", "Correct it, or leave it out for the usual one", file=text)
    return Path(text).resolve()


def quarter(given: argparse.Namespace) -> None:
    """Publish a quarter unless nothing has changed since it was, and say what it found."""
    order = order_of(given)
    with held(order.stage):
        if is_current(order):
            _say("nothing has changed since the last run")
        else:
            from analysis.publish.edition import make

            make(order)
        _say(*findings(order.stage.target), *reconsider(order))


def data(given: argparse.Namespace) -> None:
    """Validate a quarter's delivery alone and print its data-quality table."""
    order = order_of(given)
    with held(order.stage):
        from analysis.params import load_params
        from analysis.publish.edition import completed, validated
        from analysis.publish.findings import quality

        params = load_params(order.params, order.quarter)
        _say(*quality(validated(completed(order, params), params)))


def verify(given: argparse.Namespace) -> None:
    """Compare a published quarter with its seal and, if asked, with what a second run gives."""
    from analysis.publish import proof

    if given.rebuild.lower() not in YES | NO:
        raise Refused("REBUILD is neither yes nor no", "Write REBUILD=1, or leave it out")
    order = proof.as_made(order_of(given), params_given=bool(given.params))
    if not order.stage.retired.exists():
        proof.sealed_manifest(order.stage.target)  # where nothing is published, not even a lock is left behind
    with held(order.stage):
        broken = proof.changed_outputs(order.stage.target)
        inputs, sources = proof.changed_inputs(order), proof.changed_sources(order)
        again = proof.rebuilt_differences(order) if given.rebuild.lower() in YES else []
        _say(*broken, *inputs, *(f"since then, {line}" for line in sources), *(f"rebuilt, {line}" for line in again))
    wrong = [*broken, *(line for line in inputs if line.startswith("changed")), *again]
    if wrong:
        raise Refused(f"{len(wrong)} files differ from what was published", "They are listed above",
                      file=str(order.stage.target))
    _say(f"verified: {order.stage.target}")


def sample(given: argparse.Namespace) -> None:
    """Write the sample insurer's deliveries again."""
    from analysis.sample import write_sample

    write_sample(PROJECT / "data" / "sample")


def sheets(given: argparse.Namespace) -> None:
    """Write a sheet for each evaluated person and each partner, beside the report, from what that was made of."""
    from analysis.publish import proof

    order = proof.as_made(order_of(given), params_given=bool(given.params))
    with held(order.sheets):
        from analysis.publish.sheets import make_sheets

        employees, partners = make_sheets(order)
        _say(f"sheets: {order.sheets.target}", f"employees: {employees}", f"partners: {partners}")


def appraisal(given: argparse.Namespace) -> None:
    """Check what people decided in the appraisal file of a published quarter, and record it."""
    from analysis.publish import proof

    order = proof.as_made(order_of(given), params_given=bool(given.params))
    if not order.stage.retired.exists():
        proof.sealed_manifest(order.stage.target)  # where nothing is published, not even a lock is left behind
    with held(order.stage):
        from analysis.publish.decisions import Filled

        filled = Filled.read(order, Path(given.subject))
        if found := filled.offences():
            _say(*found)
            raise Refused(f"{len(found)} entries cannot be recorded", "They are listed above", file=given.subject)
        path, decisions = filled.record(date.today())
        _say(f"decisions: {decisions}", f"recorded: {path}", *reconsider(order))


def sign(given: argparse.Namespace) -> None:
    """Record who signed a published quarter, and what it published."""
    from analysis.publish import proof, signing

    order = proof.as_made(order_of(given), params_given=bool(given.params))
    if not order.stage.retired.exists():
        proof.sealed_manifest(order.stage.target)  # where nothing is published, not even a lock is left behind
    with held(order.stage):
        _say(*(f"signed: {path}" for path in signing.sign(order, given.by, date.today())))


def plan(given: argparse.Namespace) -> None:
    """Draft the plan of a quarter from the results of the one before."""
    wanted = Quarter.parse(given.subject)
    order = order_of(argparse.Namespace(**vars(given) | {"quarter": str(wanted.plus(-1))}))
    with held(order.stage):
        from analysis.publish.drafting import draft_plan

        path, empty = draft_plan(order)
        _say(f"drafted: {path}", f"to be filled in: {empty}")


def actions(given: argparse.Namespace) -> None:
    """Draft measures against a quarter's problems or, given a file, import the measures delivered in it."""
    wanted = given.subject if QUARTER_PATTERN.fullmatch(given.subject) else given.quarter
    order = order_of(argparse.Namespace(**vars(given) | {"quarter": wanted}))
    with held(order.stage):
        from analysis.publish.drafting import draft_actions, import_actions

        if wanted == given.subject:
            path, number = draft_actions(order)
            _say(f"drafted: {path}", f"measures: {number}")
        else:
            path, number = import_actions(order, Path(given.subject))
            _say(f"imported: {number}", f"registered in: {path}")


COMMANDS = {"quarter": quarter, "data": data, "verify": verify, "sign": sign, "sample": sample, "sheets": sheets,
            "appraisal": appraisal, "plan": plan, "actions": actions}
WITH_SUBJECT = ("appraisal", "plan", "actions")


def _say(*lines: str) -> None:
    try:
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()
    except BrokenPipeError:  # nobody reads on, as behind ``head -1``; what was asked for is done all the same
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says and return the exit status; a defect is left to the caller."""
    try:
        given = parser().parse_args(arguments)
        if bool(given.subject) != (given.command in WITH_SUBJECT):
            raise Refused(f"{', '.join(WITH_SUBJECT)}, and no other command, are told what to work on", "See README",
                          file=given.subject)
        COMMANDS[given.command](given)
    except Refused as refusal:
        return _ended(REFUSED, f"refused: {str(refusal).strip()}")
    except Busy as busy:
        return _ended(BUSY, f"busy: {busy}")
    except KeyboardInterrupt:
        return _ended(INTERRUPTED, "interrupted: the previous report is untouched")
    return 0


def _ended(status: int, line: str) -> int:
    one_line = " ".join(line.split())
    sys.stderr.write(f"{one_line}\n")
    return status


def tell_defect(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say in one line where the program failed; the way there goes to a log without any value of the data."""
    way = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]
    ours = [step for step in way if step.startswith(str(PROJECT / "src"))] or way or ["the start"]
    where = str(error) if hasattr(error, "where") else f"{kind.__name__} at {ours[-1]}"
    log = PROJECT / ".cache" / "defect.log"
    log.parent.mkdir(exist_ok=True)
    log.write_text("\n".join([where, *way, *getattr(error, "frames", ())]) + "\n", encoding="utf-8")
    _ended(DEFECT, f"defect: {where} (details: {log})")


if __name__ == "__main__":
    enter(PROJECT / ".cache")
    sys.excepthook = tell_defect
    logging.disable()  # what libraries log may quote a delivered value, and the last line is ours
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
