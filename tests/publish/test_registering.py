"""Do problems become drafts with ids that stay, and delivered measures entries that a run can read?"""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest
import yaml

from analysis.__main__ import main
from analysis.measures.satisfaction.satisfaction import satisfaction
from analysis.params.loop import Action
from analysis.publish.registering import _power, action_drafts, imported, stable_id
from analysis.refusal import Refused
from tests.measures.conftest import Insurer
from tests.measures.improvement.test_actions import ACTION

PROBLEM = "csat_top2_share:branch:B1"
HEADER = ("action_id,problem_id,indicator,units,comparison_units,owner_department,opened_on,due_on,expected_effect,"
          "window\n")
ROW = "A7,nps:branch:B1,nps,B1; B2,B3,quality,2024-05-01,2024-09-30,5,2024Q3 to 2024Q4\n"


def surveys() -> pd.DataFrame:
    """Four branches with 60 answers each, of which 12, 54, 54 and 54 are good."""
    parts = [pd.DataFrame({
        "invitation_id": [f"{branch}-{number}" for number in range(60)], "branch": branch, "service_line": "claims",
        "mode": "online", "invited_at": "2024-07-20 09:00:00", "responded_at": "2024-07-21 09:00:00",
        "satisfaction": [5 if number < good else 2 for number in range(60)]})
        for branch, good in (("B1", 12), ("B2", 54), ("B3", 54), ("B4", 54))]
    return pd.concat(parts)


def drafts(insurer: Insurer, *actions: dict) -> list[dict]:
    run = insurer({"surveys": surveys()}, indicators={"csat_top2_share": {"target": 0.8}},
                  files={"actions.yml": list(actions)} if actions else {})
    text, number = action_drafts(run, {"satisfaction": satisfaction(run)})
    entries = yaml.safe_load(text)
    assert len(entries) == number
    return entries


def test_an_id_is_that_of_the_problem_until_it_is_registered() -> None:
    first = f"A-{sha256(PROBLEM.encode()).hexdigest()[:8]}"
    assert stable_id(PROBLEM) == stable_id(PROBLEM, {"A1"}) == first
    assert stable_id(PROBLEM, {first}) == f"{first}-2"
    assert stable_id(PROBLEM, {first, f"{first}-2"}) == f"{first}-3"


def test_a_problem_becomes_a_draft_against_units_without_it(insurer: Insurer) -> None:
    of_branch = {one["problem_id"]: one for one in drafts(insurer)}[PROBLEM]
    assert of_branch["action_id"] == stable_id(PROBLEM)
    assert of_branch["units"] == ["B1"]
    assert of_branch["comparison_units"] == ["B2", "B3", "B4"]
    assert of_branch["window"] == "2025Q1 to 2025Q4"
    assert _power("branch", 3).endswith("smallest attainable p 0.25, so that no effect can be shown: take it in several"
                                        " units")
    assert _power("branch", 19).endswith("smallest attainable p 0.05")
    assert of_branch["due_on"] is None
    assert of_branch["opened_on"] == date(2024, 10, 16)


def test_a_completed_draft_is_a_measure_and_an_uncompleted_one_is_refused(insurer: Insurer) -> None:
    draft = {one["problem_id"]: one for one in drafts(insurer)}[PROBLEM]
    with pytest.raises(ValueError, match="due_on"):
        Action.model_validate(draft)
    assert Action.model_validate(draft | {"due_on": date(2024, 12, 20), "expected_effect": 0.1}).units == ("B1",)


def test_a_problem_with_a_measure_is_not_drafted_again(insurer: Insurer) -> None:
    taken = ACTION | {"action_id": "A1", "problem_id": PROBLEM, "indicator": "csat_top2_share"}
    assert PROBLEM not in {one["problem_id"] for one in drafts(insurer, taken)}


FAILED = ACTION | {
    "action_id": stable_id(PROBLEM), "problem_id": PROBLEM, "indicator": "csat_top2_share", "window": "2024Q2",
    "started_on": "2024-05-02", "due_on": "2024-06-30", "done_on": "2024-06-20"}  # nothing was delivered of its window
DECIDED = {"decision": "adjust", "decided_on": "2024-08-06"}
LATER = {"opened_on": "2024-10-16", "due_on": "2024-12-31", "window": "2025Q1"}


@pytest.mark.parametrize(("actions", "drafted"), [
    ([FAILED | DECIDED], f"{stable_id(PROBLEM)}-2"), ([FAILED], None),
    ([FAILED | {"done_on": "2024-10-16"}], None), ([FAILED | DECIDED | {"window": "2024Q2 to 2024Q4"}], None),
    ([FAILED | DECIDED, ACTION | LATER | {"action_id": f"{stable_id(PROBLEM)}-2", "problem_id": PROBLEM}], None)])
