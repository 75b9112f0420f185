"""Is a partner compared with own staff in like cases, so that what it was given is not held against it?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.comparisons.partners import partners
from analysis.stats.composites.strata import mantel_haenszel
from tests.measures.conftest import Insurer

LIMITS = {"limits": {"inquiry": {"resolution": 24}}}
EASY, HARD = "phone", "post"
# By channel: own staff (in time, late), partner (in time, late). Each is as good as the other in either channel.
ALIKE = {EASY: ((180, 20), (18, 2)), HARD: ((20, 20), (50, 50))}


def requests(mix: dict[str, tuple[tuple[int, int], tuple[int, int]]], partner: str = "P1") -> pd.DataFrame:
    parts = [pd.DataFrame({
        "kind": "inquiry", "channel": channel, "partner_id": who, "opened_at": "2024-08-05 09:00:00",
        "resolved_at": ["2024-08-05 18:00:00"] * quick + ["2024-08-08 18:00:00"] * slow})
        for channel, sides in mix.items() for who, (quick, slow) in zip((None, partner), sides, strict=True)]
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(request_id=[f"{partner}-{number}" for number in range(len(frame))])


def row(table: pd.DataFrame, indicator: str = "in_limit_share", unit: str = "P1") -> pd.Series:
    (found,) = (one for _, one in table[table["indicator"].eq(indicator) & table["unit"].eq(unit)].iterrows())
    return found


def test_hard_cases_are_not_held_against_a_partner(insurer: Insurer) -> None:
    """By hand: .9 and .5 in both channels for both; over all 68/120 against 200/240."""
    found = row(partners(insurer({"requests": requests(ALIKE)}, **LIMITS)))
    assert found["estimate"] == pytest.approx(0, abs=1e-12)
    assert found["naive"] == pytest.approx(68 / 120 - 200 / 240)
    assert found["naive_high"] < 0 < found["high"]
    assert (found["difference"], found["n"], found["n_partner"]) == ("not shown", 360, 120)


def test_a_partner_that_is_slower_in_like_cases_is_worse(insurer: Insurer) -> None:
    mix = {EASY: ((180, 20), (30, 20)), HARD: ((20, 20), (20, 80))}
    found = row(partners(insurer({"requests": requests(mix)}, **LIMITS)))
    strata = pd.DataFrame([(x1, x1 + y1, x0, x0 + y0) for (x0, y0), (x1, y1) in mix.values()],
                          columns=["count_1", "n_1", "count_0", "n_0"])
    expected = mantel_haenszel(strata.assign(stratum=list(mix))).iloc[0]
    assert found[["estimate", "low", "high"]].tolist() == pytest.approx(expected[["estimate", "low", "high"]].tolist())
    assert found["difference"] == "worse"


def test_a_partner_without_a_late_case_is_too_few_to_say(insurer: Insurer) -> None:
    found = row(partners(insurer({"requests": requests({EASY: ((180, 20), (15, 0))})}, **LIMITS)))
    assert found["status"] == "not estimable: fewer than 5 cases of either kind in a group"
    assert found[["estimate", "low", "high", "p"]].isna().all()
    assert found["difference"] == ""


def test_holm_counts_the_partners(insurer: Insurer) -> None:
    both = pd.concat([requests({EASY: ((90, 10), (40, 10))}), requests({EASY: ((90, 10), (35, 15))}, "P2")])
    table = partners(insurer({"requests": both}, **LIMITS))
    one, two = row(table), row(table, unit="P2")
    assert two["p"] < one["p"]
    assert [two["p_adjusted"], one["p_adjusted"]] == pytest.approx([2 * two["p"], max(2 * two["p"], one["p"])])


def test_satisfaction_complaints_and_audits_are_compared_too(insurer: Insurer) -> None:
    """By hand, in one cell: satisfied 30/60 against 90/120; a complaint on 10/60 against 12/120; errors .3 and .1."""
    rows = requests({EASY: ((120, 0), (60, 0))})
    own, theirs = (rows.loc[rows["partner_id"].isna() == side, "request_id"].tolist() for side in (True, False))
    asked = pd.DataFrame({"request_id": own + theirs, "satisfaction": [5] * 90 + [2] * 30 + [4] * 30 + [1] * 30,
                          "mode": "phone", "invited_at": "2024-09-02 09:00:00", "responded_at": "2024-09-03 09:00:00"})
    named = pd.DataFrame({"request_id": own[:12] + theirs[:10], "cause": "delay", "source": "company",
                          "received_at": "2024-09-04 09:00:00"})
    results = [False] * 12 + [True] * 108 + [False] * 18 + [True] * 42
    audited = pd.DataFrame({"request_id": own + theirs, "passed": results,
                            "family": "accuracy", "criterion": "other", "item": "a", "severity": "minor",
                            "sampling": "random", "auditor_id": "E1", "audited_at": "2024-09-05 09:00:00"})
    keyed = {name: frame.assign(**{key: [f"{key}{number}" for number in range(len(frame))]}) for name, key, frame in (
        ("surveys", "invitation_id", asked), ("complaints", "complaint_id", named), ("audits", "audit_id", audited))}
    table = partners(insurer({"requests": rows, **keyed}, **LIMITS))
    gaps = {one: row(table, one)["estimate"] for one in ("csat_top2_share", "complaints_per_1k_requests",
                                                         "accuracy_error_share")}
    assert gaps == pytest.approx({"csat_top2_share": 0.5 - 0.75, "complaints_per_1k_requests": 1000 * (1 / 6 - 0.1),
                                  "accuracy_error_share": 0.2})
    assert row(table, "accuracy_error_share")["difference"] == "worse"


@pytest.mark.parametrize("delivered", [{}, {"requests": requests({EASY: ((30, 5), (0, 0))})}], ids=["nothing", "none"])
def test_without_partners_there_is_nothing_to_compare(insurer: Insurer, delivered: dict[str, pd.DataFrame]) -> None:
    table = partners(insurer(delivered, **LIMITS))
    assert set(table["status"]) == {"no data"}
    assert set(table["difference"]) == {""}


def test_a_tiny_partner_is_not_estimable(insurer: Insurer) -> None:
    found = row(partners(insurer({"requests": requests({EASY: ((20, 2), (2, 1))})}, **LIMITS)))
    assert found["status"] == "not estimable: fewer than 10 cases in a group"
