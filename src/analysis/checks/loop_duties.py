"""Is the loop closed: problems advised on, measures followed, results delivered, reviewed and used (5.3 to 7.4)?"""

from __future__ import annotations

import pandas as pd

from analysis.checks.judgement import MET, N_, NO_DATA, NOT_MET, Evidence, Judgement, every, judged
from analysis.measures.improvement.actions import DECIDED
from analysis.measures.improvement.effects import STILL_RUNS
from analysis.measures.improvement.reviews import PROBLEM, REVIEWED
from analysis.params import Review

FACETS = ("knowledge", "communication", "adaptability")


def _previous(e: Evidence) -> tuple[str, Review | None]:
    quarter = e.params.quarter.plus(-1)
    return f"params/reviews/{quarter}.yml", e.params.reviews.get(quarter)


def problems_ranked(e: Evidence) -> Judgement:
    """5.3: figures were tested against their targets and what remains is one ranked list with owners."""
    tested = sum(int(table["p_worse"].notna().sum()) for name, table in e.tables.items()
                 if "p_worse" in table and name != "problems")
    rows = e.table("problems")
    if not tested or "owner" not in rows:
        return Judgement(NO_DATA, N_("nothing was tested"), ("tables/problems.csv",))
    owned = int(rows["owner"].fillna("").ne("").sum())
    why = N_("{0} of {1} problems with an owner").format(owned, len(rows))
    return Judgement(MET if owned == len(rows) else NOT_MET, why, ("tables/problems.csv",))


def problems_advised(e: Evidence) -> Judgement:
    """5.4: a recommendation of the catalogue points at each problem of the quarter."""
    problems, advice = e.table("problems"), e.table("recommendations")
    if not {"problem_id", "recommendation_id"} <= set(advice) or "problem_id" not in problems:
        return Judgement(NO_DATA, N_("no recommendations"), ("tables/recommendations.csv",))
    advised = set(advice.loc[advice["recommendation_id"].fillna("").ne(""), "problem_id"])
    have, of = len(advised & set(problems["problem_id"])), problems["problem_id"].nunique()
    why = N_("{0} of {1} problems with a recommendation").format(have, of)
    return Judgement(MET if have == of else NOT_MET, why, ("tables/recommendations.csv", "tables/problems.csv"))


def report_delivered(e: Evidence) -> Judgement:
    """5.4: the previous quarter's report went to management: to whom, when, which hash; one that was signed, if any."""
    pointer, review = _previous(e)
    as_of = e.params.plan.as_of.astimezone(e.params.site.zone).date()
    delivered = [one for one in review.delivered if one.on <= as_of] if review else []
    last = e.params.quarter.plus(-1)
    signed = {one.manifest_sha256 for one in e.params.signed.get(last, ()) if one.signed_on <= as_of}
    if not delivered:
        return Judgement(NO_DATA, N_("no delivery of the last report is recorded"), (pointer,))
    if not signed:
        return Judgement(MET, N_("{0} deliveries recorded, no signature to hold them against").format(len(delivered)),
                         (pointer,))
    have = sum(one.sha256 in signed for one in delivered)
    whole = have == len(delivered)
    why = N_("{0} of {1} deliveries are of the signed report") if whole else N_(
        "hash differs: {0} of {1} deliveries are of the signed report")
    return Judgement(MET if whole else NOT_MET, why.format(have, len(delivered)),
                     (pointer, f"params/published/{last}.yml"))


def reported(e: Evidence) -> Judgement:
    """5.4: the last report was delivered, and each problem has its recommendation; no data without a delivery."""
    delivered = report_delivered(e)
    return delivered if delivered.status == NO_DATA else every(problems_advised, report_delivered)(e)


def measures_followed(e: Evidence) -> Judgement:
    """5.5: measures have owner and due day, and results were told back to the units they concern."""
    rows = e.table("actions")
    actions = int(rows["owner_department"].fillna("").ne("").sum()) if "owner_department" in rows else 0
    as_of = e.params.plan.as_of.astimezone(e.params.site.zone).date()
    back = sum(one.on <= as_of for one in e.params.plan.told_back)
    have = int(actions > 0 and actions == len(rows)) + int(back > 0)
    why = N_("{0} measures with owner and due day, {1} units told back").format(actions, back)
    return judged(have, 2, why, "tables/actions.csv", f"params/{e.params.quarter}.yml")


