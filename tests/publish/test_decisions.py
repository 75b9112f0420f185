"""May what people wrote into the appraisal file be recorded, and does a refusal name every row without quoting it?"""

from __future__ import annotations

import os
import stat
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.measures.people.appraisal import HUMAN
from analysis.publish.decisions import Filled
from analysis.publish.edition import write_appraisal_workbook
from analysis.publish.order import Order
from analysis.publish.seal import Manifest, output_hashes
from analysis.publish.stage import APPRAISAL_TABLE
from analysis.quarter import Quarter
from analysis.refusal import Refused

DAY, LATER = date(2024, 11, 6), date(2024, 12, 2)
DECISION = {"decision": "bonus", "decision_by": "Wang", "decision_on": "2024-11-05", "decision_reason": "steady work"}
ROWS = pd.DataFrame({
    "indicator": ["competence_score", "in_limit_share", "competence_score"], "unit": ["E1", "E1", "E2"],
    "event": ["", "resolution", ""], "n": ["8", "120", "2"], "estimate": ["80.1234567", "0.9", ""],
    "direction": ["above", "cannot be distinguished", "cannot be distinguished"],
    "permitted_use": ["appraisal", "coaching only", "not enough evidence"], **dict.fromkeys(HUMAN, "")})


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """Return the order of a quarter whose report is published: its appraisal table and the manifest."""
    report = tmp_path / "reports" / "2024Q3"
    (report / APPRAISAL_TABLE).parent.mkdir(parents=True)
    ROWS.to_csv(report / APPRAISAL_TABLE, index=False)
    write_appraisal_workbook(report, "en")
    Manifest("2024Q3", "", 1, "en", "abc", {}, {}, {}, output_hashes(report), {}, {}).write(report)
    (tmp_path / "params").mkdir()
    return Order(Quarter(2024, 3), tmp_path / "reports", params=tmp_path / "params")


def filled(order: Order, changes: dict[tuple[int, str], str], rows: pd.DataFrame = ROWS) -> Filled:
    """Return the published rows with cells changed (by place and column), saved and read back."""
    table = rows.copy()
    for (place, column), value in changes.items():
        table.loc[place, column] = value
    path = order.params / "filled.csv"
    table.to_csv(path, index=False)
    return Filled.read(order, path)


def decided(place: int, **others: str) -> dict[tuple[int, str], str]:
    return {(place, column): value for column, value in (DECISION | others).items()}


def test_a_file_that_nobody_wrote_in_is_sound(order: Order) -> None:
    assert filled(order, {}).offences() == []


def test_a_reasoned_decision_on_evidence_for_appraisal_is_recorded(order: Order) -> None:
    one = filled(order, decided(0))
    assert one.offences() == []
    path, decisions = one.record(DAY)
    assert (path, decisions) == (order.params / "appraisals" / "2024Q3.csv", 1)
    record = pd.read_csv(path, dtype="str", keep_default_na=False)
    assert record[["unit", "estimate", "run_id", *DECISION]].to_numpy().tolist() == [
        ["E1", "80.1234567", "abc", *DECISION.values()]]
    assert [one.name for one in path.parent.iterdir()] == ["2024Q3.csv"]


@pytest.mark.parametrize("place", [1, 2])
def test_a_decision_below_the_permitted_use_is_refused(order: Order, place: int) -> None:
    (line,) = filled(order, decided(place)).offences()
    assert line.startswith(f"filled.csv, row {place + 2}, column decision: the decision rests on evidence that may not")


@pytest.mark.parametrize("column", ["decision_by", "decision_on", "decision_reason"])
def test_a_decision_without_who_when_or_why_is_refused(order: Order, column: str) -> None:
    (line,) = filled(order, decided(0, **{column: ""})).offences()
    assert f"row 2, column {column}: a decision needs who decided, when and why" in line


@pytest.mark.parametrize(("changes", "said"), [
    ({(0, "decision_reason"): "x"}, "column decision_reason: the row has no decision"),
    ({(1, "appeal"): "x"}, "column appeal: the row has no decision"),
    (decided(0, decision_on="5/11/2024"), "column decision_on: not a day in ISO 8601"),
    (decided(0, appeal="x", appeal_outcome="perhaps"), "column appeal_outcome: not one of open, upheld, rejected"),
    (decided(0, appeal_outcome="upheld"), "column appeal_outcome: there is no appeal"),
    ({(2, "n"): "3"}, "row 4, column n: the cell is not what was published"),
    ({(0, "estimate"): ""}, "row 2, column estimate: the cell is not what was published"),
    ({(1, "permitted_use"): "appraisal"}, "row 3, column permitted_use: the cell is not what was published"),
])
def test_what_breaks_a_rule_is_named_with_row_and_column(order: Order, changes: dict[tuple[int, str], str],
                                                         said: str) -> None:
    (line,) = filled(order, changes).offences()
    assert said in line


def test_changing_the_permitted_use_does_not_help_a_decision(order: Order) -> None:
    lines = filled(order, {**decided(1), (1, "permitted_use"): "appraisal"}).offences()
    assert len(lines) == 2


def test_persons_that_are_missing_new_or_twice_are_refused(order: Order) -> None:
    other = ROWS.iloc[[0]].assign(unit="Li Lei")
    lines = filled(order, {}, pd.concat([ROWS.iloc[:2], ROWS.iloc[[0]], other], ignore_index=True)).offences()
    assert [line.partition(": ")[2].partition(". ")[0] for line in lines] == [
        "the person and indicator stand twice", "the published file has no such person and indicator",
        "row 4 of the published file is missing"]


