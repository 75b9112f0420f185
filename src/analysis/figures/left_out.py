"""What does a drawing say of units, or of all of them, that have no figure?"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from analysis.figures.style import MIN_INCHES, QUIET, ROW_INCHES
from analysis.wording import Wording

OK, NO_DATA = "ok", "no data"
MAX_ROWS = 1_000  # more than any drawing has


def with_figures(rows: pd.DataFrame, ax: Axes, say: Wording) -> pd.DataFrame:
    """Return those of ``rows`` that have a figure; the drawing gets that much lower.

    How many are left out, and why, becomes the label of the axes, which `analysis.figures.picture.figure` adds to the
    caption; the table beside the figure lists them. Where no row has a figure, the drawing says why instead.
    """
    status = rows["status"] if "status" in rows else pd.Series(OK, rows.index)
    status = status.mask(rows["estimate"].isna() & status.eq(OK), NO_DATA)
    drawn, reasons = rows[status.eq(OK)], status[status.ne(OK)].value_counts(sort=False).sort_values(
        ascending=False, kind="stable")
    if rows.empty:
        say_instead(ax, NO_DATA, say)
    if reasons.empty:
        return rows
    why = say("; ").join(say("{reason} ({n})", reason=say.status(str(reason)), n=int(n))
                         for reason, n in reasons.items())
    ax.set_label(say("{n} of {all} have no figure and are not drawn: {why}.", n=int(reasons.sum()), all=len(rows),
                     why=why))
    if drawn.empty:
        say_instead(ax, str(reasons.index[0]), say)
    else:
        _lowered(ax, len(rows) - len(drawn), MIN_INCHES)
    return drawn


def say_instead(ax: Axes, status: str, say: Wording) -> Axes:
    """Write a status where marks would be; axes of nothing are not shown, nor their room."""
    ax.set_axis_off()
    _lowered(ax, MAX_ROWS, MIN_INCHES / 2)
    ax.annotate(say.status(status), (0.5, 0.5), xycoords="axes fraction", ha="center", color=QUIET)
    return ax


def _lowered(ax: Axes, rows: int, least: float) -> None:
    """Take the room of so many rows from the drawing, if it is this one's alone; ``least`` inches remain."""
    drawn = ax.get_figure(root=True)
    if drawn is not None and len(drawn.axes) == 1:
        drawn.set_figheight(max(least, drawn.get_figheight() - rows * ROW_INCHES))
