"""Is every code of our tables in words, and one message enough for all numbers?"""

from pathlib import Path

from analysis.sources import suspicions
from analysis.sources.reconcile import DUPLICATE_RULE
from analysis.sources.validated import SHORT_ROW_RULE
from analysis.tables import TABLES
from analysis.tables.results import UNIT_TYPES, VERDICTS
from analysis.wording import terms


def test_every_unit_type_and_verdict_of_the_contract_has_words() -> None:
    assert set(UNIT_TYPES) == set(terms.UNIT_TYPES)
    assert set(VERDICTS) == set(terms.VERDICTS) == set(terms.SYMBOLS)


def test_verdicts_differ_by_symbol() -> None:
    assert len(set(terms.SYMBOLS.values())) == len(terms.SYMBOLS)


def test_a_pattern_and_its_numbers_are_the_text_again() -> None:
    text = "fewer than 10 answers, {odd} 1,234.5 of 3"
    message, numbers = terms.pattern(text)
    assert message.format(*numbers) == text
    assert numbers == ["10", "1,234.5", "3"]


def test_every_table_and_suspicion_has_words() -> None:
    assert set(TABLES) <= set(terms.WORDS)
    code = Path(suspicions.__file__).read_text(encoding="utf-8")
    assert [name for name in terms.SUSPICIONS if f'"{name}"' not in code] == []


def test_rules_that_no_contract_holds_are_collected() -> None:
    assert {DUPLICATE_RULE, SHORT_ROW_RULE} <= set(terms.GENERATED)


def test_a_code_becomes_readable() -> None:
    assert terms.readable("due_after_days") == "Due after days"
