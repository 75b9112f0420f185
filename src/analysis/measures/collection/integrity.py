"""Are there patterns in the data that need a second look (clauses 4.0, 6.1)?

Each row is a pattern, tested against what even work or like units would show. A pattern is a question to
the department that delivered: there are harmless reasons for each, and no row says who did what. Holm's rule over the
whole table keeps the chance of any false finding in a quarter at 5 %.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from analysis.measures.audits.audits import checks
from analysis.measures.breakdown import COMPLAINT_KIND, share_of
from analysis.measures.comparisons.case_mix import followed_to_limit, served_requests
from analysis.measures.people.roster import ROLLING_QUARTERS
from analysis.measures.response_time.repeat_contact import settled_rows
from analysis.measures.response_time.response import EVENTS, limits_minutes, timed_requests, waiting_times
from analysis.measures.units import COMPANY, judged, unit_rows
from analysis.run import Run, remembered
from analysis.stats.composites.strata import mantel_haenszel
from analysis.stats.estimates import COLUMNS
from analysis.stats.intervals.differences import share_difference
from analysis.stats.intervals.shares import modified_wilson
from analysis.stats.people.heterogeneity import between_variance
from analysis.stats.testing import ALPHA, holm, one_sided_p, one_sided_share_p
from analysis.tables.results import blank_figures

BUNCHED, PAUSED, REOPENED = "limit_bunching_share", "pause_bunching_share", "reopened_share"
RECODED, INVITED, AUDITORS = "recoded_complaint_share", "invited_better_served", "clean_audit_spread"
ROUND = "round_score_share"
TENTHS = 10  # of the limit: spans of one, narrow enough for times to fall or rise evenly over three of them
#: In three equal spans over which the density is log-linear the middle one holds 1/(x + 1 + 1/x) ≤ 1/3 of the cases.
EVEN = 1 / 3
#: In five neighbouring points over which the density is even or slopes the middle one, a multiple of 5, holds 1/5.
ROUND_STEP, EVEN_POINTS = 5, 1 / 5
FINE_SCALE = 50  # points attainable from which five points are a small part of the scale
FINDING, USUAL = "to be looked into", "nothing unusual"
MINUTES_PER_HOUR = 60
DIFFERENCE = "difference within cells, Mantel-Haenszel, Sato"
SPREAD = "standard deviation between auditors, Paule-Mandel, Q-profile"


@remembered
def integrity(run: Run) -> pd.DataFrame:
    """Return one row per pattern looked for and unit, as figures with ``usual``, ``p``, ``p_adjusted``, ``finding``.

    ``usual``: what even work, or the other units, would lead one to expect; empty where nothing is tested.
    ``p``: one-sided, of the usual being true; ``p_adjusted`` by Holm over the table. ``finding``: "to be looked
    into", "nothing unusual", or "" without a test.

    Bunching: by kind and event, and by branch over kinds. Reopened and recoded: a branch against the others. Invited:
    resolved requests by the last invitation, of the same cell. Auditors: random audits of four quarters; no name.
    Round scores: ratings of four quarters; "not applicable" where none is on a fine scale, or all are multiples of 5.
    """
    parts = [*(_bunched(run, event) for event in EVENTS), _paused(run), *_reopened(run), *_recoded(run), _invited(run),
             _auditors(run), _round_scores(run)]
    table = judged(run, [part.assign(target=np.nan) for part in parts])
    adjusted = holm(table["p"])
    words = np.select([table["p"].isna(), adjusted <= ALPHA], ["", FINDING], USUAL)
    return table.assign(p_adjusted=adjusted, finding=pd.Series(words, table.index, dtype="str"))


def _told(indicator: str, unit_type: str, found: pd.DataFrame, event: str = "",
          without: str = "no data") -> pd.DataFrame:
    """Return estimates indexed by unit, with ``usual`` and ``p``, as labelled rows; ``without`` any, that status."""
    if found.empty:
        blank = blank_figures(indicator, unit_type, [COMPANY] if unit_type == COMPANY else [], without)
        return blank.assign(usual=np.nan, p=np.nan, event=event)
    rows = found[[*COLUMNS, "usual", "p"]].rename_axis("unit").reset_index()
    return rows.assign(indicator=indicator, unit_type=unit_type, event=event)


def _against_even(run: Run, times: pd.DataFrame) -> pd.DataFrame:
    """Return, per unit, the share of the cases about their limit that end just under it."""
    tenths, limit = TENTHS * times["time"], times["limit"]  # whole numbers: a case at an edge is on one side for sure
    near = times[(tenths > (TENTHS - 2) * limit) & (tenths <= (TENTHS + 1) * limit)]
    just = near["cases"].where((tenths > (TENTHS - 1) * limit) & (tenths <= TENTHS * limit), 0)
    n, count = (one.groupby(near["unit"]).sum() for one in (near["cases"], just))
    found = modified_wilson(count, n, run.level)
    p = one_sided_share_p(count, n, EVEN, "above").where(found["status"].eq("ok"))
    return found.assign(usual=EVEN, p=p)


def _bunched(run: Run, event: str) -> pd.DataFrame:
    requests, limits = timed_requests(run, event), limits_minutes(run.params.plan, event)
    parts = []
    for unit_type in ("kind", "branch"):
        waits = waiting_times(run, requests, unit_type).merge(limits, on="kind")
        found = _against_even(run, waits.rename(columns={"events": "cases"})) if len(waits) else pd.DataFrame()
        parts.append(_told(BUNCHED, unit_type, found, event))
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else _told(BUNCHED, COMPANY, pd.DataFrame(), event)


def _paused(run: Run) -> pd.DataFrame:
    rows = run.warehouse.table("requests")
    paused = rows.filter(rows.paused_hours > 0, rows.resolved_at.notnull())
    seconds = paused.resolved_at.delta(paused.opened_at, unit="second")
    time = ((seconds / MINUTES_PER_HOUR) - paused.paused_hours * MINUTES_PER_HOUR).ceil().cast("int64")
    counts = run.warehouse.reduce(paused.group_by(["kind", time.name("time")]).agg(cases=paused.count()))
    bound = counts.merge(limits_minutes(run.params.plan, "resolution"), on="kind").assign(unit=COMPANY)
    return _told(PAUSED, COMPANY, _against_even(run, bound) if len(bound) else bound, "resolution")


def _against_others(run: Run, rows: ir.Table, flag: str) -> pd.DataFrame:
    """Return the share of ``flag`` per branch, and the p-value of its being no larger than in the other branches."""
    counts = run.warehouse.reduce(share_of(flag)(unit_rows(run, rows, "branch"), ["unit"])).set_index("unit")
    found = modified_wilson(counts["count"], counts["n"], run.level)
    others = counts.assign(base_count=counts["count"].sum() - counts["count"], base_n=counts["n"].sum() - counts["n"])
    gap = share_difference(others, run.level)
    usual = (others["base_count"] / others["base_n"]).where(gap["status"].eq("ok"))
    return found.assign(usual=usual, p=one_sided_p(gap, 0.0, "above"))


def _overall(run: Run, rows: ir.Table, flag: str) -> pd.DataFrame:
    """Return the company's share of ``flag``, which nothing is tested against."""
    counts = run.warehouse.reduce(share_of(flag)(unit_rows(run, rows, COMPANY), ["unit"])).set_index("unit")
    return modified_wilson(counts["count"], counts["n"], run.level).assign(usual=np.nan, p=np.nan)


