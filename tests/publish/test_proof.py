"""Is every change of a published report found?"""

from dataclasses import replace

import pytest

from analysis.publish import proof
from analysis.publish.edition import make
from analysis.publish.order import Order
from analysis.refusal import Refused


@pytest.fixture
def published(quick: Order) -> Order:
    make(quick)
    return quick


def test_untouched_report_is_what_was_sealed(published: Order) -> None:
    assert proof.changed_outputs(published.stage.target) == []
    assert proof.changed_inputs(proof.as_made(published, params_given=True)) + proof.changed_sources(published) == []


def test_missing_extra_and_changed_outputs_are_listed(published: Order) -> None:
    report = published.stage.target
    (report / "index.html").write_text("mine")
    (report / ".notes").write_text("extra")
    (report / "tables" / "problems.csv").unlink()
    assert proof.changed_outputs(report) == ["extra: .notes", "changed: index.html", "missing: tables/problems.csv"]


def test_links_and_empty_folders_are_extra(published: Order) -> None:
    report = published.stage.target
    (report / "away").symlink_to(published.project)
    (report / "nowhere").symlink_to(report / "gone")
    (report / "empty").mkdir()
    assert proof.changed_outputs(report) == ["extra: away", "extra: empty", "extra: nowhere"]


def test_a_quarter_is_proved_with_what_it_was_made_of(published: Order) -> None:
    asked = replace(published, params=published.project / "other", data=None)
    assert proof.as_made(asked, params_given=False) == replace(published, data=published.project / "data")
    assert proof.as_made(asked, params_given=True).params == asked.params


def test_changed_input_parameter_and_source_are_listed(published: Order) -> None:
    for name in ("data/2024Q3/surveys.csv", "params/site.yml", "src/analysis/code.py"):
        (published.project / name).write_text("another\n")
    assert proof.changed_inputs(proof.as_made(published, params_given=True)) == [
        "changed: data/2024Q3/surveys.csv", "changed: params/site.yml"]
    assert proof.changed_sources(published) == ["changed: src/analysis/code.py"]


def test_absent_input_is_said_to_be_missing(published: Order) -> None:
    (published.project / "data/2024Q3/surveys.csv").unlink()
    assert proof.changed_inputs(proof.as_made(published, params_given=True)) == ["missing: data/2024Q3/surveys.csv"]


def test_unpublished_quarter_is_refused(quick: Order) -> None:
    with pytest.raises(Refused, match="not published"):
        proof.changed_outputs(quick.stage.target)


def test_rebuilding_gives_the_same_bytes_and_leaves_nothing(published: Order) -> None:
    assert proof.rebuilt_differences(published) == []
    assert sorted(path.name for path in published.reports.iterdir()) == [".2024Q3.json", "2024Q3"]


def test_rebuilding_lists_what_differs(published: Order) -> None:
    (published.stage.target / "index.html").write_text("mine")
    (published.project / "data/2024Q3/surveys.csv").write_text("another\n")
    assert "changed: index.html" in proof.rebuilt_differences(published)
