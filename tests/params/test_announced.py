"""Does writing the calendars again give the shipped ones, and never a year that was not announced?"""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis.params import announced

SHIPPED = Path(__file__).parents[2] / "params" / "calendars"


@pytest.mark.parametrize("authority", announced.ALL, ids=lambda one: one.name)
def test_written_again_the_calendars_are_the_same(tmp_path: Path, authority: announced.Announced) -> None:
    announced.write_calendars(tmp_path)
    name = f"{authority.name}.csv"
    assert (tmp_path / name).read_bytes() == (SHIPPED / name).read_bytes()


@pytest.mark.parametrize("authority", announced.ALL, ids=lambda one: one.name)
def test_every_year_written_has_its_announcement(authority: announced.Announced) -> None:
    years = {day.year for day, _, _ in announced.days(authority)}
    assert years == set(authority.years)
    assert all(authority.years.values())
