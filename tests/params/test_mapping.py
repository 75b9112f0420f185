"""Is a mapping closed: what it may say is said, and anything else is an error?"""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from analysis.params.mapping import Sources, TableSource


def test_a_table_without_mapping_is_read_under_our_own_names() -> None:
    source = Sources().of("requests")
    assert (source.file, source.encoding, source.delimiter, source.columns, source.only_mapped) == (None, "utf-8", ",",
                                                                                                    {}, False)


def test_a_mapped_table_is_read_as_mapped() -> None:
    sources = Sources.model_validate({"tables": {"requests": {"file": "工單.csv", "columns": {"request_id": "編號"}}}})
    assert sources.of("requests").columns == {"request_id": "編號"}
    assert sources.of("surveys") == TableSource()


@pytest.mark.parametrize(("key", "value", "message"), [
    ("encoding", "latin-1", "'utf-8', 'gb18030', 'big5' or 'utf-16'"), ("delimiter", ";;", "at most 1"),
    ("time_zone", "Mars/Base", "not an IANA time zone"), ("missing", {"kind": 9}, "valid tuple"),
    ("values", {"kind": {True: "x"}}, "valid string"), ("colum", {}, "Extra inputs"),
])
def test_what_a_mapping_cannot_say_is_an_error(key: str, value: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        TableSource.model_validate({key: value})


def test_a_column_has_one_origin() -> None:
    with pytest.raises(ValidationError, match="kind is both a mapped column and a constant"):
        TableSource(columns={"kind": "type"}, constants={"kind": "claim"})
