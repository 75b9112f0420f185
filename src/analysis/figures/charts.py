"""How are control charts, funnels, expected counts and tables of counts drawn?

As in `analysis.figures.plots`: a function draws a result table on axes and computes nothing that is published.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.figures.left_out import say_instead
from analysis.figures.plots import BAND_OPACITY, _measured_axis, _unit
from analysis.figures.style import BLUE, INK, QUIET, SKY, VERMILION
from analysis.wording import Wording

EVERY_MONTHS = 3  # a label for each would not fit
LABEL_OFFSETS = ((5, 4), (5, -11))  # points; above and below in turn, so that neighbours do not cover each other
THOUSAND = 1_000  # requests in a unit of exposure
DARK_FROM = 0.55  # of the largest count; from there its number is written in white
SHADE = "Blues"
HIDDEN = "·"  # a count that would tell of a few persons
NO_DATA = "no data"


def control_chart(points: pd.DataFrame, ax: Axes, say: Wording) -> Axes:
    """Draw a figure over ``period`` with centre and limits; points ``beyond`` the limits are squares in red.

    Without limits nothing is drawn and it is said why.
    """
    rows = points.reset_index(drop=True)
    if rows.empty or rows["status"].ne("ok").all():
        return say_instead(ax, NO_DATA if rows.empty else str(rows["status"].iloc[0]), say)
    ax.plot(rows.index, rows["estimate"], color=BLUE, marker="o", markersize=4)
    for column, style in (("centre", "-"), ("limit_low", "--"), ("limit_high", "--")):
        ax.plot(rows.index, rows[column], color=QUIET, linewidth=1, linestyle=style, drawstyle="steps-mid")
    beyond = rows[rows["beyond"].astype(bool)]
    ax.plot(beyond.index, beyond["estimate"], color=VERMILION, marker="s", markersize=7, linestyle="none")
    return _measured_axis(_months_across(ax, rows["period"]), "y", points, say)


def expected_plot(months: pd.DataFrame, ax: Axes, say: Wording) -> Axes:
    """Draw counts per unit and month beside what was expected, with the limits of one month; alarms are red squares.

    ``months`` has unit, month, n, expected, expected_low, expected_high, alarm.
    """
    rows = months.reset_index(drop=True)
    if rows.empty:
        return say_instead(ax, NO_DATA, say)
    ax.vlines(rows.index, rows["expected_low"], rows["expected_high"], color=SKY, linewidth=9, alpha=0.5)
    ax.plot(rows.index, rows["expected"], color=INK, marker="_", markersize=12, linestyle="none", label=say("expected"))
    for alarm, colour, marker in ((False, BLUE, "o"), (True, VERMILION, "s")):
        part = rows[rows["alarm"].eq("alarm") == alarm]
        ax.plot(part.index, part["n"], color=colour, marker=marker, markersize=6, linestyle="none",
                label=say("alarm") if alarm else say("received"))
    starts = rows.index[~rows["unit"].duplicated()]
    ax.set_xticks(rows.index, [str(month)[-2:] for month in rows["month"]])
    for start in starts:
        ax.annotate(_unit(rows.loc[start, "unit"], say), (start, 1.0), xycoords=("data", "axes fraction"),
                    xytext=(-4, 4), textcoords="offset points", rotation=20)
        ax.axvline(start - 0.5, color=QUIET, linewidth=0.5)
    ax.grid(visible=False, axis="x")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    ax.set_xlabel(say.column("month"))
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.set_ylabel(say("Complaints"))
    return ax


def funnel_plot(funnel: pd.DataFrame, lines: pd.DataFrame, ax: Axes, say: Wording) -> Axes:
    """Draw each unit's figure over its ``exposure`` between the limits of chance ``lines`` (95 % and 99.8 %).

    A unit that ``stands_out`` is a red square; every unit is named. Without limits nothing is drawn and it is said why.
    """
    if lines.empty:
        return say_instead(ax, str(funnel["stands_out"].iloc[0]) if len(funnel) else NO_DATA, say)
    for ending, opacity in (("95", 2 * BAND_OPACITY), ("998", BAND_OPACITY)):
        ax.fill_between(lines["size"], lines[f"limit_low_{ending}"], lines[f"limit_high_{ending}"], color=SKY,
                        alpha=opacity, linewidth=0)
    ax.plot(lines["size"], lines["centre"], color=QUIET, linewidth=1)
    for number, row in enumerate(funnel[funnel["status"] == "ok"].sort_values("exposure").to_dict("records")):
        colour, marker = (VERMILION, "s") if row["stands_out"] == "yes" else (BLUE, "o")
        ax.plot([row["exposure"]], [row["estimate"]], color=colour, marker=marker, markersize=6)
        ax.annotate(_unit(row["unit"], say), (row["exposure"], row["estimate"]), xytext=LABEL_OFFSETS[number % 2],
                    color=INK, textcoords="offset points")
    ax.margins(x=0.08)
    ax.set_ylim(bottom=0)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: say.number(THOUSAND * value, 0)))
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.set_xlabel(say("Requests"))
    return _measured_axis(ax, "y", funnel, say)


def heat_grid(table: pd.DataFrame, ax: Axes, say: Wording, columns: tuple[str, str, str] = ("cause", "product", "n")
              ) -> Axes:
    """Draw counts of two crossed columns as shaded cells with their number; an absent cell is 0, a hidden one a dot."""
    if table.empty:
        return say_instead(ax, NO_DATA, say)
    down, across, count = columns
    cells = table.pivot_table(index=down, columns=across, values=count, aggfunc="sum", sort=False).fillna(0)
    cells = cells[sorted(cells.columns)]
    most = max(float(cells.to_numpy().max(initial=0)), 1.0)
    ax.imshow(cells.to_numpy(float), cmap=SHADE, vmin=0, vmax=most, aspect="auto")
    hidden = set(table.loc[table[count].isna(), [down, across]].itertuples(index=False, name=None))
    for y, row in enumerate(cells.to_numpy()):
        for x, value in enumerate(row):
            text = HIDDEN if (cells.index[y], cells.columns[x]) in hidden else say.number(int(value))
            ax.text(x, y, text, ha="center", va="center",
                    color="white" if value > DARK_FROM * most else INK)
    ax.set_xticks(range(len(cells.columns)), [_unit(name, say) or say("not told") for name in cells.columns],
                  rotation=30, ha="right", rotation_mode="anchor")
    ax.set_yticks(range(len(cells)), [_unit(name, say) for name in cells.index])
    ax.grid(visible=False)
    return ax


def _months_across(ax: Axes, periods: pd.Series) -> Axes:
    """Label every third of the periods, the newest included."""
    shown = [place for place in range(len(periods)) if (len(periods) - 1 - place) % EVERY_MONTHS == 0]
    ax.set_xticks(shown, [str(periods.iloc[place]) for place in shown], rotation=30, ha="right")
    ax.margins(x=0.02)
    return ax
