"""Which sentence says what a row of results says?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from numbers import Real
from typing import Any, Protocol

from analysis.wording import numbers, prose, terms
from analysis.wording.catalogue import locale_of, translations
from analysis.wording.heads import COLUMNS
from analysis.wording.numbers import missing

NOT_ESTIMABLE = "not estimable: "
PARTS = "; "
ISO_DATE_LENGTH = len("2024-09-30")
LONG_FRACTION = re.compile(r"\d+\.\d{2,}")


class Titled(Protocol):
    """What the registry says of an indicator, as far as words need it."""

    @property
    def id(self) -> str:
        """Its code."""

    @property
    def title(self) -> str:
        """Its name in English."""

    @property
    def unit(self) -> str:
        """The unit of its figures."""


class Wording:
    """The texts of a report in one language: ``say("Question")``, ``say("{n} answers", n=12)``.

    ``registry`` gives the titles and units of indicators; without it an indicator is named by its code and its unit is
    read off the code.
    """

    def __init__(self, language: str = "en", registry: Iterable[Titled] = ()):
        self.language = language
        self.locale = locale_of(language)
        self._catalogue = translations(language)
        self._indicators = {one.id: one for one in registry}

    def __call__(self, message: str, **values: Any) -> str:
        """Return ``message`` in this language; ``{name}`` is filled from ``values``, numbers and dates formatted."""
        text = self._catalogue.gettext(message) if message else ""
        return text.format(**self._shown(values)) if values else text

    def plural(self, singular: str, plural: str, n: int, **values: Any) -> str:
        """Return the form for ``n``, filled like a call; ``{n}`` is the number itself."""
        return self._catalogue.ngettext(singular, plural, n).format(**self._shown({"n": n, **values}))

    def _shown(self, values: Mapping[str, Any]) -> dict[str, str]:
        return {name: self.value(value, name) for name, value in values.items()}

    # Numbers and dates.

    def value(self, value: Any, name: str = "") -> str:
        """Return a value of the column or indicator ``name`` as a reader sees it; nothing for a missing one."""
        if isinstance(value, str):
            return value
        if missing(value):
            return ""
        if isinstance(value, bool) or type(value).__name__ == "bool":
            return self("yes") if value else self("no")
        if isinstance(value, datetime):
            return numbers.moment(value, self.locale)
        if isinstance(value, date):
            return numbers.day(value, self.locale)
        return self._measured(value, self.unit(name)) if isinstance(value, Real) else str(value)

    def _measured(self, value: Any, unit: str, finer: int = 0) -> str:
        if unit == "share":
            return self.share(value, numbers.DEFAULT_DECIMALS + finer)
        if unit == "hours":
            return self.hours(value, finer)
        if unit == "p" and 0 < value < numbers.SMALLEST_P:
            return f"<{self.number(numbers.SMALLEST_P, numbers.DECIMALS[unit])}"
        places = numbers.DECIMALS.get(unit, numbers.DEFAULT_DECIMALS if finer else None)
        return self.number(value, None if places is None else places + finer)

    def unit(self, name: str) -> str:
        """Return the unit of an indicator (registry first) or of a column, read off its name."""
        known = self._indicators.get(name)
        return known.unit if known else numbers.unit_of(name)

    def number(self, value: float, decimals: int | None = None) -> str:
        """Return a number with grouped digits: 1,234.5."""
        return numbers.decimal(value, self.locale, decimals)

    def share(self, value: float, decimals: int = numbers.DEFAULT_DECIMALS) -> str:
        """Return a share of 0–1 in percent: 88.2%."""
        return numbers.percent(value, self.locale, decimals)

    def hours(self, value: float, finer: int = 0) -> str:
        """Return hours with their unit: 3.5 h."""
        return self("{amount} h", amount=self.number(value, 0 if value >= numbers.WHOLE_FROM else 1 + finer))

    def interval(self, low: float, high: float, name: str = "") -> str:
        """Return an interval in the unit of ``name``, the unit itself left out: 86.1–90.0.

        One decimal more where a bound that is not 0 would read as 0 (`numbers.finer`).
        """
        unit = self.unit(name)
        scale, places = (100, 1) if unit == "share" else (1, numbers.DECIMALS.get(unit, 1))
        ends = [self.number(end * scale, places + numbers.finer(low, high, unit)) for end in (low, high)]
        if low < 0:
            return self("{low} to {high}", low=ends[0], high=ends[1])
        return "–".join(ends)

    # Codes.

    def term(self, code: Any) -> str:
        """Return the words for a code or a generated text in a cell; a name of the company's own stays as it is."""
        return self(terms.WORDS[code]) if code in terms.WORDS else self.phrase(str(code))

    def column(self, code: str) -> str:
        """Return the head of a column."""
        return self(COLUMNS.get(code) or terms.readable(code))

    def status(self, status: str) -> str:
        """Return a status in words; the reason of "not estimable: …" is translated with its numbers kept."""
        if not status.startswith(NOT_ESTIMABLE):
            return self.term(status)
        reason = LONG_FRACTION.sub(_shortened, status.removeprefix(NOT_ESTIMABLE))
        return self("not estimable: {reason}", reason=self.phrase(reason))

    def phrase(self, text: str) -> str:
        """Return a generated text in this language: one message serves for all numbers in it.

        A text of several, parted by "; ", is taken apart unless it is known as a whole; words nobody knows are the
        company's own and stay as they are.
        """
        whole = self(text)
        if whole != text:
            return whole
        message, found = terms.pattern(text)
        said = self(message)
        if said != message:
            return said.format(*found)
        parts = text.split(PARTS)
        told = [self.phrase(part) for part in parts] if len(parts) > 1 else parts
        return text if told == parts else self("; ").join(told)

    def department(self, code: str) -> str:
        """Return the words for the code of a department, which may be that of a service line or a table as well."""
        return self(terms.DEPARTMENTS[code]) if code in terms.DEPARTMENTS else self.term(code)

    def title(self, indicator: str) -> str:
        """Return the registered title of an indicator, or its readable code."""
        known = self._indicators.get(indicator)
        return self(known.title) if known else self(terms.readable(indicator))

    def place(self, row: Mapping[str, Any]) -> str:
        """Return the unit a row speaks of: the company, or a unit with its level."""
        if row.get("unit_type", "company") == "company":
            return self("the whole company")
        unit = self.department(row["unit"]) if row["unit_type"] == "department" else self.term(row["unit"])
        return self("{level} {unit}", level=self.term(row["unit_type"]), unit=unit)

    def when(self, text: str) -> str:
        """Return an ISO time with a zone, or an ISO date, in the reader's form."""
        return self.value(date.fromisoformat(text) if len(text) == ISO_DATE_LENGTH else datetime.fromisoformat(text))

    # Sentences.

    def estimate(self, row: Mapping[str, Any]) -> str:
        """Return estimate and interval of a row, "88.2% (86.1–90.0)", to equal decimals, or its status in words."""
        if row.get("status", "ok") != "ok":
            return self.status(row["status"])
        if missing(row["estimate"]):
            return ""
        name = str(row.get("indicator", ""))
        if missing(row.get("low")) or missing(row.get("high")):
            return self.value(row["estimate"], name)
        return self("{amount} ({interval})", amount=self._amount(row), interval=self.interval(
            row["low"], row["high"], name))

    def _amount(self, row: Mapping[str, Any]) -> str:
        """Return the estimate of a row that has an interval, to as many decimals as that."""
        unit = self.unit(str(row.get("indicator", "")))
        return self._measured(row["estimate"], unit, numbers.finer(row["low"], row["high"], unit))

    def headline(self, row: Mapping[str, Any]) -> str:
        """Return the sentence of one result row: title, unit, estimate, interval, n, target and verdict."""
        title = self.title(row["indicator"])
        if not missing(row.get("event")) and row["event"]:
            title = self("{title} ({event})", title=title, event=self.term(row["event"]))
        if row.get("status", "ok") != "ok":
            return self("{title}, {place}: {status}.", title=title, place=self.place(row),
                        status=self.status(row["status"]))
        said = self("{title}, {place}: {amount} (95% interval {interval}; n = {n}).", title=title,
                    place=self.place(row), n=_whole(row["n"]), amount=self._amount(row),
                    interval=self.interval(row["low"], row["high"], row["indicator"]))
        return self.joined(said, self._against_target(row))

    def _against_target(self, row: Mapping[str, Any]) -> str:
        if missing(row.get("target")):
            return self("No target is set.")
        return self("Target {amount}: {verdict}.", amount=self.value(row["target"], row["indicator"]),
                    verdict=self.term(row["verdict"]))

    def joined(self, *sentences: str) -> str:
        """Return sentences one after the other, as this language parts them."""
        return ("" if self.language.startswith("zh") else " ").join(sentences)

    def prose(self, markdown: str) -> str:
        """Return a markdown text in this language, block by block."""
        return prose.translated(markdown, self)


def _whole(n: float) -> float:
    return int(n) if float(n).is_integer() else n


def _shortened(found: re.Match[str]) -> str:
    """Return a number with one decimal, a small one with two digits that count: a p of 0.167 must not read 0.2."""
    value = float(found[0])
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"
