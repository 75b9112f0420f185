"""Do rank sets agree with csranks on the published PISA table, and with closed forms?

Mathematics 2018, 38 OECD countries: score and standard error (OECD PISA 2018 database, as in csranks 1.2.3, pisa2018).
"""

import numpy as np
import pandas as pd

from analysis.stats.pairs import Comparison, better_pairs, difference_errors, own_pairs
from analysis.stats.ranks import Ranking, candidates, marginal_rank_sets, simultaneous_rank_sets

SCORES = [491.3600, 498.9423, 508.0703, 512.0169, 417.4066, 390.9323, 402.3306, 499.4677, 509.3984, 523.4146, 507.3014]
SCORES += [495.4076, 500.0438, 451.3703, 481.0826, 495.1874, 499.6329, 463.0345, 486.5899, 526.9733, 525.9330, 496.1263]
SCORES += [481.1912, 483.4215, 408.8015, 519.2310, 494.4897, 500.9638, 515.6479, 492.4874, 486.1649, 508.8975, 481.3926]
SCORES += [502.3877, 515.3147, 453.5078, 501.7699, 478.2447]
ERRORS = [1.9398, 2.9710, 2.2627, 2.3575, 2.4159, 2.9896, 3.2888, 2.4607, 1.7350, 1.7436, 1.9679, 2.3202, 2.6471]
ERRORS += [3.0912, 2.3196, 1.9531, 2.1986, 3.4986, 2.7800, 2.4715, 3.1214, 1.9628, 1.9533, 1.0976, 2.4932, 2.6323]
ERRORS += [1.7059, 2.2190, 2.6021, 2.6846, 2.5556, 1.3639, 1.4624, 2.6543, 2.9080, 2.2604, 2.5644, 3.2354]
COUNTRIES = pd.DataFrame({"estimate": SCORES, "std_error": ERRORS})
# csranks(math_score, diag(math_se^2), simul = TRUE, R = 40000, seed = s), the same for s = 1, 2, 3
RANKS = "24 18 10 7 35 38 37 17 8 3 11 20 15 34 30 21 16 32 25 1 2 19 29 27 36 4 22 14 5 23 26 9 28 12 6 33 13 31"
LOW = "12 7 4 3 35 37 35 7 4 1 4 12 7 32 23 12 8 31 15 1 1 12 23 23 35 1 12 7 1 12 18 4 24 5 1 32 6 23"
HIGH = "30 26 18 17 37 38 38 25 18 6 18 26 25 34 31 26 25 34 31 6 7 26 31 31 37 11 26 24 12 31 31 18 31 24 13 34 24 32"
# the same with stepdown = FALSE
SINGLE_LOW = "12 7 4 3 35 37 35 7 4 1 4 12 7 32 23 12 8 31 15 1 1 12 23 23 35 1 12 7 1 12 16 4 24 5 1 32 5 23"
SINGLE_HIGH = "30 26 18 17 37 38 38 26 18 6 18 26 26 34 31 26 25 34 31 6 7 26 31 31 "
SINGLE_HIGH += "37 11 26 24 13 31 31 18 31 24 13 34 24 32"
# csranks(…, simul = FALSE, R = 20000); Slovenia's upper limit (place 31) was 16 with one seed and 14 with two
OWN_LOW = "15 10 5 4 35 37 36 10 5 1 5 12 10 32 25 12 10 32 19 1 1 12 25 25 35 1 12 10 2 12 20 5 25 7 2 32 8 25"
OWN_HIGH = "26 24 18 12 36 38 38 24 15 6 18 26 24 34 31 26 24 34 31 4 6 25 31 31 "
OWN_HIGH += "37 7 26 23 11 26 31 14 31 23 11 34 23 31"
SLOVENIA = 31


def read(row: str) -> list[int]:
    return [int(rank) for rank in row.split()]


def test_simultaneous_sets_are_csranks():
    sets = simultaneous_rank_sets(COUNTRIES, Ranking(seed=1, draws=40_000))
    assert sets["estimate"].tolist() == read(RANKS)
    assert sets["low"].tolist() == read(LOW)
    assert sets["high"].tolist() == read(HIGH)


