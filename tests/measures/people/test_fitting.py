"""Are persons compared within the cases they were given, and is the finest cell taken that leaves something to say?

R 4.x, scores as in `scores`::

    d <- do.call(rbind, lapply(0:9, function(i) rbind(data.frame(p = i, cell = "a", k = seq_len(2 + i %% 3)),
                                                      data.frame(p = i, cell = "b", k = seq_len(3 + (2 * i) %% 4)))))
    d$y <- (7 * d$p + 3 * d$k + 11 * (d$cell == "b")) %% 13 + 2 * d$p
    d$person <- factor(d$p); n <- table(d$person); m <- lm(y ~ 0 + person + cell, d)
    C <- diag(10) - matrix(n / sum(n), 10, 10, byrow = TRUE)
    eff <- C %*% coef(m)[1:10]; se <- sqrt(diag(C %*% vcov(m)[1:10, 1:10] %*% t(C)))
    v <- se^2 + summary(m)$sigma^2 / sum(n)
    anova(lm(y ~ cell, d), lm(y ~ cell + person, d)); r <- metafor::rma(eff, v, method = "PM"); metafor::blup(r)
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.measures.people.fitting import cell_labels, chosen_cell, fitted, own_figures

R_EFFECTS = [-10.9665368946, -7.6931627112, -5.8411027237, -2.4311120562, -0.0600336283, 0.9919090015, 4.0334631054,
             4.0568372888, 7.3017544191, 8.8546022295]
R_ERRORS = [1.61132673, 1.24427975, 1.34764059, 1.34611907, 1.46118044, 1.16301232, 1.61132673, 1.24427975, 1.34764059,
            1.34611907]
R_VARIANCES = [2.79918768, 1.75104595, 2.01894901, 2.01485041, 2.33786213, 1.55541150, 2.79918768, 1.75104595,
               2.01894901, 2.01485041]
R_MEAN, R_F_P = 15.14492754, 1.123e-14


def scores() -> pd.DataFrame:
    """Return ten persons' single scores in two kinds of cases, as reduced cases of the quarter."""
    rows = [(person, kind, case) for person in range(10)
            for kind, cases in (("a", 2 + person % 3), ("b", 3 + 2 * person % 4)) for case in range(1, cases + 1)]
    table = pd.DataFrame(rows, columns=["person", "kind", "case"])
    total = (7 * table["person"] + 3 * table["case"] + 11 * table["kind"].eq("b")) % 13 + 2 * table["person"]
    return table.assign(employee_id="e" + table["person"].astype("str"), quarter="2024Q3", n=1, total=total,
                        total_of_squares=total**2)


def test_effects_errors_and_the_test_of_the_group_are_those_of_r() -> None:
    found = fitted(scores(), [("kind",)], "2024Q3", share=False)
    assert found.mean == pytest.approx(R_MEAN)
    assert found.p == pytest.approx(R_F_P, rel=1e-3)
    assert found.effects["estimate"].to_numpy() == pytest.approx(np.array(R_EFFECTS), abs=1e-9)
    assert found.effects["std_error"].to_numpy() == pytest.approx(np.array(R_ERRORS), abs=1e-8)
    assert found.effects["sampling_variance"].to_numpy() == pytest.approx(np.array(R_VARIANCES), abs=1e-7)


def test_a_scale_divides_figures_and_errors_and_squared_the_variances() -> None:
    plain, scaled = (fitted(scores(), [("kind",)], "2024Q3", scale, share=False) for scale in (1, 10))
    for table in ("effects", "newest"):
        one, ten = (getattr(fit, table)[["estimate", "std_error", "sampling_variance"]] for fit in (plain, scaled))
        assert (one / ten).to_numpy() == pytest.approx(np.tile([10, 10, 100], (10, 1)))
    assert plain.p == pytest.approx(scaled.p)


def test_the_newest_quarter_stands_alone() -> None:
    now, before = scores(), scores().assign(quarter="2024Q2", total=5, total_of_squares=25)
    both = fitted(pd.concat([now, before]), [("quarter", "kind")], "2024Q3", share=False)
    assert both.newest["estimate"].to_numpy() == pytest.approx(np.array(R_EFFECTS), abs=1e-9)
    assert both.effects["n"].tolist() == [2 * one for one in both.newest["n"]]
    assert fitted(before, [("kind",)], "2024Q3", share=False).newest.empty


def test_cells_that_nobody_shares_give_way_to_coarser_ones() -> None:
    own = scores().assign(room=lambda told: told["employee_id"])
    assert chosen_cell(own, [("room", "kind"), ("kind",)]) == ("kind",)
    assert chosen_cell(own, [("quarter", "kind"), ("kind",)]) == ("quarter", "kind")
    assert chosen_cell(own, [("room",)]) == ("room",)


def test_how_cases_came_out_has_no_say_in_the_choice_of_cells() -> None:
    own = scores().assign(room=lambda told: told["employee_id"].isin(["e0", "e1", "e2"]).astype("str") + told["kind"])
    cells = [("room",), ("kind",)]
    other = own.assign(total=own["case"], total_of_squares=own["case"] ** 2)
    assert chosen_cell(own, cells) == chosen_cell(other, cells)


def test_one_person_has_no_effect_and_the_group_no_test() -> None:
    found = fitted(scores().query("person == 0"), [("kind",)], "2024Q3", share=False)
    assert np.isnan(found.p)
    assert found.effects["status"].tolist() == ["not estimable: nobody to compare with"]


def test_labels_of_no_columns_are_all_alike() -> None:
    assert cell_labels(scores(), ()).nunique() == 1


def test_own_figures_are_the_mean_of_the_cases_with_a_t_interval() -> None:
    """Scores 70, 80, 90 in hundredths: R t.test(c(70, 80, 90))$conf.int = 55.15862 104.84138."""
    rows = pd.DataFrame({"employee_id": "e1", "n": 1, "total": [7_000, 8_000, 9_000]})
    found = own_figures(rows.assign(total_of_squares=rows["total"] ** 2), ["employee_id"], 100, share=False).loc["e1"]
    assert found[["n", "estimate", "low", "high"]].tolist() == pytest.approx([3, 80, 55.15862, 104.84138])


def test_own_shares_have_the_modified_wilson_interval() -> None:
    """30 of 40: R prop.test(30, 40, correct = FALSE)$conf.int = .598060386 .858128814."""
    rows = pd.DataFrame({"employee_id": ["e1"], "n": [40], "total": [30], "total_of_squares": [30]})
    found = own_figures(rows, ["employee_id"], 1, share=True).loc["e1"]
    assert found[["estimate", "low", "high"]].tolist() == pytest.approx([0.75, 0.598060386, 0.858128814], abs=1e-8)
