from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.complaints.complaints import CAUSE_SHARE, complaint_causes, complaint_crossing, complaints

MONTHS = ("2024-07", "2024-08", "2024-09")


def received(number: int, **columns: object) -> pd.DataFrame:
    """Return ``number`` complaints of July to September in turn."""
    rows = [{"complaint_id": f"c{n}", "received_at": f"{MONTHS[n % 3]}-05T10:00", "cause": "delay", "source": "company",
             "branch": "B1", "product": "auto"} for n in range(number)]
    return pd.DataFrame(rows).assign(**columns)


def business(policies: tuple[int, ...] = (10_000, 20_000, 30_000), **columns: object) -> pd.DataFrame:
    """Return the exposure of branch B1, product auto, month by month."""
    return pd.DataFrame({"month": MONTHS, "branch": "B1", "product": "auto", "premium": 1e7 + 0.01,
                         "policies_in_force": policies, "policies_issued": 500}).assign(**columns)


def row_of(table: pd.DataFrame, indicator: str, unit: str = "company") -> pd.Series:
    return table[(table["indicator"] == indicator) & (table["unit"] == unit)].iloc[0]


def test_the_count_has_garwoods_interval(insurer):
    """R: poisson.test(9)$conf.int = 4.115373 17.084803 (Garwood 1936)."""
    row = row_of(complaints(insurer({"complaints": received(9)})), "complaints_received_count")
    assert (row["n"], row["estimate"]) == (9, 9.0)
    assert (row["low"], row["high"]) == (pytest.approx(4.115373, abs=1e-6), pytest.approx(17.084803, abs=1e-6))


def test_policies_are_the_mean_of_month_ends_and_premium_is_summed(insurer):
    table = complaints(insurer({"complaints": received(6), "exposures": business()}))
    assert row_of(table, "complaints_per_10k_policies")["estimate"] == pytest.approx(6 / 2)
    assert row_of(table, "complaints_per_100m_premium")["estimate"] == pytest.approx(6 / 0.3, rel=1e-6)


def test_issued_policies_are_added_up(insurer):
    run = insurer({"complaints": received(6), "exposures": business()}, policies_denominator="issued")
    assert row_of(complaints(run), "complaints_per_10k_policies")["estimate"] == pytest.approx(6 / 0.15)


def test_persons_count_for_products_with_insured_persons_alone(insurer):
    exposures = pd.concat([business(), business(product="life", insured_persons=10_000)])
    both = pd.concat([received(6), received(3, product="life").assign(complaint_id=["l1", "l2", "l3"])])
    row = row_of(complaints(insurer({"complaints": both, "exposures": exposures})), "complaints_per_10k_persons")
    assert (row["n"], row["estimate"]) == (3, pytest.approx(1.0))


def test_requests_filed_as_complaints_are_no_denominator(insurer):
    requests = pd.DataFrame([{"request_id": f"r{n}", "kind": "complaint" if n < 3 else "claim", "partner_id": "P1",
                              "opened_at": f"{MONTHS[n % 3]}-03T10:00"} for n in range(15)])
    table = complaints(insurer({"complaints": received(6, partner_id="P1"), "requests": requests}))
    assert row_of(table, "complaints_per_1k_requests", "P1")["estimate"] == pytest.approx(1000 * 6 / 12)


def test_bursts_widen_the_interval(insurer):
    """Counts 12, 0, 0 against 4 each: dispersion (64 + 16 + 16) / 4 / 2 = 12, by hand."""
    burst = received(12, received_at="2024-07-05T10:00")
    even, wild = (row_of(complaints(insurer({"complaints": one, "exposures": business((10_000,) * 3)})),
                         "complaints_per_10k_policies") for one in (received(12), burst))
    assert (even["dispersion"], wild["dispersion"]) == (1.0, pytest.approx(12.0))
    assert wild["high"] - wild["low"] > 2 * (even["high"] - even["low"])


def test_lines_have_no_policies_of_their_own(insurer):
    table = complaints(insurer({"complaints": received(6, service_line="claims"), "exposures": business()}))
    assert row_of(table, "complaints_per_10k_policies", "claims")["status"] == "not applicable"
    assert row_of(table, "complaints_received_count", "sales")["estimate"] == 0.0


def test_without_exposures_a_rate_is_no_data(insurer):
    table = complaints(insurer({"complaints": received(6)}))
    assert row_of(table, "complaints_per_100m_premium")["status"] == "no data"
    assert table[["exposure", "dispersion"]].isna().all(axis=None)
    assert set(complaints(insurer({}))["status"]) == {"no data", "not applicable"}


def test_a_complaint_counts_for_each_of_its_causes(insurer):
    causes = ["delay", "delay; price", "price;price", "manner", "manner", "manner", "delay", "delay", "delay", "delay"]
    table = complaint_causes(insurer({"complaints": received(10, cause=causes)}))
    counts, shares = (table[table["indicator"] == one] for one in ("complaints_received_count", CAUSE_SHARE))
    assert counts[["cause", "n"]].to_numpy().tolist() == [["delay", 6], ["manner", 3], ["price", 2]]
    assert shares[["n", "estimate"]].to_numpy().tolist() == [[10, 0.6], [10, 0.3], [10, 0.2]]


def test_no_complaints_have_no_causes(insurer):
    assert complaint_causes(insurer({}))["status"].tolist() == ["no data"] * 2


def test_complaints_that_were_not_delivered_are_not_a_rate_of_zero(insurer):
    requests = pd.DataFrame([{"request_id": f"r{n}", "kind": "claim", "opened_at": f"{MONTHS[n % 3]}-03T10:00"}
                             for n in range(30)])
    table = complaints(insurer({"requests": requests, "exposures": business()}))
    assert set(table["status"]) == {"no data", "not applicable"}


def test_causes_are_crossed_with_line_and_product(insurer):
    rows = received(3, cause=["delay; price", "delay", "price"], service_line=["claims", "claims", None])
    table = complaint_crossing(insurer({"complaints": rows}, disclosure={"minimum_persons": 2}))
    assert table.query("across == 'service_line'")[["cause", "unit", "n", "status"]].fillna(0).to_numpy().tolist() == [
        ["delay", "", 0, "suppressed"], ["delay", "claims", 0, "suppressed"],
        ["price", "", 0, "suppressed"], ["price", "claims", 0, "suppressed"]]
    assert complaint_crossing(insurer({})).empty


def test_a_crossing_shows_enough_and_has_the_most_frequent_cause_first(insurer):
    rows = received(50, cause=["price"] * 20 + ["delay"] * 30,
                    service_line=["claims"] * 10 + ["sales"] * 10 + ["claims"] * 12 + ["sales"] * 18)
    table = complaint_crossing(insurer({"complaints": rows})).query("across == 'service_line'")
    assert table[["cause", "unit", "n"]].to_numpy().tolist() == [
        ["delay", "claims", 12], ["delay", "sales", 18], ["price", "claims", 10], ["price", "sales", 10]]
    assert table["status"].eq("ok").all()