def _both(run: Run, indicator: str, rows: ir.Table, flag: str) -> Sequence[pd.DataFrame]:
    return [_told(indicator, COMPANY, _overall(run, rows, flag)),
            _told(indicator, "branch", _against_others(run, rows, flag))]


def _reopened(run: Run) -> Sequence[pd.DataFrame]:
    return _both(run, REOPENED, settled_rows(run), "reopened")


def _recoded(run: Run) -> Sequence[pd.DataFrame]:
    rows = run.warehouse.table("requests")
    was = (rows.original_kind == COMPLAINT_KIND).fill_null(False)
    taken_in = rows.filter(was | (rows.kind == COMPLAINT_KIND) & rows.original_kind.isnull())
    return _both(run, RECODED, taken_in.mutate(recoded=taken_in.kind != COMPLAINT_KIND), "recoded")


def _invited(run: Run) -> pd.DataFrame:
    """Return how much more often invited customers were served in time than the others of the same cell."""
    surveys = run.warehouse.table("surveys").filter(ibis._.request_id.notnull())
    last = run.warehouse.reduce(surveys.agg(n=surveys.count(), last=surveys.invited_day.max()))
    if not last["n"].iloc[0]:
        return _told(INVITED, COMPANY, pd.DataFrame())
    bound = followed_to_limit(run, served_requests(run), "resolution")
    bound = bound.filter(bound.resolved_day <= pd.Timestamp(last["last"].iloc[0]).date())
    asked = bound.mutate(asked=bound.request_id.isin(surveys.request_id))
    counts = run.warehouse.reduce(asked.group_by(["cell", "asked"]).agg(
        n=asked.count(), count=asked.in_limit.cast("int64").sum()))
    if counts.empty:
        return _told(INVITED, COMPANY, counts)
    wide = counts.pivot(index="cell", columns="asked", values=["count", "n"]).reindex(
        columns=pd.MultiIndex.from_product([["count", "n"], [True, False]])).fillna(0)
    wide.columns = pd.Index(["count_1", "count_0", "n_1", "n_0"])
    found = mantel_haenszel(wide.rename_axis("stratum").reset_index(), level=run.level).set_axis([COMPANY])
    return _told(INVITED, COMPANY, found.assign(usual=0.0, p=one_sided_p(found, 0.0, "above"), method=DIFFERENCE))


