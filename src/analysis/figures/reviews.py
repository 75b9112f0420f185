"""How is it said what management reviewed and decided, and which objections wait for an answer?"""

from __future__ import annotations

import pandas as pd

from analysis.wording import Wording


def reviews_sentence(reviews: pd.DataFrame, decisions: pd.DataFrame, objections: pd.DataFrame, say: Wording) -> str:
    """Return how many indicators were reviewed, how many problems decided, what is overdue and what is open."""
    overdue = int(decisions["state"].eq("overdue").sum())
    waiting = int(objections["state"].eq("open").sum())
    return say.joined(_reviewed(reviews, decisions, say),
                      say.plural("{n} decision is overdue.", "{n} decisions are overdue.", overdue),
                      say.plural("{n} objection waits for an answer.", "{n} objections wait for an answer.", waiting))


def _reviewed(reviews: pd.DataFrame, decisions: pd.DataFrame, say: Wording) -> str:
    if reviews.empty:
        return say("The quarter before had neither a plan nor a review.")
    quarter, n = reviews["quarter"].iloc[0], len(reviews)
    if reviews["reviewed_by"].eq("").all():
        return say("No review of {quarter} is recorded: none of its {n} indicators was reviewed.", quarter=quarter, n=n)
    left = int(reviews["state"].eq("not reviewed").sum())
    problems = decisions[decisions["about"].eq("problem") & decisions["quarter"].eq(quarter)]
    return say("Of the {n} indicators of {quarter}, {reviewed} were reviewed and {left} were not; of its {problems} "
               "problems, {decided} have a decision.", quarter=quarter, n=n, reviewed=n - left, left=left,
               problems=len(problems), decided=int(problems["decision"].ne("").sum()))
