"""Do the answers show mode, silence, bad branch and harm, and no effect where none was planted?"""

import pandas as pd
import pytest

from analysis.sample.surveying import true_nps

STARTED = pd.Timestamp("2024-01-01")


def _change(answers: pd.DataFrame, units: list[str]) -> float:
    part = answers[answers["branch"].isin(units)]
    return float(part.groupby(part["invited_at"] >= STARTED)["top2"].mean().diff().iloc[-1])


def test_modes_stand_apart_as_planted(answers, size):
    share = answers[answers["delivery"] != "2023Q4"].groupby("mode")["top2"].mean()
    planted = size("mode_effect")
    assert share["phone"] - share["questionnaire"] == pytest.approx(planted["phone"], abs=0.03)
    assert share["online"] - share["questionnaire"] == pytest.approx(planted["online"], abs=0.03)


def test_one_mode_is_silent_in_one_quarter_alone(kept, answers):
    asked = kept("surveys").groupby(["delivery", "mode"]).size()
    answered = answers.groupby(["delivery", "mode"]).size().reindex(asked.index, fill_value=0)
    assert answered[answered == 0].index.to_list() == [("2023Q4", "online")]
    assert asked[("2023Q4", "online")] > 500


def test_the_bad_branch_satisfies_fewer(answers, size):
    quiet = answers["branch"].isin(["B01", "B02", "B03", "B04", "B05", "B07", "B08", "B10"])
    gap = answers.loc[answers["branch"] == "B06", "top2"].mean() - answers.loc[quiet, "top2"].mean()
    assert gap == pytest.approx(size("bad_branch_satisfaction")["top2_gap"], abs=0.05)


def test_one_measure_harmed(answers, size):
    effect = _change(answers, ["B09", "B11", "B12"]) - _change(answers, ["B02", "B03", "B05"])
    assert effect == pytest.approx(size("action_A2024-01")["top2_gap"], abs=0.06)


def test_one_measure_did_nothing(answers):
    assert abs(_change(answers, ["B01", "B04", "B10"]) - _change(answers, ["B02", "B03", "B07"])) < 0.03


def test_good_staff_look_bad_raw_and_good_within_equal_cases(answers, kept):
    cases = kept("requests").set_index("request_id")["complex"]
    claims = answers[(answers["service_line"] == "claims") & (answers["employee_id"] != "")]
    good, hard = claims["employee_id"].isin(["E024", "E025", "E027"]), claims["request_id"].map(cases)
    share = claims.groupby([hard, good])["top2"].mean()
    assert claims[good]["top2"].mean() < claims[~good]["top2"].mean()
    assert share["true", True] > share["true", False]


def test_segments_differ(answers):
    share = answers.groupby("segment")["top2"].mean()
    assert share["corporate"] < share["retail"] < share["senior"]


def test_nobody_answers_before_being_asked(answers):
    assert (answers["responded_at"] > answers["invited_at"]).all()


@pytest.mark.parametrize(("top2", "nps"), [(1.0, 42.5), (0.0, -58.85)])
def test_nps_follows_from_the_tables_by_hand(top2, nps):
    # .45 x (75 - 5) + .55 x (35 - 15) and .55 x (8 - 45) + .25 x (2 - 80) + .20 x (0 - 95)
    assert true_nps(top2) == pytest.approx(nps)
