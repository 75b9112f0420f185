"""What does a sheet say to the one partner it is about?"""

from __future__ import annotations

import pandas as pd

from analysis.figures.own import titled
from analysis.publish.sheet_words import Contest, Part, Row, standard, with_n
from analysis.wording import Wording


def partner_part(rows: pd.DataFrame, say: Wording) -> Part:
    """Return the table of a partner's figures of the quarter beside own staff in like cases."""
    heads = (say("Indicator"), say("Target"), say("Your cases"), say("Verdict"), say("Less own staff, like cases"),
             say("Told from own staff"))
    return Part(
        say("Your figures this quarter"), caption=say("With 95% interval; audits: four quarters in the comparison"),
        heads=heads, rows=tuple(
            (titled(row, say), standard(row["target"], row["indicator"], row["better"], say), with_n(row, say),
             say.term(row["verdict"]), _gap(row, say), say.term(row["tier"])) for row in rows.to_dict("records")))


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
            " default and"
            " says neither good nor bad.")),
        (say("Strong, needs support"), say("better or worse than own staff in like cases, beyond chance.")),
        (say("All indicators together"), say("no tier is given to a partner, and no rank."))))


def partner_contest(contest: Contest, say: Wording) -> Part:
    """Return how a partner objects."""
    return Part(say("If you disagree"), lines=(
        say("Write to the {department} within {days} days after you were given this sheet: which case, and what is"
            " wrong. The answer comes with a reason. Whatever follows is decided by a human being.",
            department=contest.department, days=contest.days),))
