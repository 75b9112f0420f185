"""What does a mean answer to few, equal and absent answers?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.intervals.means import mean_t, t_limits

NUMBERS = ["estimate", "low", "high"]


def answers(*counts: int) -> pd.DataFrame:
    return pd.DataFrame({"value": range(1, len(counts) + 1), "count": counts})


def refusal(table: pd.DataFrame) -> str:
    assert table[NUMBERS].isna().all().all()
    return table["status"].item()


def test_a_mean_needs_thirty_answers_and_five_off_the_mode():
    assert refusal(mean_t(answers())) == "not estimable: no answers"
    assert refusal(mean_t(answers(10, 19))) == "not estimable: fewer than 30 answers"
    assert refusal(mean_t(answers(0, 0, 40))) == "not estimable: fewer than 5 answers off the mode"
    assert refusal(mean_t(answers(4, 400))) == "not estimable: fewer than 5 answers off the mode"
    assert mean_t(answers(5, 25))["status"].item() == "ok"


def test_means_are_grouped_and_gaps_left_out():
    table = pd.DataFrame({"g": list("bbab"), "value": [1, 2, 3, np.nan], "count": [20, 20, 2, 100]})
    means = mean_t(table, ["g"])
    assert means["n"].to_dict() == {"a": 2, "b": 40}
    assert means.loc["b", "estimate"] == 1.5
    assert means.loc["a", "status"] == "not estimable: fewer than 30 answers"


def test_t_limits_need_a_degree_of_freedom():
    table = t_limits(pd.DataFrame({"estimate": [1.0, 1.0], "std_error": [1.0, 1.0], "df": [1, 0]}))
    np.testing.assert_allclose(table["high"], [13.7062047364, np.nan], rtol=1e-10)


def test_what_is_not_a_count_is_refused():
    with pytest.raises(ValueError, match="count must hold counts"):
        mean_t(answers(1.5, 40))
