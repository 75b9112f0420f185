"""What do key drivers answer when drivers agree, stand still, or tell the scores apart?"""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from analysis.stats.models.drivers import key_drivers, proportionality

NUMBERS = ["estimate", "low", "high", "coefficient", "std_error", "p", "importance", "vif", "r2"]
NAMES = ["reliability", "empathy"]


def sample(rows: int = 300, seed: int = 1) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    scores = pd.DataFrame(generator.integers(1, 6, (rows, 2)).astype(float), columns=NAMES)
    latent = scores["reliability"] + 0.3 * scores["empathy"] + generator.logistic(size=rows)
    return scores.assign(value=np.digitize(latent, [2.0, 3.5, 4.5, 6.0]) + 1.0)


def refusal(table: pd.DataFrame) -> str:
    assert table[[name for name in NUMBERS if name in table]].isna().all().all()
    assert table["status"].nunique() == 1
    return table["status"].iloc[0]


def test_the_stronger_driver_has_the_higher_ratio_and_share():
    table = key_drivers(sample(), NAMES)
    assert table["estimate"]["reliability"] > 2 > table["estimate"]["empathy"] > 1
    assert table["importance"]["reliability"] > 0.8
    np.testing.assert_allclose(table["importance"].sum(), 1)
    assert table["status"].eq("ok").all()
    assert table["notice"].eq("").all()


def test_counts_are_repeated_rows_in_any_order():
    rows = sample()
    counted = rows.value_counts().reset_index().sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(key_drivers(rows, NAMES), key_drivers(counted, NAMES))
    pd.testing.assert_frame_equal(proportionality(rows, NAMES), proportionality(counted[::-1], NAMES))


def test_rows_with_a_gap_are_left_out():
    rows = sample()
    gaps = pd.concat([rows, rows.assign(empathy=np.nan), rows.assign(value=np.nan)])
    pd.testing.assert_frame_equal(key_drivers(gaps, NAMES), key_drivers(rows, NAMES))


def test_a_constant_driver_is_refused_beside_the_others():
    table = key_drivers(sample().assign(empathy=4.0), NAMES)
    assert table["status"].tolist() == ["ok", "not estimable: the column is constant"]
    assert table.loc["empathy", NUMBERS].isna().all()
    alone = key_drivers(sample(), ["reliability"])
    np.testing.assert_allclose(table["estimate"]["reliability"], alone["estimate"]["reliability"])


def test_drivers_that_depend_on_each_other_are_refused_beside_the_others():
    rows = sample().assign(twin=lambda rows: 2 * rows["empathy"] - 1)
    table = key_drivers(rows, [*NAMES, "twin"])
    assert table["status"]["empathy"] == table["status"]["twin"]
    assert table["status"]["twin"] == "not estimable: collinear: empathy, twin depend on each other"
    whole = key_drivers(rows, NAMES)
    for name in ("estimate", "std_error", "p"):
        np.testing.assert_allclose(table[name]["reliability"], whole[name]["reliability"])


def test_nearly_equal_drivers_are_noted():
    rows = sample()
    rows["twin"] = rows["empathy"].where(rows.index % 30 != 0, 3.0)
    table = key_drivers(rows, [*NAMES, "twin"])
    assert table["vif"]["twin"] > 10
    assert table["notice"]["twin"] == f"collinear (VIF {table['vif']['twin']:.1f})"
    assert table["notice"]["reliability"] == ""


def test_vif_by_hand_is_that_of_the_correlation():
    rows = sample()
    correlation = np.corrcoef(rows["reliability"], rows["empathy"])[0, 1]
    np.testing.assert_allclose(key_drivers(rows, NAMES)["vif"], 1 / (1 - correlation**2))


@pytest.mark.parametrize("rows", [0, 1, 29])
def test_few_answers_are_not_estimable(rows: int):
    words = "no complete answers" if rows == 0 else "fewer than 30 complete answers"
    assert refusal(key_drivers(sample()[:rows], NAMES)) == f"not estimable: {words}"
    assert refusal(proportionality(sample()[:rows], NAMES)) == f"not estimable: {words}"


