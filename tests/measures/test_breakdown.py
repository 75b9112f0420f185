from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.breakdown import (
    Question,
    by_unit,
    handled,
    number_of,
    plain_count,
    plain_share,
    share_of,
    with_customers,
)

ANSWERED = Question("feedback_answered_share", ("company", "service_line", "branch"), share_of("answered"), plain_share)
COUNTED = Question("feedback_received_count", ("company", "service_line"), number_of, plain_count, zeros=True)


def opinions(lines: list[str | None], answered: int) -> pd.DataFrame:
    return pd.DataFrame({"feedback_id": [f"f{n}" for n in range(len(lines))], "received_at": "2024-08-01T10:00",
                         "channel": "app", "kind": "idea", "service_line": lines,
                         "answered_at": ["2024-08-02T10:00"] * answered + [None] * (len(lines) - answered)})


def asked(run, question: Question) -> pd.DataFrame:
    rows = run.warehouse.table("feedback")
    return by_unit(run, rows.mutate(answered=rows.answered_at.notnull()), question).set_index("unit")


def test_rows_of_no_unit_count_in_the_company_alone(insurer):
    found = asked(insurer({"feedback": opinions(["claims"] * 10 + [None] * 10, answered=5)}), ANSWERED)
    assert found["n"].to_dict() == {"company": 20, "claims": 10, "sales": 0}
    assert found.loc["sales", "status"] == "no data"


def test_target_and_p_are_those_of_the_registry(insurer):
    """R: binom.test(5, 20, .5, alternative = "less")$p.value = 0.02069473 (target 0.5, company default)."""
    row = asked(insurer({"feedback": opinions([None] * 20, answered=5)}), ANSWERED).loc["company"]
    assert (row["target"], row["p_worse"]) == (0.5, pytest.approx(0.02069473, abs=1e-8))


def test_parts_of_a_unit_are_not_tested(insurer):
    question = Question("feedback_answered_share", ("company",), share_of("answered"), plain_share, within=("kind",))
    row = asked(insurer({"feedback": opinions([None] * 20, answered=5)}), question).loc["company"]
    assert (row["kind"], pd.isna(row["p_worse"])) == ("idea", True)


def test_a_line_without_rows_is_a_zero_where_lines_are_told_apart(insurer):
    told = asked(insurer({"feedback": opinions(["claims"] * 3, answered=0)}), COUNTED)
    untold = asked(insurer({"feedback": opinions([None] * 3, answered=0)}), COUNTED)
    assert (told.loc["sales", "estimate"], untold.loc["sales", "status"]) == (0.0, "no data")


def test_customers_fall_back_to_n_where_requests_do_not_tell(insurer):
    requests = pd.DataFrame({"request_id": ["r1", "r2"], "kind": "claim", "branch": "B1", "opened_at": "2024-08-01"})
    run = insurer({"requests": requests})
    frame = pd.DataFrame({"unit_type": ["branch", "branch", "department"], "unit": ["B1", "B9", "d1"], "n": [7, 8, 9]})
    assert with_customers(run, frame)["customers"].tolist() == [2, 8, 9]
    assert handled(run, "month").empty
