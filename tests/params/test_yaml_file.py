"""Is a slip in a parameter file refused with its file, line and key?"""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from pydantic import AwareDatetime, Field, model_validator

from analysis.params.yaml_file import MAX_BYTES, Closed, QuarterName, misfit, read_yaml, refused_at
from analysis.refusal import Refused


class Part(Closed):
    size: int = Field(gt=0)


class Span(Closed):
    first: int
    last: int

    @model_validator(mode="after")
    def _in_order(self) -> Span:
        if self.last < self.first:
            raise misfit("last lies before first", "last", remedy="Exchange them")
        return self


class Whole(Closed):
    name: str
    parts: tuple[Part, ...] = ()
    named: dict[str, Part] = Field(default_factory=dict)
    day: Span | None = None
    quarter: QuarterName = "2024Q3"


def read(tmp_path: Path, text: str | bytes, model: Any = Whole) -> Any:
    path = tmp_path / "x.yml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_yaml(path, model)


def test_a_file_becomes_its_model(tmp_path: Path) -> None:
    whole = read(tmp_path, "name: 名\nparts: [{size: 1}]\nnamed:\n  a: {size: 2}\n")
    assert whole == Whole(name="名", parts=(Part(size=1),), named={"a": Part(size=2)})


def test_a_file_may_be_a_list(tmp_path: Path) -> None:
    assert read(tmp_path, "- size: 1\n- size: 2\n", list[Part]) == [Part(size=1), Part(size=2)]


@pytest.mark.parametrize(("text", "message"), [
    ("name: x\nnmae: y\n",
     r"x.yml, row 2, column nmae: there is no such key. Remove it, or check its spelling"),
    ("nmae: x\n", r"x.yml, row 1, column nmae: there is no such key"),
    ("parts: []\n", r"x.yml, row 1, column name: the key is missing. Add it"),
    ("name: x\nparts:\n  - size: 1\n  - size: many\n", r"x.yml, row 4, column parts.1.size: .*Correct the value"),
    ("name: x\nnamed:\n  a: {size: 0}\n", r"x.yml, row 3, column named.a.size: input should be greater than 0"),
    ("name: x\nname: y\n", r"x.yml, row 2: not valid YAML: the key 'name' stands twice"),
    ("name: [x\n", r"x.yml, row 2: not valid YAML"),
    ("a: &a [x]\nname: *a\n", r"x.yml, row 2: not valid YAML: aliases are not allowed"),
    (b"name: x\nparts: \xff\n", r"x.yml, row 2: not valid YAML: not UTF-8 text"),
    ("name: x\nparts: \x07\n", r"x.yml, row 2: not valid YAML: special characters are not allowed"),
    ("name: x\n? [a, b]\n: 1\n", r"x.yml, row 2: not valid YAML: a key is one word"),
    ("name: x\nparts:\n\t- size: 1\n", r"x.yml, row 3: not valid YAML: found character '.t'"),
    ("name: x\nparts: [{size: !!int many}]\n", r"x.yml: not valid YAML: a value is not what its tag says"),
    ("name: x\nparts: [{size: " + "9" * 5000 + "}]\n", r"x.yml: not valid YAML: a value is not"),
    ("name: !!timestamp x\n", r"x.yml, row 1: not valid YAML: could not determine a constructor"),
    ("<<: {name: x}\n", r"x.yml, row 1, column (name|<<): "),
    ("", r"x.yml, row 1: the file is empty. Write it after the model"),
    ("# nothing\n", r"x.yml, row 1: the file is empty"),
    ("- name: x\n", r"x.yml, row 1: input should be a valid dictionary .*Write keys with their values"),
    ("name: x\nparts: {size: 1}\n", r"x.yml, row 2, column parts: input should be a valid tuple. Write a list"),
    ("name: x\nday: {first: 2, last: 1}\n", r"x.yml, row 2, column day.last: last lies before first. Exchange them"),
    ("name: x\nquarter: 2024Q5\n", r"x.yml, row 2, column quarter: not a quarter such as 2024Q3. Correct the value"),
    ("name: !!python/object/apply:os.getcwd []\n", r"x.yml, row 1: not valid YAML: could not determine a constructor"),
])
def test_a_slip_is_refused_with_its_place_and_remedy(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(Refused, match=f"^{message}"):
        read(tmp_path, text)


class Typed(Closed):
    day: date
    at: AwareDatetime
    shift: time
    share: float
    code: str


TYPED = {"day": "2024-02-29", "at": "2024-10-15 18:00:00+08:00", "shift": "17:30", "share": "1e-3", "code": "on"}


def typed(tmp_path: Path, **changes: str) -> Typed:
    return read(tmp_path, "".join(f"{key}: {value}\n" for key, value in (TYPED | changes).items()), Typed)


def test_plain_words_are_what_a_reader_takes_them_for(tmp_path: Path) -> None:
    at = datetime.fromisoformat("2024-10-15T10:00:00Z")
    assert typed(tmp_path) == Typed(day=date(2024, 2, 29), at=at, shift=time(17, 30), share=0.001, code="on")


@pytest.mark.parametrize(("key", "value"), [
    ("day", "2024-02-30"), ("day", "20240229"), ("at", "2024-10-15 18:00:00"), ("at", "2024-10-15"), ("shift", "24:30"),
    ("share", ".nan"), ("share", "nan"), ("share", "inf"), ("share", "1e999"), ("code", "1"), ("code", "true"),
])
def test_a_value_of_another_kind_is_refused_with_its_line_and_key(tmp_path: Path, key: str, value: str) -> None:
    row = list(TYPED).index(key) + 1
    with pytest.raises(Refused, match=rf"^x.yml, row {row}, column {key}: .*\. Correct the value"):
        typed(tmp_path, **{key: value})


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"^gone.yml: the file is missing. Add it"):
        read_yaml(tmp_path / "gone.yml", Whole)


def test_a_file_too_large_for_a_parameter_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="larger than a parameter file can be"):
        read(tmp_path, "#" * (MAX_BYTES + 1))


def test_what_disagrees_with_another_file_is_refused_at_its_line(tmp_path: Path) -> None:
    read(tmp_path, "name: x\nparts:\n  - size: 1\n  - size: 2\n")
    refused = refused_at(tmp_path / "x.yml", "x.yml", ("parts", 1, "size"), "too large", "Take less")
    assert str(refused) == "x.yml, row 4, column parts.1.size: too large. Take less"


def test_a_deep_nest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="not valid YAML"):
        read(tmp_path, "name: " + "[" * 100_000)


def test_a_message_never_shows_the_value(tmp_path: Path) -> None:
    with pytest.raises(Refused) as error:
        read(tmp_path, "name: x\nparts: [{size: SECRET}]\n")
    assert "SECRET" not in str(error.value)


def test_parameters_do_not_change(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        read(tmp_path, "name: x\n").name = "y"
