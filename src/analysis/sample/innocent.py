"""What would an insurer deliver that is, in every figure held against a target, exactly as good as its target?

The rows (who, where, how many) are those of the sample insurer, seeded anew; what became of them is drawn so that each
tested figure of each unit has its target as true value: the hardest case for a list of problems, in which whatever it
names is false. Each duty is drawn by itself. Checks of one audit go together, two auditors of one case agree four times
in five, employees differ in ability and assessors in severity; beyond that nothing sets units apart, for a branch whose
own staff is slower than the target is no innocent one.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from analysis.params import Params
from analysis.quarter import Quarter
from analysis.sample import company, quality, service, surveying, voice
from analysis.sample.rhythm import hours, span

WAIT_SPREAD, WAITS_TOGETHER = 0.8, 0.5  # of log hours; correlation of first response and resolution
LEFT_SHARE, LEFT_WITHIN = 0.25, 3.0  # of those served late in both ways, withdrawn within so many limits of opening
UNANSWERED_SHARE, UNHAPPY_STAY = 0.04, 0.3  # of each question; unhappy customers who mean to renew
CASE_EFFECT = 0.2  # of the latent variance, what checks of one audit have in common
SEVERITY = {"minor": 1, "major": 3, "critical": 5}
ABILITY = 5.0  # standard deviation between employees, of 100
RATED_QUARTERS = 4
IN_TIME, LATE = (0.1, 0.93), (1.1, 2.0)  # of a limit
CLOSED_DAYS, AFTER_DAYS = (1.0, 15.0), 3.0
OVERTURNED_SHARE = 0.4  # of complaints that did not stay settled; the others are escalated
ACKNOWLEDGED_HOURS, ANSWERED_HOURS = (1.0, 71.0), (80.0, 120.0)
Rows = dict[str, pd.DataFrame]


class Fate:
    """Draws what becomes of rows at the targets of ``params``; one seed, one course."""

    def __init__(self, params: Params, seed: int):
        self.params, self.seed = params, seed
        self.rng = company.stream(seed, "innocent", params.quarter)
        self.as_of = pd.Timestamp(params.plan.as_of).tz_convert(params.site.zone).tz_localize(None)

    def target(self, indicator: str) -> float:
        """Return the target of ``indicator``; raise ValueError where there is none."""
        found = self.params.target(indicator)
        if found is None:
            raise ValueError(f"{indicator} has no target to lie at")
        return found

    def hits(self, indicator: str, rows: pd.DataFrame) -> np.ndarray:
        """Return a mark per row, true with the probability of the target."""
        return np.asarray(self.rng.random(len(rows)) < self.target(indicator))

    def between(self, ends: tuple[float, float], rows: pd.DataFrame) -> np.ndarray:
        """Return a number per row, evenly drawn."""
        return self.rng.uniform(*ends, len(rows))

    def known(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return ``rows`` without the events after the date of knowledge."""
        events = [name for name in rows if str(name).endswith("_at")]
        return rows.assign(**{str(name): rows[name].mask(rows[name] > self.as_of) for name in events})


def innocent(params: Params, seed: int, in_limit: dict[str, float] | None = None) -> dict[str, Rows]:
    """Return quarter → table → rows in local times: all that the problems of ``params.quarter`` rest on.

    ``in_limit``: branch → share of its requests within the limit, for branches that are not innocent.
    """
    fate, now = Fate(params, seed), params.quarter
    tables: dict[str, Rows] = {str(quarter): {"assessments": ratings}
                               for quarter, ratings in _assessments(fate, now).items()}
    cases = {quarter: service.requests(seed, quarter) for quarter in (now.plus(-1), now)}
    for quarter, known in cases.items():
        tables[str(quarter)]["complaints"] = _complaints(fate, voice.complaints(seed, quarter, known))
    staff = company.staff(fate.as_of.date())
    tables[str(now)] |= {
        "staff": staff.assign(acknowledged_on=staff["valid_from"]),
        "population": company.population(),
        "requests": _requests(fate, cases[now], in_limit or {}),
        "surveys": _surveys(fate, surveying.surveys(seed, now, cases[now])),
        "audits": _audits(fate, quality.audits(seed, now, cases[now])),
        "feedback": _feedback(fate, voice.feedback(seed, now)),
    }
    return {quarter: {name: fate.known(rows) for name, rows in own.items()} for quarter, own in tables.items()}


