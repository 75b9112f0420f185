"""Does a report print the words of the registry for its own figures?"""

from __future__ import annotations

import yaml

from analysis.measures.definitions import definitions
from analysis.params import PROJECT
from tests.measures.conftest import Insurer

REGISTRY = yaml.safe_load((PROJECT / "params" / "indicators.yml").read_text(encoding="utf-8"))


def test_a_report_defines_its_own_figures(insurer: Insurer) -> None:
    found = definitions(insurer({}), "20_satisfaction")
    assert {"csat_top2_share", "csat_mean", "nps", "renew_share"} <= set(found["indicator"])
    assert found["definition"].ne("").all()


def test_the_plan_may_set_the_target(insurer: Insurer) -> None:
    found = definitions(insurer({}, indicators={"nps": {"target": 33}}), "20_satisfaction").set_index("indicator")
    assert list(found.loc["nps", ["target", "target_source"]]) == [33, "plan of 2024Q3"]


def test_only_the_version_in_force_is_printed(insurer: Insurer) -> None:
    asked = {"quarter": "2023Q2", "as_of": "2023-07-15T00:00:00+08:00"}
    own, inherited = insurer({}, **asked, files={"indicators.yml": REGISTRY}), insurer({}, **asked)
    told = [definitions(run, "30_response_time").set_index("indicator").loc["in_limit_share", "formula"]
            for run in (own, inherited)]
    present = "Aalen-Johansen share served by the limit, withdrawal competing"
    assert told == ["served within the limit / served", present]
