"""What must a report on the sample insurer find, in numbers?"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

import pandas as pd

from analysis.sample.claims import HOLIDAY_CLAIMS
from analysis.sample.company import ASSESSORS, CURRENT_VERSION
from analysis.sample.delivery import Delivery, History, as_of
from analysis.sample.dirt import DIRT
from analysis.sample.effects import CLOCKS, LEVELS, MODES, planted
from analysis.sample.surveying import true_nps
from analysis.sample.voice import expected_complaints

READING = (
    "Sizes and values are parameters of the generator unless they say 'realised'. Shares 0 to 1, NPS -100 to 100, "
    "scores 0 to 100. Answers are missing at random given mode and segment (silent modes apart), so a weighted "
    "share that models these two estimates csat_top2_share. Case mix is kind, product, channel, priority; priority "
    "is high exactly when complex is true. valid_to is the last day of a spell. Wrong rows are added copies: "
    "without them every other figure stays as it was. Of two rows with the same key the first is the right one. "
    "Values of audits and assessments leave aside the rater's own bias. The seed is one of twelve tried, chosen so "
    "that the idle measure shows no difference by chance. events_after_as_of counts the quarter's own rows."
)


def truth(seed: int, past: History, deliveries: list[Delivery]) -> dict[str, Any]:
    """Return the planted effects, the true values per quarter, and every count that validation must find again."""
    return {
        "seed": seed,
        "reading": READING,
        "effects": planted(),
        "values": [row for delivery in deliveries for row in _values(delivery, past[str(delivery.quarter)])],
        "clauses": _clauses(),
        "quarantined": [asdict(one) for one in DIRT],
        "quarantined_rows": _quarantined_rows(),
        "rows": _counts(deliveries, lambda delivery: {name: len(table) for name, table in delivery.tables.items()}),
        "repeated_rows": _counts(deliveries, lambda delivery: delivery.repeated),
        "events_after_as_of": _counts(deliveries, lambda delivery: delivery.after_as_of),
        "open_at_as_of": _counts(deliveries, lambda delivery: delivery.open_cases),
        "as_of": {str(delivery.quarter): f"{as_of(delivery.quarter).isoformat()}+08:00" for delivery in deliveries},
        "holiday_claims": {quarter: _holiday_claims(past[quarter]["requests"]) for quarter in HOLIDAY_CLAIMS},
    }


def _counts(deliveries: list[Delivery], count: Any) -> dict[str, dict[str, int]]:
    return {str(delivery.quarter): dict(sorted(count(delivery).items())) for delivery in deliveries}


def _quarantined_rows() -> dict[str, dict[str, int]]:
    found: dict[str, Counter[str]] = {}
    for one in DIRT:
        found.setdefault(one.quarter, Counter())[one.table] += one.rows
    return {quarter: dict(sorted(rows.items())) for quarter, rows in found.items()}


def _holiday_claims(requests: pd.DataFrame) -> dict[str, list[str]]:
    return {
        verdict.replace(" ", "_"): requests.loc[requests["_holiday"] == verdict, "request_id"].to_list()
        for verdict in ("in limit", "late")
    }


def _values(delivery: Delivery, tables: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    quarter = str(delivery.quarter)
    figures = [*_satisfaction(tables["surveys"]), *_quality(tables), *_complaints(delivery, tables["complaints"])]
    return [
        {"quarter": quarter, "indicator": indicator, "value": round(float(value), 4), "of": of}
        for indicator, value, of in [*figures, *_limits(tables["requests"])]
    ]


def _satisfaction(surveys: pd.DataFrame) -> list[tuple[str, float, str]]:
    def share(part: pd.DataFrame, column: str) -> float:
        weight = 1 / part["sampling_probability"]
        return float((part[column] * weight).sum() / weight.sum())

    top2 = share(surveys, "_top2")
    spoken = surveys[surveys["mode"] != MODES.silent_mode]
    return [
        ("csat_top2_share", top2, "all invited, weighted, each in the own mode"),
        ("csat_top2_share", share(spoken, "_top2"), "all invited but online, weighted, each in the own mode"),
        ("csat_top2_share", share(surveys, "_plain"), "all invited, weighted, as if asked by questionnaire"),
        ("nps", true_nps(top2), "all invited, weighted, each in the own mode"),
    ]


def _quality(tables: dict[str, pd.DataFrame]) -> list[tuple[str, float, str]]:
    drawn = tables["audits"].loc[lambda t: t["sampling"] == "random"].drop_duplicates(["audit_id", "item"])
    share = drawn.groupby("family")["_pass"].mean()
    trained = tables["training"].dropna(subset=["pre_score"])
    return [
        ("accuracy_error_share", 1 - share["accuracy"], "random audits, unbiased auditor"),
        ("compliance_pass_share", share["compliance"], "random audits, unbiased auditor"),
        *(("competence_score", value, f"facet {facet}, mean of rated staff")
          for facet, value in tables["assessments"].groupby("facet")["_true"].mean().items()),
        ("training_gain", (trained["post_score"] - trained["pre_score"]).mean(),
         f"realised; the parameter is {LEVELS.training_gain}"),
    ]  # fmt: skip


def _complaints(delivery: Delivery, complaints: pd.DataFrame) -> list[tuple[str, float, str]]:
    expected = expected_complaints(delivery.quarter)
    leak = complaints["cause"] == CLOCKS.complaint_cause
    decided = complaints["decided_at"].notna()
    late = complaints["decided_at"] - complaints["received_at"] > pd.to_timedelta(complaints["_limit"], unit="D")
    return [
        ("complaints", expected["expected"].sum(), "expected number received"),
        ("complaints", len(complaints), "realised number received"),
        ("complaint_late_share", late[leak & decided].mean(), f"realised, cause {CLOCKS.complaint_cause}, in the end"),
        ("complaint_late_share", late[~leak & decided].mean(), "realised, other causes, in the end"),
    ]


def _limits(requests: pd.DataFrame) -> list[tuple[str, float, str]]:
    asked = requests[requests["kind"] == "inquiry"]
    hours = (asked["resolved_at"] - asked["opened_at"]).dt.total_seconds() / 3600
    return [
        ("in_limit_share", (hours <= limit).mean(), f"realised, inquiries, also withdrawn, within {limit} elapsed h")
        for limit in (48, 24)
    ]


def _clauses() -> list[dict[str, str]]:
    return [
        {"clause": "7.1", "quarter": "2024Q3", "status": "not met",
         "why": "the review of 2024Q2 leaves two indicators unreviewed"},
        {"clause": "8.4", "quarter": "2024Q3", "status": "not met",
         "why": f"about {LEVELS.acknowledged_share:.0%} of the roster acknowledged the version of {CURRENT_VERSION}"},
        {"clause": "5.4", "quarter": "2024Q3", "status": "no data",
         "why": "the review of 2024Q2 records no delivery of that report"},
        {"clause": "4.4", "quarter": "2024Q3", "status": "met",
         "why": f"{len(ASSESSORS)} assessors, two per employee and quarter"},
    ]  # fmt: skip
