"""Is every delivered row accounted for, and does a run know what was known as of its date?"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.refusal import Refused
from analysis.sources.deliver import Delivery, deliver, known_files
from analysis.sources.deliveries import delivered_files
from analysis.sources.delivery import accounts
from analysis.sources.reconcile import OUTCOMES, Reconciler, Window
from analysis.sources.validated import Validator
from analysis.tables import TABLES

EXAMPLES = 12
HEADERS = {"request_id": "編號", "kind": "類型", "opened_at": "時間", "branch": "分公司"}
ROW = st.tuples(st.integers(1, 4), st.sampled_from(["2024-05-10", "2024-08-10", "2024-11-10", "never"]),
                st.sampled_from(["praise", ""]))


def expected(quarters: dict[str, list[tuple[int, str, str]]]) -> Counter[tuple[str, str]]:
    """Return (delivery, outcome) → rows by the rules of the design, told row by row."""
    good = {quarter: [row for row in rows if row[1] != "never" and row[2]] for quarter, rows in quarters.items()}
    found: Counter[tuple[str, str]] = Counter()
    for quarter, rows in quarters.items():
        found[quarter, "quarantined"] += len(rows) - len({number for number, _, _ in good[quarter]})
        first = {number: opened for number, opened, _ in reversed(good[quarter])}
        later = {number for one, several in good.items() if one > quarter for number, _, _ in several}
        for number, opened in first.items():
            inside = "validated" if opened == "2024-08-10" else "excluded"
            found[quarter, "superseded" if number in later else inside] += 1
    return found


@pytest.fixture(scope="module")
def connection() -> Iterator[Any]:
    connection = ibis.duckdb.connect()
    yield connection
    connection.disconnect()


def accounted(company: Any, connection: Any) -> pd.DataFrame:
    """Return the accounts of the quarter's feedback, by the parts that ``deliver`` is made of."""
    params = company.load()
    known = delivered_files(params, company.data, params.quarter, params.plan.as_of)
    files = [Validator(params, company.validated)(one) for one in known]
    window = Window(params.quarter, params.quarter.start, params.quarter.end, params.plan.as_of)
    now = {"feedback": Reconciler(connection, company.validated).account(TABLES["feedback"], files, window)}
    return accounts(files, now).set_index("delivery")


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(second=st.lists(ROW, min_size=1, max_size=5), third=st.lists(ROW, min_size=1, max_size=5))
def test_every_row_lands_in_one_place(new_company: Any, connection: Any, second: list[Any], third: list[Any]) -> None:
    quarters = {"2024Q2": second, "2024Q3": third}
    with tempfile.TemporaryDirectory() as folder:
        company = new_company(Path(folder) / "company")
        for quarter, rows in quarters.items():
            company.write(f"{quarter}/feedback", [{"feedback_id": f"F{number}", "received_at": at, "channel": "web",
                                                   "kind": kind} for number, at, kind in rows])
        found = accounted(company, connection)
    assert found["received"].to_dict() == {quarter: len(rows) for quarter, rows in quarters.items()}
    assert Counter({(one, name): found.loc[one, name] for one in quarters for name in OUTCOMES}) == expected(quarters)


@pytest.fixture
def small(company: Any, request_row: Any) -> Any:
    """A company with a delivery for each of two quarters, the second of which repeats a case of the first."""
    company.plan("2024Q2", "2024-07-09T00:00:00+08:00")
    company.write("2024Q2/requests", [request_row(1, "2024-06-28", resolved_at="2024-07-20"), request_row(2,
                                                                                                          "2024-06-29")])
    company.write("2024Q3/requests", [request_row(1, "2024-06-28", resolved_at="2024-07-21"),
                                      request_row(3, "2024-09-29", resolved_at="2024-10-20"),
                                      request_row(4, "2024-09-30", contacts="2")])
    return company


def rows(delivery: Delivery, quarter: str) -> pd.DataFrame:
    return pd.read_parquet(delivery.tables[quarter]["requests"])


def test_the_quarter_and_its_history_are_each_as_known_at_their_own_as_of(small: Any) -> None:
    delivery = small.deliver()
    assert rows(delivery, "2024Q3")["request_id"].tolist() == ["R3", "R4"]
    assert rows(delivery, "2024Q3")["resolved_at"].isna().all()
    assert rows(delivery, "2024Q2")["request_id"].tolist() == ["R1", "R2"]
    assert rows(delivery, "2024Q2")["resolved_at"].isna().all()  # on 9 July neither 20 nor 21 July had come


