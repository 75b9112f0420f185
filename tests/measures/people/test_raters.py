from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.measures.people.raters import rater_gaps, shared, standing_out


def passes(gaps: dict[str, float], cases: int, seed: int = 1) -> pd.DataFrame:
    """Return 0/1 ratings of ``cases`` cases by every rater, each passing .8 and its own gap more."""
    rng = np.random.default_rng(seed)
    rows = [{"rater": rater, "cell": f"c{case}", "n": 1, "total": int(rng.random() < 0.8 + gap)}
            for case in range(cases) for rater, gap in gaps.items()]
    return pd.DataFrame(rows).assign(total_of_squares=lambda table: table["total"])


def test_one_strict_rater_does_not_make_the_others_mild() -> None:
    found = rater_gaps(passes({"a": 0.0, "b": 0.0, "c": -0.4, "d": 0.0}, 200))
    assert found["severity"].to_dict() == {"a": "not shown", "b": "not shown", "c": "stricter", "d": "not shown"}


def test_the_interval_of_an_odd_rater_covers_the_true_gap() -> None:
    """60 companies in which one of four passes .4 fewer: at least .95 less two standard errors."""
    found = [rater_gaps(passes({"a": 0.0, "b": 0.0, "c": -0.4, "d": 0.0}, 200, seed)).loc["c"] for seed in range(60)]
    covered = sum(row["low"] < -0.4 < row["high"] for row in found)
    assert covered / 60 >= 0.95 - 2 * (0.95 * 0.05 / 60) ** 0.5


def test_where_all_rate_every_case_the_gap_is_that_of_the_means() -> None:
    """By hand: with every case rated by all, a rater's effect is his mean, the others' the mean of theirs."""
    scores = passes({"a": 0.0, "b": 0.1, "c": -0.5, "d": 0.0}, 100)
    mean = scores.groupby("rater")["total"].mean()
    found = rater_gaps(scores)
    assert standing_out(scores).index.tolist() == ["c"]
    assert found.loc["c", "estimate"] == pytest.approx(mean["c"] - mean[["a", "b", "d"]].mean())
    assert found.loc["a", "estimate"] == pytest.approx(mean["a"] - mean[["b", "d"]].mean())


def test_of_two_who_differ_nobody_is_named() -> None:
    found = rater_gaps(passes({"a": 0.0, "b": -0.6}, 100))
    assert set(found["status"]) == {"not estimable: fewer than 3 raters"}
    assert found["estimate"].isna().all()
    assert set(found["severity"]) == {""}


def test_little_evidence_gives_no_figure() -> None:
    found = rater_gaps(passes({"a": 0.0, "b": 0.0, "c": -0.6}, 29))
    assert set(found["status"]) == {"not estimable: fewer than 30 ratings shared with others"}


def test_only_cells_of_two_raters_compare() -> None:
    scores = pd.DataFrame({"rater": ["a", "b", "a"], "cell": ["x", "x", "y"]})
    assert shared(scores)["cell"].tolist() == ["x", "x"]


def test_among_equals_anybody_stands_out_in_one_of_twenty() -> None:
    """100 companies of five equal auditors, 90 cases seen by two each: at most .05 and two standard errors."""
    out = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        pair = np.array([rng.choice(5, 2, replace=False) for _ in range(90)])
        view = (rng.random((90, 1)) < 0.9) ^ (rng.random((90, 2)) < 0.1)
        scores = pd.DataFrame({"rater": pair.ravel().astype(str), "cell": np.repeat(np.arange(90), 2).astype(str),
                               "n": 1, "total": view.ravel().astype(int)})
        out += len(standing_out(scores.assign(total_of_squares=scores["total"]))) > 0
    assert out / 100 <= 0.05 + 2 * (0.05 * 0.95 / 100) ** 0.5
