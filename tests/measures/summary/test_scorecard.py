"""Does the scorecard show every pair, and do the opening verdicts follow their rules?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.summary.scorecard import headline_rows, opening, scorecard
from analysis.tables.results import FIGURE_COLUMNS, figures
from tests.measures.conftest import Insurer

PLANNED = {"csat_top2_share": {"weight": 0.6, "target": 0.8, "floor": 0.5},
           "compliance_pass_share": {"weight": 0.4, "target": 0.9, "floor": 0.7}}


def figure(indicator: str, unit: str = "company", estimate: float = 0.9, **extra: object) -> dict[str, object]:
    unit_type = "company" if unit == "company" else "service_line"
    return {"indicator": indicator, "unit_type": unit_type, "unit": unit, "n": 50, "estimate": estimate, "status": "ok",
            "low": estimate - 0.05, "high": estimate + 0.05, **extra}


def tables(*rows: dict[str, object]) -> dict[str, pd.DataFrame]:
    return {"satisfaction": figures(pd.DataFrame(list(rows)))}


def clocks(in_limit: int, missed: int, force: str = "duty") -> pd.DataFrame:
    return pd.DataFrame({"unit_type": ["rule"], "force": [force], "in_limit": [in_limit], "missed": [missed]})


def test_every_pair_of_indicator_and_line_has_a_row(insurer: Insurer) -> None:
    run = insurer({}, indicators=PLANNED)
    found = scorecard(run, tables(figure("csat_top2_share"), figure("csat_top2_share", "sales")))
    status = found.set_index(["indicator", "unit"])["status"]
    assert status["csat_top2_share", "claims"] == "no data"
    assert len(status) == 3 * 3  # two indicators and the composite, by the company and two lines


def test_a_line_has_its_verdict_against_the_plan(insurer: Insurer) -> None:
    run = insurer({}, indicators=PLANNED)
    found = scorecard(run, tables(figure("csat_top2_share"), figure("csat_top2_share", "sales", 0.7)))
    verdicts = found.set_index(["indicator", "unit"])["verdict"]
    assert list(verdicts["csat_top2_share"][["company", "sales"]]) == ["met", "not met"]


def test_a_composite_without_enough_of_the_weight_is_not_guessed(insurer: Insurer) -> None:
    found = scorecard(insurer({}, indicators=PLANNED), tables(figure("csat_top2_share")))
    composite = found[found["indicator"] == "composite_score"].set_index("unit")
    assert set(composite["status"]) == {"not estimable: less than 80% of the weight is present"}
    assert composite.loc["company", "missing"] == "compliance_pass_share"


def test_parts_of_a_headline_and_targeted_samples_are_no_headlines() -> None:
    rows = figures(pd.DataFrame([figure("a", criterion=criterion, severity=severity, sampling=sampling)
                                 for criterion, severity, sampling in (
        ("", "", "random"), ("x", "", "random"), ("", "minor", "random"), ("", "", "targeted"))]))
    assert len(headline_rows(rows)) == 1


@pytest.mark.parametrize(("verdicts", "quality"), [
    (["met", "met"], "met"), (["met", "not met"], "not met"), (["met", "cannot tell"], "cannot tell"),
    ([], "cannot tell")])
def test_quality_is_met_when_every_weighted_indicator_is(insurer: Insurer, verdicts: list[str], quality: str) -> None:
    scores = pd.DataFrame([figure("csat_top2_share", verdict=one) for one in verdicts],
                          columns=[*FIGURE_COLUMNS])
    found = opening(insurer({}), {"clocks": clocks(1, 0)}, scores)
    assert list(found.set_index("question").loc["quality", ["verdict", "cases"]]) == [quality, len(verdicts)]


@pytest.mark.parametrize(("clock", "verdict", "why"), [
    (clocks(10, 0), "met", "0 / 10"), (clocks(9, 1), "not met", "1 / 10"), (clocks(0, 0), "cannot tell", "0 / 0"),
    (clocks(9, 1, "convention"), "cannot tell", "0 / 0")])
def test_rights_count_the_duties_of_law_alone(insurer: Insurer, clock: pd.DataFrame, verdict: str, why: str) -> None:
    found = opening(insurer({}), {"clocks": clock}, pd.DataFrame(columns=FIGURE_COLUMNS))
    assert list(found.set_index("question").loc["rights", ["verdict", "why"]]) == [verdict, why]
