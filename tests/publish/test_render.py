"""Is a page one file that shows prose and results, in its language, and nothing else a notebook holds?"""

import re
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.publish.render import Facts, Link, Page, render

PAGE = Page("en", "Satisfaction", (Link("index.html", "Management report"), Link("20.html", "Satisfaction", True)),
            Facts("Sample <Insurer> & Co", "2024Q3", "2024-10-20T23:59:00+08:00", "2", "0b7f" * 16, 1234))
SHOWN = new_output("display_data", {"text/html": "<p>shown</p>", "text/plain": "a repr"})
NEVER = [
    new_output("stream", name="stderr", text="to stderr"), new_output("stream", name="stdout", text="to stdout"),
    new_output("error", ename="Boom", evalue="evalue", traceback=["a traceback"]),
    new_output("execute_result", {"text/plain": "only a repr"}, execution_count=1),
    new_output("display_data", {"application/javascript": "alert(1)"}),
    new_output("display_data", {"application/vnd.jupyter.widget-view+json": {"model_id": "a widget"}}),
]


def code(source: str, *tags: str, outputs: list[NotebookNode] | None = None) -> NotebookNode:
    return new_code_cell(source, metadata={"tags": list(tags)}, outputs=[SHOWN] if outputs is None else outputs)


def prose(source: str, *tags: str) -> NotebookNode:
    return new_markdown_cell(source, metadata={"tags": list(tags)})


def page(folder: Path, *cells: NotebookNode, **changes: object) -> str:
    notebook, output = folder / "n.ipynb", folder / "n.html"
    nbformat.write(new_notebook(cells=list(cells)), notebook)
    render(notebook, output, replace(PAGE, **changes))
    return output.read_text(encoding="utf-8")


def test_only_displayed_html_is_shown(tmp_path: Path) -> None:
    html = page(tmp_path, code("the_code()", outputs=[*NEVER, SHOWN]))
    assert "<p>shown</p>" in html
    for text in ("the_code", "stderr", "stdout", "Boom", "evalue", "traceback", "repr", "alert", "widget"):
        assert text not in html


@pytest.mark.parametrize("tag", ["parameters", "injected-parameters", "hidden"])
def test_parameters_and_hidden_cells_are_never_shown(tmp_path: Path, tag: str) -> None:
    html = page(tmp_path, code("quarter", tag), prose("a private word", tag), confidential=True)
    assert "shown" not in html
    assert "private" not in html


def test_confidential_cells_stand_on_the_confidential_page_alone(tmp_path: Path) -> None:
    cells = (prose("# All"), prose("## On persons", "confidential"), code("", "confidential"))
    public, secret = page(tmp_path, *cells), page(tmp_path, *cells, confidential=True)
    assert "On persons" not in public
    assert "shown" not in public
    assert 'role="note"><strong>Confidential' in secret
    assert "On persons" in secret


@pytest.mark.parametrize(("language", "contents"), [("en", "Contents"), ("zh-Hant", "目錄"), ("zh-Hans", "目录")])
def test_a_page_says_its_language_and_speaks_it(tmp_path: Path, language: str, contents: str) -> None:
    html = page(tmp_path, prose("# Quarter\n\n## Confidential"), language=language)
    assert f'<html lang="{language}">' in html
    assert f"<summary>{contents}</summary>" in html


def test_prose_is_translated(tmp_path: Path) -> None:
    html = page(tmp_path, prose("# Service quality evaluation\n\n- Claims\n\nuntranslated"), language="zh-Hant")
    assert '<h1 id="section-1">服務品質評價</h1>' in html
    assert "<li>理賠</li>" in html
    assert "<p>untranslated</p>" in html


def test_a_page_is_one_file_without_script_or_address(tmp_path: Path) -> None:
    html = page(tmp_path, prose("# A\n\n## B\n\n| a |\n|---|\n| b |"), code(""))
    assert not re.search(r"<script|https?:|@import|\ssrc=|url\(", html)
    assert set(re.findall(r'href="([^"#]+)', html)) == {"index.html", "20.html", "data:,"}


def test_contents_lead_to_headings_that_exist(tmp_path: Path) -> None:
    html = page(tmp_path, prose("# Title"), prose("## Two *words* & more\n\n### Three\n\n#### Four"))
    entries = re.findall(r'<li class="level-\d"><a href="#([^"]+)">([^<]+)</a>', html)
    assert entries[: len(entries) // 2] == [("section-2", "Two words &amp; more"), ("section-3", "Three")]
    assert {anchor for anchor, _ in entries} <= set(re.findall(r'\sid="([^"]+)"', html))


def test_the_foot_holds_the_facts_of_the_run_escaped(tmp_path: Path) -> None:
    html = page(tmp_path, prose("# A"))
    for fact in ("2024Q3", "20 October 2024 23:59 (UTC+08:00)", "0b7f" * 16, "1,234",
                 "Sample &lt;Insurer&gt; &amp; Co"):
        assert fact in html


def test_navigation_marks_the_page_itself(tmp_path: Path) -> None:
    html = page(tmp_path, prose("# A"), navigation=(Link('x"><b>.html', "<i>", True),))
    assert '<a href="x&#34;&gt;&lt;b&gt;.html" aria-current="page">&lt;i&gt;</a>' in html


def test_the_same_notebook_gives_the_same_bytes(tmp_path: Path) -> None:
    def cells(count: int | None) -> list[NotebookNode]:
        again = [prose("# A"), code("1")]
        again[1].execution_count = count
        again[1].metadata["papermill"] = {"start_time": f"{count}"}
        return again

    assert page(tmp_path, *cells(1)) == page(tmp_path, *cells(7))


def test_a_table_of_prose_has_scoped_heads_and_a_name(tmp_path: Path) -> None:
    html = page(tmp_path, prose("## Words\n\n| a |\n|---|\n| b |"))
    assert '<th scope="col">a</th>' in html
    assert 'aria-labelledby="section-1"' in html
