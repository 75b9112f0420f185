"""What does a Net Promoter Score answer at the ends of its scale?"""

from analysis.stats.intervals.promoters import nps


def test_nps_limits_stay_on_the_scale():
    table = nps(promoters=[12, 0, 0, 4], passives=0, detractors=[0, 12, 0, 5])
    assert (table["high"][0], table["low"][1]) == (100.0, -100.0)
    assert table["status"].tolist()[2:] == ["not estimable: no answers", "not estimable: fewer than 10 answers"]


def test_no_rows_give_no_rows():
    assert nps([], [], []).empty
