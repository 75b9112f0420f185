"""Does a refusal say where, what and what to do, in one line?"""

from __future__ import annotations

from typing import Any

import pytest

from analysis.refusal import Busy, Refused


@pytest.mark.parametrize(("place", "message"), [
    ({"file": "a.csv", "row": 3, "column": "kind"}, "a.csv, row 3, column kind: it is wrong. Mend it"),
    ({"file": "a.csv"}, "a.csv: it is wrong. Mend it"),
    ({"column": "kind"}, "column kind: it is wrong. Mend it"),
    ({}, "it is wrong. Mend it"),
])
def test_a_refusal_names_the_place_as_far_as_it_is_known(place: dict[str, Any], message: str) -> None:
    assert str(Refused("it is wrong", "Mend it", **place)) == message


def test_the_parts_of_a_refusal_stay_apart() -> None:
    refused = Refused("it is wrong", "Mend it", file="a.csv", row=3)
    assert (refused.rule, refused.remedy, refused.file, refused.row, refused.column) == ("it is wrong", "Mend it",
                                                                                         "a.csv", 3, "")


def test_busy_is_no_refusal() -> None:
    assert not issubclass(Busy, Refused)
