"""How are the effects of 100,000 persons solved without a matrix of persons × persons?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

from analysis.stats.estimates import Floats, Integers, sums_by
from analysis.stats.people.case_mix import CaseMix, Components

#: Entries gathered at a time, so that a block stays in the processor's cache.
BLOCK = 1 << 17
#: OpenBLAS starts its threads for dpotri of any size, which takes longer than inverting a matrix of this one.
SMALL = 64


def with_persons_eliminated(mix: CaseMix, parts: Components) -> tuple[Floats, Floats]:
    """Return the persons' effects and their spread before centring, by way of a system of the cells.

    The formulas are those of `analysis.stats.people.two_way.two_way`.
    """
    cases, cell_n = mix.person_n, mix.cell_n
    scale = np.repeat(1 / cases, np.diff(mix.counts.indptr))
    shares = sparse.csr_array((mix.counts.data * scale, mix.counts.indices, mix.counts.indptr), mix.counts.shape)
    mean = mix.person_total / cases
    grounded = _grounded(cell_n, _shared(shares, cases), parts.of_cell)
    cell = grounded.solve(mix.cell_total - mix.counts.T @ mean)
    centre = cell_n / sums_by(parts.of_cell, cell_n, parts.count)[parts.of_cell]
    drift = grounded.solve(centre)
    constant = sums_by(parts.of_cell, centre * drift, parts.count)[parts.of_person]
    forms = _quadratic_forms(shares, grounded.inverse())
    return mean - shares @ cell, 1 / cases + forms - 2 * (shares @ drift) + constant


def with_cells_eliminated(mix: CaseMix, parts: Components) -> tuple[Floats, Floats]:
    """Return the same as `with_persons_eliminated` by way of a system of the persons."""
    cases, cell_n = mix.person_n, mix.cell_n
    by_cell = mix.counts.T.tocsr()
    scale = np.repeat(1 / cell_n, np.diff(by_cell.indptr))
    shares = sparse.csr_array((by_cell.data * scale, by_cell.indices, by_cell.indptr), by_cell.shape)
    grounded = _grounded(cases, _shared(shares, cell_n), parts.of_person)
    person = grounded.solve(mix.person_total - mix.counts @ (mix.cell_total / cell_n))
    whole = sums_by(parts.of_person, cases, parts.count)
    centre = cases / whole[parts.of_person]
    drift = grounded.solve(centre)
    constant = (sums_by(parts.of_person, centre * drift, parts.count) + 1 / whole)[parts.of_person]
    return person, np.diag(grounded.inverse()) - 2 * drift + constant


@dataclass(frozen=True)
class _Grounded:
    """A Cholesky factor of normal equations in which the units marked in ``held`` are kept at 0."""

    factor: Floats
    held: Integers

    def solve(self, right: Floats) -> Floats:
        """Return the solution for one right-hand side."""
        right = right.copy()
        right[self.held] = 0.0
        return linalg.lapack.dpotrs(self.factor, right, lower=True)[0] if len(right) else right

    def inverse(self) -> Floats:
        """Return the inverse: in C order its upper triangle holds, what stands below the diagonal does not."""
        side = len(self.factor)
        if not side:
            return self.factor
        if side <= SMALL:
            lower = linalg.lapack.dpotrs(self.factor, np.eye(side), lower=True)[0]
        else:
            lower = linalg.lapack.dpotri(self.factor, lower=True)[0]
        lower[self.held, self.held] = 0.0
        return lower.T


def _grounded(margin: Floats, shared: Floats, component: Integers) -> _Grounded:
    """Return diag(margin) − shared (its upper triangle) with the biggest unit of each component held at 0."""
    order = np.lexsort((np.arange(len(margin)), -margin))
    held = order[np.unique(component[order], return_index=True)[1]]
    matrix = np.diag(margin) - shared
    matrix[held, :] = matrix[:, held] = 0.0
    matrix[held, held] = 1.0
    factor = linalg.lapack.dpotrf(matrix.T, lower=True, clean=False, overwrite_a=True)[0] if len(margin) else matrix
    return _Grounded(factor, held)


def _shared(rows: sparse.csr_array, weight: Floats) -> Floats:
    """Return the upper triangle of R' diag(weight) R."""
    flat = np.zeros(rows.shape[1] ** 2)
    for members, _, pair, product in _pairs(rows):
        np.add.at(flat, pair.ravel(), (product * weight[members]).ravel())
    return flat.reshape(rows.shape[1], rows.shape[1])


def _quadratic_forms(rows: sparse.csr_array, upper: Floats) -> Floats:
    """Return r'Mr for every row r, from the upper triangle of a symmetric M."""
    forms, flat = np.zeros(rows.shape[0]), np.ascontiguousarray(upper).ravel()
    for members, times, pair, product in _pairs(rows):
        forms[members] += times * np.einsum("ij,ij->j", flat.take(pair), product)
    return forms


def _pairs(rows: sparse.csr_array) -> Iterator[tuple[Integers, int, Integers, Floats]]:
    """Yield, block by block, the pairs of entries that share a row, so that no matrix rows × rows is formed.

    Each is: the rows, how often the pair counts in a symmetric sum (1 on the diagonal, else 2), its place in the
    flat upper triangle and the product of its values (both pairs × rows).
    """
    length = np.diff(rows.indptr)
    for entries in np.unique(length[length > 0]):
        members = np.flatnonzero(length == entries)
        for some in np.array_split(members, -(-len(members) * entries // BLOCK)):
            at = rows.indptr[some] + np.arange(entries)[:, None]
            column, value = rows.indices[at].astype(np.int64, copy=False), rows.data[at]
            place = column * rows.shape[1]
            for apart in range(entries):
                pair = place[: entries - apart] + column[apart:]
                yield some, 2 if apart else 1, pair, value[: entries - apart] * value[apart:]
