"""How are the effects of improvement measures drawn and told?"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from analysis.figures.charts import control_chart
from analysis.figures.left_out import with_figures
from analysis.figures.style import BLUE, INK, QUIET, SKY, VERMILION, WIDTH_INCHES
from analysis.wording import Wording

COLOURS = {"effective": BLUE, "harmful": VERMILION}
MARKERS = {"effective": "o", "harmful": "s"}
SIDES = ("units with it", "units without")
PANEL_INCHES = 2.1
WITH_OPACITY = 0.18
LABELLED = 4  # periods at most


def effects_plot(table: pd.DataFrame, ax: Axes, say: Wording) -> Axes:
    """Draw each measure's effect as a multiple of the expected one, so that all units share an axis.

    0 is no effect, 1 as large as registered; below 0 the opposite of what was wanted.
    """
    rows = with_figures(table, ax, say).to_dict("records")
    for place, row in enumerate(rows):
        parts = [row[name] / float(row["expected_effect"]) for name in ("low", "estimate", "high")]
        colour = COLOURS.get(row["effect"], QUIET)
        ax.plot([parts[0], parts[2]], [place, place], color=colour, linewidth=2, solid_capstyle="butt")
        ax.plot([parts[1]], [place], marker=MARKERS.get(row["effect"], "D"), color=colour, markersize=7)
    for at, style in ((0, "-"), (1, "--")):
        ax.axvline(at, color=INK, linestyle=style, linewidth=1)
    ax.set_yticks(range(len(rows)), [say("{action}: {effect}", action=row["action_id"], effect=say.term(row["effect"]))
                                     for row in rows])
    ax.set_ylim(max(1, len(rows)) - 0.5, -0.5)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: say.number(value, 1)))
    ax.set_xlabel(say("Effect / expected effect"))
    ax.grid(visible=False, axis="y")
    return ax


def action_panels(charts: pd.DataFrame, say: Wording) -> Figure:
    """Return a figure with a row per measure: the chart of its units, beside that of the units without it.

    ``charts`` as of `analysis.measures.improvement.action_charts`. The time with the measure is shaded; hollow: by
    these the units were chosen. One scale per row; a chart without limits says so.
    """
    names = list(charts["action_id"].unique())
    drawn = Figure(figsize=(WIDTH_INCHES, PANEL_INCHES * max(1, len(names))), layout="constrained")
    if not names:
        with_figures(charts, drawn.subplots(), say)
        return drawn
    grid = drawn.subplots(len(names), len(SIDES), squeeze=False, sharey="row")
    for name, axes in zip(names, grid, strict=True):
        for side, ax in zip(SIDES, axes, strict=True):
            rows = charts[charts["action_id"].eq(name) & charts["side"].eq(side)].reset_index(drop=True)
            limited = rows[["limit_low", "limit_high"]].notna().any(axis=None)
            title = (say("{action}: {side}", action=name, side=say.term(side)) if limited else
                     say("{action}: {side} (no limits)", action=name, side=say.term(side)))
            control_chart(rows.assign(status="ok"), ax, say).set_title(title, loc="left")
            _phases(rows, ax)
        axes[1].set_ylabel("")
    return drawn


def _phases(rows: pd.DataFrame, ax: Axes) -> None:
    """Shade the time with the measure, hollow the points that chose the units, and label a few periods."""
    after, chosen = rows.index[rows["phase"] == "after"], rows[rows["phase"] == "chosen"]
    if len(after):
        ax.axvspan(after[0] - 0.5, after[-1] + 0.5, color=SKY, alpha=WITH_OPACITY, linewidth=0)
    ax.plot(chosen.index, chosen["estimate"], color=BLUE, marker="o", markersize=4, markerfacecolor="white",
            linestyle="none")
    step = max(1, -(-len(rows) // LABELLED))
    shown = list(range(len(rows) - 1, -1, -step))
    ax.set_xticks(shown, [str(rows["period"].iloc[place]) for place in shown], rotation=0, ha="center")


def effects_sentence(tally: pd.DataFrame, say: Wording) -> str:
    """Return of the measures judged so far how many worked."""
    count = tally.set_index("effect")["count"]
    judged = int(count.drop("not yet evaluated").sum())
    return say("Of {judged} measures judged so far {effective} worked, {harmful} did harm, and of {unshown} neither is"
               " shown; {later} have yet to be judged.", judged=judged, effective=int(count["effective"]),
               harmful=int(count["harmful"]), unshown=int(count["not shown"]), later=int(count["not yet evaluated"]))


def units_sentence(measures: pd.DataFrame, say: Wording) -> str:
    """Return which units named in measures have no figure where others do, so that a misspelt one is seen."""
    unknown = measures[measures["units_unknown"].ne("")]
    if measures["action_id"].eq("").all():
        return say("No measure was taken.")
    if unknown.empty:
        return say("Where there are figures to judge a measure by, each of its units has some.")
    named = [f"{row.action_id}: {row.units_unknown}" for row in unknown.itertuples()]
    return say("Units of a measure without any figure, closed, too small or misspelt: {units}.",
               units=say("; ").join(named))


def decisions_sentence(measures: pd.DataFrame, say: Wording) -> str:
    """Return on how many measures that were not found to work no decision is recorded, and which."""
    owed = measures[measures["adjustment"].ne("")]
    missing = owed.loc[owed["adjustment"].eq("no decision recorded"), "action_id"]
    if owed.empty:
        return say("No earlier report judged a measure harmful or not shown.")
    if missing.empty:
        return say("A decision is recorded on every measure that an earlier report judged harmful or not shown.")
    return say("No decision is recorded on measures that an earlier report judged harmful or not shown: {actions}.",
               actions=say("; ").join(missing))
