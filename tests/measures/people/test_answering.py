from __future__ import annotations

import pandas as pd
import pytest
from scipy import stats

from analysis.measures.people.answering import answering, answering_test
from analysis.measures.people.judgement import known_of_people
from analysis.measures.people.rank_sets import rank_sets
from tests.measures.conftest import Insurer
from tests.measures.people.test_fairness import EACH, STAFF, served


def surveys(rates: dict[str, float]) -> pd.DataFrame:
    """Return an invitation per request; of each person's 60 so many (else half) are answered."""
    requests = served({})
    place = requests.groupby("employee_id").cumcount()
    answered = place < requests["employee_id"].map(rates).fillna(0.5) * EACH
    return pd.DataFrame({
        "invitation_id": requests["request_id"], "request_id": requests["request_id"], "mode": "phone",
        "invited_at": "2024-09-01 10:00:00", "responded_at": answered.map({True: "2024-09-02 10:00:00", False: None}),
        "satisfaction": answered.map({True: 5, False: None}).astype("Int64")})


def told(insurer: Insurer, rates: dict[str, float]) -> tuple[pd.DataFrame, pd.DataFrame]:
    run = insurer({"staff": STAFF, "requests": served({}), "surveys": surveys(rates)})
    rows = answering(run, known_of_people(run))
    return rows, answering_test(rows)


def test_who_is_answered_less_stands_out(insurer: Insurer) -> None:
    rows, test = told(insurer, {"e05": 0.1})
    assert rows.loc[rows["answering"].eq("unlike the colleagues"), "unit"].tolist() == ["e05"]
    assert (test.loc[0, "stand_out"], test.loc[0, "people"], test.loc[0, "n"]) == (1, 24, 24 * EACH)
    odd = rows.set_index("unit").loc["e05"]
    mean = (6 + 23 * 30) / (24 * EACH)
    assert odd["group_mean"] == pytest.approx(mean)
    assert odd["p_adjusted"] == pytest.approx(24 * stats.binomtest(6, EACH, mean).pvalue)


def test_alike_they_do_not(insurer: Insurer) -> None:
    rows, test = told(insurer, {})
    assert rows["answering"].eq("like the colleagues").all()
    assert test.loc[0, "p"] == pytest.approx(1)


def test_without_invitations_there_is_no_data(insurer: Insurer) -> None:
    run = insurer({"staff": STAFF, "requests": served({})})
    rows = answering(run, known_of_people(run))
    assert rows.empty
    assert answering_test(rows)["status"].tolist() == ["no data"]


def test_ranks_are_told_only_where_asked_for(insurer: Insurer) -> None:
    table = {"staff": STAFF, "requests": served({"B1": 0.7})}
    runs = [insurer(table, limits={"inquiry": {"first_response": 1}}, rank_sets=asked) for asked in (False, True)]
    silent, asked = (rank_sets(run, known_of_people(run)) for run in runs)
    assert silent.empty
    slow = asked["unit"].isin(STAFF.loc[STAFF["branch"].eq("B1"), "employee_id"])
    assert asked.loc[slow, "best_rank"].min() > asked.loc[~slow, "best_rank"].max()
    assert (asked["best_rank"] <= asked["worst_rank"]).all()
