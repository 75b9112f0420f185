"""How many were asked and answered, and what if the others think differently (clauses 4.1, 5.2)?"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.measures.satisfaction.satisfaction import SATISFIED_FROM, with_owed
from analysis.measures.satisfaction.weighting import QUESTIONS
from analysis.measures.units import COMPANY, judged, narrowed, unit_rows
from analysis.run import Run, remembered
from analysis.stats.survey.nonresponse import response_rate, share_bounds
from analysis.stats.survey.tipping import tipping_point

TOP2, STAGE, BOUNDS = "csat_top2_share", "survey_stage_share", "csat_bounds_share"
UNIT_TYPES = (COMPANY, "mode", "service_line", "branch")
STAGES = ("answered", "rated", "commented")
TIPPING = ["answers_verdict", "tipping_share", "tipping_gap_share", "tipping"]


def response_funnel(run: Run) -> pd.DataFrame:
    """Return the share of invitations that were answered, rated the service overall, and hold a comment.

    ``stage`` names it, ``count`` is how many came so far of the ``n`` invited. The invited are the sample of those the
    same fieldwork might have asked.
    """
    parts = []
    for unit_type, counts in _every(run).items():
        for stage in STAGES:
            minimum_n = run.params.registry[STAGE].minimum_n
            found = response_rate(counts[stage], counts["invited"], run.level, minimum_n).assign(count=counts[stage])
            part = found.reset_index().assign(indicator=STAGE, unit_type=unit_type)
            parts.append(with_owed(run, STAGE, unit_type, part).assign(stage=stage))
    table = judged(run, parts)
    return table.assign(count=table["count"].astype("Int64"))


@remembered
def nonresponse(run: Run) -> pd.DataFrame:
    """Return the share of satisfied customers whatever the silent would have said, and when they would turn a verdict.

    ``estimate`` is the share among the answers, each counted once; ``low`` and ``high`` hold for all who were asked,
    ``worst_share`` and ``best_share`` without sampling error. ``tipping_share``: the share among those who did not
    answer at which the share of all would equal the target; ``tipping_gap_share``: that less the share among those who
    did; ``tipping``: possible, impossible (no share of theirs does it) or everybody answered; ``answers_verdict``: of
    the answers alone. The target is that of the share of satisfied customers.
    """
    target = run.params.target(TOP2)
    parts = [_bounds(run, counts, unit_type, target) for unit_type, counts in _every(run).items()]
    table = judged(run, parts)
    words = {name: table[name].astype("str").fillna("") for name in ("answers_verdict", "tipping")}
    return table.assign(**words, invitations=table["invitations"].astype("Int64"))


def _bounds(run: Run, counts: pd.DataFrame, unit_type: str, target: float | None) -> pd.DataFrame:
    found = share_bounds(counts["satisfied"], counts["rated"], counts["invited"], run.level)
    found = found.rename(columns={"worst": "worst_share", "best": "best_share", "invited": "invitations"})
    blank = dict.fromkeys(("answers_verdict", "tipping"), "") | dict.fromkeys(TIPPING[1:3], float("nan"))
    told = found.assign(**blank, target=target if target is not None else float("nan"))
    if target is not None and len(counts):
        asked = counts.rename(columns={"satisfied": "count", "rated": "n"})
        turned = tipping_point(asked, target, "below", run.level)
        told = told.assign(answers_verdict=turned["verdict"], tipping_share=turned["tipping_share"],
                           tipping_gap_share=turned["tipping_gap"], tipping=turned["tipping"])
    ok = told["status"].eq("ok")
    told[["worst_share", "best_share"]] = told[["worst_share", "best_share"]].where(ok)
    part = told.reset_index().assign(indicator=BOUNDS, unit_type=unit_type)
    full = with_owed(run, BOUNDS, unit_type, part)
    return full.assign(target=target if target is not None else float("nan"))


def _every(run: Run) -> dict[str, pd.DataFrame]:
    """Return, per unit type, the units' invited, answered, rated, satisfied, commented; nothing from answers alone."""
    rows = run.warehouse.table("surveys")
    given = [rows[name].notnull() for name in ("responded_at", *QUESTIONS)]
    flags = {"answered": ibis.or_(*given), "rated": rows.satisfaction.notnull(),
             "satisfied": (rows.satisfaction >= SATISFIED_FROM).fill_null(False), "commented": rows.comment.notnull()}
    asked = narrowed(rows.mutate(**flags), UNIT_TYPES, *flags)
    counts = {one: _counted(run, asked, one, list(flags)) for one in UNIT_TYPES}
    silent = counts[COMPANY]["invited"].sum() > counts[COMPANY]["answered"].sum()
    return {one: found if silent else found.iloc[:0] for one, found in counts.items()}


def _counted(run: Run, rows: ir.Table, unit_type: str, flags: list[str]) -> pd.DataFrame:
    found = unit_rows(run, rows, unit_type)
    sums = {name: found[name].cast("int64").sum() for name in flags}
    return run.warehouse.reduce(found.group_by("unit").agg(invited=found.count(), **sums)).set_index("unit").astype(
        "int64")