def _auditors(run: Run) -> pd.DataFrame:
    """Return how far apart auditors are in the share of their random audits in which nothing failed."""
    rows = checks(run.warehouse.history("audits", ROLLING_QUARTERS))
    each = rows.filter(rows.sampling == "random").group_by(["auditor_id", "audit_id"]).agg(bad=ibis._.failed.any())
    clean = (~each.bad).cast("int64").sum()
    counts = run.warehouse.reduce(each.group_by("auditor_id").agg(n=each.count(), clean=clean))
    whole, good = counts["n"].sum(), counts["clean"].sum()
    if not 0 < good < whole:
        return _told(AUDITORS, COMPANY, pd.DataFrame())
    pooled = good / whole
    effects = counts.assign(estimate=counts["clean"] / counts["n"],
                            sampling_variance=pooled * (1 - pooled) / counts["n"])
    found = between_variance(effects, level=run.level).set_axis([COMPANY])
    limits = {name: np.sqrt(found[name]) for name in ("estimate", "low", "high")}
    return _told(AUDITORS, COMPANY, found.assign(n=whole, method=SPREAD, usual=0.0, **limits))


def _round_scores(run: Run) -> pd.DataFrame:
    """Return the share of multiples of 5 among scores in whole points: the middle of every five neighbouring ones.

    A score that an assessment gives to several facets counts once; fractions are cut off. The two or three points at
    either end of a scale, where scores pile up by themselves, are left out.
    """
    rows = run.warehouse.history("assessments", ROLLING_QUARTERS)
    point = rows.score.floor().cast("int64")
    middle = (point + ROUND_STEP // 2) // ROUND_STEP * ROUND_STEP
    each = rows.select("assessment_id", point=point, fine=rows.max_score >= FINE_SCALE, multiple=point == middle,
                       inside=(middle > 0) & (middle + ROUND_STEP // 2 < rows.max_score)).distinct()
    counted = {"known": each.point.notnull(), "other": each.fine & ~each.multiple, "n": each.fine & each.inside,
               "count": each.fine & each.inside & each.multiple}
    told = run.warehouse.reduce(each.agg(**{name: each.count(where=one) for name, one in counted.items()}))
    told = told.set_axis([COMPANY])
    if not told["other"].item():
        return _told(ROUND, COMPANY, pd.DataFrame(), without="not applicable" if told["known"].item() else "no data")
    found = modified_wilson(told["count"], told["n"], run.level)
    p = one_sided_share_p(told["count"], told["n"], EVEN_POINTS, "above").where(found["status"].eq("ok"))
    return _told(ROUND, COMPANY, found.assign(usual=EVEN_POINTS, p=p))
