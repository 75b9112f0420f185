"""Which dimension of the service goes with overall satisfaction, the others held equal (clause 4.1)?"""

from __future__ import annotations

import pandas as pd

from analysis.measures.satisfaction.dimensions import complete_answers
from analysis.measures.satisfaction.weighting import DIMENSIONS
from analysis.measures.units import COMPANY, judged
from analysis.run import Run, remembered
from analysis.stats.models.drivers import OMNIBUS, key_drivers, proportionality
from analysis.tables.results import blank_figures

ODDS = "driver_odds_ratio"
UNEQUAL_P = 0.05  # Brant's test: below, one ratio for all steps of the scale hides differences
UNEQUAL = "the ratio differs between steps of the scale: read it as an average"
COLLINEAR = "goes so closely with other dimensions that they cannot be told apart"
#: What estimators say with the names of columns, in words that name none.
PLAIN_REASONS = {"collinear": "rises and falls exactly with other dimensions",
                 "separation": "the dimensions tell the answers apart without error"}
KEPT = ["n", "estimate", "low", "high", "level", "method", "status"]


@remembered
def drivers(run: Run) -> pd.DataFrame:
    """Return by which factor one point more on a dimension multiplies the odds of a higher overall answer.

    Proportional odds over all five together, answers unweighted. ``importance_share``: the dimension's part of what
    the five explain, over all orders of entry; no interval. ``explained_share``: McKelvey and Zavoina's R². ``p``:
    Wald. ``note``: the assumption of one ratio fails (Brant), or dimensions cannot be told apart. Dimensions and
    satisfaction are told by the same person at the same time: what goes together need not be cause and effect.
    """
    given = complete_answers(run).rename(columns={"satisfaction": "value"})
    given = given[given["value"].notna()]
    asked = [name for name in DIMENSIONS if given[name].notna().any()]
    if not asked:
        return judged(run, [_blank(list(DIMENSIONS))])
    found = key_drivers(given, asked, run.level, run.params.registry[ODDS].minimum_n)
    shares = {"importance_share": found["importance"], "explained_share": found["r2"], "p": found["p"]}
    told = found[KEPT].assign(**shares, status=_worded(found["status"]), note=_notes(found, given, asked),
                              dimension=found.index)
    part = told.reset_index(drop=True).assign(indicator=ODDS, unit_type=COMPANY, unit=COMPANY)
    return judged(run, [part, _blank([name for name in DIMENSIONS if name not in asked])])


def _notes(found: pd.DataFrame, given: pd.DataFrame, asked: list[str]) -> pd.Series:
    tests = proportionality(given, asked)
    small = tests["p"].lt(UNEQUAL_P)
    unequal = small.reindex(asked) & bool(small.loc[OMNIBUS])
    note = pd.Series("", index=found.index, dtype="str").mask(unequal, UNEQUAL)
    return note.mask(found["vif"].gt(0) & found["notice"].str.startswith("collinear"), COLLINEAR)


def _worded(status: pd.Series) -> pd.Series:
    for sign, words in PLAIN_REASONS.items():
        status = status.mask(status.str.contains(sign), f"not estimable: {words}")
    return status


def _blank(names: list[str]) -> pd.DataFrame:
    """Return a row "no data" per dimension that was never asked."""
    blank = blank_figures(ODDS, COMPANY, [COMPANY] * len(names), "no data")
    numbers = dict.fromkeys(("importance_share", "explained_share", "p"), float("nan"))
    return blank.assign(dimension=pd.Series(names, dtype="str"), note="", **numbers)


def strongest(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows for drawing, the dimension as unit, the largest importance first."""
    ordered = table.sort_values("importance_share", ascending=False, kind="stable")
    return ordered.assign(unit=ordered["dimension"])
