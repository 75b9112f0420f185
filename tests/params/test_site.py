"""Are a company's standing choices checked before anything rests on them?"""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from pydantic import ValidationError

from analysis.params.site import SUSPICIONS, Site

SITE: dict[str, Any] = {
    "company": "c", "data": "data", "time_zone": "America/Chicago", "language": "zh-Hant", "engine": "duckdb",
    "service_lines": ["sales"], "jurisdictions": [], "calendar": "cn", "shifts": {"day": "08:00"}, "disclosure": {},
    "policies_denominator": "in_force", "refuse_on": ["volume"],
}


def test_choices_are_read() -> None:
    site = Site.model_validate(SITE)
    assert site.zone.key == "America/Chicago"
    assert site.shifts == {"day": time(8)}
    assert site.disclosure.minimum_persons == 8  # METHODS §7: cells on 1–7 persons are suppressed


@pytest.mark.parametrize(("key", "value", "message"), [
    ("time_zone", "China", "not an IANA time zone"), ("time_zone", "../etc/passwd", "not an IANA time zone"),
    ("language", "fr", "'en', 'zh-Hant' or 'zh-Hans'"), ("engine", "oracle", "duckdb"), ("service_lines", [],
                                                                                         "at least 1"),
    ("shifts", {"day": "25:00"}, "hour"), ("shifts", {}, "at least 1"), ("disclosure", {"minimum_persons": 1}, "2"),
    ("policies_denominator", "sold", "in_force"), ("refuse_on", ["volum"],
                                                   "unknown suspicion volum; one of truncation"),
    ("colour", "red", "Extra inputs"),
])
def test_a_choice_outside_the_possible_is_an_error(key: str, value: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Site.model_validate(SITE | {key: value})


@pytest.mark.parametrize("key", sorted(set(SITE)))
def test_every_choice_must_be_made(key: str) -> None:
    with pytest.raises(ValidationError, match="Field required"):
        Site.model_validate({name: value for name, value in SITE.items() if name != key})


@pytest.mark.parametrize("hours", ["9-18", "18:00-09:00", "09:00-09:00", "09:00-24:30", "always"])
def test_opening_hours_outside_one_day_are_an_error(hours: str) -> None:
    for key in ("workdays", "days_off"):
        with pytest.raises(ValidationError, match="not a span within one day"):
            Site.model_validate(SITE | {"opening_hours": {"phone": {"workdays": "08:00-22:00", key: hours}}})


def test_opening_hours_may_be_left_out_and_count_on_make_up_days() -> None:
    assert Site.model_validate(SITE).opening_hours == {}
    site = Site.model_validate(SITE | {"opening_hours": {"phone": {"workdays": "08:00-24:00"}}})
    hours = site.opening_hours["phone"].service_hours
    assert (hours.weekdays[5:], hours.make_up, hours.days_off) == (("", ""), "08:00-24:00", "")


def test_a_weekday_may_have_hours_of_its_own() -> None:
    phone = {"workdays": "08:00-20:00", "friday": "08:00-16:00", "wednesday": "", "saturday": "09:00-13:00"}
    hours = Site.model_validate(SITE | {"opening_hours": {"phone": phone}}).opening_hours["phone"].service_hours
    assert hours.weekdays == ("08:00-20:00", "08:00-20:00", "", "08:00-20:00", "08:00-16:00", "", "")
    assert (hours.make_up, hours.days_off, hours.weekend) == ("08:00-20:00", "", ("09:00-13:00", None))


def test_every_suspicion_may_be_raised() -> None:
    assert Site.model_validate(SITE | {"refuse_on": SUSPICIONS}).refuse_on == SUSPICIONS
