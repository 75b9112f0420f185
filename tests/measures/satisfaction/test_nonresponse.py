"""Do the limits hold whatever the silent think, and is it right where they would turn the verdict?"""

from __future__ import annotations

import pytest

from analysis.measures.satisfaction.nonresponse import nonresponse, response_funnel
from tests.measures.conftest import Insurer
from tests.measures.satisfaction.test_satisfaction import _answers, _surveys

TARGET = {"csat_top2_share": {"target": 0.75}}


def _silent(n: int, **columns: object):
    return _answers(0, n, **columns).assign(satisfaction=None, responded_at=None)


def _company(table):
    return table[table["unit_type"] == "company"].iloc[0]


def test_the_bounds_are_manskis(insurer: Insurer) -> None:
    """By hand: 80 of 100 answers satisfied, 200 asked: 80/200 … 180/200.

    Limits in R: prop.test(80, 200, correct = FALSE)$conf.int[1] and prop.test(180, 200, correct = FALSE)$conf.int[2].
    """
    row = _company(nonresponse(insurer(_surveys(_answers(80, 20), _silent(100)), indicators=TARGET)))
    assert (row["n"], row["invitations"], row["estimate"]) == (100, 200, 0.8)
    assert (row["worst_share"], row["best_share"], row["response_share"]) == (0.4, 0.9, 0.5)
    assert (row["low"], row["high"]) == (pytest.approx(0.33460579), pytest.approx(0.93432955))


def test_the_verdict_turns_where_the_whole_meets_the_target(insurer: Insurer) -> None:
    """By hand: .5 · .8 + .5 · q = .75 at q = .7."""
    row = _company(nonresponse(insurer(_surveys(_answers(80, 20), _silent(100)), indicators=TARGET)))
    assert (row["tipping"], row["tipping_share"], row["tipping_gap_share"]) == (
        "possible", pytest.approx(0.7), pytest.approx(-0.1))
    assert (row["answers_verdict"], row["verdict"]) == ("cannot tell", "cannot tell")


def test_few_silent_cannot_turn_it(insurer: Insurer) -> None:
    """R: prop.test(98, 110, correct = FALSE)$conf.int[1], if none of the ten is satisfied; above the target."""
    row = _company(nonresponse(insurer(_surveys(_answers(98, 2), _silent(10)), indicators=TARGET)))
    assert (row["tipping"], row["answers_verdict"], row["verdict"]) == ("impossible", "met", "met")
    assert row["low"] == pytest.approx(0.81895117)


def test_the_funnel_counts_who_came_so_far(insurer: Insurer) -> None:
    told = _answers(10, 10, mode="phone").assign(comment=["x"] * 5 + [None] * 15)
    unrated = _answers(0, 5, mode="phone").assign(satisfaction=None)
    table = response_funnel(insurer(_surveys(told, unrated, _silent(25, mode="phone")), modes=["phone", "online"]))
    counts = table[table["unit"] == "phone"].set_index("stage")
    assert dict(counts["count"]) == {"answered": 25, "rated": 20, "commented": 5}
    assert dict(counts["estimate"]) == {"answered": 0.5, "rated": 0.4, "commented": 0.1}
    assert set(table.loc[table["unit"] == "online", "status"]) == {"no data"}


def test_a_list_of_answers_alone_tells_nothing_of_the_silent(insurer: Insurer) -> None:
    run = insurer(_surveys(_answers(30, 20)), indicators=TARGET)
    assert set(nonresponse(run)["status"]) == set(response_funnel(run)["status"]) == {"no data"}


def test_nothing_delivered_and_too_little(insurer: Insurer) -> None:
    assert set(nonresponse(insurer({}))["status"]) == set(response_funnel(insurer({}))["status"]) == {"no data"}
    row = _company(nonresponse(insurer(_surveys(_answers(4, 2), _silent(10)))))
    assert (row["status"], row["tipping"], row["answers_verdict"]) == (
        "not estimable: fewer than 10 answers", "", "")
