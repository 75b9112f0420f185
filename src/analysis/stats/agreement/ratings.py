"""How many raters gave each value to each unit?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.stats.estimates import Booleans, Floats, Integers, counts_of, group_ids, sums_by

#: Fewer units rated twice are not estimable: simulated coverage starts at ten.
MINIMUM_UNITS = 10
#: Units on which some rater left the most frequent value. With fewer, the agreement expected by chance is a guess:
#: at p = .9, n = 20 an interval without this condition covered .73.
MINIMUM_OFF_MODE = 8
RATED_TWICE = "units rated by two or more"
NO_VARIATION = "no variation: all ratings are equal"


@dataclass(frozen=True)
class Units:
    """Rows of units: group number and ``count``, how many units are alike; ``groups`` is the index of the groups."""

    groups: pd.Index
    group: Integers
    count: Floats

    def total(self, per_unit: Floats) -> Floats:
        """Return the sum of ``per_unit`` (units, or units × anything) over all units of each group."""
        shape = np.shape(per_unit)[1:]
        columns = np.reshape(per_unit, (len(self.group), int(np.prod(shape)))).T
        sums = [sums_by(self.group, self.count * column, len(self.groups)) for column in columns]
        return np.reshape(np.array(sums, dtype=float).T, (len(self.groups), *shape))

    def size(self) -> Floats:
        """Return the number of units of each group."""
        return sums_by(self.group, self.count, len(self.groups))


@dataclass(frozen=True)
class RatedUnits(Units):
    """Units and ``given``, the raters who gave each value of the scale ``values`` (units × values)."""

    values: pd.Index
    given: Floats

    @property
    def raters(self) -> Floats:
        """Return the ratings per unit."""
        return self.given.sum(axis=1)

    def within(self, kept: Booleans) -> RatedUnits:
        """Return the units marked in ``kept``; groups and values stay."""
        return RatedUnits(self.groups, self.group[kept], self.count[kept], self.values, self.given[kept])


def rated_units(ratings: pd.DataFrame, by: Sequence[str] = ()) -> RatedUnits:
    """Return raters per unit and value from a long table of ratings.

    Args:
        ratings: one row per rating: unit, value (missing = not rated) and, where known, rater; with the columns of
            ``by``. A categorical ``value`` brings its own scale, with the order of its categories and those never
            given. Where units rated alike are kept as one, ``count`` is their number, the same on all rows of a
            unit; none = 1.
        by: columns that name the groups; none = one group.

    Raises:
        ValueError: a rater rated a unit twice, or ``count`` is not a count or differs within a unit.
    """
    group, groups = group_ids(ratings, by)
    kept = ratings["value"].notna().to_numpy()
    rows = ratings[kept]
    unit, units = group_ids(rows, [*by, "unit"])
    count = counts_of(rows, "count")[0] if "count" in rows else np.ones(len(rows))
    refuse_repeats(rows, unit)
    first = np.unique(unit, return_index=True)[1]
    if not np.array_equal(count[first][unit], count):
        raise ValueError("count differs within a unit: it is the number of units rated alike, not of raters")
    values = scale_of(rows["value"])
    given = np.zeros((len(units), len(values)))
    np.add.at(given, (unit, values.get_indexer(pd.Index(rows["value"]))), 1.0)
    counted = RatedUnits(groups, group[kept][first], count[first], values, given)
    return counted.within(counted.count > 0)


def scale_of(values: pd.Series) -> pd.Index:
    """Return the values of a scale in order: the categories of a categorical, else what occurs, sorted."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return pd.Index(values.cat.categories)
    return pd.Index(sorted(values.dropna().unique()))


def off_mode(units: RatedUnits) -> Floats:
    """Return, per group, on how many units a rater left the group's most frequent value (the first among equals)."""
    if not len(units.values):
        return np.zeros(len(units.groups))
    mode = units.total(units.given).argmax(axis=1)[units.group]
    at_mode = units.given[np.arange(len(mode)), mode]
    return units.total((units.raters > at_mode).astype(float))


def refuse_repeats(rows: pd.DataFrame, unit: Integers) -> None:
    """Raise ValueError where a rater, if known, rated a unit twice."""
    if "rater" in rows and bool(pd.DataFrame({"unit": unit, "rater": rows["rater"].to_numpy()}).duplicated().any()):
        raise ValueError("a rater rated a unit twice: does the unit lack its item or occasion?")
