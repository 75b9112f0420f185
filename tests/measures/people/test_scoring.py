"""Is a person spoken of only as far as the evidence goes, and to the figures that R gives?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.measures.people.groups import FEW_PEERS, evaluated
from analysis.measures.people.scoring import (
    APPRAISAL,
    COACHING,
    SCORE_COLUMNS,
    Scoring,
    bounds_of,
    evidence_on,
    scoring,
    trusted_auditors,
)
from analysis.stats.people.flags import ABOVE, BELOW, DEFAULT
from tests.measures.conftest import Insurer
from tests.measures.people import reduced
from tests.measures.people.reduced import COMPETENCE, ERRORS, FIRST, LINE, NOW, RULES, UPHELD
from tests.measures.people.test_fitting import R_EFFECTS, R_MEAN, scores

#: R as in test_fitting: blup(r)$pred and r$tau2 / (r$tau2 + v).
R_SHRUNKEN = [-10.2682159779, -7.3811453816, -5.5715544962, -2.3236857519, -0.0657222916, 0.9491490491, 3.7620971370,
              3.8819031950, 6.9472512058, 8.4271945735]
R_RELIABILITY = [0.935354208, 0.958557326, 0.952517825, 0.952609649, 0.945426856, 0.963016240, 0.935354208, 0.958557326,
                 0.952517825, 0.952609649]
NOT_ENOUGH = "not enough evidence"


def of(found: Scoring, name: str) -> pd.DataFrame:
    indicator, _, event = name.partition(":")
    own = found.scores[found.scores["indicator"].eq(indicator) & found.scores["event"].eq(event)]
    return own.set_index("employee_id")


def lectures() -> pd.DataFrame:
    """Return the scores of test_fitting as assessments in whole hundredths, the kind of case being the assessor."""
    told = scores().assign(employee_id=lambda rows: "e0" + rows["person"].astype("str"), assessor_id=scores()["kind"])
    return told.assign(role=reduced.ROLE, service_line=LINE, units=1, total=100 * told["total"],
                       total_of_squares=10_000 * told["total_of_squares"])


def one_odd(good: int, n: int, odd: int, size: int = 12) -> dict[str, int]:
    """Return ``good`` of ``n`` cases for everybody, but for the first person's ``odd`` and a little scatter."""
    return {f"e{number:02d}": odd if number == 0 else good + number % 3 - 1 for number in range(size)}


def test_a_group_is_scored_as_by_r() -> None:
    own = of(scoring(reduced.group(10), reduced.evidence({COMPETENCE: lectures()}), reduced.bounds()), COMPETENCE)
    seen = own[own["status"].eq("ok")]
    kept = [int(one[1:]) for one in seen.index]
    assert kept == [one for one in range(10) if own["n"].iloc[one] >= 6]
    assert seen["estimate"].to_numpy(float) == pytest.approx(R_MEAN + np.array(R_SHRUNKEN)[kept], abs=1e-7)
    assert seen["adjusted"].to_numpy(float) == pytest.approx(R_MEAN + np.array(R_EFFECTS)[kept], abs=1e-7)
    assert seen["reliability"].to_numpy(float) == pytest.approx(np.array(R_RELIABILITY)[kept], abs=1e-8)


def test_below_the_minimum_nothing_is_shown_of_a_person() -> None:
    own = of(scoring(reduced.group(10), reduced.evidence({COMPETENCE: lectures()}), reduced.bounds()), COMPETENCE)
    few = own[own["n"] < 6]
    assert len(few) == 2
    assert set(few["status"]) == {f"not estimable: {NOT_ENOUGH}"}
    assert set(few["permitted_use"]) == {NOT_ENOUGH}
    assert few[["estimate", "low", "high", "naive", "adjusted", "reliability"]].isna().all(axis=None)


