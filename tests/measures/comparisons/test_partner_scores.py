"""Is a partner scored by the rules that hold for employees: like cases, shrunken, with what it may be used for?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.measures.comparisons.partner_scores import PARTNER_COLUMNS, partner_scores
from analysis.measures.people.cases import SCORED, scored_cases, upheld_counts
from analysis.run import Run
from analysis.stats.people.shrinkage import shrunken_effects
from analysis.stats.people.two_way import person_effects, two_way
from tests.measures.conftest import Insurer

LIMITS = {"limits": {"inquiry": {"resolution": 24}}}
RESOLUTION = "in_limit_share:resolution"
GOOD, BAD = "2024-08-05 18:00:00", "2024-08-08 18:00:00"
#: Settled in time and late, by who served and channel: one partner truly apart, each given easy and hard cases alike.
LIKE_OWN = {"P1": (175, 148), "P3": (182, 138), "P4": (177, 145), "P5": (186, 142), "P6": (179, 136), "P7": (183, 141)}
SIDES = {"own": {"phone": (450, 50), "post": (350, 150)}, "P2": {"phone": (110, 90), "post": (60, 140)}} | {
    who: {"phone": (easy, 200 - easy), "post": (hard, 200 - hard)} for who, (easy, hard) in LIKE_OWN.items()}
PARTNERS = ["P1", "P2", "P3", "P4", "P5", "P6", "P7"]


def requests(sides: dict[str, dict[str, tuple[int, int]]]) -> pd.DataFrame:
    parts = [pd.DataFrame({"kind": "inquiry", "channel": channel, "opened_at": "2024-08-05 09:00:00",
                           "partner_id": None if who == "own" else who, "resolved_at": [GOOD] * quick + [BAD] * late})
             for who, own in sides.items() for channel, (quick, late) in own.items()]
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(request_id=[f"R{number}" for number in range(len(frame))])


def of(table: pd.DataFrame, indicator: str, event: str = "") -> pd.DataFrame:
    return table[table["indicator"].eq(indicator) & table["event"].eq(event)].set_index("unit")


@pytest.fixture
def scores(insurer: Insurer) -> pd.DataFrame:
    return of(partner_scores(insurer({"requests": requests(SIDES)}, **LIMITS)), "in_limit_share", "resolution")


def test_a_score_is_the_effect_in_like_cases_drawn_to_the_partners_mean(scores: pd.DataFrame) -> None:
    """Beside the two-way model of all cases and the shrunken effects of the partners, put together from the counts."""
    rows = pd.DataFrame([("in_house" if who == "own" else who, channel, quick + late, quick, quick)
                         for who, own in SIDES.items() for channel, (quick, late) in own.items()],
                        columns=["person", "cell", "n", "total", "total_of_squares"])
    mean = rows["total"].sum() / rows["n"].sum()
    share = rows.groupby("person")[["n", "total"]].sum()
    drawn = (share["total"] + 30 * mean) / (share["n"] + 30)  # a unit's own variance, as for employees
    own = drawn * (1 - drawn)
    own /= (share["n"] * own).sum() / share["n"].sum()
    effects = person_effects(two_way(rows))
    effects = effects.assign(sampling_variance=effects["sampling_variance"] * own).drop("in_house")
    told = shrunken_effects(effects)
    assert scores["adjusted"].tolist() == pytest.approx((mean + effects["estimate"]).tolist())
    assert scores["estimate"].tolist() == pytest.approx((mean + told["estimate"]).tolist())
    assert scores["reliability"].tolist() == pytest.approx(told["reliability"].tolist())
    assert scores["probability_below"].tolist() == pytest.approx(told["probability_below"].tolist())
    weight = told["reliability"]  # tau squared / (tau squared + v), so 1 / (tau squared + v) but for a factor
    centre = (weight * effects["estimate"]).sum() / weight.sum()
    assert scores["group_mean"].tolist() == pytest.approx([mean + centre] * 7)


def test_a_partner_truly_apart_is_told_apart_and_may_be_appraised(scores: pd.DataFrame) -> None:
    assert scores["direction"].to_dict() == dict.fromkeys(PARTNERS, "cannot be distinguished") | {"P2": "below"}
    assert scores.loc["P2", "permitted_use"] == "appraisal"
    assert scores.loc["P2", "probability_below"] > 0.975
    assert (scores["probability_below"] + scores["probability_above"]).tolist() == pytest.approx([1] * 7)
    assert scores["p_adjusted"].max() < 1e-6
    assert (scores["low"] < scores["estimate"]).all()
    assert (scores["estimate"] < scores["high"]).all()


def test_own_staff_is_no_member_and_no_partner(scores: pd.DataFrame) -> None:
    assert list(scores.index) == PARTNERS
    assert scores["n"].tolist() == [400] * 7


def test_that_own_staff_is_better_says_nothing_of_differences_between_partners(insurer: Insurer) -> None:
    """Own staff .95, every partner .7: alike, so nobody is told apart nor appraised by it."""
    sides = {who: {"phone": (70, 30)} for who in PARTNERS} | {"own": {"phone": (5_700, 300)}}
    told = of(partner_scores(insurer({"requests": requests(sides)}, **LIMITS)), "in_limit_share", "resolution")
    assert told["group_mean"].tolist() == pytest.approx([0.7] * 7)
    assert told["p_adjusted"].min() > 0.99
    assert set(told["permitted_use"]) == {"coaching only"}
    assert told["reliability"].tolist() == [0] * 7


def test_partners_alike_are_given_no_figure(insurer: Insurer) -> None:
    alike = {who: {"phone": (90, 10), "post": (70, 30)} for who in SIDES}
    told = of(partner_scores(insurer({"requests": requests(alike)}, **LIMITS)), "in_limit_share", "resolution")
    assert set(told["status"]) == {"not estimable: differences between partners are no larger than chance"}
    assert set(told["direction"]) == {"cannot be distinguished"}
    assert set(told["permitted_use"]) == {"coaching only"}
    assert told[["estimate", "low", "high", "probability_below"]].isna().all(axis=None)


def test_hard_cases_are_not_held_against_a_partner(insurer: Insurer) -> None:
    """Everybody has .9 of the easy and .5 of the hard; P1 is given hard ones."""
    easy, hard = {"phone": (90, 10), "post": (10, 10)}, {"phone": (18, 2), "post": (50, 50)}
    rows = requests({**dict.fromkeys(SIDES, easy), "P1": hard})
    told = of(partner_scores(insurer({"requests": rows}, **LIMITS)), "in_limit_share", "resolution")
    assert told.loc["P1", "naive"] == pytest.approx(68 / 120)
    assert told.loc["P1", "adjusted"] == pytest.approx(told["group_mean"].iloc[0])
    assert told["p_adjusted"].max() > 0.99


def test_few_partners_are_no_group_but_their_cases_are_counted(insurer: Insurer) -> None:
    few = {who: SIDES[who] for who in ("own", "P1", "P2", "P3", "P4")}
    table = partner_scores(insurer({"requests": requests(few)}, **LIMITS))
    assert set(table["status"]) == {"not estimable: fewer than 5 partners"}
    assert set(table["permitted_use"]) == {"not enough evidence"}
    assert table[["estimate", "group_mean", "p_adjusted"]].isna().all(axis=None)
    assert of(table, "in_limit_share", "resolution")["n"].tolist() == [400] * 4


def test_a_partner_of_few_cases_has_not_enough_evidence(insurer: Insurer) -> None:
    rows = requests(SIDES | {"P8": {"phone": (9, 0), "post": (9, 1)}})
    told = of(partner_scores(insurer({"requests": rows}, **LIMITS)), "in_limit_share", "resolution")
    assert told.loc["P8", ["status", "permitted_use"]].tolist() == [
        "not estimable: not enough evidence", "not enough evidence"]
    assert told.loc["P8", ["naive", "adjusted", "reliability", "estimate"]].isna().all()


def test_without_a_partner_nothing_is_said(insurer: Insurer) -> None:
    for tables in ({}, {"requests": requests({"own": SIDES["own"]})}):
        told = partner_scores(insurer(tables, **LIMITS))
        assert list(told) == PARTNER_COLUMNS
        assert told[["unit_type", "status"]].to_numpy().tolist() == [["company", "no data"]]


def rated(people: int, partners: int = 5) -> dict[str, pd.DataFrame]:
    """Return so many people of each partner, each rated six times by two assessors; partner 0's points are lower."""
    spell = {"department": "d", "branch": "B1", "role": "clerk", "service_line": "claims", "valid_from": "2020-01-01"}
    who = [(f"P{partner}", f"e{partner}-{one}", partner, one) for partner in range(partners) for one in range(people)]
    staff = pd.DataFrame([spell | {"employee_id": name, "partner_id": partner} for partner, name, _, _ in who])
    given = [{"assessment_id": f"{name}-{time}", "employee_id": name, "assessor_id": "xy"[time % 2], "max_score": 100,
              "facet": "knowledge", "score": 80 - 20 * (number == 0) + one % 3, "assessed_on": "2024-08-06"}
             for _, name, number, one in who for time in range(6)]
    return {"staff": staff, "assessments": pd.DataFrame(given),
            "requests": requests({f"P{number}": {"phone": (1, 0)} for number in range(partners)})}


