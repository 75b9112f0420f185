"""Are nights, weekends and holidays left out of hours of service, and make-up days counted?"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from analysis.measures.response_time.response import response_time
from analysis.measures.response_time.service_hours import ELAPSED, beside_elapsed, service_hours
from analysis.params import PROJECT, load_params
from analysis.quarter import Quarter
from analysis.run import Run
from tests.measures.conftest import Insurer

OFFICE = {"counter": {"workdays": "09:00-18:00"}}
MEDIAN = "response_median_service_hours"
N = 40


def requests(opened: str, resolved: str | None, channel: str = "counter", n: int = N) -> pd.DataFrame:
    return pd.DataFrame({"request_id": [f"{opened}{number}" for number in range(n)], "kind": "claim",
                         "channel": channel, "opened_at": opened, "resolved_at": resolved})


def median(run: Run, unit: str = "counter") -> pd.Series:
    table = service_hours(run).query("indicator == @MEDIAN and event == 'resolution'")
    return table.set_index("unit").loc[unit]


@pytest.mark.parametrize(("opened", "resolved", "hours"), [
    ("2024-08-05 10:00:00", "2024-08-05 11:30:00", 1.5),  # a Monday
    ("2024-08-02 17:00:00", "2024-08-05 10:00:00", 2.0),  # Friday to Monday
    ("2024-08-05 20:00:00", "2024-08-06 09:30:00", 0.5),  # opened after hours
    ("2024-09-13 17:00:00", "2024-09-18 10:00:00", 11.0),  # mid-autumn: Saturday the 14th is made up, 15 to 17 are off
    ("2024-09-30 17:00:00", "2024-10-08 10:00:00", 2.0),  # National Day
])
def test_only_open_hours_count(insurer: Insurer, opened: str, resolved: str, hours: float) -> None:
    row = median(insurer({"requests": requests(opened, resolved)}, opening_hours=OFFICE))
    assert (row["n"], row["estimate"]) == (N, pytest.approx(hours))


def test_a_channel_served_on_days_off_counts_them(insurer: Insurer) -> None:
    hours = {"phone": {"workdays": "08:00-22:00", "days_off": "09:00-12:00"}}
    rows = requests("2024-08-02 21:00:00", "2024-08-05 09:00:00", "phone")
    assert median(insurer({"requests": rows}, opening_hours=hours), "phone")["estimate"] == 1 + 3 + 3 + 1


def test_hours_around_the_clock_are_elapsed_hours(insurer: Insurer) -> None:
    always = {"counter": {"workdays": "00:00-24:00", "days_off": "00:00-24:00"}}
    starts = pd.date_range("2024-07-01", periods=300, freq="7h")
    ends = starts + pd.to_timedelta(np.arange(300) * 5 % 97, unit="h")
    rows = requests("", None, n=300).assign(opened_at=starts.astype(str), resolved_at=ends.astype(str))
    run = insurer({"requests": rows.assign(resolved_at=rows["resolved_at"].where(rows.index % 30 > 0))},
                  opening_hours=always)
    told = beside_elapsed(service_hours(run), response_time(run)).query("status == 'ok'")
    assert len(told) == 4
    for figure, elapsed in ELAPSED.items():
        assert told[figure].tolist() == told[elapsed].tolist()


def test_open_requests_are_censored_in_hours_of_service(insurer: Insurer) -> None:
    """40 of 50 are done after 2 hours of service, 10 wait: half are done at 2 hours, nine in ten never were."""
    rows = [requests("2024-08-05 10:00:00", "2024-08-05 12:00:00"), requests("2024-08-06 10:00:00", None, n=10)]
    run = insurer({"requests": pd.concat(rows)}, opening_hours=OFFICE)
    table = service_hours(run).query("event == 'resolution' and unit == 'counter'").set_index("indicator")
    assert (table.loc[MEDIAN, "estimate"], table.loc[MEDIAN, "still_waiting"]) == (2, 10)
    assert table.loc["response_p90_service_hours", "status"].startswith("not estimable: not reached by")


def open_seconds(start: pd.Timestamp, stop: pd.Timestamp, worked: dict[date, bool]) -> float:
    """Seconds between nine and six on worked days, added day by day."""
    opened = ((max(start, day + pd.Timedelta(hours=9)), min(stop, day + pd.Timedelta(hours=18)))
              for day in pd.date_range(start.normalize(), stop) if worked[day.date()])
    return sum(max((until - since).total_seconds(), 0) for since, until in opened)


def test_the_engine_counts_as_adding_day_by_day_does(insurer: Insurer) -> None:
    """Median of an odd number of drawn waits, each added up day by day in Python."""
    random = np.random.default_rng(20240901)
    starts = pd.Timestamp("2024-07-01") + pd.to_timedelta(random.integers(0, 90 * 86_400, 101), unit="s")
    ends = starts + pd.to_timedelta(random.integers(0, 12 * 86_400, 101), unit="s")
    rows = requests("", None, n=101).assign(opened_at=starts.astype(str), resolved_at=ends.astype(str))
    row = median(insurer({"requests": rows}, opening_hours=OFFICE))
    calendar = load_params(PROJECT / "params", Quarter(2024, 3)).calendars["cn"]
    worked = dict(zip(calendar.days.tolist(), calendar.working, strict=True))
    seconds = [open_seconds(start, stop, worked) for start, stop in zip(starts, ends, strict=True)]
    assert row["estimate"] == np.median(np.ceil(np.array(seconds) / 60)) / 60


def test_a_channel_without_hours_is_left_out_of_the_company(insurer: Insurer) -> None:
    rows = [requests("2024-08-05 10:00:00", "2024-08-05 11:00:00"),
            requests("2024-08-06 10:00:00", "2024-08-06 15:00:00", "app")]
    run = insurer({"requests": pd.concat(rows)}, opening_hours=OFFICE)
    assert (median(run, "company")["n"], median(run, "company")["estimate"]) == (N, 1)
    assert "app" not in set(service_hours(run)["unit"])


def test_without_declared_hours_nothing_is_told(insurer: Insurer) -> None:
    table = service_hours(insurer({"requests": requests("2024-08-05 10:00:00", "2024-08-05 11:00:00")}))
    assert set(table["status"]) == {"not applicable"}
    assert set(table["unit"]) == {"company"}


@pytest.mark.parametrize("delivered", [{}, {"requests": requests("2024-08-05 10:00:00", None).drop(columns="channel")}])
def test_nothing_delivered_is_no_data(insurer: Insurer, delivered: dict[str, pd.DataFrame]) -> None:
    table = service_hours(insurer(delivered, opening_hours=OFFICE))
    assert set(table["status"]) == {"no data"}
    assert set(table["unit"]) == {"company", "counter"}


def test_a_few_requests_are_not_estimable(insurer: Insurer) -> None:
    rows = requests("2024-08-05 10:00:00", "2024-08-05 11:00:00", n=4)
    row = median(insurer({"requests": rows}, opening_hours=OFFICE))
    assert row["status"].startswith("not estimable: fewer than")
