"""Are the five dimensions rated as answered, and is a question that runs the other way named?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.measures.satisfaction.dimensions import ALPHA, MEAN, REVERSED, dimensions, low_rated
from analysis.measures.satisfaction.weighting import DIMENSIONS
from tests.measures.conftest import Insurer
from tests.measures.satisfaction.test_satisfaction import _answers, _surveys


def rated(n: int = 60, reverse: str = "", **columns: object) -> dict[str, pd.DataFrame]:
    """Return answers whose dimensions follow one latent score with an error that is fixed here."""
    rng = np.random.default_rng(4)
    latent = rng.integers(1, 6, n)
    scores = {name: np.clip(latent + rng.integers(-1, 2, n), 1, 5) for name in DIMENSIONS}
    if reverse:
        scores[reverse] = 6 - scores[reverse]
    return _surveys(_answers(0, n, **columns).assign(satisfaction=latent, **scores))


def test_means_are_those_of_the_answers(insurer: Insurer) -> None:
    tables = rated()
    table = dimensions(insurer(tables))
    company = table[(table["unit_type"] == "company") & (table["indicator"] == MEAN)].set_index("dimension")
    assert dict(company["estimate"]) == pytest.approx(dict(tables["surveys"][list(DIMENSIONS)].mean()))
    assert list(low_rated(table)["estimate"]) == sorted(company["estimate"])


def test_alpha_is_cronbachs(insurer: Insurer) -> None:
    """By the formula: k/(k−1) (1 − Σ s²/s²_sum)."""
    tables = rated()
    scores = tables["surveys"][list(DIMENSIONS)]
    alpha = 5 / 4 * (1 - scores.var().sum() / scores.sum(axis=1).var())
    table = dimensions(insurer(tables))
    row = table[table["indicator"] == ALPHA].iloc[0]
    assert (row["n"], row["estimate"]) == (60, pytest.approx(alpha))
    assert row["low"] < alpha < row["high"]
    assert row["method"] == "Cronbach alpha, jackknife t on Fisher z"


def test_a_question_that_runs_the_other_way_is_named(insurer: Insurer) -> None:
    table = dimensions(insurer(rated(reverse="empathy")))
    noted = table[table["note"] != ""]
    assert list(noted[["unit_type", "dimension", "note"]].itertuples(index=False, name=None)) == [
        ("company", "empathy", REVERSED)]


def test_a_dimension_never_asked_and_a_survey_never_made(insurer: Insurer) -> None:
    tables = rated()
    table = dimensions(insurer({"surveys": tables["surveys"].drop(columns=list(DIMENSIONS[:2]))}))
    company = table[(table["unit_type"] == "company")].set_index("dimension")["status"]
    assert dict(company[list(DIMENSIONS)]) == dict.fromkeys(DIMENSIONS[:2], "no data") | dict.fromkeys(
        DIMENSIONS[2:], "ok")
    assert set(dimensions(insurer({}))["status"]) == {"no data"}


def test_too_few_answers_are_said(insurer: Insurer) -> None:
    table = dimensions(insurer(rated(4)))
    assert all(status.startswith(("not estimable", "no data")) for status in table["status"])
