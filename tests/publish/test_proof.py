"""Is every change of a published report found?"""

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
    assert proof.changed_inputs(published) + proof.changed_sources(published) == []


def test_missing_extra_and_changed_outputs_are_listed(published: Order) -> None:
    report = published.stage.target
    (report / "index.html").write_text("mine")
    (report / ".notes").write_text("extra")
    (report / "tables" / "problems.csv").unlink()
    assert proof.changed_outputs(report) == ["extra: .notes", "changed: index.html", "missing: tables/problems.csv"]


def test_changed_input_parameter_and_source_are_listed(published: Order) -> None:
    for name in ("data/2024Q3/surveys.csv", "params/site.yml", "src/analysis/code.py"):
        (published.project / name).write_text("another\n")
    assert proof.changed_inputs(published) == ["changed: data/2024Q3/surveys.csv", "changed: params/site.yml"]
    assert proof.changed_sources(published) == ["changed: src/analysis/code.py"]


def test_absent_input_is_said_to_be_missing(published: Order) -> None:
    (published.project / "data/2024Q3/surveys.csv").unlink()
    assert proof.changed_inputs(published) == ["missing: data/2024Q3/surveys.csv"]


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