def test_an_earlier_quarter_is_also_followed_to_the_date_of_this_run(small: Any) -> None:
    followed = small.deliver().followed
    assert list(followed) == ["2024Q2"]
    known = pd.read_parquet(followed["2024Q2"]["requests"]).set_index("request_id")["resolved_at"]
    assert (str(known["R1"]), known.isna()["R2"]) == ("2024-07-20 16:00:00", True)  # the later delivery's 21 July


def test_a_quarter_that_was_not_delivered_has_no_history(small: Any, request_row: Any) -> None:
    small.write("2024Q2/requests", [request_row(1, "2024-06-28"), request_row(2, "2024-03-29")])
    assert set(small.deliver().tables) == {"2024Q2", "2024Q3"}


def test_a_run_of_the_earlier_quarter_does_not_see_the_later_delivery(small: Any) -> None:
    accounts = small.deliver("2024Q2").accounts
    assert accounts[["delivery", "received", "validated", "blanked"]].to_numpy().tolist() == [["2024Q2", 2, 2, 1]]


def test_failures_name_file_row_column_and_rule_and_never_the_value(small: Any, request_row: Any) -> None:
    small.write("2024Q3/requests", [request_row(3), request_row("SECRET", "NEVER-4711"), request_row(3)])
    failures = small.deliver().failures
    assert failures[["file", "row", "column"]].to_numpy().tolist() == [
        ["2024Q3/requests.csv", 3, "opened_at"], ["2024Q3/requests.csv", 4, "request_id"]]
    assert "SECRET" not in failures.to_csv()
    assert "4711" not in failures.to_csv()


def test_what_was_set_aside_is_told_beside(small: Any, request_row: Any) -> None:
    """R3 breaks a rule in a cell that may be empty, R4 in one that may not, and R5 stands twice."""
    small.write("2024Q3/requests", [
        request_row(3, branch="b", contacts="-1"), request_row(4, "never"), request_row(5, branch="first"),
        request_row(5, branch="last")])
    delivery = small.deliver()
    rows, told = (pd.read_parquet(one["2024Q3"]["requests"]).set_index("request_id")["branch"].to_dict()
                  for one in (delivery.tables, delivery.returned))
    assert rows == {"R5": "first"}
    assert told == {"R3": "b", "R5": "last"}
    assert Delivery.load(delivery.save(small.validated)).returned == delivery.returned


def test_a_quarter_without_anything_set_aside_has_the_same_rows_beside(small: Any) -> None:
    delivery = small.deliver()
    assert set(delivery.returned) == {"2024Q2", "2024Q3"}
    for quarter, tables in delivery.returned.items():
        pd.testing.assert_frame_equal(pd.read_parquet(tables["requests"]),
                                      pd.read_parquet(delivery.tables[quarter]["requests"]))


def test_the_same_delivery_is_not_made_again(small: Any) -> None:
    first = small.deliver()
    before = {path: path.stat().st_mtime_ns for path in small.validated.rglob("*.*")}
    again = small.deliver()
    assert {path: path.stat().st_mtime_ns for path in small.validated.rglob("*.*")} == before
    assert again.key == first.key
    for name in ("accounts", "failures", "findings"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(first, name), check_dtype=False)


def test_a_changed_file_or_plan_is_another_delivery(small: Any, request_row: Any) -> None:
    keys = {small.deliver().key}
    small.plan(as_of="2024-10-25T00:00:00+08:00")
    keys.add(small.deliver().key)
    small.write("2024Q2/requests", [request_row(1, "2024-06-28")])
    keys.add(small.deliver().key)
    assert len(keys) == 3


def test_a_stored_table_that_was_deleted_is_made_again(small: Any) -> None:
    Path(small.deliver().tables["2024Q3"]["requests"]).unlink()
    assert len(rows(small.deliver(), "2024Q3")) == 2


def test_a_delivery_without_failures_or_suspicions_has_empty_frames(company: Any, request_row: Any) -> None:
    company.write("2024Q3/requests", [request_row(1)])
    for delivery in (company.deliver(), company.deliver()):
        assert delivery.failures.columns.tolist() == ["table", "delivery", "file", "row", "column", "rule"]
        assert (len(delivery.failures), len(delivery.findings.query("suspicion != 'empty_week'"))) == (0, 0)


