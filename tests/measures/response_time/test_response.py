"""Does the time customers wait hold with open, withdrawn and late requests, each against the limit of its own kind?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import pytest

from analysis.measures.response_time.response import response_time, waiting_curves
from tests.measures.conftest import Insurer
from tests.measures.test_definitions import REGISTRY

OPENED = datetime(2024, 8, 5, 9, 0)
NUMBERS = ["estimate", "low", "high"]
# Freireich et al. (1963), 6-MP arm: weeks in remission, here hours until the response; False = left before it.
FREIREICH = [(6, True)] * 3 + [(6, False), (7, True), (9, False), (10, True), (10, False), (11, False), (13, True),
                               (16, True), (17, False), (19, False), (20, False), (22, True), (23, True), (25, False),
                               (32, False), (32, False), (34, False), (35, False)]


def _requests(waits: list[tuple[float, bool]], opened: datetime = OPENED, **columns: object) -> pd.DataFrame:
    """Return requests that were answered (True) or withdrawn (False) so many hours after their opening."""
    ends = [(opened + timedelta(hours=hours)).isoformat() for hours, _ in waits]
    frame = pd.DataFrame({
        "opened_at": opened.isoformat(), "first_response_at": ends, "withdrawn_at": ends, "kind": "inquiry",
        "answered": [answered for _, answered in waits]}).assign(**columns)
    return frame.assign(first_response_at=frame["first_response_at"].where(frame["answered"]),
                        withdrawn_at=frame["withdrawn_at"].where(~frame["answered"])).drop(columns="answered")


def _tables(*parts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    frame = pd.concat(parts, ignore_index=True)
    return {"requests": frame.assign(request_id=[f"R{number}" for number in range(len(frame))])}


def _row(table: pd.DataFrame, indicator: str, unit: str = "company", event: str = "first_response") -> pd.Series:
    chosen = (table["indicator"] == indicator) & (table["unit"] == unit) & (table["event"] == event)
    (row,) = (one for _, one in table[chosen].iterrows())
    return row


def _limits(**hours: float) -> dict[str, dict[str, float]]:
    return {kind: {"first_response": value} for kind, value in hours.items()}


def test_who_left_was_not_served(insurer: Insurer) -> None:
    """R survival: f <- survfit(Surv(t, factor(1 + !e, 0:2)) ~ 1, conf.type = "log-log"), summary(f, times = 10):
    $pstate, $lower and $upper of the second and the third state.
    """
    table = response_time(insurer(_tables(_requests(FREIREICH)), limits=_limits(inquiry=10)))
    served, withdrawn = _row(table, "in_limit_share"), _row(table, "withdrawn_in_limit_share")
    assert list(served[NUMBERS]) == pytest.approx([5 / 21, 0.0866599702411, 0.430824188522], abs=1e-9)
    assert list(withdrawn[NUMBERS]) == pytest.approx([3 / 21, 0.0356573551907, 0.321161574681], abs=1e-9)
    assert (served["n"], served["still_waiting"], served["verdict"]) == (21, 12, "not met")


def test_open_and_withdrawn_requests_are_told_apart(insurer: Insurer) -> None:
    """By hand: 10 of 40 withdrew at 1 h, then 10 are open at 1 h; of the 20 followed on 10 are served at 2 h.

    Served: 30/40 · 10/20 = 3/8, where counting the withdrawn as censored would say 1/2. R's call is the one above.
    """
    young = _requests([(0, True)] * 10, datetime(2024, 9, 30, 11)).assign(first_response_at=None)
    tables = _tables(_requests([(1, False)] * 10 + [(2, True)] * 10 + [(5, True)] * 10), young)
    table = response_time(insurer(tables, as_of="2024-09-30T12:00:00+08:00", limits=_limits(inquiry=4)))
    assert _row(table, "in_limit_share")["estimate"] == pytest.approx(3 / 8)
    assert _row(table, "withdrawn_in_limit_share")["estimate"] == pytest.approx(1 / 4)


def test_median_whose_upper_limit_was_not_reached_is_not_estimable(insurer: Insurer) -> None:
    """R survival: the median is 23, its limits 13 and NA."""
    row = _row(response_time(insurer(_tables(_requests(FREIREICH)))), "response_median_hours")
    assert row["status"] == "not estimable: upper limit not reached by 35"


def test_median_of_answered_requests(insurer: Insurer) -> None:
    """R survival: quantile(survfit(Surv(1:40) ~ 1, conf.type = "log-log"), .5) is 20.5, from 14 to 26."""
    row = _row(response_time(insurer(_tables(_requests([(hour, True) for hour in range(1, 41)])))),
               "response_median_hours")
    assert list(row[NUMBERS]) == [20.5, 14, 26]


def test_minutes_are_rounded_up(insurer: Insurer) -> None:
    waits = [(61 / 3600, True)] * 15 + [(120 / 3600, True)] * 15
    row = _row(response_time(insurer(_tables(_requests(waits)))), "response_median_hours")
    assert row["estimate"] == pytest.approx(2 / 60)


def test_an_open_request_waits_until_as_of(insurer: Insurer) -> None:
    still = _requests([(0, True)] * 20, datetime(2024, 9, 30, 22, 0)).assign(first_response_at=None)
    before = _requests([(1, True)], datetime(2024, 6, 3))  # first responses are delivered
    run = insurer(_tables(still, before), as_of="2024-10-01T10:00:00+08:00", limits=_limits(inquiry=4))
    table = response_time(run)
    median, share = (_row(table, one) for one in ("response_median_hours", "in_limit_share"))
    assert (median["status"], median["still_waiting"]) == ("not estimable: not reached by 12", 20)
    assert (share["estimate"], share["verdict"]) == (0, "not met")


def test_an_answer_after_the_withdrawal_is_none(insurer: Insurer) -> None:
    late = _requests([(1, False)] * 12).assign(first_response_at=(OPENED + timedelta(hours=2)).isoformat())
    assert _row(response_time(insurer(_tables(late))), "response_median_hours")["still_waiting"] == 12


def test_an_answer_before_the_opening_leaves_the_request_out(insurer: Insurer) -> None:
    tables = _tables(_requests([(1, True)] * 12), _requests([(-1, True)] * 3))
    assert _row(response_time(insurer(tables)), "response_median_hours")["n"] == 12


def test_each_kind_is_held_against_its_own_limit(insurer: Insurer) -> None:
    """By hand: 30 of 40 inquiries within 2 hours and 10 of 20 claims within 8 are (30 + 10) / 60."""
    tables = _tables(_requests([(2, True)] * 30 + [(2.1, True)] * 10),
                     _requests([(8, True)] * 10 + [(9, True)] * 10, kind="claim"))
    table = response_time(insurer(tables, limits=_limits(inquiry=2, claim=8)))
    shares = {unit: _row(table, "in_limit_share", unit)["estimate"] for unit in ("company", "inquiry", "claim")}
    assert shares == pytest.approx({"company": 40 / 60, "inquiry": 30 / 40, "claim": 10 / 20})


def test_interval_over_kinds_is_no_wider_than_that_of_its_parts(insurer: Insurer) -> None:
    """MOVER by hand from the two kinds' own rows: limits are √Σ (w_k (p_k − limit_k))² from Σ w_k p_k."""
    tables = _tables(_requests([(1, True)] * 30 + [(3, True)] * 10),
                     _requests([(1, True)] * 10 + [(9, True)] * 10, kind="claim"))
    table = response_time(insurer(tables, limits=_limits(inquiry=2, claim=8)))
    whole, inquiry, claim = (_row(table, "in_limit_share", unit) for unit in ("company", "inquiry", "claim"))
    for limit in ("low", "high"):
        squares = (2 / 3 * (inquiry["estimate"] - inquiry[limit])) ** 2 + ((claim["estimate"] - claim[limit]) / 3) ** 2
        assert abs(whole["estimate"] - whole[limit]) == pytest.approx(squares**0.5)


