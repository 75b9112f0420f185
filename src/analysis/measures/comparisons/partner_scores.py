"""What may be said of each partner over four quarters, by the rules that hold for employees (clause 2.5; METHODS §3)?

The group is the partners under contract and own staff taken as one: all are compared on like cases, pulled towards
the group as far as the evidence is thin, and shown from a reliability of 0.7 on. Nobody is ranked.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.measures.comparisons.case_mix import IN_HOUSE
from analysis.measures.comparisons.partner_figures import contracted
from analysis.measures.people.cases import UPHELD_RATE
from analysis.measures.people.groups import EVERY_LINE, GROUP
from analysis.measures.people.judgement import NUMBERS, methods_of
from analysis.measures.people.scoring import bounds_of, evidence_on, scoring
from analysis.measures.units import COMPANY, PARTNER, judged
from analysis.run import Run, remembered
from analysis.stats.people.expected_counts import FEW_WITH_EVENTS
from analysis.stats.people.posterior import MINIMUM_PERSONS
from analysis.stats.people.shrinkage import FEW_PERSONS, NO_DIFFERENCES
from analysis.tables.results import FIGURE_COLUMNS, blank_figures

FEW_PARTNERS = f"fewer than {MINIMUM_PERSONS} partners, own staff counted as one"
#: What is said of persons, said of partners.
STATUSES = {f"not estimable: {one}": f"not estimable: {one.replace('persons', 'partners')}"
            for one in (FEW_PERSONS, FEW_WITH_EVENTS, NO_DIFFERENCES)}
PARTNER_COLUMNS = [*FIGURE_COLUMNS, *NUMBERS, "group_mean", "p_adjusted", "direction", "minimum_n", "permitted_use"]


@remembered
def partner_scores(run: Run) -> pd.DataFrame:
    """Return a row per partner and indicator that touches it, over four quarters, by id.

    ``estimate``: adjusted for case mix and shrunken, in the indicator's unit; ``naive``: own cases as they stand;
    ``adjusted``: like cases, not yet shrunken; ``reliability``; ``probability_below``, ``probability_above``: that the
    true figure lies on that side of ``group_mean``; ``p_adjusted``: of no differences in the group, Holm over its
    indicators; ``direction`` from that mean, ``permitted_use``: as of `scoring.scoring`. No figure has a target: those
    of the quarter are judged by it. n in the indicator's own units: answers, checks, assessments or requests.
    """
    bounds = replace(bounds_of(run), least_peers=MINIMUM_PERSONS, few_peers=FEW_PARTNERS)
    units = sorted({*contracted(run), IN_HOUSE})
    people = pd.DataFrame({"employee_id": units, "role": PARTNER, "line": EVERY_LINE, "peers": len(units)})
    found = scoring(people, evidence_on(run, PARTNER), bounds)
    keys = ["indicator", "event", *GROUP]
    told = found.scores.assign(method=methods_of(found)).merge(
        found.tests[[*keys, "group_mean", "p_adjusted"]], how="left", on=keys)
    told = told[told["employee_id"].ne(IN_HOUSE)].rename(columns={"employee_id": "unit"})
    if told.empty:
        blank = blank_figures(UPHELD_RATE, COMPANY, [COMPANY], "no data")
        return judged(run, [blank.assign(target=np.nan)]).reindex(columns=PARTNER_COLUMNS)
    table = judged(run, [told.assign(unit_type=PARTNER, target=np.nan)])
    numbers = {name: table[name].astype("float64") for name in (*NUMBERS, "group_mean", "p_adjusted")}
    return table.assign(**numbers, status=table["status"].replace(STATUSES),
                        minimum_n=table["minimum_n"].astype("Int64"))[PARTNER_COLUMNS]