def test_ratings_by_one_assessor_are_not_enough() -> None:
    """Cells are the assessor's, and a person whom one assessor rated has no second opinion."""
    told = lectures()
    own_first = told["employee_id"].eq("e05")
    found = scoring(reduced.group(10), reduced.evidence({COMPETENCE: told.assign(
        assessor_id=told["assessor_id"].mask(own_first, "a"))}), reduced.bounds())
    assert of(found, COMPETENCE).loc["e05", ["n", "permitted_use"]].tolist() == [9, NOT_ENOUGH]


@pytest.mark.parametrize("size", [1, 5, 7])
def test_fewer_than_eight_in_a_job_are_compared_with_nobody(size: int) -> None:
    people = reduced.group(size)
    found = scoring(people, reduced.evidence({FIRST: reduced.shares(one_odd(60, 70, 10, size), 70)}), reduced.bounds())
    assert found.tests.empty
    assert set(found.scores["status"]) == {f"not estimable: {FEW_PEERS}"}
    assert set(found.scores["permitted_use"]) == {NOT_ENOUGH}
    assert len(found.scores) == 7 * size


def test_without_a_delivery_nobody_is_scored_and_no_auditor_is_trusted(insurer: Insurer) -> None:
    run = insurer({})
    found = scoring(evaluated(run), evidence_on(run), bounds_of(run))
    assert list(found.scores) == SCORE_COLUMNS
    assert found.scores.empty
    assert not trusted_auditors(run)
    assert evidence_on(run).newest == NOW
    assert bounds_of(run).minimum_n[COMPETENCE] == 6
    assert bounds_of(run).minimum_n["csat_top2_share"] == 30


def test_somebody_far_below_the_colleagues_is_below_and_may_be_appraised_by_it() -> None:
    own = of(scoring(reduced.group(12), reduced.evidence({FIRST: reduced.shares(one_odd(90, 100, 30), 100)}),
                     reduced.bounds()), FIRST)
    assert own.loc["e00", ["direction", "permitted_use"]].tolist() == [BELOW, APPRAISAL]
    assert 0.3 < own.loc["e00", "estimate"] < own.loc["e00", "high"] < 0.85
    assert set(own.drop("e00")["direction"]) <= {DEFAULT, ABOVE}


def test_an_odd_window_is_not_enough_where_the_newest_quarter_says_otherwise() -> None:
    window = reduced.shares(one_odd(90, 100, 20), 100, quarter="2024Q2")
    newest = reduced.shares(one_odd(90, 100, 95), 100)
    told = reduced.evidence({FIRST: pd.concat([window, newest])})
    own = of(scoring(reduced.group(12), told, reduced.bounds()), FIRST)
    assert own.loc["e00", "direction"] == DEFAULT


def test_colleagues_who_differ_no_more_than_chance_are_not_graded_and_it_says_so() -> None:
    """All have 45 of 50: the effects lie closer together than chance allows."""
    same = {f"e{number:02d}": 45 for number in range(12)}
    found = scoring(reduced.group(12), reduced.evidence({FIRST: reduced.shares(same, 50)}), reduced.bounds())
    own = of(found, FIRST)
    assert set(own["status"]) == {"not estimable: differences between persons are no larger than chance"}
    assert set(own["permitted_use"]) == {COACHING}
    assert set(own["reliability"].astype(float)) == {0.0}
    assert found.tests["p"].tolist() == [pytest.approx(1.0)]


def test_findings_of_auditors_who_agree_too_little_are_for_coaching_only() -> None:
    """Ten audits each, all failed by one of twelve: 'appraisal' where auditors are trusted."""
    rows = {f"e{number:02d}": 0 for number in range(12)} | {"e00": 40}
    cases = reduced.shares(rows, 40).assign(total=lambda told: 1_000 * told["total"],
                                            total_of_squares=lambda told: 1_000 * told["total"])
    other = cases.assign(total=1_000, total_of_squares=1_000_000, auditor_id="y")
    told = pd.concat([cases, other])
    uses = {trusted: of(scoring(reduced.group(12), reduced.evidence({ERRORS: told}), reduced.bounds(trusted)), ERRORS)
            for trusted in (True, False)}
    assert uses[True].loc["e00", ["direction", "permitted_use"]].tolist() == [ABOVE, APPRAISAL]
    assert uses[False].loc["e00", ["direction", "permitted_use"]].tolist() == [ABOVE, COACHING]


