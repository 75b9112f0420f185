"""What do the tables say of persons: in which words, for which use, and of whom nothing?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.people.appraisal import HUMAN, appraisal
from analysis.measures.people.cases import SCORED
from analysis.measures.people.judgement import (
    DIFFERS,
    NOT_TOLD_APART,
    RATERS,
    WHOLE_BRANCH,
    Known,
    employees,
    judgement,
    known_of_people,
)
from analysis.measures.people.scoring import APPRAISAL, COACHING
from analysis.measures.people.spread import employee_spread, tier_counts, use_counts
from analysis.measures.people.tiers import COMPOSITE_GAP, SUPPORT, Part
from analysis.stats.people.flags import DEFAULT
from tests.measures.conftest import Insurer
from tests.measures.people import reduced
from tests.measures.people.reduced import COMPETENCE, CSAT, ERRORS, FIRST, UPHELD

ENOUGH, NOT_ENOUGH = "enough evidence", "not enough evidence"
PARTS = {FIRST: Part(0.2, 400.0), COMPETENCE: Part(0.15, 4.0)}
R_SPREAD, R_P = (0.05916924498, 0.031137646, 0.106305703), 8.4681813e-11
NUMBERS = ["estimate", "low", "high", "naive", "naive_low", "naive_high", "adjusted", "reliability",
           "probability_below", "probability_above"]


def known(first: dict[str, int], branches: int = 1, trusted: bool = True, **more: pd.DataFrame) -> Known:
    """Return what is known of people with so many of 100 requests in the limit and ratings that go with them."""
    people = reduced.group(len(first), branches)
    rated = {who: [6_900 + 50 * good + 30 * place for place in range(6)] for who, good in first.items()}
    cases = {FIRST: reduced.shares(first, 100), COMPETENCE: reduced.ratings(rated)}
    return judgement(people, reduced.evidence(cases | more), reduced.bounds(trusted), PARTS)


def counts(odd: set[int], size: int = 16, bad: int = 60) -> dict[str, int]:
    return {f"e{number:02d}": bad if number in odd else 88 + number % 4 for number in range(size)}


def of(table: pd.DataFrame, unit: str, indicator: str) -> pd.Series:
    return table[table["unit"].eq(unit) & table["indicator"].eq(indicator)].iloc[0]


def test_one_far_below_needs_support_and_it_says_on_what_grounds(insurer: Insurer) -> None:
    table = employees(insurer({}), known(counts({0}, bad=40), branches=4))
    for indicator in ("in_limit_share", COMPOSITE_GAP):
        row = of(table, "e00", indicator)
        assert (row["permitted_use"], row["reason"]) == (APPRAISAL, DIFFERS)
    assert of(table, "e00", COMPOSITE_GAP)["direction"] == SUPPORT
    assert of(table, "e01", COMPOSITE_GAP)[["direction", "permitted_use", "reason"]].tolist() == [
        DEFAULT, COACHING, NOT_TOLD_APART]


def test_where_the_whole_branch_is_below_its_people_are_coached_and_no_more(insurer: Insurer) -> None:
    """The four of B0 have 60 of 100 in time, all others 88 to 91."""
    table = employees(insurer({}), known(counts({0, 4, 8, 12}), branches=4))
    for indicator in ("in_limit_share", COMPOSITE_GAP):
        row = of(table, "e00", indicator)
        assert (row["permitted_use"], row["reason"]) == (COACHING, WHOLE_BRANCH)
    assert of(table, "e00", COMPOSITE_GAP)["direction"] == DEFAULT


def test_the_same_four_from_four_branches_are_told_apart(insurer: Insurer) -> None:
    table = employees(insurer({}), known(counts({0, 5, 10, 15}), branches=4))
    assert {of(table, f"e{one:02d}", "in_limit_share")["permitted_use"] for one in (0, 5, 10, 15)} == {APPRAISAL}


def test_findings_of_auditors_who_agree_too_little_say_so(insurer: Insurer) -> None:
    failed = reduced.shares({f"e{number:02d}": 10 * (number == 0) for number in range(16)}, 40)
    told = known(counts({0}), trusted=False, **{ERRORS: failed.assign(total=failed["total"] * 1_000,
                                                                     total_of_squares=failed["total"] * 1_000_000)})
    row = of(employees(insurer({}), told), "e00", ERRORS)
    assert (row["permitted_use"], row["reason"]) == (COACHING, RATERS)


def test_where_people_differ_by_no_more_than_chance_that_is_the_reason_and_not_the_evidence(insurer: Insurer) -> None:
    """Sixteen people with the same results: the variance between them is 0, so nobody has a composite or leaves it."""
    alike = {f"e{number:02d}": 40 for number in range(16)}
    cases = {FIRST: reduced.shares(alike, 60), CSAT: reduced.shares(alike, 60),
             COMPETENCE: reduced.ratings(dict.fromkeys(alike, [7_000, 7_200, 7_400, 7_600] * 2))}
    told = judgement(reduced.group(16), reduced.evidence(cases), reduced.bounds(), PARTS)
    rows = employees(insurer({}), told).query("indicator == 'employee_composite_gap'")
    assert set(rows["status"]) == {"not estimable: differences between persons are no larger than chance"}
    assert set(zip(rows["evidence"], rows["permitted_use"], rows["reason"], strict=True)) == {
        (ENOUGH, COACHING, NOT_TOLD_APART)}
    assert rows[["estimate", "low", "high", "probability_below", "probability_above"]].isna().all(axis=None)
    assert tier_counts(told)[["with_composite", "alike", "flagged"]].to_numpy().tolist() == [[16, 16, 0]]


def test_a_company_of_few_cases_each_grades_nobody_and_still_has_its_tables(insurer: Insurer) -> None:
    """Sixteen people with four requests, an answer and an assessment each."""
    few = {f"e{number:02d}": 3 + number % 2 for number in range(16)}
    cases = {FIRST: reduced.shares(few, 4), CSAT: reduced.shares(dict.fromkeys(few, 1), 1),
             COMPETENCE: reduced.ratings({who: [7_000 + 100 * good] for who, good in few.items()})}
    told = judgement(reduced.group(16), reduced.evidence(cases), reduced.bounds(), PARTS)
    run = insurer({})
    table, spread = employees(run, told), employee_spread(run, told)
    assert set(table["permitted_use"]) == {NOT_ENOUGH}
    assert set(table["reason"]) == {NOT_ENOUGH}
    assert table[NUMBERS].isna().all(axis=None)
    assert set(table["direction"]) == {DEFAULT}
    assert tier_counts(told)[["people", "with_composite", "flagged"]].to_numpy().tolist() == [[16, 0, 0]]
    assert use_counts(told.scored.scores)["not_enough_evidence"].tolist() == [16] * 7
    assert spread.set_index("event").loc["first_response", ["n", "people", "status"]].tolist() == [64, 16, "ok"]


def test_of_one_with_few_cases_among_many_no_number_is_told(insurer: Insurer) -> None:
    """e01 has ten requests of 100 and one rating: not enough for either, nor for the composite."""
    good = counts({0})
    requests = reduced.shares(good, 100)
    few = requests["employee_id"].eq("e01")
    requests = requests.assign(**{name: requests[name].mask(few, 10) for name in ("n", "units")},
                               total=requests["total"].mask(few, 5), total_of_squares=requests["total"].mask(few, 5))
    rated = {who: [6_900 + 50 * one + 30 * place for place in range(6)] for who, one in good.items()}
    cases = {FIRST: requests, COMPETENCE: reduced.ratings(rated | {"e01": [7_000]})}
    table = employees(insurer({}), judgement(reduced.group(16, 4), reduced.evidence(cases), reduced.bounds(), PARTS))
    assert set(table.loc[table["unit"].eq("e01"), "evidence"]) == {NOT_ENOUGH}
    assert table.loc[table["evidence"].eq(NOT_ENOUGH), NUMBERS].isna().all(axis=None)
    assert table.loc[table["unit"].eq("e00") & table["indicator"].eq(COMPETENCE), NUMBERS].notna().all(axis=None)


def test_where_nobody_differs_no_adjusted_figure_is_told(insurer: Insurer) -> None:
    """Everybody has enough requests, of which as many as luck gives are in the limit: reliability is 0."""
    table = employees(insurer({}), known({f"e{number:02d}": 88 + number % 4 for number in range(16)}))
    served = table[table["indicator"].eq("in_limit_share") & table["event"].eq("first_response")]
    assert served["status"].str.startswith("not estimable: ").all()
    assert served["naive"].notna().all()
    hidden = ["adjusted", "probability_below", "probability_above"]
    assert table.loc[table["status"].ne("ok"), hidden].isna().all(axis=None)


def test_below_and_above_the_colleagues_mean_make_one(insurer: Insurer) -> None:
    """The one with 40 of 100 where the others have 88 to 91 lies below the mean."""
    row = of(employees(insurer({}), known(counts({0}, bad=40), branches=4)), "e00", "in_limit_share")
    assert row["probability_above"] < 0.001
    assert row["probability_below"] + row["probability_above"] == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("size", [1, 5])
def test_of_five_people_nothing_is_said_but_why(insurer: Insurer, size: int) -> None:
    told = known(counts({0}, size))
    table = employees(insurer({}), told)
    assert set(table["status"]) == {"not estimable: fewer than 8 people in the same job"}
    assert table[NUMBERS].isna().all(axis=None)
    assert len(table) == 8 * size
    assert employee_spread(insurer({}), told)["status"].tolist() == ["no data"]


def test_without_a_delivery_there_are_empty_tables(insurer: Insurer) -> None:
    run = insurer({})
    told = known_of_people(run)
    assert employees(run, told).empty
    assert appraisal(run, told).empty
    assert employee_spread(run, told)["status"].tolist() == ["no data"]
    assert tier_counts(told)["people"].tolist() == [0]
    assert use_counts(told.scored.scores).empty


def test_lists_are_alphabetical_and_the_exempt_have_a_row_for_each_indicator(insurer: Insurer) -> None:
    roster = pd.DataFrame({"employee_id": ["b", "a"], "department": "d", "branch": "B1", "role": "clerk",
                           "service_line": "claims", "valid_from": "2020-01-01", "exempt_reason": ["leave", None]})
    run = insurer({"staff": roster})
    table = employees(run, known_of_people(run))
    assert table["unit"].drop_duplicates().tolist() == ["a", "b"]
    exempt = table[table["unit"].eq("b")]
    assert set(exempt["status"]) == {"not applicable"}
    assert set(exempt["evidence"]) == {"exempt: leave"}
    assert {*(one.indicator for one in SCORED.values())} <= set(exempt["indicator"])


def test_the_spread_of_a_group_is_what_r_finds(insurer: Insurer) -> None:
    """Effects of shares in one cell are differences of means: R, with s2 = 16·100·mean(p(1 − p)) / (1600 − 16)::

        p <- c(60, 88 + 1:15 %% 4) / 100; s2 <- sum(100 * p * (1 - p)) / (1600 - 16)
        own <- (100 * p + 30 * mean(p)) / 130; q <- own * (1 - own)
        r <- metafor::rma(p - mean(p), s2 / 100 * q / mean(q), method = "PM", control = list(tol = 1e-14))
        sqrt(r$tau2); confint(r, control = list(tol = 1e-12))
        anova(lm(y ~ person))
    """
    table = employee_spread(insurer({}), known(counts({0}), branches=4)).set_index("event")
    row = table.loc["first_response"]
    assert row["estimate"] == pytest.approx(R_SPREAD[0], abs=1e-7)
    assert row[["low", "high"]].tolist() == pytest.approx(R_SPREAD[1:], abs=1e-5)
    assert row["p"] == pytest.approx(R_P, rel=1e-4)
    assert row["spread"] == "beyond chance"


def test_the_appraisal_file_leaves_the_decision_to_people(insurer: Insurer) -> None:
    table = appraisal(insurer({}), known(counts({0}), branches=4))
    assert set(table["permitted_use"]) <= {APPRAISAL, COACHING, NOT_ENOUGH}
    assert table[HUMAN].eq("").all(axis=None)
    assert {"reliability", "reason", "direction"} <= set(table)
    assert of(table, "e00", UPHELD)["permitted_use"] == NOT_ENOUGH


def test_the_method_of_a_score_names_what_was_held_equal(insurer: Insurer) -> None:
    """All cases are of one cell: the finest is taken. Ratings are compared within quarter and assessor."""
    table = employees(insurer({}), known(counts({0}), branches=4))
    methods = {one: of(table, "e00", one)["method"] for one in ("in_limit_share", COMPETENCE, COMPOSITE_GAP, CSAT)}
    assert methods == {
        "in_limit_share": "within quarter, kind, product, channel, priority; empirical Bayes",
        COMPETENCE: "within quarter, assessor_id; empirical Bayes",
        COMPOSITE_GAP: "weighted sum of what is adjusted; empirical Bayes", CSAT: ""}
