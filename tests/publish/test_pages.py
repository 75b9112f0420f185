"""Which pages does a report have, and how do they refer to each other?"""

from pathlib import Path

import pytest

from analysis.publish.pages import Pages, address
from analysis.publish.render import Facts

FACTS = Facts("Example", "2024Q3", "2024-10-31", "1", "abc", 1)


@pytest.fixture
def pages(tmp_path: Path, write_notebook) -> Pages:
    return Pages.of([write_notebook(tmp_path / f"{name}.ipynb") for name in ("00_summary", "10_plan")], "en", FACTS)


def test_summary_is_the_index() -> None:
    assert (address("00_summary"), address("10_plan")) == ("index.html", "10_plan.html")


def test_titles_are_the_first_headings(pages: Pages) -> None:
    assert pages.titles == {"00_summary": "About 00_summary", "10_plan": "About 10_plan"}


def test_navigation_marks_the_page_itself(pages: Pages) -> None:
    links = pages.page("10_plan").navigation
    assert [(link.href, link.current) for link in links] == [("index.html", False), ("10_plan.html", True)]


def test_confidential_page_links_one_folder_up(pages: Pages) -> None:
    page = pages.page("10_plan", confidential=True)
    assert page.confidential
    assert [link.href for link in page.navigation] == ["../index.html", "../10_plan.html"]


def test_notebook_without_heading_is_named_after_its_file(tmp_path: Path) -> None:
    (tmp_path / "70_a.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    assert Pages.of([tmp_path / "70_a.ipynb"], "en", FACTS).titles == {"70_a": "70_a"}
