"""Where do we stand: every indicator in every unit, at one glance?"""

from __future__ import annotations

from textwrap import fill

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.figures.own import titled
from analysis.figures.style import INK, QUIET, RULE
from analysis.wording import Wording
from analysis.wording.terms import SYMBOLS

# Light tints of the verdicts' colours: dark text on each has a contrast above 10 to 1.
TINTS = {"met": "#cfe5f2", "not met": "#f8d9c8", "cannot tell": "#eceff2", "no target": "#ffffff"}
WRAPPED_AT = 14  # characters of a column head


def verdict_grid(scorecard: pd.DataFrame, ax: Axes, say: Wording) -> Axes:
    """Draw one cell per indicator (down) and unit (across): a tint, the verdict's symbol and the estimate.

    A cell without an estimate shows its status in words; a pair that is not in the table stays empty.
    """
    indicators, units = (list(dict.fromkeys(scorecard[name])) for name in ("indicator", "unit"))
    titles = {row["indicator"]: titled({"event": "", **row}, say) for row in scorecard.to_dict("records")}
    for row in scorecard.to_dict("records"):
        _cell(ax, (units.index(row["unit"]), indicators.index(row["indicator"])), row, say)
    ax.set_xlim(-0.5, max(1, len(units)) - 0.5)
    ax.set_ylim(max(1, len(indicators)) - 0.5, -0.5)
    ax.set_xticks(range(len(units)), [fill(say.term(unit), WRAPPED_AT) for unit in units])
    ax.set_yticks(range(len(indicators)), [titles[name] for name in indicators])
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    return ax


def _cell(ax: Axes, place: tuple[int, int], row: dict, say: Wording) -> None:
    across, down = place
    ok = row.get("status", "ok") == "ok"
    verdict = row.get("verdict", "no target") if ok else "no target"
    ax.add_patch(Rectangle((across - 0.5, down - 0.5), 1, 1, facecolor=TINTS.get(verdict, "white"), edgecolor=RULE))
    if not ok:
        # The reason of "not estimable: …" is in the table; a cell has room for the word alone.
        ax.text(across, down, say.status(row["status"].partition(":")[0]), ha="center", va="center", color=QUIET,
                fontsize=8)
        return
    text = say.value(row["estimate"], row["indicator"])
    ax.text(across, down, f"{SYMBOLS.get(verdict, '–')} {text}", ha="center", va="center", color=INK)
