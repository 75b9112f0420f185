"""Does a report print the words of the registry for its own figures?"""

from __future__ import annotations

from analysis.measures.definitions import definitions
from tests.measures.conftest import Insurer


def test_a_report_defines_its_own_figures(insurer: Insurer) -> None:
    found = definitions(insurer({}), "20_satisfaction")
    assert {"csat_top2_share", "csat_mean", "nps", "renew_share"} <= set(found["indicator"])
    assert found["definition"].ne("").all()


def test_the_plan_may_set_the_target(insurer: Insurer) -> None:
    found = definitions(insurer({}, indicators={"nps": {"target": 33}}), "20_satisfaction").set_index("indicator")
    assert list(found.loc["nps", ["target", "target_source"]]) == [33, "plan of 2024Q3"]


def test_only_the_version_in_force_is_printed(insurer: Insurer) -> None:
    found = definitions(insurer({}, quarter="2023Q2", as_of="2023-07-15T00:00:00+08:00"), "30_response_time")
    assert list(found.loc[found["indicator"] == "in_limit_share", "formula"]) == ["served within the limit / served"]
