"""Is a dimension that moves satisfaction found, and one that does not left alone?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.miscmodels.ordinal_model import OrderedModel

from analysis.measures.satisfaction.drivers import drivers, strongest
from analysis.measures.satisfaction.weighting import DIMENSIONS
from tests.measures.conftest import Insurer
from tests.measures.satisfaction.test_dimensions import rated
from tests.measures.satisfaction.test_satisfaction import _answers, _surveys


def _planted(n: int = 400) -> dict[str, pd.DataFrame]:
    """Return answers moved by reliability alone, 1.2 on the log-odds scale per point."""
    rng = np.random.default_rng(20)
    scores = {name: rng.integers(1, 6, n) for name in DIMENSIONS}
    value = 1.2 * (scores["reliability"] - 3) + rng.logistic(size=n)
    overall = 1 + np.searchsorted([-2.5, -1.0, 0.5, 2.0], value)
    return _surveys(_answers(0, n).assign(satisfaction=overall, **scores))


def test_the_planted_driver_is_found_and_no_other(insurer: Insurer) -> None:
    table = drivers(insurer(_planted())).set_index("dimension")
    assert table.loc["reliability", "low"] < np.exp(1.2) < table.loc["reliability", "high"]
    assert table.loc["reliability", "low"] > 1
    assert table["low"].drop("reliability").lt(1).all()
    assert strongest(table.reset_index())["unit"].iloc[0] == "reliability"
    assert table["importance_share"].sum() == pytest.approx(1)


def test_the_ratios_are_those_of_statsmodels(insurer: Insurer) -> None:
    tables = _planted()
    given = tables["surveys"]
    fitted = OrderedModel(given["satisfaction"], given[list(DIMENSIONS)].astype(float), distr="logit").fit(
        method="newton", disp=False)
    table = drivers(insurer(tables)).set_index("dimension")
    assert dict(table["estimate"]) == pytest.approx(dict(np.exp(fitted.params[list(DIMENSIONS)])), rel=1e-5)


def test_dimensions_that_repeat_each_other_are_not_told_apart(insurer: Insurer) -> None:
    tables = _planted()
    tables["surveys"]["empathy"] = tables["surveys"]["reliability"]
    table = drivers(insurer(tables)).set_index("dimension")
    assert set(table.loc[["empathy", "reliability"], "status"]) == {
        "not estimable: rises and falls exactly with other dimensions"}


def test_nothing_asked_and_too_few_answers(insurer: Insurer) -> None:
    assert list(drivers(insurer({}))["status"]) == ["no data"] * 5
    assert drivers(insurer(rated(20)))["status"].str.startswith("not estimable: fewer than").all()
    part = drivers(insurer({"surveys": _planted()["surveys"].drop(columns="tangibles")})).set_index("dimension")
    assert (part.loc["tangibles", "status"], part.loc["empathy", "status"]) == ("no data", "ok")
