"""Is the null learnt from the innocent, and refused where it cannot be?"""

import numpy as np
import pytest

from analysis.stats.charts.limits import FunnelLaw
from analysis.stats.charts.outliers import FunnelDesign, judged, null_law, objection

GAMMA, EXACT, ADDITIVE = (FunnelDesign(limits) for limits in ("gamma-Poisson", "exact", "additive"))
COUNT = np.array([18.0, 25, 20, 22, 17, 90, 21, 19])
SIZE = np.full(8, 2.0)


def test_flagged_units_leave_the_null():
    flags, law = judged(COUNT, SIZE, null_law("rate", COUNT, SIZE, GAMMA), GAMMA)
    assert np.flatnonzero(flags["flagged"]).tolist() == [5]
    assert law.centre == pytest.approx(142 / 14)
    assert law.dispersion == 1


def test_a_second_bad_unit_appears_once_the_first_has_left():
    count = np.array([20.0, 21, 19, 20, 20, 21, 19, 20, 20, 20, 21, 19, 300, 80])
    flags, _ = judged(count, np.ones(14), null_law("rate", count, np.ones(14), GAMMA), GAMMA)
    assert np.flatnonzero(flags["flagged"]).tolist() == [12, 13]


def test_half_of_the_units_are_never_all_left_out():
    count = np.array([10.0] * 6 + [1000.0] * 6)
    _, law = judged(count, np.ones(12), null_law("rate", count, np.ones(12), GAMMA), GAMMA)
    assert law.centre >= 10


def test_exact_p_by_hand():
    # 0 of 3 at a target of one half: twice 1/8; 2 of 3: capped at 1
    design = FunnelDesign("exact", target=0.5)
    flags, _ = judged(np.array([0.0, 2]), np.array([3.0, 3]), null_law("share", np.ones(2), np.ones(2), design), design)
    np.testing.assert_allclose(flags["p"], [0.25, 1])
    np.testing.assert_allclose(flags["p_holm"], [0.5, 1])


def test_signs_of_z_tell_the_side():
    flags, _ = judged(COUNT, SIZE, null_law("rate", COUNT, SIZE, GAMMA), GAMMA)
    some = flags["p"].lt(1).to_numpy()
    assert (np.sign(flags["z"]) == np.sign(COUNT - 142 / 7))[some].all()
    assert some.sum() > 4


def test_the_additive_law_widens_and_the_exact_one_does_not():
    assert null_law("rate", COUNT, SIZE, ADDITIVE).between > 0
    assert null_law("rate", COUNT, SIZE, FunnelDesign("multiplicative")).dispersion > 1
    assert null_law("rate", COUNT, SIZE, EXACT) == FunnelLaw("rate", "exact", 232 / 16)


@pytest.mark.parametrize(
    ("count", "design", "why"),
    [
        ([5, 5, 5, 5], GAMMA, "fewer than 5 units"),
        ([5], EXACT, "fewer than 2 units"),
        ([5], FunnelDesign("exact", target=1.0), ""),
        ([0, 0, 0, 0, 0], GAMMA, "no event in any unit"),
        ([1, 2, 1, 2, 3], GAMMA, "fewer than 10 events in all units"),
        ([1, 2, 1, 2, 3], ADDITIVE, ""),
    ],
)
def test_why_there_is_no_funnel(count: list[float], design: FunnelDesign, why: str):
    units = np.array(count, float), np.ones(len(count))
    assert objection(*units, null_law("rate", *units, design), design) == why


def test_shares_that_are_all_one_have_no_funnel():
    units = np.full(3, 4.0), np.full(3, 4.0)
    assert objection(*units, null_law("share", *units, EXACT), EXACT) == "no unit without an event"
