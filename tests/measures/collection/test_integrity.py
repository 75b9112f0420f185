"""Is a planted pattern found, and an even one left alone?"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.measures.collection.integrity import FINDING, USUAL, integrity
from tests.measures.conftest import Insurer

OPENED = datetime(2024, 8, 5, 9)
LIMITS = {"limits": {"inquiry": {"resolution": 20}}}  # hours: three spans of 2 from 16 to 22


def requests(hours: list[float], **columns: object) -> pd.DataFrame:
    ends = [(OPENED + timedelta(hours=one)).isoformat() for one in hours]
    return pd.DataFrame({"kind": "inquiry", "opened_at": OPENED.isoformat(), "resolved_at": ends}).assign(**columns)


def keyed(*parts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    frame = pd.concat(parts, ignore_index=True)
    return {"requests": frame.assign(request_id=[f"R{number}" for number in range(len(frame))])}


def row(table: pd.DataFrame, indicator: str, unit: str = "company") -> pd.Series:
    (found,) = (one for _, one in table[table["indicator"].eq(indicator) & table["unit"].eq(unit)
                                        & table["event"].ne("first_response")].iterrows())
    return found


def test_cases_that_end_just_under_the_limit_are_found(insurer: Insurer) -> None:
    """By hand: 60 of 90 between 16 and 22 hours end within 18 and 20; R: binom.test(60, 90, 1/3, "greater")."""
    times = [17.0] * 15 + [18.0] * 5 + [18.1] * 20 + [20.0] * 40 + [20.1] * 10 + [5.0] * 50 + [30.0] * 20
    found = row(integrity(insurer(keyed(requests(times)), **LIMITS)), "limit_bunching_share", "inquiry")
    assert found[["n", "estimate", "usual"]].tolist() == [90, pytest.approx(60 / 90), pytest.approx(1 / 3)]
    assert found["p"] == pytest.approx(stats.binomtest(60, 90, 1 / 3, "greater").pvalue)
    assert found["finding"] == FINDING


def test_even_work_about_the_limit_is_nothing_unusual(insurer: Insurer) -> None:
    times = [16.1 + number * 0.05 for number in range(118)]
    found = row(integrity(insurer(keyed(requests(times)), **LIMITS)), "limit_bunching_share", "inquiry")
    assert found["finding"] == USUAL
    assert found["estimate"] == pytest.approx(1 / 3, abs=0.02)


def test_pauses_that_bring_a_case_just_under_the_limit_are_found(insurer: Insurer) -> None:
    """By hand: 30 cases take 25 hours and pause for 6, so 19 remain: all of those about the limit."""
    run = insurer(keyed(requests([25.0] * 30, paused_hours=6)), **LIMITS)
    found = row(integrity(run), "pause_bunching_share")
    assert found[["n", "estimate", "finding"]].tolist() == [30, 1.0, FINDING]


def test_a_branch_whose_closed_requests_come_back_is_found(insurer: Insurer) -> None:
    closed = [requests([3.0] * 60, branch=branch) for branch in ("B1", "B2", "B3")]
    back = pd.DataFrame({"kind": "inquiry", "opened_at": "2024-08-07 09:00:00", "branch": "B1",
                         "reopened_of": [f"R{number}" for number in range(20)]})
    table = integrity(insurer(keyed(*closed, back), **LIMITS))
    found = row(table, "reopened_share", "B1")
    assert found[["n", "estimate", "usual", "finding"]].tolist() == [60, pytest.approx(1 / 3), 0, FINDING]
    assert row(table, "reopened_share", "B2")["finding"] == USUAL
    assert row(table, "reopened_share")["finding"] == ""


def test_a_branch_that_recodes_its_complaints_is_found(insurer: Insurer) -> None:
    """By hand: B1 keeps 10 of 40 complaints, B2 38 of 40; other inquiries do not count."""
    kept = [requests([3.0] * n, kind="complaint", branch=one) for one, n in (("B1", 10), ("B2", 38))]
    changed = [requests([3.0] * n, original_kind="complaint", branch=one) for one, n in (("B1", 30), ("B2", 2))]
    table = integrity(insurer(keyed(*kept, *changed, requests([3.0] * 99, branch="B1")), **LIMITS))
    found = row(table, "recoded_complaint_share", "B1")
    assert found[["n", "estimate", "usual", "finding"]].tolist() == [40, 0.75, 0.05, FINDING]
    assert row(table, "recoded_complaint_share")["estimate"] == 32 / 80


def test_a_survey_that_invites_those_served_well_is_found(insurer: Insurer) -> None:
    tables = keyed(requests([3.0] * 50 + [30.0] * 50))
    asked = [f"R{number}" for number in [*range(45), *range(50, 56)]]
    surveys = pd.DataFrame({"invitation_id": asked, "request_id": asked, "mode": "phone",
                            "invited_at": "2024-08-20 09:00:00"})
    found = row(integrity(insurer(tables | {"surveys": surveys}, **LIMITS)), "invited_better_served")
    assert found["estimate"] == pytest.approx(45 / 51 - 5 / 49)
    assert found["finding"] == FINDING


@pytest.mark.parametrize(("harsh", "said"), [(20, FINDING), (5, USUAL)])
def test_an_auditor_apart_from_the_others_is_found_without_a_name(insurer: Insurer, harsh: int, said: str) -> None:
    parts = [pd.DataFrame({"auditor_id": who, "passed": [False] * bad + [True] * (40 - bad)})
             for who, bad in (("E1", 4), ("E2", 5), ("E3", 6), ("E4", harsh))]
    audits = pd.concat(parts, ignore_index=True).assign(
        family="accuracy", criterion="other", item="a", severity="minor", sampling="random",
        audited_at="2024-08-05 09:00:00")
    audits = audits.assign(audit_id=[f"A{number}" for number in range(len(audits))])
    table = integrity(insurer({"audits": audits}, **LIMITS))
    found = row(table, "clean_audit_spread")
    assert found[["n", "finding"]].tolist() == [160, said]
    assert "E4" not in table.to_csv()


def assessments(scores: list[float], **columns: object) -> dict[str, pd.DataFrame]:
    """Return one rating per assessment, of an employee each."""
    frame = pd.DataFrame({"score": scores, "max_score": 100, "assessor_id": "E9", "facet": "knowledge",
                          "assessed_on": "2024-08-05"}).assign(**columns)
    names = [f"{number:04}" for number in range(len(frame))]
    return {"assessments": frame.assign(assessment_id=[f"K{one}" for one in names],
                                        employee_id=[f"P{one}" for one in names])}


def test_scores_that_heap_at_multiples_of_5_are_found_without_a_name(insurer: Insurer) -> None:
    """By hand: 73 … 77 twelve times each and 70 forty times: 52 of 100 are round; 2, 98 and 100 lie at the ends."""
    scores = [73.0, 74.0, 75.0, 76.0, 77.0] * 12 + [70.0] * 40 + [2.0, 98.0, 100.0] * 20
    table = integrity(insurer(assessments(scores), **LIMITS))
    found = row(table, "round_score_share")
    assert found[["n", "estimate", "usual", "finding"]].tolist() == [100, 0.52, 0.2, FINDING]
    assert found["p"] == pytest.approx(stats.binomtest(52, 100, 0.2, "greater").pvalue)
    assert "E9" not in table.to_csv()


def test_a_score_given_to_several_facets_counts_once(insurer: Insurer) -> None:
    """By hand: 20 assessments give 75 to each of three facets and 80 of them 71 … 74: 20 of 100."""
    tables = assessments([75.0] * 60 + [71.0, 72.0, 73.0, 74.0] * 20)["assessments"]
    first = [f"K{number // 3:04}" for number in range(60)]
    facets = ["knowledge", "communication", "adaptability"] * 20
    tables.loc[:59, ["assessment_id", "facet"]] = pd.DataFrame({"assessment_id": first, "facet": facets}).to_numpy()
    tables.loc[60:, "assessment_id"] = [f"L{number}" for number in range(80)]
    found = row(integrity(insurer({"assessments": tables}, **LIMITS)), "round_score_share")
    assert found[["n", "estimate", "finding"]].tolist() == [100, 0.2, USUAL]


def test_smooth_scores_are_nothing_unusual(insurer: Insurer) -> None:
    """The quantiles of a normal law about 76 with deviation 8, in whole points."""
    scores = [float(round(one)) for one in stats.norm.ppf([(number + 0.5) / 500 for number in range(500)], 76, 8)]
    found = row(integrity(insurer(assessments([min(one, 100.0) for one in scores]), **LIMITS)), "round_score_share")
    assert found["estimate"] == pytest.approx(0.2, abs=0.01)
    assert found["finding"] == USUAL


@pytest.mark.parametrize(("deviation", "centre"), [(3, 75), (3, 92), (8, 75), (12, 85)])
def test_smooth_scores_are_hardly_ever_found(insurer: Insurer, deviation: float, centre: float) -> None:
    """Over 2000 quarters of 300 smooth ratings a test at 5 % finds heaping in at most 6.5 % of them.

    The counts are those of the scores away from the ends, as the table has them; a draw of the first quarter shows it.
    """
    drawn = np.random.default_rng(7).normal(centre, deviation, (2000, 300)).round().clip(0, 100)
    inside = (drawn > 2) & (drawn < 98)
    n, count = inside.sum(axis=1), (inside & (drawn % 5 == 0)).sum(axis=1)
    found = row(integrity(insurer(assessments(drawn[0].tolist()), **LIMITS)), "round_score_share")
    assert found[["n", "estimate"]].tolist() == [n[0], count[0] / n[0]]
    assert (stats.binom.sf(count - 1, n, found["usual"]) <= 0.05).mean() <= 0.065


@pytest.mark.parametrize(("scores", "columns"), [
    ([1.0, 2.0, 3.0, 4.0, 5.0] * 20, {"max_score": 5}), ([70.0, 75.0, 80.0] * 20, {})],
    ids=["five marks", "steps of 5"])
def test_a_scale_too_coarse_to_tell_is_not_applicable(insurer: Insurer, scores: list[float],
                                                      columns: dict[str, object]) -> None:
    found = row(integrity(insurer(assessments(scores, **columns), **LIMITS)), "round_score_share")
    assert found[["status", "finding"]].tolist() == ["not applicable", ""]


def test_holm_counts_every_test_of_the_table(insurer: Insurer) -> None:
    table = integrity(insurer(keyed(requests([17.0, 19.0, 21.0] * 20, branch="B1")), **LIMITS))
    tested = table["p"].notna()
    assert tested.sum() == 2
    assert table.loc[tested, "p_adjusted"].tolist() == pytest.approx([min(1, 2 * p) for p in table.loc[tested, "p"]])


def test_nothing_delivered_is_no_data(insurer: Insurer) -> None:
    table = integrity(insurer({}, **LIMITS))
    assert set(table["status"]) == {"no data"}
    assert set(table["finding"]) == {""}


def test_a_tiny_insurer_is_not_estimable(insurer: Insurer) -> None:
    few = keyed(requests([17.0, 19.0, 21.0], branch="B1", paused_hours=1)) | assessments([70.0, 71.0])
    table = integrity(insurer(few, **LIMITS))
    assert set(table["status"].str.split(":").str[0]) == {"no data", "not estimable"}
