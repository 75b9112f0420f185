"""Does a statutory clock stop, pause, stretch and run out on the day the rule says?

Deadlines by hand. Worked in 2024 although weekends: 4 and 18 February, 14 and 29 September, 12 October; off: 10–17
February, 15–17 September, 1–7 October (国办发明电〔2023〕7号).
"""

from __future__ import annotations

import pandas as pd
import pytest
import yaml

from analysis.measures.response_time.clocks import clocks
from analysis.params import PROJECT
from analysis.refusal import Refused
from analysis.run import Run
from tests.measures.conftest import Insurer

COUNTS = ["in_limit", "missed", "not_yet_due", "withdrawn"]
RULE = {"id": "cn.test.clock", "title": "Test", "clause": "4.2", "jurisdiction": "cn", "force": "duty",
        "start": "requests.documents_complete_at", "stop": "requests.decided_at", "limits": [{"days": 5}],
        "source": {"title": "Law", "article": "1"}, "effective_from": "2010-01-01", "certainty": "low"}


def _complaints(*rows: dict[str, str]) -> dict[str, pd.DataFrame]:
    frame = pd.DataFrame([{"complaint_id": f"C{number}", "cause": "delay", "source": "company",
                           "received_at": "2024-07-01T23:30:00"} | row for number, row in enumerate(rows)])
    return {"complaints": frame}


def _requests(*rows: dict[str, object], **columns: object) -> dict[str, pd.DataFrame]:
    usual = {"kind": "claim", "opened_at": "2024-07-01T09:00:00"} | columns
    return {"requests": pd.DataFrame([usual | {"request_id": f"R{number}"} | row for number, row in enumerate(rows)])}


def _row(run: Run, rule: str) -> pd.Series:
    (row,) = (one for _, one in clocks(run).iterrows() if one["rule"] == rule)
    return row


def _counts(run: Run, rule: str) -> list[int]:
    return [int(_row(run, rule)[name]) for name in COUNTS]


@pytest.mark.parametrize(("complaint", "counts"), [
    ({"decided_at": "2024-07-16T23:59:00"}, [1, 0, 0, 0]),  # the fifteenth day
    ({"decided_at": "2024-07-17T00:01:00"}, [0, 1, 0, 0]),
    ({"decided_at": "2024-07-31T12:00:00", "complexity": "complex"}, [1, 0, 0, 0]),  # the thirtieth
    ({"decided_at": "2024-08-01T12:00:00", "complexity": "complex"}, [0, 1, 0, 0]),
])
def test_a_complaint_has_fifteen_days_or_thirty(insurer: Insurer, complaint: dict, counts: list[int]) -> None:
    assert _counts(insurer(_complaints(complaint)), "cn.complaint.decide") == counts


@pytest.mark.parametrize(("notified", "decided", "counts"), [
    ("2024-07-16", "2024-08-15", [1, 0, 0, 0]),  # 15 + 30 days
    ("2024-07-16", "2024-08-16", [0, 1, 0, 0]),
    ("2024-07-17", "2024-08-15", [0, 1, 0, 0]),  # told too late: no extension
    (None, "2024-08-15", [0, 1, 0, 0]),
])
def test_an_extension_counts_once_approved_and_notified_in_time(
    insurer: Insurer, notified: str | None, decided: str, counts: list[int]
) -> None:
    row = {"extension_approved_at": "2024-07-10", "extension_notified_at": notified, "decided_at": decided}
    assert _counts(insurer(_complaints(row)), "cn.complaint.decide") == counts


def test_an_extension_of_a_complex_complaint_ends_on_day_sixty(insurer: Insurer) -> None:
    """1 July + 60 days = 30 August."""
    granted = {"complexity": "complex", "extension_approved_at": "2024-07-20", "extension_notified_at": "2024-07-21"}
    rows = _complaints(granted | {"decided_at": "2024-08-30"}, granted | {"decided_at": "2024-08-31"})
    assert _counts(insurer(rows), "cn.complaint.decide") == [1, 1, 0, 0]


def test_open_past_its_limit_is_missed_and_not_yet_due_is_left_out(insurer: Insurer) -> None:
    """As of 15 October: a complaint of 29 September ran out on the 14th, one of the 30th is due that very day."""
    decided = {"decided_at": "2024-07-02"}
    rows = _complaints({"received_at": "2024-09-29"}, {"received_at": "2024-09-30"}, decided)
    row = _row(insurer(rows), "cn.complaint.decide")
    assert (row["in_limit"], row["missed"], row["not_yet_due"], row["n"]) == (1, 1, 1, 2)


