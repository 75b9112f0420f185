"""Is a partner told its own figures beside own staff, and in words only what is beyond chance?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.comparisons.partner_figures import partner_figures
from tests.measures.conftest import Insurer

LIMITS = {"limits": {"inquiry": {"resolution": 24}}}


def requests(**sides: tuple[int, int]) -> pd.DataFrame:
    """Return requests per partner ("own": own staff), so many settled in time and so many late."""
    parts = [pd.DataFrame({
        "kind": "inquiry", "channel": "phone", "partner_id": None if who == "own" else who,
        "opened_at": "2024-08-05 09:00:00",
        "resolved_at": ["2024-08-05 18:00:00"] * quick + ["2024-08-08 18:00:00"] * late})
        for who, (quick, late) in sides.items()]
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(request_id=[f"R{number}" for number in range(len(frame))])


def in_limit(table: pd.DataFrame, partner: str) -> pd.Series:
    (found,) = (row for _, row in table[table["indicator"].eq("in_limit_share") & table["unit"].eq(partner)
                                        & table["event"].eq("resolution")].iterrows())
    return found


def test_a_partner_is_told_its_own_share_and_the_gap_to_own_staff(insurer: Insurer) -> None:
    """By hand: 30 of 50 against 180 of 200."""
    row = in_limit(partner_figures(insurer({"requests": requests(own=(180, 20), P1=(30, 20))}, **LIMITS)), "P1")
    assert (row["estimate"], row["n"], row["n_in_house"]) == (pytest.approx(0.6), 50, 200)
    assert row["gap"] == pytest.approx(0.6 - 0.9)
    assert row["gap_high"] < 0
    assert row["tier"] == "needs support"


def test_a_difference_within_chance_leaves_the_default(insurer: Insurer) -> None:
    row = in_limit(partner_figures(insurer({"requests": requests(own=(180, 20), P1=(44, 6))}, **LIMITS)), "P1")
    assert row["tier"] == "cannot be distinguished"


def test_a_partner_of_few_cases_is_told_in_words(insurer: Insurer) -> None:
    row = in_limit(partner_figures(insurer({"requests": requests(own=(180, 20), P1=(2, 1))}, **LIMITS)), "P1")
    assert row["status"].startswith("not estimable: ")
    assert row["gap_status"].startswith("not estimable: ")
    assert row[["estimate", "gap", "gap_low", "gap_high"]].isna().all()
    assert row["tier"] == "cannot be distinguished"


def test_a_partner_whose_contract_ended_before_the_quarter_is_told_nothing(insurer: Insurer) -> None:
    partners = pd.DataFrame({"partner_id": ["P1", "P2"], "kind": "broker", "contract_from": "2020-01-01",
                             "contract_to": ["2024-06-30", None]})
    rows = requests(own=(180, 20), P1=(44, 6), P2=(44, 6))
    table = partner_figures(insurer({"requests": rows, "partners": partners}, **LIMITS))
    assert set(table["unit"]) == {"P2"}


def test_without_any_delivery_no_partner_is_told_anything(insurer: Insurer) -> None:
    assert partner_figures(insurer({})).empty
