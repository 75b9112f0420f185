"""How do answers from very dissatisfied to very satisfied lie about their middle?"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from analysis.figures.left_out import OK, with_figures
from analysis.figures.plots import _label, _rows_down
from analysis.figures.style import BLUE, INK, ORANGE, RULE, SKY, VERMILION
from analysis.wording import Wording
from analysis.wording.terms import N_

#: Answer → colour, colour of the number in it, words.
ANSWERS = {
    "1": (VERMILION, "white", N_("1 very dissatisfied")), "2": (ORANGE, INK, "2"), "3": (RULE, INK, "3"),
    "4": (SKY, INK, "4"), "5": (BLUE, "white", N_("5 very satisfied")),
}
MIDDLE = "3"
NUMBERED_FROM = 0.06  # a narrower piece has no room for its number
HEIGHT, SMALL = 0.7, 8
MARGIN = 0.04


def likert_bars(table: pd.DataFrame, ax: Axes, say: Wording) -> Axes:
    """Draw one bar per unit of the share of each ``answer``, the middle of the scale on the axis (a diverging bar).

    ``table`` has five rows per unit, in the order of units; a unit without figures is left out
    (`analysis.figures.left_out`).
    """
    units = [part.set_index("answer") for _, part in table.groupby(["unit_type", "unit"], sort=False)]
    told = pd.DataFrame({"status": [next((one for one in part["status"] if one != OK), OK) for part in units],
                         "estimate": 0.0})
    units = [units[place] for place in with_figures(told, ax, say).index]
    reach = [MARGIN, MARGIN]
    for place, part in enumerate(units):
        ends = _bar(ax, place, part["estimate"].reindex(list(ANSWERS)).fillna(0), say)
        reach = [max(most, end + MARGIN) for most, end in zip(reach, ends, strict=True)]
    _rows_down(ax, [_label(part.iloc[0].to_dict(), say) for part in units])
    ax.axvline(0, color=INK, linewidth=1, zorder=0)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: say.share(abs(value), 0)))
    ax.set_xlim(-reach[0], reach[1])
    ax.grid(visible=False, axis="y")
    handles = [Patch(color=colour, label=say(words)) for colour, _, words in ANSWERS.values()]
    ax.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(ANSWERS), columnspacing=1.0)
    return ax


def _bar(ax: Axes, place: int, shares: pd.Series, say: Wording) -> tuple[float, float]:
    """Draw one bar and return how far it reaches to either side."""
    left = start = -float(shares[list(ANSWERS)[:list(ANSWERS).index(MIDDLE)]].sum() + shares[MIDDLE] / 2)
    for answer, (colour, ink, _) in ANSWERS.items():
        share = float(shares[answer])
        ax.barh(place, share, left=start, height=HEIGHT, color=colour, edgecolor="none")
        if share >= NUMBERED_FROM:
            ax.annotate(say.share(share, 0), (start + share / 2, place), va="center", ha="center", color=ink,
                        fontsize=SMALL)
        start += share
    return -left, start
