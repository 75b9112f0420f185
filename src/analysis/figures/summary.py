"""How does the management report open, and how does a list of problems read?"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from IPython.display import HTML

from analysis.figures.panel import headline
from analysis.wording import Wording
from analysis.wording.terms import N_

CHANCE = 0.05  # of a 95 % interval to leave out a change that is none
QUESTIONS = {
    "quality": N_("Level of quality: {verdict}. Of the weighted indicators: {why}."),
    "conduct": N_("Conduct (compliance): {verdict}. Of its indicators: {why}."),
    "rights": N_("Customers' rights: {verdict}. Statutory time limits missed: {why} cases."),
}


def opening_panel(opening: pd.DataFrame, say: Wording) -> HTML:
    """Return the three opening verdicts as banners (clause 1.1)."""
    banners = [headline(say(QUESTIONS[str(row.question)], verdict=say.term(row.verdict), why=_why(str(row.why), say)),
                        str(row.verdict)).data for row in opening.itertuples()]
    return HTML("\n".join(banners))


def _why(tally: str, say: Wording) -> str:
    """Return a tally such as "met 3, not met 2" in the reader's words; a fraction stays as it is."""
    if "/" in tally:
        return tally
    parts = [part.rpartition(" ") for part in tally.split(", ") if part]
    return _counted({word: int(count) for word, _, count in parts}, say)


def _counted(counts: Mapping[str, int], say: Wording) -> str:
    """Return codes with their counts as one phrase, parted as the reader's language parts a list."""
    comma = "，" if say.language.startswith("zh") else ", "
    return comma.join(f"{say.term(word)} {count}" for word, count in counts.items())


def problems_sentence(problems: pd.DataFrame, tests: int, say: Wording) -> str:
    """Return what the list of problems can claim: how many tests, how many found, how many false ones to expect."""
    return say("{tests} figures were tested against their target and {found} miss it by more than chance. "
               "If all targets were kept, a list with any false problem would come up in at most 5 of 100 quarters.",
               tests=tests, found=len(problems))


def changes_sentence(changes: pd.DataFrame, say: Wording) -> str:
    """Return how many changes were found, and how many of them chance alone would show."""
    told = changes[changes["status"] == "ok"]
    count = {word: int((told["change"] == word).sum()) for word in ("better", "worse")}
    return say("{n} figures were compared with an earlier quarter under one definition: {better} are better and {worse}"
               " worse by more than chance. If nothing had changed, about {chance} would look so.",
               n=len(told), **count, chance=say.number(CHANCE * len(told), 0))


def reversals_sentence(changes: pd.DataFrame, say: Wording) -> str:
    """Return of how many of the company's changes the mix alone turned the sign, and of which beyond chance."""
    told = changes[(changes["unit_type"] == "company") & changes["reversed"].ne("")]
    turned = told[told["reversed"] == "yes"]
    text = say("Of {n} changes of the company that its lines, kinds, survey modes, branches or channels make up,"
               " the mix alone turned the sign of {beyond} beyond chance and of {within} within chance.", n=len(told),
               beyond=len(turned), within=int((told["reversed"] == "within chance").sum()))
    named = [say("{title} since {quarter}, by {cuts}", title=say.title(str(row.indicator)), quarter=row.compared_with,
                 cuts=say("; ").join(say.term(cut) for cut in str(row.turned_by).split(", ")))
             for row in turned.itertuples()]
    return text + (say(" Turned: {named}.", named=say("; ").join(named)) if named else "")


def clauses_sentence(clauses: pd.DataFrame, say: Wording) -> str:
    """Return how many clauses of the policy were carried out."""
    counts = clauses["status"].value_counts()
    order = [word for word in ("met", "not met", "no data", "not yet evaluated") if word in counts]
    return say("Of {n} clauses of the policy: {told}.", n=len(clauses),
               told=_counted({word: int(counts[word]) for word in order}, say))
