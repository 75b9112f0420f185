"""By how much has the rate of complaints changed from one year to the next, season and bursts allowed for?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.complaints.series import complaint_series
from analysis.measures.units import COMPANY, judged
from analysis.run import Run
from analysis.stats.models.trend import monthly_trend
from analysis.stats.testing import holm
from analysis.tables.results import blank_figures

GROWTH = "complaint_growth_ratio"
UNIT_TYPES = (COMPANY, "product", "branch")
KEPT = ["n", "estimate", "low", "high", "level", "method", "status", "p", "theta", "dispersion", "months"]


def complaint_growth(run: Run) -> pd.DataFrame:
    """Return the ratio of the rate of complaints of one year to that of the year before, per unit (1 = no change).

    Negative binomial regression on month and season, offset log(policies); the count alone where no policies were
    delivered (``of`` says which). It looks back as many quarters as the site keeps (``history_quarters``). ``n``:
    complaints; ``months``: months seen; ``dispersion``: variance over mean about the trend; ``theta``: size of the
    negative binomial law, empty where Poisson sufficed; ``p`` of "no change", and ``p_adjusted`` by Holm over all units
    of one level. "not estimable" below two years.
    """
    parts = [_of_type(run, unit_type) for unit_type in UNIT_TYPES]
    found = [part for part in parts if len(part)] or [blank_figures(GROWTH, COMPANY, [COMPANY], "no data")]
    blank = dict.fromkeys(("p", "p_adjusted", "theta", "dispersion", "months"), np.nan)
    frame = pd.concat(found, ignore_index=True)
    return judged(run, [frame.assign(**{name: frame.get(name, value) for name, value in blank.items()})])


def _of_type(run: Run, unit_type: str) -> pd.DataFrame:
    series = complaint_series(run, unit_type, run.params.site.history_quarters + 1)
    rows = [monthly_trend(one[["month", "count", "exposure"]]).loc[["year"], KEPT].assign(unit=str(unit), of=str(basis))
            for (unit, basis), one in series.groupby(["unit", "indicator"])]
    if not rows:
        return pd.DataFrame()
    found = pd.concat(rows, ignore_index=True)
    return found.assign(indicator=GROWTH, unit_type=unit_type, p_adjusted=holm(found["p"]))
