"""Did the parts of the company do better, or are there only more of the good ones (clauses 3.3, 5.3)?

A company's figure that is the weighted mean of its service lines (or kinds, survey modes, branches, channels) may rise
although each of them fell. Where the figure can be put together from its parts, its change is split in two, and it is
said whether the second alone turned the sign (Simpson's reversal).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.units import COMPANY
from analysis.stats.estimates import OK
from analysis.stats.intervals.combination import linear_combination

FIGURE = ["indicator", "event"]
CELL = [*FIGURE, "unit_type"]
CUTS = ("service_line", "kind", "mode", "branch", "channel")
STEPS = ("performance", "mix")
PARTS = [f"{step}{end}" for step in STEPS for end in ("", "_low", "_high")] + ["split_by"]
#: What carries a unit in the company's figure: the sum of its answers' weights, its exposure, else its n.
SIZES = ("weight_sum", "exposure", "n")
METHOD = "parts at the mean of both mixes, MOVER"
YES, WITHIN_CHANCE, NO, UNTOLD = "yes", "within chance", "no", ""
ROUNDING = 1e-6  # relative: an estimate put together from its parts


def split(now: pd.DataFrame, before: pd.DataFrame, change: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return, per company figure of ``change``, FIGURE, PARTS, ``reversed`` and ``turned_by``.

    With shares of the whole w and figures r of the parts, then 1 and now 2: performance = Σ ½(w₁ + w₂)(r₂ − r₁), mix =
    Σ ½(r₁ + r₂)(w₂ − w₁) [1]_; together they are the change. A part of one time only counts in the mix. The limits of
    both (MOVER) take the parts' figures as independent and the shares as known: who came is a fact of the quarter, only
    what they would say is not. ``split_by``: the first of CUTS that recovers the figure at both times; it tells the
    two.

    ``reversed``, over all CUTS that recover the figure at both times: yes, where performance and change have opposite
    signs and the interval of one of them leaves out 0; within chance, where neither does; no; "" where no cut recovers
    it (a median, say). ``turned_by`` names those cuts.

    References:
        .. [1] Kitagawa EM (1955) J Am Stat Assoc 50:1168–1194.
    """
    after, first = _cells(now), _cells(before)
    shares = pd.DataFrame({"after": after["share"], "first": first["share"]})  # of one time only: the other is missing
    both, moved = shares.dropna(), shares.fillna(0.0)
    halves = both.sum(axis=1) / 2
    shift = (moved["after"] - moved["first"]) / (2.0 - shares.isna().any(axis=1))
    held = _combined([after.loc[both.index].assign(coefficient=halves),
                      first.loc[both.index].assign(coefficient=-halves)], level)
    shifted = _combined([frame.assign(coefficient=shift.reindex(frame.index)) for frame in (after, first)], level)
    held = held.merge(shifted[[*CELL, "low", "high"]], on=CELL, suffixes=("", "_mix"))
    told = held.merge(change[[*FIGURE, "estimate", "low", "high"]], on=FIGURE, suffixes=("", "_change"))
    told = told[told["status"].eq(OK) & told["estimate_change"].notna()]
    order = told["unit_type"].map(CUTS.index)
    return _parts(told.assign(order=order)).merge(_reversals(told.assign(order=order)), how="outer", on=FIGURE)


def _combined(sides: list[pd.DataFrame], level: float) -> pd.DataFrame:
    return linear_combination(pd.concat(sides).reset_index(), METHOD, CELL, level).reset_index()


def in_steps(changes: pd.DataFrame) -> pd.DataFrame:
    """Return those of ``changes`` that could be split as a table of figures, a row per step, which ``part`` names."""
    known, ends = changes[changes["performance"].notna()], {"estimate": "", "low": "_low", "high": "_high"}
    steps = [known.assign(part=step, **{name: known[f"{step}{end}"] for name, end in ends.items()}) for step in STEPS]
    return pd.concat(steps).sort_index(kind="stable").reset_index(drop=True)


def _parts(told: pd.DataFrame) -> pd.DataFrame:
    """Return FIGURE and PARTS by the first of CUTS that tells them."""
    chosen = told.sort_values("order").drop_duplicates(FIGURE)
    named = chosen.rename(columns={"estimate": "performance", "low": "performance_low", "high": "performance_high",
                                   "low_mix": "mix_low", "high_mix": "mix_high", "unit_type": "split_by"})
    return named.assign(mix=named["estimate_change"] - named["performance"])[[*FIGURE, *PARTS]]


def _reversals(told: pd.DataFrame) -> pd.DataFrame:
    """Return FIGURE, ``reversed`` and ``turned_by``."""
    turned = told["estimate"].round(12) * told["estimate_change"].round(12) < 0
    clear = [told[f"low{one}"].gt(0) | told[f"high{one}"].lt(0) for one in ("", "_change")]
    words = np.select([turned & (clear[0] | clear[1]), turned], [YES, WITHIN_CHANCE], NO)
    rows = told.assign(reversed=words, turned_by=told["unit_type"].where(turned, ""))
    rows = rows.assign(worst=rows["reversed"].map([YES, WITHIN_CHANCE, NO].index))
    first = rows.sort_values(["worst", "order"]).drop_duplicates(FIGURE)[[*FIGURE, "reversed"]]
    cuts = rows[turned].sort_values("order").groupby(FIGURE)["turned_by"].agg(", ".join).reset_index()
    return first.merge(cuts, how="left", on=FIGURE)


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    """Return share and figure of each unit of the CUTS that recover the company's figure, by CELL and unit."""
    ok = rows[rows["status"].eq(OK)]
    cells = ok[ok["unit_type"].isin(CUTS)]
    of = [cells[name] for name in CELL]
    size = _sizes(cells)
    share = size / size.groupby(of).transform("sum").replace(0, np.nan)
    pooled = (share * cells["estimate"]).groupby(of).transform("sum")
    company = ok[ok["unit_type"] == COMPANY].set_index(FIGURE)["estimate"]
    own = company.reindex(pd.MultiIndex.from_frame(cells[FIGURE])).to_numpy(float)
    recovered = np.isclose(pooled, own, rtol=ROUNDING, atol=0)
    kept = cells.assign(share=share)[recovered].set_index([*CELL, "unit"]).sort_index()
    return kept[["share", "n", "estimate", "low", "high", "status"]]


def _sizes(rows: pd.DataFrame) -> pd.Series:
    """Return what carries each unit: the first of SIZES that is told."""
    sizes = [rows[name].astype(float) for name in SIZES if name in rows]
    first = sizes[0]
    for size in sizes[1:]:
        first = first.fillna(size)
    return first