def test_tests_of_one_group_are_adjusted_together() -> None:
    """Holm over two tests: the smaller p counts twice."""
    cases = {name: reduced.shares(one_odd(90, 100, odd), 100) for name, odd in ((FIRST, 82), (RULES, 90))}
    tests = scoring(reduced.group(12), reduced.evidence(cases), reduced.bounds()).tests
    p, adjusted = (tests[name].astype(float).to_numpy() for name in ("p", "p_adjusted"))
    assert adjusted[p.argmin()] == pytest.approx(min(2 * p.min(), 1))
    assert adjusted[p.argmax()] == pytest.approx(min(max(2 * p.min(), p.max()), 1))


def complaints(upheld: dict[str, int], requests: int, **columns: object) -> pd.DataFrame:
    told = reduced.shares(upheld, requests, **columns)
    return told.assign(requests=requests, upheld=told["total"])


def test_complaints_are_told_per_thousand_requests() -> None:
    """Eleven with 4 or 5 of 100 upheld, one with 40: 90 of 1,200, 75 per 1,000; own rate 400 with exact limits.

    R: poisson.test(40)$conf.int = 28.57664 54.46863.
    """
    counts = {f"e{number:02d}": 4 + number % 2 for number in range(12)} | {"e00": 40}
    found = scoring(reduced.group(12), reduced.evidence({}, complaints(counts, 100)), reduced.bounds())
    own = of(found, UPHELD).loc["e00"]
    assert own[["naive", "naive_low", "naive_high"]].tolist() == pytest.approx([400, 285.7664, 544.6863], abs=1e-3)
    assert (own["direction"], own["permitted_use"], own["n"]) == (ABOVE, APPRAISAL, 100)
    whole = sum(counts.values())
    assert found.tests["group_mean"].item() == pytest.approx(whole / 1.2)
    assert own["adjusted"] == pytest.approx(400)
    assert whole / 1.2 < own["estimate"] < 400


def test_other_models_of_the_case_mix_change_what_complaints_were_expected() -> None:
    """Claims draw complaints (66 of 600), inquiries none; e00 has claims alone, with 6 of 100: as one would expect.

    e00 to e05 serve 100 claims each, the others 100 inquiries. With nothing held equal the rate is 55 per 1,000.
    """
    rows = complaints({f"e{number:02d}": 6 if number == 0 else 12 for number in range(6)}, 100, kind="claim")
    easy = complaints({f"e{number:02d}": 0 for number in range(6, 12)}, 100, kind="inquiry")
    told = reduced.evidence({}, pd.concat([rows, easy], ignore_index=True))
    whole = scoring(reduced.group(12), told, reduced.bounds())
    alike = scoring(reduced.group(12), told, reduced.bounds(), lambda cells: ((),))
    coarse, fine = (scoring(reduced.group(12), told, reduced.bounds(), held)
                    for held in (lambda cells: cells[-1:], lambda cells: cells[:1]))
    assert of(whole, UPHELD).loc["e00", "adjusted"] == pytest.approx(55 * 6 / 11)
    assert of(alike, UPHELD).loc["e00", "adjusted"] == pytest.approx(60)
    assert of(coarse, UPHELD).loc["e00", "adjusted"] == of(whole, UPHELD).loc["e00", "adjusted"]
    assert [one.tests["held_equal"].item() for one in (whole, alike, coarse, fine)] == [
        "quarter, kind, priority", "", "quarter, kind, priority", "quarter, kind, product, channel, priority"]


def test_no_upheld_complaint_grades_nobody() -> None:
    counts = {f"e{number:02d}": 0 for number in range(12)}
    found = scoring(reduced.group(12), reduced.evidence({}, complaints(counts, 100)), reduced.bounds())
    assert found.tests["status"].item() == "not estimable: no complaint was upheld"
    assert set(of(found, UPHELD)["direction"]) == {DEFAULT}
