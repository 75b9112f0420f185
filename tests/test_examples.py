"""Do other companies' public files become our tables by configuration alone, every row accounted for?

The expected counts were taken from the files with ``awk`` and Python's ``csv``, not with the project.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from analysis.params import PROJECT, load_params
from analysis.quarter import Quarter
from analysis.refusal import Refused
from analysis.sources.deliver import Delivery, deliver

PUBLIC_DATA = os.environ.get("PUBLIC_DATA", "")
EXAMPLES = PROJECT / "params" / "examples"
FOLDERS = {"texas": "texas-complaints", "helpdesk": "italian-helpdesk", "sfo": "sfo-survey"}

needs_files = [pytest.mark.public, pytest.mark.skipif(
    not PUBLIC_DATA, reason="the public files are not in the repository: say PUBLIC_DATA=folder that holds them")]


@pytest.fixture(scope="module")
def validated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("validated")


def delivered(name: str, quarter: str, validated: Path) -> Delivery:
    params = load_params(EXAMPLES / name, Quarter.parse(quarter))
    return deliver(params, Path(PUBLIC_DATA) / FOLDERS[name], validated)


def rows(delivery: Delivery, table: str) -> pd.DataFrame:
    return pd.read_parquet(delivery.tables[str(delivery.quarter)][table])


@pytest.mark.parametrize("plan", sorted(EXAMPLES.glob("*/20*.yml")), ids=lambda path: f"{path.parent.name} {path.stem}")
def test_the_parameters_of_an_example_are_well_formed(plan: Path) -> None:
    assert load_params(plan.parent, Quarter.parse(plan.stem)).plan.quarter == plan.stem


@pytest.mark.parametrize("name", sorted(FOLDERS))
def test_an_example_says_its_source_licence_and_traps(name: str) -> None:
    readme = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")
    assert all(word in readme for word in ("**Source.**", "**Licence.**", "**Feeds**", "What to know before"))


class TestTexas:
    pytestmark = needs_files

    def test_every_complaint_is_accounted_for(self, validated: Path) -> None:
        account = delivered("texas", "2024Q3", validated).accounts.iloc[0]
        assert account[["received", "validated", "quarantined", "excluded", "superseded"]].tolist() == [
            11173, 591, 8, 10574, 0]

    def test_the_eight_repeated_numbers_are_the_quarantined_ones(self, validated: Path) -> None:
        failures = delivered("texas", "2024Q3", validated).failures
        assert set(failures["rule"]) == {"a key stands once in a delivery"}
        assert len(failures) == 8

    def test_several_reasons_stay_apart(self, validated: Path) -> None:
        cause = rows(delivered("texas", "2024Q3", validated), "complaints")["cause"]
        assert cause.str.contains(";").sum() == 479
        assert not cause.str.contains("; ").any()

    def test_codes_become_ours(self, validated: Path) -> None:
        complaints = rows(delivered("texas", "2024Q3", validated), "complaints")
        assert complaints["outcome"].value_counts().to_dict() == {"not_upheld": 444, "upheld": 147}
        assert complaints["received_day"].min() >= pd.Timestamp("2024-07-01").date()
        assert set(complaints["source"]) == {"regulator"}

    def test_the_quarter_in_which_the_file_ends_is_refused(self, validated: Path) -> None:
        with pytest.raises(Refused, match=r"^tdi_statefarm.csv: complaints is cut short: its last row opens on "
                                          r"2025-07-24, 68 days before 2025-09-30.* Deliver the rest of the quarter$"):
            delivered("texas", "2025Q3", validated)


class TestHelpdesk:
    pytestmark = needs_files

    def test_every_ticket_is_accounted_for(self, validated: Path) -> None:
        account = delivered("helpdesk", "2012Q1", validated).accounts.iloc[0]
        assert account[["received", "validated", "quarantined", "excluded", "superseded"]].tolist() == [
            4580, 493, 0, 4087, 0]

    def test_what_happened_after_as_of_is_not_known(self, validated: Path) -> None:
        delivery = delivered("helpdesk", "2012Q1", validated)
        requests = rows(delivery, "requests")
        assert requests[["first_response_at", "resolved_at"]].isna().sum().tolist() == [48 + 1, 13]
        assert delivery.accounts["blanked"].tolist() == [1 + 13]


class TestSurvey:
    pytestmark = needs_files

    def test_every_interview_is_accounted_for(self, validated: Path) -> None:
        account = delivered("sfo", "2016Q2", validated).accounts.iloc[0]
        assert account[["received", "validated", "quarantined", "excluded"]].tolist() == [3087, 3087, 0, 0]

    def test_blank_and_never_used_are_no_answers(self, validated: Path) -> None:
        answers = rows(delivered("sfo", "2016Q2", validated), "surveys")["satisfaction"]
        assert answers.value_counts().sort_index().to_dict() == {1: 7, 2: 51, 3: 497, 4: 1633, 5: 731}

    def test_codes_become_ours(self, validated: Path) -> None:
        surveys = rows(delivered("sfo", "2016Q2", validated), "surveys")
        assert surveys["mode"].value_counts().to_dict() == {"questionnaire": 3058 + 11, "online": 18}
        assert sorted(surveys["stratum"].value_counts()) == [928, 1055, 1104]
        assert surveys["segment"].eq("Under 18").sum() == 15

    def test_the_weighted_share_of_the_satisfied_is_that_of_the_file(self, validated: Path) -> None:
        answered = rows(delivered("sfo", "2016Q2", validated), "surveys").dropna(subset="satisfaction")
        share = answered.loc[answered["satisfaction"] >= 4, "weight"].sum() / answered["weight"].sum()
        assert share == pytest.approx(0.8139966435722825, rel=1e-12)
