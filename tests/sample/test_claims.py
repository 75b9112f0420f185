"""Do the planted shares of claims pass their limits, and do the holiday cases hang on the calendar?"""

from datetime import date

import pandas as pd
import pytest

# Working days after the documents are complete (28 September 2023, 13 September 2024), by the holiday notices
# 国办发明电〔2022〕16号 and 〔2023〕7号: make-up days 7 and 8 October 2023 and 14 September 2024 are worked.
FIFTH_WORKING_DAY = {"2023Q3": date(2023, 10, 11), "2024Q3": date(2024, 9, 23)}


@pytest.fixture(scope="module")
def claims(kept) -> pd.DataFrame:
    table = kept("requests").loc[lambda t: (t["kind"] == "claim") & t["decided_at"].notna()]
    return table.assign(days=(table["decided_at"] - table["documents_complete_at"]).dt.total_seconds() / 86_400)


def test_life_claims_are_late_in_the_planted_share(claims, size, told):
    special = [name for found in told["holiday_claims"].values() for ids in found.values() for name in ids]
    life = claims[(claims["class"] == "life") & (claims["complex"] == "false") & ~claims["request_id"].isin(special)]
    assert not life["days"].between(4.6, 15.9).any()
    assert (life["days"] > 5).mean() == pytest.approx(size("clock_life_claim")["share_over"], abs=0.03)


def test_complex_claims_are_late_in_the_planted_share(claims, size):
    hard = claims[claims["complex"] == "true"]
    assert not hard["days"].between(28, 32.9).any()
    assert (hard["days"] > 30).mean() == pytest.approx(size("clock_life_claim")["share_over_complex"], abs=0.02)


def test_refusals_are_told_late_in_the_planted_share(claims, size):
    refused = claims[claims["refusal_notified_at"].notna()]
    days = (refused["refusal_notified_at"] - refused["decided_at"]).dt.total_seconds() / 86_400
    assert (days > 3).mean() == pytest.approx(size("clock_refusal_notice")["share_over"], abs=0.04)


@pytest.mark.parametrize("quarter", ["2023Q3", "2024Q3"])
def test_holiday_claims_lie_on_both_sides_of_the_fifth_working_day(quarter, claims, told):
    decided = claims.set_index("request_id")["decided_at"].dt.date
    found = told["holiday_claims"][quarter]
    assert {decided[name] for name in found["in_limit"]} == {FIFTH_WORKING_DAY[quarter]}
    assert {(decided[name] - FIFTH_WORKING_DAY[quarter]).days for name in found["late"]} == {1}


def test_claims_open_for_two_months_have_mostly_an_advance(claims):
    long = claims[claims["days"] > 60]
    assert len(long) >= 5
    assert 0 < (long["advance_paid_at"].notna()).mean() < 1
