"""What does a coefficient on the log scale become as a ratio?"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.stats.models.coefficients import ratio_table, withheld

Z = 1.959963984540054


def figures(**columns: float) -> pd.DataFrame:
    return pd.DataFrame({"n": 9, "coefficient": 1.0, "std_error": 0.5, "df": np.inf, "scale": 1.0, **columns}, ["a"])


def table_of(reason: str = "", **columns: float) -> pd.DataFrame:
    return ratio_table(figures(**columns), np.array([reason]), "Wald", 0.95)


def test_wald_limits_by_hand():
    row = table_of().iloc[0]
    np.testing.assert_allclose(row[["estimate", "low", "high"]].astype(float), np.exp([1, 1 - Z / 2, 1 + Z / 2]))
    np.testing.assert_allclose(row["p"], 2 * stats.norm.sf(2))


def test_scale_and_degrees_of_freedom_widen():
    # t(10) at .975 is 2.228139 (any table)
    row = table_of(df=10.0, scale=4.0).iloc[0]
    np.testing.assert_allclose(np.log(row["high"]), 1 + 2.2281388519649385, rtol=1e-10)
    np.testing.assert_allclose(row["p"], 2 * stats.t.sf(1, 10))
    assert row["std_error"] == 0.5


def test_a_reason_withholds_every_number():
    row = table_of("collinear").iloc[0]
    assert row["status"] == "not estimable: collinear"
    assert row[["estimate", "low", "high", "std_error", "coefficient", "p"]].isna().all()


@pytest.mark.parametrize("columns", [{"coefficient": 800.0}, {"std_error": 0.0}, {"coefficient": np.nan}])
def test_no_finite_ratio_is_no_estimate(columns: dict[str, float]):
    assert table_of(**columns)["status"].item() == "not estimable: the method gives no finite interval"


def test_a_level_is_a_share():
    with pytest.raises(ValueError, match="level"):
        ratio_table(figures(), np.array([""]), "Wald", 95)


def test_only_coefficients_and_p_of_refused_rows_are_withheld():
    table = pd.DataFrame({"status": ["ok", "not estimable: x"], "coefficient": [1, 2], "p": [0.1, 0.2], "n": [3, 4]})
    hidden = withheld(table)
    assert hidden["coefficient"].isna().tolist() == hidden["p"].isna().tolist() == [False, True]
    assert hidden["n"].tolist() == [3, 4]
    assert "p" not in withheld(table.drop(columns="p"))