def test_one_answer_category_is_not_estimable():
    assert refusal(key_drivers(sample().assign(value=5.0), NAMES)) == "not estimable: one answer category only"


def test_answers_nearly_all_alike_are_too_few():
    rows = sample().assign(value=5.0)
    rows.loc[:4, "value"] = 4.0
    assert refusal(key_drivers(rows, NAMES)) == "not estimable: fewer than 10 effective answers per driver"


def test_effective_answers_are_counted_by_hand():
    # n = 60 in three equal categories: 60 - 3 * 20^3 / 60^2 = 53.3: enough for five drivers, not for six
    generator = np.random.default_rng(3)
    names = list("abcdef")
    rows = pd.DataFrame(generator.normal(size=(60, 6)), columns=names).assign(value=np.repeat([1.0, 2.0, 3.0], 20))
    assert key_drivers(rows, names[:5])["status"].eq("ok").all()
    assert refusal(key_drivers(rows, names)) == "not estimable: fewer than 10 effective answers per driver"


def test_separation_is_refused_by_name():
    rows = sample()
    rows["empathy"] = rows["empathy"].gt(3) * 1.0
    rows["value"] = rows["value"].where(rows["empathy"].eq(0), 5.0)
    assert refusal(key_drivers(rows, NAMES)) == "not estimable: quasi-complete separation (column empathy)"


def test_drivers_that_explain_nothing_share_nothing():
    grid = pd.DataFrame(list(product((1.0, 2.0, 3.0), repeat=3)), columns=["value", *NAMES]).assign(count=10)
    table = key_drivers(grid, NAMES)
    assert table["status"].eq("ok").all()
    np.testing.assert_allclose(table["estimate"], 1)
    assert table["importance"].isna().all()
    assert table["notice"].str.startswith("no importance").all()


def test_proportionality_holds_where_the_sample_has_it():
    table = proportionality(sample(1_000), NAMES)
    assert table.index.tolist() == ["omnibus", *NAMES]
    assert table["df"].tolist() == [6, 3, 3]
    assert table["n"].eq(1_000).all()
    assert table["p"].between(0.01, 1).all()


def test_proportionality_names_the_cut_that_separates():
    rows = sample()
    rows["value"] = np.where(rows["empathy"].eq(1), rows["value"], np.maximum(rows["value"], 2.0))
    words = "not estimable: quasi-complete separation (column empathy) at the cut above 1"
    assert refusal(proportionality(rows, NAMES)) == words


def test_proportionality_leaves_out_a_constant_driver():
    table = proportionality(sample().assign(fixed=1.0), [*NAMES, "fixed"])
    assert table["status"]["fixed"] == "not estimable: the column is constant"
    np.testing.assert_allclose(table["chi2"]["omnibus"], proportionality(sample(), NAMES)["chi2"]["omnibus"])


def test_proportionality_needs_three_categories_and_a_driver():
    rows = sample()
    assert "fewer than 3 categories" in refusal(proportionality(rows.assign(value=rows["value"].gt(3) * 1.0), NAMES))
    assert "no driver varies" in proportionality(rows.assign(fixed=1.0), ["fixed"])["status"]["omnibus"]


@pytest.mark.parametrize("drivers", [[], ["empathy", "empathy"], ["omnibus"], [f"d{at}" for at in range(13)]])
def test_drivers_are_named_once_and_not_too_many(drivers: list[str]):
    with pytest.raises(ValueError, match="drivers"):
        key_drivers(sample(), drivers)


def test_a_share_is_no_count():
    with pytest.raises(ValueError, match="count"):
        key_drivers(sample().assign(count=0.5), NAMES)


def test_infinite_scores_are_refused():
    with pytest.raises(ValueError, match="finite"):
        key_drivers(sample().replace({"empathy": {1.0: np.inf}}), NAMES)