def test_a_measure_that_failed_and_was_decided_on_makes_room_for_another(
        insurer: Insurer, actions: list[dict], drafted: str | None) -> None:
    found = {one["problem_id"]: one["action_id"] for one in drafts(insurer, *map(deepcopy, actions))}
    assert found.get(PROBLEM) == drafted


def test_what_was_registered_since_is_not_drafted_again_from_the_same_quarter(insurer: Insurer) -> None:
    since = ACTION | LATER | {"action_id": stable_id(PROBLEM), "problem_id": PROBLEM}
    assert PROBLEM not in {one["problem_id"] for one in drafts(insurer, since)}


def delivered(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "measures.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_delivered_measure_is_read_with_its_lists(tmp_path: Path) -> None:
    text, number = imported(delivered(tmp_path, HEADER + ROW), ())
    action = Action.model_validate(yaml.safe_load(text)[0])
    assert (number, action.units, action.comparison_units, action.due_on) == (
        1, ("B1", "B2"), ("B3",), date(2024, 9, 30))


def test_an_excel_file_is_read_alike(tmp_path: Path) -> None:
    names, values = (line.strip().split(",") for line in (HEADER, ROW))
    pd.DataFrame([values], columns=names).to_excel(tmp_path / "measures.xlsx", index=False)
    assert imported(tmp_path / "measures.xlsx", ())[0] == imported(delivered(tmp_path, HEADER + ROW), ())[0]


@pytest.mark.parametrize("name", ["measures.xlsx", "measures.txt"])
def test_what_is_no_table_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("not a workbook")
    with pytest.raises(Refused, match="cannot be read as a table"):
        imported(tmp_path / name, ())


def test_a_row_with_more_cells_than_the_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no more cells than keys"):
        imported(delivered(tmp_path, HEADER + ROW.replace("\n", ",more\n")), ())


@pytest.mark.parametrize("before", ["[]\n", "# none yet\n[]\n"])
def test_a_list_without_measures_takes_the_first(before: str, insurer: Insurer, tmp_path: Path) -> None:
    params = insurer({}).params.directory
    (params / "actions.yml").write_text(before)
    asked = [f"--params={params}", f"--reports={tmp_path / 'reports'}", "--quarter=2024Q3"]
    assert main(["actions", str(delivered(tmp_path, HEADER + ROW)), *asked]) == 0
    assert [one["action_id"] for one in yaml.safe_load((params / "actions.yml").read_text())] == ["A7"]


@pytest.mark.parametrize(("old", "new", "row", "column"), [
    ("2024-09-30", "2024-03-30", 2, "due_on"), ("2024Q3 to 2024Q4", "summer", 2, "window"), (",5,", ",,", 2,
                                                                                        "expected_effect")])
def test_a_malformed_measure_is_refused_with_row_and_column(old: str, new: str, row: int, column: str,
                                                            tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        imported(delivered(tmp_path, HEADER + ROW.replace(old, new)), ())
    assert (refused.value.file, refused.value.row, refused.value.column) == ("measures.csv", row, column)


def test_a_file_is_imported_once_and_a_refused_one_changes_nothing(insurer: Insurer, tmp_path: Path, capsys) -> None:
    params = insurer({}).params.directory
    file = delivered(tmp_path, HEADER + ROW)
    asked = ["actions", str(file), "--quarter=2024Q3", f"--params={params}", f"--reports={tmp_path / 'reports'}"]
    assert main(asked) == 0
    assert "imported: 1" in capsys.readouterr().out
    registered = (params / "actions.yml").read_text()
    assert main(asked) == 2
    assert "imported once" in capsys.readouterr().err
    file.write_text(HEADER + ROW.replace("A7", "A8").replace(",nps,", ",npss,"))
    assert main(asked) == 2
    said = capsys.readouterr().err
    assert "measures.csv, row 2, column indicator: there is no such indicator" in said
    assert (params / "actions.yml").read_text() == registered


def test_drafts_are_never_written_over_what_people_wrote(insurer: Insurer, tmp_path: Path, capsys) -> None:
    params = insurer({}).params.directory
    (params / "actions.draft.yml").write_text("mine")
    options = [f"--params={params}", f"--reports={tmp_path / 'reports'}"]
    assert main(["actions", "2024Q3", *options]) == 2
    assert "earlier drafts are still there" in capsys.readouterr().err
    (params / "2024Q4.yml").write_text("mine")
    assert main(["plan", "2024Q4", *options]) == 2
    assert "there is a plan already" in capsys.readouterr().err
    assert {(params / name).read_text() for name in ("actions.draft.yml", "2024Q4.yml")} == {"mine"}
