"""Which words in a comment stand for which theme (``themes.yml``)?"""

from __future__ import annotations

from pydantic import ConfigDict, Field, RootModel, field_validator, model_validator

from analysis.params.yaml_file import Closed


class Theme(Closed):
    """What customers write about, and the words that show it, in any language; capitals do not matter.

    A word of Latin letters is found as a whole word, also with an English ending ("delay" finds "delayed", "app" not
    "apply"); any other is found anywhere.
    """

    theme: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    words: tuple[str, ...] = Field(min_length=1)

    @field_validator("words")
    @classmethod
    def _told_apart(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        if any(not word.strip() or word != word.strip().lower() for word in words):
            raise ValueError("a word is written in small letters, without blanks around it")
        if len(set(words)) < len(words):
            raise ValueError("a word stands twice")
        return words


class Themes(RootModel[tuple[Theme, ...]]):
    """All themes of the file, each named once."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _named_once(self) -> Themes:
        names = [one.theme for one in self.root]
        if len(set(names)) < len(names):
            raise ValueError("a theme stands twice")
        return self
