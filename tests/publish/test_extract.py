"""Are all texts a reader sees found, and is a missing translation noticed?"""

import json
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from analysis.publish import extract

NOTEBOOK = {"cells": [
    {"cell_type": "markdown", "source": ["# A heading\n", "\n", "Some prose\n", "goes on."]},
    {"cell_type": "code", "source": ['headline(say("Said in a cell"))\n', 'say.plural("{n} cat", "{n} cats", 2)']},
]}
INDICATORS = "indicators:\n- {id: x, title: A title, definition: A definition, owner: not words}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in {"notebooks/10_a.ipynb": json.dumps(NOTEBOOK), "params/indicators.yml": INDICATORS,
                       "params/rules/xx.yml": "- {id: r, title: A rule, note: A note}\n"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_texts_of_notebooks_and_parameters_are_found(root: Path) -> None:
    found = {text.message: text.must for text in extract.texts(root)}
    expected = {"A heading": True, "Some prose goes on.": False, "Said in a cell": False,
                ("{n} cat", "{n} cats"): False, "A title": True, "A definition": False, "A rule": True, "A note": False}
    assert expected.items() <= found.items()
    assert "not words" not in found


def test_texts_of_modules_template_and_contracts_are_found(root: Path) -> None:
    found = {text.message for text in extract.texts(root)}
    assert {"met", "Skip to the content", "No target is set.", "overall satisfaction",
            "at most the points attainable"} <= found


def test_the_template_is_the_same_each_time_and_bears_no_number_of_a_line(root: Path) -> None:
    once, again = (extract.written(extract.template(root)) for _ in range(2))
    assert once == again
    assert b"#: 10_a.ipynb\n" in once


def test_an_update_keeps_translations_and_sets_aside_what_is_gone(root: Path) -> None:
    path = root / "messages.po"
    path.write_text('msgid "A rule"\nmsgstr "規則"\n\nmsgid "gone"\nmsgstr "舊"\n')
    written = extract.written(extract.updated(extract.template(root), path, "zh_Hant")).decode()
    assert 'msgid "A rule"\nmsgstr "規則"' in written
    assert '#~ msgid "gone"' in written


def test_only_what_must_be_translated_is_asked_for() -> None:
    catalogue = Catalog(locale="zh_Hant")
    catalogue.add("must", auto_comments=[extract.MUST])
    catalogue.add("may")
    catalogue.add("done", "好", auto_comments=[extract.MUST])
    assert extract.untranslated(catalogue, required=True) == ["must"]
    assert extract.untranslated(catalogue, required=False) == ["may", "must"]


def test_the_check_ends_with_1_and_changes_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "PACKAGE", package := root / "package")
    (package / "template").mkdir(parents=True)
    assert extract.main(["--check", "--root", str(root)]) == 1
    assert not (package / "locale").exists()


def test_an_update_writes_every_catalogue(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "PACKAGE", package := root / "package")
    (package / "template").mkdir(parents=True)
    assert extract.main(["--root", str(root)]) == 0
    assert {path.name for path in (package / "locale").rglob("*.po*")} == {"messages.pot", "messages.po"}


def test_a_text_with_places_has_places_for_all_its_numbers() -> None:
    code = b'N_("{0} of 4 parts").format(have)\nN_("within 90 days")'
    found = [text.message for text in extract._called(code, "python", "x.py")]
    assert found == ["{0} of {1} parts", "within 90 days"]
