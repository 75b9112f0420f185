"""What may go into a person's appraisal file, and what people decided (clause 7.3)?

Nothing is decided by machine (PIPL art. 24): the fields of the decision are empty until a human being fills them in,
and a decision may not rest on evidence below its permitted use.
"""

from __future__ import annotations

import pandas as pd

from analysis.measures.people.judgement import Known, employees
from analysis.run import Run
from analysis.tables.results import FIGURE_COLUMNS

HUMAN = ["decision", "decision_by", "decision_on", "decision_reason", "appeal", "appeal_outcome"]
TOLD = ["role", "line", "direction", "reliability", "evidence", "permitted_use", "reason"]


def appraisal(run: Run, known: Known) -> pd.DataFrame:
    """Return a row per person and indicator for the appraisal file (confidential), by id: no ranks.

    What is known of the person (`employees`), what it may be used for and why, and the empty fields HUMAN.
    """
    table = employees(run, known)
    return table[[*FIGURE_COLUMNS, *TOLD]].assign(**dict.fromkeys(HUMAN, ""))
