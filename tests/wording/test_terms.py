"""Is every code of our tables in words, and one message enough for all numbers?"""

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


def test_a_code_becomes_readable() -> None:
    assert terms.readable("due_after_days") == "Due after days"
