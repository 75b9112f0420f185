"""Which rule decides a clause that asks for more than figures: who planned, decided, reviewed, told, acknowledged?"""

from __future__ import annotations

import pandas as pd

from analysis.checks.judgement import MET, N_, NO_DATA, NOT_MET, Evidence, Judgement, judged

COMPLETE = 1.0  # duties the policy puts on all employees


def three_verdicts(e: Evidence) -> Judgement:
    """1.1: the report opens with a verdict on quality, conduct and customers' rights, each resting on cases."""
    rows = e.table("opening")
    have = int((rows["cases"] > 0).sum()) if "cases" in rows else 0
    return judged(have, 3, N_("{0} of 3 opening verdicts given").format(have), "tables/opening.csv")


def limits_sourced(e: Evidence) -> Judgement:
    """1.2: every limit used is printed with its source and certainty."""
    rows = e.table("clocks")
    source, certainty = (rows.get(name, pd.Series("", index=rows.index)).fillna("") for name in ("source", "certainty"))
    have = int((source.ne("") & certainty.ne("")).sum())
    why = N_("{0} of {1} limits with their source").format(have, len(rows))
    return judged(have, len(rows), why, "tables/clocks.csv")


def all_accounted_for(e: Evidence) -> Judgement:
    """2.1: every employee on the roster is evaluated, has not enough evidence, or is exempt."""
    rows = e.table("coverage")
    company = rows[(rows["indicator"] == "evaluation_coverage_share") & (rows["unit_type"] == "company")]
    return _complete(company, "tables/coverage.csv")


def all_acknowledged(e: Evidence) -> Judgement:
    """8.4: every employee acknowledged the policy's current version."""
    rows = e.table("acknowledgement")
    return _complete(rows[rows["unit_type"] == "company"], "tables/acknowledgement.csv")


def _complete(rows: pd.DataFrame, pointer: str) -> Judgement:
    ok = rows[rows["status"] == "ok"]
    if ok.empty:
        return Judgement(NO_DATA, N_("no roster"), (pointer,))
    share, of = float(ok["estimate"].iloc[0]), int(ok["n"].iloc[0])
    why = N_("{0} of {1} employees").format(round(share * of), of)
    return Judgement(MET if share >= COMPLETE else NOT_MET, why, (pointer,))


def every_pair(e: Evidence) -> Judgement:
    """2.2: each weighted indicator has a row for each service line."""
    scores = e.table("scorecard")
    wanted = {(one, line) for one in e.params.plan.weighted for line in e.params.site.service_lines}
    have = len(wanted & set(zip(scores["indicator"], scores["unit"], strict=True)))
    why = N_("{0} of {1} pairs of indicator and line shown").format(have, len(wanted))
    return judged(have, len(wanted), why, "tables/scorecard.csv")


def lines_declared(e: Evidence) -> Judgement:
    """2.3: every service line that delivers data is declared in ``site.yml``."""
    names = ("satisfaction", "response_time", "accuracy", "complaints")
    rows = pd.concat([e.table(name)[["unit_type", "unit", "status"]] for name in names])
    lines = set(rows.query("unit_type == 'service_line' and status == 'ok'")["unit"])
    unknown = lines - set(e.params.site.service_lines)
    why = N_("{0} of {1} lines declared").format(len(lines) - len(unknown), len(lines))
    return judged(len(lines) - len(unknown), len(lines), why, "params/site.yml")


def registered(e: Evidence) -> Judgement:
    """4.0: every published figure has formula, unit and source in the registry."""
    published = {one for table in e.tables.values() if "indicator" in table for one in table["indicator"]}
    have = sum(one in e.params.registry and bool(e.params.registry[one].formula and e.params.registry[one].source)
               for one in published)
    why = N_("{0} of {1} indicators defined").format(have, len(published))
    return judged(have, len(published), why, "params/indicators.yml")


def explained(e: Evidence) -> Judgement:
    """8.1: every indicator has an interpretation in plain language and an owner."""
    every = list(e.params.registry)
    have = sum(bool(one.interpretation and one.owner) for one in every)
    why = N_("{0} of {1} indicators explained").format(have, len(every))
    return judged(have, len(every), why, "params/indicators.yml")


def approved_registry(e: Evidence) -> Judgement:
    """6.2: every indicator in force has an approver."""
    every = list(e.params.registry)
    have = sum(bool(one.approver) for one in every)
    why = N_("{0} of {1} indicators approved").format(have, len(every))
    return judged(have, len(every), why, "params/indicators.yml")


def versions_in_force(e: Evidence) -> Judgement:
    """8.2: each published indicator was in force on the quarter's last day."""
    published = {one for table in e.tables.values() if "indicator" in table for one in table["indicator"]}
    have = sum(one in e.params.registry and e.params.registry[one].in_force(e.params.quarter.end) for one in published)
    why = N_("{0} of {1} indicators in force").format(have, len(published))
    return judged(have, len(published), why, "params/indicators.yml")


