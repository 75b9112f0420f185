"""Does each language have its words, and is none taken from elsewhere?"""

import string
from importlib.resources import files
from io import BytesIO

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from analysis.refusal import Refused
from analysis.wording.catalogue import LANGUAGES, locale_of, translations
from analysis.wording.terms import STATUSES, VERDICTS

CHINESE = [language for language in LANGUAGES if language != "en"]


def messages(language: str) -> list[Message]:
    path = files("analysis") / "locale" / LANGUAGES[language] / "LC_MESSAGES" / "messages.po"
    return [one for one in read_po(BytesIO(path.read_bytes())) if one.id and one.string]


def places(text: str | tuple[str, ...]) -> set[str | None]:
    return {place for form in ([text] if isinstance(text, str) else text)
            for _, place, _, _ in string.Formatter().parse(form) if place is not None}


@pytest.mark.parametrize("language", CHINESE)
def test_verdicts_and_statuses_are_translated(language: str) -> None:
    gettext = translations(language).gettext
    assert [word for word in {**VERDICTS, **STATUSES}.values() if gettext(word) == word] == []


@pytest.mark.parametrize("language", CHINESE)
def test_a_translation_has_the_places_of_its_text(language: str) -> None:
    wrong = [one.id for one in messages(language) if "python-brace-format" in one.flags
             and places(one.string) != places(one.id)]
    assert wrong == []


def test_simplified_chinese_says_quality_as_the_policy_does_there() -> None:
    assert translations("zh-Hans").gettext("Service quality evaluation") == "服务质量评价"
    assert translations("zh-Hant").gettext("Service quality evaluation") == "服務品質評價"


def test_english_is_the_source() -> None:
    assert translations("en").gettext("met") == "met"


@pytest.mark.parametrize("language", ["zh", "de", "", "zh_Hant", "../en"])
def test_an_unknown_language_is_refused(language: str) -> None:
    with pytest.raises(Refused, match="LANGUAGE"):
        locale_of(language)
