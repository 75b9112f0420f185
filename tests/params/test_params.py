"""Does a run rest on the company's own files, and on the project's for what the company does not keep?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from analysis.params import PROJECT, Params, load_params
from analysis.quarter import Quarter
from analysis.refusal import Refused

SITE = {
    "company": "c", "data": "data", "time_zone": "Asia/Shanghai", "language": "en", "engine": "duckdb",
    "service_lines": ["sales"], "jurisdictions": ["cn"], "calendar": "cn", "shifts": {"day": "00:00"}, "disclosure": {},
    "policies_denominator": "in_force", "refuse_on": [],
}
PLAN = {"prepared_by": "a", "approved_by": "b", "tables": {}}
REVIEW = {"reviewed_by": "b", "reviewed_on": "2024-10-01"}


def write(folder: Path, name: str, value: Any) -> None:
    path = folder / f"{name}.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(value), encoding="utf-8")


def plan(folder: Path, quarter: str, **changes: Any) -> None:
    write(folder, quarter, PLAN | {"quarter": quarter, "as_of": "2024-10-15T00:00:00+08:00", "indicators": {},
                                   "approved_on": Quarter.parse(quarter).start} | changes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "site", SITE)
    plan(tmp_path, "2024Q3")
    return tmp_path


def load(folder: Path, quarter: str = "2024Q3") -> Params:
    return load_params(folder, Quarter.parse(quarter))


def test_a_company_keeps_its_own_and_borrows_the_rest(folder: Path) -> None:
    params = load(folder)
    assert params.site.company == "c"
    assert {rule.jurisdiction for rule in params.rules} == {"cn"}
    assert "csat_top2_share" in params.registry
    assert (params.actions, params.reviews, params.sources.tables) == ((), {}, {})


def test_every_file_read_is_named(folder: Path) -> None:
    files = load(folder).files
    assert {folder / "site.yml", folder / "2024Q3.yml", PROJECT / "params" / "indicators.yml"} <= set(files)
    assert PROJECT / "params" / "rules" / "cn.yml" in files
    assert len(files) == len(set(files))


def test_plans_of_two_years_and_every_earlier_review_are_read_and_later_ones_are_not(folder: Path) -> None:
    for quarter in ("2022Q2", "2022Q3", "2024Q2", "2024Q4"):
        plan(folder, quarter)
    for quarter in ("2019Q1", "2024Q2", "2024Q3"):
        write(folder, f"reviews/{quarter}", REVIEW | {"quarter": quarter})
    params = load(folder)
    assert [str(one) for one in params.plans] == ["2022Q3", "2024Q2", "2024Q3"]
    assert [str(one) for one in params.reviews] == ["2019Q1", "2024Q2"]


@pytest.mark.parametrize("name", ["2024Q3.yaml", "reviews/2024Q2.yaml", "reviews/2024q2.yml", "reviews/last.yml"])
def test_a_file_that_would_be_passed_over_for_its_name_is_refused(folder: Path, name: str) -> None:
    (folder / "reviews").mkdir()
    (folder / name).write_text("quarter: 2024Q2\n")
    with pytest.raises(Refused, match=f"^{name}: a file of this name is not read. Name it after its quarter"):
        load(folder)


def test_a_quarter_without_a_plan_is_refused(folder: Path) -> None:
    with pytest.raises(Refused, match=r"^2024Q4.yml: there is no evaluation plan for 2024Q4. Write and approve one"):
        load(folder, "2024Q4")


def test_a_plan_for_another_quarter_is_refused(folder: Path) -> None:
    write(folder, "2024Q4", yaml.safe_load((folder / "2024Q3.yml").read_text()))
    with pytest.raises(Refused, match=r"^2024Q4.yml, row 6, column quarter: the plan says it is for 2024Q3"):
        load(folder, "2024Q4")


def test_a_review_of_another_quarter_is_refused(folder: Path) -> None:
    write(folder, "reviews/2024Q2", REVIEW | {"quarter": "2024Q1"})
    with pytest.raises(Refused, match=r"^reviews/2024Q2.yml, row 1, column quarter: the review says it is for 2024Q1"):
        load(folder)


def test_a_slip_in_a_review_names_its_folder(folder: Path) -> None:
    write(folder, "reviews/2024Q2", {"quarter": "2024Q2", "reviewed_on": "2024-08-01"})
    with pytest.raises(Refused, match=r"^reviews/2024Q2.yml, row 1, column reviewed_by: the key is missing"):
        load(folder)


def test_a_planned_indicator_must_be_in_force(folder: Path) -> None:
    plan(folder, "2024Q3", indicators={"csat_top3_share": {}})
    with pytest.raises(Refused,
                       match=r"^2024Q3.yml, row 5, column indicators.csat_top3_share: the plan names an ind"):
        load(folder)


@pytest.mark.parametrize(("change", "message"), [
    ({"calendar": "mars"}, "^site.yml, row 1, column calendar: no such working-day calendar. Choose one of cn, tw, uk"),
    ({"jurisdictions": ["mars"]}, "^mars.yml: the file is missing"), ({"colour": "red"}, "^site.yml, row .*colour"),
])
def test_a_choice_without_its_file_is_refused(folder: Path, change: dict[str, Any], message: str) -> None:
    write(folder, "site", SITE | change)
    with pytest.raises(Refused, match=message):
        load(folder)


def test_a_missing_site_is_refused(folder: Path) -> None:
    (folder / "site.yml").unlink()
    with pytest.raises(Refused, match=r"^site.yml: the file is missing. Add it"):
        load(folder)


def test_a_target_is_the_plans_else_the_registrys(folder: Path) -> None:
    plan(folder, "2024Q3", indicators={"csat_top2_share": {"target": 0.123}, "nps": {}})
    params = load(folder)
    assert params.target("csat_top2_share") == 0.123
    assert params.target("nps") == params.registry["nps"].target
    assert params.target("unknown") is None


def test_the_shipped_parameters_load_for_every_shipped_plan() -> None:
    plans = sorted((PROJECT / "params").glob("20*.yml"))
    assert plans
    for path in plans:
        assert str(load(path.parent, path.stem).quarter) == path.stem
