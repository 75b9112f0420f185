"""Does the ledger lead from what was published to the figure of today, exactly, and does it name the steps?"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pandas as pd
import pytest
import yaml

from analysis.measures.improvement.restatement import restated_counts, restatement
from analysis.params import PROJECT, load_params
from analysis.run import Run
from tests.measures.conftest import PLAN, Insurer

HANDLED, LIMIT, TIMELY = "complaint_handling_share", "in_limit_share", "complaint_timely_share"
EARLIER = PLAN | {"quarter": "2024Q2", "as_of": "2024-07-15T23:59:59+08:00"}
N = 40


def complaints() -> pd.DataFrame:
    """Second quarter: 20 of 40 closed by its date and 10 more later; third: 36 of 40."""
    parts = []
    for quarter, day, closed in (("2", "2024-05-0", [20, 10]), ("3", "2024-08-0", [36, 0])):
        then = [f"{day}8 09:00:00"] * closed[0] + ["2024-09-01 09:00:00"] * closed[1]
        parts.append(pd.DataFrame({
            "complaint_id": [f"{quarter}-{number}" for number in range(N)], "service_line": "claims", "cause": "delay",
            "source": "company", "received_at": f"{day}1 09:00:00",
            "closed_at": [*then, *[None] * (N - len(then))]}))
    return pd.concat(parts)


def printed(indicator: str, estimate: float, low: float, high: float, table: str, event: str = "") -> pd.DataFrame:
    return pd.DataFrame([{
        "table": table, "indicator": indicator, "unit_type": "company", "unit": "company", "event": event, "n": N,
        "estimate": estimate, "low": low, "high": high, "level": 0.95, "method": "x", "status": "ok", "target": 0.9,
        "verdict": "not met"}])


def signed(run: Run, rows: pd.DataFrame) -> Run:
    """Put the file of a signed quarter beside the parameters of ``run`` and read them again."""
    folder = run.params.directory / "published"
    folder.mkdir()
    rows.to_csv(folder / "2024Q2.csv", index=False)
    return replace(run, params=load_params(run.params.directory, run.quarter))


def handled(insurer: Insurer, published: float, low: float = 0.35, high: float = 0.65) -> pd.Series:
    plan = {"indicators": {HANDLED: {}}}
    run = insurer({"complaints": complaints()}, files={"2024Q2.yml": EARLIER | plan}, whole=True, **plan)
    rows = restatement(signed(run, printed(HANDLED, published, low, high, "complaints")))
    assert len(rows) == 1
    return rows.iloc[0]


def test_late_data_is_what_became_known_since(insurer: Insurer) -> None:
    row = handled(insurer, 0.5)
    assert (row["computation"], row["definition"]) == (0, 0)
    assert row["late_data"] == pytest.approx(0.25)
    assert row["estimate"] == pytest.approx(0.75)
    assert row["restated"] == "moved beyond interval"


def test_a_program_that_gives_another_figure_says_so_as_computation(insurer: Insurer) -> None:
    row = handled(insurer, 0.6, high=0.8)
    assert row["computation"] == pytest.approx(-0.1)
    assert row[["published", "computation", "definition", "late_data"]].astype(float).sum() == pytest.approx(
        row["estimate"])
    assert row["restated"] == "moved within interval"


def test_the_change_to_this_quarter_is_told_at_the_same_age(insurer: Insurer) -> None:
    row = handled(insurer, 0.5)
    assert (row["this_quarter"], row["since_then"]) == pytest.approx((0.9, 0.4))
    assert row["performance"] + row["mix"] == pytest.approx(row["since_then"])
    assert row["mix"] == pytest.approx(0)


def test_a_revised_limit_is_the_step_of_definition(insurer: Insurer) -> None:
    rows = []
    for quarter, month in (("2", 5), ("3", 8)):
        opened = pd.Series(pd.date_range(f"2024-0{month}-01 09:00", periods=N, freq="D"))
        rows.append(pd.DataFrame({
            "request_id": [f"{quarter}-{number}" for number in range(N)], "kind": "claim", "service_line": "claims",
            "opened_at": opened, "resolved_at": opened + pd.to_timedelta([n + 0.5 for n in range(N)], unit="h")}))
    plan = {"indicators": {LIMIT: {}}}
    run = insurer({"requests": pd.concat(rows)}, whole=True, limits={"claim": {"resolution": 10}}, **plan,
                  files={"2024Q2.yml": EARLIER | plan | {"limits": {"claim": {"resolution": 20}}}})
    table = restatement(signed(run, printed(LIMIT, 0.5, 0.3, 0.7, "response_time", "resolution")))
    row = table.iloc[0]
    assert row["computation"] == pytest.approx(0)
    assert row["definition"] == pytest.approx(-0.25)
    assert row["late_data"] == pytest.approx(0)
    assert row["since_then"] == pytest.approx(0)


def test_a_revised_rule_of_law_is_the_step_of_definition(insurer: Insurer) -> None:
    decided = pd.concat([pd.DataFrame({
        "complaint_id": [f"{month}-{number}" for number in range(N)], "service_line": "claims", "cause": "delay",
        "source": "company", "received_at": f"2024-0{month}-01 09:00:00", "complexity": "simple",
        "decided_at": [f"2024-0{month}-{5 if number < 20 else 24:02} 09:00:00" for number in range(N)]})
        for month in (5, 8)])
    law = next(one for one in yaml.safe_load((PROJECT / "params" / "rules" / "cn.yml").read_text())
               if one["id"] == "cn.complaint.decide")
    law["limits"] = [{"days": 15}]
    old = law | {"effective_to": "2024-06-30"}
    new = deepcopy(law) | {"limits": [{"days": 30}], "effective_from": "2024-07-01"}
    plan = {"indicators": {TIMELY: {}}}
    run = insurer({"complaints": decided}, whole=True, **plan, files={
        "2024Q2.yml": EARLIER | plan, "rules/cn.yml": [old, new]})
    row = restatement(signed(run, printed(TIMELY, 0.5, 0.3, 0.7, "complaints"))).iloc[0]
    assert row["definition"] == pytest.approx(0.5)
    assert row[["computation", "since_then"]].tolist() == pytest.approx([0, 0])


def test_an_indicator_that_left_the_plan_keeps_its_place_in_the_ledger(insurer: Insurer) -> None:
    run = insurer({"complaints": complaints()}, whole=True, indicators={},
                  files={"2024Q2.yml": EARLIER | {"indicators": {HANDLED: {}}}})
    assert restatement(signed(run, printed(HANDLED, 0.5, 0.3, 0.7, "complaints")))["estimate"].tolist() == [0.75]


def test_without_a_signed_quarter_the_ledger_is_empty(insurer: Insurer) -> None:
    run = insurer({"complaints": complaints()}, files={"2024Q2.yml": EARLIER}, indicators={HANDLED: {}})
    table = restatement(run)
    assert table.empty
    assert restated_counts(table)["n"].tolist() == [0, 0, 0, 0]
