"""What does a parameter file say, and on which line is it wrong?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from analysis.refusal import Refused

Model = TypeVar("Model")
MAX_BYTES = 1_000_000  # a hand-kept parameter file is a few kB; a larger one is a mistake
BOOLEAN = "tag:yaml.org,2002:bool"
REMEDIES = {
    "extra_forbidden": "Remove it, or check its spelling",
    "missing": "Add it",
    "duplicate_key": "Keep one of the two",
}


class Closed(BaseModel):
    """A frozen parameter model: an unknown key and a missing key are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Loader(yaml.SafeLoader):
    """Safe YAML without aliases (no bombs) and without repeated keys; on, off, yes and no are words, as in YAML 1.2."""

    yaml_implicit_resolvers = {  # noqa: RUF012  # PyYAML's own way to say which plain words have a type
        first: [(tag, pattern) for tag, pattern in resolvers if tag != BOOLEAN]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.MarkedYAMLError(problem="aliases are not allowed", problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key '{key.value}' stands twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


_Loader.add_implicit_resolver(BOOLEAN, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


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


def read_yaml(path: Path, model: type[Model]) -> Model:
    """Return the file at ``path`` as ``model`` (a closed model, or a list or dict of them).

    Raises Refused naming file, line, key and remedy for a missing file, bad YAML, or a key or value outside the model.
    """
    if not path.is_file():
        raise Refused("the file is missing", "Add it; an example stands in params/", file=path.name)
    text = path.read_bytes()
    if len(text) > MAX_BYTES:
        raise Refused("the file is larger than a parameter file can be", "Keep data out of params", file=path.name)
    try:
        loader = _Loader(text.decode("utf-8"))
        root = loader.get_single_node()
        value = loader.construct_document(root) if root is not None else None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or "not UTF-8 text"
        row = mark.line + 1 if mark else None
        raise Refused(f"not valid YAML: {problem}", "Mend the line", file=path.name, row=row) from None
    try:
        return TypeAdapter(model).validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        remedy = REMEDIES.get(first["type"], "Correct the value")
        message = first["msg"].removeprefix("Value error, ")
        line = _line_of(root, tuple(first["loc"]))
        raise Refused(f"{message[0].lower()}{message[1:]}", remedy, file=path.name, row=line, column=key) from None
