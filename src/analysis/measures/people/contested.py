"""What did employees object to in the evidence on them, and what did that change (clauses 7.2, 7.3)?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from analysis.measures.comparisons.partner_figures import contracted
from analysis.measures.people.cases import SCORED, UPHELD_RATE, scored_cases, upheld_counts
from analysis.measures.people.groups import GROUP
from analysis.measures.people.judgement import Known
from analysis.measures.people.scoring import APPRAISAL, COACHING, Evidence, scoring
from analysis.params.contests import Contest
from analysis.run import Run
from analysis.stats.estimates import OK

COMPLAINTS = "complaints"
ASIDE, COUNTS = "set aside", "counts again"
NOT_FOUND, NOT_YET = "case not found among those counted", "not yet considered"
KEYS, TOLD = ["indicator", "event"], ["n", "adjusted", "permitted_use"]
WITH = "_with_case"
COLUMNS = ["contest_id", "employee_id", *KEYS, "table", "raised_on", "outcome", "decided_on", "state", "n",
           f"n{WITH}", "adjusted", f"adjusted{WITH}", "permitted_use", f"permitted_use{WITH}"]


def contested(run: Run, known: Known) -> pd.DataFrame:
    """Return a row per contest and indicator whose cases it is about (confidential): the score now, and with that case.

    A case contested by an employee is left out of the figures on that employee while the contest is pending and when
    it is upheld; rejected, it counts again: ``state``. The others' contests stand as they are in both scores. A contest
    whose case is not among those counted, or that was raised after the report's date, says so and has no number; that
    of a partner (``unit`` of `partner_scores.partner_scores`) has its state alone. n of
    upheld complaints counts requests, which a contest does not change. ``adjusted``: of who may be told it (status ok).
    """
    rows = [row for one in run.params.contests for row in _effects(run, known, one)]
    later = [_row(one, name, NOT_YET) | {"outcome": "", "decided_on": None}
             for one in run.params.waiting for name in _touched(one.table)]
    table = pd.DataFrame([*rows, *later], columns=COLUMNS)
    return table.astype({"n": "Int64", f"n{WITH}": "Int64"}).sort_values(["contest_id", *KEYS], ignore_index=True)


def contest_states(table: pd.DataFrame) -> pd.DataFrame:
    """Return how many of the contests of `contested` are in which ``state``: state, count."""
    states = table.drop_duplicates("contest_id")["state"]
    return states.value_counts().rename_axis("state").reset_index(name="count").sort_values("state", ignore_index=True)


def contest_counts(run: Run) -> pd.DataFrame:
    """Return how many contests of employees there are by ``outcome``: counts alone, nobody named."""
    outcomes = pd.Series([one.outcome for one in run.params.contests], dtype="str")
    return outcomes.value_counts().rename_axis("outcome").reset_index(name="count").sort_values("outcome")


def _touched(table: str) -> list[tuple[str, str]]:
    """Return indicator and event of everything that counts cases of ``table``."""
    own = [(one.indicator, one.event) for one in SCORED.values() if one.table == table]
    return [*own, (UPHELD_RATE, "")] if table == COMPLAINTS else own


def _row(contest: Contest, name: tuple[str, str], state: str) -> dict[str, object]:
    return {one: getattr(contest, one) for one in COLUMNS if one in Contest.model_fields} | dict(
        zip(KEYS, name, strict=True)) | {"state": state}


def _effects(run: Run, known: Known, contest: Contest) -> list[dict[str, object]]:
    """Return the rows of one contest: of the indicators that know its case; of all it might touch where none does."""
    about = [one for one in run.params.contests if _case(one) == _case(contest)]
    state = ASIDE if any(one.sets_aside for one in about) else COUNTS
    if contest.employee_id in contracted(run):
        return [_row(contest, name, state) for name in _touched(contest.table)]
    counted = _evidence(_under(run, [one for one in run.params.contests if one not in about]), known, contest.table)
    aside = _evidence(_under(run, [one.model_copy(update={"outcome": "pending"}) if one in about else one
                                   for one in run.params.contests]), known, contest.table)
    found = [name for name in _touched(contest.table) if _cases(counted, name, contest) != _cases(aside, name, contest)]
    me = known.people[known.people["employee_id"].eq(contest.employee_id)]
    if not found or me.empty:
        return [_row(contest, name, NOT_FOUND) for name in _touched(contest.table)]
    peers = known.people[known.people[GROUP].eq(me[GROUP].iloc[0]).all(axis=1)]
    now, then = _scores(known.scored.scores, contest), _scores(scoring(peers, counted, known.bounds).scores, contest)
    limited = now["beside_branch"] & then["permitted_use"].eq(APPRAISAL)  # as `judgement.judgement` limits it
    then["permitted_use"] = then["permitted_use"].mask(limited, COACHING)
    return [_row(contest, name, state) | {one: now.loc[name, one] for one in TOLD}
            | {f"{one}{WITH}": then.loc[name, one] for one in TOLD} for name in found]


def _case(contest: Contest) -> tuple[str, str, str]:
    return contest.employee_id, contest.table, contest.case_id


def _under(run: Run, contests: Sequence[Contest]) -> Run:
    return replace(run, params=replace(run.params, contests=tuple(contests)))


def _evidence(run: Run, known: Known, table: str) -> Evidence:
    """Return the known evidence with the cases of ``table`` counted anew, under the contests of ``run``."""
    own = {name: scored_cases(run, asked) for name, asked in SCORED.items() if asked.table == table}
    upheld = upheld_counts(run) if table == COMPLAINTS else known.evidence.upheld
    return replace(known.evidence, cases={**known.evidence.cases, **own}, upheld=upheld)


def _cases(evidence: Evidence, name: tuple[str, str], contest: Contest) -> tuple[int, int]:
    """Return how many of the employee's cases an indicator counts, and what they add up to."""
    rows = evidence.upheld if name[0] == UPHELD_RATE else evidence.cases[":".join(filter(None, name))]
    own = rows[rows["employee_id"].eq(contest.employee_id)]
    n, total = ("requests", "upheld") if name[0] == UPHELD_RATE else ("n", "total")
    return int(own[n].sum()), int(own[total].sum())


def _scores(scores: pd.DataFrame, contest: Contest) -> pd.DataFrame:
    """Return the contesting employee's scores by KEYS; ``adjusted`` only where it may be told."""
    own = scores[scores["employee_id"].eq(contest.employee_id)].set_index(KEYS)
    return own.assign(adjusted=own["adjusted"].where(own["status"].eq(OK)))
