"""Which ranks could each person hold, if somebody insists on ranks (METHODS §3)?"""

from __future__ import annotations

import pandas as pd

from analysis.measures.people.cases import SCORED
from analysis.measures.people.groups import GROUP
from analysis.measures.people.judgement import Known
from analysis.run import Run
from analysis.stats.estimates import OK
from analysis.stats.ranks import Ranking, simultaneous_rank_sets
from analysis.stats.testing import ALPHA

SEED = 2_024
COLUMNS = ["indicator", "event", *GROUP, "unit", "n", "best_rank", "worst_rank"]


def rank_sets(run: Run, known: Known) -> pd.DataFrame:
    """Return, where ``site.yml`` asks for it, the ranks each person may hold among the colleagues: COLUMNS, by id.

    Sets that hold all true ranks together with 95 %; only of indicators on which the group differs beyond chance. A
    rank within the set is no figure of the person: no estimate is shown. No rows unless asked for.
    """
    parts = []
    tests = known.scored.tests
    for test in tests[tests["p_adjusted"] <= ALPHA].to_dict("records") if run.params.site.rank_sets else ():
        name = (test["indicator"], test["event"])
        asked = next((one for one in SCORED.values() if (one.indicator, one.event) == name), None)
        if asked is None:
            continue
        effects = known.scored.fits[asked.name, (test["role"], test["line"])].effects
        good = run.params.registry[asked.indicator].direction != "lower"
        sets = simultaneous_rank_sets(effects[effects["status"].eq(OK)], Ranking(SEED, run.level, largest_first=good))
        told = sets[sets["status"].eq(OK)].rename_axis("unit").reset_index()
        parts.append(told.assign(**{one: test[one] for one in ("indicator", "event", *GROUP)},
                                 best_rank=told["low"].astype("int64"), worst_rank=told["high"].astype("int64")))
    return pd.concat(parts, ignore_index=True)[COLUMNS] if parts else pd.DataFrame(columns=COLUMNS)
