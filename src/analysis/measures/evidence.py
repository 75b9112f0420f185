"""Which tables does the management report rest on?"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from analysis.measures import (
    audits,
    clocks,
    collection,
    competence,
    complaints,
    feedback,
    improvement,
    response,
    satisfaction,
    trend,
)
from analysis.run import Run

Tables = dict[str, pd.DataFrame]

MEASURES: dict[str, Callable[[Run], pd.DataFrame]] = {
    "milestones": collection.milestones,
    "fieldwork": collection.fieldwork,
    "data_quality": collection.data_quality,
    "satisfaction": satisfaction.satisfaction,
    "satisfaction_change": satisfaction.satisfaction_change,
    "response_time": response.response_time,
    "clocks": clocks.clocks,
    "accuracy": audits.accuracy,
    "compliance": audits.compliance,
    "competence": competence.competence,
    "coverage": competence.coverage,
    "acknowledgement": competence.acknowledgement,
    "training_needs": competence.training_needs,
    "appraisal": competence.appraisal,
    "complaints": complaints.complaints,
    "complaint_trend": trend.complaint_trend,
    "feedback": feedback.feedback,
    "actions": improvement.actions,
}


def evidence(run: Run) -> Tables:
    """Return every result table of the run by name; the questions behind them are asked once per run."""
    return {name: measure(run) for name, measure in MEASURES.items()}
