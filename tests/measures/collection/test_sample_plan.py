"""Are the invitations those that the width wanted needs, at the share and the response rate seen?"""

from __future__ import annotations

import math

import pandas as pd
import pytest

from analysis.measures.collection.sample_plan import NO_RATE, NO_SHARE, sample_plan
from analysis.stats.intervals.shares import modified_wilson
from tests.measures.conftest import Insurer


def surveys(line: str, invited: int, answered: int, satisfied: int) -> pd.DataFrame:
    return pd.DataFrame({
        "invitation_id": [f"{line}{number}" for number in range(invited)], "service_line": line, "mode": "online",
        "invited_at": "2024-07-20 09:00:00",
        "responded_at": ["2024-07-21 09:00:00" if number < answered else None for number in range(invited)],
        "satisfaction": [(5 if number < satisfied else 2) if number < answered else None for number in range(invited)]})


def test_invitations_follow_from_wilsons_half_width_and_the_response_rate(insurer: Insurer) -> None:
    run = insurer({"surveys": surveys("claims", 400, 200, 160)}, modes=["online"],
                  indicators={"csat_top2_share": {"half_width": 0.04}})
    row = sample_plan(run).set_index("unit").loc["company"]
    # Answers by Wilson's half-width (Piegorsch 2004) at .8 and .04, solved by hand for n: z √(npq + z²/4) / (n + z²).
    z = 1.959963984540054
    needed = next(n for n in range(1, 10_000) if z * math.sqrt(n * 0.16 + z * z / 4) / (n + z * z) <= 0.04)
    assert row["estimate"] == pytest.approx(needed / 0.5, abs=2)
    assert row["low"] < row["estimate"] < row["high"]
    assert row["invitations"] == 400
    seen = modified_wilson(pd.Series([160.0]), 200).iloc[0]
    assert row["half_width_share"] == pytest.approx((seen["high"] - seen["low"]) / 2)


def test_a_line_without_answers_and_a_list_of_answers_alone_say_why(insurer: Insurer) -> None:
    silent = sample_plan(insurer({"surveys": surveys("claims", 40, 0, 0)})).set_index("unit")
    assert silent.loc["sales", "status"] == "no data"
    assert silent.loc["claims", "status"] in ("no data", NO_SHARE)
    alone = sample_plan(insurer({"surveys": surveys("claims", 60, 60, 50)})).set_index("unit")
    assert alone.loc["claims", "status"] == NO_RATE
