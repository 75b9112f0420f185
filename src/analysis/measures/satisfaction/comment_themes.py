"""What do customers write about in the comments of the survey (clause 4.1)? Counted by words, never printed."""

from __future__ import annotations

import re

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.measures.satisfaction.satisfaction import SATISFIED_FROM
from analysis.measures.units import COMPANY, judged
from analysis.params import Theme
from analysis.run import Run
from analysis.stats.intervals.shares import modified_wilson
from analysis.tables.results import blank_figures

THEME_SHARE = "comment_theme_share"
NO_THEME = "other"
ALL, SATISFIED, DISSATISFIED = "all", "satisfied", "not satisfied"
LATIN = re.compile(r"[a-z0-9 '-]+")
ENDINGS = "(?:s|es|d|ed|ing)?"  # of English words


def comment_themes(run: Run) -> pd.DataFrame:
    """Return, per theme of ``themes.yml``, the share of the quarter's comments that hold one of its words.

    Of all comments, of those of satisfied customers (4 or 5 of 5) and of those of the others (column ``group``);
    ``count`` of ``n`` comments. A comment may hold several themes; "other" holds none. Comments are not weighted.
    """
    themes = run.params.themes
    names = [*(one.theme for one in themes), NO_THEME]
    counts = _counts(run, themes)
    parts = [_figures(run, counts, group, names) for group in (ALL, SATISFIED, DISSATISFIED)]
    table = judged(run, parts)
    return table.assign(count=table["count"].astype("Int64"))


def _counts(run: Run, themes: tuple[Theme, ...]) -> pd.DataFrame:
    """Return satisfied (missing where not rated), n, and per theme the number of comments."""
    rows = run.warehouse.table("surveys")
    rows = rows.filter(rows.comment.notnull())
    flags = {one.theme: _holds(rows.comment.lower(), one) for one in themes}
    none = ~ibis.or_(*flags.values()) if flags else ibis.literal(True)
    told = rows.select(satisfied=rows.satisfaction >= SATISFIED_FROM, **flags, **{NO_THEME: none})
    sums = {name: told[name].cast("int64").sum() for name in (*flags, NO_THEME)}
    return run.warehouse.reduce(told.group_by("satisfied").agg(n=told.count(), **sums))


def _holds(text: ir.StringValue, theme: Theme) -> ir.BooleanValue:
    found = [text.re_search(rf"\b{re.escape(word)}{ENDINGS}\b") if LATIN.fullmatch(word) else text.contains(word)
             for word in theme.words]
    return ibis.or_(*found)


def _figures(run: Run, counts: pd.DataFrame, group: str, names: list[str]) -> pd.DataFrame:
    wanted = {ALL: [True] * len(counts), SATISFIED: counts["satisfied"].eq(True).fillna(False),
              DISSATISFIED: counts["satisfied"].eq(False).fillna(False)}[group]
    totals = counts[pd.Series(wanted, index=counts.index, dtype=bool)].sum(numeric_only=True)
    n = int(totals.get("n", 0))
    count = pd.Series({name: int(totals.get(name, 0)) for name in names})
    minimum_n = run.params.registry[THEME_SHARE].minimum_n
    blank = blank_figures(THEME_SHARE, COMPANY, [COMPANY] * len(names), "no data").assign(
        comment_theme=names, group=group, count=0)
    if n == 0:
        return blank
    found = modified_wilson(count, pd.Series(n, index=count.index), run.level, minimum_n).reset_index(drop=True)
    return blank[["indicator", "unit_type", "unit", "comment_theme", "group"]].join(found).assign(
        count=count.to_numpy())


def most_named(table: pd.DataFrame, themes: int = 10) -> pd.DataFrame:
    """Return the commonest ``themes`` among all comments, for drawing, the theme as unit."""
    rows = table[table["group"].eq(ALL)].sort_values("count", ascending=False, kind="stable").head(themes)
    return rows.assign(unit=rows["comment_theme"])
