"""Does each delivery hold its own quarter, the former one's late news, and hardly anything from after its date?"""

import pandas as pd
import pytest

OPENING = {"requests": "opened_at", "surveys": "invited_at", "complaints": "received_at", "feedback": "received_at"}
EVENT_OPENINGS = OPENING | {"audits": "audited_at", "assessments": "assessed_on", "training": "completed_on"}


def _opened(table: pd.DataFrame, column: str) -> pd.Series:
    days = pd.to_datetime(table[column].astype(str).str[:10], errors="coerce")
    return days.dt.to_period("Q").astype(str).where(days.notna(), "")


def _good(table: pd.DataFrame) -> pd.DataFrame:
    return table[~table.iloc[:, 0].str.startswith("X")].drop_duplicates([table.columns[0], "delivery"])


def _by_quarter(told: dict, name: str, table: str) -> dict:
    return {quarter: rows[table] for quarter, rows in told[name].items() if table in rows}


@pytest.mark.parametrize("name", OPENING)
def test_repeated_rows_are_as_many_as_the_truth_says(name, shipped, told):
    table = _good(shipped(name))
    opened = _opened(table, OPENING[name])
    earlier = table[(opened < table["delivery"]) & (opened != "")]
    assert earlier.groupby("delivery").size().to_dict() == _by_quarter(told, "repeated_rows", name)


@pytest.mark.parametrize("name", ["requests", "complaints", "surveys"])
def test_events_after_the_date_of_knowledge_are_few_and_counted(name, shipped, told):
    table = _good(shipped(name)).loc[lambda t: _opened(t, OPENING[name]) == t["delivery"]]
    limit = table["delivery"].map(told["as_of"]).str[:19]
    events = [column for column in table.columns if column.endswith("_at") and column != OPENING[name]]
    late = sum((table[event].str[:19] > limit).astype(int) for event in events)
    found = late.groupby(table["delivery"]).sum().loc[lambda count: count > 0].to_dict()
    assert found == _by_quarter(told, "events_after_as_of", name)


@pytest.mark.parametrize("name", EVENT_OPENINGS)
def test_no_delivery_looks_cut_short(name, shipped):
    table = shipped(name).drop_duplicates()
    days = pd.to_datetime(table[EVENT_OPENINGS[name]].str[:10], errors="coerce")
    end = pd.PeriodIndex(table["delivery"], freq="Q").end_time.normalize()
    own = days[days <= end].groupby(table["delivery"])
    to_end = pd.Series(end, index=table.index).groupby(table["delivery"]).first() - own.max()
    assert (to_end <= own.apply(lambda part: part.sort_values().diff().max())).all()


def test_a_repeated_case_has_news(shipped):
    table = _good(shipped("requests"))
    twice = table[table["request_id"].duplicated(keep=False)].sort_values(["request_id", "delivery"])
    ends = twice.groupby("request_id")[["resolved_at", "paid_at", "policy_delivered_at", "decided_at", "withdrawn_at"]]
    before, after = ends.first(), ends.last()
    assert len(before) > 300
    assert (before != after).any(axis=1).mean() > 0.85  # the rest are those whose news was delivered ahead of time


def test_open_cases_at_the_last_date_of_knowledge(shipped, told):
    table = _good(shipped("requests")).loc[lambda t: (t["delivery"] == "2024Q3") & (t["opened_at"] >= "2024-07")]
    limit = told["as_of"]["2024Q3"][:19]
    ended = [(table[column] != "") & (table[column] <= limit) for column in ("resolved_at", "withdrawn_at")]
    assert int((~(ended[0] | ended[1])).sum()) == told["open_at_as_of"]["2024Q3"]["requests"]
