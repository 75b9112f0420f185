"""Is an earlier quarter told as often as there is a reason to?"""

from __future__ import annotations

from copy import deepcopy

import pytest
import yaml

from analysis.measures.past import AGAIN, SINCE, THEN, headlines, past
from analysis.params import PROJECT
from analysis.run import Run
from tests.measures.conftest import Insurer
from tests.measures.improvement.test_restatement import EARLIER, HANDLED, complaints, printed, signed

PLAN = {"indicators": {HANDLED: {}}}


def two_quarters(insurer: Insurer, **plan: object) -> Run:
    return insurer({"complaints": complaints()}, files={"2024Q2.yml": EARLIER | PLAN | plan}, whole=True, **PLAN)


def stages(run: Run) -> dict[str, float]:
    rows = past(run).query("unit_type == 'company' and status == 'ok'")
    assert set(rows["quarter"]) == {"2024Q2"}
    return dict(zip(rows["stage"], rows["estimate"], strict=True))


def test_an_unsigned_quarter_is_told_again_alone(insurer: Insurer) -> None:
    assert stages(two_quarters(insurer)) == {AGAIN: 0.5}


def test_a_signed_quarter_is_told_as_known_today_too(insurer: Insurer) -> None:
    run = signed(two_quarters(insurer), printed(HANDLED, 0.5, 0.3, 0.7, "complaints"))
    assert stages(run) == {AGAIN: 0.5, SINCE: 0.75}


def test_a_revised_definition_is_told_as_it_was_then(insurer: Insurer) -> None:
    registry = yaml.safe_load((PROJECT / "params" / "indicators.yml").read_text(encoding="utf-8"))
    revised = next(one for one in registry if one["id"] == HANDLED)
    versions = [*registry, deepcopy(revised) | {"effective_from": "2024-07-01"}]
    revised["effective_to"] = "2024-06-30"
    run = insurer({"complaints": complaints()}, whole=True, **PLAN,
                  files={"2024Q2.yml": EARLIER | PLAN, "indicators.yml": versions})
    assert stages(signed(run, printed(HANDLED, 0.5, 0.3, 0.7, "complaints"))) == {
        AGAIN: 0.5, SINCE: 0.75, THEN: 0.5}


@pytest.mark.parametrize(("asked", "found"), [({HANDLED}, {HANDLED}), ({"nps"}, {"nps"}), (set(), set())])
def test_only_what_is_asked_for_is_told(insurer: Insurer, asked: set[str], found: set[str]) -> None:
    table = headlines(two_quarters(insurer), asked)
    assert set(table["indicator"]) == found
