from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.disclosure import crossed_counts


def crossed(*rows: tuple[int, ...]) -> list[list[int | None]]:
    """Return the rows as they are printed, None where a cell is suppressed (below 8)."""
    counts = pd.DataFrame([{"cause": f"c{y}", "line": f"l{x}", "n": n} for y, row in enumerate(rows)
                           for x, n in enumerate(row) if n])
    table = crossed_counts(counts, "cause", "line", 8)
    wide = table.pivot(index="cause", columns="line", values="n")
    return [[None if pd.isna(one) else int(one) for one in row] for row in wide.to_numpy(dtype=object)]


def test_a_single_small_cell_takes_three_others_with_it() -> None:
    """By hand: 3 is small; 9 stands beside it in its row, 10 below; then 20 would give both away."""
    assert crossed((3, 9, 30), (10, 20, 40), (50, 60, 70)) == [[None, None, 30], [None, None, 40], [50, 60, 70]]


def test_large_cells_and_zeros_are_shown() -> None:
    assert crossed((8, 0), (0, 9)) == [[8, 0], [0, 9]]


def test_no_row_or_column_has_a_single_hidden_cell() -> None:
    drawn = np.random.default_rng(1)
    for _ in range(200):
        cells = drawn.poisson(9, (4, 5))
        hidden = pd.DataFrame(crossed(*cells.tolist())).isna().to_numpy()
        assert (hidden | (cells == 0) | (cells >= 8)).all()
        assert 1 not in hidden.sum(axis=0)
        assert 1 not in hidden.sum(axis=1)
