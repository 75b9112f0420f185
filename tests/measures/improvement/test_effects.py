from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.measures.improvement.effects import effects
from analysis.measures.improvement.windows import looked_at
from analysis.quarter import Quarter
from tests.measures.conftest import PLAN, Insurer

QUARTERS = ("2023Q1", "2023Q2", "2023Q3", "2023Q4", "2024Q1", "2024Q2", "2024Q3")
BASELINE, CHOSE = ("2023Q1", "2023Q2"), ("2023Q3", "2023Q4")  # opened on 1 December 2023
UNITS = [f"B{one:02d}" for one in range(1, 11)]
TREATED = ("B01", "B02", "B03")
EACH = 40
AS_OF = "2024-07-15T23:59:59+08:00"
ACTION = {"action_id": "A1", "problem_id": "csat_top2_share:branch:B01", "indicator": "csat_top2_share",
          "units": list(TREATED), "comparison_units": ["B04", "B05", "B06"], "owner_department": "quality",
          "opened_on": "2023-12-01", "started_on": "2024-01-01", "due_on": "2024-03-31", "expected_effect": 0.1,
          "window": "2024Q1 to 2024Q3"}


def answers(effect: float, seed: int = 2) -> pd.DataFrame:
    """Return 40 answers per branch and quarter, 70 % of them satisfied; the treated gain ``effect`` from 2024 on."""
    drawn = np.random.default_rng(seed)
    rows = []
    for quarter in QUARTERS:
        day = pd.Period(quarter, freq="Q").start_time.date().isoformat()
        for unit in UNITS:
            share = 0.7 + effect * (quarter >= "2024Q1" and unit in TREATED)
            satisfied = drawn.binomial(EACH, share)
            rows += [{"invitation_id": f"{quarter}-{unit}-{one}", "branch": unit, "mode": "phone",
                      "invited_at": f"{day} 10:00",
                      "responded_at": f"{day} 11:00", "satisfaction": 5 if one < satisfied else 2}
                     for one in range(EACH)]
    return pd.DataFrame(rows)


def company_waits() -> pd.DataFrame:
    """Return 30 inquiries a month from 2022 on, answered after about 24 hours and from 2024 on after about seven."""
    drawn, rows = np.random.default_rng(5), []
    for month in pd.period_range("2022-01", "2024-09", freq="M"):
        start = month.start_time + pd.Timedelta(hours=9)
        level = (7 if month.year == 2024 else 24) * np.exp(0.05 * drawn.standard_normal())
        rows += [{"request_id": f"{month}-{one}", "kind": "inquiry", "opened_at": start.isoformat(" "),
                  "first_response_at": (start + pd.Timedelta(hours=level * (0.5 + one / 29))).isoformat(
                      " ", "seconds")} for one in range(30)]
    return pd.DataFrame(rows)


FASTER = ACTION | {"problem_id": "response_median_hours:company:company:first_response", "units": ["company"],
                   "indicator": "response_median_hours", "comparison_units": [], "expected_effect": -8}


def effect_of(insurer: Insurer, table: pd.DataFrame, **changes: object) -> pd.Series:
    run = insurer({"surveys": table}, files={"actions.yml": [ACTION | changes]})
    return effects(run).iloc[0]


def shares(table: pd.DataFrame) -> pd.DataFrame:
    quarter = table["invitation_id"].str.split("-").str[0]
    return table.assign(quarter=quarter, good=table["satisfaction"] >= 4).pivot_table(
        index="branch", columns="quarter", values="good")


def difference(wide: pd.DataFrame, treated: tuple[str, ...], before: tuple[str, ...] = BASELINE) -> float:
    """Return the difference in differences of a balanced panel: means of unit changes."""
    change = wide[[one for one in QUARTERS if one >= "2024Q1"]].mean(axis=1) - wide[list(before)].mean(axis=1)
    return change[list(treated)].mean() - change[~change.index.isin(treated)].mean()


def test_an_effect_is_the_difference_of_changes_and_its_p_counts_placebos(insurer: Insurer) -> None:
    """Three of six declared units give p of 1/10 at best, so all ten units stand against the three: 120 sets."""
    table = answers(0.2)
    found, wide = effect_of(insurer, table), shares(table)
    real = difference(wide, TREATED)
    placebos = np.array([abs(difference(wide, one)) for one in combinations(UNITS, 3)])
    assert found["estimate"] == pytest.approx(real, abs=1e-9)
    assert found["p"] == pytest.approx(np.mean(placebos >= abs(real) - 1e-12))
    assert (found["compared"], found["effect"]) == ("all units without a measure", "effective")


def test_what_the_quarters_that_chose_the_units_would_have_added_stands_beside(insurer: Insurer) -> None:
    table = answers(0.2)
    found, wide = effect_of(insurer, table), shares(table)
    added = difference(wide, TREATED, (*BASELINE, *CHOSE)) - difference(wide, TREATED)
    assert found["by_regression"] == pytest.approx(added, abs=1e-9)


