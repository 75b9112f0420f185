"""Does a run read the files of its quarter and of those before, and none that came after its as_of?"""

from __future__ import annotations

from typing import Any

import pytest

from analysis.quarter import Quarter
from analysis.refusal import Refused
from analysis.sources.deliveries import WHOLE, delivered_at, delivered_files, last_known

HEADER = "request_id,kind,opened_at\n"


def names(company: Any, quarter: str = "2024Q3") -> list[str]:
    params = company.load(quarter)
    return [file.name for file in delivered_files(params, company.data, params.quarter, params.plan.as_of)]


def test_earlier_quarters_come_first_and_a_file_over_several_quarters_before_them(company: Any) -> None:
    for name in ("2024Q3/requests.csv", "2024Q2/requests.csv.gz", "requests.csv", "2022Q2/requests.csv"):
        company.text(name, HEADER)
    assert names(company) == ["requests.csv", "2024Q2/requests.csv.gz", "2024Q3/requests.csv"]


def test_a_later_delivery_counts_once_it_was_made(company: Any) -> None:
    company.text("2024Q3/requests.csv", HEADER)
    company.text("2024Q4/requests.csv", HEADER)
    assert names(company) == ["2024Q3/requests.csv"]
    company.plan(as_of="2025-01-01T00:00:00+08:00")
    assert names(company) == ["2024Q3/requests.csv", "2024Q4/requests.csv"]


def test_a_delivery_is_made_at_its_plans_as_of_else_at_its_quarters_end(company: Any) -> None:
    company.plan("2024Q2", "2024-07-09T00:00:00+08:00")
    params = company.load()
    made = [delivered_at(params, Quarter.parse(text)).isoformat() for text in ("2024Q2", "2024Q1")]
    assert made == ["2024-07-09T00:00:00+08:00", "2024-04-01T00:00:00+08:00"]


def test_of_a_snapshot_the_newest_delivery_replaces_the_others(company: Any) -> None:
    for quarter in ("2024Q2", "2024Q3"):
        company.text(f"{quarter}/staff.csv", "employee_id\n")
    assert names(company) == ["2024Q3/staff.csv"]


def test_a_companys_own_file_name_is_declared(company: Any) -> None:
    company.sources(requests={"file": "工單.xlsx"})
    company.text("2024Q3/工單.xlsx", b"")
    company.text("2024Q3/requests.csv", HEADER)
    assert names(company) == ["2024Q3/工單.xlsx"]


def test_one_file_over_several_quarters_is_one_delivery(company: Any) -> None:
    company.text("requests.csv", HEADER)
    params = company.load()
    assert [one.delivery for one in delivered_files(params, company.data, params.quarter, params.plan.as_of)] == [WHOLE]


def test_two_files_of_one_table_are_refused(company: Any) -> None:
    company.text("2024Q3/requests.csv", HEADER)
    company.text("2024Q3/requests.parquet", b"")
    with pytest.raises(Refused, match=r"^2024Q3/requests.parquet: two files hold the table requests. Keep one"):
        names(company)


@pytest.mark.parametrize(("as_of", "last"), [
    ("2024-10-15T00:00:00+08:00", "2024Q3"), ("2024-12-31T23:59:59+08:00", "2024Q3"),
    ("2024-12-31T16:00:00Z", "2024Q4"), ("2025-04-01T00:00:00+08:00", "2025Q1"),
    ("2024-07-01T00:00:00+08:00", "2024Q3"),
])
def test_no_delivery_made_after_as_of_can_matter(company: Any, as_of: str, last: str) -> None:
    company.plan(as_of=as_of)
    assert str(last_known(company.load())) == last


def test_a_data_folder_that_is_not_there_holds_nothing(company: Any) -> None:
    company.data.rmdir()
    assert names(company) == []
