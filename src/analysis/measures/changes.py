"""What has changed since the last quarter and since last year, and why (clauses 3.1, 3.3, 8.3)?

Like is compared with like: the earlier quarter is told again under today's definitions and limits, as known at its own
date, so that both figures are of the same age. What a revision alone did stands apart as ``definition``, and so does
what has become known of the earlier quarter since, as ``late_data``: today's figure has not yet had its own late data,
so that step can be no part of the change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from analysis.measures.evidence import MEASURES
from analysis.measures.mix import CUTS, FIGURE, split
from analysis.measures.summary.scorecard import SCORED, headline_rows
from analysis.measures.units import COMPANY, judged
from analysis.quarter import QUARTERS_PER_YEAR, Quarter
from analysis.run import Run, remembered
from analysis.stats.estimates import OK
from analysis.stats.intervals.combination import linear_combination
from analysis.stats.intervals.sample_sizes import smallest_detectable_change

KEYS = ["indicator", "unit_type", "unit", "event"]
METHOD = "difference of independent estimates, MOVER"
REWEIGHTED = "weighted in another way then"
COMPARED = tuple(dict.fromkeys((*SCORED, *CUTS)))
COMPARED_TABLES = ("satisfaction", "response_time", "accuracy", "compliance", "competence", "complaints", "feedback")

Measure = Callable[[Run], pd.DataFrame]


@remembered
def changes(run: Run, measure: Measure) -> pd.DataFrame:
    """Return how the headline figures of ``measure`` changed, for the company and its lines.

    What ``measure`` says of this quarter is set beside what it says of the last quarter and of the same quarter of
    last year (``compared_with``). ``estimate``: this quarter minus that one under today's definition, in the
    indicator's unit, as independent samples. ``detectable``: the smallest true change that would be seen four times in
    five, (z(.975) + z(.80)) standard errors of the change, the error as the interval tells it; empty for counts, whose
    interval takes events for independent: bursts would make it larger, and rates allow for them. ``change``: better,
    worse, or not shown (the interval holds 0); "" without direction.

    The bridge, exact in each row: ``published`` (under the definition of its own time) + ``definition`` + ``estimate``
    = the figure of today; where a company's figure can be put together from its lines, kinds or other parts
    (``split_by``), ``performance`` + ``mix`` = ``estimate``. The ledger of late data beside it: ``published`` +
    ``late_data`` = ``known_now``, the same cases under the same definition as known today, with what was delivered and
    what happened since; company only, and empty where the figure now rests on other cases (a cohort that ripened).

    ``note`` says so where answers were not weighted alike. ``reversed`` and ``turned_by``: whether the mix alone turned
    the sign of what the parts did (`mix.split`).
    """
    return _told(run, measure, _earlier(run))


def all_changes(run: Run) -> pd.DataFrame:
    """Return the changes of every headline figure of the plan: `changes` of each of COMPARED_TABLES."""
    return pd.concat([changes(run, MEASURES[name]) for name in COMPARED_TABLES], ignore_index=True)


class _Earlier(NamedTuple):
    """An earlier quarter as known at its own date, the same under today's definitions, and as known now."""

    quarter: Quarter
    then: Run | None
    again: Run | None
    since: Run | None


def _earlier(run: Run) -> list[_Earlier]:
    found = []
    for quarter in (run.quarter.plus(-1), run.quarter.plus(-QUARTERS_PER_YEAR)):
        then = run.earlier(quarter, *COMPARED)
        since = run.earlier(quarter, COMPANY, known_now=True)
        found.append(_Earlier(quarter, then, then and then.under(run), since))
    return found


