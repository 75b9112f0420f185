"""What does each figure of a report mean, whose is it, and what is it held against (clauses 3.4, 8.1)?"""

from __future__ import annotations

import pandas as pd

from analysis.run import Run

DEFINITION_COLUMNS = ["indicator", "definition", "formula", "interpretation", "target", "target_source", "owner",
                      "clause", "effective_from"]


def definitions(run: Run, report: str) -> pd.DataFrame:
    """Return the registry's words for every indicator in force that ``report`` publishes, in the registry's order."""
    rows = [[one.id, one.definition, one.formula, one.interpretation, run.params.target(one.id),
             _target_source(run, one.id), one.owner, one.clause, one.effective_from.isoformat()]
            for one in run.params.registry if one.report == report]
    return pd.DataFrame(rows, columns=DEFINITION_COLUMNS)


def _target_source(run: Run, indicator: str) -> str:
    planned = run.params.plan.indicators.get(indicator)
    if planned is not None and planned.target is not None:
        return f"plan of {run.quarter}"
    return run.params.registry[indicator].target_source
