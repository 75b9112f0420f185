"""What does the test of independence answer to empty tables, lonely units and plain samples?"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.survey.association import rao_scott

COUNTS = [[12, 5, 8], [7, 14, 4]]
TABLE = pd.DataFrame(
    {"a": list("xxxyyy"), "b": list("pqrpqr"), "count": np.ravel(COUNTS)},
)
CLUSTERED = pd.concat([TABLE.assign(cluster=number, count=TABLE["count"] % (number + 4) + 1) for number in range(12)])


def refusal(table: pd.DataFrame) -> str:
    assert table[["statistic", "df", "df_residual", "p", "deff"]].isna().all().all()
    return table["status"].item()


def test_a_simple_random_sample_is_pearsons_but_for_n_over_n_less_one():
    row = rao_scott(TABLE, "a", "b", "Chisq").iloc[0]
    pearson = stats.chi2_contingency(COUNTS, correction=False)
    np.testing.assert_allclose(row["statistic"], pearson.statistic, rtol=1e-13)
    np.testing.assert_allclose(row["p"], stats.chi2.sf(pearson.statistic / row["deff"], 2), rtol=1e-12)
    assert row[["n", "df"]].tolist() == [50, 2]


def test_both_statistics_share_the_design_effect():
    second, first = (rao_scott(CLUSTERED, "a", "b", name).iloc[0] for name in ("F", "Chisq"))
    np.testing.assert_allclose(second["statistic"], first["statistic"] / 2 / first["deff"], rtol=1e-13)
    np.testing.assert_allclose(second["df_residual"], 11 * second["df"], rtol=1e-14)


def test_rows_and_columns_may_change_places():
    numbers = ["statistic", "df", "df_residual", "p", "deff"]
    there, back = rao_scott(CLUSTERED, "a", "b"), rao_scott(CLUSTERED, "b", "a")
    np.testing.assert_allclose(there[numbers], back[numbers], rtol=1e-10)


def test_answers_without_one_of_the_two_lie_outside():
    more = pd.concat([TABLE, pd.DataFrame({"a": ["x", None], "b": [None, "s"], "count": [9, 3]})])
    inside, all_ = rao_scott(TABLE, "a", "b").iloc[0], rao_scott(more, "a", "b").iloc[0]
    assert all_["n"] == 50
    assert all_["df_residual"] == pytest.approx(inside["df_residual"])
    assert all_["p"] == pytest.approx(inside["p"], rel=0.02)


def test_no_table_no_test():
    assert refusal(rao_scott(TABLE.iloc[:0], "a", "b")) == "not estimable: no answers"
    assert refusal(rao_scott(TABLE.assign(count=1), "a", "b")) == "not estimable: fewer than 10 answers"
    assert refusal(rao_scott(TABLE.iloc[:3], "a", "b")) == "not estimable: fewer than two rows or columns"
    one = TABLE.assign(cluster=1)
    assert refusal(rao_scott(one, "a", "b")) == "not estimable: no more sampling units than strata"
    twin = pd.concat([one, one.assign(cluster=2)])
    assert refusal(rao_scott(twin, "a", "b")) == "not estimable: no variation between sampling units"
    diagonal = pd.DataFrame({"a": list("xyz"), "b": list("pqr"), "count": 10})
    assert refusal(rao_scott(diagonal, "a", "b")) == "not estimable: too many empty cells"


def test_few_degrees_of_freedom_are_for_the_second_order_only():
    few = CLUSTERED[CLUSTERED["cluster"].lt(10)]
    assert rao_scott(few, "a", "b")["status"].item() == "ok"
    expected = "not estimable: fewer than 10 degrees of freedom, too few for the first order"
    assert refusal(rao_scott(few, "a", "b", "Chisq")) == expected


def test_other_statistics_are_refused():
    with pytest.raises(ValueError, match="Chisq"):
        rao_scott(TABLE, "a", "b", "Wald")
