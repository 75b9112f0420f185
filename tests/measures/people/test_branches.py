"""Is a branch that stands out as a whole told from its people?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.measures.people.branches import COLUMNS, beside_branch, pooled_effects, standing_branches
from analysis.measures.people.fitting import Fit
from analysis.measures.people.scoring import scoring
from analysis.stats.people.flags import ABOVE, BELOW
from tests.measures.people import reduced
from tests.measures.people.reduced import FIRST


def fit(estimates: list[float], variance: float) -> Fit:
    effects = pd.DataFrame({"n": 40, "estimate": estimates, "sampling_variance": variance, "status": "ok"},
                           index=[f"e{number:02d}" for number in range(len(estimates))])
    return Fit(effects, effects, effects, 0.0, (), 0.0, "ok")


def standing(bad: int) -> pd.DataFrame:
    """Return the branches of sixteen people in four of them; those of B0 have ``bad`` of 100 in the limit."""
    people = reduced.group(16, branches=4)
    good = {who: bad + number % 3 if number % 4 == 0 else 85 + number % 7
            for number, who in enumerate(people["employee_id"])}
    scored = scoring(people, reduced.evidence({FIRST: reduced.shares(good, 100)}), reduced.bounds())
    return standing_branches(people, scored).set_index("branch")


def test_effects_are_weighed_by_what_is_known_of_them() -> None:
    """R: r <- metafor::rma(c(-3, -1, 0, 1, 3), rep(1, 5), method = "PM"); r$tau2 = 4, so weights are 1 / 5."""
    found = pooled_effects([fit([-3, -1, 0, 1, 3], 1.0)])
    assert found["weight"].tolist() == pytest.approx([0.2] * 5)
    assert found["effect"].tolist() == pytest.approx([-3, -1, 0, 1, 3])


def test_a_branch_is_held_against_the_people_of_all_others() -> None:
    """By hand: the weighted mean effects of four and of twelve people, on their normal law."""
    told = standing(60).loc["B0"]
    people = reduced.group(16, branches=4)
    good = {who: 60 + number % 3 if number % 4 == 0 else 85 + number % 7
            for number, who in enumerate(people["employee_id"])}
    own = pooled_effects(list(scoring(people, reduced.evidence({FIRST: reduced.shares(good, 100)}),
                                      reduced.bounds()).fits.values()))
    inside = np.arange(16) % 4 == 0
    means = [np.average(own["effect"][part], weights=own["weight"][part]) for part in (inside, ~inside)]
    apart = means[0] - means[1]
    error = (1 / own["weight"][inside].sum() + 1 / own["weight"][~inside].sum()) ** 0.5
    assert told["apart"] == pytest.approx(apart)
    assert told["p"] == pytest.approx(2 * stats.norm.sf(abs(apart) / error))
    assert (told["people"], told["stands_out"]) == (4, BELOW)
    assert told["p_adjusted"] == pytest.approx(4 * told["p"])


def test_branches_of_like_people_do_not_stand_out() -> None:
    assert set(standing(86)["stands_out"]) == {""}


def test_one_person_alone_is_no_branch() -> None:
    people = reduced.group(16, branches=4).assign(branch=lambda told: ["B9", *told["branch"].iloc[1:]])
    good = {who: 20 if number == 0 else 85 + number % 7 for number, who in enumerate(people["employee_id"])}
    scored = scoring(people, reduced.evidence({FIRST: reduced.shares(good, 100)}), reduced.bounds())
    assert "B9" not in set(standing_branches(people, scored)["branch"])


def test_without_scores_there_are_no_branches() -> None:
    people = reduced.group(5)
    assert list(standing_branches(people, scoring(people, reduced.evidence({}), reduced.bounds()))) == COLUMNS


def test_a_person_is_beside_the_branch_on_its_side_alone() -> None:
    people = reduced.group(4, branches=2)
    branches = pd.DataFrame({"indicator": "i", "event": "", "branch": ["B0", "B1"], "stands_out": [BELOW, ""]})
    rows = people.assign(indicator="i", event="")
    side = pd.Series([BELOW, BELOW, ABOVE, ""])
    assert beside_branch(people, rows, branches, side).tolist() == [True, False, False, False]