def approved_plan(e: Evidence) -> Judgement:
    """5.1: the plan names indicators, methods and milestones, and was approved before the quarter ended."""
    plan = e.params.plan
    in_time = plan.approved_on <= e.params.quarter.end
    have = [bool(plan.indicators), bool(plan.milestones), bool(plan.approved_by), in_time]
    why = N_("{0} of 4: indicators, milestones, approver, approved in time").format(sum(have))
    return judged(sum(have), len(have), why, f"params/{e.params.quarter}.yml", "tables/milestones.csv")


def modes_answered(e: Evidence) -> Judgement:
    """5.2: each mode the plan names brought answers; a silent one is named by its count."""
    rows = e.table("satisfaction").query("unit_type == 'mode' and indicator == 'csat_top2_share'")
    answered = set(rows.loc[rows["n"].fillna(0) > 0, "unit"])
    wanted = e.params.plan.modes
    have = sum(mode in answered for mode in wanted)
    why = N_("{0} of {1} modes answered").format(have, len(wanted))
    return judged(have, len(wanted), why, "tables/satisfaction.csv")


def surveyed_without_gap(e: Evidence) -> Judgement:
    """4.1: there were answers this quarter, and in the one before if it had a plan."""
    now = e.table("satisfaction").query("unit_type == 'company' and indicator == 'csat_top2_share' and status == 'ok'")
    change, last = e.table("changes"), e.params.quarter.plus(-1)
    planned = last in e.params.plans
    compared = change.query("unit_type == 'company' and indicator == 'csat_top2_share' and status == 'ok'")
    before = "compared_with" in compared and str(last) in set(compared["compared_with"])
    have, of = len(now.head(1)) + int(before and planned), 1 + int(planned)
    return judged(have, of, N_("{0} of {1} quarters surveyed").format(have, of), "tables/satisfaction.csv",
                  "tables/changes.csv")


def spread_judged(e: Evidence) -> Judgement:
    """2.4: between branches, channels and shifts it is said whether an indicator spreads beyond chance."""
    rows = e.table("consistency")
    told = set(rows.loc[rows["spread"].fillna("").ne(""), "unit_type"]) if "spread" in rows else set()
    have = len(told & {"branch", "channel", "shift"})
    return judged(have, 3, N_("{0} of 3 kinds of units judged for their spread").format(have), "tables/consistency.csv")


def partners_compared(e: Evidence) -> Judgement:
    """2.5: partners are held against the company's own staff, adjusted for case mix, on four indicators."""
    rows = e.table("partners")
    told = set(rows.loc[(rows["unit_type"] == "partner") & (rows["status"] == "ok"), "indicator"])
    wanted = {"in_limit_share", "csat_top2_share", "complaints_per_1k_requests", "accuracy_error_share"}
    have = len(told & wanted)
    why = N_("{0} of {1} indicators compared with own staff").format(have, len(wanted))
    return judged(have, len(wanted), why, "tables/partners.csv")


def changes_decomposed(e: Evidence) -> Judgement:
    """3.3: each weighted indicator of the company is compared with an earlier quarter, its change parted in steps."""
    rows = e.table("changes")
    told = rows[(rows["unit_type"] == "company") & (rows["status"] == "ok")]
    have = len(set(e.params.plan.weighted) & set(told["indicator"]))
    parted = "performance" in told and bool(told["performance"].notna().any())
    why = N_("{0} of {1} weighted indicators compared").format(have, len(e.params.plan.weighted))
    return judged(have if parted else 0, len(e.params.plan.weighted), why, "tables/changes.csv")


def revisions_bridged(e: Evidence) -> Judgement:
    """8.3: each indicator revised in the last four quarters is also told under its definition before, with the step.

    In a first quarter there is none to tell it of: no data.
    """
    revised = {one.id for one in e.params.registry.revised(e.params.quarter)} & set(e.params.plan.indicators)
    rows = e.table("changes")
    moved = rows["definition"].fillna(0).ne(0) if "definition" in rows else pd.Series(False, rows.index)
    have = len(revised & set(rows.loc[moved, "indicator"]))
    if not revised:
        return Judgement(MET, N_("no indicator was revised in four quarters"), ("params/indicators.yml",))
    if "definition" not in rows or rows.loc[rows["indicator"].isin(revised), "definition"].isna().all():
        return Judgement(NO_DATA, N_("no earlier quarter to tell a revised indicator of"), ("tables/changes.csv",))
    why = N_("{0} of {1} revised indicators told under both definitions").format(have, len(revised))
    status = MET if have == len(revised) else NOT_MET
    return Judgement(status, why, ("tables/changes.csv", "params/indicators.yml"))


def standards_set(e: Evidence) -> Judgement:
    """3.4: every weighted indicator has a target, which the sheets hand to each employee as the standard."""
    wanted = list(e.params.plan.weighted)
    have = sum(e.params.target(one) is not None for one in wanted)
    why = N_("{0} of {1} weighted indicators have a standard").format(have, len(wanted))
    return judged(have, len(wanted), why, f"params/{e.params.quarter}.yml")
