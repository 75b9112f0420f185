"""Which steps lead from the figure published last time to the figure of today?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.stats.composites.decomposition import CHANGE, MIX, PERFORMANCE
from analysis.stats.estimates import OK, estimate_table

LATE_DATA, DEFINITION = "late data", "definition"
STEPS = (LATE_DATA, DEFINITION, PERFORMANCE, MIX, CHANGE)
ACCOUNTING = "same cases counted again: no sampling error"
UNKNOWN = "a figure at one end of the step is missing"


def bridge(parts: pd.DataFrame, revisions: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return the steps from a published figure to the present one: late data, definition, performance, mix.

    late data = known now − published (both under the old definition); definition = known now under the new − under
    the old definition; performance and mix from `change_parts`, both periods under the new definition with the data
    known now. The sum telescopes: published + the four steps = the figure after, up to rounding (1e-12).

    Args:
        parts: a result of `change_parts` with the same ``by``, by the new definition, as known now.
        revisions: columns published (as printed then) and known_now (old definition, same period, with the data that
            came late), with the columns of ``by``; one row per group, in the unit of the parts.
        by: columns that name the groups.

    Returns:
        A table of estimates with index ``by`` and step (the four, then change = their sum), with from_value and
        to_value (where the step starts and ends). The first two steps have no sampling error: limits = estimate.
        The limits of the change are those of `change_parts`, moved by the first two steps.

    Raises:
        ValueError: a group has no row, or several, in revisions.

    R: none; sums and differences.

    References:
        .. [1] Das Gupta P (1993) Standardization and decomposition of rates. US Bureau of the Census P23-186.
    """
    names = parts.index.get_level_values("part")
    part = {name: parts[names == name].droplevel("part") if by else parts[names == name] for name in STEPS[2:]}
    told = _matched(revisions, part[CHANGE], by)
    before, after = (part[CHANGE][name].to_numpy(float) for name in ("before", "after"))
    published, known = (told[name].to_numpy(float, na_value=np.nan) for name in ("published", "known_now"))
    turn = before + part[PERFORMANCE]["estimate"].to_numpy(float)
    ends = {LATE_DATA: (published, known), DEFINITION: (known, before), PERFORMANCE: (before, turn), MIX: (turn, after)}
    ends[CHANGE] = (published, after)
    steps = [_step(name, start, end, part) for name, (start, end) in ends.items()]
    table = pd.concat(steps).set_index("step", append=bool(by))
    return table.sort_index(level=list(range(len(by))), sort_remaining=False, kind="stable") if by else table


def _step(name: str, start: np.ndarray, end: np.ndarray, parts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return one step of every group as estimates."""
    sampled = parts[name if name in parts else CHANGE]
    size = end - start
    moved = size - sampled["estimate"].to_numpy(float) if name == CHANGE else np.zeros(len(size))
    limits = {limit: sampled[limit].to_numpy(float) + moved for limit in ("low", "high")}
    if name not in parts:
        limits = {"low": size, "high": size}
    figures = pd.DataFrame({"n": sampled["n"].to_numpy(), "estimate": size, **limits}, index=sampled.index)
    figures = figures.assign(from_value=start, to_value=end)
    own = sampled["status"].where(sampled["status"].ne(OK), "").str.removeprefix("not estimable: ").to_numpy(str)
    # A revision needs no sampling error: only its two ends.
    reason = own if name in parts else np.full(len(size), "")
    reason = np.where((reason == "") & np.isnan(size), UNKNOWN, reason)
    method = sampled["method"].iloc[0] if name in parts and len(sampled) else ACCOUNTING
    return estimate_table(figures, reason, method, _level(sampled)).assign(step=name)


def _matched(revisions: pd.DataFrame, groups: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return the revisions in the order of the groups; raise ValueError unless each group has exactly one."""
    told = revisions.set_index(list(by)) if by else revisions.reset_index(drop=True)
    if not by:
        told.index = groups.index[: len(told)] if len(told) == 1 else pd.RangeIndex(len(told))
    if not told.index.is_unique or len(told) != len(groups) or not groups.index.isin(told.index).all():
        raise ValueError("revisions must hold one row per group of the parts: is a group missing or repeated?")
    return told.reindex(groups.index)


def _level(table: pd.DataFrame) -> float:
    return float(table["level"].iloc[0]) if len(table) else np.nan
