"""Where does this company keep its data, and which of its choices shape every report?"""

from __future__ import annotations

from datetime import time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, field_validator

from analysis.clock import HOURS, ServiceHours
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


def _span(hours: str) -> str:
    """Return ``hours`` if they are empty or a span within one day."""
    found = HOURS.fullmatch(hours)
    if hours and not (found and found.group(1, 2) < found.group(3, 4) <= ("24", "00")):
        raise ValueError("not a span within one day such as 09:00-18:00; 24:00 may close")
    return hours


Span = Annotated[str, AfterValidator(_span)]


class OpeningHours(Closed):
    """When a channel is served, in local time: on official working days, and on weekends and holidays ("" = closed).

    A weekday may have hours of its own: Monday to Friday as a working day, Saturday and Sunday as a day off, holidays
    that fall on them included. Weekends worked as make-up days have those of working days.
    """

    workdays: Span
    days_off: Span = ""
    monday: Span | None = None
    tuesday: Span | None = None
    wednesday: Span | None = None
    thursday: Span | None = None
    friday: Span | None = None
    saturday: Span | None = None
    sunday: Span | None = None

    @property
    def service_hours(self) -> ServiceHours:
        """The same for `analysis.clock`."""
        own = (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday)
        first, second, third, fourth, fifth = (self.workdays if hours is None else hours for hours in own)
        return ServiceHours((first, second, third, fourth, fifth, "", ""), make_up=self.workdays,
                            days_off=self.days_off, weekend=(self.saturday, self.sunday))


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
    #: Per channel; waiting times of a channel that has none are told in elapsed hours only.
    opening_hours: dict[str, OpeningHours] = Field(default_factory=dict)
    #: Who may own a measure, a milestone or an indicator; none named: anybody.
    departments: tuple[str, ...] = ()
    #: The file whose content is the key that names the sheets on persons: outside params/, never committed.
    sheet_key: str = ""
    #: So many days after a sheet was handed over, its person may object to a case.
    contest_days: int = Field(30, ge=1, le=365)
    #: Whether the confidential page also prints the ranks each person could hold; a reviewer may ask for them.
    rank_sets: bool = False
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
