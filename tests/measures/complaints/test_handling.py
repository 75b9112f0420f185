from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.complaints.handling import cohort, effective, handling, states
from analysis.quarter import Quarter

WHEN = "2024-07-02T10:00"


def received(number: int, **columns: object) -> pd.DataFrame:
    rows = [{"complaint_id": f"c{n}", "received_at": WHEN, "cause": "delay", "source": "company"}
            for n in range(number)]
    return pd.DataFrame(rows).assign(**columns)


def company(parts: list[pd.DataFrame], indicator: str) -> pd.Series:
    table = pd.concat(parts)
    return table[(table["indicator"] == indicator) & (table["unit"] == "company")].iloc[0]


def test_handled_is_closed_of_received(insurer):
    closed = ["2024-07-20T10:00"] * 9 + [None] * 3
    row = company(handling(insurer({"complaints": received(12, closed_at=closed)})), "complaint_handling_share")
    assert (row["n"], row["estimate"]) == (12, pytest.approx(0.75))


def test_open_past_the_limit_is_missed_and_not_yet_due_is_left_out(insurer):
    """cn.complaint.decide: 15 days for the simple; received on 20 September, due on 5 October, after as_of."""
    early = received(10, decided_at=["2024-07-17T10:00"] * 7 + ["2024-07-18T10:00"] + [None] * 2)
    late = received(2, received_at="2024-09-20T10:00").assign(complaint_id=["d1", "d2"])
    run = insurer({"complaints": pd.concat([early, late])}, as_of="2024-09-30T23:59:59+08:00")
    row = company(handling(run), "complaint_timely_share")
    assert (row["n"], row["estimate"]) == (10, pytest.approx(0.7))


def test_a_complex_complaint_has_thirty_days(insurer):
    decided = received(10, decided_at="2024-07-30T10:00", complexity=["complex"] * 6 + ["simple"] * 4)
    row = company(handling(insurer({"complaints": decided})), "complaint_timely_share")
    assert row["estimate"] == pytest.approx(0.6)


def test_without_a_rule_timeliness_is_not_applicable(insurer):
    row = company(handling(insurer({"complaints": received(12)}, jurisdictions=[])), "complaint_timely_share")
    assert row["status"] == "not applicable"
    assert pd.isna(row["estimate"])


def test_upheld_in_part_counts_and_withdrawn_does_not(insurer):
    outcomes = ["upheld"] * 4 + ["partly_upheld"] * 2 + ["not_upheld"] * 4 + ["withdrawn"] * 2
    rows = received(12, outcome=outcomes, decided_at="2024-07-10T10:00")
    row = company(handling(insurer({"complaints": rows})), "complaint_upheld_share")
    assert (row["n"], row["estimate"]) == (10, pytest.approx(0.6))


def test_satisfied_with_the_handling_is_4_or_5_of_those_who_answered(insurer):
    rows = received(12, handling_satisfaction=[5] * 3 + [4] * 2 + [3] * 5 + [None] * 2, closed_at="2024-07-20T10:00")
    row = company(handling(insurer({"complaints": rows})), "complaint_handling_csat_share")
    assert (row["n"], row["estimate"]) == (10, pytest.approx(0.5))


def test_the_cohort_has_had_ninety_days(insurer):
    """2024-06-30 + 90 days = 2024-09-28: known on 2024-10-15 and on the 28th, not on the 27th."""
    days = ("2024-10-15", "2024-09-28", "2024-09-27")
    found = [cohort(insurer({}, as_of=f"{day}T23:59:59+08:00")) for day in days]
    assert found == [Quarter(2024, 2), Quarter(2024, 2), Quarter(2024, 1)]


def test_settled_for_good_is_not_repeated_escalated_or_overturned(insurer):
    old = received(10, received_at="2024-04-02T10:00", closed_at="2024-05-01T10:00")
    old["escalated_at"] = ["2024-05-05T10:00"] + [None] * 9
    old["overturned_at"] = ["2024-05-06T10:00", "2024-05-06T10:00"] + [None] * 8
    again = received(2, received_at=["2024-07-30T10:00", "2024-07-31T10:00"], repeat_of=["c2", "c3"])
    both = pd.concat([old, again.assign(complaint_id=["n1", "n2"])])
    row = company([effective(insurer({"complaints": both}))], "complaint_effective_share")
    assert (row["n"], row["estimate"]) == (10, pytest.approx(0.7))  # the 31st is day 91
    assert row["method"].endswith("cohort closed in 2024Q2")


def test_states_add_up(insurer):
    rows = received(5, closed_at=["2024-07-20T10:00"] * 3 + [None] * 2, withdrawn_at=[None] * 4 + ["2024-07-09T10:00"],
                    redress=[50, 0, None, None, None])
    row = states(insurer({"complaints": rows})).set_index("unit").loc["company"]
    assert row[["received", "closed", "open", "withdrawn", "redressed"]].tolist() == [5, 3, 1, 1, 1]


def test_what_is_never_delivered_is_no_data_and_not_a_good_result(insurer):
    found = handling(insurer({"complaints": received(12, closed_at="2024-07-20T10:00")}))
    old = received(12, received_at="2024-04-02T10:00", closed_at="2024-05-01T10:00")
    late = [effective(insurer({"complaints": old}))]
    assert company(found, "complaint_handling_share")["status"] == "ok"
    assert company(found, "complaint_timely_share")["status"] == "no data"
    assert company(late, "complaint_effective_share")["status"] == "no data"


def test_what_came_after_closing_is_told_event_by_event(insurer):
    """Ten closed in the second quarter: two reopened, one escalated, one repeated in time; none overturned yet."""
    old = received(10, received_at="2024-04-02T10:00", closed_at="2024-05-01T10:00")
    old["reopened_at"] = ["2024-05-20T10:00"] * 2 + [None] * 8
    old["escalated_at"] = ["2024-05-05T10:00"] + [None] * 9
    again = received(1, received_at="2024-07-30T10:00", repeat_of="c2").assign(complaint_id="n1")
    parts = handling(insurer({"complaints": pd.concat([old, again])}))
    shares = [company(parts, f"complaint_{name}_share") for name in ("reopened", "escalated", "repeated")]
    assert [share["estimate"] for share in shares] == pytest.approx([0.2, 0.1, 0.1])
    assert company(parts, "complaint_overturned_share")["status"] == "no data"  # never filled


def test_redress_is_of_those_decided(insurer):
    rows = received(12, decided_at=["2024-07-10T10:00"] * 10 + [None] * 2, outcome=["upheld"] * 10 + [None] * 2,
                    redress=[100] * 3 + [0] * 2 + [None] * 7)
    row = company(handling(insurer({"complaints": rows})), "complaint_redress_share")
    assert (row["n"], row["estimate"]) == (10, pytest.approx(0.3))
