"""Is a sample whose need is not known kept apart from one that was large enough?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.figures import samples_sentence
from analysis.figures.samples import ENOUGH, OTHER_REASON, TOO_FEW
from analysis.measures.collection import sample_sizes
from analysis.wording import Wording

ONE_CANNOT = "Of 1 planned sample it cannot be told whether it was large enough."


@pytest.mark.parametrize(("states", "words"), [
    ([], "No sample was planned to tell a share."), ([OTHER_REASON, ""], "No sample was planned to tell a share."),
    (["no data", OTHER_REASON, ""], ONE_CANNOT),
    (["no data", "not estimable: no answers"],
     "Of 2 planned samples it cannot be told whether they were large enough."),
    ([ENOUGH, OTHER_REASON], "0 planned samples are smaller than needed."),
    ([ENOUGH, TOO_FEW, "no data"], f"1 planned sample is smaller than needed. {ONE_CANNOT}")])
def test_what_cannot_be_told_is_not_called_large_enough(states: list[str], words: str) -> None:
    assert samples_sentence(pd.DataFrame({"state": states}, dtype="str"), Wording("en")) == words


def test_the_states_are_those_of_the_table() -> None:
    assert (ENOUGH, TOO_FEW, OTHER_REASON) == (sample_sizes.ENOUGH, sample_sizes.TOO_FEW, sample_sizes.OTHER_REASON)
