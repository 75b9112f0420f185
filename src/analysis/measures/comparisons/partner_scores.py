"""What may be said of each partner over four quarters, by the rules that hold for employees (clause 2.5; METHODS §3)?

The group is the partners under contract. Own staff as one tell how hard each kind of case is and are no member of it:
partners are compared on like cases, pulled towards their own mean as far as the evidence is thin, and shown from a
reliability of 0.7 on. Nobody is ranked.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.measures.comparisons.case_mix import IN_HOUSE
from analysis.measures.comparisons.partner_figures import contracted
from analysis.measures.people.assessors import rated as rated_on
from analysis.measures.people.cases import SCORED, UPHELD_RATE, in_post
from analysis.measures.people.groups import EVERY_LINE, GROUP, MINIMUM_GROUP
from analysis.measures.people.judgement import NUMBERS, methods_of
from analysis.measures.people.roster import ASSESSED, NOT_ENOUGH, ROLLING_QUARTERS
from analysis.measures.people.scoring import Evidence, bounds_of, evidence_on, scoring
from analysis.measures.units import COMPANY, PARTNER, judged
from analysis.run import Run, remembered
from analysis.stats.people.expected_counts import FEW_WITH_EVENTS
from analysis.stats.people.flags import DEFAULT
from analysis.stats.people.posterior import MINIMUM_PERSONS
from analysis.stats.people.shrinkage import FEW_PERSONS, NO_DIFFERENCES
from analysis.tables.results import FIGURE_COLUMNS, blank_figures

FEW_PARTNERS = f"fewer than {MINIMUM_PERSONS} partners"
FEW_PEOPLE = f"fewer than {MINIMUM_GROUP} people"  # their mean would tell of persons (METHODS §7)
#: What is said of persons, said of partners.
STATUSES = {f"not estimable: {one}": f"not estimable: {one.replace('persons', 'partners')}"
            for one in (FEW_PERSONS, FEW_WITH_EVENTS, NO_DIFFERENCES)}
PARTNER_COLUMNS = [*FIGURE_COLUMNS, *NUMBERS, "group_mean", "p_adjusted", "direction", "minimum_n", "permitted_use"]


@remembered
def partner_scores(run: Run) -> pd.DataFrame:
    """Return a row per partner and indicator that touches it, over four quarters, by id.

    ``estimate``: adjusted for case mix and shrunken, in the indicator's unit; ``naive``: own cases as they stand;
    ``adjusted``: like cases, not yet shrunken; ``reliability``; ``probability_below``, ``probability_above``: that the
    true figure lies on that side of ``group_mean``, the partners' own, told of MINIMUM_PERSONS partners or more;
    ``p_adjusted``: of no differences between partners, Holm over the indicators; ``direction`` from that mean,
    ``permitted_use``: as of `scoring.scoring`. Competence: of partners MINIMUM_GROUP of whose people were assessed. No
    figure has a target: those of the quarter are judged by it. n in the indicator's own units: answers, checks,
    assessments or requests.
    """
    partners, evidence = sorted(contracted(run)), evidence_on(run, PARTNER)
    bounds = replace(bounds_of(run), least_peers=MINIMUM_PERSONS, few_peers=FEW_PARTNERS, reference=IN_HOUSE)
    people = pd.DataFrame({"employee_id": [*partners, IN_HOUSE], "role": PARTNER, "line": EVERY_LINE,
                           "peers": len(partners)})
    found = scoring(people, evidence, bounds)
    keys = ["indicator", "event", *GROUP]
    tests = found.tests.assign(group_mean=found.tests["group_mean"].where(found.tests["people"].ge(MINIMUM_PERSONS)))
    told = found.scores.assign(method=methods_of(found), n=_units(evidence, found.scores)).merge(
        tests[[*keys, "group_mean", "p_adjusted"]], how="left", on=keys)
    told = _without_persons(run, told[told["employee_id"].ne(IN_HOUSE)]).rename(columns={"employee_id": "unit"})
    if told.empty:
        blank = blank_figures(UPHELD_RATE, COMPANY, [COMPANY], "no data")
        return judged(run, [blank.assign(target=np.nan)]).reindex(columns=PARTNER_COLUMNS)
    table = judged(run, [told.assign(unit_type=PARTNER, target=np.nan)])
    numbers = {name: table[name].astype("float64") for name in (*NUMBERS, "group_mean", "p_adjusted")}
    return table.assign(**numbers, status=table["status"].replace(STATUSES),
                        minimum_n=table["minimum_n"].astype("Int64"))[PARTNER_COLUMNS]


def _units(evidence: Evidence, scores: pd.DataFrame) -> pd.Series:
    """Return how many units of evidence each of ``scores`` rests on, whether or not there is a group."""
    sums = {(one.indicator, one.event): evidence.cases[name].groupby("employee_id")["units"].sum()
            for name, one in SCORED.items()}
    sums[UPHELD_RATE, ""] = evidence.upheld.groupby("employee_id")["requests"].sum()
    asked = zip(scores["indicator"], scores["event"], scores["employee_id"], strict=True)
    return pd.Series([int(sums[indicator, event].get(unit, 0)) for indicator, event, unit in asked], scores.index)


def _without_persons(run: Run, scores: pd.DataFrame) -> pd.DataFrame:
    """Return ``scores`` without the competence of partners whose people are too few to stand for nobody."""
    rated = in_post(run, rated_on(run, ROLLING_QUARTERS), ("partner_id",))
    people = run.warehouse.reduce(rated.group_by("partner_id").agg(people=rated.employee_id.nunique()))
    enough = people.loc[people["people"] >= MINIMUM_GROUP, "partner_id"]
    hidden = scores["indicator"].eq(ASSESSED) & scores["n"].gt(0) & ~scores["employee_id"].isin(enough)
    numbers = [*NUMBERS, "estimate", "low", "high"]
    status = scores["status"].mask(hidden, f"not estimable: {FEW_PEOPLE}")
    return scores.assign(**scores[numbers].mask(hidden), status=status,
                         direction=scores["direction"].mask(hidden, DEFAULT),
                         permitted_use=scores["permitted_use"].mask(hidden, NOT_ENOUGH))
