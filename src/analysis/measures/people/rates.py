"""How many complaints did each person's cases lead to expect, and did they get more (METHODS §3: counts)?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.measures.people.cases import CASE_MIX
from analysis.measures.people.fitting import SURE, cell_labels
from analysis.measures.people.groups import FEW_PEERS, MINIMUM_GROUP
from analysis.stats.estimates import OK

NO_COMPLAINT = "no complaint was upheld"


@dataclass(frozen=True)
class Rates:
    """The complaints of one group (`cases.upheld_counts`), the newest quarter, and the cell that is held equal.

    ``reference``: who is no member of the group, whose requests tell what a cell leads to expect.
    """

    counts: pd.DataFrame
    newest: str
    cell: tuple[str, ...]
    reference: str = ""

    def expected(self) -> tuple[pd.DataFrame, float]:
        """Return `expected_counts` of the members, as many in all as there were, and their complaints a request."""
        told = expected_counts(self.counts, cell=self.cell)
        every = told["count"].sum() / max(told["requests"].sum(), 1)
        if not self.reference:
            return told, float(every)
        members = told.drop(index=self.reference, errors="ignore")
        times = self._times(members)
        return members.assign(expected=members["expected"] * times), float(every * times)

    def expected_late(self) -> pd.DataFrame:
        """Return the same of the newest quarter, at the rates of the whole window."""
        late = expected_counts(self.counts[self.counts["quarter"].eq(self.newest)], self.counts, self.cell)
        if not self.reference:
            return late
        members = expected_counts(self.counts, cell=self.cell).drop(index=self.reference, errors="ignore")
        late = late.drop(index=self.reference, errors="ignore")
        return late.assign(expected=late["expected"] * self._times(members))

    def _times(self, members: pd.DataFrame) -> float:
        """Return how many complaints the members had of one that was expected; 1 where there was none."""
        count, expected = members["count"].sum(), members["expected"].sum()
        return float(count / expected) if count and expected else 1.0


def expected_counts(counts: pd.DataFrame, standard: pd.DataFrame | None = None,
                    cell: tuple[str, ...] = CASE_MIX) -> pd.DataFrame:
    """Return per person ``count``, ``requests`` and ``expected``: what the group's rate in each cell led to expect.

    ``cell``: `cases.CASE_MIX`; in finer ones, of five requests each, a person's own complaints would be expected.
    Complaints of no known cell are spread over all requests alike. ``standard``: the counts the rates come from,
    ``counts`` themselves by default.
    """
    known = counts if standard is None else standard
    cells = known.assign(cell=cell_labels(known, cell)).groupby("cell")[["requests", "upheld"]].sum()
    placed = cells["requests"] > 0
    rate = (cells["upheld"] / cells["requests"].where(placed)).fillna(0.0)
    everywhere = cells.loc[~placed, "upheld"].sum() / max(cells["requests"].sum(), 1)
    own = counts.assign(cell=cell_labels(counts, cell))
    own = own.assign(expected=own["requests"] * (own["cell"].map(rate) + everywhere))
    sums = own.groupby("employee_id")[["upheld", "requests", "expected"]].sum().rename(columns={"upheld": "count"})
    none = (sums["expected"] <= 0) & (sums["count"] > 0)  # a complaint, yet no request of their own to expect it from
    return sums.assign(count=sums["count"].where(~none, 0))


def dispersion_p(counts: pd.DataFrame, least: int = MINIMUM_GROUP) -> tuple[float, str]:
    """Return p of the index of dispersion Σ (O − E)² / E on chi-squared with persons − 1 df, and the status."""
    told = counts[counts["expected"] > 0]
    if len(told) < least:
        return np.nan, f"not estimable: {NO_COMPLAINT if told.empty else FEW_PEERS}"
    statistic = ((told["count"] - told["expected"]) ** 2 / told["expected"]).sum()
    return float(stats.chi2.sf(statistic, len(told) - 1)), OK


def exact_newest(late: pd.DataFrame, shrunken: pd.DataFrame) -> pd.DataFrame:
    """Return the newest counts as z-values of the exact Poisson p towards either side (half of the count's own)."""
    above = stats.poisson.sf(late["count"], late["expected"]) + stats.poisson.pmf(late["count"], late["expected"]) / 2
    z = stats.norm.isf(np.clip(above, np.finfo(float).eps, 1 - np.finfo(float).eps))
    status = np.where(late["expected"] > 0, OK, "not estimable: no cases in the newest period")
    return pd.DataFrame({"estimate": z, "std_error": 1.0, "df": SURE, "status": status}, index=shrunken.index)
