"""Are units said to differ only where they do, and by as much as they do?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.measures.comparisons.consistency import consistency
from tests.measures.conftest import Insurer
from tests.measures.satisfaction.test_satisfaction import _answers, _surveys


def requests(**in_time: tuple[int, int]) -> dict[str, pd.DataFrame]:
    """Return inquiries per branch: (answered within the hour, after two hours)."""
    parts = [pd.DataFrame({
        "branch": branch, "kind": "inquiry", "opened_at": "2024-08-05 09:00:00",
        "first_response_at": ["2024-08-05 09:30:00"] * quick + ["2024-08-05 11:00:00"] * slow})
        for branch, (quick, slow) in in_time.items()]
    frame = pd.concat(parts, ignore_index=True)
    return {"requests": frame.assign(request_id=[f"R{number}" for number in range(len(frame))])}


def spread(insurer: Insurer, tables: dict[str, pd.DataFrame], unit_type: str = "branch") -> pd.Series:
    table = consistency(insurer(tables, limits={"inquiry": {"first_response": 1}}))
    chosen = (table["indicator"].eq("in_limit_share") & table["event"].eq("first_response")
              & table["unit_type"].eq(unit_type))
    (row,) = (one for _, one in table[chosen].iterrows())
    return row


def test_units_alike_differ_by_no_more_than_chance(insurer: Insurer) -> None:
    row = spread(insurer, requests(B1=(80, 20), B2=(82, 18), B3=(77, 23), B4=(84, 16)))
    assert (row["estimate"], row["spread"], row["reliability"]) == (0, "no larger than chance", 0)
    assert row[["n", "units", "lowest", "highest"]].tolist() == [400, 4, 0.77, 0.84]


def test_p_is_that_of_the_homogeneity_test(insurer: Insurer) -> None:
    """Pearson's χ² of the 4 × 2 table (R: chisq.test), but for the company's variance read off its interval."""
    counts = {"B1": (80, 20), "B2": (92, 8), "B3": (70, 30), "B4": (84, 16)}
    row = spread(insurer, requests(**counts))
    pearson = stats.chi2_contingency(np.array(list(counts.values())), correction=False)
    assert row["p"] == pytest.approx(pearson.pvalue, rel=0.1)


def test_the_spread_of_unlike_units_is_found(insurer: Insurer) -> None:
    """By hand: shares .5, .7, .9 vary by .04; their chance variance is .7 · .3 / 400 each; the rest is true."""
    row = spread(insurer, requests(B1=(200, 200), B2=(280, 120), B3=(360, 40)))
    assert row["estimate"] == pytest.approx((0.04 - 0.21 / 400) ** 0.5, abs=5e-4)
    assert row["low"] < row["estimate"] < row["high"]
    assert row["spread"] == "beyond chance"


def test_what_is_not_told_by_a_unit_type_is_not_applicable(insurer: Insurer) -> None:
    assert spread(insurer, requests(B1=(30, 10), B2=(25, 15)), "channel")["status"] == "not applicable"


def test_one_unit_has_no_spread(insurer: Insurer) -> None:
    row = spread(insurer, requests(B1=(30, 10), B2=(2, 1)))
    assert row["status"] == "not estimable: fewer than 2 units with a figure"
    assert row["spread"] == ""


def test_nothing_delivered_tells_nothing(insurer: Insurer) -> None:
    table = consistency(insurer({}, limits={"inquiry": {"first_response": 1}}))
    assert set(table["status"]) <= {"not applicable", "no data"}
    assert set(table["spread"]) == {""}


def test_the_share_of_satisfaction_that_lies_between_branches(insurer: Insurer) -> None:
    """By hand: shares .5, .7, .9 of 400 each; (.04 − .21 / 400) of the .7 · .3 that an answer varies by."""
    parts = [_answers(count, 400 - count, branch=f"B{number}") for number, count in enumerate((200, 280, 360))]
    row = consistency(insurer(_surveys(*parts))).query("indicator == 'branch_spread'").iloc[0]
    assert row["estimate"] == pytest.approx((0.04 - 0.21 / 400) / 0.21, abs=2e-3)
    assert row["low"] < row["estimate"] < row["high"]
    assert (row["unit_type"], row["verdict"], row["spread"]) == ("branch", "no target", "")
