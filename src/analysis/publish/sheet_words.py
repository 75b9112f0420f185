"""What does a sheet say to the one person it is about?

Plain and kind: what is known, how well, what it may be used for, what helps, and how to object.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from analysis.figures.own import titled
from analysis.measures.people.cases import UPHELD_RATE
from analysis.measures.people.groups import FEW_PEERS
from analysis.measures.people.judgement import DIFFERS, NOT_TOLD_APART, RATERS, RELIABLE_GROUP, WHOLE_BRANCH
from analysis.measures.people.own import Own
from analysis.measures.people.roster import ASSESSED, NOT_ENOUGH
from analysis.measures.people.scoring import APPRAISAL, COACHING, RULE, UNRELIABLE
from analysis.measures.people.tiers import COMPOSITE_GAP, FEW_TOLD, PARTS_MISSING, STRONG, SUPPORT
from analysis.stats.people.shrinkage import NO_DIFFERENCES
from analysis.wording import Wording
from analysis.wording.numbers import missing
from analysis.wording.sentences import NOT_ESTIMABLE
from analysis.wording.terms import N_

Row = Mapping[Any, Any]
YEARS_AHEAD = 2  # evidence is that of one year: needing more than so many others is no advice

USES: Mapping[str, str] = MappingProxyType({
    APPRAISAL: N_("may be put before those who decide on appraisal"), COACHING: N_("for coaching only"),
    NOT_ENOUGH: N_("for nothing"),
})
REASONS: Mapping[str, str] = MappingProxyType({
    NOT_ENOUGH: N_("too few cases to say anything"),
    FEW_PEERS: N_("fewer than 8 people do the same job, so nobody can be compared"),
    DIFFERS: N_("it differs from the colleagues beyond chance"),
    RELIABLE_GROUP: N_("it is told reliably, in a group whose people differ"),
    RATERS: N_("the auditors do not agree well enough to use their findings on people"),
    WHOLE_BRANCH: N_("the whole branch stands out, so it is not told from your own work"),
    NOT_TOLD_APART: N_("it cannot be told from the colleagues"),
    NO_DIFFERENCES: N_("the colleagues differ no more than chance makes them"),
    PARTS_MISSING: N_("too many indicators have too few cases of yours"),
    FEW_TOLD: N_("fewer than 8 colleagues have enough cases on all indicators"),
    UNRELIABLE.removeprefix(NOT_ESTIMABLE): N_("it is not reliable enough yet to be told from chance"),
})


@dataclass(frozen=True)
class Part:
    """A part of a sheet: a heading, paragraphs, a list, words with their meaning, or one table."""

    title: str
    lines: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    caption: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Contest:
    """Whom to write to, and for how many days."""

    department: str
    days: int


def tier_sentence(figures: pd.DataFrame, say: Wording) -> str:
    """Return what is said of a person over all indicators together; empty where there is no such row."""
    rows = figures[figures["indicator"].eq(COMPOSITE_GAP)].to_dict("records")
    if not rows:
        return ""
    row = rows[0]
    if row["status"] != "ok":
        return say("All indicators together: {tier}, the default. This is neither good nor bad: {why}.",
                   tier=say.term(row["direction"]), why=_in_words(str(row["status"]).removeprefix(NOT_ESTIMABLE), say))
    told = say("All indicators together: {tier}. You lie {points} points from your colleagues' mean (95% interval"
               " {interval}).", tier=say.term(row["direction"]), points=say.number(row["estimate"], 1),
               interval=say.interval(row["low"], row["high"], COMPOSITE_GAP))
    if row["direction"] in (STRONG, SUPPORT):
        return told
    return say.joined(told, say("That is no more than chance can make: neither good nor bad."))


def _in_words(reason: str, say: Wording) -> str:
    known = REASONS.get(reason)
    return say(known) if known else say.phrase(reason)


def own_part(figures: pd.DataFrame, say: Wording) -> Part:
    """Return the table of a person's figures over four quarters."""
    heads = (say("Indicator"), say("Standard"), say("Your own cases"), say("Like cases compared"),
             say("Chance taken into account"), say("Your colleagues"), say("What it may be used for, and why"))
    told: Sequence[Row] = figures[figures["indicator"].ne(COMPOSITE_GAP)].to_dict("records")
    return Part(
        say("Your figures over four quarters"), caption=say("With 95% interval; n counts your own cases"), heads=heads,
        rows=tuple((titled(row, say), standard(row["standard"], row["indicator"], row["better"], say),
                    _own_cell(row, say), _like_cell(row, say), say.estimate(row) if row["status"] == "ok" else "–",
                    _colleagues(row, say), _use(row, say)) for row in told))


