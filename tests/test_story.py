"""Does the loop close over seven quarters of the sample: found, drafted, judged, answered, revised, restated?

The quarters are made one after the other as `make quarter` and `make sign` make them, from nothing that was signed
before; each report knows what was known on its own date.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml

from tests.test_whole_run import ROOT, copied, run

QUARTERS = ["2023Q1", "2023Q2", "2023Q3", "2023Q4", "2024Q1", "2024Q2", "2024Q3"]
PROBLEM = "competence_score:service_line:sales:adaptability"  # planted in every quarter
LIMIT = "in_limit_share"
SUM = 1e-5  # tables are printed to six digits

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the project after seven quarters made and six signed."""
    root = copied(tmp_path_factory.mktemp("story"))
    shutil.rmtree(root / "params" / "published")
    for quarter in QUARTERS:
        done = run(root, "quarter", "--quarter", quarter)
        assert done.returncode == 0, done.stderr
        if quarter != QUARTERS[-1]:
            assert run(root, "sign", "--quarter", quarter, "--by", "general manager").returncode == 0
    return root


def table(root: Path, quarter: str, name: str) -> pd.DataFrame:
    return pd.read_csv(root / "reports" / quarter / "tables" / f"{name}.csv", keep_default_na=False,
                       na_values={one: [""] for one in ("published", "estimate", "definition", "late_data", "low",
                                                        "computation", "high", "since_then", "this_quarter", "mix",
                                                        "performance")})


def test_a_problem_is_found_quarter_after_quarter_and_its_draft_keeps_its_id(told: Path) -> None:
    found = [PROBLEM in set(table(told, quarter, "problems")["problem_id"]) for quarter in QUARTERS]
    assert found == [True] * len(QUARTERS)
    drafts = []
    for quarter in ("2023Q1", "2024Q3"):
        assert run(told, "actions", quarter).returncode == 0
        path = told / "params" / "actions.draft.yml"
        drafts.append({one["problem_id"]: one for one in yaml.safe_load(path.read_text(encoding="utf-8"))}[PROBLEM])
        path.unlink()
    assert drafts[0]["action_id"] == drafts[1]["action_id"]
    assert drafts[1]["owner_department"] == "training"
    advice = table(told, "2024Q3", "recommendations").set_index("problem_id")
    assert advice.loc[PROBLEM, "recommendation_id"] == "R-COMPETENCE"


def test_a_measure_is_judged_when_its_window_is_over_and_not_before(told: Path) -> None:
    effects = {quarter: table(told, quarter, "actions").set_index("action_id")["effect"] for quarter in QUARTERS[2:]}
    assert [effects[quarter]["A2023-01"] for quarter in QUARTERS[3:]] == [*["not yet evaluated"] * 3, "effective"]
    assert effects["2024Q3"].to_dict() == {
        "A2023-01": "effective", "A2023-02": "not shown", "A2024-01": "harmful", "A2024-02": "not yet evaluated"}
    assert "A2023-01" not in table(told, "2023Q2", "actions")["action_id"].to_numpy()


def test_an_objection_is_open_until_it_is_answered(told: Path) -> None:
    states = {quarter: table(told, quarter, "objections").set_index("objection_id")["state"].to_dict()
              for quarter in ("2023Q4", "2024Q1", "2024Q2", "2024Q3")}
    assert states == {"2023Q4": {}, "2024Q1": {"O2024-01": "open"},
                      "2024Q2": {"O2024-01": "answered", "O2024-02": "open"}, "2024Q3": {"O2024-02": "open"}}


def test_a_revised_definition_is_bridged_in_the_first_quarter_under_it(told: Path) -> None:
    rows = table(told, "2024Q1", "changes").query("indicator == @LIMIT and unit_type == 'company'")
    step = rows[(rows["compared_with"] == "2023Q4") & (rows["event"] == "resolution")].iloc[0]
    assert step["definition"] < -0.05  # cases still open count as missed since 2024
    now = table(told, "2024Q1", "response_time").query("indicator == @LIMIT and unit_type == 'company'")
    assert step["published"] + step["definition"] + step["estimate"] == pytest.approx(
        now.set_index("event").loc["resolution", "estimate"], abs=SUM)


def test_what_was_signed_is_what_the_ledger_starts_from_and_its_steps_add_up(told: Path) -> None:
    ledger = table(told, "2024Q3", "restatement")
    assert sorted(set(ledger["quarter"])) == QUARTERS[:-1]
    signed = pd.read_csv(told / "params" / "published" / "2023Q3.csv").query("unit_type == 'company'")
    of_quarter = ledger[ledger["quarter"] == "2023Q3"].set_index(["indicator", "event"])["published"]
    figures = signed[~signed["table"].isin(["scorecard", "problems"])].fillna({"event": ""})
    kept = figures.set_index(["indicator", "event"])["estimate"]
    assert of_quarter.tolist() == pytest.approx(kept.reindex(of_quarter.index).tolist())
    ok = ledger[ledger["status"] == "ok"]
    steps = ok[["published", "computation", "definition", "late_data"]].sum(axis=1)
    assert (steps - ok["estimate"]).abs().max() < SUM * (1 + ok["estimate"].abs().max())
    assert ledger["computation"].abs().max() < SUM * (1 + ledger["published"].abs().max())
    assert ok["late_data"].abs().max() > SUM
    assert ledger.loc[ledger["indicator"].eq(LIMIT) & ledger["quarter"].lt("2024"), "definition"].abs().min() > SUM
    assert ledger.loc[ledger["quarter"].ge("2024"), "definition"].abs().max() < SUM


@pytest.mark.parametrize("quarter", QUARTERS[:-1])
def test_the_shipped_signed_figures_are_those_the_sample_gives(quarter: str, told: Path) -> None:
    shipped, signed = (root / "params" / "published" / f"{quarter}.csv" for root in (ROOT, told))
    assert shipped.read_text(encoding="utf-8") == signed.read_text(encoding="utf-8")
