"""What does a sheet say to the one partner it is about?"""

from __future__ import annotations

import pandas as pd

from analysis.figures.own import titled
from analysis.publish.sheet_words import Contest, Part, Row, standard, with_n
from analysis.wording import Wording
from analysis.wording.numbers import missing

DASH = "–"


def partner_part(rows: pd.DataFrame, say: Wording) -> Part:
    """Return the table of a partner's figures of the quarter beside own staff in like cases."""
    heads = (say("Indicator"), say("Target"), say("Your cases"), say("Verdict"), say("Less own staff, like cases"),
             say("Told from own staff"))
    return Part(
        say("Your figures this quarter"), caption=say("With 95% interval; audits: four quarters in the comparison"),
        heads=heads, rows=tuple(
            (titled(row, say), standard(row["target"], row["indicator"], row["better"], say), with_n(row, say),
             say.term(row["verdict"]), _gap(row, say), say.term(row["tier"])) for row in rows.to_dict("records")))


def score_part(rows: pd.DataFrame, say: Wording) -> Part:
    """Return the table of what may be said of a partner over four quarters (`partner_scores.partner_scores`)."""
    heads = (say("Indicator"), say("Your cases as they stand"), say("Like cases compared"),
             say("Chance taken into account"), say("Mean of the partners"), say("Reliability"),
             say("Against the mean of the partners"), say("May be used for"))
    return Part(
        say("Four quarters together"),
        caption=say("By the rules that hold for employees, with 95% intervals"),
        heads=heads, rows=tuple(_score(row, say) for row in rows.to_dict("records")))


def _score(row: Row, say: Wording) -> tuple[str, ...]:
    own = {**row, "estimate": row["naive"], "low": row["naive_low"], "high": row["naive_high"], "status": "ok"}
    reliable = DASH if missing(row["reliability"]) else say.number(float(row["reliability"]), 2)
    adjusted, mean = (DASH if missing(row[name]) else say.value(float(row[name]), str(row["indicator"]))
                      for name in ("adjusted", "group_mean"))
    return (titled(row, say), say("{amount}, n\u00a0=\u00a0{n}", amount=DASH, n=say.number(int(row["n"])))
            if missing(row["naive"]) else with_n(own, say), adjusted,
            say.estimate({str(name): value for name, value in row.items()}), mean, reliable, _standing(row, say),
            say.term(row["permitted_use"]))


def _standing(row: Row, say: Wording) -> str:
    if missing(row["probability_below"]):
        return say.term(row["direction"])
    below, above = (say.number(float(row[f"probability_{side}"]), 2) for side in ("below", "above"))
    return say("{standing}; P(below) {below}, P(above) {above}", standing=say.term(row["direction"]), below=below,
               above=above)


def _gap(row: Row, say: Wording) -> str:
    if row["gap_status"] != "ok":
        return say.status(row["gap_status"])
    return say.estimate({"indicator": row["indicator"], "estimate": row["gap"], "low": row["gap_low"],
                         "high": row["gap_high"]})


def partner_meanings(say: Wording) -> Part:
    """Return what the words of a partner's table mean."""
    return Part(say("What the words mean"), words=(
        (say("Less own staff, like cases"), say(
            "your result less that of our own staff in cases of the same kind, product, channel and priority: what is"
            " left is not due to the cases you were given.")),
        (say("Cannot be distinguished"), say(
            "the difference is no larger than chance makes it over all partners compared (Holm's procedure). It is the"
            " default and says neither good nor bad.")),
        (say("Strong, needs support"), say("better or worse than own staff in like cases, beyond chance.")),
        (say("Like cases compared"), say(
            "over four quarters, with what our own staff and all partners had in cases of the same kind held equal.")),
        (say("Chance taken into account"), say(
            "like cases compared, drawn towards the mean of the partners as far as your cases are few. Shown from a"
            " reliability of 0.7 on, and where there are at least 5 partners: the share of the differences between"
            " partners that is not chance.")),
        (say("Against the mean of the partners"), say(
            "above or below only where all of this says so: the partners differ (Holm over the indicators), the figure"
            " is reliable, the probability exceeds 0.975, and the newest quarter points the same way.")),
        (say("May be used for"), say(
            "appraisal only where the figure lies off the mean beyond chance, or is very reliable in a group that"
            " differs; else for coaching only, or for nothing where there is not enough evidence.")),
        (say("All indicators together"), say("no tier is given to a partner, and no rank."))))


def partner_contest(contest: Contest, say: Wording) -> Part:
    """Return how a partner objects."""
    return Part(say("If you disagree"), lines=(
        say("Write to the {department} within {days} days after you were given this sheet: which case, and what is"
            " wrong. The answer comes with a reason. Whatever follows is decided by a human being.",
            department=contest.department, days=contest.days),))