def _requests(fate: Fate, rows: pd.DataFrame, in_limit: dict[str, float]) -> pd.DataFrame:
    rng, n = fate.rng, len(rows)
    share = rows["branch"].map(in_limit).astype(float).fillna(fate.target("in_limit_share")).to_numpy()
    common, limits = rng.normal(size=n), pd.DataFrame(
        [(one.first_response, one.resolution) for one in fate.params.plan.limits.values()],
        index=list(fate.params.plan.limits), columns=["first_response_at", "resolved_at"]).loc[rows["kind"]]
    left = rows["opened_at"] + hours(LEFT_WITHIN * limits["resolved_at"].to_numpy() * rng.random(n))
    leaves = rng.random(n) < LEFT_SHARE
    ends, late = {}, np.ones(n, dtype=bool)
    for event, limit in limits.items():
        own = np.sqrt(WAITS_TOGETHER) * common + np.sqrt(1 - WAITS_TOGETHER) * rng.normal(size=n)
        wait = limit.to_numpy() * np.exp(WAIT_SPREAD * (own - stats.norm.ppf(share)))
        ends[str(event)] = rows["opened_at"] + hours(wait)
        late &= wait > limit.to_numpy()
    left = left.where(leaves & late)
    return rows.assign(**{name: end.mask(end > left) for name, end in ends.items()}, withdrawn_at=left)


def _surveys(fate: Fate, rows: pd.DataFrame) -> pd.DataFrame:
    """Return answers whose share of 4 and 5, mean, promoters less detractors and intent to renew are the targets."""
    rng, n, top2 = fate.rng, len(rows), fate.target("csat_top2_share")
    low, low_shares = (np.array(part) for part in zip(*surveying.SCORE_SHARE[False], strict=True))
    fives = (fate.target("csat_mean") - (1 - top2) * low @ low_shares) / top2 - 4
    shares = pd.Series([top2 * fives, top2 * (1 - fives), *(1 - top2) * low_shares], index=[5, 4, *low])
    good = fate.hits("csat_top2_share", rows)
    score = np.where(good, 4 + (rng.random(n) < fives), rng.choice(low, n, p=low_shares))
    for_it, against = pd.Series(surveying.PROMOTERS), pd.Series(surveying.DETRACTORS)
    against = against * ((shares * for_it).sum() - fate.target("nps") / 100) / (shares * against).sum()
    place = rng.random(n)
    recommend = np.select([place < for_it[score], place > 1 - against[score]], [10, 3], 7)
    stay = np.where(good, (fate.target("renew_share") - (1 - top2) * UNHAPPY_STAY) / top2, UNHAPPY_STAY)
    values = pd.DataFrame({"satisfaction": score, "recommend": recommend, "renew": 3 + (rng.random(n) < stay)})
    values = values.astype("Int64").mask(rng.random(values.shape) < UNANSWERED_SHARE)
    answered = fate.hits("survey_response_share", rows)
    said = {str(name): values[name].where(answered) for name in values}
    return rows.assign(responded_at=(rows["invited_at"] + pd.Timedelta(days=1)).where(answered), **said)