def test_of_a_kind_nobody_was_followed_nothing_is_claimed(insurer: Insurer) -> None:
    """20 of 20 inquiries in time is at least .025^(1/20) (Clopper and Pearson); the 20 claims may be none or all."""
    young = _requests([(0, True)] * 20, datetime(2024, 9, 30, 11), kind="claim").assign(first_response_at=None)
    run = insurer(_tables(_requests([(1, True)] * 20), young), as_of="2024-09-30T12:00:00+08:00",
                  limits=_limits(inquiry=2, claim=8))
    table = response_time(run)
    row = _row(table, "in_limit_share")
    assert (row["n"], row["estimate"], row["high"]) == (40, 1, 1)
    assert row["low"] == pytest.approx(0.025 ** (1 / 20) / 2)
    assert _row(table, "in_limit_share", "claim")["status"] == "not estimable: no case was followed to its limit"


def test_where_no_limit_is_set_there_is_none_to_keep(insurer: Insurer) -> None:
    waits, solved = [(1, True)] * 20, {"resolved_at": "2024-08-06T09:00:00"}
    tables = _tables(_requests(waits, **solved), _requests(waits, kind="claim", **solved))
    table = response_time(insurer(tables, limits=_limits(inquiry=2)))
    assert _row(table, "in_limit_share")["n"] == 20
    assert _row(table, "in_limit_share", "claim")["status"] == "not applicable"
    assert _row(table, "in_limit_share", event="resolution")["status"] == "not applicable"


