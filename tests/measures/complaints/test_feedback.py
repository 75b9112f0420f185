from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.complaints.feedback import THEME_SHARE, feedback, feedback_themes


def opinions(number: int, **columns: object) -> pd.DataFrame:
    rows = [{"feedback_id": f"f{n}", "received_at": "2024-08-01T10:00", "channel": "app", "kind": "suggestion"}
            for n in range(number)]
    return pd.DataFrame(rows).assign(**columns)


def share(run, indicator: str, unit: str = "company") -> pd.Series:
    table = feedback(run)
    return table[(table["indicator"] == indicator) & (table["unit"] == unit)].iloc[0]


def test_three_days_are_the_limit_unless_the_plan_sets_another(insurer):
    when = ["2024-08-04T10:00"] * 6 + ["2024-08-04T10:01"] * 3 + [None] * 1
    table = {"feedback": opinions(10, acknowledged_at=when)}
    assert share(insurer(table), "feedback_acknowledged_share")["estimate"] == pytest.approx(0.6)
    longer = insurer(table, limits={"feedback": {"first_response": 96}})
    assert share(longer, "feedback_acknowledged_share")["estimate"] == pytest.approx(0.9)


def test_what_is_not_yet_due_is_left_out(insurer):
    fresh = opinions(2, received_at="2024-09-29T10:00").assign(feedback_id=["n1", "n2"])
    table = pd.concat([opinions(10, acknowledged_at="2024-08-02T10:00"), fresh])
    row = share(insurer({"feedback": table}, as_of="2024-09-30T23:59:59+08:00"), "feedback_acknowledged_share")
    assert (row["n"], row["estimate"]) == (10, 1.0)


def test_answered_and_actioned_are_shares_of_all_received(insurer):
    run = insurer({"feedback": opinions(10, answered_at=["2024-08-09T10:00"] * 4 + [None] * 6,
                                        action_id=["A1"] + [None] * 9)})
    assert share(run, "feedback_answered_share")["estimate"] == pytest.approx(0.4)
    assert share(run, "feedback_actioned_share")["estimate"] == pytest.approx(0.1)


def test_volume_is_told_by_kind_and_channel(insurer):
    run = insurer({"feedback": opinions(4, kind=["praise", "praise", "idea", "idea"], channel=["app"] * 3 + ["post"])})
    assert [share(run, "feedback_received_count", unit)["n"] for unit in ("praise", "post", "company")] == [2, 1, 4]


def test_themes_are_counted_most_frequent_first(insurer):
    table = opinions(10, theme=["waiting"] * 3 + ["forms"] * 6 + [None], answered_at=["2024-08-09T10:00"] + [None] * 9)
    found = feedback_themes(insurer({"feedback": table}))
    counts, shares = found[found["indicator"] == "feedback_received_count"], found[found["indicator"] == THEME_SHARE]
    told = [["forms", 6, 0], ["waiting", 3, 1], ["", 1, 0]]
    assert counts[["theme", "n", "answered"]].to_numpy().tolist() == told
    assert shares[["theme", "count", "answered"]].to_numpy().tolist() == told
    assert shares[["n", "estimate"]].to_numpy().tolist() == [[10, 0.6], [10, 0.3], [10, 0.1]]
    # R: prop.test(6, 10, correct = FALSE)$conf.int
    assert shares.iloc[0][["low", "high"]].tolist() == pytest.approx([0.3126738, 0.8318197], abs=1e-6)


def test_themes_of_few_messages_have_no_share(insurer):
    found = feedback_themes(insurer({"feedback": opinions(4, theme="forms")})).set_index("indicator")["status"]
    assert found[THEME_SHARE] == "not estimable: fewer than 10 messages"


def test_no_feedback_is_no_data(insurer):
    run = insurer({})
    assert set(feedback(run)["status"]) == {"no data"}
    assert feedback_themes(run)["status"].tolist() == ["no data"] * 2
