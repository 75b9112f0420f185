"""Is a change parted into what the parts did and what their shares did, and a reversal seen?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.mix import in_steps, split
from analysis.stats.intervals.combination import linear_combination
from analysis.stats.intervals.shares import wilson

FIGURE = ["indicator", "event"]
UNITS = ["a", "b"]


def figures(counts: list[int], n: list[int], unit_type: str = "service_line") -> pd.DataFrame:
    """The shares of some units and of the company they make up."""
    table = wilson(pd.Series([*counts, sum(counts)]), pd.Series([*n, sum(n)]))
    return table.assign(indicator="x_share", event="", unit_type=[*[unit_type] * len(n), "company"],
                        unit=[*UNITS[:len(n)], "company"])


def between(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    own = [one[one["unit_type"] == "company"].assign(coefficient=c) for one, c in ((now, 1.0), (before, -1.0))]
    return linear_combination(pd.concat(own), "", FIGURE).reset_index()


def parted(now: pd.DataFrame, before: pd.DataFrame) -> pd.Series:
    found = split(now, before, between(now, before), 0.95)
    return found.iloc[0] if len(found) else pd.Series(dtype=object)


def test_performance_and_mix_are_kitagawas_and_add_up() -> None:
    """By hand: shares .8/.2 then .4/.6, figures .75/.5 then .75/.8."""
    row = parted(figures([30, 48], [40, 60]), figures([60, 10], [80, 20]))
    assert row["performance"] == pytest.approx((0.2 + 0.6) / 2 * (0.8 - 0.5))
    assert row["mix"] == pytest.approx(-0.4 * 0.75 + 0.4 * (0.5 + 0.8) / 2)
    assert row["performance"] + row["mix"] == pytest.approx(0.78 - 0.70)
    assert (row["split_by"], row["reversed"]) == ("service_line", "no")


def test_the_limits_of_performance_are_those_of_independent_parts() -> None:
    """One part: performance is the change, its limits Newcombe's (Newcombe RG (1998) Stat Med 17:873, case a)."""
    row = parted(figures([56], [70]), figures([48], [80]))
    assert [row["performance"], row["performance_low"], row["performance_high"]] == pytest.approx(
        [0.2, 0.0524, 0.3339], abs=5e-5)


def test_the_limits_of_mix_are_those_of_the_parts_with_their_shares_known() -> None:
    """MOVER by hand from Wilson's limits: the first part counts -.2 at both times, the second .2."""
    now, before = figures([30, 48], [40, 60]), figures([60, 10], [80, 20])
    row = parted(now, before)
    parts = [one.iloc[place] for one in (now, before) for place in (0, 1)]
    down = sum((0.2 * (one["estimate"] - one["low" if place % 2 else "high"])) ** 2 for place, one in enumerate(parts))
    up = sum((0.2 * (one["estimate"] - one["high" if place % 2 else "low"])) ** 2 for place, one in enumerate(parts))
    assert [row["mix_low"], row["mix_high"]] == pytest.approx([row["mix"] - down**0.5, row["mix"] + up**0.5])


def test_steps_are_figures_of_their_own() -> None:
    now, before = figures([30, 48], [40, 60]), figures([60, 10], [80, 20])
    change = between(now, before)
    told = in_steps(change.merge(split(now, before, change, 0.95), on=FIGURE))
    assert told["part"].tolist() == ["performance", "mix"]
    assert told["estimate"].sum() == pytest.approx(0.08)
    assert (told["low"] < told["estimate"]).all()
    assert (told["estimate"] < told["high"]).all()


def test_a_rise_that_the_mix_alone_made_is_a_reversal() -> None:
    """Both lines fall by .1 (.9 to .8, .5 to .4), and nine tenths move to the better one: .54 becomes .76."""
    row = parted(figures([720, 40], [900, 100]), figures([90, 450], [100, 900]))
    assert row["performance"] == pytest.approx(-0.1)
    assert row["mix"] == pytest.approx(0.22 + 0.1)
    assert (row["reversed"], row["turned_by"]) == ("yes", "service_line")


def test_a_reversal_within_chance_is_called_so() -> None:
    """.86 and .5 fall to .8 and .45, of 48 and 50 cases in all."""
    row = parted(figures([24, 9], [30, 20]), figures([12, 17], [14, 34]))
    assert row["performance"] < 0 < row["performance"] + row["mix"]
    assert (row["reversed"], row["turned_by"]) == ("within chance", "service_line")


def test_every_cut_that_recovers_the_figure_is_looked_at() -> None:
    """By line nothing moves but the figures; by branch the mix turns the sign."""
    lines = [figures([380, 380], [500, 500]), figures([270, 270], [500, 500])]
    branches = [figures([720, 40], [900, 100], "branch"), figures([90, 450], [100, 900], "branch")]
    now, before = (pd.concat([line, branch[branch["unit_type"] == "branch"]])
                   for line, branch in zip(lines, branches, strict=True))
    row = parted(now, before)
    assert (row["split_by"], row["performance"]) == ("service_line", pytest.approx(0.22))
    assert (row["reversed"], row["turned_by"]) == ("yes", "branch")


def test_answers_weigh_what_they_stand_for() -> None:
    """Weights 3 and 1: the company's share is (3 · .5 + 1 · .9) / 4 = .6, which the numbers of answers would miss."""
    now = figures([20, 36], [40, 40]).assign(weight_sum=[3.0, 1.0, 4.0], estimate=[0.5, 0.9, 0.6])
    before = figures([20, 20], [40, 40]).assign(weight_sum=[2.0, 2.0, 4.0])
    row = parted(now, before)
    assert row["performance"] == pytest.approx((1 / 4 + 1 / 2) / 2 * 0.4)
    assert row["mix"] == pytest.approx(0.1 - 0.15)


def test_a_part_of_one_time_only_counts_in_the_mix() -> None:
    row = parted(figures([30, 48], [40, 60]), figures([60], [80]))
    assert row["performance"] == pytest.approx(0)
    assert row["mix"] == pytest.approx(0.78 - 0.75)
    assert row["mix_low"] < row["mix"] < row["mix_high"]


def test_a_figure_that_its_parts_do_not_make_up_is_not_parted() -> None:
    median = figures([30, 48], [40, 60]).assign(estimate=[1.0, 2.0, 1.2])
    assert parted(median, median).empty
    few = figures([3, 4], [5, 6])
    assert parted(few, few).empty
    assert split(few.iloc[:0], few.iloc[:0], between(few, few), 0.95).empty
