"""Are there exactly as many wrong rows as the truth says, counted by rules written here?"""

import pandas as pd

CODES = {
    "surveys": {"mode": "questionnaire phone online"},
    "complaints": {"source": "company regulator ombudsman media"},
    "audits": {"family": "accuracy compliance", "severity": "minor major critical", "passed": "true false"},
    "assessments": {"facet": "knowledge communication adaptability"},
}
RANGES = {"surveys": {"satisfaction": (1, 5), "recommend": (0, 10)}, "assessments": {"score": (0, 100)}}
SINGLE_KEYS = {"surveys", "requests", "complaints", "feedback"}
TABLES = ("surveys", "requests", "complaints", "feedback", "audits", "assessments")


def _unreadable_times(table: pd.DataFrame) -> pd.Series:
    bad = pd.Series(False, index=table.index)
    for column in table.columns[table.columns.str.endswith("_at")]:
        text = table[column].str[:19]
        bad |= (text != "") & pd.to_datetime(text, errors="coerce", format="ISO8601").isna()
    return bad


def _wrong(table: pd.DataFrame, name: str) -> pd.Series:
    bad = _unreadable_times(table) | (table.iloc[:, 0] == "")
    for column, codes in CODES.get(name, {}).items():
        bad |= ~table[column].isin(codes.split())
    for column, (low, high) in RANGES.get(name, {}).items():
        bad |= (table[column] != "") & ~pd.to_numeric(table[column]).fillna(low).between(low, high)
    if name in SINGLE_KEYS:
        bad |= table.duplicated([table.columns[0], "delivery"]) & (table.iloc[:, 0] != "")
    return bad


def test_wrong_rows_are_exactly_those_the_truth_names(shipped, told):
    found: dict[str, dict[str, int]] = {}
    for name in TABLES:
        table = shipped(name)
        for quarter, rows in table[_wrong(table, name)].groupby("delivery").size().items():
            found.setdefault(quarter, {})[name] = int(rows)
    assert found == told["quarantined_rows"]


def test_the_single_entries_add_up_to_the_counts(told):
    entries = sum(one["rows"] for one in told["quarantined"])
    assert entries == sum(sum(rows.values()) for rows in told["quarantined_rows"].values())


def test_all_five_reasons_occur_in_the_newest_quarter_or_before(told):
    reasons = {one["reason"] for one in told["quarantined"]}
    assert reasons == {"bad date", "out of range", "unknown category", "missing id", "duplicate key"}


def test_rows_are_counted_in_the_truth(shipped, told):
    received = shipped("requests").groupby("delivery").size().to_dict()
    assert received == {quarter: rows["requests"] for quarter, rows in told["rows"].items()}
