"""What is known of everybody this quarter, computed once, and how does it read as tables (clause 7.3)?

First of the group: do its people differ by more than chance? Then of the persons, alphabetically: no ranks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.measures.people.branches import beside_branch, standing_branches
from analysis.measures.people.cases import SCORED, UPHELD_RATE
from analysis.measures.people.groups import FEW_PEERS, GROUP, evaluated
from analysis.measures.people.roster import ENOUGH, EXEMPT, NOT_ENOUGH, exempted
from analysis.measures.people.scoring import (
    APPRAISAL,
    COACHING,
    SIDES,
    Bounds,
    Evidence,
    Scoring,
    bounds_of,
    evidence_on,
    scoring,
)
from analysis.measures.people.tiers import STRONG, SUPPORT, Part, Tiering, parts_of, tiering, tiers_of
from analysis.measures.units import EMPLOYEE, judged
from analysis.run import Run, remembered
from analysis.stats.estimates import OK
from analysis.stats.people.flags import ABOVE, BELOW, DEFAULT
from analysis.stats.people.shrinkage import NO_DIFFERENCES
from analysis.tables.results import FIGURE_COLUMNS

WHOLE_BRANCH = "the whole branch stands out"
RATERS = "auditors agree too little for use on people"
DIFFERS, RELIABLE_GROUP = "differs from the colleagues beyond chance", "reliable, in a group that differs"
NOT_TOLD_APART = "cannot be told from the colleagues"
METHOD, METHOD_OF_RATES = "within {0}; empirical Bayes", "against the expectation within {0}; gamma-Poisson"
METHOD_OF_ALL = "weighted sum of what is adjusted; empirical Bayes"
NOTHING = "nothing held equal"
NUMBERS = ["naive", "naive_low", "naive_high", "adjusted", "reliability", *SIDES]
WORDS = ["role", "line", "direction", "evidence", "permitted_use", "reason"]
EXTRA = ["role", "line", *NUMBERS, "direction", "minimum_n", "evidence", "permitted_use", "reason"]


@dataclass(frozen=True)
class Known:
    """Everything known of persons: who is evaluated, on what evidence, scores, tiers and branches that stand out."""

    people: pd.DataFrame
    evidence: Evidence
    bounds: Bounds
    scored: Scoring
    tiers: Tiering
    branches: pd.DataFrame
    #: The indicators that the composite is made of.
    parts: tuple[str, ...] = ()


@remembered
def known_of_people(run: Run) -> Known:
    """Return everything known of the people evaluated in the run's quarter, over four quarters."""
    people, evidence, bounds = evaluated(run), evidence_on(run), bounds_of(run)
    return judgement(people, evidence, bounds, parts_of(run, bounds.trusted))


def judgement(people: pd.DataFrame, evidence: Evidence, bounds: Bounds, parts: dict[str, Part]) -> Known:
    """Return the same from reduced cases.

    Where a whole branch stands out on an indicator, its people are not used for appraisal on that side, nor do they
    leave the default tier on it: what is the branch's cannot be told from what is theirs.
    """
    scored = scoring(people, evidence, bounds)
    branches = standing_branches(people, scored)
    off = scored.scores["adjusted"].astype(float) - _group_means(scored)
    side = pd.Series(np.select([off > 0, off < 0], [ABOVE, BELOW], ""), off.index)
    beside = beside_branch(people, scored.scores, branches, side)
    limited = scored.scores["permitted_use"].mask(beside & scored.scores["permitted_use"].eq(APPRAISAL), COACHING)
    scores = scored.scores.assign(permitted_use=limited, beside_branch=beside)
    told = replace(scored, scores=scores)
    tiers = _less_branches(tiering(people, told, parts, bounds.level), people, branches, parts)
    return Known(people, evidence, bounds, told, tiers, branches, tuple(SCORED[name].indicator for name in parts))


def tiers_under(known: Known, scored: Scoring, parts: dict[str, Part]) -> pd.DataFrame:
    """Return the persons of the tiering, had cases been compared as in ``scored``: another model, or other rows."""
    tiers = Tiering(tiers_of(known.people, scored, parts, known.bounds.level), known.tiers.groups)
    return _less_branches(tiers, known.people, standing_branches(known.people, scored), parts).people


def _less_branches(tiers: Tiering, people: pd.DataFrame, branches: pd.DataFrame, parts: dict[str, Part]) -> Tiering:
    """Return ``tiers`` without those that a whole branch's part of the composite speaks for, marked beside_branch."""
    told, beside = tiers.people, pd.Series(False, tiers.people.index)
    for name, part in parts.items():
        good, bad = (ABOVE, BELOW) if part.slope > 0 else (BELOW, ABOVE)
        rows = told.assign(indicator=SCORED[name].indicator, event=SCORED[name].event)
        beside |= beside_branch(people, rows, branches, told["tier"].map({STRONG: good, SUPPORT: bad}))
    return replace(tiers, people=told.assign(tier=told["tier"].mask(beside, DEFAULT), beside_branch=beside))


