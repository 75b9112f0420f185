"""What did employees object to in the evidence on them, and what did that change (clauses 7.2, 7.3)?"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analysis.measures.people.cases import SCORED
from analysis.measures.people.judgement import Known
from analysis.measures.people.scoring import evidence_on, scoring
from analysis.run import Run

COLUMNS = ["contest_id", "employee_id", "indicator", "event", "table", "raised_on", "outcome", "decided_on", "n",
           "n_with_all", "adjusted", "adjusted_with_all", "permitted_use", "permitted_use_with_all"]


def contested(run: Run, known: Known) -> pd.DataFrame:
    """Return a row per contest and indicator it touches (confidential): the score now, and with all cases.

    A case contested by an employee is left out of the figures on that employee while the contest is pending and when
    it is upheld; rejected, it counts again. n and n_with_all: where they are equal the case is not among those counted.
    """
    touched = [(one.contest_id, one.employee_id, asked.indicator, asked.event, one.table, one.raised_on, one.outcome,
                one.decided_on) for one in run.params.contests for asked in SCORED.values() if asked.table == one.table]
    table = pd.DataFrame(touched, columns=COLUMNS[:8])
    if table.empty:
        return pd.DataFrame(columns=COLUMNS)
    everything = replace(run, params=replace(run.params, contests=()))
    whole = scoring(known.people, evidence_on(everything), known.bounds)
    keys = ["employee_id", "indicator", "event"]
    told = ["n", "adjusted", "permitted_use"]
    both = known.scored.scores[[*keys, *told]].merge(whole.scores[[*keys, *told]], on=keys, suffixes=("", "_with_all"))
    return table.merge(both, how="left", on=keys)[COLUMNS].sort_values(["contest_id", "indicator"], ignore_index=True)


def contest_counts(run: Run) -> pd.DataFrame:
    """Return how many contests of employees there are by ``outcome``: counts alone, nobody named."""
    outcomes = pd.Series([one.outcome for one in run.params.contests], dtype="str")
    return outcomes.value_counts().rename_axis("outcome").reset_index(name="count").sort_values("outcome")
