"""How do two years of several indicators stand side by side, and what became of what was published?"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.left_out import say_instead
from analysis.figures.own import titled
from analysis.figures.plots import trend_plot
from analysis.figures.style import SKY, WIDTH_INCHES
from analysis.wording import Wording
from analysis.wording.numbers import missing

ACROSS = 2  # panels side by side
PANEL_INCHES = 2.2
YEAR_OPACITY = 0.18
QUARTERS_OF_YEAR = 4
EVERY = 2  # so many quarters to a label


def year_panels(years: pd.DataFrame, say: Wording) -> Figure:
    """Return a figure with a panel per indicator: its quarters with intervals, the target, the last four shaded.

    ``years`` as of `analysis.measures.summary.years.years`; an indicator without any figure says so.
    """
    groups = list(years[years["period"].eq("quarter")].groupby(["indicator", "event"], sort=False))
    rows = max(1, -(-len(groups) // ACROSS))
    drawn = Figure(figsize=(WIDTH_INCHES, PANEL_INCHES * rows), layout="constrained")
    axes = drawn.subplots(rows, ACROSS, squeeze=False).ravel()
    for ax, (_, told) in zip(axes, groups, strict=False):
        _panel(ax, told, say)
    for ax in axes[len(groups):]:
        ax.set_axis_off()
    return drawn


def _panel(ax: Axes, told: pd.DataFrame, say: Wording) -> None:
    ok = told[told["status"].eq("ok")]
    if ok.empty:
        say_instead(ax, str(told["status"].iloc[-1]), say)
    else:
        trend_plot(ok, ax, say)
        for text in list(ax.texts):
            text.remove()  # the target's, which a small panel has no room for: the title says it
        quarters = sorted(ok["quarter"].astype("str").unique())
        last = len(quarters) - 1
        ax.axvspan(max(0, last - QUARTERS_OF_YEAR + 1) - 0.5, last + 0.5, color=SKY, alpha=YEAR_OPACITY, linewidth=0)
        shown = range(last, -1, -EVERY)
        ax.set_xticks(list(shown), [quarters[place] for place in shown])
    ax.set_ylabel("")
    title, target = titled(told.iloc[0].to_dict(), say), told["target"].iloc[-1]
    if not missing(target):
        title += "\n" + say("target {amount}", amount=say.value(target, str(told["indicator"].iloc[0])))
    ax.set_title(title, loc="left")


def restatement_sentence(ledger: pd.DataFrame, say: Wording) -> str:
    """Return how many published figures stand, and how many would be told otherwise today."""
    if ledger.empty:
        return say("No earlier quarter was signed: nothing is kept of what was published.")
    counts = ledger["restated"].value_counts()
    return say("Of {n} figures that were signed in earlier quarters {same} stand as published, {within} would be told"
               " otherwise today within the interval published then and {beyond} beyond it; {other} rest on other cases"
               " today or have none.", n=len(ledger), same=int(counts.get("as published", 0)),
               within=int(counts.get("moved within interval", 0)),
               beyond=int(counts.get("moved beyond interval", 0)), other=int(counts.get("", 0)))
