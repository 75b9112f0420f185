"""Which counts would tell of a few persons, so that they are not printed (METHODS §7)?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

SUPPRESSED, SHOWN = "suppressed", "ok"


def crossed_counts(counts: pd.DataFrame, down: str, across: str, least: int) -> pd.DataFrame:
    """Return the counts of two crossed columns without those of 1 to ``least`` − 1, and none that gives one away.

    Args:
        counts: columns ``down``, ``across`` and n, at most one row per pair; an absent pair counts 0.
        least: persons from which a cell is shown.

    Returns:
        Every pair of ``down`` and ``across`` with n (missing where suppressed) and status (ok, suppressed). Margins are
        published elsewhere, exactly: so a row or column with a single suppressed cell loses its next smallest, too
        (complementary suppression), until none has just one.
    """
    wide = counts.pivot_table(index=down, columns=across, values="n", aggfunc="sum", fill_value=0)
    cells = wide.to_numpy(dtype=np.int64)
    hidden = _complemented(cells, (cells > 0) & (cells < least))
    pairs = pd.MultiIndex.from_product([wide.index, wide.columns], names=[down, across])
    told = pd.Series(cells.ravel(), pairs, dtype="Int64", name="n").mask(hidden.ravel()).reset_index()
    return told.assign(status=np.where(hidden.ravel(), SUPPRESSED, SHOWN))


def _complemented(cells: npt.NDArray[np.int64], hidden: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    hidden, before = hidden.copy(), -1
    while hidden.sum() != before:
        before = hidden.sum()
        for line, own in (*zip(cells, hidden, strict=True), *zip(cells.T, hidden.T, strict=True)):
            if own.sum() == 1 and len(line) > 1:
                own[np.where(own, np.iinfo(np.int64).max, line).argmin()] = True
    return hidden
