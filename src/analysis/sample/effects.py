"""What is true of the sample insurer: every planted effect, on the scale on which it was planted?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class BadBranch:
    """One branch is worse in all it does, in every quarter; the other eleven are equal to one another."""

    branch: str = "B06"
    top2_gap: float = -0.16
    time_factor: float = 1.8
    compliance_gap: float = -0.12


@dataclass(frozen=True)
class BiasedAuditor:
    """One auditor passes fewer items than the colleagues do on the very same cases."""

    auditor_id: str = "E071"
    pass_gap: float = -0.14


@dataclass(frozen=True)
class ModeEffect:
    """What the way of asking adds to the share of satisfied answers; one mode fell silent in one quarter."""

    questionnaire: float = 0.0
    phone: float = 0.10
    online: float = -0.04
    silent_mode: str = "online"
    silent_quarter: str = "2023Q4"

    def top2_gap(self, mode: str) -> float:
        """Return the addition to the top-2 share in ``mode``."""
        return {"questionnaire": self.questionnaire, "phone": self.phone, "online": self.online}[mode]


@dataclass(frozen=True)
class HardCases:
    """Three claims handlers are better than the rest and are given most of the complex cases."""

    employees: tuple[str, ...] = ("E024", "E025", "E027")
    complex_share: float = 0.75
    complex_share_elsewhere: float = 0.18
    top2_gap: float = 0.06
    time_factor: float = 0.75
    complex_top2_gap: float = -0.18
    complex_time_factor: float = 1.7


@dataclass(frozen=True)
class Measure:
    """What an improvement measure does in its units from its first day on."""

    action_id: str
    indicator: str
    units: tuple[str, ...]
    comparison_units: tuple[str, ...]
    started_on: date
    top2_gap: float = 0.0
    time_factor: float = 1.0
    verdict: str = ""


@dataclass(frozen=True)
class Wave:
    """Complaints about one product multiply in two months."""

    product: str = "critical_illness"
    months: tuple[str, ...] = ("2024-07", "2024-08")
    factor: float = 3.0


@dataclass(frozen=True)
class Clocks:
    """Shares over the statutory limit, by design; no case lies near a limit, so every way of counting days agrees.

    In-limit cases end before 93 % of the limit, late ones after 110 % of it; for limits in working days in-limit
    cases end within 4.5 calendar days and late ones after 16, except the few rows planted about a public holiday.
    """

    complaint_cause: str = "claim_delay"
    complaint_leak: float = 0.30
    complaint_elsewhere: float = 0.03
    life_claim_leak: float = 0.20
    complex_claim: float = 0.05
    claim_pay: float = 0.02
    refusal_notice_leak: float = 0.12
    policy_delivery: float = 0.01
    preservation: float = 0.03


@dataclass(frozen=True)
class Levels:
    """Company-wide parameters; additions named elsewhere come on top of them (shares 0–1, scores 0–100)."""

    top2_share: float = 0.80
    accuracy_pass_share: float = 0.95
    compliance_pass_share: float = 0.93
    targeted_pass_gap: float = -0.05
    communication: float = 76.0
    knowledge: float = 79.0
    adaptability: float = 75.0
    sales_adaptability_gap: float = -10.0
    training_gain: float = 6.0
    branch_month_shape: float = 6.0
    acknowledged_share: float = 0.88


BAD_BRANCH, BIASED_AUDITOR, MODES, HARD_CASES = BadBranch(), BiasedAuditor(), ModeEffect(), HardCases()
WAVE, CLOCKS, LEVELS = Wave(), Clocks(), Levels()
SEGMENT_TOP2_GAP = {"retail": 0.0, "senior": 0.05, "corporate": -0.06}
WORKED = Measure(
    "A2023-01", "response_median_hours", ("B02", "B03", "B05"), ("B07", "B08", "B10"), date(2023, 10, 1),
    time_factor=0.6, verdict="effective",
)  # fmt: skip
IDLE = Measure(
    "A2023-02", "csat_top2_share", ("B01", "B04", "B10"), ("B02", "B03", "B07"), date(2024, 1, 1), verdict="not shown"
)
HARMED = Measure(
    "A2024-01", "csat_top2_share", ("B09", "B11", "B12"), ("B02", "B03", "B05"), date(2024, 1, 1),
    top2_gap=-0.15, verdict="harmful",
)  # fmt: skip
MEASURES = (WORKED, IDLE, HARMED)


def planted() -> list[Row]:
    """Return one record per planted effect: id, what, where, size, how to see it, report and indicator."""
    return [*_planted_units(), *_planted_collection(), *_planted_measures(), *_planted_time()]


def _planted_units() -> list[Row]:
    bad, auditor, hard = BAD_BRANCH, BIASED_AUDITOR, HARD_CASES
    every = "all quarters"
    return [
        _row("bad_branch_satisfaction", "one branch satisfies fewer customers", ("surveys", bad.branch, every),
             {"top2_gap": bad.top2_gap}, ("top-2 share by branch", "20_satisfaction", "csat_top2_share")),
        _row("bad_branch_response", "the same branch is slower", ("requests", bad.branch, every),
             {"time_factor": bad.time_factor}, ("median hours by branch", "30_response_time", "response_median_hours")),
        _row("bad_branch_compliance", "the same branch breaks more rules", ("audits", bad.branch, every),
             {"compliance_gap": bad.compliance_gap},
             ("pass share by branch, random audits", "40_accuracy_and_compliance", "compliance_pass_share")),
        _row("biased_auditor", "one auditor is harder than the others", ("audits", auditor.auditor_id, every),
             {"pass_gap": auditor.pass_gap},
             ("audits seen by two auditors, paired", "40_accuracy_and_compliance", "compliance_pass_share")),
        _row("hard_cases", "good staff get the hard cases: raw figures look bad, adjusted ones good",
             ("requests, surveys", list(hard.employees), every),
             {"complex_share": hard.complex_share, "complex_share_elsewhere": hard.complex_share_elsewhere,
              "top2_gap": hard.top2_gap, "time_factor": hard.time_factor,
              "complex_top2_gap": hard.complex_top2_gap, "complex_time_factor": hard.complex_time_factor},
             ("person effects with and without priority (high = complex) in the case-mix cell",
              "60_employee_scoring", "csat_top2_share")),
        _row("training_need", "sales staff adapt less well", ("assessments", "sales", every),
             {"score_gap": LEVELS.sales_adaptability_gap},
             ("mean score by line and facet", "60_employee_scoring", "competence_score")),
        _row("acknowledgement", "part of the roster has not acknowledged the current version",
             ("staff", "roster", "all quarters"), {"share": LEVELS.acknowledged_share},
             ("share of current employees with acknowledged_on", "00_summary", "clause 8.4")),
    ]  # fmt: skip


def _planted_collection() -> list[Row]:
    return [
        _row("mode_effect", "phone interviews lift the answers, online forms lower them", ("surveys", "mode", "all"),
             {"phone": MODES.phone, "questionnaire": MODES.questionnaire, "online": MODES.online},
             ("top-2 share by mode", "20_satisfaction", "csat_top2_share")),
        _row("silent_mode", "invitations went out and nobody answered",
             ("surveys", MODES.silent_mode, MODES.silent_quarter), {"answers": 0},
             ("answers per mode and quarter", "10_plan_and_collection", "response_rate")),
        _row("segments", "segments differ and are sampled unequally: the unweighted share is off",
             ("surveys", list(SEGMENT_TOP2_GAP), "all"), dict(SEGMENT_TOP2_GAP),
             ("weighted against unweighted share", "20_satisfaction", "csat_top2_share")),
    ]  # fmt: skip


def _planted_measures() -> list[Row]:
    how = "change in the units less change in the comparison units"
    return [
        _row(f"action_{one.action_id}", f"an improvement measure, truly {one.verdict}",
             ("requests" if one.time_factor != 1 else "surveys", list(one.units), f"from {one.started_on}"),
             {"top2_gap": one.top2_gap, "time_factor": one.time_factor, "comparison_units": list(one.comparison_units)},
             (how, "70_improvement", one.indicator))
        for one in MEASURES
    ]  # fmt: skip


def _planted_time() -> list[Row]:
    complaints, requests, every = "50_complaints_and_feedback", "30_response_time", "all quarters"
    return [
        _row("clock_complaint_decide", "complaints of one cause are decided late",
             ("complaints", CLOCKS.complaint_cause, every),
             {"share_over": CLOCKS.complaint_leak, "share_over_elsewhere": CLOCKS.complaint_elsewhere},
             ("days from received_at to decided_at, limit 15 (complex 30, extended 60)", complaints, "clocks")),
        _row("clock_life_claim", "claims on life policies are decided late",
             ("requests", "class life, not complex", every),
             {"share_over": CLOCKS.life_claim_leak, "share_over_complex": CLOCKS.complex_claim},
             ("working days from documents_complete_at to decided_at, limit 5", requests, "clocks")),
        _row("clock_refusal_notice", "refused claimants hear of it late", ("requests", "outcome refused", every),
             {"share_over": CLOCKS.refusal_notice_leak},
             ("days from decided_at to refusal_notified_at, limit 3", requests, "clocks")),
        _row("clock_make_up_days", "claims about a public holiday: half in limit only if the holiday is known, "
             "half over it only if the make-up working days are known",
             ("requests", "ids under holiday_claims", "2023Q3, 2024Q3"), {"in_limit_each": 3, "over_limit_each": 3},
             ("verdict of cn.claim.decide on these rows", requests, "clocks")),
        _row("complaint_wave", "complaints about one product multiply for two months",
             ("complaints", WAVE.product, ", ".join(WAVE.months)), {"factor": WAVE.factor},
             ("complaints per policy of the product by month", complaints, "complaint_trend")),
        _row("revised_indicator", "the limit for inquiries changed: 48 hours to resolution before, 24 from 2024-01-01",
             ("requests", "kind inquiry", "from 2024Q1"), {"old_hours": 48, "new_hours": 24},
             ("share in limit under both definitions; service itself did not change", requests, "in_limit_share")),
    ]  # fmt: skip


def _row(name: str, what: str, where: tuple[str, Any, str], size: Row, seen: tuple[str, str, str]) -> Row:
    table, units, quarters = where
    how, report, indicator = seen
    return {
        "id": name, "what": what, "table": table, "units": units, "quarters": quarters, "size": size,
        "how": how, "report": report, "indicator": indicator,
    }  # fmt: skip
