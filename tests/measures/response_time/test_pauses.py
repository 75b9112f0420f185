"""Is a pause counted once a request, and its length told of those that were paused?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.response_time.pauses import pauses
from tests.measures.conftest import Insurer


def requests(hours: list[float | None], **columns: object) -> pd.DataFrame:
    frame = pd.DataFrame({"paused_hours": hours, "kind": "inquiry", "channel": "phone", "service_line": "sales",
                          "opened_at": "2024-08-05 09:00:00"})
    return frame.assign(**columns)


def tables(*parts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    frame = pd.concat(parts, ignore_index=True)
    return {"requests": frame.assign(request_id=[f"R{number}" for number in range(len(frame))])}


def row(table: pd.DataFrame, indicator: str, unit: str = "company") -> pd.Series:
    (found,) = (one for _, one in table[table["indicator"].eq(indicator) & table["unit"].eq(unit)].iterrows())
    return found


def test_a_blank_and_a_zero_are_no_pause(insurer: Insurer) -> None:
    """By hand: 11 of 44 are paused for 1 … 11 hours, the middle one for 6; the claims never stand still."""
    rows = tables(requests([float(hour) for hour in range(1, 12)]), requests([0.0] * 9 + [None] * 4),
                  requests([0.0] * 20, kind="claim", channel="online", service_line="claims"))
    table = pauses(insurer(rows))
    assert row(table, "paused_share")[["n", "estimate"]].tolist() == [44, 11 / 44]
    assert row(table, "pause_median_hours")[["n", "estimate"]].tolist() == [11, 6.0]
    for unit in ("sales", "inquiry", "phone"):
        assert row(table, "paused_share", unit)[["n", "estimate"]].tolist() == [24, 11 / 24]
        assert row(table, "pause_median_hours", unit)["estimate"] == 6
    for unit in ("claims", "claim", "online"):
        assert row(table, "paused_share", unit)["estimate"] == 0
    assert row(table, "pause_median_hours", "claims")["status"] == "no data"


def test_the_interval_of_the_median_is_that_of_r(insurer: Insurer) -> None:
    """R: quantile(survfit(Surv(1:40) ~ 1, conf.type = "log-log"), .5) = 20.5, with limits 14 and 26."""
    found = row(pauses(insurer(tables(requests([float(hour) for hour in range(1, 41)])))), "pause_median_hours")
    assert found[["n", "estimate", "low", "high"]].tolist() == [40, 20.5, 14, 26]


@pytest.mark.parametrize("delivered", [{}, tables(requests([None] * 20))], ids=["nothing", "no request tells"])
def test_pauses_that_are_never_delivered_are_no_data(insurer: Insurer, delivered: dict[str, pd.DataFrame]) -> None:
    table = pauses(insurer(delivered))
    assert set(table["status"]) == {"no data"}
    assert set(table["unit"]) == {"company", "sales", "claims"}


def test_a_tiny_insurer_is_not_estimable(insurer: Insurer) -> None:
    table = pauses(insurer(tables(requests([5.0, 0.0, 7.0]))))
    for indicator in ("paused_share", "pause_median_hours"):
        assert row(table, indicator)["status"].startswith("not estimable: fewer than")
