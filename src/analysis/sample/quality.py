"""What do auditors, assessors and trainers of the sample insurer find?"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from analysis.quarter import Quarter
from analysis.sample.company import ASSESSORS, AUDITORS, auditor_gap, roster, stream, traits
from analysis.sample.effects import BAD_BRANCH, BIASED_AUDITOR, LEVELS
from analysis.sample.rhythm import moments, time_of_day, working_moments

RANDOM_AUDITS, TARGETED_AUDITS, SEEN_TWICE = 120, 30, 30
SAME_VIEW_SHARE = 0.8
DISPUTED_SHARE, OVERTURNED_SHARE, OVERTURNED_SHARE_BIASED = 0.10, 0.25, 0.60
# item, family, criterion, severity, what the item adds to the level of its family
ITEMS = pd.DataFrame(
    [
        ("terms_explained", "accuracy", "clause_information", "major", 0.0),
        ("process_explained", "accuracy", "claims_process", "critical", 0.01),
        ("record_correct", "accuracy", "other", "minor", -0.01),
        ("identity_verified", "compliance", "internal_rule", "critical", 0.02),
        ("script_followed", "compliance", "internal_rule", "minor", -0.02),
        ("risk_disclosed", "compliance", "industry_standard", "major", 0.0),
    ],
    columns=["item", "family", "criterion", "severity", "_gap"],
)
FACETS = {"knowledge": LEVELS.knowledge, "communication": LEVELS.communication, "adaptability": LEVELS.adaptability}
ASSESSOR_GAP = dict(zip(ASSESSORS, (-2.0, -1.0, 0.0, 1.0, 2.0), strict=True))
RATINGS_EACH, MAX_SCORE, SCORE_NOISE = 2, 100, 7.0
SESSIONS = 9
TOPICS = ("knowledge", "communication", "adaptability")
SEATS = 8


def audits(seed: int, quarter: Quarter, requests: pd.DataFrame) -> pd.DataFrame:
    """Return six items per audit of ``quarter``; ``_pass`` is the true probability before the auditor's own bias."""
    rng = stream(seed, "audits", quarter)
    seen = _sampled(rng, quarter, requests)
    first = seen.assign(auditor_id=rng.choice(AUDITORS, len(seen)))
    again = first[first["sampling"] == "random"].iloc[:: RANDOM_AUDITS // SEEN_TWICE]
    step = rng.integers(1, len(AUDITORS), len(again))
    place = again["auditor_id"].map(AUDITORS.index) + step
    other = [AUDITORS[seat % len(AUDITORS)] for seat in place]
    views = pd.concat([first, again.assign(auditor_id=other)], ignore_index=True)
    return _disputed(rng, _judged(rng, views.merge(ITEMS, how="cross"), traits(seed)))


def _sampled(rng: np.random.Generator, quarter: Quarter, requests: pd.DataFrame) -> pd.DataFrame:
    n = RANDOM_AUDITS + TARGETED_AUDITS
    end = pd.Timestamp(quarter.end) + pd.Timedelta(days=1)
    able = requests[(requests["answered_by"] == "human") & (requests["resolved_at"] < end)].sort_values("resolved_at")
    drawn = able.iloc[np.sort(rng.choice(len(able), size=n, replace=False))].reset_index(drop=True)
    when = pd.Series(working_moments(rng, quarter, n))
    late = drawn["resolved_at"].dt.normalize() + pd.Timedelta(days=1) + time_of_day(rng, n, office=True)
    seen = when.where(when > drawn["resolved_at"], late)
    last = end - pd.Timedelta(seconds=1)
    targeted = pd.Series(np.arange(n) % (n // TARGETED_AUDITS) == 3)
    columns = ["request_id", "service_line", "branch", "channel", "employee_id", "partner_id"]
    return drawn[columns].assign(
        audit_id=[f"Q{quarter.year}{quarter.number}{row:04d}" for row in range(1, n + 1)],
        audited_at=seen.where(seen < last, last),
        sampling=np.where(targeted, "targeted", "random"),
        sampling_probability=pd.Series(round(RANDOM_AUDITS / len(able), 6), index=drawn.index).mask(targeted),
    )


def _judged(rng: np.random.Generator, checks: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    is_rule = checks["family"] == "compliance"
    level = np.where(is_rule, LEVELS.compliance_pass_share, LEVELS.accuracy_pass_share) + checks["_gap"]
    level = level + checks["employee_id"].map(people["pass_gap"]).astype(float).fillna(0.0)
    level = level + np.where(is_rule & (checks["branch"] == BAD_BRANCH.branch), BAD_BRANCH.compliance_gap, 0.0)
    level = (level + np.where(checks["sampling"] == "targeted", LEVELS.targeted_pass_gap, 0.0)).clip(0.02, 0.99)
    case = checks.groupby(["audit_id", "item"], sort=False).ngroup().to_numpy()
    shared = rng.random(case.max() + 1)[case]
    view = np.where(rng.random(len(checks)) < SAME_VIEW_SHARE, shared, rng.random(len(checks)))
    passed = view < (level + auditor_gap(checks["auditor_id"])).clip(0.02, 0.99)
    return checks.assign(_pass=level, passed=passed)


def _disputed(rng: np.random.Generator, checks: pd.DataFrame) -> pd.DataFrame:
    n = len(checks)
    disputed = ~checks["passed"] & (rng.random(n) < DISPUTED_SHARE)
    biased = checks["auditor_id"] == BIASED_AUDITOR.auditor_id
    overturned = rng.random(n) < np.where(biased, OVERTURNED_SHARE_BIASED, OVERTURNED_SHARE)
    outcome = np.where(overturned, "overturned", "upheld")
    return checks.assign(disputed=disputed, dispute_outcome=pd.Series(outcome).where(disputed))


def _rated_staff(quarter: Quarter) -> pd.DataFrame:
    """Return the front-line spells in force on the quarter's first day."""
    spells = roster()
    last = spells["valid_to"].fillna(date.max)
    on_duty = (spells["valid_from"] <= quarter.start) & (last > quarter.start)
    return spells[on_duty & ~spells["role"].isin(["auditor", "manager", "trainer"])]


def assessments(seed: int, quarter: Quarter) -> pd.DataFrame:
    """Return the facets of two assessments per front-line employee in ``quarter``."""
    rng = stream(seed, "assessments", quarter)
    rated = _rated_staff(quarter)[["employee_id", "service_line"]]
    rated = rated.iloc[rng.permutation(len(rated))].reset_index(drop=True)
    rounds = [rated.assign(assessor_id=[ASSESSORS[(row + turn) % len(ASSESSORS)] for row in rated.index])
              for turn in range(RATINGS_EACH)]  # fmt: skip
    sheets = pd.concat(rounds, ignore_index=True)
    sheets = sheets.assign(
        assessed_on=pd.Series(moments(rng, quarter, len(sheets))).dt.date,
        assessment_id=[f"K{quarter.year}{quarter.number}{row:04d}" for row in range(1, len(sheets) + 1)],
    )
    facets = sheets.merge(pd.DataFrame({"facet": list(FACETS), "_level": list(FACETS.values())}), how="cross")
    weak = (facets["service_line"] == "sales") & (facets["facet"] == "adaptability")
    true = facets["_level"] + facets["employee_id"].map(traits(seed)["score_gap"])
    true = true + np.where(weak, LEVELS.sales_adaptability_gap, 0.0)
    seen = true + facets["assessor_id"].map(ASSESSOR_GAP) + rng.normal(0, SCORE_NOISE, len(facets))
    return facets.assign(score=seen.round().clip(0, MAX_SCORE).astype(int), max_score=MAX_SCORE, _true=true)


def training(seed: int, quarter: Quarter) -> pd.DataFrame:
    """Return the attendance of the quarter's sessions, with a score before and after where a test was set."""
    rng = stream(seed, "training", quarter)
    days = pd.Series(working_moments(rng, quarter, SESSIONS)).dt.date
    people = _rated_staff(quarter)["employee_id"].to_numpy()
    rows = [
        (f"T{quarter.year}{quarter.number}{number:02d}", who, TOPICS[number % len(TOPICS)], day)
        for number, day in enumerate(days)
        for who in np.sort(rng.choice(people, SEATS, replace=False))
    ]
    table = pd.DataFrame(rows, columns=["session_id", "employee_id", "topic", "completed_on"])
    before = rng.normal(70, 8, len(table))
    after = before + LEVELS.training_gain + rng.normal(0, 5, len(table))
    tested = pd.Series(rng.random(len(table)) < 0.9)
    pre, post = (pd.Series(np.rint(value).clip(0, MAX_SCORE)).astype("Int64") for value in (before, after))
    return table.assign(pre_score=pre.where(tested), post_score=post.where(tested))
