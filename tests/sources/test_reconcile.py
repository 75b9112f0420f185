"""Does each row land in exactly one place, and is nothing known that happened after as_of?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import pandas as pd
import pytest

from analysis.quarter import Quarter
from analysis.sources.deliveries import delivered_files
from analysis.sources.reconcile import OUTCOMES, Account, Reconciler, Window
from analysis.sources.validated import Validator
from analysis.tables import TABLES

THIRD = Window(Quarter(2024, 3), date(2024, 7, 1), date(2024, 9, 30),
               datetime(2024, 10, 15, tzinfo=ZoneInfo("Asia/Shanghai")))


@pytest.fixture
def reconciled(company: Any) -> Iterator[Any]:
    connection = ibis.duckdb.connect()

    def of(table: str = "requests", window: Window = THIRD) -> tuple[pd.DataFrame, Account]:
        params = company.load()
        validator = Validator(params, company.validated / "files")
        files = [validator(one) for one in delivered_files(params, company.data, params.quarter, params.plan.as_of)]
        reconciler = Reconciler(connection, company.validated)
        account = reconciler.account(TABLES[table], files, window)
        return pd.read_parquet(reconciler.rows(TABLES[table], files, window)), account

    yield of
    connection.disconnect()


def counted(account: Account) -> dict[str, dict[str, int]]:
    return {delivery: dict(zip(part["_outcome"], part["rows"].astype(int), strict=True))
            for delivery, part in account.outcomes.groupby("_delivery")}


def test_the_latest_delivery_of_a_key_wins(company: Any, reconciled: Any, request_row: Any) -> None:
    company.write("2024Q2/requests", [request_row(1, branch="old"), request_row(2, branch="only")])
    company.write("2024Q3/requests", [request_row(1, branch="new")])
    rows, account = reconciled()
    assert rows[["request_id", "branch"]].to_numpy().tolist() == [["R1", "new"], ["R2", "only"]]
    assert counted(account) == {"2024Q2": {"superseded": 1, "validated": 1}, "2024Q3": {"validated": 1}}


def test_a_quarters_delivery_wins_over_a_file_over_several_quarters(company: Any, reconciled: Any, request_row: Any
                                                                    ) -> None:
    company.write("requests", [request_row(1, branch="old")])
    company.write("2024Q2/requests", [request_row(1, branch="new")])
    rows, account = reconciled()
    assert rows["branch"].tolist() == ["new"]
    assert counted(account) == {"all": {"superseded": 1}, "2024Q2": {"validated": 1}}


def test_a_key_repeated_in_one_file_is_quarantined_after_its_first_row(company: Any, reconciled: Any, request_row: Any
                                                                       ) -> None:
    company.write("2024Q3/requests", [request_row(1, branch="first"), request_row(1, branch="second"), request_row(2)])
    rows, account = reconciled()
    assert rows["branch"].iloc[0] == "first"
    assert counted(account) == {"2024Q3": {"quarantined": 1, "validated": 2}}
    assert account.duplicates[["_file", "_row"]].to_numpy().tolist() == [["2024Q3/requests.csv", 3]]


@pytest.mark.parametrize(("opened", "outcome"), [
    ("2024-06-30T23:59:59", "excluded"), ("2024-07-01T00:00:00", "validated"), ("2024-09-30T23:59:59", "validated"),
    ("2024-10-01T00:00:00", "excluded"), ("2024-06-30T23:00:00Z", "validated"), ("2024-09-30T16:00:00Z", "excluded"),
])
def test_a_row_belongs_to_the_quarter_of_its_local_opening_day(company: Any, reconciled: Any, request_row: Any,
                                                               opened: str, outcome: str) -> None:
    company.write("2024Q3/requests", [request_row(1, opened)])
    assert counted(reconciled()[1]) == {"2024Q3": {outcome: 1}}


def test_a_superseding_version_may_move_a_row_out_of_the_quarter(company: Any, reconciled: Any,
                                                                 request_row: Any) -> None:
    company.write("2024Q2/requests", [request_row(1, "2024-07-02T00:00:00")])
    company.write("2024Q3/requests", [request_row(1, "2024-06-02T00:00:00")])
    rows, account = reconciled()
    assert rows.empty
    assert counted(account) == {"2024Q2": {"superseded": 1}, "2024Q3": {"excluded": 1}}


def test_events_after_as_of_are_blanked_with_what_only_they_could_tell(company: Any, reconciled: Any, request_row: Any
                                                                       ) -> None:
    company.write("2024Q3/requests", [
        request_row(1, resolved_at="2024-10-15T00:00:01", outcome="paid", first_response_at="2024-10-15T00:00:00"),
        request_row(2, resolved_at="2024-10-14T23:59:59", outcome="paid", first_response_at="")])
    rows, account = reconciled()
    assert rows["resolved_at"].isna().tolist() == rows["resolved_day"].isna().tolist() == [True, False]
    assert rows["outcome"].isna().tolist() == [True, False]
    assert rows["first_response_at"].notna().tolist() == [True, False]
    assert account.blanked == 1


def test_answers_that_came_after_as_of_are_blanked(company: Any, reconciled: Any) -> None:
    company.write("2024Q3/surveys", [{"invitation_id": "S1", "mode": "phone", "invited_at": "2024-09-30",
                                      "responded_at": "2024-10-20", "satisfaction": 5, "comment": "late"}])
    rows, account = reconciled("surveys")
    assert rows[["responded_at", "satisfaction", "comment"]].isna().all(axis=None)
    assert account.blanked == 1


def test_terms_that_lie_ahead_are_no_events(company: Any, reconciled: Any) -> None:
    company.write("2024Q3/staff", [{
        "employee_id": "E1", "department": "d", "branch": "b", "role": "r", "service_line": "s",
        "valid_from": "2024-01-01", "valid_to": "2030-12-31", "acknowledged_on": "2024-10-16"}])
    rows, account = reconciled("staff")
    assert rows["valid_to"].notna().all()
    assert rows["acknowledged_on"].isna().all()
    assert account.blanked == 1


def test_a_key_with_an_empty_part_is_a_key(company: Any, reconciled: Any) -> None:
    row = {"month": "2024-08", "branch": "B", "product": "", "premium": 1, "policies_in_force": 1}
    company.write("2024Q3/exposures", [row, row])
    assert counted(reconciled("exposures")[1]) == {"2024Q3": {"quarantined": 1, "validated": 1}}


def test_every_outcome_is_one_of_the_four(company: Any, reconciled: Any, request_row: Any) -> None:
    company.write("2024Q2/requests", [request_row(1), request_row(2, "2024-05-01"), request_row(3), request_row(3)])
    company.write("2024Q3/requests", [request_row(1)])
    found = {outcome for part in counted(reconciled()[1]).values() for outcome in part}
    assert found == set(OUTCOMES)


def test_rows_are_stored_once_for_their_content(company: Any, reconciled: Any, request_row: Any) -> None:
    company.write("2024Q3/requests", [request_row(1)])
    reconciled()
    stored = list(Path(company.validated / "2024Q3").iterdir())
    reconciled()
    assert list(Path(company.validated / "2024Q3").iterdir()) == stored
