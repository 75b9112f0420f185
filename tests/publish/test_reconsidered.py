"""Does a decision whose evidence has fallen since come to light, and nobody's name with it?"""

from __future__ import annotations

import os
import stat
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis import __main__ as command_line
from analysis.publish.order import Order
from analysis.publish.reconsidered import list_path, reconsider, record_path, unsupported
from analysis.publish.seal import Manifest, output_hashes
from analysis.publish.stage import APPRAISAL_TABLE
from tests.publish.test_decisions import DAY, LATER, ROWS, asked, decided, filled, order

__all__ = ["order"]


def published_again(order: Order, permitted_use: str, people: list[str] | None = None) -> pd.DataFrame:
    """Publish the quarter again with what E1's first figure may now serve, of ``people`` alone if given."""
    rows = ROWS.assign(reason="too few")
    rows.loc[0, "permitted_use"] = permitted_use
    rows = rows[rows["unit"].isin(people or rows["unit"])]
    rows.to_csv(order.stage.target / APPRAISAL_TABLE, index=False)
    sealed(order)
    return rows


def sealed(order: Order) -> None:
    Manifest("2024Q3", "", 2, "en", "abd", {}, {}, {}, output_hashes(order.stage.target), {}, {}).write(
        order.stage.target)


@pytest.fixture
def decision(order: Order) -> Order:
    """Return the order with a decision on E1, recorded."""
    filled(order, decided(0)).record(DAY)
    return order


def test_while_the_evidence_stands_nothing_is_listed(decision: Order) -> None:
    published_again(decision, "appraisal")
    assert (unsupported(decision), reconsider(decision)) == ([], [])
    assert not list_path(decision).exists()


@pytest.mark.parametrize("now", ["coaching only", "not enough evidence"])
def test_a_decision_whose_evidence_fell_is_listed_with_why(decision: Order, now: str) -> None:
    published_again(decision, now)
    (row,) = unsupported(decision)
    assert [row[name] for name in ("unit", "indicator", "decision", "permitted_use", "permitted_use_now",
                                   "reason_now")] == ["E1", "competence_score", "bonus", "appraisal", now, "too few"]
    (line,) = reconsider(decision)
    assert line == f"recorded decisions that the evidence no longer carries: 1, listed in {list_path(decision)}"
    assert pd.read_csv(list_path(decision)).loc[0, ["unit", "permitted_use_now"]].tolist() == ["E1", now]


def test_a_decision_whose_evidence_points_the_other_way_is_listed_too(decision: Order) -> None:
    rows = published_again(decision, "appraisal")
    rows.loc[rows["unit"].eq("E1"), "direction"] = "elsewhere"
    rows.to_csv(decision.stage.target / APPRAISAL_TABLE, index=False)
    assert [row["direction_now"] for row in unsupported(decision)] == ["elsewhere"]


def test_a_person_no_longer_published_is_listed_too(decision: Order) -> None:
    published_again(decision, "appraisal", ["E2"])
    assert [row["permitted_use_now"] for row in unsupported(decision)] == ["not published"]


def test_only_what_is_in_force_counts(decision: Order) -> None:
    filled(decision, decided(0, decision="none")).record(LATER)
    published_again(decision, "coaching only")
    assert [row["decision"] for row in unsupported(decision)] == ["none"]


def test_once_the_evidence_is_back_the_list_goes(decision: Order) -> None:
    published_again(decision, "coaching only")
    reconsider(decision)
    published_again(decision, "appraisal")
    assert reconsider(decision) == []
    assert not list_path(decision).exists()


def test_without_a_record_or_a_report_there_is_nothing_to_say(order: Order, tmp_path: Path) -> None:
    assert reconsider(order) == []
    assert reconsider(Order(order.quarter, tmp_path / "none", params=tmp_path)) == []


@pytest.mark.skipif(os.name == "nt", reason="no such modes")
def test_the_list_is_for_its_owner_alone(decision: Order) -> None:
    published_again(decision, "coaching only")
    reconsider(decision)
    assert stat.S_IMODE(list_path(decision).stat().st_mode) == 0o600


WITHDRAWN = {"decision": "", "decision_by": "Li", "decision_on": "2024-12-01", "decision_reason": "evidence fell"}


def test_a_fallen_decision_can_be_withdrawn_by_whom_when_and_why(decision: Order) -> None:
    """Neither kept, for the evidence does not carry it, nor emptied without a word."""
    rows = published_again(decision, "coaching only")
    kept, emptied = filled(decision, decided(0), rows).offences(), filled(decision, {}, rows).offences()
    assert "the decision rests on evidence that may not" in kept[0]
    assert "Leave it empty and write who withdrew the decision, when and why" in emptied[0]
    (again,) = filled(decision, decided(0, decision=""), rows).offences()  # who, when and why are the decision's own
    assert "Leave it empty and write who withdrew" in again
    one = filled(decision, decided(0, **WITHDRAWN), rows)
    assert one.offences() == []
    assert one.record(date(2024, 12, 2)) == (record_path(decision), 0)
    assert unsupported(decision) == []
    record = pd.read_csv(record_path(decision), dtype="str", keep_default_na=False)
    assert record[["decision", "decision_by", "permitted_use"]].to_numpy().tolist() == [
        ["bonus", "Wang", "appraisal"], ["", "Li", "coaching only"]]
    assert filled(decision, decided(0, **WITHDRAWN), rows).offences() == []


def test_a_withdrawal_keeps_the_appeal_that_was_recorded(decision: Order) -> None:
    filled(decision, decided(0, appeal="the mix", appeal_outcome="upheld")).record(DAY)
    rows = published_again(decision, "coaching only")
    (line,) = (one for one in filled(decision, decided(0, **WITHDRAWN), rows).offences() if "column appeal:" in one)
    assert "what was recorded here is missing. Keep it" in line
    told = WITHDRAWN | {"appeal": "the mix", "appeal_outcome": "upheld"}
    assert filled(decision, decided(0, **told), rows).offences() == []


def test_a_decision_that_is_carried_cannot_be_withdrawn_in_silence(decision: Order) -> None:
    assert any("what was recorded here is missing" in one
               for one in filled(decision, decided(0, **WITHDRAWN)).offences())


def test_a_file_that_withdraws_or_appeals_where_nothing_was_decided_is_refused(order: Order) -> None:
    assert len(filled(order, decided(1, **WITHDRAWN)).offences()) == 3


def test_the_command_says_how_many_and_names_nobody(decision: Order, capsys: pytest.CaptureFixture[str]) -> None:
    rows = published_again(decision, "coaching only")
    rows.loc[0, "indicator"] = "nps"
    rows.loc[0, "permitted_use"] = "appraisal"
    rows.to_csv(decision.stage.target / APPRAISAL_TABLE, index=False)
    sealed(decision)
    filled(decision, decided(0), rows)
    assert asked(decision, decision.params / "filled.csv") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "decisions: 2"
    assert said[2].startswith("recorded decisions that the evidence no longer carries: 1, listed in ")
    assert not [line for line in said if "E1" in line]


def test_every_run_of_the_quarter_says_so_too(decision: Order, capsys: pytest.CaptureFixture[str],
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    published_again(decision, "coaching only")
    monkeypatch.setattr(command_line, "is_current", lambda _: True)
    assert command_line.main(["quarter", "--quarter=2024Q3", f"--reports={decision.reports}",
                              f"--params={decision.params}"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith(
        "recorded decisions that the evidence no longer carries: 1, listed in ")