def _audits(fate: Fate, rows: pd.DataFrame) -> pd.DataFrame:
    """Return checks that fail as the targets say: critical errors, all errors, broken rules weighed by severity.

    Views of an item whose failure is critical always agree: an audit seen twice would else show one more often.
    """
    error, critical = fate.target("accuracy_error_share"), fate.target("accuracy_critical_share")
    rules = quality.ITEMS[quality.ITEMS["family"] == "compliance"]
    weight = rules["severity"].map(SEVERITY)
    broken = 1 - fate.target("compliance_pass_share") + (rules["_gap"] * weight).sum() / weight.sum() - rows["_gap"]
    is_rule, worst = rows["family"].eq("compliance"), rows["severity"].eq("critical")
    fails = np.select([is_rule, worst], [broken, critical], (3 * error - critical) / 2)
    audit, check = (_shared(fate, rows, keys) for keys in (["audit_id"], ["audit_id", "item"]))
    alike = (fate.rng.random(len(rows)) < quality.SAME_VIEW_SHARE) | (worst & ~is_rule)
    own = np.where(alike, check, fate.rng.normal(size=len(rows)))
    latent = np.sqrt(CASE_EFFECT) * audit + np.sqrt(1 - CASE_EFFECT) * own
    return rows.assign(passed=latent > stats.norm.ppf(fails), disputed=False, dispute_outcome=None)


def _shared(fate: Fate, rows: pd.DataFrame, keys: list[str]) -> np.ndarray:
    """Return a normal number per row, the same for rows that share ``keys``."""
    number = rows.groupby(keys).ngroup().to_numpy()
    return np.asarray(fate.rng.normal(size=number.max() + 1)[number])


def _assessments(fate: Fate, now: Quarter) -> dict[Quarter, pd.DataFrame]:
    people = company.roster()["employee_id"].unique()
    ability = pd.Series(fate.rng.normal(0, ABILITY, len(people)), index=people)
    found = {}
    for quarter in (now.plus(-back) for back in range(RATED_QUARTERS)):
        rows = quality.assessments(fate.seed, quarter)
        seen = fate.target("competence_score") + rows["employee_id"].map(ability)
        seen = seen + rows["assessor_id"].map(quality.ASSESSOR_GAP) + fate.rng.normal(0, quality.SCORE_NOISE, len(rows))
        found[quarter] = rows.assign(score=seen.round().clip(0, quality.MAX_SCORE))
    return found


def _complaints(fate: Fate, rows: pd.DataFrame) -> pd.DataFrame:
    """Return simple complaints, closed, decided in time, settled for good and rated well as the targets say."""
    part = np.where(fate.hits("complaint_timely_share", rows), fate.between(IN_TIME, rows), fate.between(LATE, rows))
    closed = rows["received_at"] + span(fate.between(CLOSED_DAYS, rows))
    closed = closed.where(fate.hits("complaint_handling_share", rows))
    after = (closed + span(AFTER_DAYS)).mask(fate.hits("complaint_effective_share", rows))
    overturned = fate.rng.random(len(rows)) < OVERTURNED_SHARE
    rating = pd.Series(np.where(fate.hits("complaint_handling_csat_share", rows), 4, 2), dtype="Int64")
    never = pd.Series(pd.NaT, index=rows.index)
    return rows.assign(
        extension_approved_at=never, extension_notified_at=never, withdrawn_at=never,
        complexity="simple", outcome="upheld", repeat_of=None, closed_at=closed,
        decided_at=rows["received_at"] + span(voice.LIMIT_DAYS["simple"] * part),
        escalated_at=after.mask(overturned), overturned_at=after.where(overturned),
        handling_satisfaction=rating.where(fate.rng.random(len(rows)) < voice.RATED_SHARE))


def _feedback(fate: Fate, rows: pd.DataFrame) -> pd.DataFrame:
    soon = fate.hits("feedback_acknowledged_share", rows)
    wait = np.where(soon, fate.between(ACKNOWLEDGED_HOURS, rows), fate.between(ANSWERED_HOURS, rows))
    answered = fate.hits("feedback_answered_share", rows)
    return rows.assign(acknowledged_at=rows["received_at"] + hours(wait),
                       answered_at=(rows["received_at"] + hours(ANSWERED_HOURS[1])).where(answered))
