from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.complaints.alarms import month_alarms
from analysis.measures.complaints.control import complaint_charts, timely_months
from analysis.measures.complaints.drift import complaint_drift
from analysis.measures.complaints.funnels import complaint_funnel
from analysis.measures.complaints.watch import expected_alarms
from tests.measures.complaints.test_alarms import SEEN, steady, watched
from tests.measures.conftest import PLAN, Insurer

EARLIER = [f"{year}Q{number}" for year in (2022, 2023, 2024) for number in (1, 2, 3, 4)][3:10]
PLANS = {f"{quarter}.yml": PLAN | {"quarter": quarter, "as_of": as_of, "approved_on": as_of[:10]}
         for quarter, as_of in zip(EARLIER, (
    "2023-01-15T23:59:59+08:00", "2023-04-15T23:59:59+08:00", "2023-07-15T23:59:59+08:00", "2023-10-15T23:59:59+08:00",
    "2024-01-15T23:59:59+08:00", "2024-04-15T23:59:59+08:00", "2024-07-15T23:59:59+08:00"), strict=True)}


def decided(late: int) -> pd.DataFrame:
    """Return ten complaints a month decided after five days, ``late`` of those of August 2024 after forty."""
    rows = [{"complaint_id": f"{month}{n}", "received_at": f"{month}-05T10:00", "decided_at": f"{month}-10T10:00",
             "cause": "delay", "source": "company"} for month in SEEN for n in range(10)]
    frame = pd.DataFrame(rows)
    august = frame.index[frame["complaint_id"].str.startswith("2024-08")][:late]
    frame.loc[august, "decided_at"] = "2024-09-14T10:00"
    frame.loc[frame["complaint_id"].isin([f"{month}0" for month in SEEN[::3]]), "decided_at"] = None
    return frame


def test_months_are_judged_by_the_limit_of_fifteen_days(insurer: Insurer) -> None:
    months = timely_months(insurer({"complaints": decided(4)}, files=PLANS)).set_index("period")
    assert months["n"].tolist() == [10] * 24
    assert months.loc["2024-08"].tolist() == [10, 6]
    assert months.loc["2022-10"].tolist() == [10, 9]  # open past the limit is missed


def test_a_bad_month_leaves_the_band(insurer: Insurer) -> None:
    """By hand: 7 of the 210 cases of 21 months were missed; seven of ten in August lie far below that."""
    chart = complaint_charts(insurer({"complaints": decided(7)}, files=PLANS))
    shares = chart[chart["indicator"] == "complaint_timely_share"].set_index("period")
    assert shares.index[shares["beyond"]].tolist() == ["2024-08"]
    assert shares["centre"].iloc[0] == pytest.approx(1 - 7 / 210)


def test_the_rate_has_the_limits_of_laney(insurer: Insurer) -> None:
    """Laney (2002): u-bar ± 3 sqrt(u-bar/e) mean|z - z'|/1.128, by hand over the 21 months before the quarter."""
    counts = steady()
    chart = complaint_charts(watched(insurer, {"auto": counts}))
    mean = sum(counts[:21]) / 21
    z = [(count - mean) / mean ** 0.5 for count in counts[:21]]
    sigma = sum(abs(a - b) for a, b in zip(z[1:], z[:-1], strict=True)) / 20 / 1.128
    assert chart["sigma_z"].iloc[0] == pytest.approx(sigma)
    assert chart["limit_high"].iloc[0] == pytest.approx(mean + 3 * mean ** 0.5 * sigma)


def test_a_short_history_has_points_without_limits(insurer: Insurer) -> None:
    chart = complaint_charts(watched(insurer, {"auto": [10] * 6}))
    assert set(chart["status"]) == {"not estimable: fewer than 20 baseline points"}
    assert not chart["beyond"].any()


def test_nothing_delivered_draws_nothing(insurer: Insurer) -> None:
    assert complaint_charts(insurer({})).empty


def test_what_chance_would_raise(insurer: Insurer) -> None:
    """By hand: 3 of 12 looks of 5 %; Holm over 6, .05 + .75 · .05²; 3 / 240 months; 2 · (1 − Φ(3)) per point."""
    run = watched(insurer, {"auto": steady(), "home": steady()})
    table = expected_alarms(month_alarms(run), complaint_drift(run), complaint_charts(run), complaint_funnel(run))
    told = table.set_index("check")
    assert told["looks"].tolist() == [3, 6, 3, 6, 3, 0, 0]
    assert told["raised"].sum() == 0
    assert told["expected_by_chance"].tolist() == pytest.approx(
        [0.0125, 0.051875, 0.0125, 0.0125, 3 * 0.0026998, 0, 0], abs=1e-5)


def test_chance_raises_nothing_where_nothing_is_looked_at(insurer: Insurer) -> None:
    run = insurer({})
    table = expected_alarms(month_alarms(run), complaint_drift(run), complaint_charts(run), complaint_funnel(run))
    assert table["looks"].tolist() == [0] * 7
    assert table["expected_by_chance"].tolist() == [0] * 7
