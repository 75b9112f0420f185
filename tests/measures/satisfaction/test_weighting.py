"""Do answers count for as many customers as there are, and is it said where they cannot?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.changes import REWEIGHTED, changes
from analysis.measures.satisfaction.satisfaction import satisfaction
from analysis.measures.satisfaction.weighting import (
    EQUAL,
    NO_COLUMN,
    NOT_RAKED,
    PARTLY_RAKED,
    RAKED,
    SAMPLED,
    answers,
    weights,
)
from analysis.run import Run
from tests.measures.conftest import Insurer
from tests.measures.satisfaction.test_satisfaction import NUMBERS, _answers, _row, _surveys

MARGINS = [("segment", "retail", 800), ("segment", "senior", 200)]


def _population(*rows: tuple[str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["variable", "category", "customers"])


def _two_segments(insurer: Insurer, *margins: tuple[str, str, int], **columns: object) -> Run:
    """Retail: 30 of 60 satisfied; senior: 60 of 60."""
    tables = _surveys(_answers(30, 30, segment="retail", **columns), _answers(60, 0, segment="senior", **columns))
    return insurer(tables | {"population": _population(*(margins or MARGINS))})


def test_answers_count_for_the_customers_there_are(insurer: Insurer) -> None:
    """By hand: .8 · 30/60 + .2 · 60/60 = .6, where the answers as they came say 90/120."""
    row = _row(satisfaction(_two_segments(insurer)), "csat_top2_share")
    assert (row["n"], row["estimate"], row["weighting"]) == (120, pytest.approx(0.6), RAKED)
    assert row["method"] == "raked share, Korn-Graubard"


def test_the_price_of_weights_is_kishs(insurer: Insurer) -> None:
    """Kish: n_eff = (Σw)²/Σw², weights 800/60 and 200/60, so 1000² / (60 · 13.33² + 60 · 3.33²) = 88.235."""
    row = _row(satisfaction(_two_segments(insurer)), "csat_top2_share")
    assert (row["n_eff"], row["deff_kish"]) == (pytest.approx(88.2352941), pytest.approx(120 / 88.2352941))


def test_what_the_margins_explain_is_no_error(insurer: Insurer) -> None:
    """By hand: retail 5 and 2 (30 each), senior 5: .8 · 3.5 + .2 · 5 = 3.8.

    Within retail each answer lies 1.5 off and moves the mean by 13.33 · 1.5 / 1000 = .02; the squares sum to
    60 · .02² = .024, times 120/119; t(119) = 1.9800998. Between retail and senior nothing varies.
    """
    row = _row(satisfaction(_two_segments(insurer)), "csat_mean")
    half = 1.9800998 * (0.024 * 120 / 119) ** 0.5
    assert list(row[NUMBERS]) == pytest.approx([3.8, 3.8 - half, 3.8 + half], abs=1e-6)


def test_two_margins_and_a_sampling_design_are_rs(insurer: Insurer) -> None:
    """R survey 4.1.1: d <- svydesign(ids = ~1, strata = ~a, weights = ~w); r <- rake(d, list(~a, ~b), list(pa, pb),
    control = list(maxit = 1000, epsilon = 1e-12)); svyciprop(~v, r, method = "beta", df = degf(r)); svymean(~m, r).
    """
    sizes = [("1", "1", 30, 10), ("1", "2", 12, 8), ("2", "1", 8, 12), ("2", "2", 30, 10)]
    parts = [_answers(yes, no, stratum=a, segment=a, branch=b, weight=3 - int(a)) for a, b, yes, no in sizes]
    margins = [("segment", "1", 600), ("segment", "2", 400), ("branch", "1", 300), ("branch", "2", 700)]
    table = satisfaction(insurer(_surveys(*parts) | {"population": _population(*margins)}))
    share, mean = (_row(table, one) for one in ("csat_top2_share", "csat_mean"))
    assert list(share[NUMBERS]) == pytest.approx([0.676064957881, 0.564714756626, 0.774494344339], abs=1e-8)
    assert list(mean[NUMBERS]) == pytest.approx([4.02819487364, 3.72379367892, 4.33259606837], abs=1e-8)


def test_units_are_domains_of_the_whole_raking(insurer: Insurer) -> None:
    table = satisfaction(_two_segments(insurer, branch="B1"))
    assert _row(table, "csat_top2_share", "B1")["estimate"] == pytest.approx(0.6)


@pytest.mark.parametrize(("margins", "reason"), [
    ([("segment", "retail", 800)], "some answers are of a category without a margin"),
    ([*MARGINS, ("segment", "corporate", 10)], "some category has people but no answers, or answers but no people"),
    ([("colour", "red", 5)], NO_COLUMN),
    ([*MARGINS, ("mode", "phone", 900)],
     "the margins add up to different totals: were they drawn on different days?"),
])
def test_margins_that_cannot_be_met_leave_the_sampling_weight_and_say_so(
        insurer: Insurer, margins: list[tuple[str, str, int]], reason: str) -> None:
    table = satisfaction(_two_segments(insurer, *margins, sampling_probability=0.5))
    row = _row(table, "csat_top2_share")
    assert (row["estimate"], row["weighting"], row["note"]) == (pytest.approx(0.75), SAMPLED, f"{NOT_RAKED}; {reason}")


def test_margins_that_contradict_each_other_are_not_raked(insurer: Insurer) -> None:
    tables = _surveys(_answers(30, 0, segment="1", branch="1"), _answers(0, 30, segment="2", branch="2"))
    margins = [("segment", "1", 600), ("segment", "2", 400), ("branch", "1", 300), ("branch", "2", 700)]
    row = _row(satisfaction(insurer(tables | {"population": _population(*margins)})), "csat_top2_share")
    assert (row["estimate"], row["weighting"]) == (0.5, EQUAL)
    assert row["note"].startswith(f"{NOT_RAKED}; the margins contradict each other")


def test_a_margin_that_cannot_be_met_does_not_spoil_the_others(insurer: Insurer) -> None:
    run = _two_segments(insurer, *MARGINS, ("branch", "B1", 500), ("branch", "B2", 500), branch="B1")
    row = _row(satisfaction(run), "csat_top2_share")
    assert (row["estimate"], row["weighting"]) == (pytest.approx(0.6), RAKED)
    assert row["note"].startswith(f"{PARTLY_RAKED}; some category has people but no answers")


def test_a_weight_far_above_the_others_is_trimmed(insurer: Insurer) -> None:
    """Two of 102 answers stand for half the customers: untrimmed 51 times the others; at most 5 times the mean."""
    tables = _surveys(_answers(50, 50, segment="retail"), _answers(2, 0, segment="rare"))
    run = insurer(tables | {"population": _population(("segment", "retail", 500), ("segment", "rare", 500))})
    found = answers(run, run.quarter, "company")
    each = weights(found)
    mean = (each * found.given["count"]).sum() / found.given["count"].sum()
    assert each.max() == pytest.approx(5 * mean)
    assert (each * found.given["count"]).sum() == pytest.approx(1000)


def test_people_who_did_not_answer_are_not_raked(insurer: Insurer) -> None:
    silent = _answers(0, 200, segment="retail").assign(satisfaction=None, responded_at=None)
    tables = _surveys(_answers(30, 30, segment="retail"), _answers(60, 0, segment="senior"), silent)
    row = _row(satisfaction(insurer(tables | {"population": _population(*MARGINS)})), "csat_top2_share")
    assert (row["n"], row["estimate"], row["invitations"]) == (120, pytest.approx(0.6), 320)


def test_quarters_are_raked_alike_for_a_change(insurer: Insurer) -> None:
    """The population of now stands in for that of a quarter that has none: .6 less .8 · 45/60 + .2 · 30/60."""
    now = [_answers(30, 30, segment="retail"), _answers(60, 0, segment="senior")]
    then = [_answers(45, 15, "2024-05-02", segment="retail"), _answers(30, 30, "2024-05-02", segment="senior")]
    run = insurer(_surveys(*now, *then) | {"population": _population(*MARGINS)})
    row = changes(run, satisfaction).set_index(
        ["indicator", "unit", "compared_with"]).loc[("csat_top2_share", "company", "2024Q2")]
    assert (row["estimate"], row["note"]) == (pytest.approx(0.6 - 0.7), "")


def test_a_change_between_differently_weighted_quarters_says_so(insurer: Insurer) -> None:
    then = [_answers(45, 45, "2024-05-02", segment="retail")]
    tables = _surveys(_answers(30, 30, segment="retail"), _answers(60, 0, segment="senior"), *then)
    run = insurer(tables | {"population": _population(*MARGINS)})
    row = changes(run, satisfaction).set_index(
        ["indicator", "unit", "compared_with"]).loc[("csat_top2_share", "company", "2024Q2")]
    assert row["note"] == REWEIGHTED


def test_a_tiny_survey_has_no_figure_whatever_its_margins(insurer: Insurer) -> None:
    tables = _surveys(_answers(3, 1, segment="retail"), _answers(3, 0, segment="senior"))
    row = _row(satisfaction(insurer(tables | {"population": _population(*MARGINS)})), "csat_top2_share")
    assert row["status"] == "not estimable: fewer than 10 answers"