@pytest.mark.parametrize(("people", "status"), [(8, "ok"), (7, "not estimable: fewer than 8 people")])
def test_the_competence_of_a_partner_of_few_people_is_not_told(insurer: Insurer, people: int, status: str) -> None:
    told = of(partner_scores(insurer(rated(people), **LIMITS)), "competence_score")
    assert told.loc["P0", "status"] == status
    assert told["n"].tolist() == [6 * people] * 5
    assert told.loc["P0", ["naive", "adjusted", "reliability"]].isna().all() == (people < 8)


CHECK = {"auditor_id": "x", "audited_at": "2024-08-06 09:00:00", "family": "accuracy", "criterion": "other",
         "item": "a", "sampling": "random", "severity": "minor", "passed": "false"}
CONTEST = {"contest_id": "c1", "table": "requests", "raised_on": "2024-09-01", "claim": "not ours"}


@pytest.mark.parametrize("contest", [{"employee_id": "e1", "case_id": "R1"}, {"employee_id": "P1", "case_id": "R2"}])
def test_a_contested_case_says_nothing_of_the_partner_either(insurer: Insurer, contest: dict[str, str]) -> None:
    """Whether its employee objects or the partner itself."""
    asked = {"kind": "inquiry", "opened_at": "2024-08-05 09:00:00", "resolved_at": GOOD, "partner_id": "P1"}
    rows = pd.DataFrame([asked | {"request_id": "R1", "employee_id": "e1"}, asked | {"request_id": "R2"}])
    run = insurer({"requests": rows}, files={"contests.yml": [CONTEST | contest]}, **LIMITS)
    assert scored_cases(run, SCORED[RESOLUTION], "partner")["n"].sum() == 1


