from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.complaints.agency import complaint_agency
from analysis.measures.complaints.regulator import complaint_regulator
from tests.measures.complaints.test_complaints import MONTHS, business, received, row_of
from tests.measures.conftest import Insurer


def books(**premium: float) -> pd.DataFrame:
    return pd.concat([business((10_000,) * 3, product=product, premium=amount) for product, amount in premium.items()])


def sold(**counts: int) -> pd.DataFrame:
    parts = pd.concat([received(count, product=product) for product, count in counts.items()])
    return parts.assign(complaint_id=parts["complaint_id"] + parts["product"])


def test_the_index_is_share_of_complaints_over_share_of_premium(insurer: Insurer) -> None:
    """By hand: 12 of 18 complaints on a quarter of the premium: (2/3) / (1/4)."""
    run = insurer({"complaints": sold(auto=12, life=6), "exposures": books(auto=1e7, life=3e7)})
    table = complaint_regulator(run)
    auto, life = (row_of(table, "complaint_index_ratio", one) for one in ("auto", "life"))
    assert auto["estimate"] == pytest.approx(8 / 3)
    assert life["estimate"] == pytest.approx((1 / 3) / (3 / 4))
    assert (auto["complaints_share"], auto["premium_share"]) == (pytest.approx(2 / 3), pytest.approx(1 / 4))
    assert auto["low"] < auto["estimate"] < auto["high"] < 4  # at most all complaints on a quarter of the premium


def test_the_index_has_the_limits_of_the_binomial_share(insurer: Insurer) -> None:
    """R: binom.test(12, 18)$conf.int = 0.4099252 0.8665726; over a quarter of the premium."""
    run = insurer({"complaints": sold(auto=12, life=6), "exposures": books(auto=1e7, life=3e7)})
    auto = row_of(complaint_regulator(run), "complaint_index_ratio", "auto")
    assert [auto["low"] / 4, auto["high"] / 4] == pytest.approx([0.4099252, 0.8665726], abs=1e-6)


def test_one_product_has_no_index(insurer: Insurer) -> None:
    table = complaint_regulator(insurer({"complaints": received(9), "exposures": business()}))
    assert "complaint_index_ratio" not in set(table["indicator"])


def test_per_thousand_policies_is_a_tenth_of_per_ten_thousand(insurer: Insurer) -> None:
    table = complaint_regulator(insurer({"complaints": received(9), "exposures": business()}))
    small, large = (row_of(table, f"complaints_per_{size}_policies") for size in ("1k", "10k"))
    assert small["estimate"] == pytest.approx(large["estimate"] / 10)
    assert (large["regulator"], large["official_name"]) == ("CN", "万张保单投诉量")


def test_upheld_of_closed_counts_withdrawn_ones_below_the_line(insurer: Insurer) -> None:
    outcomes = ["upheld"] * 4 + ["partly_upheld"] * 2 + ["not_upheld"] * 4 + ["withdrawn"] * 2
    run = insurer({"complaints": received(12, outcome=outcomes, closed_at="2024-09-20T10:00")})
    row = row_of(complaint_regulator(run), "complaint_upheld_of_closed_share")
    assert (row["n"], row["estimate"]) == (12, pytest.approx(0.5))


def test_nothing_delivered_is_no_data(insurer: Insurer) -> None:
    assert set(complaint_regulator(insurer({}))["status"]) == {"no data"}


def told(table: pd.DataFrame, indicator: str) -> dict[str, int]:
    rows = table[table["indicator"] == indicator]
    return dict(zip(rows["brought"], rows["n"], strict=True))


def test_those_of_agents_are_shown_apart_and_never_deleted(insurer: Insurer) -> None:
    rows = received(12, agency=["true"] * 3 + ["false"] * 7 + [None] * 2)
    table = complaint_agency(insurer({"complaints": rows, "exposures": business()}))
    assert told(table, "complaints_received_count") == {"with agency": 12, "without agency": 9, "agency alone": 3}
    assert told(table, "complaints_per_10k_policies") == {"with agency": 12, "without agency": 9}


def test_who_brought_a_complaint_may_never_be_told(insurer: Insurer) -> None:
    table = complaint_agency(insurer({"complaints": received(12), "exposures": business()}))
    rows = table[table["indicator"] == "complaints_received_count"].set_index("brought")
    assert rows.loc["with agency", "n"] == 12
    assert set(rows.loc[["without agency", "agency alone"], "status"]) == {"no data"}
    assert told(table, "complaints_per_10k_policies") == {"with agency": 12}


def test_agents_complaints_are_known_by_month(insurer: Insurer) -> None:
    assert MONTHS[0] == "2024-07"
    rows = received(12, agency=["true"] * 6 + ["false"] * 6, outcome="upheld", decided_at="2024-09-20T10:00")
    table = complaint_agency(insurer({"complaints": rows}))
    assert told(table, "complaint_upheld_share") == {"with agency": 12, "without agency": 6, "agency alone": 6}