def test_single_step_sets_are_csranks():
    sets = simultaneous_rank_sets(COUNTRIES, Ranking(seed=1, stepwise=False, draws=40_000))
    assert sets["low"].tolist() == read(SINGLE_LOW)
    assert sets["high"].tolist() == read(SINGLE_HIGH)


def test_marginal_sets_are_csranks():
    sets = marginal_rank_sets(COUNTRIES, Ranking(seed=2, draws=40_000)).drop(index=SLOVENIA)
    assert sets["low"].tolist() == np.delete(read(OWN_LOW), SLOVENIA).tolist()
    assert sets["high"].tolist() == np.delete(read(OWN_HIGH), SLOVENIA).tolist()


def test_a_covariance_with_nothing_beside_its_diagonal_is_the_same():
    covariance = pd.DataFrame(np.diag(np.square(ERRORS)))
    own = simultaneous_rank_sets(COUNTRIES, Ranking(seed=1))
    pd.testing.assert_frame_equal(simultaneous_rank_sets(COUNTRIES, Ranking(seed=1), covariance), own)


def test_the_five_best_and_the_five_worst_are_csranks():
    # cstaubest(x, V, tau = 5, R = 20000): BE CA DK EE FI JP KR NL PL SI SE CH; cstauworst: places 5 6 7 14 18 25 36
    chosen = candidates(simultaneous_rank_sets(COUNTRIES, Ranking(seed=1)), 5)
    assert np.flatnonzero(chosen["may_be_best"]).tolist() == [2, 3, 8, 9, 10, 19, 20, 25, 28, 31, 33, 34]
    assert (np.flatnonzero(chosen["may_be_worst"]) + 1).tolist() == [5, 6, 7, 14, 18, 25, 36]


def test_pairs_count_what_the_sets_say():
    covariance = np.diag(np.square(ERRORS))
    better = better_pairs(np.array(SCORES), covariance, Comparison(1, draws=40_000))
    assert (1 + better.sum(axis=0)).tolist() == read(LOW)
    above, below = own_pairs(np.array(SCORES), covariance, Comparison(2, draws=40_000))
    assert (1 + above).tolist() == read(OWN_LOW)
    assert (38 - below)[:SLOVENIA].tolist() == read(OWN_HIGH)[:SLOVENIA]


def test_difference_errors_are_r():
    # S <- matrix(c(4, 1.5, 1.5, 2.25), 2); sqrt(outer(diag(S), diag(S), "+") - 2 * S)
    expected = [[0, 1.8027756377319946], [1.8027756377319946, 0]]
    np.testing.assert_allclose(difference_errors(np.array([[4, 1.5], [1.5, 2.25]])), expected, rtol=1e-8)


def test_correlated_estimates_that_tie_are_csranks():
    # csranks(theta, S, coverage = .9, simul = TRUE, R = 20000), then simul = FALSE; the same for seeds 1 and 2
    # cstaubest(theta, S, tau = 2, coverage = .9): 3 4; cstauworst: 1 2 5
    matrix = [[0.655, 0.318, 0.176, 0.086, 0.268],
              [0.318, 2.429, 0.686, -0.885, -0.16],
              [0.176, 0.686, 0.804, -0.218, -0.211],
              [0.086, -0.885, -0.218, 1.4, -0.266],
              [0.268, -0.16, -0.211, -0.266, 1.269]]
    units = pd.DataFrame({"estimate": [-4.0, -4, 8, 2, -8], "std_error": np.sqrt(np.diag(matrix))})
    covariance = pd.DataFrame(matrix)
    together = simultaneous_rank_sets(units, Ranking(seed=1, level=0.9), covariance)
    assert together["estimate"].tolist() == [3, 3, 1, 2, 5]
    assert together["low"].tolist() == [3, 3, 1, 2, 4]
    assert together["high"].tolist() == [4, 5, 1, 2, 5]
    own = marginal_rank_sets(units, Ranking(seed=1, level=0.9), covariance)
    assert own["low"].tolist() == [3, 3, 1, 2, 5]
    assert own["high"].tolist() == [4, 4, 1, 2, 5]
    chosen = candidates(together, 2)
    assert (np.flatnonzero(chosen["may_be_best"]) + 1).tolist() == [3, 4]
    assert (np.flatnonzero(chosen["may_be_worst"]) + 1).tolist() == [1, 2, 5]
