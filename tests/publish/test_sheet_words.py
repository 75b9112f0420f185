"""Does a sheet say plainly what is known of a person, how well, and what helps?"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from analysis.measures.people.own import FACET_COLUMNS, QUARTER_COLUMNS, Own
from analysis.publish.sheet_words import (
    Contest,
    contest_part,
    help_part,
    quarters_part,
    shown_in_picture,
    standard,
    tier_sentence,
    with_n,
)
from analysis.wording import Wording

SAY = Wording("en")
COMPOSITE: dict[str, Any] = {"indicator": "employee_composite_gap", "event": "", "status": "ok", "estimate": -6.0,
                             "low": -10.0, "high": -2.0, "direction": "needs support", "n": 90, "further": pd.NA}
FIGURE: dict[str, Any] = {"indicator": "in_limit_share", "event": "", "n": 40, "status": "not estimable: x",
                          "permitted_use": "coaching only", "reliability": 0.3, "further": 10}
FACET: dict[str, Any] = {"unit": "E1", "facet": "knowledge", "n": 6, "assessors": 2, "estimate": 60.0, "low": 50.0,
                         "high": 70.0, "target": 75.0, "offered": True, "attended": False, "status": "ok"}


def own(figure: dict[str, Any] | None = None, facet: dict[str, Any] | None = None, **contests: int) -> Own:
    objections = pd.DataFrame({"unit": "E1", "outcome": list(contests), "contests": list(contests.values())})
    return Own(pd.DataFrame([FIGURE | {"further": pd.NA} if figure is None else FIGURE | figure]),
               pd.DataFrame(columns=QUARTER_COLUMNS),
               pd.DataFrame([] if facet is None else [FACET | facet], columns=FACET_COLUMNS), objections)


def test_a_tier_is_told_with_its_points_and_interval() -> None:
    assert tier_sentence(pd.DataFrame([COMPOSITE]), SAY) == (
        "All indicators together: needs support. You lie −6.0 points from your colleagues' mean (95% interval −10.0 to"
        " −2.0).")


def test_the_default_is_neither_good_nor_bad() -> None:
    row = COMPOSITE | {"direction": "cannot be distinguished"}
    assert tier_sentence(pd.DataFrame([row]), SAY).endswith("no more than chance can make: neither good nor bad.")


def test_why_there_is_no_tier_is_told_kindly() -> None:
    row = COMPOSITE | {"direction": "cannot be distinguished",
                       "status": "not estimable: too much of the weight has not enough evidence"}
    assert tier_sentence(pd.DataFrame([row]), SAY) == (
        "All indicators together: cannot be distinguished, the default. This is neither good nor bad: too many"
        " indicators have too few cases of yours.")


def test_without_a_composite_nothing_is_said_of_it() -> None:
    assert tier_sentence(pd.DataFrame([FIGURE]), SAY) == ""


@pytest.mark.parametrize(("value", "better", "said"), [
    (0.9, "higher", "at least 90.0%"), (0.05, "lower", "at most 5.0%"), (float("nan"), "higher", "–")])
def test_a_standard_says_which_way_it_binds(value: float, better: str, said: str) -> None:
    assert standard(value, "in_limit_share", better, SAY) == said


def test_a_figure_stands_with_its_interval_and_n() -> None:
    row = {"indicator": "in_limit_share", "status": "ok", "estimate": 0.5, "low": 0.4, "high": 0.6, "n": 1200}
    assert with_n(row, SAY).replace("\u00a0", " ") == "50.0% (40.0–60.0), n = 1,200"


@pytest.mark.parametrize(("figure", "said"), [
    ({"permitted_use": "not enough evidence", "further": 1}, "1 more case until something can be said."),
    ({"permitted_use": "not enough evidence", "further": 12}, "12 more cases until something can be said."),
    ({"further": 80}, "about 80 more cases until your result can be told from chance."),
    ({"further": 81}, "at your present number of cases your result cannot be told from chance within two years."),
])
def test_further_cases_are_told_as_far_as_they_are_in_sight(figure: dict[str, Any], said: str) -> None:
    assert help_part(own(figure), SAY).items == (f"In limit share: {said}",)


@pytest.mark.parametrize(("facet", "said"), [
    ({}, "the standard is 75.0. Training on this is offered: ask for a seat."),
    ({"high": 80.0}, "the standard is 75.0. That may still be chance. Training on this is offered: ask for a seat."),
    ({"attended": True}, "You attended training on this within four quarters: say what is still hard."),
    ({"offered": False}, "the standard is 75.0."),
])
def test_a_facet_below_the_standard_points_at_training(facet: dict[str, Any], said: str) -> None:
    (item,) = help_part(own(facet=facet), SAY).items
    assert item.startswith("Knowledge: your ratings lie at 60.0")
    assert item.endswith(said)


@pytest.mark.parametrize("facet", [{"estimate": 76.0}, {"status": "not estimable: not enough evidence"}, None])
def test_no_advice_is_made_up(facet: dict[str, Any] | None) -> None:
    assert help_part(own(facet=facet), SAY).items == ("These figures suggest nothing in particular.",)


def test_quarters_stand_side_by_side_and_a_missing_one_is_a_dash() -> None:
    rows = pd.DataFrame([["E1", "in_limit_share", "", "2024Q2", 12, 0.5, 0.25, 0.75, "ok"],
                         ["E1", "in_limit_share", "", "2024Q3", 4, None, None, None, "not estimable: x"],
                         ["E1", "nps", "", "2024Q3", 2, None, None, None, "not estimable: x"]], columns=QUARTER_COLUMNS)
    part = quarters_part(rows, ("2024Q1", "2024Q2", "2024Q3"), SAY)
    assert [cell.replace("\u00a0", " ") for cell in part.rows[0]] == [
        "In limit share", "–", "50.0% (25.0–75.0), n = 12", "too few (n = 4)"]
    assert len(part.rows) == 1
    assert part.lines[-1] == "Too few cases in every quarter: Nps."


def test_objections_of_ones_own_are_counted() -> None:
    lines = contest_part(own(pending=2, rejected=1), Contest("Quality department", 14), SAY).lines
    assert "Write to the Quality department within 14 days" in lines[0]
    assert lines[1] == "Your objections so far: 2 open, 0 upheld, 1 rejected."
    assert len(contest_part(own(), Contest("Quality department", 14), SAY).lines) == 2


def test_rare_events_and_the_composite_are_left_to_the_table() -> None:
    rows = pd.DataFrame({"indicator": ["in_limit_share", "upheld_complaints_per_1k_requests", "employee_composite_gap",
                                       "competence_score"], "naive": [0.5, 3.0, 1.0, None]})
    assert shown_in_picture(rows)["indicator"].tolist() == ["in_limit_share"]
