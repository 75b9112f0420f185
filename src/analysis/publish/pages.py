"""Which pages does a report have, and what stands around the text of each?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import nbformat
from nbformat import NotebookNode

from analysis.publish.driver import SUMMARY
from analysis.publish.render import CONFIDENTIAL, Facts, Link, Page, render

ONE_AT_A_TIME = Lock()  # the exporter is shared by the threads that wait for kernels


def title(notebook: NotebookNode, name: str) -> str:
    """Return the first heading of the first level, in English; ``name`` where the notebook has none."""
    lines = (line for cell in notebook.cells if cell.cell_type == "markdown" for line in cell.source.splitlines())
    return next((line.removeprefix("# ").strip() for line in lines if line.startswith("# ")), name)


def address(name: str) -> str:
    """Return the file that the notebook ``name`` becomes."""
    return "index.html" if name == SUMMARY else f"{name}.html"


@dataclass(frozen=True)
class Pages:
    """The pages of one report: the titles of its notebooks by name, in reading order, and what all pages share."""

    titles: Mapping[str, str]
    language: str
    facts: Facts

    @classmethod
    def of(cls, paths: Sequence[Path], language: str, facts: Facts) -> Pages:
        """Return the pages that the notebooks at ``paths`` become."""
        titles = {path.stem: title(nbformat.read(path, as_version=4), path.stem) for path in paths}
        return cls(titles, language, facts)

    def page(self, name: str, confidential: bool = False) -> Page:
        """Return what surrounds the text of ``name``; the confidential page lies one folder deeper."""
        up = "../" if confidential else ""
        links = tuple(Link(up + address(other), text, current=other == name and not confidential)
                      for other, text in self.titles.items())
        return Page(self.language, self.titles[name], links, self.facts, confidential)

    def write(self, notebook: Path, report: Path) -> None:
        """Render an executed notebook into ``report``; one with confidential cells also into ``confidential``."""
        cells = nbformat.read(notebook, as_version=4).cells
        on_persons = any(CONFIDENTIAL in cell.metadata.get("tags", ()) for cell in cells)
        for confidential in (False, True)[: 1 + on_persons]:
            output = report / (CONFIDENTIAL if confidential else "") / address(notebook.stem)
            output.parent.mkdir(exist_ok=True)
            with ONE_AT_A_TIME:
                render(notebook, output, self.page(notebook.stem, confidential))