def standard(value: float, indicator: str, better: str, say: Wording) -> str:
    """Return a target in words, a dash where none is set."""
    if missing(value):
        return "–"
    amount = say.value(float(value), indicator)
    return say("at least {amount}", amount=amount) if better == "higher" else say("at most {amount}", amount=amount)


def _own_cell(row: Row, say: Wording) -> str:
    if missing(row["naive"]):
        return "–" if row["reason"] == FEW_PEERS else too_few(row, say)
    return with_n(_as_estimate(row, "naive"), say)


def with_n(row: Row, say: Wording) -> str:
    """Return estimate, interval and n of a row, or why there is none."""
    told = say.estimate({str(name): value for name, value in row.items()})
    return say("{amount}, n\u00a0=\u00a0{n}", amount=told, n=say.number(int(row["n"])))


def too_few(row: Row, say: Wording) -> str:
    """Return that n is too small to say anything."""
    return say("too few (n\u00a0=\u00a0{n})", n=say.number(int(row["n"])))


def _like_cell(row: Row, say: Wording) -> str:
    if missing(row["like"]):
        return "–" if missing(row["naive"]) else say.status(row["status"])
    return say.estimate(_as_estimate(row, "like"))


def _as_estimate(row: Row, name: str) -> dict[str, Any]:
    return {**row, "estimate": row[name], "low": row[f"{name}_low"], "high": row[f"{name}_high"], "status": "ok"}


def _colleagues(row: Row, say: Wording) -> str:
    if missing(row["group_mean"]):
        return "–"
    return say("{amount} ({people} people)", amount=say.value(float(row["group_mean"]), row["indicator"]),
               people=int(row["colleagues"]))


def _use(row: Row, say: Wording) -> str:
    return say("{use}: {reason}", use=say(USES[row["permitted_use"]]), reason=_in_words(str(row["reason"]), say))


def meanings(say: Wording) -> Part:
    """Return what the words of the table mean."""
    return Part(say("What the words mean"), words=(
        (say("Standard"), say("what the company asks of its service as a whole. It is no quota for you.")),
        (say("Your own cases"), say(
            "your cases as they stand. Whoever is given hard ones looks worse here through no fault of theirs.")),
        (say("Like cases compared"), say(
            "your result once hard and easy cases, strict and mild raters are held equal. Chance is still in it: one"
            " such interval in twenty misses by chance alone, so the last column says what holds.")),
        (say("Chance taken into account"), say(
            "like cases compared, drawn towards your colleagues' mean as far as your cases are few. It is shown when at"
            " least {share} of what sets people apart on it is no chance.", share=say.share(RULE.reliability, 0))),
        (say("Cannot be told from the colleagues"), say(
            "the difference is no larger than luck alone may make it. That is the usual result; it says neither good"
            " nor bad of you.")),
        (say("For coaching only"), say(
            "you and your superior may talk about it; it may not count in appraisal, promotion or reward.")),
        (say("Not enough evidence"), say("nobody may draw anything from it."))))


