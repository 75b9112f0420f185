"""How is waiting drawn so that it can be read as "of 100 customers", and two views of one gap side by side?"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from analysis.figures.left_out import OK, with_figures
from analysis.figures.plots import MAX_LABELLED
from analysis.figures.style import BLUE, INK, QUIET
from analysis.wording import Wording

STEP_COLOURS = ("#08519c", "#3182bd", "#6baed6", "#9ecae1", "#d6e6f4")  # ColorBrewer Blues, dark to light
LATER = "#f1f1ee"
LABELLED_FROM = 0.06  # a share below it has no room for its number
OFFSET = 0.16  # of a row: the two views above and below its middle
DARK_STEPS = 2  # on these the number is white


def served_bars(table: pd.DataFrame, ax: Axes, say: Wording) -> Axes:
    """Draw, per unit, the shares served within each step of ``within_hours``, and those later, as one stacked bar."""
    wide = table[table["status"] == "ok"].pivot(index="unit", columns="within_hours", values="estimate")
    units = [one for one in dict.fromkeys(table["unit"]) if one in wide.index]
    steps = wide.reindex(units)
    left = pd.Series(0.0, index=units)
    for place, hours in enumerate(steps.columns):
        width = (steps[hours].fillna(left) - left).clip(lower=0)
        _piece(ax, left, width, STEP_COLOURS[place % len(STEP_COLOURS)], say("within {hours} h", hours=str(hours)))
        _numbers(ax, left, width, place < DARK_STEPS, say)
        left = left + width
    _piece(ax, left, 1 - left, LATER, say("later, never, or not known"))
    ax.set_yticks(range(len(units)), [say.term(one)[:MAX_LABELLED] for one in units])
    ax.set_ylim(max(1, len(units)) - 0.5, -0.5)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: say.share(value, 0)))
    ax.grid(visible=False)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return ax


def _piece(ax: Axes, left: pd.Series, width: pd.Series, colour: str, label: str) -> None:
    ax.barh(range(len(left)), width, left=left, color=colour, edgecolor="white", height=0.66, label=label)


def _numbers(ax: Axes, left: pd.Series, width: pd.Series, dark: bool, say: Wording) -> None:
    for place, (start, wide) in enumerate(zip(left, width, strict=True)):
        if wide >= LABELLED_FROM:
            ax.annotate(say.share(wide, 0), (start + wide / 2, place), ha="center", va="center",
                        color="white" if dark else INK)


def paired_intervals(table: pd.DataFrame, ax: Axes, say: Wording, label: str = "") -> Axes:
    """Draw per unit the adjusted gap (``estimate``, filled) over the ``naive`` one (hollow), each with its interval.

    ``label`` names the axis; without it the gap is that of partners to own staff, and n the partners'. A dashed line
    marks no difference; a row without an adjusted gap says why, one without either is left out
    (`analysis.figures.left_out`).
    """
    told = table.assign(status=table["status"].mask(table["naive_status"].eq(OK), OK),
                        estimate=table["estimate"].fillna(table["naive"]))
    rows = table.loc[with_figures(told, ax, say).index].to_dict("records")
    for place, row in enumerate(rows):
        if row["status"] == "ok":
            _gap(ax, place - OFFSET, (row["low"], row["estimate"], row["high"]), BLUE, BLUE)
        else:
            ax.annotate(say.status(row["status"]), (0.01, place - OFFSET), xycoords=("axes fraction", "data"),
                        va="center", color=QUIET)
        if row["naive_status"] == "ok":
            _gap(ax, place + OFFSET, (row["naive_low"], row["naive"], row["naive_high"]), QUIET, "white")
    ax.plot([], [], marker="o", color=BLUE, label=say("like cases compared"))
    ax.plot([], [], marker="o", color=QUIET, markerfacecolor="white", label=say("all cases compared"))
    ax.axvline(0, color=INK, linestyle="--", linewidth=1)
    count = "n" if label else "n_partner"
    ax.set_yticks(range(len(rows)), [say("{unit} (n = {n})", unit=str(row["unit"]), n=int(row[count]))
                                     for row in rows])
    ax.set_ylim(max(1, len(rows)) - 0.5, -0.5)
    ax.grid(visible=False, axis="y")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    name = str(rows[0]["indicator"]) if rows else ""
    if say.unit(name) == "share":
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: say.share(value, 0)))
    ax.set_xlabel(label or (say("Partner less own staff: {title}", title=say.title(name)) if name else ""))
    return ax


def _gap(ax: Axes, place: float, interval: tuple[float, float, float], colour: str, fill: str) -> None:
    low, middle, high = interval
    ax.plot([low, high], [place, place], color=colour, linewidth=2, solid_capstyle="butt")
    ax.plot([middle], [place], marker="o", color=colour, markerfacecolor=fill, markersize=6)