def test_a_suspicion_warns_unless_the_site_raises_it(company: Any, request_row: Any) -> None:
    company.write("2024Q3/requests", [request_row(1, resolved_at="2024-06-01")])
    assert "order_of_events" in set(company.deliver().findings["suspicion"])
    company.site(refuse_on=["order_of_events"])
    with pytest.raises(Refused,
                       match=r"^requests, column resolved_at: suspect delivery: order_of_events in 1 row\(s\)"):
        company.deliver()


def test_an_unknown_employee_is_looked_for_only_with_a_roster(company: Any, request_row: Any) -> None:
    company.write("2024Q3/requests", [request_row(1, employee_id="E9")])
    assert "unknown_employee" not in set(company.deliver().findings["suspicion"])
    company.write("2024Q3/staff", [{"employee_id": "E1", "department": "d", "branch": "b", "role": "r",
                                    "service_line": "s", "valid_from": "2024-01-01"}])
    assert "unknown_employee" in set(company.deliver().findings["suspicion"])


def test_a_delivery_cut_short_is_refused_before_anything_is_stored_for_the_quarter(company: Any,
                                                                                   request_row: Any) -> None:
    company.plan(tables={"requests": {}})
    company.write("2024Q3/requests", [request_row(1, f"2024-07-{day:02d}") for day in range(1, 24)])
    with pytest.raises(Refused, match=r"^2024Q3/requests.csv: requests is cut short: its last row opens on 2024-07-23"):
        company.deliver()
    assert not (company.validated / "2024Q3").exists()


def test_a_wrong_encoding_is_refused_by_the_header_it_gives(company: Any) -> None:
    company.sources(requests={"encoding": "gb18030", "columns": {"request_id": "編號"}})
    company.text("2024Q3/requests.csv", "編號,kind,opened_at\nR1,claim,2024-07-01\n".encode("big5"))
    with pytest.raises(Refused, match=r"^2024Q3/requests.csv, row 1, column 編號: .* or the file's encoding"):
        company.deliver()


def as_delivered(company: Any, request_row: Any, name: str) -> Any:
    """Write two requests under Chinese headers in the format ``name`` stands for; return the mapping they need."""
    frame = pd.DataFrame([request_row(1, branch="臺北"), request_row(2, branch="高雄")]).rename(columns=HEADERS)
    path = company.text(f"2024Q3/{name}", b"")
    if name.endswith(".xlsx"):
        frame.to_excel(path, index=False)
    elif name.endswith(".parquet"):
        frame.to_parquet(path, index=False)
    else:
        frame.to_csv(path, index=False, encoding=name.split(".")[0])
    encoding = name.split(".")[0] if name.split(".")[0] in ("gb18030", "big5", "utf-16") else "utf-8"
    return {"file": name, "encoding": encoding, "columns": HEADERS}


@pytest.mark.parametrize("name", ["utf-8.csv", "gb18030.csv", "big5.csv", "utf-16.csv", "big5.csv.gz", "工單.xlsx",
                                  "工單.parquet"])
def test_every_format_and_encoding_gives_the_same_rows(company: Any, request_row: Any, name: str) -> None:
    company.sources(requests=as_delivered(company, request_row, name))
    requests = rows(company.deliver(), "2024Q3")
    assert requests[["request_id", "kind", "branch"]].to_numpy().tolist() == [
        ["R1", "inquiry", "臺北"], ["R2", "inquiry", "高雄"]]
    assert requests["opened_at"].tolist() == [pd.Timestamp("2024-07-01T01:00:00")] * 2


def test_progress_is_told_step_by_step(company: Any, request_row: Any) -> None:
    company.write("2024Q3/requests", [request_row(1)])
    told: list[str] = []
    deliver(company.load(), company.data, company.validated, told.append)
    assert told[0] == "requests 2024Q3"


def test_a_snapshot_of_an_earlier_quarter_is_not_read(company: Any) -> None:
    for quarter in ("2024Q2", "2024Q3"):
        for name in ("staff", "requests"):
            company.text(f"{quarter}/{name}.csv", "")
    known = known_files(company.load(), company.data)
    read = {str(quarter): sorted(groups) for quarter, groups in known.items() if groups}
    assert read == {"2024Q2": ["requests"], "2024Q3": ["requests", "staff"]}