def test_a_missing_column_is_named(order: Order) -> None:
    (line,) = filled(order, {}, ROWS.drop(columns="appeal")).offences()
    assert "column appeal: the column is missing" in line


def test_no_offence_quotes_a_cell(order: Order) -> None:
    secret = dict.fromkeys([*HUMAN, "n", "unit", "permitted_use"], "secret")
    lines = filled(order, {(place, column): value for place in range(3) for column, value in secret.items()}).offences()
    assert len(lines) >= 3
    assert not [line for line in lines if "secret" in line]


def test_a_figure_that_a_spreadsheet_rounded_is_the_same(order: Order) -> None:
    assert filled(order, {(0, "estimate"): "80.12346", (1, "estimate"): "0.900"}).offences() == []


def test_an_appeal_without_an_outcome_is_recorded_as_open(order: Order) -> None:
    path, _ = filled(order, decided(0, appeal="the mix of cases")).record(DAY)
    assert pd.read_csv(path)["appeal_outcome"].tolist() == ["open"]


@pytest.mark.parametrize(("changes", "column"), [
    ({}, "decision"), (decided(0), "appeal"), (decided(0, appeal="the mix of cases"), "appeal_outcome"),
])
def test_what_was_recorded_cannot_be_emptied(order: Order, changes: dict[tuple[int, str], str], column: str) -> None:
    filled(order, decided(0, appeal="the mix of cases", appeal_outcome="upheld")).record(DAY)
    lines = filled(order, changes).offences()
    assert any(f"row 2, column {column}: what was recorded here is missing. Keep it" in line for line in lines)


def test_an_appeal_recorded_as_open_needs_no_outcome_yet(order: Order) -> None:
    filled(order, decided(0, appeal="the mix of cases")).record(DAY)
    assert filled(order, decided(0, appeal="the mix of cases")).offences() == []


def test_a_changed_decision_stands_below_the_earlier_one_with_its_day(order: Order) -> None:
    filled(order, decided(0)).record(DAY)
    path, decisions = filled(order, decided(0, decision="none", appeal="the mix of cases")).record(LATER)
    record = pd.read_csv(path, dtype="str", keep_default_na=False)
    assert record[["unit", "decision", "appeal_outcome", "recorded_on"]].to_numpy().tolist() == [
        ["E1", "bonus", "", "2024-11-06"], ["E1", "none", "open", "2024-12-02"]]
    assert decisions == 1


def test_the_same_file_again_adds_nothing_and_going_back_is_a_change(order: Order) -> None:
    path, _ = filled(order, decided(0)).record(DAY)
    once = path.read_bytes()
    filled(order, decided(0)).record(LATER)
    assert path.read_bytes() == once
    filled(order, decided(0, decision="none")).record(LATER)
    filled(order, decided(0)).record(LATER)
    assert pd.read_csv(path)["decision"].tolist() == ["bonus", "none", "bonus"]


def test_a_decision_that_a_later_file_does_not_speak_of_is_kept_in_the_record(order: Order) -> None:
    """Only the guard of the command keeps such a file out; the record itself loses nothing."""
    filled(order, decided(0)).record(DAY)
    path, decisions = filled(order, {}).record(LATER)
    assert (pd.read_csv(path)["decision"].tolist(), decisions) == (["bonus"], 1)


@pytest.mark.skipif(os.name == "nt", reason="no such modes")
def test_the_record_and_its_folder_are_for_their_owner_alone(order: Order) -> None:
    (order.params / "appraisals").mkdir(mode=0o755)
    path, _ = filled(order, decided(0)).record(DAY)
    assert [stat.S_IMODE(one.stat().st_mode) for one in (path, path.parent)] == [0o600, 0o700]


def test_the_published_workbook_is_read_back_unchanged(order: Order) -> None:
    assert Filled.read(order, order.stage.target / "confidential" / "appraisal.xlsx").offences() == []


def test_a_published_table_that_was_changed_is_refused(order: Order) -> None:
    with (order.stage.target / APPRAISAL_TABLE).open("a") as file:
        file.write("x")
    with pytest.raises(Refused, match="not the one that was sealed"):
        filled(order, {})


def test_a_file_that_is_not_there_is_refused(order: Order) -> None:
    with pytest.raises(Refused, match="no such CSV or XLSX file"):
        Filled.read(order, order.params / "none.csv")


def asked(order: Order, file: Path | str) -> int:
    return main(["appraisal", str(file), "--quarter=2024Q3", f"--reports={order.reports}", f"--params={order.params}"])


def test_the_command_lists_every_row_and_records_nothing(order: Order, capsys: pytest.CaptureFixture[str]) -> None:
    filled(order, {**decided(1), **decided(2)})
    assert asked(order, order.params / "filled.csv") == 2
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 2
    assert "2 entries cannot be recorded" in said.err
    assert not (order.params / "appraisals").exists()


def test_the_command_records_and_says_where(order: Order, capsys: pytest.CaptureFixture[str]) -> None:
    filled(order, decided(0))
    assert asked(order, order.params / "filled.csv") == 0
    assert capsys.readouterr().out.splitlines()[0] == "decisions: 1"


def test_the_command_wants_a_file_and_a_published_quarter(order: Order, tmp_path: Path) -> None:
    assert asked(order, "") == 2
    assert main(["appraisal", "x.csv", "--quarter=2024Q2", f"--reports={tmp_path / 'none'}"]) == 2
    assert not (tmp_path / "none").exists()
