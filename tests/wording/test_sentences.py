"""Does the generated sentence say what its row says?"""

from types import SimpleNamespace

import pytest

from analysis.wording import Wording

ROW = {"indicator": "csat_top2_share", "unit_type": "company", "unit": "company", "event": "", "n": 1234,
       "estimate": 0.8821, "low": 0.861, "high": 0.9, "status": "ok", "target": 0.85, "verdict": "met"}
REGISTRY = [SimpleNamespace(id="csat_top2_share", title="Satisfied customers", unit="share"),
            SimpleNamespace(id="odd", title="An odd one", unit="hours")]


def said(language: str = "en", **changes: object) -> str:
    return Wording(language, REGISTRY).headline({**ROW, **changes})


def test_a_headline_holds_estimate_interval_n_target_and_verdict() -> None:
    assert said() == ("Satisfied customers, the whole company: 88.2% (95% interval 86.1–90.0; n = 1,234). "
                      "Target 85.0%: met.")


def test_a_headline_in_chinese() -> None:
    assert said("zh-Hant", unit_type="service_line", unit="claims", verdict="not met") == (
        "服務類別「理賠」的滿意客戶比例為 88.2%（95% 區間 86.1–90.0；n = 1,234）。目標 85.0%：未達標。")


def test_a_headline_without_target_says_so() -> None:
    assert said(target=float("nan"), verdict="no target").endswith("No target is set.")


def test_a_headline_names_the_event() -> None:
    assert said(event="first_response").startswith("Satisfied customers (first response), ")


@pytest.mark.parametrize(("status", "words"), [
    ("no data", "no data"), ("not estimable: fewer than 10 answers", "not estimable: fewer than 10 answers")])
def test_a_figure_that_is_not_there_says_why(status: str, words: str) -> None:
    assert said(status=status, estimate=None) == f"Satisfied customers, the whole company: {words}."


def test_a_reason_is_translated_with_its_number() -> None:
    assert Wording("zh-Hant").status("not estimable: fewer than 30 answers") == "無法估計：答覆少於 30 份"


def test_the_registry_knows_the_unit_before_the_name_does() -> None:
    say = Wording("en", REGISTRY)
    assert say.value(2.0, "odd") == "2.0 h"
    assert say.title("odd") == "An odd one"


def test_values_are_filled_and_formatted() -> None:
    say = Wording("en")
    assert say("{n} of {answer_share}", n=1000, answer_share=0.25) == "1,000 of 25.0%"
    assert say("a literal {brace}") == "a literal {brace}"


def test_plural_forms_follow_the_language() -> None:
    forms = [Wording(language).plural("{n} row", "{n} rows", n) for language in ("en", "zh-Hant") for n in (1, 2000)]
    assert forms == ["1 row", "2,000 rows", "1 列", "2,000 列"]


@pytest.mark.parametrize("hostile", ["{0.__class__}", "{", "</svg>", "%s", "B{x}03"])
def test_a_name_of_the_companys_own_stays_as_it_is(hostile: str) -> None:
    assert Wording("zh-Hant").term(hostile) == hostile


def test_no_text_is_no_header_of_the_catalogue() -> None:
    assert Wording("zh-Hant")("") == ""


def test_prose_is_translated_block_by_block() -> None:
    assert Wording("zh-Hant").prose("## Contents\n\nunknown text") == "## 目錄\n\nunknown text"


def test_a_text_of_several_is_translated_part_by_part() -> None:
    assert Wording("zh-Hant").term("no cases; fewer than 3 clusters; tables/x.csv") == (
        "沒有個案；群組少於 3 個；tables/x.csv")


def test_words_nobody_knows_are_not_rejoined() -> None:
    assert Wording("zh-Hant").term("half in June; half in July") == "half in June; half in July"


@pytest.mark.parametrize(("p", "words"), [(0.0004, "<0.001"), (0.001, "0.001"), (0.0, "0.000"), (0.0321, "0.032")])
def test_a_small_p_is_not_told_apart(p: float, words: str) -> None:
    assert Wording("en").value(p, "p_adjusted") == words


def test_a_small_number_in_a_reason_keeps_two_digits() -> None:
    said = Wording("en").status("not estimable: too few units: the smallest attainable p is 0.1667")
    assert said == "not estimable: too few units: the smallest attainable p is 0.17"


def test_a_reason_has_no_long_fractions() -> None:
    assert Wording("zh-Hant").status("not estimable: not reached by 233.467") == "無法估計：至 233.5 仍未達到"


@pytest.mark.parametrize(("text", "words"), [
    ("2024-10-15T23:59:59+08:00", "15 October 2024 23:59 (UTC+08:00)"), ("2024-10-15", "15 October 2024")])
def test_an_iso_time_is_shown_in_the_readers_form(text: str, words: str) -> None:
    assert Wording("en").when(text) == words
