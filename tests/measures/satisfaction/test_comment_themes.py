"""Are comments counted by the words of their themes, and never shown?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.satisfaction.comment_themes import comment_themes, most_named
from analysis.run import Run
from tests.measures.conftest import Insurer
from tests.measures.satisfaction.test_satisfaction import _answers, _surveys

THEMES = {"themes.yml": [{"theme": "waiting", "words": ["等待", "delay"]},
                         {"theme": "online", "words": ["app", "手機"]}]}
SAID = [
    "等待時間太長", "Delayed twice, no reason", "undelayed", "I apply myself", "The APP is fine", "手機上等待很久",
    "nothing", "", None, "delays!",
]  # fmt: skip


def _run(insurer: Insurer, said: list[str | None], satisfied: int = 0) -> Run:
    rows = _answers(satisfied, len(said) - satisfied).assign(comment=said)
    return insurer(_surveys(rows), files=THEMES)


def _count(table: pd.DataFrame, group: str = "all") -> dict[str, int]:
    return dict(table[table["group"] == group].set_index("comment_theme")["count"])


def test_a_comment_belongs_to_each_theme_whose_words_it_holds(insurer: Insurer) -> None:
    """Eight comments: 等待 twice, delayed and delays; an app and 手機; three of no theme. Not undelayed, not apply."""
    table = comment_themes(_run(insurer, SAID + ["無"] * 2))
    assert set(table.loc[table["group"] == "all", "n"]) == {10}
    assert _count(table) == {"waiting": 4, "online": 2, "other": 5}


def test_the_share_is_wilsons(insurer: Insurer) -> None:
    """Newcombe (1998) table I: 81 of 263 is .2553 to .3662."""
    row = comment_themes(_run(insurer, ["delay"] * 81 + ["well"] * 182)).iloc[0]
    assert [round(row[name], 4) for name in ("estimate", "low", "high")] == [0.3080, 0.2553, 0.3662]


def test_satisfied_and_others_are_told_apart(insurer: Insurer) -> None:
    table = comment_themes(_run(insurer, ["app"] * 12 + ["delay"] * 11, satisfied=12))
    assert _count(table, "satisfied") == {"waiting": 0, "online": 12, "other": 0}
    assert _count(table, "not satisfied") == {"waiting": 11, "online": 0, "other": 0}
    assert list(most_named(table)["unit"]) == ["online", "waiting", "other"]


def test_no_comment_is_shown(insurer: Insurer) -> None:
    table = comment_themes(_run(insurer, ["delay of Mr Secret"] * 12))
    assert not table.astype(str).apply(lambda column: column.str.contains("Secret")).any(axis=None)


@pytest.mark.parametrize("said", [[], [None] * 12])
def test_without_comments_there_is_no_data(insurer: Insurer, said: list[None]) -> None:
    run = _run(insurer, said) if said else insurer({}, files=THEMES)
    assert set(comment_themes(run)["status"]) == {"no data"}


def test_few_comments_are_said(insurer: Insurer) -> None:
    table = comment_themes(_run(insurer, ["delay"] * 4))
    assert set(table.loc[table["group"] == "all", "status"]) == {"not estimable: fewer than 10 comments"}
