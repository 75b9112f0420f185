"""Which texts does a reader see, and which of them still need a translation?

    python -m analysis.publish.extract            bring locale/messages.pot and every messages.po up to date
    python -m analysis.publish.extract --check    change nothing; end with 1 if they are not, or a text that must be
                                                  in Chinese is not

Texts come from our modules, the notebooks, the template, the registry of indicators, the rule books and the contracts
of the tables. Catalogues hold no line numbers and no date, so they change only when a text does.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from io import BytesIO
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pandera.pandas as pa
import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from analysis.wording import LANGUAGES, blocks
from analysis.wording.heads import COLUMNS
from analysis.wording.sentences import NOT_ESTIMABLE, PARTS
from analysis.wording.terms import STATUSES, VERDICTS, pattern, readable

PACKAGE = Path(__file__).resolve().parents[1]
KEYWORDS: dict[str, Any] = {"say": None, "self": None, "N_": None, "plural": (1, 2), "_": None}
REGISTRY_FIELDS = ("title", "definition", "interpretation", "formula", "target_source")
RULE_FIELDS = ("title", "note")
ADVICE_FIELDS = ("measure", "evidence")
POSITION = re.compile(r"\{\d+\}")
NEVER = datetime(2024, 1, 1, tzinfo=UTC)  # the header wants a date; a real one would change the file at every run
HEADER = "# Every text a reader of a report may see. English is the source; see analysis/publish/extract.py."
MUST = "must be translated"
MUST_BE_COMPLETE = "zh-Hant"


@dataclass(frozen=True)
class Text:
    """A message, where it is from, and whether a Chinese report may not show it in English."""

    message: str | tuple[str, ...]
    source: str
    must: bool = False


def texts(root: Path) -> Iterator[Text]:
    """Yield every text of the project at ``root``, source by source in a fixed order."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield from _python_texts(path)
    for path in sorted((PACKAGE / "template").glob("*.j2")):
        yield from _called(path.read_bytes(), "jinja2.ext:babel_extract", path.name, must=True)
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        yield from _notebook_texts(path)
    yield from _yaml_texts(root / "params" / "indicators.yml", REGISTRY_FIELDS)
    yield from _yaml_texts(root / "params" / "recommendations.yml", ADVICE_FIELDS)
    for path in sorted((root / "params" / "rules").glob("*.yml")):
        yield from _yaml_texts(path, RULE_FIELDS)
    yield from _contract_texts()


def _called(code: bytes, method: str, source: str, *, must: bool = False) -> Iterator[Text]:
    for _, message, _, _ in extract(method, BytesIO(code), keywords=KEYWORDS):
        if message:
            yield Text(_for_any_number(message), source, must)


