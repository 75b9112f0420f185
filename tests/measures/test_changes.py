"""Is like compared with like, and does what changed add up?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.changes import changes
from analysis.measures.complaints.complaints import complaints
from analysis.measures.response_time.response import response_time
from analysis.run import Run
from analysis.stats.intervals.differences import share_difference
from tests.measures.conftest import PLAN, Insurer

HANDLED = "complaint_handling_share"
EARLIER = {"quarter": "2024Q2", "as_of": "2024-07-15T23:59:59+08:00"}


def received(quarter: int, line: str, closed: int, n: int) -> pd.DataFrame:
    """Complaints of one line in a quarter of 2024, the first ``closed`` of them closed within it."""
    month = 3 * quarter
    return pd.DataFrame({
        "complaint_id": [f"{quarter}{line}{number}" for number in range(n)], "service_line": line, "cause": "delay",
        "source": "company", "received_at": f"2024-{month:02}-01 09:00:00",
        "closed_at": [f"2024-{month:02}-09 09:00:00" if number < closed else None for number in range(n)]})


def insurer_of(insurer: Insurer, *parts: pd.DataFrame, **settings: object) -> Run:
    rows = {"complaints": pd.concat(parts)} if "complaint_id" in parts[0] else {"requests": pd.concat(parts)}
    before = PLAN | EARLIER | {"limits": settings.pop("limits_before", {})}
    return insurer(rows, files={"2024Q2.yml": before}, **settings)


@pytest.fixture
def handled(insurer: Insurer) -> pd.DataFrame:
    """Sales close 60 of 80 and then 30 of 40, claims 10 of 20 and then 48 of 60."""
    run = insurer_of(insurer, received(2, "sales", 60, 80), received(2, "claims", 10, 20), received(3, "sales", 30, 40),
                     received(3, "claims", 48, 60))
    found = changes(run, complaints)
    chosen = (found["compared_with"] == "2024Q2") & (found["indicator"] == HANDLED)
    return found[chosen].set_index("unit")


def test_a_change_is_the_difference_of_two_shares_with_its_own_interval(handled: pd.DataFrame) -> None:
    row = handled.loc["company"]
    assert row["estimate"] == pytest.approx(0.78 - 0.70)
    assert (row["n"], row["n_before"], row["published"], row["definition"]) == (100, 100, 0.70, 0)
    newcombe = share_difference(pd.DataFrame({"count": [78], "n": [100], "base_count": [70], "base_n": [100]}))
    assert [row["low"], row["high"]] == pytest.approx(newcombe[["low", "high"]].iloc[0].tolist(), abs=1e-12)
    assert row["change"] == "not shown"


def test_performance_and_mix_add_up_to_the_change(handled: pd.DataFrame) -> None:
    row = handled.loc["company"]
    # Kitagawa by hand: shares .8/.2 then .4/.6, closed .75/.5 then .75/.8.
    assert row["performance"] == pytest.approx((0.2 + 0.6) / 2 * (0.8 - 0.5))
    assert row["mix"] == pytest.approx(-0.4 * 0.75 + 0.4 * (0.5 + 0.8) / 2)
    assert row["performance"] + row["mix"] == pytest.approx(row["estimate"])


def test_a_line_that_improves_beyond_chance_is_better(handled: pd.DataFrame) -> None:
    assert handled.loc["claims", "change"] == "better"
    assert handled.loc["sales", "change"] == "not shown"
    assert handled.loc["claims", ["performance", "mix"]].isna().all()


def test_nothing_to_compare_with_is_no_data(insurer: Insurer) -> None:
    run = insurer_of(insurer, received(3, "sales", 30, 40))
    found = changes(run, complaints).query("indicator == @HANDLED")
    assert set(found["status"]) == {"no data"}
    assert set(found["change"]) == {""}
    assert found["published"].isna().all()


def test_a_revised_limit_is_no_change_of_performance(insurer: Insurer) -> None:
    opened = {quarter: pd.Series(pd.date_range(f"2024-0{3 * quarter - 1}-01 09:00", periods=40, freq="D"))
              for quarter in (2, 3)}
    rows = [pd.DataFrame({
        "request_id": [f"{quarter}-{number}" for number in range(40)], "kind": "claim", "service_line": "claims",
        "opened_at": start, "resolved_at": start + pd.to_timedelta([number + 0.5 for number in range(40)], unit="h")})
        for quarter, start in opened.items()]
    run = insurer_of(insurer, *rows, limits={"claim": {"resolution": 10}},
                     limits_before={"claim": {"resolution": 20}})
    found = changes(run, response_time).query(
        "indicator == 'in_limit_share' and unit == 'company' and event == 'resolution' and compared_with == '2024Q2'"
    ).iloc[0]
    # 20 of 40 by the old limit, 10 of 40 by the new one, in both quarters alike.
    assert found[["published", "definition", "estimate"]].astype(float).tolist() == pytest.approx([0.5, -0.25, 0])
    assert found["change"] == "not shown"


def test_a_count_has_no_detectable_change_for_its_events_may_come_in_bursts(insurer: Insurer) -> None:
    run = insurer_of(insurer, received(2, "sales", 60, 80), received(3, "sales", 30, 40))
    found = changes(run, complaints).query("compared_with == '2024Q2' and unit == 'company'").set_index("indicator")
    assert found.loc[["complaints_received_count", HANDLED], "status"].eq("ok").all()
    assert found.loc[["complaints_received_count", HANDLED], "detectable"].isna().tolist() == [True, False]


def test_what_became_known_since_stands_in_a_ledger_of_its_own(insurer: Insurer) -> None:
    """Of 20 complaints of last quarter 10 were closed by its date of knowledge, 5 after it; 15 of 20 of this one."""
    late = received(2, "sales", 0, 5).assign(closed_at="2024-08-01 09:00:00", complaint_id=list("abcde"))
    run = insurer_of(insurer, received(2, "sales", 10, 15), late, received(3, "sales", 15, 20), whole=True)
    found = changes(run, complaints).query("indicator == @HANDLED and compared_with == '2024Q2'")
    company = found.set_index("unit").loc["company"]
    told = ["published", "known_now", "late_data", "definition", "estimate"]
    assert company[told].astype(float).tolist() == pytest.approx([0.5, 0.75, 0.25, 0, 0.25])
    assert found.loc[found["unit"] == "sales", ["known_now", "late_data"]].isna().all(axis=None)


def test_a_figure_that_now_rests_on_other_cases_has_no_ledger(insurer: Insurer) -> None:
    """Settled complaints are those closed 90 days before: by October the quarter's own cohort has ripened."""
    parts = [received(quarter, "sales", 20, 20) for quarter in (1, 2, 3)]
    back = received(2, "sales", 0, 1).assign(complaint_id="again", repeat_of="1sales1")
    run = insurer_of(insurer, *parts, back, whole=True)
    row = changes(run, complaints).query(
        "indicator == 'complaint_effective_share' and compared_with == '2024Q2' and unit == 'company'").iloc[0]
    assert pd.notna(row["published"])
    assert pd.isna(row["known_now"])
