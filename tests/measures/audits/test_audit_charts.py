from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.measures.audits.audit_charts import audit_charts, chart_alarms
from tests.measures.conftest import Insurer

CHECK = {"service_line": "claims", "auditor_id": "A1", "family": "accuracy", "criterion": "other", "item": "i1",
         "severity": "minor", "sampling": "random"}
FAILED = [2, 4, 3, 1, 5, 3, 2, 4, 3, 3, 2, 5, 1, 3, 4, 2, 3, 4, 2, 3, 3, 15, 3, 2]  # of 20, month by month


def checks(failed: list[int], **columns: str) -> pd.DataFrame:
    """Return 20 checks in each of the months up to September 2024, so many of them failed."""
    months = pd.period_range(end="2024-09", periods=len(failed), freq="M")
    rows = [CHECK | {"audit_id": f"{month}-{number}", "audited_at": f"{month}-10T10:00",
                     "passed": str(number >= bad).lower()}
            for month, bad in zip(months, failed, strict=True) for number in range(20)]
    return pd.DataFrame(rows).assign(**columns)


def test_limits_are_laneys_over_the_months_before(insurer: Insurer) -> None:
    """By hand (Laney 2002): z against the p chart's sigma, sigma_z = mean moving range of z / 1.128."""
    chart = audit_charts(insurer({"audits": checks(FAILED)})).query("unit == 'company'")
    base = np.array(FAILED[:21]) / 20
    centre = base.mean()
    sigma = np.sqrt(centre * (1 - centre) / 20)
    sigma_z = np.abs(np.diff((base - centre) / sigma)).mean() / 1.128
    assert chart["sigma_z"].iloc[0] == pytest.approx(sigma_z)
    assert chart["limit_high"].iloc[-1] == pytest.approx(centre + 3 * sigma * sigma_z)
    assert chart.loc[chart["beyond"], "period"].tolist() == ["2024-07"]
    assert chart.loc[chart["watched"], "period"].tolist() == ["2024-07", "2024-08", "2024-09"]


def test_the_pass_share_weighs_and_its_limits_do_not_depend_on_the_unit_of_weight(insurer: Insurer) -> None:
    minor = audit_charts(insurer({"audits": checks(FAILED, family="compliance")}))
    major = audit_charts(insurer({"audits": checks(FAILED, family="compliance", severity="critical")}))
    same = ["period", "n", "estimate", "centre", "limit_low", "limit_high", "beyond"]
    pd.testing.assert_frame_equal(minor[same], major[same])
    assert minor["estimate"].iloc[0] == pytest.approx(0.9)
    assert minor["sigma_z"].isna().all()


def test_expected_false_alarms_are_those_of_three_sigma(insurer: Insurer) -> None:
    """R: 6 * 2 * pnorm(-3) = 0.01619878; 1 - (1 - 2 * pnorm(-3))^6 = 0.01608983567."""
    row = chart_alarms(audit_charts(insurer({"audits": checks(FAILED)}))).iloc[0]
    assert (row["charts"], row["points"], row["beyond"]) == (2, 6, 2)
    assert row["expected_alarms"] == pytest.approx(0.01619878, abs=1e-8)
    assert row["chance_any"] == pytest.approx(0.01608983567, abs=1e-10)


def test_fewer_than_twenty_months_before_have_no_limits(insurer: Insurer) -> None:
    chart = audit_charts(insurer({"audits": checks(FAILED[-22:])}))
    assert set(chart["status"]) == {"not estimable: fewer than 20 baseline points"}
    assert chart[["estimate", "limit_low", "limit_high"]].isna().all(axis=None)
    assert chart_alarms(chart)["status"].tolist() == ["not estimable: fewer than 20 baseline points"]


def test_targeted_audits_are_not_drawn(insurer: Insurer) -> None:
    assert audit_charts(insurer({"audits": checks(FAILED, sampling="targeted")})).empty


def test_without_audits_there_is_no_chart_and_no_alarm(insurer: Insurer) -> None:
    chart = audit_charts(insurer({}))
    assert chart.empty
    assert chart_alarms(chart)["status"].tolist() == ["no data"]
