"""Does the manifest name what went in and out, and nothing of the machine?"""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.publish.edition import make
from analysis.publish.order import Order
from analysis.publish.seal import Manifest, differences, digest, files_below, hashes, output_hashes, sha256


def test_sha256_is_that_of_the_standard(tmp_path: Path) -> None:
    # FIPS 180-2, appendix B.1: the message "abc"
    (tmp_path / "message").write_bytes(b"abc")
    assert sha256(tmp_path / "message") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})


def test_differences_names_each_kind() -> None:
    before, now = {"a": "1", "b": "1", "c": "1"}, {"b": "2", "c": "1", "d": "1"}
    assert differences(before, now) == ["missing: a", "changed: b", "extra: d"]


def test_hidden_compiled_and_left_out_files_do_not_count(tmp_path: Path) -> None:
    for name in ("a.py", ".hidden/b.py", "__pycache__/a.pyc", "validated/c.parquet", ".DS_Store"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert files_below(tmp_path, frozenset({"validated"})) == [tmp_path / "a.py"]


def test_names_are_below_the_role_and_not_of_the_machine(tmp_path: Path) -> None:
    (tmp_path / "site.yml").write_text("")
    assert list(hashes([tmp_path / "site.yml"], tmp_path, "params")) == ["params/site.yml"]


def test_an_unreadable_manifest_is_none(tmp_path: Path) -> None:
    assert Manifest.read(tmp_path) is None
    (tmp_path / "manifest.json").write_text('{"quarter": "2024Q3"}')
    assert Manifest.read(tmp_path) is None


@pytest.fixture
def manifest(quick: Order) -> Manifest:
    make(quick)
    return Manifest.read(quick.stage.target)


def test_manifest_names_every_role_by_relative_name(manifest: Manifest) -> None:
    assert list(manifest.inputs) == ["data/2024Q3/surveys.csv"]
    assert list(manifest.parameters) == ["params/site.yml"]
    assert list(manifest.sources) == ["notebooks/00_summary.ipynb", "notebooks/10_plan.ipynb", "requirements.lock",
                                      "src/analysis/code.py"]


def test_manifest_holds_facts_rows_and_installed_packages(manifest: Manifest) -> None:
    assert (manifest.quarter, manifest.as_of) == ("2024Q3", "2024-10-31T18:00:00+08:00")
    assert manifest.rows["surveys"]["validated"] == 1
    assert sorted(manifest.packages) == ["papermill", "python"]


def test_manifest_says_nothing_of_the_machine(manifest: Manifest, quick: Order) -> None:
    assert str(quick.project) not in json.dumps(vars(manifest) | {"rows": {}}, default=dict)


def test_outputs_are_all_files_but_the_manifest(manifest: Manifest, quick: Order) -> None:
    assert manifest.outputs == output_hashes(quick.stage.target)
    assert {"index.html", "tables/scorecard.csv", "confidential/tables/employees.csv"} <= manifest.outputs.keys()


def test_same_input_elsewhere_gives_the_same_manifest(quick: Order, tmp_path: Path) -> None:
    make(quick)
    make(replace(quick, reports=tmp_path / "elsewhere"))
    first, second = (path / "2024Q3" / "manifest.json" for path in (quick.reports, tmp_path / "elsewhere"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("name", ["data/2024Q3/surveys.csv", "params/site.yml", "src/analysis/code.py"])
def test_run_id_depends_on_everything_that_goes_in(quick: Order, name: str) -> None:
    make(quick)
    before = Manifest.read(quick.stage.target).run_id
    (quick.project / name).write_text("another\n")
    make(quick)
    assert Manifest.read(quick.stage.target).run_id != before
