"""How are figures of people drawn and told: what they may be used for, and how many of them are luck?"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from analysis.figures.left_out import say_instead
from analysis.figures.style import BLUE, INK
from analysis.wording import Wording

USE_COLOURS = {"appraisal": (BLUE, "white"), "coaching_only": ("#9ecae1", INK), "not_enough_evidence": ("#e8e8e8", INK)}
HEIGHT = 0.7


def use_bars(table: pd.DataFrame, ax: Axes, say: Wording, whose: str) -> Axes:
    """Draw per indicator how many figures, of ``whose``, may be used for what: one bar of whole numbers, stacked."""
    rows = table.to_dict("records")
    if not rows:
        return say_instead(ax, "no data", say)
    for place, row in enumerate(rows):
        start = 0
        for use, (colour, ink) in USE_COLOURS.items():
            count = int(row[use])
            ax.barh(place, count, left=start, height=HEIGHT, color=colour, edgecolor="white")
            if count:
                ax.annotate(say.number(count, 0), (start + count / 2, place), ha="center", va="center", color=ink)
            start += count
    ax.set_yticks(range(len(rows)), [_named(row["indicator"], row["event"], say) for row in rows])
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlabel(whose)
    ax.grid(visible=False, axis="y")
    handles = [Patch(color=colour, label=say.column(use)) for use, (colour, _) in USE_COLOURS.items()]
    ax.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(handles))
    return ax


def _named(indicator: str, event: str, say: Wording) -> str:
    title = say.title(str(indicator))
    return say("{title}, {event}", title=title, event=say.term(event)) if event else title


def tiers_sentence(counts: pd.DataFrame, say: Wording) -> str:
    """Return how many people left the default, and how many would by luck."""
    row = counts.iloc[0]
    told = say("Of {people} employees {told} have enough evidence for all indicators together; {flagged} of them"
               " leave the default (strong {strong}, needs support {support}), {luck} would by luck.",
               people=int(row["people"]), told=int(row["with_composite"]), flagged=int(row["flagged"]),
               strong=int(row["strong"]), support=int(row["needs_support"]),
               luck=say.number(float(row["expected_by_luck"]), 2)) if row["with_composite"] else say(
        "None of {people} employees has enough evidence for all indicators together, so nobody leaves the default.",
        people=int(row["people"]))
    if row["alike"]:
        told += say(" {alike} of them have colleagues who differ by no more than chance, so that none of these can"
                    " leave it.", alike=int(row["alike"]))
    if row["scarcest"] and row["median_n"] < row["needed_n"]:
        told += say(" The scarcest evidence is on {title}: half of the employees have {n} cases or fewer, {needed} are"
                    " needed.", title=say.title(str(row["scarcest"])), n=say.number(float(row["median_n"]), 0),
                    needed=int(row["needed_n"]))
    if pd.isna(row["detectable"]):
        return told
    return told + say(" Who truly lies {points} points off the colleagues' mean is found four times in five.",
                      points=say.number(float(row["detectable"]), 0))


def flags_sentence(flags: pd.DataFrame, say: Wording) -> str:
    """Return how many figures stand apart from the colleagues', all indicators counted, and how many would by luck."""
    return say("Of {n} figures with enough evidence {flagged} are told from the colleagues'; {luck} would be by luck"
               " alone.", n=int(flags["enough_evidence"].sum()), flagged=int(flags["flagged"].sum()),
               luck=say.number(float(flags["expected_by_luck"].sum()), 2))


def spread_sentence(spread: pd.DataFrame, say: Wording) -> str:
    """Return in how many groups people differ beyond chance."""
    tested = spread[spread["spread"].ne("")]
    beyond = int(tested["spread"].eq("beyond chance").sum())
    return say("{n} comparisons of one indicator within one group of colleagues: in {beyond} of them people differ by"
               " more than chance, in {within} they do not. Where they do not, nobody is told from anybody.",
               n=len(tested), beyond=beyond, within=len(tested) - beyond)