def test_units_chosen_for_a_bad_quarter_are_not_praised_for_the_next(insurer: Insurer) -> None:
    """Nobody of the treated was satisfied in the quarter that chose them: an average over it would show +0.17."""
    table = answers(0.0)
    mine = table["branch"].isin(TREATED) & table["invitation_id"].str.startswith("2023Q3")
    found = effect_of(insurer, table.assign(satisfaction=table["satisfaction"].mask(mine, 2)))
    assert found["estimate"] == pytest.approx(difference(shares(table), TREATED), abs=1e-9)
    assert found["by_regression"] > 0.1


def test_the_smallest_effect_is_told_before_a_measure_begins(insurer: Insurer) -> None:
    """Three of ten for two quarters, by the noise of all seven quarters: t with 8 degrees of freedom, p of 6/120."""
    table, wide = answers(0.0), shares(answers(0.0))
    left = wide - wide.mean() - wide.mean(axis=1).to_numpy()[:, None] + wide.to_numpy().mean()
    error = np.sqrt((left**2).to_numpy().sum() / (9 * 6) * (1 / 5 + 1 / 2) * (1 / 3 + 1 / 7))
    planned = {"opened_on": "2024-08-20", "started_on": None, "due_on": "2025-03-31", "window": "2024Q4 to 2025Q1"}
    small = effect_of(insurer, table, expected_effect=0.01, **planned)
    ratio = small["detectable"] / error
    assert stats.nct.sf(stats.t.ppf(0.975, 8), 8, ratio) == pytest.approx(0.8, abs=1e-6)
    assert (small["status"], small["effect"]) == ("not yet evaluated", "")
    assert small["foreseen"] == "cannot be shown: expected effect below what can be seen"
    assert effect_of(insurer, table, expected_effect=0.5, **planned)["foreseen"] == "can be shown"


def test_a_judgement_does_not_change_with_later_quarters(insurer: Insurer) -> None:
    early = effect_of(insurer, answers(0.2), window="2024Q1 to 2024Q2")
    table = answers(0.2)
    upto = insurer({"surveys": table[table["invitation_id"] < "2024Q3"]}, quarter="2024Q2", as_of=AS_OF,
                   files={"actions.yml": [ACTION | {"window": "2024Q1 to 2024Q2"}]})
    then = effects(upto).iloc[0]
    assert (early["estimate"], early["effect"]) == (pytest.approx(then["estimate"]), then["effect"])


def test_without_a_quarter_that_did_not_choose_the_units_nothing_is_estimated(insurer: Insurer) -> None:
    table = answers(0.2)
    found = effect_of(insurer, table[table["invitation_id"] > "2023Q3"])
    assert found["status"] == "not estimable: no quarter before but those that chose the units"
    assert found["effect"] == "not shown"


def test_no_effect_is_not_shown(insurer: Insurer) -> None:
    found = effect_of(insurer, answers(0.0))
    assert found["low"] < 0 < found["high"]
    assert found["effect"] == "not shown"


def test_a_measure_that_does_harm_is_harmful(insurer: Insurer) -> None:
    assert effect_of(insurer, answers(-0.25))["effect"] == "harmful"


def test_enough_declared_units_are_compared_with_alone(insurer: Insurer) -> None:
    declared = [one for one in UNITS if one not in (*TREATED, "B10")]
    assert effect_of(insurer, answers(0.2), comparison_units=declared)["compared"] == "units declared"


def test_one_unit_among_few_can_show_nothing(insurer: Insurer) -> None:
    few = answers(0.2)
    found = effect_of(insurer, few[few["branch"].isin(UNITS[:5])], units=["B01"], comparison_units=["B04"])
    assert found["effect"] == "not shown: too few units"
    assert found["status"].startswith("not estimable: too few units")
    assert found["foreseen"] == "cannot be shown: too few units"


def test_a_measure_that_has_not_begun_is_not_yet_evaluated(insurer: Insurer) -> None:
    planned = effect_of(insurer, answers(0.0), started_on=None, window="2024Q1 to 2024Q4")
    assert planned["status"] == "not yet evaluated"
    late = effect_of(insurer, answers(0.0), started_on="2024-09-15", window="2024Q3 to 2025Q2")
    assert late["status"] == "not yet evaluated"


def test_a_measure_is_not_judged_before_its_window_ends(insurer: Insurer) -> None:
    found = effect_of(insurer, answers(0.2), window="2024Q1 to 2024Q4")
    assert (found["effect"], found["why"], found["status"]) == ("not yet evaluated", "its window still runs", "ok")


