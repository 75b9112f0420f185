"""How many people would be told from their colleagues by luck, and how many who truly differ are found (METHODS §3)?

Of each indicator by itself; the composite's tiers say the same in `tiers`. Told of groups alone: nobody is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.measures.people.cases import SCORED, UPHELD_RATE
from analysis.measures.people.fitting import SURE
from analysis.measures.people.groups import GROUP, MINIMUM_GROUP, of_group
from analysis.measures.people.judgement import Known
from analysis.measures.people.rates import expected_counts
from analysis.measures.people.roster import NOT_ENOUGH
from analysis.measures.people.scoring import Group
from analysis.measures.people.tiers import POWER_RUNS, SEED, found
from analysis.stats.estimates import OK
from analysis.stats.people.flags import DEFAULT, FlagRule, Simulation, simulated_flags
from analysis.stats.people.heterogeneity import between_variance
from analysis.stats.people.shrinkage import NO_DIFFERENCES
from analysis.stats.testing import ALPHA

FAR_OFF = 2  # standard deviations between people: one in twenty lies as far off
COLUMNS = ["indicator", "event", "people", "median_n", "minimum_n", "enough_evidence", "flagged", "expected_by_luck",
           "found_share", "status"]
FEW = f"not estimable: fewer than {MINIMUM_GROUP} people"


class Asked(NamedTuple):
    """The effects of one group on one indicator, over the window and of the newest quarter."""

    indicator: str
    event: str
    group: Group
    effects: pd.DataFrame
    newest: pd.DataFrame


def indicator_flags(known: Known) -> pd.DataFrame:
    """Return per indicator how many figures stand apart from the colleagues', and how many would by luck: COLUMNS.

    ``people``: evaluated, half of whom have ``median_n`` units of evidence or fewer, of ``minimum_n`` needed, and
    ``enough_evidence`` who have them; ``flagged``: below or above the colleagues, whatever it may be used for;
    ``expected_by_luck``: the mean number in simulated quarters in which nobody differs on this indicator and the others
    are as they are; ``found_share``: of those who truly lie FAR_OFF spreads of their group off, the spread being the
    one estimated; ``status`` says why there is none. Upheld complaints by the normal law of counts over what was
    expected.
    """
    own = known.scored.scores
    names = ["indicator", "event"]
    counts = own.assign(enough_evidence=own["permitted_use"].ne(NOT_ENOUGH), flagged=own["direction"].ne(DEFAULT))
    counts = counts.groupby(names, sort=False)[["enough_evidence", "flagged"]].sum().astype("int64")
    rows = pd.DataFrame([_simulated(known, one) for one in _asked(known)],
                        columns=[*names, "enough", "expected_by_luck", "found_share"])
    weight = rows["enough"].where(rows["found_share"].notna())
    groups = rows.assign(weight=weight, found=weight * rows["found_share"]).groupby(names)
    sums = groups[["expected_by_luck", "weight", "found"]].sum().assign(few=groups["enough"].max() < MINIMUM_GROUP)
    each = own.groupby(names).agg(people=("employee_id", "nunique"), median_n=("n", "median"),
                                  minimum_n=("minimum_n", "first"))
    told = counts.join(each).join(sums)
    share = told["found"] / told["weight"].where(told["weight"] > 0)
    few = told["few"].astype("boolean").fillna(True).astype(bool)
    status = np.select([share.notna(), few], [OK, FEW], f"not estimable: {NO_DIFFERENCES}")
    return told.assign(expected_by_luck=told["expected_by_luck"].fillna(0.0), found_share=share,
                       status=status).reset_index()[COLUMNS]


def _asked(known: Known) -> Iterator[Asked]:
    for (name, group), fit in known.scored.fits.items():
        yield Asked(SCORED[name].indicator, SCORED[name].event, group, fit.effects, fit.newest)
    counts = of_group(known.evidence.upheld, known.people)
    for (role, line), own in counts.groupby(GROUP):
        late = expected_counts(own[own["quarter"].eq(known.evidence.newest)], own)
        yield Asked(UPHELD_RATE, "", (str(role), str(line)), _of_counts(expected_counts(own)), _of_counts(late))


def _of_counts(told: pd.DataFrame) -> pd.DataFrame:
    """Return counts over their expectation as effects, with the variance of a Poisson count."""
    some = told[told["expected"] > 0]
    return pd.DataFrame({"estimate": some["count"] / some["expected"], "sampling_variance": 1 / some["expected"],
                         "df": SURE, "status": OK})


def _simulated(known: Known, asked: Asked) -> list[object]:
    """Return the indicator, how many have enough evidence, how many would stand apart by luck, and who is found."""
    own, test = (_of(table, asked) for table in (known.scored.scores, known.scored.tests))
    names, enough = [asked.indicator, asked.event], own.loc[own["permitted_use"].ne(NOT_ENOUGH), "employee_id"]
    ok = asked.effects.index[asked.effects["status"].eq(OK)]
    if test["p"].isna().all() or len(ok) < MINIMUM_GROUP:
        return [*names, len(enough), 0.0, np.nan]
    group = known.scored.tests.merge(test[GROUP], on=GROUP)
    others = group[group["indicator"].ne(asked.indicator) | group["event"].ne(asked.event)]
    rule = FlagRule(f_test_p=still_rejected(others["p"].astype(float)))
    luck = simulated_flags(asked.effects, asked.newest, rule, Simulation(seed=SEED))[:, ok.isin(enough)]
    usable = asked.effects.loc[ok]
    tau_squared = float(np.nan_to_num(between_variance(usable)["estimate"].iloc[0]))
    drawn = Simulation(POWER_RUNS, SEED, tau_squared, FAR_OFF * tau_squared**0.5)
    power = found(usable[usable.index.isin(enough)], asked.newest, rule, drawn) if tau_squared > 0 else np.nan
    return [*names, len(enough), float(luck.sum(axis=1).mean()), power]


def _of(table: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    keys = dict(zip(["indicator", "event", *GROUP], [asked.indicator, asked.event, *asked.group], strict=True))
    return table[np.logical_and.reduce([table[name].eq(value) for name, value in keys.items()])]


def still_rejected(others: pd.Series) -> float:
    """Return the largest p that Holm's procedure rejects beside the tests ``others``: α / (m − those rejected before).

    m counts all tests, this one included; the others come before as long as the smallest of them are rejected one after
    the other.
    """
    p = np.sort(others.dropna().to_numpy(float))
    before = int(np.logical_and.accumulate(p <= ALPHA / (len(p) + 1 - np.arange(len(p)))).sum())
    return float(ALPHA / (len(p) + 1 - before))
