"""How is a value written so that its unit is seen, in this language?

The name carries the unit: ``…_share`` is a share (0–1, shown in percent), ``…_hours`` are hours, ``nps`` are points.
"""

from __future__ import annotations

import math
from datetime import date, datetime
from functools import lru_cache
from numbers import Integral
from typing import Any

import pandas as pd
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

DECIMALS = {"score_1to5": 2, "alpha": 2, "ratio": 2, "count": 0, "weight": 2, "p": 3}  # others: one
DEFAULT_DECIMALS = 1
SMALLEST_P = 0.001  # a smaller p is not told apart
SUFFIXES = (("share", "share"), ("_probability", "share"), ("_count", "count"), ("_hours", "hours"),
            ("_1to5", "score_1to5"), ("_mean", "score_1to5"), ("nps", "nps"), ("_score", "score_0to100"),
            ("_alpha", "alpha"), ("_ratio", "ratio"), ("weight", "weight"), ("p_worse", "p"), ("p_adjusted", "p"),
            ("by_chance", "p"), ("by_luck", "p"),
            ("reliability", "ratio"), ("correlation", "ratio"),
            ("deff", "ratio"), ("deff_kish", "ratio"), ("_if_dropped", "alpha"))
WHOLE_NAMES = {"p": "p", "smallest_p": "p", "probability_below": "p", "probability_above": "p"}
# The widest text is not the longest number: above this many of the unit, decimals are noise.
WHOLE_FROM = 1_000


def missing(value: Any) -> bool:
    """Tell whether a cell holds nothing (None, NaN, NaT, NA)."""
    return value is None or (not isinstance(value, (list, tuple, dict, set)) and bool(pd.isna(value)))


def unit_of(name: str) -> str:
    """Return the unit that a column's or an indicator's name carries, or an empty text."""
    return WHOLE_NAMES.get(name) or next((unit for suffix, unit in SUFFIXES if name.endswith(suffix)), "")


def finer(low: float, high: float, unit: str) -> int:
    """Return 1 where a bound that is not 0 would read as 0 and one decimal more shows it, else 0.

    "0.2 (0.0–0.3)" reads as if it held 0 where "0.16 (0.04–0.27)" does not. Counts stay whole, and beside WHOLE_FROM
    hours decimals are noise.
    """
    places, scale = DECIMALS.get(unit, DEFAULT_DECIMALS), 100 if unit == "share" else 1
    ends = [end * scale for end in (low, high)]
    hidden = any(round(end, places) == 0 and round(end, places + 1) != 0 for end in ends)
    return int(hidden and places > 0 and not (unit == "hours" and high >= WHOLE_FROM))


@lru_cache(maxsize=64)
def _digits(decimals: int) -> str:
    return f"#,##0.{'0' * decimals}" if decimals else "#,##0"


def decimal(value: float, locale: Locale, decimals: int | None = None) -> str:
    """Return a number with grouped digits; whole numbers have no decimal places unless asked for.

    No "-0.0": a value that rounds to nothing has no sign.
    """
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    places = decimals if decimals is not None else (0 if isinstance(value, Integral) else DEFAULT_DECIMALS)
    rounded = round(float(value), places) or 0.0
    return format_decimal(rounded, format=_digits(places), locale=locale).replace("-", "−")


def percent(value: float, locale: Locale, decimals: int = DEFAULT_DECIMALS) -> str:
    """Return a share (0–1) in percent."""
    rounded = round(float(value), decimals + 2) or 0.0
    return format_percent(rounded, format=f"{_digits(decimals)}%", locale=locale).replace("-", "−")


def day(value: date, locale: Locale) -> str:
    """Return a date with its month in words, so that no reader takes the day for the month."""
    return format_date(value, format="long", locale=locale)


def moment(value: datetime, locale: Locale) -> str:
    """Return a time with its zone's offset; a time without a zone is shown without one."""
    zone = f" (UTC{value.isoformat()[-len('+00:00'):]})" if value.tzinfo else ""
    return format_datetime(value, format=f"{locale.date_formats['long'].pattern} HH:mm", locale=locale) + zone
