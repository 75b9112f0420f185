"""How is one person's work drawn: own cases, the fair comparison, the standard and the colleagues' mean?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.figures.plots import _measured_axis
from analysis.figures.style import BLUE, INK, QUIET, VERMILION
from analysis.wording import Wording
from analysis.wording.numbers import missing

WIDTH_INCHES = 4.8  # read on a phone
PANEL_INCHES, LEGEND_INCHES = 0.8, 0.6
OWN, FAIR = 0.3, 0.7  # heights of the two marks in a panel
FULL = {"share": 1.0, "score_0to100": 100.0}
BEYOND = 1.08  # of the largest value, where a scale has no end


def own_panels(rows: pd.DataFrame, say: Wording) -> Figure:
    """Return a figure with a panel per row: ``naive`` (hollow) under ``like`` (filled), each with its interval.

    ``standard`` is a dashed line, ``group_mean`` a short red one. Every panel has the whole scale of its indicator, so
    that small differences look small.
    """
    drawn = Figure(figsize=(WIDTH_INCHES, LEGEND_INCHES + PANEL_INCHES * len(rows)), layout="constrained")
    panels = drawn.subplots(len(rows), squeeze=False)[:, 0]
    for ax, (_, row) in zip(panels, rows.iterrows(), strict=True):
        _panel(ax, row.to_dict(), say)
    drawn.legend(handles=_marks(rows, say), loc="outside upper center", ncols=2)
    return drawn


def _panel(ax: Axes, row: Mapping[Any, Any], say: Wording) -> None:
    _interval(ax, OWN, (row["naive_low"], row["naive"], row["naive_high"]), QUIET, "white")
    if not missing(row.get("like")):
        _interval(ax, FAIR, (row["like_low"], row["like"], row["like_high"]), BLUE, BLUE)
    if not missing(row["standard"]):
        ax.axvline(row["standard"], color=INK, linestyle="--", linewidth=1)
    if not missing(row["group_mean"]):
        ax.axvline(row["group_mean"], 0.1, 0.9, color=VERMILION, linewidth=2)
    unit = say.unit(str(row["indicator"]))
    ends = ("naive_high", "like_high", "standard", "group_mean")
    ax.set_xlim(0, FULL.get(unit, BEYOND * max(row[name] for name in ends if not missing(row.get(name)))))
    ax.set_ylim(0, 1)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    _measured_axis(ax, "x", pd.DataFrame([row]), say)
    ax.set_xlabel("")
    ax.set_title(titled(row, say), loc="left", pad=2)


def titled(row: Mapping[Any, Any], say: Wording) -> str:
    """Return the indicator's title, with the event where it has one."""
    title = say.title(str(row["indicator"]))
    return say("{title} ({event})", title=title, event=say.term(row["event"])) if row["event"] else title


def _interval(ax: Axes, place: float, interval: tuple[float, float, float], colour: str, fill: str) -> None:
    low, middle, high = interval
    ax.plot([low, high], [place, place], color=colour, linewidth=2, solid_capstyle="butt", clip_on=False)
    ax.plot([middle], [place], marker="o", color=colour, markerfacecolor=fill, markersize=6, clip_on=False)


def _marks(rows: pd.DataFrame, say: Wording) -> list[Line2D]:
    """Return what each mark means, of those that are drawn."""
    kinds: list[tuple[Any, str, dict[str, Any]]] = [
        (True, say("own cases as they stand"), {"color": QUIET, "marker": "o", "markerfacecolor": "white"}),
        ("like" in rows and rows["like"].notna().any(), say("like cases compared"), {"color": BLUE, "marker": "o"}),
        (rows["standard"].notna().any(), say("standard"), {"color": INK, "linestyle": "--"}),
        (rows["group_mean"].notna().any(), say("mean of the colleagues"), {"color": VERMILION}),
    ]
    return [Line2D([], [], label=label, **style) for there, label, style in kinds if there]
