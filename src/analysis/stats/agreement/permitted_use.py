"""What may figures that rest on raters be used for, given how far the raters agree?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.stats.estimates import OK

#: Krippendorff (2004), chapter 11: rely on variables with alpha above .800, draw tentative conclusions from .667 on.
MINIMUM_FOR_PEOPLE = 0.800
MINIMUM_FOR_TRENDS = 0.667
PEOPLE, TRENDS, NONE = "people", "trends only", "none"


def permitted_use(agreement: pd.DataFrame) -> pd.Series:
    """Return "people", "trends only" or "none" for each estimate of agreement, by the lower limit of its interval [1]_.

    "people" where it is at least `MINIMUM_FOR_PEOPLE`, "trends only" at least `MINIMUM_FOR_TRENDS`, else "none"; "none"
    too where agreement is not estimable. The limit decides and not the estimate, because a wrong figure harms a
    person while more double ratings cost only time: with a 95 % interval at most one in forty uses is allowed
    that the agreement in truth does not reach (Krippendorff: limit the probability that α is below the minimum).

    Args:
        agreement: a table of estimates of this package, of coefficients that are 1 at full agreement.

    References:
        .. [1] Krippendorff K (2004) Hum Commun Res 30:411–433; the same, Content Analysis, 2nd ed., section 11.4.
    """
    low = agreement["low"].where(agreement["status"].eq(OK), -1.0)
    use = np.select([low.ge(MINIMUM_FOR_PEOPLE), low.ge(MINIMUM_FOR_TRENDS)], [PEOPLE, TRENDS], default=NONE)
    return pd.Series(use, index=agreement.index, name="permitted_use")
