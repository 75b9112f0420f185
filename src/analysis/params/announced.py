"""Which days did each authority announce as worked?

``python -m analysis.params.announced`` writes ``params/calendars``. The days come from the package ``holidays`` (a
development dependency) and are written down once, so that an update of the package cannot change an old quarter. A year
not yet announced comes back from the package unadjusted and without notice: only the years listed here, each with its
announcement, are written. To add a year: update ``holidays``, check that it holds the announcement, add the line, run
this, and check the days against the announcement in the tests.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from analysis.params.calendars import HEADER

CALENDARS = Path(__file__).resolve().parents[3] / "params" / "calendars"
SATURDAY = 5  # date.weekday()


@dataclass(frozen=True)
class Announced:
    """One authority's calendar: how ``holidays`` knows it, and the announcement of each year."""

    name: str
    country: str
    language: str
    made_up: str
    years: dict[int, str]
    subdivision: str | None = None


# State Council, General Office: each notice also moves the days around 1 January of its year; should one make a day of
# the December before it a working day, that year's file changes with it (none of 2022 to 2026 did).
# 9 February 2024 (除夕) counts as worked: the notice only encourages employers to give it.
CN = Announced("cn", "CN", "zh_CN", "调休上班", {
    2022: "国办发明电〔2021〕11号",
    2023: "国办发明电〔2022〕16号",
    2024: "国办发明电〔2023〕7号",
    2025: "国办发明电〔2024〕12号",
    2026: "国办发明电〔2025〕7号",
})
# Directorate-General of Personnel Administration. The calendar of government offices: days lost to typhoons are not in
# it, nor 1 May before 2026. Make-up Saturdays ended in June 2025.
TW = Announced("tw", "TW", "zh_TW", "補行上班", {
    2022: "中華民國111年政府行政機關辦公日曆表",
    2023: "中華民國112年政府行政機關辦公日曆表",
    2024: "中華民國113年政府行政機關辦公日曆表 (院授人培字第11230268412號)",
    2025: "中華民國114年政府行政機關辦公日曆表 (修正版, 院授人培字第11430248311號)",
    2026: "中華民國115年政府行政機關辦公日曆表",
})
# England and Wales: rules of the Banking and Financial Dealings Act 1971 with the proclamations of 2022 and 2023.
UK = Announced("uk", "GB", "en_GB", "", dict.fromkeys(range(2022, 2028), "gov.uk/bank-holidays, England and Wales"),
               subdivision="ENG")
ALL = (CN, TW, UK)


def days(announced: Announced) -> Iterator[tuple[date, bool, str]]:
    """Yield every day of the announced years with whether it is worked and the name of the holiday or make-up day."""
    from holidays import country_holidays  # a development dependency, not needed to read a calendar

    years = sorted(announced.years)
    known: Any = country_holidays(announced.country, subdiv=announced.subdivision, years=years,
                                  language=announced.language)
    day = date(years[0], 1, 1)
    while day.year <= years[-1]:
        made_up = day in known.weekend_workdays
        working = made_up or (day.weekday() < SATURDAY and day not in known)
        yield day, working, announced.made_up if made_up else known.get(day, "")
        day += timedelta(days=1)


def write_calendars(directory: Path = CALENDARS) -> None:
    """Write one ``<name>.csv`` per authority into ``directory``."""
    for announced in ALL:
        with (directory / f"{announced.name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows((day, str(working).lower(), name) for day, working, name in days(announced))


if __name__ == "__main__":
    write_calendars()
