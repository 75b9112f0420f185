"""Where does this company keep its data, and which of its choices shape every report?"""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, field_validator

from analysis.params.yaml_file import Closed

Language = Literal["en", "zh-Hant", "zh-Hans"]
SUSPICIONS = (
    "truncation", "short_row", "mojibake", "mangled_id", "order_of_events", "unknown_employee", "unknown_reference",
    "empty_week", "volume", "scale_drift",
)


def _known_zone(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise ValueError("not an IANA time zone such as Asia/Shanghai") from None
    return zone


Zone = Annotated[str, AfterValidator(_known_zone)]


class Disclosure(Closed):
    """A crossed cell outside ``confidential/`` rests on at least so many persons (METHODS §7)."""

    minimum_persons: int = Field(8, ge=2)


class Site(Closed):
    """One company's standing choices (``site.yml``)."""

    company: str
    data: str
    time_zone: Zone
    language: Language
    engine: Literal["duckdb"]
    service_lines: tuple[str, ...] = Field(min_length=1)
    jurisdictions: tuple[str, ...]
    calendar: str
    shifts: dict[str, time] = Field(min_length=1)
    disclosure: Disclosure
    policies_denominator: Literal["in_force", "issued"]
    refuse_on: tuple[str, ...]
    #: How far back the yearly trend of complaints looks; every other figure looks back two years.
    history_quarters: int = Field(8, ge=8, le=80)

    @field_validator("refuse_on")
    @classmethod
    def _known_suspicions(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := set(names) - set(SUSPICIONS):
            raise ValueError(f"unknown suspicion {sorted(unknown)[0]}; one of {', '.join(SUSPICIONS)}")
        return names

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which times without one are read, and in which days and quarters are counted."""
        return ZoneInfo(self.time_zone)
