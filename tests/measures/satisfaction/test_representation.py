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
    shares = table[table["indicator"] == "csat_top2_share"].set_index("weighting")["estimate"]
    assert dict(shares) == {EQUAL: 0.75, SAMPLED: pytest.approx(150 / 180), RAKED: pytest.approx(0.6)}


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
