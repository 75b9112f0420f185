"""Does everybody get a sheet of their own, named so that nobody else can tell whose it is?"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import replace
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from analysis.measures.people.own import FACET_COLUMNS, QUARTER_COLUMNS, Own
from analysis.params import PROJECT, load_params
from analysis.publish import sheets
from analysis.publish.order import Order
from analysis.publish.render import Facts
from analysis.publish.sheet_words import Contest
from analysis.publish.sheets import Writer, key_of, make_sheets, sheet_name
from analysis.quarter import Quarter
from analysis.refusal import Refused
from analysis.wording import Wording

NOTHING = "not estimable: not enough evidence"
WRITER = Writer(b"k" * 16, Wording("en"), Facts("Example", "2024Q3", "2024-10-15T23:59:59+08:00", "1", "x", 0),
                Contest("Quality management department", 30), {"in_limit_share": "higher"}, ("2024Q2", "2024Q3"))


def figures(unit: str, **changes: Any) -> pd.DataFrame:
    """Return two indicators of one person: one is told, the other has too few cases."""
    told = {"unit": unit, "indicator": "in_limit_share", "event": "resolution", "n": 40, "naive": 0.71,
            "naive_low": 0.6, "naive_high": 0.8, "like": 0.78, "like_low": 0.66, "like_high": 0.9,
            "estimate": 0.76, "low": 0.7, "high": 0.81, "status": "ok",
            "standard": 0.9, "colleagues": 9, "group_mean": 0.85, "permitted_use": "coaching only",
            "reason": "cannot be told from the colleagues", "further": pd.NA, "reliability": 0.8,
            "direction": "cannot be distinguished"}
    few = told | {"event": "first_response", "n": 4, "status": NOTHING, "permitted_use": "not enough evidence",
                  "reason": "not enough evidence", "further": 26, "colleagues": pd.NA,
                  **dict.fromkeys(("naive", "naive_low", "naive_high", "like", "like_low", "like_high", "estimate",
                                   "low", "high", "group_mean"))}
    return pd.DataFrame([told | changes, few])


def person(unit: str, **changes: Any) -> Own:
    quarters = [[unit, "in_limit_share", "resolution", "2024Q3", 12, 0.5, 0.3, 0.7, "ok"]]
    facets = [[unit, "knowledge", 6, 2, 60.0, 50.0, 70.0, 75.0, True, False, "ok"]]
    return Own(figures(unit, **changes), pd.DataFrame(quarters, columns=QUARTER_COLUMNS),
               pd.DataFrame(facets, columns=FACET_COLUMNS),
               pd.DataFrame({"unit": [unit], "outcome": ["upheld"], "contests": [1]}))


def text(page: str) -> str:
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)).split())


def both(*people: Own) -> Own:
    parts = zip(*((one.figures, one.quarters, one.facets, one.contests) for one in people), strict=True)
    return Own(*(pd.concat(part, ignore_index=True) for part in parts))


def test_a_name_is_the_hmac_of_the_id() -> None:
    """RFC 4231, test case 2, the first 32 digits."""
    assert sheet_name(b"Jefe", "what do ya want for nothing?") == "5bdcc146bf60754e6a042426089575c7"


def test_the_sheet_of_one_person_holds_nothing_of_another() -> None:
    everybody = both(person("E1"), person("E2", naive=0.1234, estimate=0.2345, group_mean=0.3456))
    page = WRITER.employee("E1", everybody.of("E1")).page
    assert page == WRITER.employee("E1", person("E1")).page
    assert "12.3%" in WRITER.employee("E2", everybody.of("E2")).page
    assert not [value for value in ("12.3%", "23.5%", "34.6%", "E1", "E2") if value in text(page)]


def test_a_sheet_says_standard_own_value_use_help_and_how_to_object() -> None:
    said = text(WRITER.employee("E1", person("E1")).page)
    for words in ("at least 90.0%", "71.0% (60.0–80.0), n\u00a0=\u00a040".replace("\u00a0", " "), "76.0% (70.0–81.0)",
                  "78.0% (66.0–90.0)",
                  "85.0% (9 people)", "for coaching only: it cannot be told from the colleagues",
                  "50.0% (30.0–70.0)", "Knowledge: your ratings lie at 60.0 (50.0–70.0), the standard is 75.0.",
                  "Training on this is offered", "26 more cases until something can be said",
                  "within 30 days", "Your objections so far: 0 open, 1 upheld, 0 rejected.", "article 24"):
        assert words in said


def test_who_was_given_hard_cases_sees_like_cases_compared_however_reliable() -> None:
    short = {"status": "not estimable: reliability below 0.7", "estimate": None, "low": None, "high": None,
             "reason": "reliability below 0.7"}
    page = WRITER.employee("E1", person("E1", **short)).page
    cells = re.findall(r'<td data-head="([^"]+)">([^<]*)</td>', page)
    told = dict(cells[:6])
    assert [told[head].replace("\u00a0", " ") for head in ("Your own cases", "Like cases compared",
                                                           "Chance taken into account", "Your colleagues")] == [
        "71.0% (60.0–80.0), n = 40", "78.0% (66.0–90.0)", "–", "85.0% (9 people)"]
    assert told["What it may be used for, and why"].endswith("it is not reliable enough yet to be told from chance")
    assert "like cases compared" in text(page)


def test_cases_that_nobody_else_had_are_told_so() -> None:
    alone = {"like": None, "like_low": None, "like_high": None, "status": "not estimable: no like cases"}
    page = WRITER.employee("E1", person("E1", **alone)).page
    cells = re.findall(r'<td data-head="Like cases compared">([^<]*)</td>', page)
    assert cells == ["not estimable: no like cases", "–"]


def test_who_has_too_few_colleagues_is_told_so_and_given_no_empty_advice() -> None:
    alone = figures("E1").assign(status="not estimable: fewer than 8 people in the same job", naive=None,
                                 reason="fewer than 8 people in the same job", permitted_use="not enough evidence",
                                 further=pd.NA)
    nothing = person("E1")
    page = WRITER.employee("E1", Own(alone, nothing.quarters[:0], nothing.facets[:0], nothing.contests[:0])).page
    assert "<svg" not in page
    for words in ("for nothing: fewer than 8 people do the same job", "There is nothing to show quarter by quarter.",
                  "These figures suggest nothing in particular."):
        assert words in text(page)


def test_the_same_rows_and_key_give_the_same_sheet() -> None:
    assert WRITER.employee("E1", person("E1")) == WRITER.employee("E1", person("E1"))


def test_a_sheet_needs_nothing_from_elsewhere_and_describes_its_figure() -> None:
    page = WRITER.employee("E1", person("E1")).page
    assert re.findall(r"<script|javascript:|https?://|//cdn", page) == []
    assert page.count("<svg") == len(re.findall(r'<svg role="img" aria-label="[^"]+"', page)) == 1
    assert not re.search(r"\bnan\b|\bNaN\b|&lt;NA&gt;|None", page)


def test_what_comes_from_data_is_escaped() -> None:
    page = WRITER.employee("E1", person("E1", reason="<b>x</b>")).page
    assert "<b>x" not in page


def order_of(home: Path, key: str | None) -> tuple[Order, Any]:
    site = SimpleNamespace(site=SimpleNamespace(sheet_key=key or ""))
    (home / "params").mkdir(exist_ok=True)
    return Order(Quarter(2024, 3), home / "reports", params=home / "params", project=home), site


def test_a_key_is_read_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "sheet.key").write_text("0123456789abcdef\n")
    assert key_of(*order_of(tmp_path, "sheet.key")) == b"0123456789abcdef"


@pytest.mark.parametrize(("name", "content", "said"), [
    (None, None, "there is no key"), ("none.key", None, "the key of the sheets is missing"),
    ("sheet.key", "", "shorter than 16 bytes"), ("sheet.key", "0123456789abcde \n", "shorter than 16 bytes"),
    ("params/sheet.key", "0123456789abcdef", "lies among the parameters"),
    ("reports/../params/sheet.key", "0123456789abcdef", "lies among the parameters"),
    ("reports/sheet.key", "0123456789abcdef", "lies among the parameters or reports"),
])
def test_a_key_that_is_none_is_refused(tmp_path: Path, name: str | None, content: str | None, said: str) -> None:
    order, params = order_of(tmp_path, name)
    if name and content is not None:
        (tmp_path / "reports").mkdir()
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    with pytest.raises(Refused, match=said) as refusal:
        key_of(order, params)
    assert "openssl rand" in str(refusal.value)
    assert "0123456789" not in str(refusal.value)


def test_the_sample_ships_no_key() -> None:
    site = load_params(PROJECT / "params", Quarter(2024, 3)).site
    assert site.sheet_key.startswith("data/raw/.")  # git-ignored, and hidden from what a run watches


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Order:
    """Return an order whose two employees and one partner are stand-ins."""
    order, params = order_of(tmp_path, "sheet.key")
    (tmp_path / "sheet.key").write_text("0123456789abcdef")
    monkeypatch.setattr(sheets, "load_params", lambda *_: params)
    monkeypatch.setattr(sheets, "completed", lambda order, _: order)
    monkeypatch.setattr(sheets, "_sheets", lambda *_: (
        iter([sheets.Sheet("a", "page a"), sheets.Sheet("b", "page b")]), iter([sheets.Sheet("partner-c", "page c")])))
    return order


def test_all_sheets_appear_at_once_in_a_folder_of_their_own(quick: Order) -> None:
    assert make_sheets(quick) == (2, 1)
    assert {path.name for path in (quick.reports / "2024Q3-sheets").iterdir()} == {"a.html", "b.html", "partner-c.html"}


@pytest.mark.skipif(os.name == "nt", reason="no such modes")
def test_sheets_and_their_folder_are_for_their_owner_alone(quick: Order) -> None:
    quick.sheets.target.mkdir(mode=0o755, parents=True)
    make_sheets(quick)
    assert stat.S_IMODE(quick.sheets.target.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in quick.sheets.target.iterdir()} == {0o600}


def test_sheets_of_before_are_replaced_as_a_whole(quick: Order) -> None:
    quick.sheets.target.mkdir(parents=True)
    (quick.sheets.target / "old.html").write_text("old")
    make_sheets(quick)
    assert not (quick.sheets.target / "old.html").exists()


def test_what_fails_leaves_the_sheets_of_before(quick: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    make_sheets(quick)

    def failing(*_: object) -> Any:
        raise Refused("no", "never")

    monkeypatch.setattr(sheets, "_sheets", failing)
    with pytest.raises(Refused):
        make_sheets(quick)
    assert len(list(quick.sheets.target.iterdir())) == 3


def test_a_language_without_words_still_gives_a_sheet() -> None:
    chinese = replace(WRITER, say=Wording("zh-Hant"))
    assert 'lang="zh-Hant"' in chinese.employee("E1", person("E1")).page