def _told(run: Run, measure: Measure, earlier: list[_Earlier]) -> pd.DataFrame:
    """Return `changes` of ``measure`` against each of ``earlier``."""
    told = _headlines(measure(run))
    parts = []
    for quarter, then, again, since in earlier:
        published = _asked(measure, then, told)
        before = published if again is then else _asked(measure, again, told)
        ledger = _known_since(published, _asked(measure, since, told))
        parts.append(_between(run, told, before).merge(ledger, how="left", on=KEYS).assign(
            definition=lambda one: one["before"] - one["published"], compared_with=str(quarter)).drop(columns="before"))
    return judged(run, parts)


def _asked(measure: Measure, run: Run | None, told: pd.DataFrame) -> pd.DataFrame:
    """Return the headlines of ``run``; none, in the columns of ``told``, without one."""
    return told.iloc[:0] if run is None else _headlines(measure(run))


def _headlines(table: pd.DataFrame) -> pd.DataFrame:
    rows = headline_rows(table)
    told = rows[rows["unit_type"].isin(COMPARED)]
    return told.assign(weighting=told.get("weighting", ""))


def _known_since(published: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return KEYS, ``published``, ``known_now`` and ``late_data`` of each figure that was published.

    The method names the cohort where there is one; a figure by another method rests on other cases.
    """
    now = known[[*KEYS, "estimate", "method"]].rename(columns={"estimate": "known_now", "method": "method_now"})
    both = published.rename(columns={"estimate": "published"}).merge(now, how="left", on=KEYS)
    both = both.assign(known_now=both["known_now"].where(both["method"].eq(both["method_now"])))
    return both.assign(late_data=both["known_now"] - both["published"])[[*KEYS, "published", "known_now", "late_data"]]


def _between(run: Run, now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return the change of each row of ``now`` since ``before``; where one of the two has no figure, why."""
    columns = [*KEYS, "n", "estimate", "low", "high", "status", "weighting"]
    told = now.loc[now["unit_type"].isin(SCORED), columns]
    both = told.merge(before[columns], how="left", on=KEYS, suffixes=("", "_before"))
    sides = [both[columns].assign(coefficient=1.0),
             both[KEYS].assign(coefficient=-1.0, **{one: both[f"{one}_before"] for one in columns[len(KEYS):]})]
    lost = ~(both["status"].eq(OK) & both["status_before"].eq(OK))
    pair = pd.concat([side[~lost] for side in sides], ignore_index=True)
    found = linear_combination(pair, METHOD, KEYS, run.level).drop(columns="n")
    found = found.assign(detectable=smallest_detectable_change(found))
    said = both["status"].where(both["status"].ne(OK), both["status_before"].astype("str").fillna("no data"))
    told = both[KEYS].join(found, on=KEYS).assign(
        n=both["n"], n_before=both["n_before"].fillna(0).astype("Int64"), before=both["estimate_before"],
        target=np.nan, level=run.level)
    told = told.assign(status=said.where(lost, told["status"]), method=told["method"].fillna(""))
    same = both["weighting"].eq(both["weighting_before"]) | both["weighting_before"].isna()
    parted = split(now, before, told[told["unit_type"] == COMPANY], run.level).assign(unit_type=COMPANY)
    full = told.merge(parted, how="left", on=[*FIGURE, "unit_type"])
    counted = full["indicator"].map(lambda one: run.params.registry[one].unit).eq("count")
    return full.assign(change=worded(run, full), note=same.map({True: "", False: REWEIGHTED}),
                       detectable=full["detectable"].mask(counted),
                       **{name: full[name].astype("str").fillna("") for name in ("split_by", "reversed", "turned_by")})


def worded(run: Run, told: pd.DataFrame) -> pd.Series:
    """Return better, worse or not shown of each change; "" where there is none or neither way is better."""
    direction = told["indicator"].map(lambda one: run.params.registry[one].direction)
    up, down = told["low"] > 0, told["high"] < 0
    better = (up & direction.eq("higher")) | (down & direction.eq("lower"))
    words = np.select([told["status"].ne(OK) | direction.eq("none"), better, up | down], ["", "better", "worse"],
                      "not shown")
    return pd.Series(words, told.index, dtype="str")