def test_units_with_another_measure_are_no_placebos(insurer: Insurer) -> None:
    other = ACTION | {"action_id": "A2", "units": ["B04", "B05"], "comparison_units": []}
    run = insurer({"surveys": answers(0.2)}, files={"actions.yml": [ACTION, other]})
    assert effects(run)["comparison"].tolist() == [5, 5]


def test_nothing_delivered_is_no_data(insurer: Insurer) -> None:
    assert effects(insurer({}, files={"actions.yml": [ACTION]}))["status"].tolist() == ["no data"]


def test_times_are_compared_within_kinds(insurer: Insurer) -> None:
    """The treated get ever more claims, which take a hundred times as long; each kind takes half the time it took."""
    drawn, rows = np.random.default_rng(4), []
    for number, quarter in enumerate(QUARTERS):
        start = pd.Period(quarter, freq="Q").start_time
        for unit in UNITS:
            with_it = quarter >= "2024Q1" and unit in TREATED
            claims = 10 + 3 * number if unit in TREATED else 10
            for one in range(EACH):
                level = (100.0 if one < claims else 1.0) * (0.5 if with_it else 1)
                hours = level * np.exp(0.3 * drawn.standard_normal())
                rows.append({"request_id": f"{quarter}-{unit}-{one}", "kind": "claim" if one < claims else "inquiry",
                             "branch": unit, "opened_at": start.isoformat(" "),
                             "first_response_at": (start + pd.Timedelta(hours=hours)).isoformat(" ", "seconds")})
    run = insurer({"requests": pd.DataFrame(rows)}, files={"actions.yml": [ACTION | {
        "problem_id": "response_median_hours:branch:B01:first_response", "indicator": "response_median_hours",
        "expected_effect": -0.5}]})
    found = effects(run).iloc[0]
    assert found["effect"] == "effective"
    assert found["method"].endswith("of logarithms")
    assert found["low"] < found["estimate"] < found["high"] < 0


def test_a_measure_for_the_whole_company_is_judged_in_hours(insurer: Insurer) -> None:
    """From 24 hours to seven; held against its own median the company would never be faster."""
    run = insurer({"requests": company_waits()}, files={"actions.yml": [FASTER]})
    found = effects(run).iloc[0]
    assert (found["status"], found["effect"]) == ("ok", "effective")
    assert found["estimate"] == pytest.approx(7 - 24, abs=2)


def test_a_judgement_stands_when_its_quarters_are_long_past(insurer: Insurer) -> None:
    """Two years and a half later the site's own history is over, but not that of the measure."""
    files = {"actions.yml": [ACTION | {"window": "2024Q1 to 2024Q2"}],
             "2023Q1.yml": PLAN | {"quarter": "2023Q1", "approved_on": "2023-01-05",
                                   "as_of": "2023-04-15T23:59:59+08:00"}}
    early, late = (insurer({"surveys": answers(0.2)}, quarter=quarter, as_of=as_of, whole=True, files=files)
                   for quarter, as_of in (("2024Q2", AS_OF), ("2026Q4", "2027-01-15T23:59:59+08:00")))
    told, again = (effects(one).iloc[0] for one in (early, late))
    assert (told["effect"], again["effect"]) == ("effective", "effective")
    assert again[["estimate", "low", "high"]].tolist() == pytest.approx(told[["estimate", "low", "high"]].tolist())
    assert late.params.first_quarter == looked_at(late.params.actions[0], late.quarter)[0]
    assert Quarter(2023, 1) in late.params.plans
    assert min(late.delivery.tables) == "2024Q4"  # what every other figure looks back to


def test_a_measure_that_began_after_its_window_is_not_shown(insurer: Insurer) -> None:
    found = effect_of(insurer, answers(0.2), started_on="2024-05-15", window="2024Q1 to 2024Q2")
    assert (found["effect"], found["why"]) == ("not shown", "its window ended before it began")
    never = effect_of(insurer, answers(0.2), started_on=None)
    assert (never["effect"], never["why"]) == (found["effect"], found["why"])


@pytest.mark.parametrize(("changes", "why"), [
    ({"problem_id": "csat_top2_share:shift:day"}, "its indicator has no figures of such units"),
    ({"problem_id": "csat_top2_share:branch:B01:courtesy"}, "its indicator has no figures of that part"),
    ({"problem_id": "acknowledgement_share:company:company", "indicator": "acknowledgement_share",
      "units": ["company"]}, "its indicator has no monthly figures of the company")])
def test_what_cannot_be_judged_says_why_and_is_not_shown_when_its_window_is_over(
        insurer: Insurer, changes: dict[str, object], why: str) -> None:
    found = effect_of(insurer, answers(0.2), **changes)
    assert (found["status"], found["effect"], found["why"]) == ("no data", "not shown", why)
    planned = effect_of(insurer, answers(0.2), started_on=None, due_on="2025-03-31", window="2024Q4", **changes)
    assert (planned["status"], planned["effect"], planned["foreseen"]) == ("not yet evaluated", "", why)