def test_withdrawn_by_the_limit_is_not_judged(insurer: Insurer) -> None:
    rows = _complaints({"withdrawn_at": "2024-07-16"}, {"withdrawn_at": "2024-07-17"}, {"decided_at": "2024-07-02"})
    assert _counts(insurer(rows), "cn.complaint.decide") == [1, 1, 0, 1]


@pytest.mark.parametrize(("complete", "deadline", "late"), [
    ("2024-09-13", "2024-09-23", "2024-09-24"),  # 14 (made up), 18, 19, 20, 23
    ("2024-09-14", "2024-09-24", "2024-09-25"),  # 18, 19, 20, 23, 24
    ("2024-09-27", "2024-10-10", "2024-10-11"),  # 29 (made up), 30, 8, 9, 10
    ("2024-10-03", "2024-10-12", "2024-10-13"),  # 8, 9, 10, 11, 12 (made up)
])
def test_working_days_know_holidays_and_make_up_days(insurer: Insurer, complete: str, deadline: str, late: str) -> None:
    rows = _requests({"decided_at": deadline}, {"decided_at": late}, documents_complete_at=complete,
                     **{"class": "life", "complex": False})
    assert _counts(insurer(rows), "cn.claim.decide") == [1, 1, 0, 0]


def test_working_days_over_spring_festival(insurer: Insurer) -> None:
    """After Thursday 8 February: 9, 18 (made up), 19, 20, 21."""
    rows = _requests({"decided_at": "2024-02-21"}, {"decided_at": "2024-02-22"}, opened_at="2024-02-08",
                     documents_complete_at="2024-02-08", **{"class": "life"})
    assert _counts(insurer(rows, "2024Q1", as_of="2024-04-15T00:00:00+08:00"), "cn.claim.decide") == [1, 1, 0, 0]


@pytest.mark.parametrize(("truth", "counts"), [("in_limit", [3, 0, 0, 0]), ("late", [0, 3, 0, 0])])
def test_the_sample_insurers_holiday_claims_are_told_apart(insurer: Insurer, truth: str, counts: list[int]) -> None:
    """Half of them look late without the holiday, half in time without the make-up days: see data/sample/truth.yml."""
    sample = PROJECT / "data" / "sample"
    planted = yaml.safe_load((sample / "truth.yml").read_text())["holiday_claims"]["2024Q3"][truth]
    rows = pd.read_csv(sample / "2024Q3" / "requests.csv", dtype=str)
    rows = rows[rows["request_id"].isin(planted)].drop_duplicates("request_id")
    assert _counts(insurer({"requests": rows}), "cn.claim.decide") == counts


def test_a_case_that_fits_no_limit_is_not_judged(insurer: Insurer) -> None:
    """A claim on property that is not complex has no limit in days."""
    rows = _requests({"class": "property"}, {"class": "life"}, {"class": "property", "complex": True},
                     documents_complete_at="2024-07-01", decided_at="2024-07-31")
    assert _counts(insurer(rows), "cn.claim.decide") == [1, 1, 0, 0]


def test_a_year_not_announced_is_refused_by_name(insurer: Insurer) -> None:
    rows = _requests({"class": "life", "decided_at": "2029-08-05"}, opened_at="2029-08-01",
                     documents_complete_at="2029-08-01")
    run = insurer(rows, "2029Q3", as_of="2029-10-15T00:00:00+08:00")
    with pytest.raises(Refused, match="calendar cn has no year 2029"):
        clocks(run)


def test_the_day_is_the_local_one(insurer: Insurer) -> None:
    """00:30 on 17 July in Shanghai is still 16 July in UTC, and too late all the same."""
    rows = _complaints({"decided_at": "2024-07-16T16:30:00+00:00"})
    assert _counts(insurer(rows), "cn.complaint.decide") == [0, 1, 0, 0]


def test_the_first_of_several_stops_counts(insurer: Insurer) -> None:
    """15 days after 1 July end on 16 July, by payment or by refusal."""
    rows = _requests({"paid_at": "2024-08-01", "refusal_notified_at": "2024-07-16"}, {"paid_at": "2024-07-17"},
                     documents_complete_at="2024-07-01")
    assert _counts(insurer(rows, jurisdictions=["tw"]), "tw.claim.pay") == [1, 1, 0, 0]


