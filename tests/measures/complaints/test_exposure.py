from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.measures.complaints.exposure import Denominator, cells, dispersion, quarter_rates, told_months
from analysis.measures.complaints.growth import complaint_growth
from analysis.params import load_params
from analysis.quarter import Quarter
from analysis.run import Run
from analysis.sources.deliver import deliver
from analysis.warehouse import Warehouse

REQUESTS = Denominator("complaints_per_1k_requests", "requests", 1e3, ("company",))


def test_dispersion_is_pearsons_over_units_own_rates():
    """By hand: unit a 1, 3 against 2, 2 gives 1; unit b 6, 2 against 4, 4 gives 2; 3 over 4 cells less 2 rates."""
    monthly = pd.DataFrame({"unit": list("aabb"), "month": list("1212"), "count": [1, 3, 6, 2], "exposure": 1.0})
    assert dispersion(monthly) == pytest.approx(3 / 2)


def test_one_month_tells_no_dispersion():
    monthly = pd.DataFrame({"unit": ["a"], "month": ["1"], "count": [4], "exposure": [1.0]})
    assert pd.isna(dispersion(monthly))


def test_cells_hold_months_without_complaints_and_leave_out_unknown_months(insurer):
    requests = pd.DataFrame({"request_id": ["r1", "r2"], "kind": "claim", "opened_at": ["2024-07-05", "2024-08-05"]})
    complaints = pd.DataFrame({"complaint_id": ["c1", "c2"], "received_at": ["2024-08-06", "2024-09-06"],
                               "cause": "delay", "source": "company"})
    found = cells(insurer({"requests": requests, "complaints": complaints}), REQUESTS, "company")
    assert found[["month", "count", "exposure"]].to_numpy().tolist() == [["2024-07", 0, 0.001], ["2024-08", 1, 0.001]]


def test_a_unit_without_exposure_has_no_rate(insurer):
    requests = pd.DataFrame({"request_id": ["r1", "r2"], "kind": "claim", "branch": "B1",
                             "opened_at": ["2024-07-05", "2024-08-05"]})
    complaints = pd.DataFrame({"complaint_id": ["c1"], "received_at": ["2024-08-06"], "branch": "B2", "cause": "delay",
                               "source": "company"})
    found = quarter_rates(insurer({"requests": requests, "complaints": complaints}), REQUESTS, "branch")
    assert found.set_index("unit").loc["B2", "status"] == "not estimable: no exposure"


def complained(*months: str) -> pd.DataFrame:
    return pd.DataFrame({"complaint_id": [f"C{month}" for month in months], "cause": "delay", "source": "company",
                         "received_at": [f"{month}-06T10:00" for month in months]})


def test_a_file_over_several_quarters_tells_of_quarters_without_a_complaint(insurer):
    """Its first row is of 2023Q4 and its last of 2024Q3, so nobody complained in the two quarters between."""
    found = told_months(insurer({"complaints": complained("2023-11", "2024-08")}))
    assert found == ["2023-10", "2023-11", "2023-12", *(f"2024-{month:02d}" for month in range(1, 10))]


def test_a_file_that_begins_before_the_quarters_asked_for_tells_of_all_of_them(insurer):
    run = insurer({"complaints": complained("2022-09", "2024-08")})
    assert len(told_months(run, 8)) == 24
    assert len(told_months(run, 9)) == 27


@pytest.mark.parametrize(("delivered", "months"), [(("2023Q4", "2024Q3"), 6), (("2024Q2", "2024Q3"), 6),
                                                   (("2024Q3",), 3)])
def test_a_quarter_whose_delivery_is_absent_is_left_out(insurer, tmp_path, delivered, months):
    insurer({})
    home = tmp_path / "0"
    for one in map(Quarter.parse, delivered):
        (home / "data" / str(one)).mkdir()
        complained(one.months[1]).to_csv(home / "data" / str(one) / "complaints.csv", index=False)
    run = of_folders(home)
    assert told_months(run) == [month for one in map(Quarter.parse, delivered) for month in one.months]
    assert len(told_months(run)) == months


def of_folders(home: Path) -> Run:
    """Return the run of 2024Q3 on the delivered folders below ``home``."""
    params = load_params(home / "params", Quarter(2024, 3))
    delivery = deliver(params, home / "data", home / "validated")
    return Run(quarter=params.quarter, params=params, delivery=delivery, language="en", run_id="test",
               warehouse=Warehouse(delivery, home / "reductions"))


def test_the_trend_counts_the_zeros_between_the_rows_of_a_file(insurer):
    seen = {2022: range(7, 13), 2024: range(1, 10)}
    counted = complained(*(f"{year}-{month:02d}" for year, months in seen.items() for month in months))
    assert complaint_growth(insurer({"complaints": counted})).set_index("unit_type").loc["company", "months"] == 27
