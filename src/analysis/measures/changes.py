"""What has changed since the last quarter and since last year, and why (clauses 3.1, 3.3, 8.3)?

Like is compared with like: the earlier quarter is told again under today's definitions and limits, as known at its own
date, so that both figures are of the same age. What a revision alone did stands apart as ``definition``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.measures.evidence import MEASURES, Tables
from analysis.measures.summary.scorecard import SCORED, headline_rows
from analysis.measures.units import COMPANY, judged
from analysis.quarter import QUARTERS_PER_YEAR
from analysis.run import Run
from analysis.stats.composites.factors import factor_effects
from analysis.stats.estimates import OK
from analysis.stats.intervals.combination import linear_combination
from analysis.stats.intervals.sample_sizes import smallest_detectable_change

KEYS = ["indicator", "unit_type", "unit", "event"]
METHOD = "difference of independent estimates, MOVER"
REWEIGHTED = "weighted in another way then"
MIX_OF = ("service_line", "kind")  # whose shares of the whole may move a company's figure without any being better
COMPARED = (*SCORED, "kind")
COMPARED_TABLES = ("satisfaction", "response_time", "accuracy", "compliance", "competence", "complaints", "feedback")
ROUNDING = 1e-6  # relative: an estimate read back from its lines

Measure = Callable[[Run], pd.DataFrame]


def changes(run: Run, measure: Measure, now: pd.DataFrame) -> pd.DataFrame:
    """Return how the headline figures of ``now`` changed, for the company and its lines.

    ``now`` is what ``measure`` says of this quarter; the same is asked of the last quarter and of the same quarter of
    last year (``compared_with``). ``estimate``: this quarter minus that one under today's definition, in the
    indicator's unit, as independent samples. ``detectable``: the smallest change seen four times in five. ``change``:
    better, worse, or not shown (the interval holds 0); "" without direction.

    ``published``, under the definition of its own time, + ``definition`` + ``estimate`` is the figure of today; where a
    company's figure is the pooled figure of its lines, or kinds, ``performance`` + ``mix`` is ``estimate``.
    ``note`` says so where answers were not weighted alike. ``reversed`` (yes): the mix alone turned the sign of what
    the lines did (Simpson's reversal).
    """
    told = _headlines(now)
    parts = []
    for quarter in (run.quarter.plus(-1), run.quarter.plus(-QUARTERS_PER_YEAR)):
        earlier = run.earlier(quarter, *COMPARED)
        published = told.iloc[:0] if earlier is None else _headlines(measure(earlier))
        again = earlier.under(run) if earlier else None
        before = published if again is None or again is earlier else _headlines(measure(again))
        parts.append(_between(run, told, before, published).assign(compared_with=str(quarter)))
    return judged(run, parts)


def all_changes(run: Run, tables: Tables) -> pd.DataFrame:
    """Return the changes of every headline figure of the plan: `changes` of each table of this quarter."""
    return pd.concat([changes(run, MEASURES[name], tables[name]) for name in COMPARED_TABLES], ignore_index=True)


def _headlines(table: pd.DataFrame) -> pd.DataFrame:
    rows = headline_rows(table)
    told = rows[rows["unit_type"].isin(COMPARED)]
    return told.assign(weighting=told.get("weighting", ""))


def _between(run: Run, now: pd.DataFrame, before: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Return the change of each row of ``now``; where one of the two has no figure, why."""
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
        n=both["n"], n_before=both["n_before"].fillna(0).astype("Int64"), target=np.nan, level=run.level)
    told = told.assign(status=said.where(lost, told["status"]), method=told["method"].fillna(""))
    printed = published.rename(columns={"estimate": "published"})[[*KEYS, "published"]]
    told = told.merge(printed, how="left", on=KEYS).merge(_parts(now, before), how="left", on=KEYS)
    turned = (told["performance"] * told["estimate"] < 0).map({True: "yes", False: "no"})
    same = both["weighting"].eq(both["weighting_before"]) | both["weighting_before"].isna()
    return told.assign(change=_worded(run, told), definition=both["estimate_before"] - told["published"],
                       reversed=turned.where(told["performance"].notna(), ""),
                       note=same.map({True: "", False: REWEIGHTED}))


def _worded(run: Run, told: pd.DataFrame) -> pd.Series:
    """Return better, worse or not shown of each change; "" where there is none or neither way is better."""
    direction = told["indicator"].map(lambda one: run.params.registry[one].direction)
    up, down = told["low"] > 0, told["high"] < 0
    better = (up & direction.eq("higher")) | (down & direction.eq("lower"))
    words = np.select([told["status"].ne(OK) | direction.eq("none"), better, up | down], ["", "better", "worse"],
                      "not shown")
    return pd.Series(words, told.index, dtype="str")


def _parts(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return performance and mix of each company figure that both times is the pooled figure of its lines or kinds."""
    rows = []
    for indicator, event in now.loc[now["unit_type"] == COMPANY, ["indicator", "event"]].drop_duplicates().to_numpy():
        own = [frame[(frame["indicator"] == indicator) & (frame["event"] == event) & frame["status"].eq(OK)]
               for frame in (now, before)]
        for unit_type in MIX_OF:
            after, first = (_pooled(frame, unit_type) for frame in own)
            if after is None or first is None:
                continue
            cells = after.index.union(first.index)
            effects = factor_effects(_of_cells(first, cells, after), _of_cells(after, cells, first), _whole)["effect"]
            rows.append([indicator, COMPANY, COMPANY, event, effects["estimate"], effects["share"]])
            break
    return pd.DataFrame(rows, columns=[*KEYS, "performance", "mix"]).astype({"performance": float, "mix": float})


def _of_cells(own: pd.DataFrame, cells: pd.Index, other: pd.DataFrame) -> pd.DataFrame:
    """Return ``own`` for every cell: an absent one has no share, and the figure it has in the other period."""
    full = own.reindex(cells)
    return full.assign(share=full["share"].fillna(0.0), estimate=full["estimate"].fillna(other["estimate"]))


def _whole(cells: pd.DataFrame) -> float:
    return float((cells["share"] * cells["estimate"]).sum())


def _pooled(rows: pd.DataFrame, unit_type: str) -> pd.DataFrame | None:
    """Return share and estimate of each unit of ``unit_type``; None unless they add up to the company's own figure."""
    own = rows[rows["unit_type"] == unit_type].set_index("unit").sort_index()
    company = rows.loc[rows["unit_type"] == COMPANY, "estimate"]
    if company.empty or own.empty:
        return None
    told = pd.DataFrame({"share": own["n"].astype(float) / own["n"].sum(), "estimate": own["estimate"]})
    return told if np.isclose(_whole(told), company.iloc[0], rtol=ROUNDING, atol=0) else None
