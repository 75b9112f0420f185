"""How does an executed notebook become one page that a reader can open anywhere?

A page is one file without script and without any address outside its report. Of a notebook it holds the prose, in the
reader's language, and what cells *displayed* as HTML: no code, no printed text, no warning, no traceback, no repr.
HTML is passed through as it is: whatever comes from data is escaped where it is made (``analysis.figures``).
"""

from __future__ import annotations

import re
import sysconfig
from dataclasses import dataclass
from functools import cache
from html import unescape
from importlib.resources import files
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Template
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from analysis.wording import Wording

NEVER_SHOWN = frozenset({"parameters", "injected-parameters", "hidden"})
CONFIDENTIAL = "confidential"
HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Link:
    """A page of the report set: its address relative to this page, its title in English, and whether it is this one."""

    href: str
    title: str
    current: bool = False


@dataclass(frozen=True)
class Facts:
    """What identifies the run at the foot of each page. ``run`` is the hash of everything that went in."""

    company: str
    quarter: str
    as_of: str
    revision: str
    run: str
    inputs: int


@dataclass(frozen=True)
class Page:
    """What a page is beside its notebook."""

    language: str
    title: str
    navigation: tuple[Link, ...]
    facts: Facts
    confidential: bool = False


@dataclass(frozen=True)
class Heading:
    """An entry of the contents."""

    level: int
    anchor: str
    text: str


class Exporter(TemplateExporter):
    """nbconvert's exporter with our template, found in the package and in nbconvert alone.

    The usual search also looks into the user's Jupyter folders, whose templates must not change a report.
    """

    def __init__(self, **settings: Any):
        shipped = Path(sysconfig.get_path("data"), "share", "jupyter", "nbconvert", "templates")
        ours = str(files("analysis") / "template")
        super().__init__(template_paths=[ours, str(shipped)], template_file="report.html.j2", **settings)
        self.display_data_priority = ["text/html"]


@cache
def _exporter() -> Exporter:
    return Exporter()


def template(name: str) -> Template:
    """Return one of our templates by its file name; it escapes nothing by itself."""
    return _exporter().environment.get_template(name)


def render(notebook: Path, output: Path, page: Page) -> None:
    """Write the executed ``notebook`` as the page ``output``. The same input gives the same bytes."""
    say = Wording(page.language)
    shown, contents = prepared(nbformat.read(notebook, as_version=4), page, say)
    style = (files("analysis") / "template" / "report.css").read_text(encoding="utf-8")
    resources = {"page": page, "say": say, "contents": contents, "style": style}
    text, _ = _exporter().from_notebook_node(shown, resources)
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    output.write_bytes(f"{lines.strip()}\n".encode())


def prepared(notebook: NotebookNode, page: Page, say: Wording) -> tuple[NotebookNode, list[Heading]]:
    """Return the notebook with nothing left but what the page shows, prose as HTML; and the contents.

    Cells tagged ``parameters``, ``injected-parameters`` or ``hidden`` are dropped; cells tagged ``confidential`` are
    kept on the confidential page only.
    """
    contents: list[Heading] = []
    cells: list[NotebookNode] = []
    for cell in notebook.cells:
        if not _is_shown(cell, page):
            continue
        kept = NotebookNode(cell_type=cell.cell_type, id=f"cell-{len(cells)}", metadata=NotebookNode())
        kept.source = _html(cell.source, say, contents) if cell.cell_type == "markdown" else ""
        if cell.cell_type == "code":
            kept.outputs, kept.execution_count = _displayed(cell), None
        cells.append(kept)
    metadata = NotebookNode(language=page.language)
    return nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}), contents


def _is_shown(cell: NotebookNode, page: Page) -> bool:
    tags = set(cell.metadata.get("tags", ()))
    if cell.cell_type not in {"markdown", "code"} or tags & NEVER_SHOWN:
        return False
    return page.confidential or CONFIDENTIAL not in tags


def _displayed(cell: NotebookNode) -> list[NotebookNode]:
    """Return the outputs of a cell that are HTML, one representation each."""
    return [NotebookNode(output_type="display_data", metadata=NotebookNode(),
                         data=NotebookNode({"text/html": output.data["text/html"]}))
            for output in cell.outputs if "text/html" in output.get("data", {})]


def _html(markdown: str, say: Wording, contents: list[Heading]) -> str:
    """Return translated prose as HTML; its headings get an anchor and are added to ``contents``."""
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    html = MarkdownWithMath(renderer=renderer).render(say.prose(markdown))

    def anchored(found: re.Match[str]) -> str:
        level, inner = int(found[1]), found[2]
        heading = Heading(level, f"section-{len(contents) + 1}", unescape(TAG.sub("", inner)))
        contents.append(heading)
        return f'<h{level} id="{heading.anchor}">{inner}</h{level}>'

    return TABLE.sub(lambda found: _scrollable(found[0], contents), HEADING.sub(anchored, html))


def _scrollable(table: str, contents: list[Heading]) -> str:
    """Return a table of prose that scrolls by itself and is named by the heading above it."""
    named = f' role="region" aria-labelledby="{contents[-1].anchor}"' if contents else ""
    scoped = table.replace("<th>", '<th scope="col">')
    return f'<div class="wide"{named} tabindex="0">{scoped}</div>'
