"""Is a sample that was planned too small for what it is to tell called so?"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.measures.collection.sample_sizes import ENOUGH, OTHER_REASON, TOO_FEW, sample_sizes
from tests.measures.audits.test_audit_planning import audits, wilson
from tests.measures.collection.test_sample_plan import surveys
from tests.measures.conftest import Insurer


def planned(insurer: Insurer, tables: dict[str, pd.DataFrame], **samples: int) -> pd.DataFrame:
    wanted: dict[str, Any] = {"csat_top2_share": {"detectable_change": 0.05}}
    names = {name.replace("__", "."): {"planned": size} for name, size in samples.items()}
    return sample_sizes(insurer(tables, modes=["online"], indicators=wanted, samples=names)).set_index("sample")


def test_a_change_wanted_takes_the_number_of_the_two_sample_formula(insurer: Insurer) -> None:
    """160 of 200 satisfied: R's power.prop.test says 1094 at .8; half of those invited answer."""
    table = planned(insurer, {"surveys": surveys("claims", 400, 200, 160)}, surveys=2300, surveys__online=575)
    need = table.loc["surveys", "needed"]
    assert need == 1094 / 0.5
    assert table["state"].tolist() == [ENOUGH, ENOUGH]
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


def test_without_data_the_need_is_not_known(insurer: Insurer) -> None:
    table = planned(insurer, {}, surveys=10, surveys__online=4, audits=5, training=2)
    assert table["state"].tolist() == ["no data", "no data", "no data", OTHER_REASON]
    assert table["needed"].isna().all()
    assert sample_sizes(insurer({})).empty
