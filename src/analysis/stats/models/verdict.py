"""Was a measure effective, harmful, or is neither shown?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from analysis.stats.estimates import OK, Numbers, aligned

Good = Literal["higher", "lower"]
#: METHODS: where the smallest attainable p lies above, nothing can be shown.
LARGEST_P = 0.05
EFFECTIVE, HARMFUL, NOT_SHOWN = "effective", "harmful", "not shown"


def effect_verdict(effects: pd.DataFrame, good: Good, smallest: Numbers = 0.0) -> pd.DataFrame:
    """Return the verdict on each effect, from its interval, the direction of good and the effect registered before.

    effective: the whole interval lies on the good side of 0 and the estimate is at least ``smallest``;
    harmful: the whole interval lies on the bad side of 0; everything else is not shown. An effect without an interval
    is not shown, with its reason; "not shown: too few units" where the randomisation test says so, or its smallest_p
    lies above `LARGEST_P` although the level of its interval would allow it.

    Args:
        effects: a table of estimates of this package.
        good: whether higher or lower values are better.
        smallest: size of the effect worth having, 0 or more, in the unit of the effect, registered before the figures
            were seen.

    Returns:
        Columns verdict and why, on the index of ``effects``. An interval that ends at 0 does not exclude it.

    Raises:
        ValueError: ``good`` is neither, or ``smallest`` is negative or missing.
    """
    if good not in ("higher", "lower"):
        raise ValueError('good must be "higher" or "lower"')
    worth = aligned(n=effects["n"], smallest=smallest)["smallest"].to_numpy(float)
    if not bool(np.all(worth >= 0)):
        raise ValueError("smallest must be 0 or more: it is the size of the effect, whatever its direction")
    sign = 1.0 if good == "higher" else -1.0
    gain = sign * effects["estimate"].to_numpy(float)
    ends = sign * effects[["low", "high"]].to_numpy(float)
    near, far = ends.min(axis=1, initial=np.inf), ends.max(axis=1, initial=-np.inf)
    unknown = effects["status"].ne(OK).to_numpy()
    too_few = effects["status"].str.contains("too few units").to_numpy(bool)
    if "smallest_p" in effects:
        too_few = too_few | effects["smallest_p"].gt(LARGEST_P).to_numpy()
    conditions = [too_few, far < 0, (near > 0) & (gain >= worth), near > 0, far < worth]
    verdicts = [f"{NOT_SHOWN}: too few units", HARMFUL, EFFECTIVE, NOT_SHOWN, NOT_SHOWN]
    reasons = [
        f"the smallest attainable p lies above {LARGEST_P}",
        "the whole interval is on the bad side of 0",
        "the whole interval is on the good side of 0 and the effect as large as registered",
        "better than before, by less than registered",
        "an effect as large as registered is ruled out",
    ]
    why = np.select(conditions, reasons, "the interval holds both no effect and one as large as registered")
    told = pd.DataFrame({"verdict": np.select(conditions, verdicts, NOT_SHOWN), "why": why}, index=effects.index)
    return told.assign(why=told["why"].where(~unknown, effects["status"]))
