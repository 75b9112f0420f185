from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.complaints.exposure import Denominator, cells, dispersion, quarter_rates

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