def _group_means(scored: Scoring) -> pd.Series:
    keys = ["indicator", "event", *GROUP]
    return scored.scores.merge(scored.tests[[*keys, "group_mean"]], how="left", on=keys)["group_mean"]


def employees(run: Run, known: Known) -> pd.DataFrame:
    """Return a row per person and indicator (confidential), the composite among them; alphabetical, no ranks.

    ``estimate``: adjusted for case mix and shrunken; ``naive``: own cases as they stand; ``permitted_use``: appraisal,
    coaching only, not enough evidence; ``reason`` why; ``direction`` from the colleagues of the same role and line
    (of the composite: the tier). Exempt people have one row per indicator that says so. No figure of a person has a
    target: that of the indicator is the service's, not the person's.
    """
    parts = [one for one in (_scores(known), _composites(known), _exempt(exempted(run))) if len(one)]
    if not parts:
        return pd.DataFrame(columns=[*FIGURE_COLUMNS, *EXTRA])
    table = judged(run, [_shown(pd.concat(parts, ignore_index=True)).assign(unit_type=EMPLOYEE, target=np.nan)])
    words = {name: table[name].fillna("").astype("str") for name in WORDS}
    told = table.assign(**words, minimum_n=table["minimum_n"].astype("Int64"))[[*FIGURE_COLUMNS, *EXTRA]]
    return told.sort_values(["unit", "indicator", "event"], kind="stable", ignore_index=True)


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Return ``rows`` without any number of who has not enough evidence, and ``adjusted`` only beside an estimate."""
    numbers = rows.reindex(columns=NUMBERS).where(rows["evidence"].eq(ENOUGH))
    return rows.assign(**numbers).assign(adjusted=numbers["adjusted"].where(rows["status"].eq(OK)))


def _scores(known: Known) -> pd.DataFrame:
    own = known.scored.scores
    evidence = own["permitted_use"].ne(NOT_ENOUGH).map({True: ENOUGH, False: NOT_ENOUGH})
    return own.assign(unit=own["employee_id"], method=methods_of(known.scored), evidence=evidence,
                      reason=_reasons(known))


def methods_of(scored: Scoring) -> pd.Series:
    """Return how each score was found: within which cells of its group; "" where the group has no case."""
    own, keys = scored.scores, ["indicator", "event", *GROUP]
    held = own[keys].merge(scored.tests[[*keys, "held_equal"]], how="left", on=keys)["held_equal"]
    words = [(METHOD_OF_RATES if indicator == UPHELD_RATE else METHOD).format(cell or NOTHING) if told else ""
             for indicator, cell, told in zip(own["indicator"], held, held.notna(), strict=True)]
    return pd.Series(words, own.index, dtype="str")


def _reasons(known: Known) -> pd.Series:
    """Return in words why each score may be used as it may."""
    own = known.scored.scores
    rated = own["indicator"].isin({one.indicator for one in SCORED.values() if one.raters})
    appraised = own["permitted_use"].eq(APPRAISAL)
    why = own["status"].str.removeprefix("not estimable: ").mask(own["status"].eq(OK), NOT_TOLD_APART)
    cases = [own["permitted_use"].eq(NOT_ENOUGH) & ~own["status"].str.contains(FEW_PEERS, regex=False),
             own["permitted_use"].eq(NOT_ENOUGH), appraised & own["direction"].ne(DEFAULT), appraised,
             rated & (not known.bounds.trusted), own["beside_branch"] & own["status"].eq(OK)]
    words = np.select(cases, [NOT_ENOUGH, FEW_PEERS, DIFFERS, RELIABLE_GROUP, RATERS, WHOLE_BRANCH], why)
    return pd.Series(words, own.index, dtype="str")


def _composites(known: Known) -> pd.DataFrame:
    told = known.tiers.people
    if told.empty:
        return told
    enough, off = told["status"].isin([OK, f"not estimable: {NO_DIFFERENCES}"]), told["tier"].ne(DEFAULT)
    return told.assign(
        unit=told["employee_id"], method=METHOD_OF_ALL, direction=told["tier"],
        evidence=enough.map({True: ENOUGH, False: NOT_ENOUGH}),
        permitted_use=np.select([~enough, off], [NOT_ENOUGH, APPRAISAL], COACHING),
        reason=np.select([~enough, off, told["beside_branch"]], [NOT_ENOUGH, DIFFERS, WHOLE_BRANCH], NOT_TOLD_APART))


def _exempt(exempt: pd.DataFrame) -> pd.DataFrame:
    names = pd.DataFrame([(one.indicator, one.event) for one in SCORED.values()], columns=["indicator", "event"])
    rows = exempt.merge(names, how="cross")
    return rows.assign(unit=rows["employee_id"], n=0, estimate=np.nan, low=np.nan, high=np.nan,
                       status="not applicable", evidence=f"{EXEMPT}: " + rows["exempt_reason"])
