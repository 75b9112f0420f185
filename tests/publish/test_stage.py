"""Does a report appear all at once or not at all?"""

from pathlib import Path

import pytest

from analysis.publish import stage as stage_module
from analysis.publish.stage import Stage, exchanged, held, recover, switch
from analysis.refusal import Busy, Refused


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    made = Stage(tmp_path, "2024Q3")
    made.report.mkdir(parents=True)
    (made.report / "index.html").write_text("new")
    return made


@pytest.fixture
def published(stage: Stage) -> Stage:
    stage.target.mkdir()
    (stage.target / "index.html").write_text("old")
    return stage


def text(stage: Stage) -> str:
    return (stage.target / "index.html").read_text()


def test_first_report_appears_and_nothing_else_stays(stage: Stage) -> None:
    switch(stage)
    assert text(stage) == "new"
    assert [path.name for path in stage.reports.iterdir()] == ["2024Q3"]


def test_new_report_takes_the_place_of_the_old(published: Stage) -> None:
    switch(published)
    assert text(published) == "new"
    assert [path.name for path in published.reports.iterdir()] == ["2024Q3"]


def test_exchange_swaps_two_folders_in_one_step(published: Stage) -> None:
    assert exchanged(published.report, published.target)
    assert (text(published), (published.report / "index.html").read_text()) == ("new", "old")


def test_without_exchange_two_renames_do(published: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage_module, "exchanged", lambda one, other: False)
    switch(published)
    assert text(published) == "new"
    assert [path.name for path in published.reports.iterdir()] == ["2024Q3"]


def test_crash_between_the_two_renames_gives_the_old_report_back(published: Stage) -> None:
    published.target.rename(published.retired)
    recover(published)
    assert text(published) == "old"
    assert not published.work.exists()


def test_lock_is_held_against_another_run_and_free_afterwards(stage: Stage) -> None:
    with held(stage), pytest.raises(Busy, match="2024Q3"), held(stage):
        pytest.fail("two runs hold one lock")
    with held(stage):
        assert not stage.work.exists(), "what an earlier run left is cleared"


def test_other_quarter_is_not_locked(stage: Stage) -> None:
    with held(stage), held(Stage(stage.reports, "2024Q2")):
        assert stage.reports.is_dir()


def test_reports_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="REPORTS="), held(Stage(tmp_path / "file", "2024Q3")):
        pytest.fail("a file was taken for a folder")
