"""Is a wave found, an innocent product left alone, and an odd series told in words?"""

from __future__ import annotations

import pandas as pd
import pytest
from scipy import stats

from analysis.measures.complaints.alarms import month_alarms, waves
from analysis.measures.complaints.drift import complaint_drift
from analysis.measures.complaints.growth import complaint_growth
from analysis.measures.complaints.trend import complaint_trend
from analysis.run import Run
from tests.measures.conftest import Insurer

MONTHS = [f"{year}-{month:02d}" for year in (2022, 2023, 2024) for month in range(1, 13)]
SEEN = MONTHS[9:33]  # October 2022 to September 2024
BLOCK = (9, 11, 10, 12, 8, 10)


def watched(insurer: Insurer, counts: dict[str, list[int]], policies: int = 10_000) -> Run:
    """Return a run with so many complaints per product in the last months, against ``policies`` each."""
    rows = [{"complaint_id": f"{product}-{month}-{n}", "received_at": f"{month}-05T10:00", "cause": "delay",
             "source": "company", "product": product, "branch": "B1"}
            for product, several in counts.items() for month, count in zip(SEEN[-len(several):], several, strict=True)
            for n in range(count)]
    business = [{"month": month, "branch": "B1", "product": product, "premium": 1e6, "policies_in_force": policies}
                for product in counts for month in SEEN]
    tables = {"complaints": pd.DataFrame(rows)} | ({"exposures": pd.DataFrame(business)} if policies else {})
    return insurer(tables)


def steady(*last: int) -> list[int]:
    return [*(list(BLOCK) * 4)[:24 - len(last)], *last]


@pytest.fixture
def wave(insurer: Insurer) -> Run:
    return watched(insurer, {"auto": steady(), "life": steady(30, 31, 10), "home": steady()})


def test_a_wave_in_one_product_raises_an_alarm_there_alone(wave: Run) -> None:
    alarms = month_alarms(wave)
    raised = alarms[(alarms["alarm"] == "alarm") & (alarms["product"] != "")]
    assert raised[["product", "unit"]].to_numpy().tolist() == [["life", "2024-07"], ["life", "2024-08"]]
    assert set(alarms["alarm"]) == {"alarm", "no alarm"}


def test_holm_is_over_the_looks_of_the_quarter_for_products_and_of_the_year_for_the_company(wave: Run) -> None:
    """R: p.adjust(p, "holm", n): the smallest p counts n times."""
    alarms = month_alarms(wave)
    for rows, looks in ((alarms[alarms["product"] != ""], 9), (alarms[alarms["product"] == ""], 12)):
        first = rows.loc[rows["p"].idxmin()]
        assert first["p_adjusted"] == pytest.approx(min(1, looks * first["p"]))


def test_how_many_times_as_high(wave: Run) -> None:
    """By hand: 61 complaints in two months against the 210 of 21 months, 10 a month."""
    row = waves(wave, month_alarms(wave)).set_index("product").loc["life"]
    before = sum(steady(30, 31, 10)[:-3])
    assert row["estimate"] == pytest.approx(61 / 2 / (before / 21))
    assert row["low"] < 3 < row["high"]
    assert row["months"] == "2024-07; 2024-08"
    assert row["indicator"] in wave.params.registry


def test_no_alarm_has_no_wave(insurer: Insurer) -> None:
    run = watched(insurer, {"auto": steady()})
    assert waves(run, month_alarms(run)).empty


def test_the_trend_shows_the_alarm_beside_its_month_alone(wave: Run) -> None:
    trend = complaint_trend(wave)
    raised = trend[(trend["alarm"] == "alarm") & (trend["product"] != "")]
    assert set(raised["indicator"]) == {"complaints_per_10k_policies"}
    assert raised[["product", "unit", "n"]].to_numpy().tolist() == [["life", "2024-07", 30], ["life", "2024-08", 31]]
    assert set(trend.loc[trend["unit"] < "2024-07", "alarm"]) == {""}


def test_without_policies_the_count_is_judged(insurer: Insurer) -> None:
    alarms = month_alarms(watched(insurer, {"auto": steady(30, 10, 10), "home": steady()}, policies=0))
    assert set(alarms["indicator"]) == {"complaints_received_count"}
    raised = alarms[(alarms["alarm"] == "alarm") & (alarms["product"] != "")]
    assert raised[["product", "unit"]].to_numpy().tolist() == [["auto", "2024-07"]]


