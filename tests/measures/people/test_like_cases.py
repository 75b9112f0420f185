"""What does comparing like cases change: by hand, where hard cases or a strict auditor make the whole difference."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.measures.people.judgement import Known, judgement, known_of_people
from analysis.measures.people.like_cases import EASIEST, HARDEST, moved_people, moved_thirds, rater_effects
from tests.measures.conftest import Insurer
from tests.measures.people import reduced
from tests.measures.people.reduced import FIRST, RULES

SIZE, EACH = 24, 100


def hard_for_some() -> Known:
    """Of easy cases all have 90 of 100 in time, of hard ones 50: the first eight have 80 of these, the others 20."""
    names = [f"e{number:02d}" for number in range(SIZE)]
    hard = {name: 80 if number < 8 else 20 for number, name in enumerate(names)}
    parts = [reduced.shares({name: share * n // 100}, n, priority=priority) for name in names
             for priority, n, share in (("high", hard[name], 50), ("normal", EACH - hard[name], 90))]
    return judgement(reduced.group(SIZE), reduced.evidence({FIRST: pd.concat(parts, ignore_index=True)}),
                     reduced.bounds(), {})


def audited() -> Known:
    """Auditor s passes 6 of 10 items and m 9 of 10, whomever they see; s sees the first half twice, the others once."""
    rows = [{"employee_id": f"e{number:02d}", "auditor_id": auditor, "n": n, "total": n * score + wobble,
             "total_of_squares": n * score**2 + 2 * score * wobble + wobble**2}
            for number in range(SIZE) for wobble in [(-30, 0, 30)[number % 3]]
            for auditor, n, score in (("s", 2 if number < SIZE // 2 else 1, 600), ("m", 1, 900))]
    cases = pd.DataFrame(rows).assign(quarter=reduced.NOW, role=reduced.ROLE, service_line=reduced.LINE, units=40)
    return judgement(reduced.group(SIZE), reduced.evidence({RULES: cases}), reduced.bounds(), {})


def test_who_got_the_hard_cases_is_below_as_it_stands_and_level_among_like_cases() -> None:
    """58 of 100 in time with 80 hard cases, 82 with 20; the mean is 74."""
    rows = moved_people(hard_for_some()).set_index("unit")
    assert rows["group_mean"].tolist() == pytest.approx([0.74] * len(rows))
    assert set(rows.index) >= {f"e{number:02d}" for number in range(8)}
    assert rows.loc["e00", ["naive", "estimate"]].tolist() == pytest.approx([-0.16, 0.0], abs=1e-9)
    assert rows.loc["e00", "low"] < 0 < rows.loc["e00", "high"]
    assert rows.loc["e00", "naive_high"] < 0
    assert rows.index.is_monotonic_increasing


def test_the_third_with_the_hardest_cases_stands_beside_the_one_with_the_easiest(insurer: Insurer) -> None:
    rows = moved_thirds(insurer({}), hard_for_some()).set_index("given")
    assert rows["people"].tolist() == [8, 8]
    assert rows.loc[HARDEST, ["naive", "estimate"]].tolist() == pytest.approx([-0.16, 0.0], abs=1e-9)
    assert rows.loc[EASIEST, "naive"] == pytest.approx(0.08)


def test_the_interval_of_a_third_is_students(insurer: Insurer) -> None:
    told = audited()
    fit = told.scored.fits[RULES, (reduced.ROLE, reduced.LINE)]
    row = moved_thirds(insurer({}), told).set_index("given").loc[HARDEST]
    ease = fit.naive["estimate"] - fit.mean - fit.effects["estimate"]
    own = fit.effects.loc[ease.rank(method="first").nsmallest(8).index, "estimate"]
    low, high = stats.t.interval(0.95, 7, own.mean(), stats.sem(own))
    assert row[["estimate", "low", "high"]].tolist() == pytest.approx([own.mean(), low, high])


def test_a_strict_auditor_is_strict_in_all_audits_and_in_those_of_the_same_people() -> None:
    """All: s .6 and m .9 less .7 (36 looks of s, 24 of m: .72); the same people: .3 apart."""
    rows = rater_effects(audited()).set_index("unit")
    assert rows["n"].to_dict() == {"m": 24, "s": 36}
    mean = (36 * 0.6 + 24 * 0.9) / 60
    assert rows["naive"].to_dict() == pytest.approx({"m": 0.9 - mean, "s": 0.6 - mean}, abs=0.01)
    assert rows.loc["m", "estimate"] - rows.loc["s", "estimate"] == pytest.approx(0.3, abs=1e-9)
    assert (rows["low"] < rows["estimate"]).all()


def test_of_too_few_people_nothing_is_shown(insurer: Insurer) -> None:
    good = {f"e{number:02d}": 50 + number for number in range(16)}
    told = judgement(reduced.group(16), reduced.evidence({FIRST: reduced.shares(good, 100)}), reduced.bounds(), {})
    thirds = moved_thirds(insurer({}), told)
    assert set(thirds["status"]) == {"not estimable: fewer than 8 people"}
    assert thirds["estimate"].isna().all()
    five = judgement(reduced.group(5), reduced.evidence({FIRST: reduced.shares(good, 100)}), reduced.bounds(), {})
    assert moved_people(five).empty
    assert moved_thirds(insurer({}), five).empty


def test_without_a_delivery_the_tables_are_empty(insurer: Insurer) -> None:
    run = insurer({})
    told = known_of_people(run)
    assert [len(one) for one in (moved_people(told), moved_thirds(run, told), rater_effects(told))] == [0, 0, 0]
    assert np.array_equal(moved_people(told).columns[:3], ["indicator", "event", "unit"])
