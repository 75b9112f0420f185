"""Is a sample that was planned too small for what it is to tell called so?"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from analysis.measures.collection.sample_sizes import ENOUGH, OTHER_REASON, TOO_FEW, sample_sizes
from analysis.publish.drafts import plan_draft
from tests.measures.audits.test_audit_planning import audits, wilson
from tests.measures.collection.test_sample_plan import surveys
from tests.measures.conftest import Insurer


def planned(insurer: Insurer, tables: dict[str, pd.DataFrame], **samples: int) -> pd.DataFrame:
    wanted: dict[str, Any] = {"csat_top2_share": {"detectable_change": 0.05}}
    names = {name.replace("__", "."): {"planned": size} for name, size in samples.items()}
    run = insurer(tables, modes=["online", "phone"], indicators=wanted, samples=names)
    return sample_sizes(run).set_index("sample")


def test_a_change_wanted_takes_the_number_of_the_two_sample_formula(insurer: Insurer) -> None:
    """160 of 200 satisfied: R's power.prop.test says 1094 at .8; half of those invited answer."""
    table = planned(insurer, {"surveys": surveys("claims", 400, 200, 160)}, surveys=2300, surveys__online=575)
    need = table.loc["surveys", "needed"]
    assert need == 1094 / 0.5
    assert table["state"].to_dict() == {"surveys": ENOUGH, "surveys.online": ""}
    assert table.loc["surveys.online", "needed"] == math.ceil(need / 4)
    assert table.loc["surveys", ["indicator", "wanted_by", "wanted_share"]].tolist() == [
        "csat_top2_share", "detectable change", 0.05]


def test_too_small_a_sample_is_called_so(insurer: Insurer) -> None:
    """10 of 100 audits failed, one check each: Wilson's number at .1 times 100/99; nobody needs fewer than that."""
    need = math.ceil(wilson(0.1, 0.05) * 100 / 99)
    for size, state in ((need, ENOUGH), (need - 1, TOO_FEW)):
        table = planned(insurer, {"audits": audits(10, 100)}, audits=size, audits__targeted=3)
        assert table.loc["audits", ["needed", "state"]].tolist() == [need, state]
        assert table.loc["audits.targeted", "state"] == OTHER_REASON


def test_of_two_indicators_on_one_sample_the_larger_need_counts(insurer: Insurer) -> None:
    both = pd.concat([audits(10, 100), audits(40, 100).assign(family="compliance")])
    table = planned(insurer, {"audits": both}, audits=500)
    assert table.loc["audits", "indicator"] == "compliance_pass_share"


def test_in_all_the_lines_together_need_what_each_of_them_needs(insurer: Insurer) -> None:
    """Two lines at .8 need 2188 invitations each, as the company does: the draft plans the sum, and so it is asked."""
    both = {"surveys": pd.concat([surveys("claims", 400, 200, 160), surveys("sales", 400, 200, 160)])}
    for size, state in ((2 * 2188, ENOUGH), (2 * 2188 - 1, TOO_FEW)):
        row = planned(insurer, both, surveys=size).loc["surveys"]
        assert row[["needed", "state"]].tolist() == [2 * 2188, state]
        assert row["needed_low"] < row["needed"] < row["needed_high"]
    run = insurer(both, modes=["online"], indicators={"csat_top2_share": {"detectable_change": 0.05}})
    assert f"surveys: {{planned: {2 * 2188}, " in plan_draft(run)


@pytest.mark.parametrize("total", [{}, {"surveys": 0}])
def test_modes_without_a_number_in_all_are_held_against_it_together(insurer: Insurer, total: dict[str, int]) -> None:
    run = {"surveys": surveys("claims", 400, 200, 160)}
    table = planned(insurer, run, **total, surveys__online=1500, surveys__phone=500)
    assert table.loc[["surveys", "surveys.online", "surveys.phone"], "planned"].tolist() == [2000, 1500, 500]
    assert table.loc[["surveys", "surveys.online", "surveys.phone"], "state"].tolist() == [TOO_FEW, "", ""]
    assert table.loc[["surveys", "surveys.online", "surveys.phone"], "needed"].tolist() == [2188, 1641, 547]


def test_without_data_the_need_is_not_known(insurer: Insurer) -> None:
    table = planned(insurer, {}, surveys=10, surveys__online=4, audits=5, training=2)
    states = {"audits": "no data", "surveys": "no data", "surveys.online": "", "training": OTHER_REASON}
    assert table["state"].to_dict() == states
    assert table["needed"].isna().all()
    assert sample_sizes(insurer({})).empty