def _for_any_number(message: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """Return "{0} of 4 parts" as "{0} of {1} parts": a reader's text is looked up with all its numbers as places."""
    if isinstance(message, str) and POSITION.search(message):
        return pattern(POSITION.sub("0", message))[0]
    return message


def _python_texts(path: Path) -> Iterator[Text]:
    code = path.read_bytes()
    yield from _called(code, "python", path.name, must=path.parent.name == "wording")
    for node in ast.walk(ast.parse(code)):
        reason = _literal(node)
        why = reason.removeprefix(NOT_ESTIMABLE)
        if why != reason and why == why.strip() and why != "{reason}":  # a text that ends in a space is a part of one
            yield Text(pattern(why)[0], path.name)


def _literal(node: ast.AST) -> str:
    """Return a string constant, or an f-string with 0 for each value in it; else an empty text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "0" for part in node.values)
    return ""


def _notebook_texts(path: Path) -> Iterator[Text]:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            yield from _called(source.encode(), "python", path.name)
        elif cell["cell_type"] == "markdown":
            yield from (Text(one.text, path.name, one.is_heading) for one in blocks(source) if one.words)


def _yaml_texts(path: Path, fields: tuple[str, ...]) -> Iterator[Text]:
    """Yield the named fields of every entry of a list, at the top of the file or under a key."""
    if not path.is_file():
        return
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    lists = [content] if isinstance(content, list) else [one for one in content.values() if isinstance(one, list)]
    for entry in (entry for entries in lists for entry in entries):
        for field in fields:
            if entry.get(field):
                yield Text(str(entry[field]).strip(), path.name, field == "title")


def _contract_texts() -> Iterator[Text]:
    """Yield what the contracts of tables say of each column, and the heads of result tables' columns."""
    for info in sorted(walk_packages([str(PACKAGE / "tables")], "analysis.tables."), key=lambda info: info.name):
        module = import_module(info.name)
        for model in vars(module).values():
            if isinstance(model, type) and issubclass(model, pa.DataFrameModel) and model.__module__ == info.name:
                yield from _model_texts(model, info.name)


def _model_texts(model: type[pa.DataFrameModel], source: str) -> Iterator[Text]:
    schema = model.to_schema()
    yield Text((model.__doc__ or "").strip().partition("\n")[0], source)
    for check in schema.checks:
        _, parted, rule = str(check.error).partition(": ")
        if parted:  # a rule across columns, laid to the first
            yield Text(pattern(rule)[0], source)
    for name, column in schema.columns.items():
        if column.description:
            yield Text(column.description, source)
        if (column.metadata or {}).get("rule"):
            yield Text(pattern(column.metadata["rule"])[0], source)
        if source.endswith("results") and name not in COLUMNS:
            yield Text(readable(str(name)), source)


def template(root: Path) -> Catalog:
    """Return the catalogue of all messages, untranslated, sorted by message."""
    catalogue = Catalog(project="analysis", version="1", creation_date=NEVER, fuzzy=False, header_comment=HEADER)
    required = {*VERDICTS.values(), *STATUSES.values()}
    for text in texts(root):
        if text.message == PARTS or any(letter.isalpha() for letter in "".join(text.message)):
            must = text.must or text.message in required
            catalogue.add(text.message, locations=[(text.source, 0)], auto_comments=[MUST] if must else [])
    return catalogue


def updated(template: Catalog, path: Path, locale: str) -> Catalog:
    """Return the catalogue at ``path`` with the template's messages; translations of texts now gone are kept aside."""
    old = BytesIO(path.read_bytes()) if path.is_file() else BytesIO()
    catalogue = read_po(old, locale=locale)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.header_comment, catalogue.last_translator, catalogue.language_team = HEADER, "", ""
    catalogue.creation_date = catalogue.revision_date = NEVER
    catalogue.fuzzy = False
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """Return a catalogue as the bytes of its file."""
    buffer = BytesIO()
    write_po(buffer, catalogue, width=116, sort_output=True, include_lineno=False)
    return buffer.getvalue()


def untranslated(catalogue: Catalog, *, required: bool) -> list[str]:
    """Return the messages without a translation, in order; only those that must have one if ``required``."""
    asked = (one for one in catalogue if one.id and (MUST in one.auto_comments or not required))
    return sorted(str(one.id) for one in asked if one.fuzzy or not _is_filled(one.string))


def _is_filled(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return all(string) if isinstance(string, (tuple, list)) else bool(string)


def main(arguments: list[str] | None = None) -> int:
    """Bring the catalogues up to date, or say what is not; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m analysis.publish.extract", description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing")
    parser.add_argument("--root", type=Path, default=Path.cwd(), help="the project's folder")
    given = parser.parse_args(arguments)
    new = template(given.root)
    files = {PACKAGE / "locale" / "messages.pot": new}
    complaints: list[str] = []
    for language, locale in LANGUAGES.items():
        if language == "en":
            continue
        path = PACKAGE / "locale" / locale / "LC_MESSAGES" / "messages.po"
        files[path] = updated(new, path, locale)
        missing = untranslated(files[path], required=language == MUST_BE_COMPLETE)
        sys.stdout.write(f"{language}: {len(untranslated(files[path], required=False))} of {len(new)} not translated\n")
        if language == MUST_BE_COMPLETE:
            complaints += [f"{language}: no translation of {message!r}" for message in missing]
    complaints += [f"{path.name}: out of date" for path, catalogue in files.items()
                   if not path.is_file() or path.read_bytes() != written(catalogue)] if given.check else []
    if given.check:
        sys.stdout.writelines(f"{complaint}\n" for complaint in complaints)
        return int(bool(complaints))
    for path, catalogue in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(catalogue))
    return 0


if __name__ == "__main__":
    sys.exit(main())
