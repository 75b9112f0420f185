"""How are the answers on overall satisfaction spread over the scale (clause 4.1)?"""

from __future__ import annotations

import pandas as pd

from analysis.measures.satisfaction.satisfaction import with_owed
from analysis.measures.satisfaction.weighting import answers, weighted_figures
from analysis.measures.units import COMPANY, judged
from analysis.run import Run, remembered

ANSWER_SHARE = "csat_answer_share"
UNIT_TYPES = (COMPANY, "service_line", "mode", "branch")
SCALE = (1, 2, 3, 4, 5)  # very dissatisfied … very satisfied


@remembered
def satisfaction_distribution(run: Run) -> pd.DataFrame:
    """Return the share of each answer from 1 to 5 per unit, weighted as the headline is (column ``answer``).

    The five shares of a unit add up to 1; ``n`` are the answers of the unit.
    """
    return judged(run, [with_owed(run, ANSWER_SHARE, unit_type, part).assign(answer=str(answer))
                        for unit_type in UNIT_TYPES for answer, part in _parts(run, unit_type)])


def _parts(run: Run, unit_type: str) -> list[tuple[int, pd.DataFrame]]:
    found = answers(run, run.quarter, unit_type, ("satisfaction",))
    score = found.counts["satisfaction"].astype(float)
    minimum_n = run.params.registry[ANSWER_SHARE].minimum_n
    parts = []
    for answer in SCALE:
        value = score.eq(answer).astype(float).where(score.notna())
        figures = weighted_figures(found, value, "share", run.level, minimum_n).reset_index()
        figures = figures[figures["unit"].notna()]
        parts.append((answer, figures.assign(indicator=ANSWER_SHARE, unit_type=unit_type)))
    return parts
