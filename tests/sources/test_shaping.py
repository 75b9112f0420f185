"""Does a row mean what the mapping and the contract say, and does a bad cell name its row, column and rule alone?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.params.mapping import TableSource
from analysis.params.site import Site
from analysis.refusal import Refused
from analysis.sources.shaping import Shape, Shaped, day_column
from analysis.tables import TABLES


def site(zone: str = "Asia/Shanghai") -> Site:
    return Site.model_validate({
        "company": "c", "data": "d", "time_zone": zone, "language": "en", "engine": "duckdb",
        "service_lines": ["sales"],
        "jurisdictions": [], "calendar": "cn", "shifts": {"day": "00:00"}, "disclosure": {},
        "policies_denominator": "in_force", "refuse_on": []})


def shaped(table: str, cells: dict[str, list[str]], zone: str = "Asia/Shanghai", **source: Any) -> Shaped:
    text = pd.DataFrame(cells, dtype="str")
    text.index = pd.RangeIndex(2, 2 + len(text), name="row")
    return Shape(TABLES[table], TableSource(**source), site(zone), list(cells), f"{table}.csv")(text)


def requests(zone: str = "Asia/Shanghai", source: dict[str, Any] | None = None, **columns: list[str]) -> Shaped:
    count = len(next(iter(columns.values())))
    required = {"request_id": [f"R{n}" for n in range(count)], "kind": ["inquiry"] * count,
                "opened_at": ["2024-07-01T09:00:00"] * count}
    return shaped("requests", required | columns, zone, **(source or {}))


def utc(zone: str, text: str) -> str:
    return str(requests(zone, opened_at=[text]).rows["opened_at"].iloc[0])


@pytest.mark.parametrize(("zone", "text", "expected"), [
    ("Asia/Shanghai", "2024-07-01T09:00:00", "2024-07-01 01:00:00"),        # China is UTC+8 all year
    ("Asia/Shanghai", "2024-07-01T09:00:00+02:00", "2024-07-01 07:00:00"),  # an offset in the cell counts
    ("Asia/Shanghai", "2024-07-01T09:00:00Z", "2024-07-01 09:00:00"),
    ("Asia/Shanghai", "2024-07-01 09:00", "2024-07-01 01:00:00"),
    ("America/Chicago", "2024-07-01T09:00:00", "2024-07-01 14:00:00"),      # CDT is UTC-5
    ("America/Chicago", "2024-12-01T09:00:00", "2024-12-01 15:00:00"),      # CST is UTC-6
    ("America/Chicago", "2024-11-03T01:30:00", "2024-11-03 06:30:00"),      # passes twice: the first passing
    ("America/Chicago", "2024-03-10T02:30:00", "2024-03-10 08:00:00"),      # skipped: the moment after, 3:00 CDT
])
def test_times_are_stored_in_utc(zone: str, text: str, expected: str) -> None:
    assert utc(zone, text) == expected


def test_a_source_may_state_a_zone_of_its_own() -> None:
    rows = requests(source={"time_zone": "America/Chicago"}, opened_at=["2024-07-01T20:00:00"]).rows
    assert str(rows["opened_at"].iloc[0]) == "2024-07-02 01:00:00"
    assert str(rows["opened_day"].iloc[0].date()) == "2024-07-02"  # the day is the site's: 09:00 in Shanghai
    assert rows["opened_hour"].tolist() == [9]


@pytest.mark.parametrize(("layout", "text"), [
    ("%m/%d/%Y", "7/1/2024"), ("%d.%m.%Y %H:%M", "01.07.2024 00:00"), ("%m/%d/%Y %I:%M:%S %p",
                                                                       "07/01/2024 12:00:00 AM"),
    ("%Y年%m月%d日", "2024年7月1日"),
])
def test_a_date_format_is_declared(layout: str, text: str) -> None:
    rows = requests(source={"formats": {"opened_at": layout}}, opened_at=[text]).rows
    assert str(rows["opened_at"].iloc[0]) == "2024-06-30 16:00:00"


@pytest.mark.parametrize("text", ["yesterday", "2024-13-01", "0001-01-01", "9999-12-31", "45474", "12:30"])
def test_what_is_no_plausible_time_breaks_the_rule(text: str) -> None:
    assert requests(opened_at=[text]).failures[["row", "column"]].to_numpy().tolist() == [[2, "opened_at"]]


def test_a_day_column_keeps_its_day() -> None:
    cells = {"assessment_id": ["A"], "employee_id": ["E"], "assessor_id": ["F"], "assessed_on": ["2024-07-01"],
             "facet": ["knowledge"], "score": ["80"], "max_score": ["100"]}
    assert str(shaped("assessments", cells, "America/Chicago").rows["assessed_on"].iloc[0]) == "2024-07-01 00:00:00"


@pytest.mark.parametrize(("column", "good", "bad"), [
    ("complex", "TRUE", "1"), ("contacts", "3", "2.5"), ("contacts", "3.0", "-1"),
    ("contacts", "9007199254740992", "1e30"), ("paused_hours", "1e2", "inf"), ("paused_hours", "0.5", "nan"),
    ("class", "life", "Life"), ("answered_by", "bot", "robot"), ("branch", "B", "x" * 20_001),
    ("branch", "B", "B\x00"), ("partner_id", "P 1", "P\n1"),
])
def test_a_cell_that_is_not_of_its_kind_breaks_the_columns_rule(column: str, good: str, bad: str) -> None:
    result = requests(**{column: [good, bad, ""]})
    assert result.rows.index.tolist() == [2, 4]
    assert result.failures.to_numpy().tolist() == [[3, column, TABLES["requests"].rule(column)]]


RATING = {"assessment_id": ["A", "B"], "employee_id": ["E", "E"], "assessor_id": ["F", "F"],
          "assessed_on": ["2024-07-01"] * 2, "facet": ["knowledge", "adaptability"], "max_score": ["50", "50"]}


def test_a_rule_across_columns_is_laid_to_the_column_it_names() -> None:
    result = shaped("assessments", RATING | {"score": ["51", "50"]})
    assert result.failures.to_numpy().tolist() == [[2, "score", "at most the points attainable"]]
    assert result.rows.index.tolist() == [3]


def test_a_row_whose_broken_cells_may_be_empty_is_kept_beside_with_these_empty() -> None:
    """The first row's class and contacts may be empty, the second's opening may not."""
    result = requests(**{"class": ["Life", "life"], "contacts": ["-1", "2"], "branch": ["B1", "B2"],
                         "opened_at": ["2024-07-01", "never"]})
    assert result.rows.empty
    assert result.emptied.index.tolist() == [2]
    assert result.emptied[["class", "contacts"]].isna().all(axis=None)
    assert result.emptied[["branch", "opened_hour"]].to_numpy().tolist() == [["B1", 0]]


def test_of_several_columns_in_one_rule_the_one_it_names_is_emptied_where_it_may_be() -> None:
    assert shaped("assessments", RATING | {"score": ["51", "50"]}).emptied.empty  # a score is required


def test_a_format_that_is_none_is_refused() -> None:
    with pytest.raises(Refused, match=r"^sources.yml, column requests.opened_at: the format of the times cannot"):
        requests(source={"formats": {"opened_at": "%Q"}}, opened_at=["2024-07-01"])


def test_each_broken_rule_of_a_row_is_named_once() -> None:
    failures = shaped("requests", {"request_id": [""], "kind": [""], "opened_at": ["never"]}).failures
    assert failures["column"].tolist() == ["kind", "opened_at", "request_id"]


def test_headers_are_renamed_and_other_columns_keep_our_names() -> None:
    cells = {"編號": ["R1"], "kind": ["claim"], "時間": ["2024-07-01"], "不要": ["x"]}
    rows = shaped("requests", cells, columns={"request_id": "編號", "opened_at": "時間"}).rows
    assert rows[["request_id", "kind"]].iloc[0].tolist() == ["R1", "claim"]


def test_only_mapped_leaves_out_a_column_that_happens_to_bear_our_name() -> None:
    cells = {"request_id": ["R1"], "kind": ["claim"], "opened_at": ["2024-07-01"], "product": ["theirs"]}
    columns = {name: name for name in ("request_id", "kind", "opened_at")}
    assert shaped("requests", cells, columns=columns, only_mapped=True).rows["product"].isna().all()
    assert shaped("requests", cells, columns=columns).rows["product"].tolist() == ["theirs"]


def test_constants_codes_and_missing_codes() -> None:
    source = {"constants": {"channel": "phone"}, "values": {"answered_by": {"1": "human", "2": "bot"}},
              "missing": {"answered_by": ["9"]}}
    rows = requests(source=source, answered_by=["1", "2", "9", ""]).rows
    assert rows["channel"].tolist() == ["phone"] * 4
    assert rows["answered_by"].fillna("missing").tolist() == ["human", "bot", "missing", "missing"]


def test_several_values_in_a_cell_are_parted_alike_and_each_renamed() -> None:
    cells = {"complaint_id": ["1", "2"], "cause": ["delay|  price", "price"], "source": ["company"] * 2,
             "received_at": ["2024-07-01"] * 2}
    rows = shaped("complaints", cells, separators={"cause": "|"}, values={"cause": {"price": "premium"}}).rows
    assert rows["cause"].tolist() == ["delay;premium", "premium"]


def test_a_mapped_column_that_the_header_lacks_is_refused() -> None:
    with pytest.raises(Refused,
                       match=r"requests.csv, row 1, column 編號: the header has no column for requests.request_id"):
        shaped("requests", {"絪腹": ["R1"]}, columns={"request_id": "編號"})


def test_a_required_column_that_nothing_fills_is_refused() -> None:
    with pytest.raises(Refused, match="row 1, column opened_at: the header lacks the required column"):
        shaped("requests", {"request_id": ["R1"], "kind": ["claim"]})


def test_a_failure_never_holds_the_value(tmp_path: Path) -> None:
    result = requests(class_=["x"], **{"class": ["SECRET-4711"]})
    assert "SECRET-4711" not in result.failures.to_csv()
    assert len(result.failures) == 1


def test_companions_are_named_after_their_event() -> None:
    assert [day_column(name) for name in ("opened_at", "valid_from")] == ["opened_day", "valid_from"]
