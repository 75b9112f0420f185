"""Are requests alike only where kind, product, channel and priority are, and is a limit followed to its end?"""

from __future__ import annotations

import ibis
import pandas as pd

from analysis.measures.comparisons.case_mix import followed_to_limit, served_requests
from tests.measures.conftest import Insurer

AS_OF = "2024-09-30T12:00:00+08:00"


def tables(*rows: dict[str, object]) -> dict[str, pd.DataFrame]:
    frame = pd.DataFrame([{"kind": "inquiry", "opened_at": "2024-09-02 09:00:00"} | row for row in rows])
    return {"requests": frame.assign(request_id=[f"R{number}" for number in range(len(frame))])}


def test_a_cell_is_kind_product_channel_priority_and_unknown_is_a_value(insurer: Insurer) -> None:
    run = insurer(tables({"product": "car", "channel": "phone", "priority": "high", "partner_id": "P1"}, {}))
    found = run.warehouse.reduce(served_requests(run).select("who", "cell"))
    assert found.to_numpy().tolist() == [["P1", "inquiry; car; phone; high"], ["in_house", "inquiry; ; ; "]]


def test_what_no_person_answered_is_left_out(insurer: Insurer) -> None:
    run = insurer(tables({"answered_by": "bot"}, {"answered_by": "none"}, {"answered_by": "human"}, {}))
    assert len(run.warehouse.reduce(served_requests(run).select("request_id"))) == 2


def test_a_limit_that_has_not_run_out_is_not_judged(insurer: Insurer) -> None:
    """The plan's limit is an hour: R0 in time, R1 late, R2 open past it, R3 too young, R4 withdrew before it."""
    early = {"resolved_at": "2024-09-02 10:00:00"}
    run = insurer(tables(early, {"resolved_at": "2024-09-02 10:00:01"}, {}, {"opened_at": "2024-09-30 11:30:00"},
                         {"withdrawn_at": "2024-09-02 09:30:00"}), as_of=AS_OF, limits={"inquiry": {"resolution": 1}})
    rows = followed_to_limit(run, served_requests(run), "resolution")
    found = run.warehouse.reduce(rows.select("request_id", in_limit=ibis._.in_limit.cast("int64")))
    assert dict(found.to_numpy().tolist()) == {"R0": 1, "R1": 0, "R2": 0}