def test_another_jurisdiction_has_its_own_calendar(insurer: Insurer) -> None:
    """Third business day after Friday 23 August 2024: 27, 28, 29, as the 26th is a bank holiday."""
    rows = _complaints({"summary_response_at": "2024-08-29"}, {"summary_response_at": "2024-08-30"})
    rows["complaints"]["received_at"] = "2024-08-23"
    run = insurer(rows, jurisdictions=["uk"], time_zone="Europe/London", calendar="uk")
    assert _counts(run, "uk.complaint.summary") == [1, 1, 0, 0]
    assert _counts(run, "uk.complaint.final") == [2, 0, 0, 0]


def test_calls_are_answered_in_seconds(insurer: Insurer) -> None:
    rows = _requests({"first_response_at": "2024-07-01T09:00:20"}, {"first_response_at": "2024-07-01T09:00:21"}, {},
                     {"first_response_at": "2024-07-01T09:00:01", "answered_by": "bot"}, channel="phone")
    row = _row(insurer(rows, jurisdictions=["industry"]), "industry.phone_answer")
    assert (row["in_limit"], row["missed"], row["target"], row["force"]) == (1, 2, 0.8, "convention")


def test_a_pause_moves_the_deadline_by_begun_days(insurer: Insurer) -> None:
    """25 hours are two days: 1 July + 2 + 5 = 8 July."""
    rows = _requests({"decided_at": "2024-07-08"}, {"decided_at": "2024-07-09"}, documents_complete_at="2024-07-01",
                     paused_hours=25)
    run = insurer(rows, files={"rules/cn.yml": [RULE | {"pause": "requests.paused_hours"}]})
    assert _counts(run, "cn.test.clock") == [1, 1, 0, 0]


def test_a_rule_binds_from_the_day_it_is_in_force(insurer: Insurer) -> None:
    rows = _requests({"documents_complete_at": "2024-07-31"}, {"documents_complete_at": "2024-08-01"},
                     decided_at="2024-08-03")
    run = insurer(rows, files={"rules/cn.yml": [RULE | {"effective_from": "2024-08-01"}]})
    assert _counts(run, "cn.test.clock") == [1, 0, 0, 0]


def test_an_empty_column_is_no_data_and_not_a_miss(insurer: Insurer) -> None:
    rows = _requests({}, documents_complete_at="2024-07-01", **{"class": "life"})
    row = _row(insurer(rows), "cn.claim.decide")
    assert (row["status"], row["n"], row["missed"]) == ("no data", 0, 0)


def test_nothing_due_is_said(insurer: Insurer) -> None:
    rows = _complaints({"received_at": "2024-09-30"}, {"received_at": "2024-09-30", "decided_at": "2024-09-30",
                                                       "withdrawn_at": "2024-09-30"})
    assert _row(insurer(rows), "cn.complaint.decide")["status"] == "not estimable: no case is due yet"


def test_every_rule_in_force_has_a_row(insurer: Insurer) -> None:
    run = insurer(_complaints({"decided_at": "2024-07-02"}), jurisdictions=["cn", "tw", "uk", "industry"])
    table = clocks(run)
    assert sorted(table["unit"]) == sorted(rule.id for rule in run.params.rules)
    assert set(table.loc[table["start"].str.startswith("requests"), "status"]) == {"no data"}


def test_where_no_rule_is_in_force_there_is_none_to_keep(insurer: Insurer) -> None:
    (row,) = clocks(insurer(_complaints({}), jurisdictions=[])).to_dict("records")
    assert (row["status"], row["force"], row["missed"]) == ("not applicable", "", 0)


@pytest.mark.parametrize(("late", "interval", "verdict"), [
    (1, [0.5549838830, 0.9974714215], "not met"), (0, [0.025 ** (1 / 10), 1], "cannot tell"),
])
def test_one_missed_case_is_a_right_not_kept(insurer: Insurer, late: int, interval: list, verdict: str) -> None:
    """R: binom.test(9, 10)$conf.int, binom.test(10, 10)$conf.int."""
    rows = _complaints(*[{"decided_at": "2024-07-02"}] * (10 - late), *[{"decided_at": "2024-09-02"}] * late)
    row = _row(insurer(rows), "cn.complaint.decide")
    assert [row["low"], row["high"]] == pytest.approx(interval)
    assert (row["target"], row["verdict"]) == (1.0, verdict)


def test_a_row_says_its_limit_and_on_whose_authority(insurer: Insurer) -> None:
    row = _row(insurer(_complaints({"decided_at": "2024-07-02"})), "cn.claim.decide")
    assert row["limit"] == "complex yes: 30 calendar days; class life: 5 working days"
    assert row["certainty"] == "high / medium"
    assert row["source"].startswith("中华人民共和国保险法, 第二十三条")
