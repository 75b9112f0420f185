"""What does a parameter file say, and on which line is it wrong?"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from analysis.quarter import QUARTER_PATTERN
from analysis.refusal import Refused

Model = TypeVar("Model")
Place = tuple[str | int, ...]
MAX_BYTES = 300_000  # a hand-kept parameter file is a few kB; so many are read in ten seconds, whatever they hold
FAR_YEARS = 5  # nothing in these files is dated later than so many years after what it belongs to: a slip of the year
TAG = "tag:yaml.org,2002:"
KINDS = ("null", "bool", "int", "float", "str", "seq", "map")
PLAIN_WORDS = {  # YAML 1.2's core: on and off are words, 17:30 is no number, and pydantic reads the dates
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
    "float": (r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
}
UNKNOWN = "extra_forbidden"
#: What is wrong, where pydantic says it in a programmer's words.
RULES = {"missing": "the key is missing", UNKNOWN: "there is no such key", "int_parsing": "not a whole number",
         "int_type": "not a whole number", "float_parsing": "not a number", "float_type": "not a number",
         "date_from_datetime_parsing": "not a day such as 2024-09-30", "date_parsing": "not a day such as 2024-09-30",
         "string_type": "not a text"}
REMEDIES = {
    UNKNOWN: "Remove it, or check its spelling",
    "missing": "Add it",
    "model_type": "Write keys with their values, as in another file of its kind",
    "dict_type": "Write keys with their values, as in another file of its kind",
    "list_type": "Write a list: each entry after a dash",
    "tuple_type": "Write a list: each entry after a dash",
}
MENDING = {
    "aliases are not allowed": "Write out what the alias stands for",
    "stands twice": "Keep one of the two",
    "'\\t'": "Indent with blanks, not with tabs",
    "not UTF-8": "Save the file as UTF-8",
}


class Closed(BaseModel):
    """A frozen parameter model: an unknown key and a missing key are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _a_quarter(text: str) -> str:
    if not QUARTER_PATTERN.fullmatch(text):
        raise ValueError("not a quarter such as 2024Q3")
    return text


QuarterName = Annotated[str, AfterValidator(_a_quarter)]
Name = Annotated[str, Field(min_length=1)]


def misfit(rule: str, *place: str | int, remedy: str = "Correct one of the two") -> PydanticCustomError:
    """Return the error of a model whose values do not go together, told at ``place`` below it; to be raised."""
    return PydanticCustomError("misfit", "{rule}", {"rule": rule, "place": place, "remedy": remedy})


def far(day: date | None, begin: date) -> bool:
    """Tell whether ``day`` lies more than FAR_YEARS calendar years after ``begin``: then its year was mistyped."""
    return day is not None and day.year > begin.year + FAR_YEARS


class _Loader(yaml.SafeLoader):
    """Safe YAML of KINDS alone, without aliases (no bombs) and without repeated keys."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.MarkedYAMLError(problem="aliases are not allowed", problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem="a key is one word", problem_mark=key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key '{key.value}' stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


# PyYAML's own way to say which plain words have a type, and which types there are.
_Loader.yaml_implicit_resolvers = {}
_Loader.yaml_constructors = {tag: build for tag, build in yaml.SafeLoader.yaml_constructors.items()
                             if tag is None or tag in {f"{TAG}{kind}" for kind in KINDS}}
for kind, (pattern, first) in PLAIN_WORDS.items():
    _Loader.add_implicit_resolver(f"{TAG}{kind}", re.compile(rf"\A(?:{pattern})\Z"), first)


def _line_of(node: yaml.Node | None, location: tuple) -> int | None:
    """Return the 1-based line of the deepest part of ``location`` that exists under ``node``."""
    line = node.start_mark.line + 1 if node is not None else None
    for part in location:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if found is None:
                continue
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def _parsed(text: bytes, file: str) -> tuple[yaml.Node | None, Any]:
    """Return the document as nodes, which know their lines, and as plain values."""
    row: int | None = None
    try:
        loader = _Loader(text.decode("utf-8-sig"))
        root = loader.get_single_node()
        return root, loader.construct_document(root) if root is not None else None
    except UnicodeDecodeError as error:
        problem, row = "not UTF-8 text", text.count(b"\n", 0, error.start) + 1
    except yaml.reader.ReaderError as error:
        problem, row = error.reason, text.decode("utf-8-sig").count("\n", 0, error.position) + 1
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem, row = error.problem or error.context or "", mark.line + 1 if mark else None
    except RecursionError:
        problem = "brackets within brackets without end"
    except ValueError:  # a number of thousands of digits, or a word tagged as one
        problem = "a value is not what its tag says"
    remedy = next((words for part, words in MENDING.items() if part in problem), "Mend the line")
    raise Refused(f"not valid YAML: {problem}", remedy, file=file, row=row)


def _text(path: Path, name: str) -> bytes:
    if not path.is_file():
        raise Refused("the file is missing", "Add it; an example stands in params/", file=name)
    if path.stat().st_size > MAX_BYTES:
        raise Refused("the file is larger than a parameter file can be", "Keep data out of params", file=name)
    try:
        text = path.read_bytes()
    except OSError:
        raise Refused("the file cannot be read", "Allow it to be read", file=name) from None
    return text


def refused_at(path: Path, name: str, place: Place, rule: str, remedy: str) -> Refused:
    """Return the refusal of what stands at ``place`` (keys, and places in lists) of a file that was read before."""
    root, _ = _parsed(_text(path, name), name)
    return Refused(rule, remedy, file=name, row=_line_of(root, place), column=".".join(map(str, place)))


def read_yaml(path: Path, model: type[Model], name: str = "") -> Model:
    """Return the file at ``path`` as ``model`` (a closed model, or a list or dict of them); messages call it ``name``.

    Raises Refused naming file, line, key and remedy for a missing file, bad YAML, or a key or value outside the model.
    """
    name = name or path.name
    root, value = _parsed(_text(path, name), name)
    if root is None:
        raise Refused("the file is empty", "Write it after the model of another of its kind", file=name, row=1)
    try:
        return TypeAdapter(model).validate_python(value)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        first = min(errors, key=lambda one: one["type"] != UNKNOWN)  # a misspelt key explains the one that is missing
        told = first.get("ctx", {})
        place = (*first["loc"], *told.get("place", ()))
        remedy = told.get("remedy") or REMEDIES.get(first["type"], "Correct the value")
        message = RULES.get(first["type"], first["msg"].removeprefix("Value error, "))
        raise Refused(f"{message[0].lower()}{message[1:]}", remedy, file=name, row=_line_of(root, place),
                      column=".".join(map(str, place))) from None
