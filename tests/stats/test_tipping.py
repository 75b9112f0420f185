"""When does a verdict turn on those who did not answer?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.intervals.shares import wilson
from analysis.stats.survey.tipping import tipping_point

SHARES = ["tipping_share", "tipping_gap", "limit_share"]


def asked(count: int, n: int, invited: int) -> pd.DataFrame:
    return pd.DataFrame({"count": [count], "n": [n], "invited": [invited]})


def test_the_tipping_share_by_hand():
    # .9 of 200 answered, 200 silent, target .8: (.9 + q)/2 = .8 at q = .7, 20 points lower
    row = tipping_point(asked(180, 200, 400), 0.8, "below").iloc[0]
    np.testing.assert_allclose(row[["tipping_share", "tipping_gap"]].astype(float), [0.7, -0.2], rtol=1e-12)
    np.testing.assert_allclose(row["limit_share"], 2 * 0.8 - wilson(180, 200)["low"].item(), rtol=1e-12)
    assert row[["verdict", "tipping", "limit_tipping"]].tolist() == ["met", "possible", "possible"]
    assert row["response_share"] == 0.5


def test_at_the_tipping_share_all_invited_are_at_the_target():
    row = tipping_point(asked(130, 200, 260), 0.7, "below").iloc[0]
    assert row["verdict"] == "cannot tell"
    np.testing.assert_allclose((130 + 60 * row["tipping_share"]) / 260, 0.7, rtol=1e-14)
    # below the target, the upper limit faces it
    upper = wilson(130, 200)["high"].item()
    np.testing.assert_allclose((200 * upper + 60 * row["limit_share"]) / 260, 0.7, rtol=1e-14)


def test_the_bad_side_turns_the_verdict_round():
    clear = asked(190, 200, 210)
    verdicts = [tipping_point(clear, 0.5, worse)["verdict"].item() for worse in ("below", "above")]
    assert verdicts == ["met", "not met"]


def test_few_silent_people_reverse_nothing():
    row = tipping_point(asked(190, 200, 210), 0.5, "below").iloc[0]
    assert row[["tipping", "limit_tipping", "status"]].tolist() == ["impossible", "impossible", "ok"]
    assert row[SHARES].isna().all()


def test_without_silent_people_nothing_tips():
    row = tipping_point(asked(190, 200, 200), 0.5, "below").iloc[0]
    assert row[["tipping", "limit_tipping"]].tolist() == ["everybody answered"] * 2
    assert row[SHARES].isna().all()


def test_few_answers_have_no_verdict():
    row = tipping_point(asked(5, 9, 20), 0.5, "below").iloc[0]
    assert row[["status", "verdict", "tipping"]].tolist() == ["not estimable: fewer than 10 answers", "", ""]
    assert row[[*SHARES, "estimate", "low", "high"]].isna().all()


def test_each_row_has_its_own_target():
    two = pd.concat([asked(180, 200, 400)] * 2).set_axis(["a", "b"])
    table = tipping_point(two, pd.Series([0.8, 0.85], index=["a", "b"]), "below")
    np.testing.assert_allclose(table["tipping_share"], [0.7, 0.8], rtol=1e-12)


@pytest.mark.parametrize(("target", "worse"), [(80, "below"), (np.nan, "below"), (0.8, "lower")])
def test_wrong_arguments_are_refused(target: float, worse: str):
    with pytest.raises(ValueError, match=r"within 0 and 1|worse"):
        tipping_point(asked(180, 200, 400), target, worse)
