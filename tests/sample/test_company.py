"""Is the sample's company of the announced size, and do its margins agree?"""

import pandas as pd

from analysis.quarter import Quarter
from analysis.sample.company import exposures, population, roster, staff


def test_it_has_eighty_people_in_twelve_branches_and_six_departments():
    people = roster()
    assert people["employee_id"].nunique() == 80
    assert people["branch"].nunique() == 12
    assert set(people["department"]) == {"sales", "claims", "customer_service", "quality", "training", "management"}


def test_four_people_have_two_spells_that_do_not_overlap():
    spells = roster().loc[lambda t: t["employee_id"].duplicated(keep=False)].groupby("employee_id")
    gaps = spells["valid_from"].last() - spells["valid_to"].first()
    assert len(gaps) == 4
    assert {gap.days for gap in gaps} == {1}


def test_two_people_are_exempt_with_a_reason(shipped):
    newest = shipped("staff").loc[lambda t: t["delivery"] == "2024Q3"]
    assert sorted(newest.loc[newest["exempt_reason"] != "", "employee_id"]) == ["E079", "E080"]


def test_the_planted_share_of_the_roster_has_acknowledged_the_current_version(shipped, size):
    newest = shipped("staff").loc[lambda t: (t["delivery"] == "2024Q3") & (t["valid_to"] == "")]
    share = (newest["acknowledged_on"] >= "2024-01-01").mean()
    assert abs(share - size("acknowledgement")["share"]) < 0.01


def test_the_roster_does_not_know_the_future():
    known = staff(Quarter(2023, 1).end)
    assert known["valid_from"].max() <= Quarter(2023, 1).end
    assert known["valid_to"].isna().all()


def test_both_margins_of_the_population_have_the_same_sum():
    sums = population().groupby("variable")["customers"].sum()
    assert sums.to_dict() == {"segment": 940_000, "branch": 940_000}


def test_sampling_probabilities_are_invitations_over_customers(shipped):
    newest = shipped("surveys").loc[lambda t: (t["delivery"] == "2024Q3") & ~t["invitation_id"].str.startswith("X")]
    found = newest.groupby("stratum")["sampling_probability"].first().astype(float).to_dict()
    assert found == {"retail": 800 / 640_000, "senior": 400 / 200_000, "corporate": 400 / 100_000}


def test_exposure_holds_every_month_branch_and_product_once():
    table = exposures(Quarter(2024, 3))
    assert len(table) == 3 * 12 * 6
    assert not table.duplicated(["month", "branch", "product"]).any()


def test_all_ids_of_employees_stand_in_the_roster(shipped):
    known = set(shipped("staff")["employee_id"])
    named = pd.concat([shipped(name)["employee_id"] for name in ("requests", "surveys", "complaints", "audits")])
    assert set(named) - {""} <= known
