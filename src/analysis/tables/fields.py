"""What may stand in a delivered column, and how is that rule said in words?

Each function returns a pandera field whose description says what the column is and whose metadata hold the rule in
words; data dictionary, failure messages and validation all read the same field. Units: times are naive UTC, stored
beside the local day; shares 0–1; durations in hours.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

Text = Series[str]
Whole = Series[pd.Int64Dtype]
Real = Series[float]
Flag = Series[pd.BooleanDtype]
Moment = Series[pa.DateTime]

MAX_ID_LENGTH = 200
MAX_TEXT_LENGTH = 20_000
PRINTABLE = r"\A[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*\Z"  # line breaks and tabs are; no other control character is


def _field(what: str, rule: str, kind: str, nullable: bool, **checks: Any) -> Any:
    rule = f"{rule}; may be empty" if nullable else f"{rule}; never empty"
    return pa.Field(nullable=nullable, description=what, metadata={"rule": rule, "kind": kind}, **checks)


def identifier(what: str, *, required: bool = False) -> Any:
    """Return a field for a pseudonymous id: any text without line breaks, of at most 200 characters."""
    return _field(what, f"an id of 1 to {MAX_ID_LENGTH} characters on one line", "text", not required,
                  str_matches=rf"\A[^\x00-\x1f\x7f]{{1,{MAX_ID_LENGTH}}}\Z")


def label(what: str, *, required: bool = False) -> Any:
    """Return a field for a free category or a text."""
    return _field(what, f"text of at most {MAX_TEXT_LENGTH} characters", "text", not required,
                  str_length={"max_value": MAX_TEXT_LENGTH}, str_matches=PRINTABLE)


def one_of(what: str, *values: str, required: bool = False) -> Any:
    """Return a field for a closed set of codes."""
    return _field(what, f"one of {', '.join(values)}", "text", not required, isin=list(values))


def moment(what: str, *, required: bool = False) -> Any:
    """Return a field for a time: ISO 8601, zone-aware or in the site's zone."""
    return _field(what, "a time in ISO 8601 (or in the format of sources.yml)", "moment", not required)


def day(what: str, *, required: bool = False) -> Any:
    """Return a field for a calendar day."""
    return _field(what, "a day in ISO 8601 (or in the format of sources.yml)", "day", not required)


def whole(what: str, low: int | None = None, high: int | None = None, *, required: bool = False) -> Any:
    """Return a field for a whole number between ``low`` and ``high`` (None: unbounded)."""
    return _field(what, f"a whole number{_range_words(low, high)}", "whole", not required, ge=low, le=high)


def number(what: str, low: float | None = None, high: float | None = None, *, required: bool = False) -> Any:
    """Return a field for a finite number between ``low`` and ``high`` (None: unbounded)."""
    return _field(what, f"a number{_range_words(low, high)}", "number", not required, ge=low, le=high)


def share(what: str) -> Any:
    """Return a field for a probability: above 0, at most 1."""
    return _field(what, "a number above 0 and at most 1", "number", True, gt=0, le=1)


def flag(what: str, *, required: bool = False) -> Any:
    """Return a field for true or false."""
    return _field(what, "true or false", "flag", not required)


def _range_words(low: float | None, high: float | None) -> str:
    words = {(True, True): f" from {low} to {high}", (True, False): f" of {low} or more",
             (False, True): f" of at most {high}", (False, False): ""}
    return words[(low is not None, high is not None)]
