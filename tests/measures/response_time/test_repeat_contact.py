"""Does a request count as reopened only when a later one names it in time, and as settled only at one contact?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.response_time.repeat_contact import repeat_contact
from tests.measures.conftest import Insurer

AS_OF = "2024-10-15T23:59:59+08:00"


def resolved(n: int, day: str = "2024-08-05", **columns: object) -> pd.DataFrame:
    return pd.DataFrame({"kind": "inquiry", "opened_at": f"{day} 09:00:00", "resolved_at": f"{day} 18:00:00",
                         "contacts": [1] * n}).assign(**columns)


def tables(*parts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    frame = pd.concat(parts, ignore_index=True)
    return {"requests": frame.assign(request_id=[f"R{number}" for number in range(len(frame))])}


def share(table: pd.DataFrame, indicator: str, unit: str = "company") -> pd.Series:
    (row,) = (one for _, one in table[table["indicator"].eq(indicator) & table["unit"].eq(unit)].iterrows())
    return row


def test_a_request_that_comes_back_within_a_fortnight_was_not_settled(insurer: Insurer) -> None:
    """By hand: of 20 resolved on 5 August, R0 and R1 return on the 19th, R2 a day later; R3 took two contacts."""
    first = resolved(20).assign(contacts=[1, 1, 1, 2] + [1] * 16)
    back = resolved(2, "2024-08-19", reopened_of=["R0", "R1"], resolved_at=None)
    late = resolved(1, "2024-08-20", reopened_of=["R2"], resolved_at=None)
    table = repeat_contact(insurer(tables(first, back, late), as_of=AS_OF))
    assert share(table, "reopened_share")[["n", "estimate"]].tolist() == [20, 2 / 20]
    assert share(table, "first_contact_share")[["n", "estimate"]].tolist() == [20, 17 / 20]


def test_what_was_resolved_too_late_to_come_back_is_left_out(insurer: Insurer) -> None:
    back = resolved(1, "2024-08-06", reopened_of=["R0"], resolved_at=None)
    early, late = resolved(15), resolved(15, "2024-09-30")
    table = repeat_contact(insurer(tables(early, back, late), as_of="2024-10-13T23:59:59+08:00"))
    assert share(table, "reopened_share")["n"] == 15
    again = repeat_contact(insurer(tables(early, back, late), as_of="2024-10-14T23:59:59+08:00"))
    assert share(again, "reopened_share")["n"] == 30


def test_complaints_and_withdrawn_requests_are_left_out(insurer: Insurer) -> None:
    back = resolved(1, "2024-08-06", reopened_of=["R0"], resolved_at=None)
    rows = tables(resolved(12), resolved(12, kind="complaint"), resolved(12, withdrawn_at="2024-08-05 12:00:00"), back)
    table = repeat_contact(insurer(rows, as_of=AS_OF))
    assert set(table.loc[table["unit"] == "company", "n"]) == {12}


@pytest.mark.parametrize("delivered", [{}, tables(resolved(20))], ids=["nothing", "no request names another"])
def test_what_is_never_delivered_is_no_data(insurer: Insurer, delivered: dict[str, pd.DataFrame]) -> None:
    table = repeat_contact(insurer(delivered, as_of=AS_OF))
    assert share(table, "reopened_share")["status"] == "no data"
    assert set(table.loc[table["indicator"] == "reopened_share", "unit"]) == {"company", "sales", "claims"}


def test_a_tiny_insurer_is_not_estimable(insurer: Insurer) -> None:
    rows = tables(resolved(5), resolved(1, "2024-08-06", reopened_of=["R0"], resolved_at=None))
    assert share(repeat_contact(insurer(rows, as_of=AS_OF)), "reopened_share")["status"].startswith("not estimable")
