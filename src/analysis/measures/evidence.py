"""Which tables does the management report rest on?"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from analysis.measures.audits import audit_charts, auditors, audits
from analysis.measures.collection import collection, integrity
from analysis.measures.comparisons import consistency, partners
from analysis.measures.complaints import complaints, feedback, trend
from analysis.measures.improvement import actions, reviews
from analysis.measures.people import appraisal, assessors, competence, coverage, judgement, training
from analysis.measures.response_time import breaches, clocks, repeat_contact, response
from analysis.measures.satisfaction import distribution, drivers, mode_effect, nonresponse, satisfaction
from analysis.run import Run

Tables = dict[str, pd.DataFrame]

def _appraisal(run: Run) -> pd.DataFrame:
    return appraisal.appraisal(run, judgement.known_of_people(run))


MEASURES: dict[str, Callable[[Run], pd.DataFrame]] = {
    "milestones": collection.milestones,
    "fieldwork": collection.fieldwork,
    "data_quality": collection.data_quality,
    "satisfaction": satisfaction.satisfaction,
    "satisfaction_distribution": distribution.satisfaction_distribution,
    "drivers": drivers.drivers,
    "mode_effect": mode_effect.mode_effect,
    "nonresponse": nonresponse.nonresponse,
    "response_time": response.response_time,
    "repeat_contact": repeat_contact.repeat_contact,
    "breaches": breaches.breaches,
    "clocks": clocks.clocks,
    "accuracy": audits.accuracy,
    "compliance": audits.compliance,
    "audit_charts": audit_charts.audit_charts,
    "auditor_agreement": auditors.auditor_agreement,
    "competence": competence.competence,
    "coverage": coverage.coverage,
    "acknowledgement": coverage.acknowledgement,
    "rating_reliability": assessors.rating_reliability,
    "training_needs": training.training_needs,
    "appraisal": _appraisal,
    "complaints": complaints.complaints,
    "complaint_trend": trend.complaint_trend,
    "feedback": feedback.feedback,
    "consistency": consistency.consistency,
    "partners": partners.partners,
    "integrity": integrity.integrity,
    "actions": actions.actions,
    "reviews": reviews.reviews,
    "decisions": reviews.decisions,
    "objections": reviews.objections,
}


def evidence(run: Run) -> Tables:
    """Return every result table of the run by name; the questions behind them are asked once per run."""
    return {name: measure(run) for name, measure in MEASURES.items()}
