"""Does the monthly rate rise or fall over the years, the season taken out?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from analysis.stats.estimates import LEVEL, counts_of
from analysis.stats.models.coefficients import INTERCEPT
from analysis.stats.models.counts import count_regression

Season = Literal["none", "harmonic", "two harmonics", "months"]
MONTHS_PER_YEAR = 12
#: Two years, so that each calendar month is seen twice and season and trend can be told apart.
MINIMUM_MONTHS = 24
#: Yearly waves per choice of season; "months" has one level per calendar month instead.
WAVES: dict[Season, int] = {"none": 0, "harmonic": 1, "two harmonics": 2}
SHAPES = (("sine", np.sin), ("cosine", np.cos))


def monthly_trend(
    series: pd.DataFrame, season: Season = "two harmonics", level: float = LEVEL, minimum_months: int = MINIMUM_MONTHS
) -> pd.DataFrame:
    """Return the rate ratio per year and the level of a monthly rate, by negative binomial regression.

    log E(count) = log(exposure) + a + b · (month − middle)/12 + season; fit and limits as in
    `analysis.stats.models.counts.count_regression`.

    Args:
        series: columns month (its running number, 12 · year + calendar month; gaps are allowed), count, exposure;
            months without exposure are left out.
        season: "none"; "harmonic" or "two harmonics", sine and cosine waves of 12 (and 6) months; "months", a level
            per calendar month.
        level: two-sided confidence level.
        minimum_months: fewer months with exposure are not estimable.

    Returns:
        Rows "year" (rate ratio from one year to the next) and "level" (events per unit of exposure in the middle of the
        series, geometric mean over the season; without p), n being the events, with the further columns of
        `count_regression`, months in place of cells.

    Raises:
        ValueError: as `count_regression`, or a month is not whole or occurs twice.

    R: ``MASS::glm.nb(count ~ I((month - mean(range(month)))/12) + sin(pi*month/6) + cos(pi*month/6) + sin(pi*month/3) +
    cos(pi*month/3) + offset(log(exposure)))``; "months" is ``C(factor(month %% 12), contr.sum)``.
    """
    used = checked_months(series)
    used = used[used["exposure"].gt(0)]
    middle = (used["month"].min() + used["month"].max()) / 2
    waves = season_columns(used["month"], season)
    cells = pd.concat([used.assign(year=(used["month"] - middle) / MONTHS_PER_YEAR), waves], axis=1)
    table = count_regression(cells, ["year", *waves], level, minimum_months)
    table = table.rename(columns={"cells": "months"}, index={INTERCEPT: "level"}).loc[["year", "level"]]
    status = table["status"].str.replace("cells", "months", regex=False)
    return table.assign(status=status, p=table["p"].where(table.index == "year"))


def season_columns(month: pd.Series, season: Season) -> pd.DataFrame:
    """Return the columns of a yearly season; each adds up to 0 over twelve months, so that the level is their mean.

    Args:
        month: running numbers of months, 12 · year + calendar month.
        season: as in `monthly_trend`; "months" gives effect-coded columns month_1 … month_11 against month 0 (R's
            ``contr.sum``).

    Raises:
        ValueError: an unknown season.
    """
    running = month.to_numpy(float)
    if season == "months":
        last = running % MONTHS_PER_YEAR == 0
        names = range(1, MONTHS_PER_YEAR)
        effects = {f"month_{at}": (running % MONTHS_PER_YEAR == at) * 1.0 - last for at in names}
        return pd.DataFrame(effects, index=month.index)
    if season not in WAVES:
        raise ValueError(f'season must be "months" or one of {", ".join(WAVES)}')
    turn = 2 * np.pi * (running % MONTHS_PER_YEAR) / MONTHS_PER_YEAR
    shapes = {f"{name}_{wave}": shape(wave * turn) for wave in range(1, WAVES[season] + 1) for name, shape in SHAPES}
    return pd.DataFrame(shapes, index=month.index)


def checked_months(series: pd.DataFrame) -> pd.DataFrame:
    """Return month, count, exposure as floats, ascending by month.

    Raises:
        ValueError: a month is not a whole running number or occurs twice.
    """
    counts_of(series, "month")
    if bool(series["month"].duplicated().any()):
        raise ValueError("a month occurs twice: add up its rows first")
    return series[["month", "count", "exposure"]].astype(float).sort_values("month", ignore_index=True)
