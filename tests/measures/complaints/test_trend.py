from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.complaints.trend import complaint_trend, most_complained_of

MONTHS = ("2024-04", "2024-05", "2024-06", "2024-07", "2024-08", "2024-09")


def insured(insurer, counts: dict[str, tuple[int, ...]]):
    """Return a run with so many complaints per product and month, against 10,000 policies each."""
    rows = [{"complaint_id": f"{product}-{month}-{n}", "received_at": f"{month}-05T10:00", "cause": "delay",
             "source": "company", "product": product, "branch": "B1"}
            for product, several in counts.items() for month, count in zip(MONTHS, several, strict=True)
            for n in range(count)]
    exposures = [{"month": month, "branch": "B1", "product": product, "premium": 1e6, "policies_in_force": 10_000}
                 for product in counts for month in MONTHS]
    return insurer({"complaints": pd.DataFrame(rows), "exposures": pd.DataFrame(exposures)})


def test_every_month_has_its_count_and_rate(insurer):
    table = complaint_trend(insured(insurer, {"auto": (2, 2, 2, 2, 0, 8)}))
    company = table[(table["product"] == "") & (table["indicator"] == "complaints_per_10k_policies")]
    assert company["unit"].tolist() == list(MONTHS)
    assert company["estimate"].tolist() == pytest.approx([2, 2, 2, 2, 0, 8])
    assert set(table["alarm"]) == {"", "not estimable: fewer than 18 months of baseline"}


def test_a_month_has_garwoods_interval_where_counts_are_even(insurer):
    """R: poisson.test(2)$conf.int = 0.2422093 7.2246877."""
    table = complaint_trend(insured(insurer, {"auto": (2,) * 6}))
    row = table[table["indicator"] == "complaints_per_10k_policies"].iloc[0]
    assert row["dispersion"] == 1.0
    assert (row["low"], row["high"]) == (pytest.approx(0.2422093, abs=1e-6), pytest.approx(7.2246877, abs=1e-6))


def test_a_wave_in_one_product_is_seen_there(insurer):
    counts = {"auto": (2,) * 6, "home": (1,) * 6, "life": (1, 1, 1, 9, 9, 1), "pets": (0,) * 6}
    drawn = most_complained_of(complaint_trend(insured(insurer, counts)), products=2, months=3)
    assert set(drawn["unit"]) == {"life", "auto"}
    assert drawn.loc[drawn["unit"] == "life", "month"].tolist() == list(MONTHS[3:])


def test_no_complaints_are_no_data(insurer):
    table = complaint_trend(insurer({}))
    assert table["status"].tolist() == ["no data"]
    assert most_complained_of(table).empty


def test_a_month_without_complaints_counts_none(insurer):
    table = complaint_trend(insured(insurer, {"auto": (2, 2, 2, 2, 0, 8)}))
    counts = table[table["indicator"] == "complaints_received_count"]
    assert counts["estimate"].tolist() == [2, 2, 2, 2, 0, 8]
