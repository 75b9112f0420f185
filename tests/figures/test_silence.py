"""Does a manager read what the silent would have to think?"""

from __future__ import annotations

from typing import Any

import pytest

from analysis.figures import tipping_sentence
from analysis.wording import Wording

ROW: dict[str, Any] = {
    "status": "ok", "n": 100, "invitations": 200, "estimate": 0.8, "worst_share": 0.4, "best_share": 0.9,
    "target": 0.75, "tipping": "possible", "tipping_share": 0.7, "tipping_gap_share": -0.1,
}
FIRST = "100 of the 200 customers asked rated us, and 80.0% of them were satisfied."
LAST = "Whatever the other 100 think, the share of all who were asked lies between 40.0% and 90.0%."


@pytest.mark.parametrize(("change", "turn"), [
    ({}, "If fewer than 70.0% of the other 100 were satisfied, the share of all would lie below the target of 75.0%. "),
    ({"tipping_gap_share": 0.1},
     "Only if more than 70.0% of the other 100 were satisfied, the share of all would lie above the target of 75.0%. "),
    ({"tipping": "impossible", "tipping_share": None},
     "Nothing the other 100 might think would bring the share of all to the other side of the target of 75.0%. "),
    ({"tipping": "", "target": None}, ""),
])
def test_the_sentence_names_the_turn(change: dict[str, Any], turn: str) -> None:
    assert tipping_sentence(ROW | change, Wording("en")) == f"{FIRST} {turn}{LAST}"


def test_without_a_figure_it_says_why() -> None:
    assert tipping_sentence(ROW | {"status": "no data"}, Wording("en")) == (
        "What those who did not answer think cannot be weighed: no data.")
