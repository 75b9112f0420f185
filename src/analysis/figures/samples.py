"""How is it said whether the planned samples were large enough?"""

from __future__ import annotations

import pandas as pd

from analysis.wording import Wording

ENOUGH, TOO_FEW, OTHER_REASON = "enough", "fewer than needed", "not drawn to tell a share"


def samples_sentence(sizes: pd.DataFrame, say: Wording) -> str:
    """Return how many of the plan's samples were smaller than needed, and of how many that cannot be told."""
    asked = sizes["state"][~sizes["state"].isin(["", OTHER_REASON])]
    short, unknown = int(asked.eq(TOO_FEW).sum()), int((~asked.isin([ENOUGH, TOO_FEW])).sum())
    if asked.empty:
        return say("No sample was planned to tell a share.")
    cannot = say.plural("Of {n} planned sample it cannot be told whether it was large enough.",
                        "Of {n} planned samples it cannot be told whether they were large enough.", unknown)
    smaller = say.plural("{n} planned sample is smaller than needed.",
                         "{n} planned samples are smaller than needed.", short)
    if not unknown:
        return smaller
    return cannot if unknown == len(asked) else say.joined(smaller, cannot)
