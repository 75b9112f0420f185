"""Is satisfaction what the answers and their sampling design say, and is a gap in the answers said?"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from analysis.measures.changes import changes
from analysis.measures.satisfaction.satisfaction import SILENT, UNUSED, satisfaction, satisfaction_trend
from analysis.run import Run
from tests.measures.conftest import Insurer

NUMBERS = ["estimate", "low", "high"]


def _answers(satisfied: int, others: int, day: str = "2024-08-01", **columns: object) -> pd.DataFrame:
    """Return answered invitations: 5 of 5 from the satisfied, 2 of 5 from the others."""
    score = [5] * satisfied + [2] * others
    frame = pd.DataFrame({"satisfaction": score, "mode": "phone", "invited_at": f"{day}T10:00:00",
                          "responded_at": f"{day}T12:00:00"}).assign(**columns)
    return frame


def _surveys(*parts: pd.DataFrame) -> dict[str, pd.DataFrame]:
    frame = pd.concat(parts, ignore_index=True)
    return {"surveys": frame.assign(invitation_id=[f"S{number}" for number in range(len(frame))])}


def _row(table: pd.DataFrame, indicator: str, unit: str = "company") -> pd.Series:
    (row,) = (one for _, one in table[(table["indicator"] == indicator) & (table["unit"] == unit)].iterrows())
    return row


def test_satisfied_means_the_top_two_of_five(insurer: Insurer) -> None:
    golden = [1] * 10 + [2] * 10 + [3] * 10 + [4] * 15 + [5] * 15
    run = insurer(_surveys(_answers(0, 60).assign(satisfaction=golden)))
    assert _row(satisfaction(run), "csat_top2_share")["estimate"] == pytest.approx(30 / 60)


def test_without_a_design_a_share_is_wilsons(insurer: Insurer) -> None:
    """Newcombe (1998) Stat Med 17:857, table I: 81 of 263 is .2553 to .3662."""
    row = _row(satisfaction(insurer(_surveys(_answers(81, 182)))), "csat_top2_share")
    assert [round(row[name], 4) for name in NUMBERS] == [0.3080, 0.2553, 0.3662]
    assert (row["method"], row["verdict"]) == ("share, modified Wilson", "not met")


def test_without_a_design_a_mean_is_students(insurer: Insurer) -> None:
    """R: t.test(rep(c(5, 3), 20))$conf.int."""
    run = insurer(_surveys(_answers(20, 20).replace({"satisfaction": {2: 3}})))
    row = _row(satisfaction(run), "csat_mean")
    assert list(row[NUMBERS]) == pytest.approx([4, 3.676110237, 4.323889763])


def test_nps_is_promoters_less_detractors(insurer: Insurer) -> None:
    """Rocks (2016): 100 (p − d) of 40, 30, 30; limits from 40.75, 31.5 and 30.75 of 103."""
    scores = [9] * 20 + [10] * 20 + [7] * 15 + [8] * 15 + [6] * 15 + [0] * 15
    row = _row(satisfaction(insurer(_surveys(_answers(0, 100).assign(recommend=scores)))), "nps")
    assert list(row[NUMBERS]) == pytest.approx([10, -6.272, 25.690], abs=1e-3)


def test_nps_on_too_few_answers_is_withheld(insurer: Insurer) -> None:
    row = _row(satisfaction(insurer(_surveys(_answers(0, 29).assign(recommend=9)))), "nps")
    assert row["status"] == "not estimable: fewer than 30 answers"
    assert row[NUMBERS].isna().all()


@pytest.mark.parametrize("columns", [
    ({"sampling_probability": 0.1}, {"sampling_probability": 0.2}),
    ({"weight": 10, "sampling_probability": 0.5}, {"weight": 5, "sampling_probability": 0.5}),
])
def test_answers_stand_for_the_customers_they_were_drawn_from(insurer: Insurer, columns: tuple[dict, dict]) -> None:
    """R survey: svyciprop(~y, svydesign(ids = ~1, strata = ~h, weights = ~w), method = "beta", df = degf), 4.1.1.

    A delivered weight counts before the sampling probability.
    """
    parts = _answers(12, 8, stratum="a", **columns[0]), _answers(24, 6, stratum="b", **columns[1])
    row = _row(satisfaction(insurer(_surveys(*parts))), "csat_top2_share")
    assert list(row[NUMBERS]) == pytest.approx([0.685714285714, 0.523971937640, 0.820067756859], abs=1e-9)


def test_answers_of_one_cluster_are_not_independent(insurer: Insurer) -> None:
    """R survey: svymean(~sat, svydesign(ids = ~c, strata = ~h, weights = ~w, nest = TRUE)), limits with df = degf."""
    parts = _answers(12, 8, stratum="a", weight=10), _answers(24, 6, stratum="b", weight=5)
    tables = _surveys(*parts)
    tables["surveys"]["cluster"] = [f"C{number // 5}" for number in range(50)]
    row = _row(satisfaction(insurer(tables)), "csat_mean")
    assert list(row[NUMBERS]) == pytest.approx([4.05714285714, 2.97452815781, 5.13975755647], abs=1e-9)


@pytest.mark.parametrize("nothing", [None, 0])
def test_an_answer_without_weight_does_not_count(insurer: Insurer, nothing: int | None) -> None:
    parts = _answers(12, 8, weight=2.5), _answers(0, 7).assign(weight=nothing)
    row = _row(satisfaction(insurer(_surveys(*parts))), "csat_top2_share")
    assert (row["n"], row["estimate"]) == (20, pytest.approx(12 / 20))


def test_unanswered_invitations_count_in_the_response_rate_alone(insurer: Insurer) -> None:
    silent = _answers(0, 60).assign(satisfaction=None, responded_at=None)
    table = satisfaction(insurer(_surveys(_answers(30, 10), silent)))
    response, satisfied = (_row(table, one) for one in ("survey_response_share", "csat_top2_share"))
    assert (response["n"], response["estimate"]) == (100, pytest.approx(0.4))
    assert (satisfied["n"], satisfied["estimate"], satisfied["invitations"]) == (40, pytest.approx(0.75), 100)


def test_a_silent_mode_and_an_unused_one_are_flagged(insurer: Insurer) -> None:
    silent = _answers(0, 12, mode="online").assign(satisfaction=None, responded_at=None)
    run = insurer(_surveys(_answers(15, 5), silent), modes=["questionnaire", "phone", "online"])
    table = satisfaction(run)
    rows = {unit: _row(table, "csat_top2_share", unit) for unit in ("online", "questionnaire", "phone")}
    assert {unit: row["note"] for unit, row in rows.items()} == {"online": SILENT, "questionnaire": UNUSED, "phone": ""}
    assert [(row["n"], row["status"]) for row in rows.values()] == [(0, "no data"), (0, "no data"), (20, "ok")]


def test_every_service_line_has_a_row(insurer: Insurer) -> None:
    table = satisfaction(insurer(_surveys(_answers(15, 5, service_line="claims"))))
    lines = table[table["unit_type"] == "service_line"]
    assert lines.groupby("unit")["indicator"].nunique().to_dict() == {"claims": 5, "sales": 5}
    assert set(lines.loc[lines["unit"] == "sales", "status"]) == {"no data"}


def test_without_a_survey_there_is_no_data(insurer: Insurer) -> None:
    run = insurer({"benchmarks": pd.DataFrame(
        {"indicator": ["nps"], "value": [10], "source": ["x"], "period": ["2024"]})}, modes=["phone"])
    table = satisfaction(run)
    assert set(table["status"]) == {"no data"}
    assert set(table["unit"]) == {"company", "sales", "claims", "phone"}
    assert set(changes(run, satisfaction)["status"]) == {"no data"}


def test_units_are_told_apart(insurer: Insurer) -> None:
    run = insurer(_surveys(_answers(9, 3, "2024-07-31", branch="B1", partner_id="P1", product="auto"),
                           _answers(6, 6, "2024-08-01", branch="B2")))
    table = satisfaction(run)
    shares = {unit: _row(table, "csat_top2_share", unit)["estimate"] for unit in ("B1", "B2", "P1", "auto")}
    assert shares == {"B1": 0.75, "B2": 0.5, "P1": 0.75, "auto": 0.75}
    assert list(table.loc[table["unit_type"] == "month", "unit"].unique()) == ["2024-07", "2024-08"]


def company_changes(run: Run) -> pd.DataFrame:
    found = changes(run, satisfaction)
    return found[found["unit_type"] == "company"].set_index(["indicator", "compared_with"])


def test_a_change_has_newcombes_interval(insurer: Insurer) -> None:
    """Newcombe (1998) Stat Med 17:873, table II, method 10: 56/70 less 48/80 is .0524 to .3339."""
    run = insurer(_surveys(_answers(56, 14), _answers(48, 32, "2024-05-02")))
    change = company_changes(run)
    row = change.loc[("csat_top2_share", "2024Q2")]
    assert [round(row[name], 4) for name in NUMBERS] == [0.2, 0.0524, 0.3339]
    assert (row["n"], row["n_before"], row["verdict"]) == (70, 80, "no target")
    assert change.loc[("csat_top2_share", "2023Q3"), "status"] == "no data"


def test_a_change_from_too_few_answers_is_not_estimable(insurer: Insurer) -> None:
    run = insurer(_surveys(_answers(56, 14), _answers(5, 2, "2024-05-02")))
    change = company_changes(run)
    assert change.loc[("csat_top2_share", "2024Q2"), "status"] == "not estimable: fewer than 10 answers"


def test_the_trend_holds_each_quarter_with_a_survey(insurer: Insurer) -> None:
    trend = satisfaction_trend(insurer(_surveys(_answers(15, 5), _answers(10, 10, "2023-11-02"))))
    shares = trend[trend["indicator"] == "csat_top2_share"].set_index("quarter")["estimate"]
    assert shares.to_dict() == {"2023Q4": 0.5, "2024Q3": 0.75}


def _sfo(insurer: Insurer, folder: str) -> Run:
    raw = pd.read_csv(Path(folder) / "sfo-survey" / "sfo_2016.csv", encoding="latin-1", dtype=str)
    surveys = pd.DataFrame({
        "invitation_id": raw["*RESPNUM"], "mode": "questionnaire", "stratum": raw["STRATA"], "weight": raw["WEIGHT"],
        "invited_at": "2016-05-10T12:00:00", "responded_at": "2016-05-10T12:00:00",
        "satisfaction": raw["Q7ALL"].where(raw["Q7ALL"].isin(list("12345")))})
    return insurer({"surveys": surveys}, "2016Q2", as_of="2016-07-15T00:00:00+08:00", calendar="cn")


@pytest.mark.public
def test_weighted_satisfaction_of_a_public_survey_agrees_with_r(insurer: Insurer) -> None:
    """R survey 4.1.1: d <- svydesign(ids = ~1, strata = ~STRATA, weights = ~WEIGHT, data = sfo); o <- subset(d, Q7ALL
    %in% 1:5); svyciprop(~I(Q7ALL >= 4), o, method = "beta", df = degf(o)); svymean(~Q7ALL, o) with df = degf(o)."""
    if not (folder := os.environ.get("PUBLIC_DATA")):
        pytest.skip("PUBLIC_DATA is not set")
    table = satisfaction(_sfo(insurer, folder))
    share, mean = (_row(table, one) for one in ("csat_top2_share", "csat_mean"))
    assert (share["n"], mean["n"]) == (2919, 2919)
    assert list(share[NUMBERS]) == pytest.approx([0.81399664357227, 0.79798854334906, 0.82924812526146], abs=1e-8)
    assert list(mean[NUMBERS]) == pytest.approx([4.053324954290695, 4.0240633381589, 4.0825865704225], abs=1e-8)


def test_a_list_of_answers_alone_knows_no_response_rate(insurer: Insurer) -> None:
    table = satisfaction(insurer(_surveys(_answers(30, 20))))
    assert _row(table, "survey_response_share")[["status", "verdict"]].tolist() == ["no data", "cannot tell"]


def test_an_answer_without_its_date_is_an_answer(insurer: Insurer) -> None:
    silent = _answers(0, 40, satisfaction=None, responded_at=None)
    row = _row(satisfaction(insurer(_surveys(_answers(60, 0, responded_at=None), silent))), "survey_response_share")
    assert (row["n"], row["estimate"]) == (100, pytest.approx(0.6))
