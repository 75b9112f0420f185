"""Is a run skipped when, and only when, nothing has changed?"""

from dataclasses import replace

import pytest

from analysis.publish.edition import make
from analysis.publish.order import Order
from analysis.publish.receipt import folders, is_current


@pytest.fixture
def published(quick: Order) -> Order:
    make(quick)
    return quick


def test_nothing_changed_is_current(published: Order) -> None:
    assert is_current(published)


def test_never_published_is_not_current(quick: Order) -> None:
    assert not is_current(quick)
    assert folders(quick) is None


@pytest.mark.parametrize("name", [
    "data/2024Q3/surveys.csv", "params/site.yml", "src/analysis/code.py", "notebooks/10_plan.ipynb",
    "requirements.lock", "reports/2024Q3/index.html", "reports/2024Q3/manifest.json", "reports/.2024Q3.json",
])
def test_a_changed_file_is_noticed(published: Order, name: str) -> None:
    with (published.project / name).open("a") as file:
        file.write("x")
    assert not is_current(published)


def add(published: Order, name: str) -> None:
    path = published.project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")


@pytest.mark.parametrize("name", [
    "data/2024Q3/requests.csv", "data/2023Q1/requests.csv", "data/requests.csv", "params/2024Q2.yml",
    "params/reviews/2024Q2.yml", "params/actions.yml", "reports/2024Q3/extra.html",
])
def test_a_new_file_is_noticed(published: Order, name: str) -> None:
    add(published, name)
    assert not is_current(published)


@pytest.mark.parametrize("name", [
    "data/2024Q4/requests.csv", "params/2024Q4.yml", "params/reviews/2024Q3.yml", "params/examples/x/2024Q3.yml",
    "reports/2024Q4/index.html", "params/appraisals/2024Q3.csv", "data/.sheet.key",
])
def test_what_is_another_quarters_or_companys_does_not_matter(published: Order, name: str) -> None:
    add(published, name)
    assert is_current(published)


def test_a_reports_folder_within_the_data_is_none_of_the_delivery(quick: Order) -> None:
    order = replace(quick, data=quick.project)
    make(order)
    assert is_current(order)


def test_a_touched_file_is_the_same(published: Order) -> None:
    (published.project / "data/2024Q3/surveys.csv").touch()
    assert is_current(published)


def test_a_removed_output_is_noticed(published: Order) -> None:
    (published.stage.target / "tables" / "clauses.csv").unlink()
    assert not is_current(published)


def test_another_wish_is_not_current(published: Order) -> None:
    assert not is_current(replace(published, language="zh-Hant"))
    assert folders(published) == (published.project / "data", published.params)


def test_number_of_jobs_does_not_matter(published: Order) -> None:
    assert is_current(replace(published, jobs=7))
