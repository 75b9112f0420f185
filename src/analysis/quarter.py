"""Which days does a quarter hold, and which quarters come before it?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.refusal import Refused

QUARTER_PATTERN = re.compile(r"20[0-9]{2}Q[1-4]", re.ASCII)
QUARTERS_PER_YEAR = 4


@dataclass(frozen=True, order=True)
class Quarter:
    """A calendar quarter; quarters order and subtract like months do."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Return the quarter written as in ``2024Q3``; anything else is refused."""
        if not QUARTER_PATTERN.fullmatch(text):
            raise Refused("Q is not a quarter", "Write four digits, a capital Q and 1 to 4, as in Q=2024Q3")
        return cls(int(text[:4]), int(text[5]))

    @classmethod
    def of(cls, day: date) -> Quarter:
        """Return the quarter that holds ``day``."""
        return cls(day.year, (day.month + 2) // 3)

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    def plus(self, quarters: int) -> Quarter:
        """Return the quarter that many later (earlier if negative)."""
        year, index = divmod(self.year * 4 + self.number - 1 + quarters, 4)
        return Quarter(year, index + 1)

    @property
    def start(self) -> date:
        """The first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def end(self) -> date:
        """The last day."""
        return self.plus(1).start - timedelta(days=1)

    @property
    def months(self) -> tuple[str, ...]:
        """The three months as ``YYYY-MM``."""
        first = 3 * self.number - 2
        return tuple(f"{self.year}-{month:02d}" for month in range(first, first + 3))