def test_a_month_without_a_complaint_is_judged_too(insurer: Insurer) -> None:
    alarms = month_alarms(watched(insurer, {"auto": steady(10, 0, 10)}))
    assert alarms.loc[alarms["product"] == "auto", "n"].tolist() == [10, 0, 10]


def test_a_short_history_says_so(insurer: Insurer) -> None:
    alarms = month_alarms(watched(insurer, {"auto": list(BLOCK)}))
    assert set(alarms["alarm"]) == {"not estimable: fewer than 18 months of baseline"}
    assert alarms["p_adjusted"].isna().all()


def test_nothing_delivered_is_nothing_judged(insurer: Insurer) -> None:
    assert month_alarms(insurer({})).empty
    assert complaint_drift(insurer({})).empty
    assert complaint_growth(insurer({}))["status"].tolist() == ["no data"]


def test_a_slow_drift_is_found_by_the_running_sum_and_not_by_any_month(insurer: Insurer) -> None:
    """Ten a month for a year, then fifteen a month: by hand the sum grows by 15 − k, k near 12.4, a month."""
    counts = [10, 9, 11] * 4 + [15, 14, 16] * 4
    run = watched(insurer, {"auto": counts})
    sums = complaint_drift(run).query("product == ''")
    assert sums["alarm"].any()
    assert sums["reference"].iloc[0] == pytest.approx(10 * 0.5 / 0.4055, abs=0.1)  # 10 (R − 1)/ln R (Lucas 1985)
    assert set(month_alarms(run)["alarm"]) == {"no alarm"}


def test_a_steady_year_does_not_drift(insurer: Insurer) -> None:
    sums = complaint_drift(watched(insurer, {"auto": steady(), "home": steady()}))
    assert not sums["alarm"].any()
    assert sums.groupby("product")["month"].first().tolist() == ["2023-10"] * 3
    limits = sums.groupby("product")["limit"].first()
    assert limits["auto"] == limits["home"]  # both with the run length of two products


@pytest.mark.parametrize(("counts", "words"), [
    (list(BLOCK), "fewer than 12 months of baseline"), ([1] * 24, "fewer than 24 complaints in the baseline"),
    ([90_000, 20_000] * 12, "the counts are too large for a limit"),
])  # fmt: skip
def test_no_running_sum_without_a_level(insurer: Insurer, monkeypatch: pytest.MonkeyPatch, counts: list[int],
                                        words: str) -> None:
    run = watched(insurer, {"auto": [min(one, 40) for one in counts]})
    if max(counts) > 40:  # no need to write a million rows
        monkeypatch.setattr("analysis.measures.complaints.drift.MOST_DEVIATION", 1.0)
    sums = complaint_drift(run)
    assert set(sums["status"]) == {f"not estimable: {words}"}
    assert not sums["alarm"].astype(bool).any()


def test_growth_is_the_ratio_of_years(insurer: Insurer) -> None:
    """Ever as many are no change; a tenth more a year, whole numbers, is 1.1 but for rounding."""
    rising = [round(100 * 1.1 ** (month / 12)) for month in range(24)]
    table = complaint_growth(watched(insurer, {"auto": rising, "home": [10] * 24}))
    rows = table.set_index(["unit_type", "unit"])
    assert rows.loc[("product", "auto"), "estimate"] == pytest.approx(1.1, abs=0.005)
    assert rows.loc[("product", "home"), "estimate"] == pytest.approx(1, abs=1e-6)
    assert rows.loc[("company", "company"), ["n", "months"]].tolist() == [sum(rising) + 240, 24]


def test_growth_is_tested_as_often_as_units_are_looked_at(insurer: Insurer) -> None:
    table = complaint_growth(watched(insurer, {"auto": [10] * 12 + [13] * 12, "home": steady()}))
    products = table[table["unit_type"] == "product"].set_index("unit")
    assert products.loc["auto", "p_adjusted"] == pytest.approx(2 * products.loc["auto", "p"])


def test_one_year_shows_no_growth(insurer: Insurer) -> None:
    table = complaint_growth(watched(insurer, {"auto": list(BLOCK) * 2}))
    assert set(table["status"]) == {"not estimable: fewer than 24 months"}


def test_a_quiet_product_of_few_complaints_is_no_surprise(insurer: Insurer) -> None:
    """P(Poisson(1) ≥ 3) = .080: three in a month where one comes is no alarm."""
    assert stats.poisson.sf(2, 1) == pytest.approx(0.080, abs=1e-3)
    alarms = month_alarms(watched(insurer, {"auto": steady(), "pets": [1] * 21 + [3, 1, 1]}))
    assert set(alarms["alarm"]) == {"no alarm"}
