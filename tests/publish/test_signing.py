"""Is a signature tied to what was sealed, and is nothing lost when it is refused?"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.params.loop import SignOff
from analysis.params.published import problem_ids
from analysis.params.yaml_file import read_yaml
from analysis.publish.order import Order
from analysis.publish.receipt import watched
from analysis.publish.seal import MANIFEST, Manifest, output_hashes, sha256
from analysis.publish.signing import figures_published, sign
from analysis.quarter import Quarter
from analysis.refusal import Refused
from analysis.tables.results import FIGURE_COLUMNS

TODAY = date(2024, 11, 5)


def row(**values: str) -> dict[str, str]:
    return dict.fromkeys(FIGURE_COLUMNS, "") | {"indicator": "nps", "unit_type": "company", "unit": "company"} | values


def publish(report: Path, revision: int = 1) -> None:
    (report / "tables").mkdir(parents=True, exist_ok=True)
    rows = [row(estimate="23.5"), row(unit_type="branch", unit="B01", estimate="1"), row(estimate="9", item="letter"),
            row(unit_type="service_line", unit="claims", estimate="20.1234567")]
    pd.DataFrame(rows).fillna("").to_csv(report / "tables" / "satisfaction.csv", index=False)
    (report / "tables" / "fieldwork.csv").write_text("sample,planned\nsurveys,10\n")
    Manifest("2024Q3", "", revision, "en", "abc", {}, {}, {}, output_hashes(report), {}, {}).write(report)


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """Return the order of a quarter whose report is published."""
    publish(tmp_path / "reports" / "2024Q3")
    (tmp_path / "params").mkdir()
    return Order(Quarter(2024, 3), tmp_path / "reports", params=tmp_path / "params", data=tmp_path / "data")


def test_a_signature_names_the_sealed_manifest_and_stands_outside_it(order: Order) -> None:
    before = output_hashes(order.stage.target)
    signed, published, _ = sign(order, " Wang, general manager ", TODAY)
    assert json.loads(signed.read_text()) == [{
        "quarter": "2024Q3", "revision": 1, "run_id": "abc", "signed_by": "Wang, general manager",
        "signed_on": "2024-11-05", "manifest_sha256": sha256(order.stage.target / MANIFEST)}]
    assert signed == order.reports / "2024Q3.signoff.json"
    assert published == order.params / "published" / "2024Q3.csv"
    assert output_hashes(order.stage.target) == before


def test_what_was_published_is_kept_as_printed_without_parts_and_small_units(order: Order) -> None:
    kept = figures_published(order.stage.target)
    assert kept[["table", "unit", "estimate"]].to_numpy().tolist() == [
        ["satisfaction", "company", "23.5"], ["satisfaction", "claims", "20.1234567"]]


def test_the_problems_are_kept_with_the_last_part_of_their_ids(order: Order) -> None:
    ids = ["competence_score:service_line:sales:adaptability", "nps:branch:B01"]
    listed = [row(indicator="competence_score", unit_type="service_line", unit="sales", problem_id=ids[0]),
              row(unit_type="branch", unit="B01", problem_id=ids[1])]
    pd.DataFrame(listed).to_csv(order.stage.target / "tables" / "problems.csv", index=False)
    kept = figures_published(order.stage.target)
    assert problem_ids(kept.assign(quarter="2024Q3"), "2024Q3") == ids
    assert problem_ids(kept.assign(quarter="2024Q3"), "2024Q2") == []


def test_a_report_that_was_changed_is_not_signed(order: Order) -> None:
    (order.stage.target / "tables" / "satisfaction.csv").write_text("x\n")
    with pytest.raises(Refused, match="1 files of the report differ"):
        sign(order, "Wang", TODAY)
    assert sorted(path.name for path in order.reports.iterdir()) == ["2024Q3"]
    assert list(order.params.iterdir()) == []


def test_nobody_and_an_earlier_revision_are_refused(order: Order) -> None:
    with pytest.raises(Refused, match="nobody signs"):
        sign(order, "  ", TODAY)
    publish(order.stage.target, revision=2)
    signed, *_ = sign(order, "Wang", TODAY)
    text = signed.read_text()
    publish(order.stage.target, revision=1)
    with pytest.raises(Refused, match="a later revision"):
        sign(order, "Li", TODAY)
    assert signed.read_text() == text


def test_signing_does_not_make_the_report_stale_but_the_next_one_sees_it(order: Order) -> None:
    before = watched(order, order.quarter)
    _, *kept = sign(order, "Wang", TODAY)
    assert watched(order, order.quarter) == before
    following = Order(Quarter(2024, 4), order.reports, params=order.params, data=order.data)
    assert {str(path) for path in kept} <= watched(following, following.quarter).keys()


def test_every_signature_of_a_quarter_is_kept_once_beside_the_report_and_with_the_parameters(order: Order) -> None:
    sign(order, "Wang: \"head\", 質量", TODAY)
    sign(order, "Wang: \"head\", 質量", TODAY)
    first = sha256(order.stage.target / MANIFEST)
    publish(order.stage.target, revision=2)
    beside, _, signatures = sign(order, "Li", TODAY)
    assert [one["signed_by"] for one in json.loads(beside.read_text())] == ["Wang: \"head\", 質量", "Li"]
    found = read_yaml(signatures, list[SignOff])
    assert [(one.signed_by, one.revision, one.manifest_sha256) for one in found] == [
        ("Wang: \"head\", 質量", 1, first), ("Li", 2, sha256(order.stage.target / MANIFEST))]


@pytest.mark.parametrize("alone", [False, True])
def test_what_the_list_beside_the_report_holds_is_kept_when_the_parameters_lost_theirs(
        order: Order, alone: bool) -> None:
    publish(order.stage.target, revision=2)
    beside, _, signatures = sign(order, "王, \"head\"", TODAY)
    (entry,) = json.loads(beside.read_text())
    beside.write_text(json.dumps(entry if alone else [entry], indent=1))
    signatures.unlink()
    publish(order.stage.target, revision=1)
    text = beside.read_text()
    with pytest.raises(Refused, match="a later revision"):
        sign(order, "Li", TODAY)
    assert beside.read_text() == text
    assert not signatures.exists()
    publish(order.stage.target, revision=3)
    sign(order, "Li", TODAY)
    assert [one["revision"] for one in json.loads(beside.read_text())] == [2, 3]
    assert [(one.signed_by, one.revision) for one in read_yaml(signatures, list[SignOff])] == [
        ("王, \"head\"", 2), ("Li", 3)]


def test_a_list_of_signatures_that_cannot_be_read_is_left_as_it_is(order: Order) -> None:
    broken = order.params / "published" / "2024Q3.yml"
    broken.parent.mkdir()
    broken.write_text("- signed_by: Wang\n")
    with pytest.raises(Refused, match=r"^published/2024Q3.yml, row 1, column 0.quarter: the key is missing. Add it"):
        sign(order, "Li", TODAY)
    assert [path.name for path in broken.parent.iterdir()] == [broken.name]


def test_what_is_not_published_cannot_be_signed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sign", "--quarter=2024Q3", "--by=Wang", f"--reports={tmp_path}"]) == 2
    assert "refused: " in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
