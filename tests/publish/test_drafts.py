"""Is the draft of a plan a plan once people have approved it, and does it follow from the results?"""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
import pytest

from analysis.params import load_params
from analysis.publish.drafts import _moved, plan_draft
from analysis.quarter import Quarter
from analysis.refusal import Refused
from tests.measures.collection.test_sample_plan import surveys
from tests.measures.conftest import Insurer

MILESTONES = [{"name": "報告: done", "owner": "quality", "due": "2024-07-05", "done": "2024-07-05"},
              {"name": "end", "owner": "quality", "due": "2024-09-30"},
              {"name": "new year", "owner": "quality", "due": "2024-10-01"}]


@pytest.mark.parametrize(("day", "moved"), [
    ("2024-06-30", "2024-09-30"), ("2024-09-30", "2024-12-31"), ("2024-11-30", "2025-02-28"),
    ("2024-07-15", "2024-10-15"), ("2024-10-10", "2025-01-10"), ("2023-11-29", "2024-02-29")])
def test_dates_move_by_three_months_and_the_end_of_a_month_stays_one(day: str, moved: str) -> None:
    assert _moved(date.fromisoformat(day)).isoformat() == moved


def test_a_draft_becomes_a_plan_when_it_is_approved(insurer: Insurer) -> None:
    plan = {"nps": {"target": 10, "weight": 0.6666666666666667, "floor": -1234567},
            "csat_top2_share": {"target": 0.5, "weight": 0.3333333333333333, "floor": 0.1, "half_width": 0.04,
                                "method": "share: of 4, 5"},
            "accuracy_error_share": {"detectable_change": 0.06}}
    earlier = {"quarter": "2024Q2", "as_of": "2024-07-15T23:59:59+08:00", "prepared_by": "q", "approved_by": "m",
               "approved_on": "2024-03-01", "tables": {}, "indicators": plan}
    rows = surveys("claims", 400, 200, 160)
    before = rows.assign(invitation_id="b" + rows["invitation_id"], invited_at="2024-05-20 09:00:00",
                         responded_at=rows["responded_at"].str.replace("-07-", "-05-"))
    run = insurer({"surveys": pd.concat([rows, before])}, indicators=plan, milestones=MILESTONES, modes=["online"],
                  limits={"claim": {"resolution": 123456.75}, "true": {"resolution": 1}},
                  samples={"assessments": {"planned": 3, "reason": "two each"}, "surveys": {"planned": 100},
                           "surveys.online": {"planned": 25}, "audits.targeted": {"planned": 7}},
                  tables={"surveys": {"covers": "fieldwork", "from": "2024-07-15", "to": "2024-09-30"}, "staff": {}},
                  files={"2024Q2.yml": earlier})
    path = run.params.directory / "2024Q4.yml"
    text = plan_draft(run)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        load_params(run.params.directory, Quarter(2024, 4))
    assert refused.value.column == "approved_by"

    path.write_text(text.replace("approved_by:", "approved_by: manager").replace("approved_on:",
                                                                                 "approved_on: 2024-09-18"))
    drafted = load_params(run.params.directory, Quarter(2024, 4)).plan
    assert drafted.indicators == run.params.plan.indicators
    assert drafted.limits == run.params.plan.limits
    assert drafted.as_of.isoformat() == "2025-01-15T23:59:59+08:00"
    assert drafted.tables["surveys"].window(Quarter(2024, 4)) == (date(2024, 10, 15), date(2024, 12, 31))
    # Due on 5 October, before the results of 15 October were known: the working day after. 1 January is not worked.
    assert [(one.name, one.due.isoformat(), one.done) for one in drafted.milestones] == [
        ("報告: done", "2024-10-16", None), ("end", "2024-12-31", None), ("new year", "2024-12-31", None)]
    assert [drafted.samples[name].planned for name in ("assessments", "audits.targeted")] == [3, 7]
    assert drafted.samples["surveys.online"].planned == math.ceil(drafted.samples["surveys"].planned / 4)
    assert drafted.samples["surveys.claims"].planned == drafted.samples["surveys"].planned > 400
    assert "met twice; proposed target: 0.7" in text
    assert "invitations for a half-width of 0.04 in csat_top2_share" in text
    assert "#   none" in text
