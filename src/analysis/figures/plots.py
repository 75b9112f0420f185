"""How are estimates with intervals, trends, counts and waiting times drawn?

Every function takes a result table (see *Tables out*) and axes, draws on them and returns them. A row whose status is
not ok is not drawn as zero: it is left out, and the caption says how many are and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.figures.left_out import say_instead, with_figures
from analysis.figures.style import BLUE, INK, PALETTE, VERDICT_COLOURS, VERDICT_MARKERS
from analysis.wording import Wording
from analysis.wording.numbers import missing

MAX_LABELLED = 24  # characters of a unit's name
MAX_LINES = len(PALETTE)
BAND_OPACITY = 0.18
MINUTES_PER_HOUR = 60


def interval_plot(table: pd.DataFrame, ax: Axes, say: Wording, target: float | None = None) -> Axes:
    """Draw one estimate with its interval per row, top to bottom in the table's order (a forest plot).

    Colour and marker show the verdict. ``target`` draws a dashed line; without it the table's own, if it is one value.
    A row without a figure is left out (`analysis.figures.left_out`).
    """
    rows = with_figures(table, ax, say).to_dict("records")
    if not rows:
        return ax
    for place, row in enumerate(rows):
        _interval(ax, place, row)
    _target_line(ax, table, target, say, along="x")
    _rows_down(ax, [_label(row, say) for row in rows])
    ax.grid(visible=False, axis="y")
    return _measured_axis(ax, "x", table, say)


def _interval(ax: Axes, place: int, row: Mapping[Any, Any]) -> None:
    verdict = row.get("verdict", "no target")
    colour = VERDICT_COLOURS.get(verdict, INK)
    ax.plot([row["low"], row["high"]], [place, place], color=colour, linewidth=2, solid_capstyle="butt")
    ax.plot([row["estimate"]], [place], marker=VERDICT_MARKERS.get(verdict, "o"), color=colour, markersize=7)


def trend_plot(table: pd.DataFrame, ax: Axes, say: Wording, period: str = "quarter") -> Axes:
    """Draw estimates over the column ``period`` with their interval as a band, one line per unit (six at most)."""
    periods = sorted(table[period].dropna().astype(str).unique())
    places = {name: place for place, name in enumerate(periods)}
    drawn = table.assign(place=table[period].astype(str).map(places)).sort_values("place")
    units = list(dict.fromkeys(drawn["unit"]))
    if len(units) > MAX_LINES:
        raise ValueError(f"{len(units)} lines cannot be told apart: draw at most {MAX_LINES} units")
    for colour, unit in zip(PALETTE, units, strict=False):
        line = drawn[drawn["unit"] == unit]
        ax.fill_between(line["place"], line["low"], line["high"], color=colour, alpha=BAND_OPACITY, linewidth=0)
        ax.plot(line["place"], line["estimate"], color=colour, marker="o", markersize=5, label=_unit(unit, say))
    if not periods:
        return say_instead(ax, "no data", say)
    _target_line(ax, table, None, say, along="y")
    ax.set_xticks(range(len(periods)), periods)
    ax.margins(x=0.04)
    if len(units) > 1:
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return _measured_axis(ax, "y", table, say)


def bar_counts(table: pd.DataFrame, ax: Axes, say: Wording, columns: tuple[str, str] = ("unit", "n")) -> Axes:
    """Draw counts as horizontal bars, labelled with the number; ``columns`` names the labels and the counts.

    A column ``verdict`` gives the bars its colours; the labels say the same in words.
    """
    label, count = columns
    counts = table[count].astype(float).fillna(0)
    colours = [VERDICT_COLOURS[one] for one in table["verdict"]] if "verdict" in table else BLUE
    bars = ax.barh(range(len(table)), counts, color=colours, height=0.66)
    ax.bar_label(bars, [say.number(int(value)) for value in counts], padding=4)
    _rows_down(ax, [_unit(name, say) for name in table[label]])
    ax.grid(visible=False)
    ax.margins(x=0.12)
    ax.set_xlabel(say.column(count))
    return _whole_axis(ax, say)


def survival_curve(curve: pd.DataFrame, ax: Axes, say: Wording, by: str = "unit") -> Axes:
    """Draw the share still waiting by hours since opening, one step line per value of the column ``by``, if there.

    ``curve`` has ``time`` (whole minutes), ``survival`` (share, 0–1), ``low`` and ``high``.
    """
    if curve.empty:
        return say_instead(ax, "no data", say)
    groups = list(curve.groupby(by, sort=False)) if by in curve else [("", curve)]
    if len(groups) > MAX_LINES:
        raise ValueError(f"{len(groups)} lines cannot be told apart: draw at most {MAX_LINES}")
    for colour, (name, line) in zip(PALETTE, groups, strict=False):
        hours = line["time"] / MINUTES_PER_HOUR
        ax.fill_between(hours, line["low"], line["high"], step="post", color=colour, alpha=BAND_OPACITY, linewidth=0)
        ax.step(hours, line["survival"], where="post", color=colour, label=_unit(name, say))
    ax.set_ylim(0, 1.02)
    ax.set_xlim(left=0)
    ax.set_xlabel(say("Hours since opening"))
    ax.set_ylabel(say("Share still open"))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: say.share(value, 0)))
    if len(groups) > 1:
        ax.legend()
    return _whole_axis(ax, say)


def _rows_down(ax: Axes, labels: list[str]) -> None:
    """Label the rows from the top; a table without rows keeps the room of one."""
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(max(1, len(labels)) - 0.5, -0.5)


def _target_line(ax: Axes, table: pd.DataFrame, target: float | None, say: Wording, *, along: str) -> None:
    if target is None and "target" in table and table["target"].nunique() == 1:
        target = float(table["target"].dropna().iloc[0])
    if target is None:
        return
    text = say("target {amount}", amount=say.value(float(target), _name(table)))
    if along == "x":
        ax.axvline(target, color=INK, linestyle="--", linewidth=1)
        ax.annotate(text, (target, 1), xycoords=("data", "axes fraction"), xytext=(0, 3), ha="center",
                    textcoords="offset points", color=INK)
        return
    ax.axhline(target, color=INK, linestyle="--", linewidth=1)
    ax.annotate(text, (0, target), xycoords=("axes fraction", "data"), xytext=(3, 3), textcoords="offset points")


def _tick(value: float, say: Wording) -> str:
    """Return a share at an axis, with a decimal where it is no whole per cent: 7.5% must not read 8%."""
    return say.share(value, 0 if round(100 * value, 6).is_integer() else 1)


def _measured_axis(ax: Axes, which: str, table: pd.DataFrame, say: Wording) -> Axes:
    """Write the axis in the unit of the table's indicator and name it by the indicator's title."""
    name, axis = _name(table), getattr(ax, f"{which}axis")
    written = {"share": lambda value: _tick(value, say), "hours": say.hours}.get(say.unit(name))
    if written:
        axis.set_major_formatter(FuncFormatter(lambda value, _: written(value)))
    axis.set_major_locator(MaxNLocator(6))
    getattr(ax, f"set_{which}label")(say.title(name) if name else "")
    return ax


def _whole_axis(ax: Axes, say: Wording) -> Axes:
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: say.number(value, 0)))
    return ax


def _name(table: pd.DataFrame) -> str:
    return str(table["indicator"].iloc[0]) if "indicator" in table and len(table) else ""


def _label(row: Mapping[Any, Any], say: Wording) -> str:
    name = say.department(str(row["unit"])) if row.get("unit_type") == "department" else _unit(row["unit"], say)
    return name if missing(row.get("n")) else say("{unit} (n = {n})", unit=name, n=int(row["n"]))


def _unit(unit: object, say: Wording) -> str:
    text = say.term(unit)
    return text if len(text) <= MAX_LABELLED else f"{text[:MAX_LABELLED - 1]}…"
