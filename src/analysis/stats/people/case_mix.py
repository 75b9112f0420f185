"""Who handled which kinds of cases, and who can be compared with whom?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from analysis.stats.estimates import Booleans, Floats, Integers, counts_of, sums_by

#: Scores of one entry leave their square sum no room below the mean's, but for this much rounding per case.
ROUNDING = float(np.finfo(float).eps)


@dataclass(frozen=True)
class CaseMix:
    """Counts of cases (persons × cells, sorted) and sums of scores over its margins.

    Sums are of score − ``origin`` and of its square, ``origin`` being a whole number near the mean, so that no digits
    are lost.
    """

    people: pd.Index
    cells: pd.Index
    counts: sparse.csr_array
    person_n: Floats
    cell_n: Floats
    person_total: Floats
    cell_total: Floats
    squares: float
    origin: float


@dataclass(frozen=True)
class Components:
    """The parts of a table that share no kind of case: a number per person and per cell, and the biggest part's."""

    of_person: Integers
    of_cell: Integers
    count: int
    biggest: int

    def comparable(self) -> Booleans:
        """Return which persons share kinds of cases, directly or through others, with the most persons."""
        return self.of_person == self.biggest


def case_mix(scores: pd.DataFrame) -> CaseMix:
    """Return counts and sums of a reduced table of scores; rows of the same person and cell are added up.

    Args:
        scores: columns person, cell (labels, none missing), n (cases), total (sum of their scores) and
            total_of_squares (sum of the squared scores; equal to ``total`` for scores 0 and 1). Sums of whole scores
            are exact below 2**53, in whatever order the rows come. Rows with n = 0 say nothing and are left out.

    Raises:
        ValueError: n is not a count, a label or sum is missing, or the sums cannot come from n scores.
    """
    (n,) = counts_of(scores, "n")
    total, squares = (scores[name].to_numpy(float, na_value=np.nan) for name in ("total", "total_of_squares"))
    kept = n > 0
    _refuse_impossible(n, total, squares)
    person, people = pd.factorize(scores["person"], sort=True)
    cell, cells = pd.factorize(scores["cell"], sort=True)
    if bool(np.any(person < 0) or np.any(cell < 0)):
        raise ValueError("person and cell must not be missing: name unassigned cases or leave them out")
    if not kept.all():
        return case_mix(scores[kept])
    origin = float(np.rint(total.sum() / n.sum())) if len(n) else 0.0
    total, squares = total - origin * n, squares - 2 * origin * total + origin**2 * n
    counts = sparse.coo_array((n, (person, cell)), shape=(len(people), len(cells))).tocsr()
    return CaseMix(
        people=pd.Index(people, name="person"),
        cells=pd.Index(cells, name="cell"),
        counts=counts,
        person_n=sums_by(person, n, len(people)),
        cell_n=sums_by(cell, n, len(cells)),
        person_total=sums_by(person, total, len(people)),
        cell_total=sums_by(cell, total, len(cells)),
        squares=float(squares.sum()),
        origin=origin,
    )


def components(mix: CaseMix) -> Components:
    """Return the connected components of the graph that joins a person and a cell wherever a case did.

    Effects of two-way models are comparable within a component only [1]_. The biggest has the most persons; among
    equals the most cases, then the first person in sorted order.

    References:
        .. [1] Abowd JM, Creecy RH, Kramarz F (2002) Computing person and firm effects using linked longitudinal
           employer-employee data. LEHD Technical Paper 2002-06.
    """
    people, cells = mix.counts.shape
    nodes = people + cells
    starts = np.concatenate([mix.counts.indptr, np.full(cells, mix.counts.nnz)])
    joined = sparse.csr_array((mix.counts.data, mix.counts.indices + people, starts), shape=(nodes, nodes))
    count, label = csgraph.connected_components(joined, directed=False) if nodes else (0, np.empty(0))
    of_person = label[:people].astype(np.int64)
    persons = sums_by(of_person, np.ones(people), count)
    cases = sums_by(of_person, mix.person_n, count)
    biggest = int(np.lexsort((np.arange(count), -cases, -persons))[0]) if count else 0
    return Components(of_person, label[people:].astype(np.int64), int(count), biggest)


def _refuse_impossible(n: Floats, total: Floats, squares: Floats) -> None:
    if not bool(np.isfinite(total).all() and np.isfinite(squares).all()):
        raise ValueError("total and total_of_squares must be numbers: were unscored cases summed?")
    if bool(np.any((n == 0) & ((total != 0) | (squares != 0)))):
        raise ValueError("a total without cases: n must count the scores that were summed")
    if bool(np.any(squares * n < total**2 * (1 - ROUNDING * n))):
        raise ValueError("total_of_squares is too small for total: it sums squared scores, not the square of a sum")
