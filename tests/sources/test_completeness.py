"""Is a delivery that cannot carry the quarter's figures refused, with what to do?"""

from __future__ import annotations

from datetime import date
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest

from analysis.quarter import Quarter
from analysis.refusal import Refused
from analysis.sources.completeness import (
    BY_CHANCE,
    chance_of_silence,
    delivered_days,
    openings,
    refuse_cut_short,
    refuse_early_as_of,
    refuse_missing_tables,
)
from analysis.sources.deliveries import Delivered
from analysis.sources.validated import ValidatedFile, Validator
from analysis.tables import TABLES


@pytest.fixture
def newest(company: Any) -> ValidatedFile:
    path = company.text("2024Q3/requests.csv", "request_id,kind,opened_at\nR1,claim,2024-06-30\nR2,claim,never\n")
    return Validator(company.load(), company.validated)(Delivered(TABLES["requests"], "2024Q3", path, "f.csv"))


def judged(company: Any, newest: ValidatedFile, days: list[str], **coverage: Any) -> None:
    company.plan(tables={"requests": coverage})
    refuse_cut_short(company.load(), "requests", pd.DatetimeIndex(days), newest)


def delivered(company: Any, *names: str, quarter: str = "2024Q3") -> list[Delivered]:
    return [Delivered(TABLES[name], quarter, company.data / f"{name}.csv", f"{name}.csv") for name in names]


def test_a_quarter_without_any_data_is_refused(company: Any) -> None:
    for files in ([], delivered(company, "requests", quarter="2024Q2")):
        with pytest.raises(Refused, match=r"^data: there is no data for 2024Q3. Deliver it as data/2024Q3/<table>.csv"):
            refuse_missing_tables(company.load(), files, company.data)


def test_an_expected_table_that_was_not_delivered_is_refused(company: Any) -> None:
    company.plan(tables={"requests": {}, "audits": {}})
    company.sources(audits={"file": "檢查.xlsx"})
    with pytest.raises(Refused, match=r"the table audits, which the plan .* Deliver it as 2024Q3/檢查.xlsx, or take"):
        refuse_missing_tables(company.load(), delivered(company, "requests"), company.data)


def test_all_expected_tables_delivered_is_not_refused(company: Any) -> None:
    company.plan(tables={"requests": {}})
    refuse_missing_tables(company.load(), delivered(company, "requests", quarter="all"), company.data)


@pytest.mark.parametrize(("as_of", "refused"), [
    ("2024-09-29T23:00:00+08:00", True), ("2024-09-29T23:00:00Z", False), ("2024-09-30T00:00:00+08:00", False),
])
def test_as_of_before_the_windows_end_is_refused(company: Any, as_of: str, refused: bool) -> None:
    company.plan(as_of=as_of, tables={"requests": {}})
    if not refused:
        return refuse_early_as_of(company.load())
    with pytest.raises(Refused,
                       match=r"^2024Q3.yml, column as_of: as_of lies before 2024-09-30, the last day requests"):
        refuse_early_as_of(company.load())


def test_openings_are_the_distinct_valid_days_up_to_the_end(newest: ValidatedFile) -> None:
    connection = ibis.duckdb.connect()
    days = openings(connection, TABLES["requests"], [newest, newest], date(2024, 9, 30))
    assert days.strftime("%F").tolist() == ["2024-06-30"]
    assert openings(connection, TABLES["requests"], [newest], date(2024, 6, 29)).empty
    connection.disconnect()


BASELINE = list(pd.date_range("2024-01-02", "2024-06-29", freq="3D").strftime("%F"))  # every third day


def test_a_last_opening_within_the_longest_gap_is_whole(company: Any, newest: ValidatedFile) -> None:
    judged(company, newest, [*BASELINE, "2024-09-27"])  # three days before 30 September


def test_a_last_opening_beyond_the_longest_gap_is_cut_short(company: Any, newest: ValidatedFile) -> None:
    with pytest.raises(Refused,
                       match=r"^f.csv: requests is cut short: its last row opens on 2024-09-26, 4 days before "
                                      "2024-09-30, and the longest gap seen before is 3 days. Deliver the rest"):
        judged(company, newest, [*BASELINE, "2024-09-26"])


def opened(chance: float, seed: int) -> list[str]:
    """Return the days of 2024 before 1 September on which a case opens, each with the same ``chance``."""
    days = pd.date_range("2024-01-01", "2024-08-31")
    return list(days[np.random.default_rng(seed).random(len(days)) < chance].strftime("%F"))


