"""Do the effects of several factors add up to the change?"""

import numpy as np
import pandas as pd
import pytest

from analysis.stats.composites.factors import factor_effects


def total(table: pd.DataFrame) -> float:
    return float(table.prod(axis=1).sum())


def test_two_factors_by_hand():
    # .6 * .5 -> .3 * .45: -.3 * .475 and -.05 * .45
    effects = factor_effects(pd.DataFrame({"a": [0.6], "b": [0.5]}), pd.DataFrame({"a": [0.3], "b": [0.45]}), total)
    np.testing.assert_allclose(effects["effect"], [-0.1425, -0.0225], rtol=1e-12)
    np.testing.assert_allclose(effects[["before", "after"]].iloc[0], [0.3, 0.135], rtol=1e-12)


def test_a_factor_that_stays_has_no_effect_and_the_rest_adds_up():
    before = pd.DataFrame({"a": [1.0, 2], "b": [3.0, 4], "c": [5.0, 6]})
    after = before.assign(a=[2.0, 7], c=[1.0, 9])
    effects = factor_effects(before, after, total)["effect"]
    assert effects["b"] == 0
    assert abs(effects.sum() - (total(after) - total(before))) <= 1e-12 * total(after)


@pytest.mark.parametrize(("before", "after", "words"), [
    ({"a": [1.0]}, {"b": [1.0]}, "same rows"), ({"a": []}, {"a": []}, "same rows"),
    ({"a": [np.nan]}, {"a": [1.0]}, "missing"), ({"a": [1.0], "b": [1.0]}, {"a": [np.inf], "b": [1.0]}, "not finite"),
    ({f"f{k}": [1.0] for k in range(13)}, {f"f{k}": [1.0] for k in range(13)}, "more than 12"),
])
def test_wrong_tables_are_refused(before: dict[str, list[float]], after: dict[str, list[float]], words: str):
    with pytest.raises(ValueError, match=words):
        factor_effects(pd.DataFrame(before), pd.DataFrame(after), total)
