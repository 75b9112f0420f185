from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.measures.people.fairness import (
    DEPENDS,
    NOT_SHOWN,
    RETURNED,
    alternatives,
    fairness,
    sensitivity,
    widest_gap,
)
from analysis.measures.people.judgement import Known, employees, known_of_people
from analysis.measures.people.other_tiers import other_tiers
from analysis.run import Run
from tests.measures.conftest import Insurer

PEOPLE, EACH = 24, 60
STAFF = pd.DataFrame([{"employee_id": f"e{one:02d}", "department": "d1", "branch": f"B{one % 4}", "role": "clerk",
                       "service_line": "claims", "valid_from": "2020-01-01",
                       "hired_on": f"{2018 + one % 5}-01-01"} for one in range(PEOPLE)])


def served(late: dict[str, float], seed: int = 3) -> pd.DataFrame:
    """Return requests of everybody in the quarter, late with the probability of the branch (else .2), limit an hour."""
    drawn = np.random.default_rng(seed)
    rows = []
    for person in STAFF.to_dict("records"):
        for one in range(EACH):
            is_late = drawn.random() < late.get(person["branch"], 0.2)
            rows.append({"request_id": f"{person['employee_id']}-{one}", "kind": "inquiry", "priority": "normal",
                         "segment": ("retail", "senior")[one % 2], "employee_id": person["employee_id"],
                         "opened_at": f"2024-08-{1 + one % 28:02d} 10:00:00",
                         "first_response_at": f"2024-08-{1 + one % 28:02d} {'12' if is_late else '10'}:30:00"})
    return pd.DataFrame(rows)


def known(insurer: Insurer, requests: pd.DataFrame) -> tuple[Run, Known]:
    run = insurer({"staff": STAFF, "requests": requests}, limits={"inquiry": {"first_response": 1}})
    return run, known_of_people(run)


def moved(run: Run, told: Known) -> pd.DataFrame:
    others = alternatives(run, told)
    return sensitivity(told, others, other_tiers(run, told, others))


def checks(found: pd.DataFrame) -> dict[str, str]:
    rows = found[found["event"].eq("first_response")]
    return dict(zip(rows["check"], rows["result"], strict=True))


def test_a_slow_branch_is_found_and_its_people_are_not_used_for_appraisal(insurer: Insurer) -> None:
    run, told = known(insurer, served({"B1": 0.7}))
    assert checks(fairness(told)) == {"branch": DEPENDS, "service_line": "", "tenure": NOT_SHOWN, "segment": NOT_SHOWN,
                                      "shift": ""}
    stands_out = told.branches[told.branches["stands_out"].ne("")]
    assert stands_out[["indicator", "event", "branch", "stands_out"]].to_numpy().tolist() == [
        ["in_limit_share", "first_response", "B1", "below"]]
    rows = employees(run, told).query("event == 'first_response'").set_index("unit")
    slow = rows.loc[STAFF.loc[STAFF["branch"].eq("B1"), "employee_id"]]
    assert (slow["direction"] == "below").any()
    assert set(slow["permitted_use"]) == {"coaching only"}
    assert set(slow.loc[slow["status"].eq("ok"), "reason"]) == {"the whole branch stands out"}


def test_where_branches_are_alike_none_stands_out(insurer: Insurer) -> None:
    _, told = known(insurer, served({}))
    assert checks(fairness(told))["branch"] == NOT_SHOWN
    assert told.branches["stands_out"].eq("").all()


def test_a_segment_that_is_served_later_is_found(insurer: Insurer) -> None:
    requests = served({})
    later = requests["segment"].eq("senior") & (np.arange(len(requests)) % 4 == 1)
    requests["first_response_at"] = requests["first_response_at"].mask(later, requests["opened_at"].str[:10] + " 13:00")
    found = fairness(known(insurer, requests)[1]).query("event == 'first_response'").set_index("check")
    assert found.loc["segment", "result"] == DEPENDS
    assert found.loc["segment", "moves"] < 0.02  # everybody has as many of either: holding it equal moves nobody
    shares = requests.assign(ok=requests["first_response_at"].str[11:13].eq("10")).groupby("segment")["ok"].mean()
    assert found.loc["segment", "estimate"] == pytest.approx(shares["retail"] - shares["senior"], abs=1e-9)
    half = found.loc["segment", "high"] - found.loc["segment", "estimate"]
    p = 2 * stats.t.sf(found.loc["segment", "estimate"] * stats.t.ppf(0.975, 1e6) / half, 1e6)
    assert p == pytest.approx(found.loc["segment", "p"], rel=0.05)  # of two categories t² is F


