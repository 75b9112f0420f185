"""Is a file validated once for its content, with every broken row counted?"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from analysis.refusal import Refused
from analysis.sources.deliveries import Delivered
from analysis.sources.validated import SHORT_ROW_RULE, ValidatedFile, Validator, content_key
from analysis.tables import TABLES
from analysis.warehouse import stored_schema

HEADER = "request_id,kind,opened_at,contacts\n"


def validated(company: Any, text: str | bytes, name: str = "requests.csv") -> ValidatedFile:
    path = company.text(f"2024Q3/{name}", text)
    return Validator(company.load(), company.validated)(Delivered(TABLES["requests"], "2024Q3", path, f"2024Q3/{name}"))


def test_good_rows_are_stored_and_broken_ones_named(company: Any) -> None:
    file = validated(company, HEADER + "R1,claim,2024-07-01,1\nR2,,never,x\nR3,claim\nR4,claim,2024-07-02,\n")
    assert (file.received, file.broken, file.short_rows, file.ends_whole) == (4, 2, 1, True)
    assert pd.read_parquet(file.rows)["_row"].tolist() == [2, 5]
    failures = pd.read_parquet(file.failures)
    assert failures[["row", "column"]].to_numpy().tolist() == [[3, "contacts"], [3, "kind"], [3, "opened_at"], [4, ""]]
    assert failures["rule"].iloc[-1] == SHORT_ROW_RULE


def test_rows_are_stored_in_the_warehouses_columns(company: Any) -> None:
    for text in (HEADER, HEADER + "R1,claim,2024-07-01,1\n"):
        columns = pq.read_schema(validated(company, text).rows).names
        assert set(columns) == set(stored_schema(TABLES["requests"])) - {"quarter"}


def test_a_header_alone_is_a_table_without_rows(company: Any) -> None:
    file = validated(company, HEADER)
    assert (file.received, file.broken) == (0, 0)
    assert pd.read_parquet(file.rows).empty


def test_the_same_content_is_not_validated_again(company: Any) -> None:
    first = validated(company, HEADER + "R1,claim,2024-07-01,1\n")
    pd.DataFrame({"kept": [1]}).to_parquet(first.rows)
    assert validated(company, HEADER + "R1,claim,2024-07-01,1\n") == first
    assert pd.read_parquet(first.rows).columns.tolist() == ["kept"]


def test_another_content_mapping_or_zone_is_validated_again(company: Any) -> None:
    keys = {validated(company, HEADER).key, validated(company, HEADER + "R1,claim,2024-07-01,1\n").key}
    company.sources(requests={"missing": {"contacts": ["0"]}})
    keys.add(validated(company, HEADER).key)
    company.site(time_zone="Asia/Taipei")
    keys.add(validated(company, HEADER).key)
    assert len(keys) == 4


def test_a_refused_file_leaves_nothing_behind(company: Any) -> None:
    with pytest.raises(Refused, match="lacks the required column opened_at"):
        validated(company, "request_id,kind\nR1,claim\n")
    assert list(company.validated.iterdir()) == []


def test_a_content_key_tells_all_parts_apart() -> None:
    assert content_key("a", "bc") != content_key("ab", "c")
    assert content_key({"a": 1}) == content_key({"a": 1})
