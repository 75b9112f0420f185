"""Do the true values lie where unprejudiced figures from the files lie?"""

import pandas as pd
import pytest


def _value(told: dict, indicator: str, quarter: str, words: str) -> float:
    return next(one["value"] for one in told["values"]
                if (one["indicator"], one["quarter"]) == (indicator, quarter) and words in one["of"])


@pytest.mark.parametrize("quarter", ["2023Q1", "2023Q3", "2024Q3"])
def test_the_share_weighted_by_design_and_answering_lies_near_the_true_one(quarter, kept, answers, told):
    asked = kept("surveys").loc[lambda t: t["delivery"] == quarter].groupby(["mode", "segment"]).size()
    cells = answers[answers["delivery"] == quarter].groupby(["mode", "segment"])["top2"].mean()
    customers = pd.Series({"retail": 800, "senior": 500, "corporate": 250})  # customers per invitation
    weight = asked * customers.reindex(asked.index.get_level_values("segment")).to_numpy()
    found = (cells * weight).sum() / weight.sum()
    assert found == pytest.approx(_value(told, "csat_top2_share", quarter, "each in the own mode"), abs=0.045)


def test_complaints_received_are_counted(kept, told):
    found = kept("complaints")["received_at"].dt.to_period("Q").astype(str).value_counts()
    assert found["2024Q3"] == _value(told, "complaints", "2024Q3", "realised")


def test_pass_shares_of_the_other_auditors_lie_near_the_true_one(shipped, told):
    table = shipped("audits").loc[lambda t: (t["sampling"] == "random") & (t["auditor_id"] != "E071")]
    share = (table[table["family"] == "compliance"]["passed"] == "true").mean()
    true = [one["value"] for one in told["values"] if one["indicator"] == "compliance_pass_share"]
    assert share == pytest.approx(sum(true) / len(true), abs=0.015)


def test_two_clauses_fail_and_one_has_no_data(told):
    found = {one["clause"]: one["status"] for one in told["clauses"]}
    assert {clause: found[clause] for clause in ("5.4", "7.1", "8.4")} == {
        "5.4": "no data", "7.1": "not met", "8.4": "not met"}


def test_the_date_of_knowledge_is_that_of_the_plans(told, folder):
    plans = {quarter: (folder.parents[1] / "params" / f"{quarter}.yml").read_text() for quarter in told["as_of"]}
    assert [quarter for quarter, moment in told["as_of"].items() if f"as_of: {moment}" not in plans[quarter]] == []