def effects_judged(e: Evidence) -> Judgement:
    """7.4: of measures whose window is over it is said whether they worked, and what follows where it is not shown."""
    rows = e.table("actions")
    begun = rows[rows.get("started_on", pd.Series("", index=rows.index)).fillna("").ne("")]
    why = begun.get("why", pd.Series("", index=begun.index)).fillna("")
    adjusted = begun.get("adjustment", pd.Series("", index=begun.index)).fillna("")
    over, runs = why[why.ne(STILL_RUNS)], int(why.eq(STILL_RUNS).sum())
    have, owed, decided = int(over.ne("").sum()), int(adjusted.ne("").sum()), int(adjusted.eq(DECIDED).sum())
    if len(rows) and over.empty and not owed:
        return Judgement(MET, N_("no window of a measure is over yet"), ("tables/actions.csv",))
    said = N_("{0} of {1} measures whose window is over are judged, {2} of {3} not found to work are decided on;"
              " {4} windows still run").format(have, len(over), decided, owed, runs)
    return judged(have + decided, len(over) + owed, said, "tables/actions.csv")


def fieldwork_done(e: Evidence) -> Judgement:
    """6.1: the department sees the fieldwork against its plan, and the data quality of what it returned."""
    rows = e.table("fieldwork")
    held = int((rows["actual"] > 0).sum()) if "actual" in rows else 0
    reached = int(rows["reached"].sum()) if "reached" in rows else 0
    why = N_("{0} of {1} planned samples fielded, {2} as large as planned").format(held, len(rows), reached)
    return judged(held, len(rows), why, "tables/fieldwork.csv", "tables/data_quality.csv")


def decisions_recorded(e: Evidence) -> Judgement:
    """6.4: management recorded a decision on each problem of the previous quarter's review."""
    pointer, _ = _previous(e)
    if not _reviewed(e):
        return Judgement(NO_DATA, N_("no review of the last quarter"), (pointer,))
    rows = e.table("decisions")
    last = str(e.params.quarter.plus(-1))
    problems = rows[rows["about"].eq(PROBLEM) & rows["quarter"].eq(last)] if "about" in rows else rows
    have = int(problems["decision"].ne("").sum()) if "decision" in problems else 0
    why = N_("{0} of {1} problems decided").format(have, len(problems))
    return judged(have, len(problems), why, "tables/decisions.csv", pointer)


def indicators_reviewed(e: Evidence) -> Judgement:
    """7.1: management reviewed every indicator of the previous quarter's plan."""
    pointer, _ = _previous(e)
    if not _reviewed(e):
        return Judgement(NO_DATA, N_("no review of the last quarter"), (pointer,))
    states = e.table("reviews")["state"]
    have = int(states.eq(REVIEWED).sum())
    return Judgement(MET if have == len(states) else NOT_MET,
                     N_("{0} of {1} indicators reviewed").format(have, len(states)), ("tables/reviews.csv", pointer))


def _reviewed(e: Evidence) -> bool:
    """Tell whether there was a review of the previous quarter."""
    rows = e.table("reviews")
    return "reviewed_by" in rows and bool(rows["reviewed_by"].ne("").any())


def use_permitted(e: Evidence) -> Judgement:
    """7.3: of every figure of an employee it is said what it may be used for, and the decision is left to people."""
    rows = e.table("appraisal")
    evaluated = rows[rows["status"] != "not applicable"]
    said = evaluated.get("permitted_use", pd.Series(dtype="str")).fillna("")
    left = evaluated.get("decision", pd.Series(dtype="str")).fillna("")
    have = int((said.ne("") & left.eq("")).sum())
    why = N_("{0} of {1} figures with their permitted use").format(have, len(evaluated))
    return judged(have, len(evaluated), why, "confidential/tables/appraisal.csv")


def needs_told(e: Evidence) -> Judgement:
    """6.3: of each facet it is judged, team by team, who needs training (in the confidential tables).

    One team judged will do, for another may be too small; how many are judged in no facet is said.
    """
    rows = e.table("training_needs")
    teams = rows[rows["unit_type"].eq("team")].reindex(columns=["unit", "facet", "status", "need"])
    told = teams[teams["facet"].isin(FACETS) & teams["status"].eq("ok") & teams["need"].fillna("").ne("")]
    have, of = told["facet"].nunique(), teams["unit"].nunique()
    why = N_("{0} of {1} facets judged in at least one team; {2} of {3} teams judged in none").format(
        have, len(FACETS), of - told["unit"].nunique(), of)
    return judged(have, len(FACETS), why, "confidential/tables/training_needs.csv")
