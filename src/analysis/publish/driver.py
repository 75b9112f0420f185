"""How are the notebooks of a run executed, and when is one not fit to be published?"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from pathlib import Path

import nbformat
import papermill
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.reader import NotJSONError
from papermill.exceptions import PapermillExecutionError
from tqdm import tqdm

from analysis.publish.kernels import Kernels
from analysis.refusal import Refused

SUMMARY = "00_summary"  # reads what the others found, hence last
KERNEL = "python3"
KERNEL_START_SECONDS = 120  # a cold kernel on a busy machine; papermill's own 60 s was too short under load
RUN_METADATA = {"papermill", "execution"}  # hold times
FRAME = re.compile(r"File (?P<file>\S+?):(?P<line>\d+), in (?P<function>\w+)|(?P<cell>Cell In\[\d+\], line \d+)")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class Defective(Exception):
    """A report that must not be published: where, what kind of error, and the frames it went through.

    None of the three holds a value of the data; the error's own message might, and is left behind in the kernel.
    """

    def __init__(self, where: str, kind: str, frames: Sequence[str] = ()):
        self.where, self.kind, self.frames = where, kind, frames
        super().__init__(f"{where}: {kind}")


def notebooks(folder: Path) -> tuple[Path, ...]:
    """Return the notebooks of ``folder`` in their reading order."""
    return tuple(sorted(folder.glob("[0-9][0-9]_*.ipynb")))


def imported_modules(paths: Iterable[Path]) -> tuple[str, ...]:
    """Return the modules that the notebooks import at the head of their cells, sorted."""
    found: set[str] = set()
    for path in paths:
        for cell in _read(path).cells:
            if cell.cell_type == "code":
                found |= _imports(cell.source)
    return tuple(sorted(found))


def _read(path: Path) -> NotebookNode:
    try:
        return nbformat.read(path, as_version=4)
    except NotJSONError:
        raise Defective(path.name, "the file is not a notebook") from None


def _imports(source: str) -> set[str]:
    try:
        statements = ast.parse(source).body
    except SyntaxError:  # the kernel will say so, with cell and line
        return set()
    whole = {alias.name for one in statements if isinstance(one, ast.Import) for alias in one.names}
    return whole | {one.module for one in statements if isinstance(one, ast.ImportFrom) and one.module}


def executed(path: Path, parameters: dict[str, str], kernels: Kernels) -> NotebookNode:
    """Return the notebook run with ``parameters``, without times and with numbered cells.

    Raises Defective where its parameter cell does not declare exactly these, a cell raised, or a cell did not run;
    Refused where a cell did.
    """
    notebook = _read(path)
    notebook.metadata.kernelspec = {"name": KERNEL, "display_name": KERNEL, "language": "python"}
    declared = set(papermill.inspect_notebook(notebook))
    if declared != parameters.keys():
        raise Defective(path.name, f"its parameters are {sorted(declared)}, not {sorted(parameters)}")
    try:
        result = papermill.execute_notebook(
            notebook, None, parameters, kernel_name=KERNEL, progress_bar=False, start_timeout=KERNEL_START_SECONDS,
            kernel_manager_class=kernels.manager(path.stem), shutdown_kernel="immediate",
        )
    except PapermillExecutionError as error:
        if error.ename == Refused.__name__:
            rule, _, remedy = error.evalue.partition(". ")
            raise Refused(rule, remedy) from None
        frames = [match.group() for line in error.traceback for match in FRAME.finditer(COLOUR.sub("", line))]
        raise Defective(_cell(path, error.cell_index), error.ename, frames) from None
    except DeadKernelError:
        raise Defective(path.name, "its kernel died (was there memory enough?)") from None
    finally:
        ensure_event_loop().close()  # papermill opens one in each thread, and leaves it open
    return _settled(path, result)


def _cell(path: Path, index: int) -> str:
    """Return where a cell stands, counted as in the notebook's file (papermill has put one cell of its own in)."""
    return f"{path.name}, cell {index}"


def _settled(path: Path, notebook: NotebookNode) -> NotebookNode:
    """Return the executed notebook once every cell is known to have run, without what differs from run to run."""
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        for timed in RUN_METADATA & cell.metadata.keys():
            del cell.metadata[timed]
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            raise Defective(_cell(path, number), "the cell did not run")
        if any(output.output_type == "error" for output in cell.get("outputs", ())):
            raise Defective(_cell(path, number), "the cell ended in an error")
    del notebook.metadata["papermill"]
    return notebook


def in_waves(paths: Sequence[Path], work: Callable[[Path], None], kernels: Kernels, jobs: int) -> None:
    """Do ``work`` for every notebook, ``jobs`` at a time and the summary last; the first failure ends the rest."""
    terminal = sys.stderr.isatty()
    with tqdm(total=len(paths), unit="notebook", file=sys.stderr, disable=not terminal) as bar:

        def tell(path: Path) -> None:
            work(path)
            bar.set_description(path.stem)
            bar.update()
            if not terminal:
                sys.stderr.write(f"done: {path.stem}\n")

        for last in (False, True):
            _wave([path for path in paths if (path.stem == SUMMARY) is last], tell, kernels, jobs)


def _wave(paths: Sequence[Path], work: Callable[[Path], None], kernels: Kernels, jobs: int) -> None:
    with ThreadPoolExecutor(jobs) as pool, ExitStack() as on_failure:
        on_failure.callback(kernels.stop)  # Ctrl-C is one too: the threads wait on kernels, so these end first
        on_failure.callback(pool.shutdown, wait=False, cancel_futures=True)
        for future in as_completed([pool.submit(work, path) for path in paths]):
            future.result()
        on_failure.pop_all()