def test_a_table_that_opens_a_case_now_and_then_may_be_silent_for_longer_than_ever(
        company: Any, newest: ValidatedFile) -> None:
    days = opened(0.2, seed=3)
    longest = int(np.diff(pd.DatetimeIndex([day for day in days if day < "2024-07"])).max() / np.timedelta64(1, "D"))
    judged(company, newest, [*days, str(np.datetime64("2024-09-30") - (longest + 1))])


def test_a_month_of_silence_is_too_long_for_a_table_that_opens_every_other_day(
        company: Any, newest: ValidatedFile) -> None:
    with pytest.raises(Refused, match="requests is cut short"):
        judged(company, newest, opened(0.5, seed=3))


def test_a_month_that_is_missing_is_no_chance(company: Any, newest: ValidatedFile) -> None:
    company.plan(tables={"exposures": {}})
    months = pd.DatetimeIndex(["2024-07-01", "2024-08-01", "2024-09-01"])
    refuse_cut_short(company.load(), "exposures", months, newest)
    with pytest.raises(Refused, match="exposures is cut short"):
        refuse_cut_short(company.load(), "exposures", months[:2], newest)


def test_the_chance_of_a_silence_is_that_of_a_prediction_interval() -> None:
    """Logs 0, 1, 2, 3, 4: mean 2, s = sqrt(2.5). R: 2 + qt(.95, 4) * sqrt(2.5 * 1.2) = 5.692467, the upper limit."""
    gaps = np.exp([0, 1, 2, 3, 4])
    assert chance_of_silence(0.5 + np.exp(5.692467), gaps) == pytest.approx(0.05, abs=1e-7)


def test_equal_gaps_leave_no_room_and_few_gaps_say_nothing() -> None:
    assert [chance_of_silence(days, np.full(9, 7)) for days in (7, 8)] == [1.0, 0.0]
    assert chance_of_silence(90, np.ones(4)) == 1.0


@pytest.mark.parametrize("per_quarter", [6, 20, 60, 100])
def test_a_whole_quarter_of_a_small_insurer_is_hardly_ever_refused(per_quarter: int) -> None:
    """Without a baseline: refused at most as often as promised, within two Monte-Carlo standard errors."""
    generator, runs = np.random.default_rng(20240930), 4000
    refused = 0
    for _ in range(runs):
        days = np.unique(generator.integers(0, 92, per_quarter))
        gaps, gap = np.diff(days), 91 - int(days[-1])
        refused += gap > gaps.max(initial=0) and chance_of_silence(gap, gaps) < BY_CHANCE
    assert refused / runs <= BY_CHANCE + 2 * (BY_CHANCE / runs) ** 0.5


def test_days_of_quarters_that_were_not_delivered_are_no_baseline() -> None:
    days = pd.DatetimeIndex(["2024-02-01", "2024-05-01", "2024-06-30", "2024-07-01"])
    for quarters, first in ((["2024Q1"], "2024-07-01"), (["2024Q1"], "2024-06-30"), ([], "2024-07-01")):
        known = {Quarter.parse(one) for one in quarters}
        kept = delivered_days(days, date.fromisoformat(first), known).strftime("%F").tolist()
        assert kept == ["2024-02-01"] * len(quarters) + [day for day in ["2024-06-30", "2024-07-01"] if day >= first]


def test_a_baseline_reaches_back_eight_quarters_and_no_further(company: Any, newest: ValidatedFile) -> None:
    daily = list(pd.date_range("2024-06-20", "2024-06-30").strftime("%F"))
    with pytest.raises(Refused, match="longest gap seen before is 1 days"):
        judged(company, newest, ["2021-01-01", "2022-01-01", *daily, "2024-08-04"])


def test_without_a_baseline_the_quarters_own_gaps_count(company: Any, newest: ValidatedFile) -> None:
    daily = list(pd.date_range("2024-07-01", "2024-07-29").strftime("%F"))
    judged(company, newest, [*daily, "2024-08-30"])
    with pytest.raises(Refused, match="longest gap seen before is 1 days"):
        judged(company, newest, daily)


def test_fieldwork_is_held_against_its_own_window(company: Any, newest: ValidatedFile) -> None:
    judged(company, newest, ["2024-08-01", "2024-08-02"], covers="fieldwork", **{"from": "2024-08-01",
                                                                                 "to": "2024-08-02"})


def test_no_row_in_the_window_says_what_became_of_those_delivered(company: Any, newest: ValidatedFile) -> None:
    with pytest.raises(Refused, match="^f.csv: no valid row of requests opens from 2024-07-01 to 2024-09-30 "
                                      r"\(of 2 delivered, 1 break the contract, most often opened_at: a time"):
        judged(company, newest, ["2024-06-30"])
