"""Are the words of a theme told apart, and a slip of the pen refused?"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from analysis.params import PROJECT
from analysis.params.themes import Themes
from analysis.params.yaml_file import read_yaml
from analysis.refusal import Refused


def _file(folder: Path, *themes: dict) -> Path:
    path = folder / "themes.yml"
    path.write_text(yaml.safe_dump(list(themes), allow_unicode=True))
    return path


def test_the_shipped_themes_are_read() -> None:
    themes = read_yaml(PROJECT / "params" / "themes.yml", Themes).root
    assert {"waiting", "explanation", "attitude"} <= {one.theme for one in themes}
    assert any("等待" in one.words for one in themes)


@pytest.mark.parametrize(("themes", "message"), [
    ([{"theme": "waiting", "words": []}], "at least 1"),
    ([{"theme": "Waiting", "words": ["wait"]}], "match"),
    ([{"theme": "waiting", "words": ["Wait"]}], "small letters"),
    ([{"theme": "waiting", "words": ["wait", "wait"]}], "a word stands twice"),
    ([{"theme": "waiting", "words": ["wait"]}, {"theme": "waiting", "words": ["queue"]}], "a theme stands twice"),
    ([{"theme": "waiting", "word": ["wait"]}], "there is no such key"),
])
def test_a_slip_is_refused(tmp_path: Path, themes: list[dict], message: str) -> None:
    with pytest.raises(Refused, match=message):
        read_yaml(_file(tmp_path, *themes), Themes)
