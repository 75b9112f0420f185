"""Does a table show a reader's words, escaped, with heads and caption?"""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pandas as pd
import pytest

from analysis.figures import headline, sentence, table
from analysis.wording import Wording

HOSTILE = "<script>alert(\"1\")</script></table>"
FRAME = pd.DataFrame({
    "indicator": ["csat_top2_share", "nps", "nps"], "unit_type": "service_line", "unit": ["claims", "sales", HOSTILE],
    "n": pd.array([1234, None, 7], dtype="Int64"), "estimate": [0.882, 12.0, None], "low": [0.861, -3.0, None],
    "high": [0.9, 27.0, None], "level": 0.95, "method": "wilson",
    "status": ["ok", "ok", "not estimable: fewer than 10 answers"], "target": [0.85, None, None],
    "verdict": ["met", "cannot tell", "no target"]})


def parsed(frame: pd.DataFrame = FRAME, language: str = "en", caption: str = "Caption") -> Element:
    return ElementTree.fromstring(table(frame, caption, Wording(language)).data)


def texts(root: Element, path: str) -> list[str]:
    return ["".join(cell.itertext()) for cell in root.findall(path)]


def test_heads_are_words_and_scoped() -> None:
    heads = parsed().findall(".//thead//th")
    assert [head.text for head in heads] == [
        "Indicator", "Level", "Unit", "n", "Estimate (95% interval)", "Target", "Verdict"]
    assert {head.get("scope") for head in heads} == {"col"}


def test_a_row_holds_estimate_with_interval_and_verdict_with_symbol() -> None:
    first = texts(parsed(), ".//tbody/tr[1]/*")
    assert first == ["Csat top2 share", "service line", "Claims", "1,234", "88.2% (86.1–90.0)", "85.0%", "✓ met"]


def test_a_figure_that_is_not_there_says_why_in_its_place() -> None:
    assert texts(parsed(language="zh-Hant"), ".//tbody/tr[3]/td")[3] == "無法估計：答覆少於 10 份"


def test_hostile_data_is_text() -> None:
    root = parsed(caption=HOSTILE)
    assert texts(root, ".//tbody/tr[3]/td")[1] == HOSTILE
    assert root.findtext(".//caption") == HOSTILE
    assert root.find(".//script") is None


def test_numbers_stand_right_and_the_first_cell_heads_its_row() -> None:
    row = parsed().find(".//tbody/tr")
    assert row is not None
    assert [cell.get("class") for cell in row] == [None, None, None, "number", "number", "number", None]
    assert row[0].get("scope") == "row"


def test_a_date_is_not_broken_and_a_flag_is_a_word() -> None:
    frame = pd.DataFrame({"milestone": ["plan approved"], "done": [True], "due": ["2024-06-19"],
                          "note": ["from January to June"]})
    row = parsed(frame).find(".//tbody/tr")
    assert row is not None
    assert [(cell.text, cell.get("class")) for cell in row] == [
        ("plan approved", None), ("yes", "whole"), ("2024-06-19", "whole"), ("from January to June", None)]


def test_a_count_has_no_decimals() -> None:
    frame = pd.DataFrame({"indicator": ["complaints_received_count"], "unit": ["company"], "estimate": [340.0],
                          "low": [304.8], "high": [378.1]})
    assert texts(parsed(frame), ".//tbody/tr/td")[1] == "340 (305–378)"


def test_one_indicator_for_all_rows_moves_into_the_caption() -> None:
    root = parsed(FRAME.iloc[1:])
    assert root.findtext(".//caption") == "Caption: Nps"
    assert texts(root, ".//tbody/tr[1]/*")[3] == "12.0 (−3.0 to 27.0)"


@pytest.mark.parametrize(("rows", "folded"), [(20, 0), (21, 1)])
def test_a_long_table_is_folded(rows: int, folded: int) -> None:
    assert len(parsed(pd.DataFrame({"unit": range(rows)})).findall("details")) == folded


def test_an_empty_table_says_so() -> None:
    assert texts(parsed(FRAME.iloc[:0]), ".//tbody//td") == ["no rows"]


def test_a_table_without_caption_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="caption"):
        parsed(caption=" ")


def test_the_same_table_has_the_same_id_and_another_has_not() -> None:
    ids = [parsed(frame).get("id") for frame in (FRAME, FRAME, FRAME.iloc[1:])]
    assert ids[0] == ids[1] != ids[2]


def test_a_duty_left_undone_is_red_with_a_sign_and_its_word() -> None:
    states = pd.DataFrame({"unit": ["a", "b", "c"], "state": ["not reviewed", "reviewed", "open"]})
    html = table(states, "caption", Wording("en")).data
    assert '<span class="verdict-not-met"><span aria-hidden="true">✗</span> not reviewed</span>' in html
    assert '<span class="verdict-met"><span aria-hidden="true">✓</span> reviewed</span>' in html
    effects = pd.DataFrame({"unit": ["a", "b", "c"], "effect": ["harmful", "effective", "not shown"]})
    html = table(effects, "caption", Wording("en")).data
    assert '<span class="verdict-not-met"><span aria-hidden="true">✗</span> harmful</span>' in html
    assert "<td>not shown</td>" in html.replace(' class="whole"', "")
    assert html.count("verdict-") == 2


def test_a_banner_shows_its_verdict_and_escapes_its_text() -> None:
    banner = ElementTree.fromstring(headline(HOSTILE, "not met").data)
    assert banner.get("class") == "headline verdict-not-met"
    assert "".join(banner.itertext()) == f"✗ {HOSTILE}"


def test_a_verdict_from_outside_is_no_class_name() -> None:
    assert "verdict-no-target" in headline("text", '"><b>').data
    assert sentence("<b>").data == '<p class="sentence">&lt;b&gt;</p>'
