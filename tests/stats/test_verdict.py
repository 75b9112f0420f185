"""Which verdict follows from which interval?"""

import pandas as pd
import pytest

from analysis.stats.models.verdict import effect_verdict

#: low, estimate, high, verdict when higher is better and 2 was registered, and part of the reason.
CASES = [
    (1, 3, 5, "effective", "as large as registered"),
    (0.5, 1, 1.5, "not shown", "less than registered"),
    (-1, 0.2, 1.4, "not shown", "ruled out"),
    (-1, 3, 7, "not shown", "holds both"),
    (0, 3, 6, "not shown", "holds both"),
    (-5, -3, -1, "harmful", "bad side"),
    (-6, -3, 0, "not shown", "ruled out"),
]


def effects(low: float, estimate: float, high: float, status: str = "ok") -> pd.DataFrame:
    return pd.DataFrame({"n": [40], "estimate": estimate, "low": low, "high": high, "status": status}, index=["x"])


@pytest.mark.parametrize(("low", "estimate", "high", "verdict", "why"), CASES)
def test_the_verdict_follows_from_the_interval(low: float, estimate: float, high: float, verdict: str, why: str):
    told = effect_verdict(effects(low, estimate, high), "higher", 2).loc["x"]
    assert told["verdict"] == verdict
    assert why in told["why"]
    mirrored = effect_verdict(effects(-high, -estimate, -low), "lower", 2).loc["x"]
    assert mirrored["verdict"] == verdict


@pytest.mark.parametrize(
    ("status", "verdict"),
    [("not estimable: too few units: the smallest attainable p is .2", "not shown: too few units"),
     ("not estimable: fewer than 12 months before", "not shown")],
)
def test_without_an_interval_nothing_is_shown_and_the_reason_kept(status: str, verdict: str):
    nothing = float("nan")
    told = effect_verdict(effects(nothing, nothing, nothing, status), "higher").loc["x"]
    assert told.tolist() == [verdict, status]


def test_a_wider_level_does_not_make_too_few_units_enough():
    # one treated of twelve: p = 1/12 is the least there is, whatever the level of the interval
    one = effects(1, 3, 5).assign(smallest_p=1 / 12)
    assert effect_verdict(one, "higher").loc["x", "verdict"] == "not shown: too few units"
    assert "smallest attainable p" in effect_verdict(one, "higher").loc["x", "why"]
    assert effect_verdict(one.assign(smallest_p=0.05), "higher").loc["x", "verdict"] == "effective"


def test_an_empty_table_has_no_verdict():
    assert effect_verdict(effects(1, 2, 3).iloc[:0], "higher").empty


def test_each_effect_has_its_own_registered_size():
    both = pd.concat([effects(1, 3, 5), effects(1, 3, 5)], ignore_index=True)
    told = effect_verdict(both, "higher", pd.Series([2.0, 4.0]))
    assert told["verdict"].tolist() == ["effective", "not shown"]


def test_a_wrong_direction_or_size_is_refused():
    with pytest.raises(ValueError, match="good"):
        effect_verdict(effects(1, 2, 3), "up")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="smallest"):
        effect_verdict(effects(1, 2, 3), "higher", -1)
