"""Is it told whom the answers stand for, and what weighting changed?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.satisfaction.representation import represented, weighting_compared
from analysis.measures.satisfaction.weighting import EQUAL, RAKED, SAMPLED
from tests.measures.conftest import Insurer
from tests.measures.satisfaction.test_satisfaction import _answers, _surveys
from tests.measures.satisfaction.test_weighting import MARGINS, _population, _two_segments


def test_figures_stand_side_by_side_under_each_weighting(insurer: Insurer) -> None:
    """By hand: 90/120 as they came; weighted 1 to 2, (30 + 120)/(60 + 120); raked .8 · .5 + .2."""
    tables = _surveys(_answers(30, 30, segment="retail", weight=1), _answers(60, 0, segment="senior", weight=2))
    table = weighting_compared(insurer(tables | {"population": _population(*MARGINS)}))
    levels = table[(table["indicator"] == "csat_top2_share") & table["compared_with"].eq("")]
    shares = levels.set_index("weighting")["estimate"]
    assert dict(shares) == {EQUAL: 0.75, SAMPLED: pytest.approx(150 / 180), RAKED: pytest.approx(0.6)}


def test_what_weighting_changes_has_an_interval_and_no_verdict(insurer: Insurer) -> None:
    """By hand, retail .5 and senior 1 of 60 each: d = .6 − .75, variance (.3² · .25/60 + .5² · .25/120) · 120/119."""
    table = weighting_compared(_two_segments(insurer))
    row = table[(table["indicator"] == "csat_top2_share") & table["compared_with"].eq(EQUAL)].iloc[0]
    half = 1.9800998 * ((0.09 * 0.25 / 60 + 0.25 * 0.25 / 120) * 120 / 119) ** 0.5
    assert list(row[["estimate", "low", "high"]]) == pytest.approx([-0.15, -0.15 - half, -0.15 + half], abs=1e-6)
    assert (row["weighting"], row["verdict"], row["status"]) == (RAKED, "no target", "ok")
    assert table.groupby("indicator").size().max() == 3


def test_without_weights_there_is_one_figure(insurer: Insurer) -> None:
    table = weighting_compared(insurer(_surveys(_answers(30, 10))))
    assert list(table.loc[table["indicator"] == "csat_top2_share", "weighting"]) == [EQUAL]


def test_categories_show_customers_answers_and_weighted_answers(insurer: Insurer) -> None:
    table = represented(_two_segments(insurer)).set_index("category")
    assert list(table.loc["retail", ["customers_share", "answers_share", "weighted_share", "estimate"]]) == \
        pytest.approx([0.8, 0.5, 0.8, 0.5])
    assert (table.loc["senior", "n"], table.loc["senior", "estimate"]) == (60, pytest.approx(1))


def test_a_category_without_answers_has_no_figure(insurer: Insurer) -> None:
    table = represented(_two_segments(insurer, *MARGINS, ("segment", "corporate", 10))).set_index("category")
    assert (table.loc["corporate", "status"], table.loc["corporate", "answers_share"]) == ("no data", 0)
    assert pd.isna(table.loc["corporate", "estimate"])


def test_without_population_or_survey_there_is_no_data(insurer: Insurer) -> None:
    assert list(represented(insurer(_surveys(_answers(30, 10))))["status"]) == ["no data"]
    assert set(weighting_compared(insurer({}))["status"]) == {"no data"}
    assert set(represented(insurer({"population": _population(*MARGINS)}))["status"]) == {"no data"}
