"""Is a text that was put together from codes said piece by piece, and the company's own left alone?"""

from types import SimpleNamespace

import pytest

from analysis.wording import Wording
from analysis.wording.composed import cell

REGISTRY = [SimpleNamespace(id="csat_top2_share", title="Satisfied customers", unit="share")]


def said(name: str, text: str, language: str = "zh-Hant", **row: str) -> str:
    return cell({name: text, **row}, name, Wording(language, REGISTRY))


@pytest.mark.parametrize(("text", "words"), [
    ("10 calendar days", "10 個自然日"), ("15 working days", "15 個工作日"), ("20 seconds", "20 秒"),
    ("complex yes: 30 calendar days; class life: 5 working days", "情形複雜：30 個自然日；人身保險：5 個工作日"),
    ("complexity complex: 30 calendar days; otherwise 15 calendar days; extended by 30 days to at most 60",
     "情況複雜：30 個自然日；其他情形：15 個自然日；可延長 30 日，最長 60 日"),
])
def test_a_limit_is_said_with_its_condition(text: str, words: str) -> None:
    assert said("limit", text) == words
    assert said("limit", text, "en") == text


def test_a_rule_that_holds_a_semicolon_is_one_rule() -> None:
    text = ("mode: one of questionnaire, phone, online; never empty (2); "
            "satisfaction: a whole number from 1 to 5; may be empty (3)")
    assert said("reasons", text) == (
        "mode：questionnaire、phone、online 之一；不得為空（2 列）；satisfaction：1 至 5 的整數；可為空（3 列）")
    assert said("reasons", text, "en") == text


def test_a_suspicion_keeps_its_column() -> None:
    assert said("suspicions", "volume (812); order_of_events paid_at (3)") == (
        "列數異常（812）；事件早於受理 paid_at（3）")


def test_a_problem_is_named_by_title_and_place() -> None:
    assert said("problem_id", "csat_top2_share:branch:B04") == "滿意客戶比例，分支機構「B04」"
    assert said("problem_id", "csat_top2_share:kind:claim:resolution", "en") == (
        "Satisfied customers (resolution), kind claim")


def test_a_sample_is_named_by_its_table_and_its_part() -> None:
    assert said("sample", "surveys", "en") == "Surveys"
    assert said("sample", "surveys.phone", "zh-Hant") == f"{said('sample', 'surveys', 'zh-Hant')}：電話"


def test_what_a_decision_concerns_is_an_indicator_or_a_problem() -> None:
    assert said("concerns", "csat_top2_share", "en") == "Satisfied customers"
    assert said("concerns", "csat_top2_share:branch:B04", "en") == "Satisfied customers, branch B04"
    assert said("concerns", "Finding 7", "en") == "Finding 7"


@pytest.mark.parametrize("text", ["P-2024-07", "a:b:c", "csat_top2_share:branch", "<b>:branch:B04"])
def test_a_problem_of_the_companys_own_naming_stays(text: str) -> None:
    assert said("problem_id", text) == text


@pytest.mark.parametrize(("name", "text"), [
    ("theme", "branch"), ("cause", "other"), ("decision", "coach the branch; measure A2024-02"),
    ("product", "property"), ("title", "One queue; two counters"), ("reasons", "no list"),
    ("suspicions", "?"), ("limit", "soon"),
])
def test_the_companys_own_words_stay(name: str, text: str) -> None:
    assert said(name, text) == text


@pytest.mark.parametrize(("name", "text", "row", "words"), [
    ("owner", "compliance", {}, "合規部"), ("unit", "claims", {"unit_type": "department"}, "理賠部"),
    ("unit", "claims", {"unit_type": "service_line"}, "理賠"), ("table", "training", {}, "培訓"),
    ("certainty", "high / medium", {}, "高 / 中"), ("facet", "", {}, "全部面向"), ("note", "", {}, ""),
    ("evidence", "exempt: parental leave", {}, "豁免：parental leave"), ("evidence", "enough evidence", {}, "證據充足"),
    ("window", "2023Q4 to 2024Q3", {}, "2023Q4 至 2024Q3"), ("target_source", "plan of 2024Q3", {}, "2024Q3 評價計劃"),
])
def test_the_column_tells_what_a_code_stands_for(name: str, text: str, row: dict[str, str], words: str) -> None:
    assert said(name, text, **row) == words


@pytest.mark.parametrize(("text", "indicator", "words"), [
    ("+0.05", "csat_top2_share", "+5.0 percentage points"), ("-8", "response_median_hours", "−8.0 h"),
    ("+0.2", "", "+0.2"), ("calmer queues", "csat_top2_share", "calmer queues"),
])
def test_an_expected_effect_is_in_the_unit_of_its_indicator(text: str, indicator: str, words: str) -> None:
    assert said("expected_effect", text, "en", indicator=indicator) == words
