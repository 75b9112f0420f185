"""Is the data dictionary on paper the contract in force?"""

from __future__ import annotations

from analysis.tables import TABLES
from analysis.tables.dictionary import COLUMNS, PAGE, dictionary, markdown


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == markdown(), "run python -m analysis.tables.dictionary"


def test_every_delivered_column_is_explained() -> None:
    frame = dictionary()
    assert frame.columns.tolist() == COLUMNS
    assert list(zip(frame["table"], frame["column"], strict=True)) == [
        (name, column) for name, table in TABLES.items() for column in table.columns]
    assert frame["description"].str.len().min() > 0


def test_a_row_says_kind_duty_and_rule() -> None:
    frame = dictionary().set_index(["table", "column"])
    assert frame.loc[("surveys", "satisfaction")].tolist() == [
        "whole number", False, "a whole number from 1 to 5; may be empty", "overall satisfaction"]
    assert frame.loc[("requests", "opened_at"), "required"]


def test_a_section_says_key_opening_and_references() -> None:
    page = markdown()
    assert "Key: `audit_id`, `item`, `auditor_id`. A row belongs to the quarter of its `audited_at`." in page
    assert "`satisfaction` is blanked with `responded_at`." in page
    assert "`score`: at most the points attainable." in page
    assert "`reopened_of` points at `requests.request_id`." in page