def test_an_audit_without_a_partner_is_of_the_one_that_served_its_request(insurer: Insurer) -> None:
    rows = requests({"P1": {"phone": (1, 0)}})
    audited = pd.DataFrame([CHECK | {"audit_id": "A1", "request_id": "R0"}])
    run = insurer({"requests": rows, "audits": audited}, **LIMITS)
    assert scored_cases(run, SCORED["accuracy_error_share"], "partner")["employee_id"].tolist() == ["P1"]


@pytest.fixture
def served(insurer: Insurer) -> Run:
    """Return a run in which e1 works for P1 and e2 for the insurer; P1 also serves without a name."""
    spell = {"department": "d", "branch": "B1", "role": "clerk", "service_line": "claims", "valid_from": "2020-01-01"}
    staff = pd.DataFrame([spell | {"employee_id": "e1", "partner_id": "P1"}, spell | {"employee_id": "e2"}])
    asked = {"kind": "inquiry", "opened_at": "2024-08-05 09:00:00", "resolved_at": GOOD}
    rows = pd.DataFrame([asked | {"request_id": "R1", "partner_id": "P1", "employee_id": "e1"},
                         asked | {"request_id": "R2", "partner_id": "P1"},
                         asked | {"request_id": "R3", "employee_id": "e2"},
                         asked | {"request_id": "R4", "partner_id": "P1", "transferred_from": "e2"}])
    rated = pd.DataFrame([{"assessment_id": f"A{number}", "employee_id": who, "assessor_id": "x", "facet": "knowledge",
                           "score": 4, "max_score": 5, "assessed_on": "2024-08-06"}
                          for number, who in enumerate(("e1", "e2", "e2"))])
    audited = pd.DataFrame([CHECK | {"audit_id": "A1", "partner_id": "P1"}, CHECK | {"audit_id": "A2"}])
    upheld = {"cause": "delay", "source": "company", "received_at": "2024-08-07 09:00:00",
              "decided_at": "2024-08-20 09:00:00", "closed_at": "2024-08-20 09:00:00", "outcome": "upheld"}
    named = pd.DataFrame([upheld | {"complaint_id": "C1", "request_id": "R2"},
                          upheld | {"complaint_id": "C2", "partner_id": "P1"},
                          upheld | {"complaint_id": "C3", "employee_id": "e2"}, upheld | {"complaint_id": "C4"}])
    return insurer({"staff": staff, "requests": rows, "assessments": rated, "audits": audited, "complaints": named},
                   **LIMITS)


@pytest.mark.parametrize(("name", "cases"), [(RESOLUTION, {"P1": 2, "in_house": 1}),
                                             ("competence_score", {"P1": 1, "in_house": 2}),
                                             ("accuracy_error_share", {"P1": 1, "in_house": 1})])
def test_a_partner_answers_for_its_cases_named_or_not(served: Run, name: str, cases: dict[str, int]) -> None:
    """A request that changed hands counts for nobody; competence is of the partner's people."""
    found = scored_cases(served, SCORED[name], "partner")
    assert found.groupby("employee_id")["n"].sum().to_dict() == cases
    assert set(found["role"]) == {"partner"}


def test_a_complaint_speaks_of_the_partner_it_names_or_that_served_its_request(served: Run) -> None:
    """A complaint that names nobody and no request speaks of nobody."""
    found = upheld_counts(served, "partner").groupby("employee_id")[["requests", "upheld"]].sum()
    assert found.T.to_dict("list") == {"P1": [2, 2], "in_house": [1, 1]}


def test_the_law_of_upheld_complaints_needs_five_partners_with_one(insurer: Insurer) -> None:
    told = of(partner_scores(insurer({"requests": requests(SIDES)}, **LIMITS)), "upheld_complaints_per_1k_requests")
    assert told["estimate"].isna().all()
    assert told["naive_high"].tolist() == pytest.approx([1000 * stats.chi2.ppf(0.975, 2) / 2 / 400] * 7)
    assert np.isnan(told["p_adjusted"]).all()
