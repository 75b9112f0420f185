"""Is a year the mean of its quarters, and does a quarter without a figure leave it without one?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.summary.years import WHY_NOT, years
from analysis.run import Run
from analysis.stats.intervals.shares import modified_wilson
from tests.measures.conftest import PLAN, Insurer

HANDLED = "complaint_handling_share"
CLOSED = {"2022Q4": 10, "2023Q1": 20, "2023Q2": 30, "2023Q3": 40, "2023Q4": 30, "2024Q1": 32, "2024Q2": 34,
          "2024Q3": 36}
N = 40


def complaints(closed: dict[str, int]) -> pd.DataFrame:
    """Forty complaints a quarter, the first of them closed within a week."""
    parts = []
    for quarter, count in closed.items():
        day = f"{quarter[:4]}-{3 * int(quarter[-1]) - 1:02}-0"
        parts.append(pd.DataFrame({
            "complaint_id": [f"{quarter}-{number}" for number in range(N)], "service_line": "claims", "cause": "delay",
            "source": "company", "received_at": f"{day}1 09:00:00",
            "closed_at": [f"{day}8 09:00:00" if number < count else None for number in range(N)]}))
    return pd.concat(parts)


def run_of(insurer: Insurer, closed: dict[str, int]) -> Run:
    plan = PLAN | {"indicators": {HANDLED: {"target": 0.5}}}
    earlier = {}
    for quarter in closed:
        year, number = int(quarter[:4]), int(quarter[-1])
        earlier[quarter] = plan | {
            "quarter": quarter, "approved_on": f"{year}-01-05",
            "as_of": f"{year + (number == 4)}-{3 * number % 12 + 1:02}-15T23:59:59+08:00"}
    files = {f"{quarter}.yml": one for quarter, one in earlier.items() if quarter != "2024Q3"}
    return insurer({"complaints": complaints(closed)}, files=files, indicators=plan["indicators"])


def test_first_response_and_resolution_each_have_their_years(insurer: Insurer) -> None:
    rows = pd.DataFrame({"request_id": [str(number) for number in range(N)], "kind": "claim",
                         "opened_at": "2024-08-05 09:00", "first_response_at": "2024-08-05 10:00",
                         "resolved_at": "2024-08-06 09:00"})
    run = insurer({"requests": rows}, limits={"claim": {"first_response": 2, "resolution": 2}},
                  indicators={"in_limit_share": {"target": 0.5}})
    told = years(run).query("period == 'quarter'").set_index("event")["estimate"]
    assert told.to_dict() == {"first_response": 1, "resolution": 0}


def test_quarters_stand_with_their_own_intervals_and_a_year_is_their_mean(insurer: Insurer) -> None:
    table = years(run_of(insurer, CLOSED)).query("indicator == @HANDLED")
    quarters = table[table["period"] == "quarter"].set_index("quarter")
    assert quarters["estimate"].to_dict() == {quarter: count / N for quarter, count in CLOSED.items()}
    wilson = modified_wilson(pd.Series([20.0]), 40).iloc[0]
    assert quarters.loc["2023Q1", ["low", "high"]].tolist() == pytest.approx([wilson["low"], wilson["high"]])

    year = table[table["period"] == "year"].set_index("quarter")
    assert year["estimate"].to_dict() == pytest.approx({"2024Q3": 132 / 160, "2023Q3": 100 / 160})
    # MOVER by hand: a quarter of the root of the sum of squared distances to the four lower limits.
    limits = modified_wilson(pd.Series([30.0, 32.0, 34.0, 36.0]), 40)
    below = ((limits["estimate"] - limits["low"]) ** 2).sum() ** 0.5 / 4
    assert year.loc["2024Q3", "low"] == pytest.approx(132 / 160 - below)
    assert year["n"].to_dict() == {"2024Q3": 160, "2023Q3": 160}

    change = table[table["period"] == "change of the year"].iloc[0]
    assert change["estimate"] == pytest.approx(32 / 160)
    assert change["low"] > 0
    assert table.groupby("period")["change"].unique().map(list).to_dict() == {
        "change of the year": ["better"], "quarter": [""], "year": [""]}
    assert change["verdict"] == "no target"


def test_a_quarter_without_a_delivery_leaves_the_year_without_a_figure(insurer: Insurer) -> None:
    gone = {quarter: count for quarter, count in CLOSED.items() if quarter != "2023Q2"}
    told = years(run_of(insurer, gone)).query("indicator == @HANDLED and period != 'quarter'")
    assert told.set_index(["period", "quarter"])["status"].to_dict() == {
        ("year", "2024Q3"): "ok", ("year", "2023Q3"): WHY_NOT, ("change of the year", "2024Q3"): WHY_NOT}
