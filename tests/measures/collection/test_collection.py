"""Does the report show plan against actual, and where every row went?"""

from __future__ import annotations

import pandas as pd

from analysis.measures.collection.collection import data_quality, fieldwork, milestones, rows_by_outcome
from tests.measures.audits.test_audit_charts import checks
from tests.measures.conftest import Insurer

STEPS = [
    {"name": "early", "owner": "quality", "due": "2024-09-01", "done": "2024-08-30"},
    {"name": "late", "owner": "quality", "due": "2024-09-01", "done": "2024-09-02"},
    {"name": "missing", "owner": "quality", "due": "2024-09-01"},
    {"name": "ahead", "owner": "quality", "due": "2024-12-01"},
    {"name": "done after the report", "owner": "quality", "due": "2024-09-01", "done": "2024-11-01"},
]


def surveys(**columns: list[str]) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    plain = {"invitation_id": [f"i{n}" for n in range(count)], "mode": ["phone"] * count,
             "invited_at": ["2024-09-30 10:00"] * count}
    return pd.DataFrame(plain | columns)


def test_a_milestone_has_its_state_at_the_date_of_the_report(insurer: Insurer) -> None:
    found = milestones(insurer({}, milestones=STEPS))
    assert list(found["state"]) == ["done", "done late", "overdue", "open", "overdue"]
    assert list(found["done"]) == ["2024-08-30", "2024-09-02", "", "", ""]


def test_a_sample_counts_distinct_units_by_table_mode_and_line(insurer: Insurer) -> None:
    run = insurer({"surveys": surveys(mode=["phone", "phone", "online"], service_line=["sales", "claims", "claims"])},
                  modes=["phone", "online"],
                  samples={name: {"planned": 2} for name in ("surveys", "surveys.online", "surveys.claims")})
    found = fieldwork(run).set_index("sample").loc[["surveys", "surveys.online", "surveys.claims"]]
    assert list(found["actual"]) == [3, 1, 2]
    assert list(found["reached"]) == [True, False, True]


def test_cases_chosen_for_a_suspicion_are_no_part_of_a_sample(insurer: Insurer) -> None:
    audits = checks([10]).head(4).assign(audit_id=["a", "b", "b", "c"], auditor_id=["x", "x", "y", "x"],
                                         sampling=["random", "random", "random", "targeted"])
    names = ("audits", "audits.claims", "audits.targeted")
    found = fieldwork(insurer({"audits": audits}, samples={name: {"planned": 2} for name in names}))
    assert dict(zip(found["sample"], found["actual"], strict=True)) == dict(zip(names, (2, 2, 1), strict=True))


def test_every_row_is_accounted_for_with_its_reason(insurer: Insurer) -> None:
    rows = surveys(invitation_id=["a", "a", "b", "c"], mode=["phone", "phone", "fax", "phone"],
                   invited_at=["2024-09-30", "2024-09-30", "2024-09-30", "2023-01-01"])
    found = data_quality(insurer({"surveys": rows}, whole=True, tables={"surveys": {}}))
    total = rows_by_outcome(found).iloc[0]
    assert list(total[["received", "validated", "quarantined", "excluded", "superseded"]]) == [4, 1, 2, 1, 0]
    assert "mode: one of questionnaire, phone, online; never empty (1)" in found["reasons"].iloc[0]
    assert "a key stands once in a delivery (1)" in found["reasons"].iloc[0]


def test_no_value_of_a_bad_cell_is_shown(insurer: Insurer) -> None:
    rows = surveys(mode=["secret-value", "phone"])
    found = data_quality(insurer({"surveys": rows}, whole=True, tables={"surveys": {}}))
    assert "secret-value" not in found.to_csv()
