"""How are the effects of improvement measures drawn and told?"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from analysis.figures.left_out import with_figures
from analysis.figures.style import BLUE, INK, QUIET, VERMILION
from analysis.wording import Wording

COLOURS = {"effective": BLUE, "harmful": VERMILION}
MARKERS = {"effective": "o", "harmful": "s"}


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


def effects_sentence(tally: pd.DataFrame, say: Wording) -> str:
    """Return of the measures judged so far how many worked."""
    count = tally.set_index("effect")["count"]
    judged = int(count.drop("not yet evaluated").sum())
    return say("Of {judged} measures judged so far {effective} worked, {harmful} did harm, and of {unshown} neither is"
               " shown; {later} have yet to be judged.", judged=judged, effective=int(count["effective"]),
               harmful=int(count["harmful"]), unshown=int(count["not shown"]), later=int(count["not yet evaluated"]))
