"""Is the composite the weighted sum it is said to be, and does only who differs beyond doubt leave the default?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.measures.people.fitting import Fit, group_p
from analysis.measures.people.scoring import RULE, scoring
from analysis.measures.people.tiers import (
    FEW_TOLD,
    PARTS_MISSING,
    STRONG,
    SUPPORT,
    Part,
    Tiering,
    combined,
    detectable,
    parts_of,
    tiering,
)
from analysis.stats.people.flags import ABOVE, DEFAULT, flags
from analysis.stats.people.shrinkage import shrunken_effects
from tests.measures.conftest import Insurer
from tests.measures.people import reduced
from tests.measures.people.reduced import COMPETENCE, FIRST

PARTS = {FIRST: Part(0.2, 400.0), COMPETENCE: Part(0.15, 4.0)}
WEIGHTED = {"csat_top2_share": {"weight": 0.3, "floor": 0.5, "target": 0.75},
            "accuracy_error_share": {"weight": 0.3, "floor": 0.2, "target": 0.06},
            "complaint_handling_share": {"weight": 0.4, "floor": 0.6, "target": 0.9}}
SIZE = 12


def effects(estimate: float, variance: float, df: int, people: int = 2) -> pd.DataFrame:
    names = [f"e{number:02d}" for number in range(people)]
    return pd.DataFrame({"n": 40, "estimate": [estimate] + [0.0] * (people - 1), "std_error": variance**0.5,
                         "sampling_variance": variance, "df": df, "status": "ok"}, index=names)


def fit(effects: pd.DataFrame) -> Fit:
    return Fit(effects, effects, effects, 0.0, (), 0.0, "ok")


def company(odd: int, newest: int | None = None, size: int = SIZE) -> dict[str, pd.DataFrame]:
    """Return cases in which e00 has ``odd`` of 100 in the limit, ``newest`` in the newest quarter, and like ratings."""
    def counts(first: int) -> dict[str, int]:
        return {f"e{number:02d}": first if number == 0 else 89 + number % 3 for number in range(size)}
    requests = pd.concat([reduced.shares(counts(odd), 100, quarter="2024Q2"),
                          reduced.shares(counts(odd if newest is None else newest), 100)])
    rated = {who: [6_900 + 50 * good + 30 * place for place in range(6)] for who, good in counts(odd).items()}
    return {FIRST: requests, COMPETENCE: reduced.ratings(rated)}


def tiers(cases: dict[str, pd.DataFrame], parts: dict[str, Part] | None = None, size: int = SIZE) -> Tiering:
    people = reduced.group(size)
    scored = scoring(people, reduced.evidence(cases), reduced.bounds())
    return tiering(people, scored, PARTS if parts is None else parts, 0.95)


def tier_of(found: Tiering, who: str = "e00") -> tuple[str, str]:
    row = found.people.set_index("employee_id").loc[who]
    return row["tier"], row["status"]


def test_the_composite_is_the_weighted_sum_in_points() -> None:
    """(.2·400·.01 − .15·4·1) / .35 = 4/7; variances (80/.35)²·.0004 and (.6/.35)²·4; df by Satterthwaite."""
    fits = {FIRST: fit(effects(0.01, 0.0004, 100)), COMPETENCE: fit(effects(-1.0, 4.0, 50))}
    window, newest = combined(PARTS, fits, {name: pd.Index(["e00", "e01"]) for name in PARTS})
    parts = np.array([(80 / 0.35) ** 2 * 0.0004, (0.6 / 0.35) ** 2 * 4])
    row = window.loc["e00"]
    assert row["estimate"] == pytest.approx(4 / 7)
    assert row["sampling_variance"] == pytest.approx(parts.sum())
    assert row["std_error"] == pytest.approx(parts.sum() ** 0.5)
    assert row["df"] == pytest.approx(parts.sum() ** 2 / (parts**2 / [100, 50]).sum())
    assert newest.loc["e00", "estimate"] == pytest.approx(4 / 7)


def test_who_lacks_more_than_a_fifth_of_the_weight_has_no_composite() -> None:
    fits = {FIRST: fit(effects(0.01, 0.0004, 100)), COMPETENCE: fit(effects(-1.0, 4.0, 50))}
    window, _ = combined(PARTS, fits, {FIRST: pd.Index(["e00", "e01"]), COMPETENCE: pd.Index(["e01"])})
    assert window["status"].to_dict() == {"e00": f"not estimable: {PARTS_MISSING}", "e01": "ok"}
    assert np.isnan(window.loc["e00", "estimate"])


def test_the_test_of_the_composite_is_q_on_an_f_distribution() -> None:
    """R, y = 3, 0 (eight times), v = 1: Q = 8, pf(8 / 8, 8, 50, lower.tail = FALSE) = .4476."""
    found = group_p(effects(3.0, 1.0, 50, people=9), 8)
    assert found == pytest.approx(stats.f.sf(1.0, 8, 50))


def leaves(gap: float, tau_squared: float, v: float, u: float) -> float:
    """Draw a group whose first person truly lies ``gap`` off, and return how often the public functions flag them."""
    drawn = np.random.default_rng([7, int(100 * gap)])
    found = []
    for _ in range(120):
        window, newest = effects(0.0, v, 500, people=16), effects(0.0, u, 500, people=16)
        true = np.r_[gap, drawn.normal(0, tau_squared**0.5, 15)]
        y = true + drawn.normal(0, v**0.5, 16)
        window, late = window.assign(estimate=y), y + drawn.normal(0, (u - v) ** 0.5, 16)
        told = flags(shrunken_effects(window), newest.assign(estimate=late - late.mean()), group_p(window, 8), RULE)
        found.append(told["direction"].iloc[0] == ABOVE)
    return float(np.mean(found))


@pytest.mark.parametrize(("tau_squared", "v", "u"), [(9.0, 1.0, 4.0), (1.0, 1.0, 4.0)])
def test_what_is_detectable_is_found_four_times_in_five(tau_squared: float, v: float, u: float) -> None:
    """By drawing groups of sixteen, well told apart and hardly so; two Monte-Carlo errors on either side."""
    window, newest = effects(0.0, v, 500, people=16), effects(0.0, u, 500, people=16)
    gap = detectable(window, newest, tau_squared, RULE)
    assert leaves(gap, tau_squared, v, u) == pytest.approx(0.8, abs=0.1)


def test_nothing_is_detectable_without_evidence() -> None:
    nobody = effects(0.0, 1.0, 10).assign(status="not estimable: no cases")
    assert np.isnan(detectable(nobody, nobody, 0.0, RULE))


def planned(insurer: Insurer, **weights: float) -> dict[bool, dict[str, Part]]:
    told = {name: one | {"weight": weights.get(name, one["weight"])} for name, one in WEIGHTED.items()}
    run = insurer({}, indicators=told)
    return {trusted: parts_of(run, trusted) for trusted in (True, False)}


def test_the_parts_are_the_plans_indicators_that_touch_persons_in_points_of_its_scale(insurer: Insurer) -> None:
    """100 / (.75 − .50) = 400; errors run downwards: 100 / (.06 − .20)."""
    parts = planned(insurer)[True]
    assert set(parts) == {"csat_top2_share", "accuracy_error_share"}
    assert parts["csat_top2_share"] == Part(0.3, pytest.approx(400.0))
    assert parts["accuracy_error_share"] == Part(0.3, pytest.approx(-100 / 0.14))


def test_findings_of_auditors_who_agree_too_little_are_no_part_of_the_composite(insurer: Insurer) -> None:
    assert set(planned(insurer)[False]) == {"csat_top2_share"}


def test_there_is_no_composite_of_less_than_half_of_what_touches_persons(insurer: Insurer) -> None:
    assert planned(insurer, csat_top2_share=0.2, accuracy_error_share=0.4)[False] == {}
    assert parts_of(insurer({}), True) == {}


def test_who_is_far_off_in_the_window_and_in_the_newest_quarter_leaves_the_default() -> None:
    assert tier_of(tiers(company(60))) == (SUPPORT, "ok")
    assert tier_of(tiers(company(100))) == (STRONG, "ok")
    found = tiers(company(60))
    assert found.groups[["people", "with_composite", "flagged"]].to_numpy().tolist() == [[SIZE, SIZE, 1]]
    assert found.groups["p"].item() < 0.05


def test_a_newest_quarter_that_says_otherwise_keeps_the_default() -> None:
    told = company(60, newest=100)
    told[COMPETENCE] = company(60)[COMPETENCE].assign(quarter="2024Q2")
    late = company(100)[COMPETENCE]
    found = tiers(told | {COMPETENCE: pd.concat([told[COMPETENCE], late])})
    assert tier_of(found)[0] == DEFAULT


def test_people_who_do_not_differ_are_not_told_apart_and_it_says_why() -> None:
    alike = {f"e{number:02d}": 90 for number in range(SIZE)}
    rated = {who: [7_000, 7_400, 7_100, 7_500, 7_300, 7_200] for who in alike}
    found = tiers({FIRST: reduced.shares(alike, 100), COMPETENCE: reduced.ratings(rated)})
    assert set(found.people["tier"]) == {DEFAULT}
    assert set(found.people["status"]) == {"not estimable: differences between persons are no larger than chance"}
    assert found.groups["estimate"].fillna(0).item() == 0


@pytest.mark.parametrize("size", [1, 5, 7])
def test_in_a_group_of_few_nobody_has_a_tier(size: int) -> None:
    found = tiers(company(60, size=size), size=size)
    assert set(found.people["tier"]) == {DEFAULT}
    assert set(found.people["status"]) == {"not estimable: fewer than 8 people in the same job"}
    assert found.groups.empty


def test_with_a_composite_for_few_nobody_has_a_tier() -> None:
    told = company(60)
    few = told[COMPETENCE][told[COMPETENCE]["employee_id"].lt("e07")]
    found = tiers(told | {COMPETENCE: few})
    assert set(found.people["tier"]) == {DEFAULT}
    assert tier_of(found)[1] == f"not estimable: {FEW_TOLD}"
    assert tier_of(found, "e09")[1] == f"not estimable: {PARTS_MISSING}"


def test_without_parts_or_people_there_are_no_tiers() -> None:
    assert set(tiers(company(60), parts={}).people["status"]) == {
        "not estimable: no composite may be used on persons"}
    nobody = reduced.group(0).astype({"employee_id": "str"})
    assert tiering(nobody, scoring(nobody, reduced.evidence({}), reduced.bounds()), PARTS, 0.95).people.empty