def quarters_part(quarters: pd.DataFrame, periods: Sequence[str], say: Wording) -> Part:
    """Return a person's own cases quarter by quarter, indicators with no quarter to show left out and named."""
    rows, few = [], []
    for (indicator, event), own in quarters.groupby(["indicator", "event"], sort=False):
        title = titled({"indicator": indicator, "event": event}, say)
        by = own.set_index("quarter")
        if own["status"].ne("ok").all():
            few.append(title)
            continue
        cells = [_quarter_cell(by.loc[one].to_dict(), say) if one in by.index else "–" for one in periods]
        rows.append((title, *cells))
    lines = (say("Quarter by quarter your own cases stand as they are, hard and easy ones alike. Where intervals"
                 " overlap, a change may be chance."),) if rows else ()
    if few:
        told = say("Too few cases in every quarter: {titles}.", titles=say("; ").join(few))
        lines = (*lines, told)
    if not lines:
        lines = (say("There is nothing to show quarter by quarter."),)
    return Part(say("How it went"), lines=lines, caption=say("Your own cases in each quarter, with 95% interval"),
                heads=(say("Indicator"), *periods), rows=tuple(rows))


def _quarter_cell(row: Row, say: Wording) -> str:
    return with_n(row, say) if row["status"] == "ok" else too_few(row, say)


def help_part(own: Own, say: Wording) -> Part:
    """Return what would help: training on facets rated below the target, and how many cases are still needed."""
    items = [*(_facet(row, say) for row in own.facets.to_dict("records") if _is_low(row)),
             *filter(None, (_further(row, say) for row in own.figures.to_dict("records")))]
    return Part(say("What helps"), items=tuple(items) or (say("These figures suggest nothing in particular."),))


def _is_low(row: Row) -> bool:
    return bool(row["status"] == "ok" and not missing(row["target"]) and row["estimate"] < row["target"])


def _facet(row: Row, say: Wording) -> str:
    facet = say.term(row["facet"])
    told = say("{facet}: your ratings lie at {amount}, the standard is {target}.", facet=facet[:1].upper() + facet[1:],
               amount=say.estimate({**row, "indicator": ASSESSED}), target=say.value(row["target"], ASSESSED))
    if row["high"] >= row["target"]:
        told = say.joined(told, say("That may still be chance."))
    if row["attended"]:
        return say.joined(told, say("You attended training on this within four quarters: say what is still hard."))
    return say.joined(told, say("Training on this is offered: ask for a seat.")) if row["offered"] else told


def _further(row: Row, say: Wording) -> str:
    if missing(row["further"]):
        return ""
    n, title = int(row["further"]), titled(row, say)
    if row["permitted_use"] == NOT_ENOUGH:
        return say.plural("{title}: {n} more case until something can be said.",
                          "{title}: {n} more cases until something can be said.", n, title=title)
    if n > YEARS_AHEAD * row["n"]:
        return say("{title}: at your present number of cases your result cannot be told from chance within two years.",
                   title=title)
    return say.plural("{title}: about {n} more case until your result can be told from chance.",
                      "{title}: about {n} more cases until your result can be told from chance.", n, title=title)


def contest_part(own: Own, contest: Contest, say: Wording) -> Part:
    """Return how to object, until when, what became of earlier objections, and that a human being decides."""
    lines = [
        say("Is a case not yours, counted wrongly or judged unfairly? Write to the {department} within {days} days"
            " after you were given this sheet: which case, and what is wrong. While it is looked into, and if you are"
            " right, the case does not count. The answer comes with a reason and the name of who decided.",
            department=contest.department, days=contest.days)]
    if len(own.contests):
        counts = own.contests.set_index("outcome")["contests"]
        lines.append(say("Your objections so far: {pending} open, {upheld} upheld, {rejected} rejected.",
                         **{name: int(counts.get(name, 0)) for name in ("pending", "upheld", "rejected")}))
    lines.append(say(
        "No machine decides about you. Whatever follows from these figures is decided by a human being who gives a"
        " reason; you may ask for an explanation and refuse a decision made by automated means alone (Personal"
        " Information Protection Law of the People's Republic of China, article 24)."))
    return Part(say("If you disagree"), lines=tuple(lines))


def shown_in_picture(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that have something to draw; rates of rare events are left to the table."""
    return figures[figures["naive"].notna() & figures["indicator"].ne(COMPOSITE_GAP)
                   & figures["indicator"].ne(UPHELD_RATE)]