def test_other_models_agree_where_everybody_has_the_same_cases(insurer: Insurer) -> None:
    run, told = known(insurer, served({"B1": 0.7}))
    found = moved(run, told).query("event == 'first_response'")
    assert set(found["held_equal"]) == {"nothing", "the coarsest cells", "the finest cells", "rows delivered since",
                                        "rows that were set aside"}
    assert found["moves"].max() == pytest.approx(0, abs=1e-9)
    assert found["changed"].eq(0).all()


def test_that_complaints_are_not_tested_is_said_in_words_and_no_number(insurer: Insurer) -> None:
    found = fairness(known(insurer, served({}))[1]).query("indicator == 'upheld_complaints_per_1k_requests'")
    assert found["check"].tolist() == ["branch", "service_line", "tenure", "segment", "shift"]
    assert set(found["status"]) == {"not applicable: complaints are counted, not scored case by case"}
    assert found[["estimate", "low", "high", "p", "p_adjusted", "moves"]].isna().all(axis=None)
    assert found[["people", "n"]].drop_duplicates().to_numpy().tolist() == [[PEOPLE, PEOPLE * EACH]]


def test_nothing_delivered_is_no_error(insurer: Insurer) -> None:
    run, told = known(insurer, served({}).iloc[:0])
    assert fairness(told).empty
    assert moved(run, told).empty
    assert employees(run, told)["permitted_use"].eq("not enough evidence").all()


def test_the_widest_of_three_gaps_has_the_interval_of_all() -> None:
    """Independent means 0, 1 and 4, each with variance .5: Tukey's q of three at infinity is 3.314493 (R: qtukey)."""
    found = widest_gap(np.array([0.0, 1.0, 4.0]), np.diag([0.5, 0.5, 0.5]), np.inf)
    reach = 3.314493 * 0.5**0.5
    assert found == pytest.approx({"estimate": 4, "low": 4 - reach, "high": 4 + reach}, abs=1e-5)


def test_between_two_it_is_the_interval_of_their_difference() -> None:
    found = widest_gap(np.array([1.0, 1.5]), np.array([[0.04, 0.01], [0.01, 0.09]]), 10.0)
    half = stats.t.ppf(0.975, 10) * (0.04 + 0.09 - 2 * 0.01) ** 0.5
    assert found == pytest.approx({"estimate": 0.5, "low": 0.0, "high": 0.5 + half}, abs=1e-6)


def test_lines_are_held_against_each_other_only_where_people_are_compared_across_them(insurer: Insurer) -> None:
    """Four of the clerks work in sales: too few for a group of their own, so that all clerks are one group."""
    staff = STAFF.assign(service_line=["sales"] * 4 + ["claims"] * (PEOPLE - 4))
    run = insurer({"staff": staff, "requests": served({})}, limits={"inquiry": {"first_response": 1}})
    rows = fairness(known_of_people(run)).query("event == 'first_response'").set_index("check")
    assert rows.loc["service_line", ["people", "categories", "status"]].tolist() == [PEOPLE, 2, "ok"]
    alone = fairness(known(insurer, served({}))[1]).query("event == 'first_response'").set_index("check")
    assert alone.loc["service_line", "status"] == "not applicable"


def test_rows_set_aside_are_let_back_to_see_what_they_would_move(insurer: Insurer) -> None:
    """Each of e00's sixty requests stands twice in the delivery, the second time answered late."""
    requests = served({})
    late = requests[requests["employee_id"].eq("e00")].assign(
        first_response_at=lambda one: one["opened_at"].str[:10] + " 15:00:00")
    both = {"staff": STAFF, "requests": pd.concat([requests, late])}
    run = insurer(both, limits={"inquiry": {"first_response": 1}}, whole=True)
    found = moved(run, known_of_people(run)).query("event == 'first_response'").set_index("held_equal")
    in_time = requests.loc[requests["employee_id"].eq("e00"), "first_response_at"].str[11:13].eq("10").mean()
    assert found.loc[RETURNED, "moves"] == pytest.approx(in_time, abs=1e-9)
    assert found.loc["rows delivered since", "moves"] == 0