def test_too_few_requests_show_no_share(insurer: Insurer) -> None:
    row = _row(response_time(insurer(_tables(_requests([(1, True)] * 9)), limits=_limits(inquiry=2))), "in_limit_share")
    assert row["status"] == "not estimable: fewer than 10 cases"
    assert row[NUMBERS].isna().all()


def test_units_follow_the_opening(insurer: Insurer) -> None:
    tables = _tables(_requests([(1, True)] * 12, datetime(2024, 7, 31, 23, 30), branch="B1", channel="phone",
                               partner_id="P1", service_line="claims"),
                     _requests([(3, True)] * 12, datetime(2024, 8, 1, 0, 30)))
    table = response_time(insurer(tables))
    medians = {unit: _row(table, "response_median_hours", unit)["estimate"]
               for unit in ("B1", "phone", "P1", "claims", "2024-07", "2024-08", "evening", "night")}
    early = dict.fromkeys(["B1", "phone", "P1", "claims", "2024-07", "evening"], 1)
    assert medians == early | {"2024-08": 3, "night": 3}


def test_without_requests_there_is_no_data(insurer: Insurer) -> None:
    run = insurer({"benchmarks": pd.DataFrame(
        {"indicator": ["nps"], "value": [10], "source": ["x"], "period": ["2024"]})}, limits=_limits(inquiry=2))
    table = response_time(run)
    assert set(table["status"]) == {"no data"}
    assert set(table["unit"]) == {"company", "sales", "claims", "inquiry"}
    assert set(table["event"]) == {"first_response", "resolution"}
    assert table["still_waiting"].isna().all()


def test_a_curve_falls_from_one_and_ends_when_nearly_all_are_served(insurer: Insurer) -> None:
    curve = waiting_curves(insurer(_tables(_requests([(hour, True) for hour in range(1, 41)]))), "first_response")
    assert list(curve["time"] / 60) == list(range(39))
    assert list(curve["survival"]) == pytest.approx([1 - hour / 40 for hour in range(39)])


def test_curves_are_no_more_than_can_be_told_apart(insurer: Insurer) -> None:
    tables = _tables(*[_requests([(1, True)] * (9 + number), kind=f"kind {number}") for number in range(9)])
    curve = waiting_curves(insurer(tables), "first_response")
    assert list(curve["unit"].unique()) == [f"kind {number}" for number in range(3, 9)]


def test_a_kind_with_too_few_cases_for_a_median_has_no_curve(insurer: Insurer) -> None:
    tables = _tables(*[_requests([(1, True)] * (9 + number), kind=f"kind {number}") for number in range(2)])
    assert list(waiting_curves(insurer(tables), "first_response")["unit"].unique()) == ["kind 1"]


def test_an_event_that_is_never_delivered_is_no_data(insurer: Insurer) -> None:
    frame = _tables(_requests([(1, True)] * 40))["requests"].drop(columns="first_response_at")
    table = response_time(insurer({"requests": frame}, limits={"inquiry": {"first_response": 24}}))
    company = table[(table["unit"] == "company") & (table["event"] == "first_response")]
    assert set(company["status"]) == {"no data"}
    assert "not met" not in set(table["verdict"])


def test_an_old_quarter_keeps_the_definition_it_was_published_under(insurer: Insurer) -> None:
    """Until 2023 the share was of served requests alone: 10 of 18, those still waiting left out."""
    opened = datetime(2023, 11, 6, 9, 0)
    old = insurer(_tables(*[_requests(FREIREICH, opened)] * 2), "2023Q4", limits=_limits(inquiry=10),
                  as_of="2024-01-15T23:59:59+08:00", files={"indicators.yml": REGISTRY})
    row = _row(response_time(old), "in_limit_share")
    assert (row["n"], row["estimate"], row["method"]) == (18, pytest.approx(10 / 18), "share, modified Wilson")
    none = _row(response_time(insurer({}, "2023Q4", limits=_limits(inquiry=10))), "in_limit_share")
    assert none["status"] == "no data"
