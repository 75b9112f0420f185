"""How long do claims, policies and policy changes take against the limits the law sets?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.quarter import Quarter
from analysis.sample.effects import CLOCKS
from analysis.sample.rhythm import span

REFUSED_SHARE = 0.12
LIFE_DAYS, COMPLEX_DAYS, PLAIN_DAYS = (0.3, 4.5), (3.0, 27.9), (0.5, 12.0)
LATE_LIFE_DAYS, LATE_COMPLEX_DAYS, LATE_PLAIN_DAYS = (16.0, 30.0), (33.0, 100.0), (13.0, 25.0)
PAY_DAYS, LATE_PAY_DAYS = (0.5, 9.0), (12.0, 25.0)
NOTICE_DAYS, LATE_NOTICE_DAYS = (0.2, 2.4), (4.2, 12.0)
DELIVERY_DAYS, LATE_DELIVERY_DAYS = (1.0, 13.0), (17.0, 30.0)
CHANGE_DAYS = (0.1, 4.5)
ADVANCE_DUE_DAY, ADVANCE_DAYS, ADVANCE_SHARE = 60.0, (50.0, 58.0), 0.6
SALE_SHARE = 0.7
# Documents complete, decided in limit (only if the holiday counts as such), decided late (only if the make-up days
# count as working days). General Office of the State Council, holiday notices for 2023 and 2024.
HOLIDAY_CLAIMS = {
    "2023Q3": ("2023-09-28T10:00:00", "2023-10-11T09:00:00", "2023-10-12T09:00:00"),
    "2024Q3": ("2024-09-13T10:00:00", "2024-09-23T09:00:00", "2024-09-24T09:00:00"),
}
HOLIDAY_CLAIMS_EACH = 3


def with_claims(rng: np.random.Generator, cases: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """Return the cases with the events of claims: documents, decision, agreement or refusal, advance, payment."""
    n = len(cases)
    is_claim = (cases["kind"] == "claim").to_numpy()
    refused = is_claim & (rng.random(n) < REFUSED_SHARE)
    documents, decided = cases["_ready"].to_numpy(), cases["_ready"].to_numpy() + span(_decision_days(rng, cases))
    agreed = decided + span(rng.uniform(0.1, 2.0, n))
    paid = agreed + span(_days(rng, np.full(n, CLOCKS.claim_pay), PAY_DAYS, LATE_PAY_DAYS))
    told = decided + span(_days(rng, np.full(n, CLOCKS.refusal_notice_leak), NOTICE_DAYS, LATE_NOTICE_DAYS))
    advance = documents + span(rng.uniform(*ADVANCE_DAYS, n))
    advanced = is_claim & (decided - documents > span(ADVANCE_DUE_DAY)) & (rng.random(n) < ADVANCE_SHARE)
    claims = cases.assign(
        documents_complete_at=pd.Series(documents).where(is_claim),
        decided_at=pd.Series(decided).where(is_claim),
        agreed_at=pd.Series(agreed).where(is_claim & ~refused),
        paid_at=pd.Series(paid).where(is_claim & ~refused),
        refusal_notified_at=pd.Series(told).where(refused),
        advance_paid_at=pd.Series(advance).where(advanced),
        outcome=np.select([refused, is_claim], ["refused", "approved"], "completed"),
    )
    return _about_holidays(claims, quarter)


def _days(
    rng: np.random.Generator, share_over: np.ndarray, within: tuple[float, float], over: tuple[float, float]
) -> np.ndarray:
    """Return days, late with the given probability; nothing falls between the two ranges."""
    n = len(share_over)
    return np.where(rng.random(n) < share_over, rng.uniform(*over, n), rng.uniform(*within, n))


def _decision_days(rng: np.random.Generator, cases: pd.DataFrame) -> np.ndarray:
    n = len(cases)
    is_complex, is_life = cases["complex"].to_numpy(), (cases["class"] == "life").to_numpy()
    bounds = np.where(
        is_complex[:, None], [*COMPLEX_DAYS, *LATE_COMPLEX_DAYS],
        np.where(is_life[:, None], [*LIFE_DAYS, *LATE_LIFE_DAYS], [*PLAIN_DAYS, *LATE_PLAIN_DAYS]),
    )  # fmt: skip
    share_over = np.select([is_complex, is_life], [CLOCKS.complex_claim, CLOCKS.life_claim_leak], 0.03)
    low, high, late_low, late_high = bounds.T
    # A slow branch uses more of the time the law leaves, and a quick colleague less; neither crosses the limit by it.
    within = np.minimum(low + (high - low) * rng.beta(1.5, 4, n) * cases["_factor"].to_numpy(), high)
    return np.where(rng.random(n) < share_over, rng.uniform(late_low, late_high), within)


def _about_holidays(claims: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """Set the times of six life claims so that their verdict hangs on the holiday or on the make-up days alone."""
    if str(quarter) not in HOLIDAY_CLAIMS:
        return claims.assign(_holiday="")
    documents, in_limit, late = map(pd.Timestamp, HOLIDAY_CLAIMS[str(quarter)])
    is_plain = (claims["class"] == "life") & ~claims["complex"] & (claims["outcome"] == "approved")
    chosen = claims.index[is_plain & claims["employee_id"].notna()][: 2 * HOLIDAY_CLAIMS_EACH]
    decided = pd.Series([in_limit, late] * HOLIDAY_CLAIMS_EACH, index=chosen)
    claims = claims.assign(_holiday="").astype({"_holiday": object})
    claims.loc[chosen, "_holiday"] = ["in limit", "late"] * HOLIDAY_CLAIMS_EACH
    opened = documents - pd.to_timedelta(np.arange(1, len(chosen) + 1), unit="h")
    claims.loc[chosen, "opened_at"] = opened
    claims.loc[chosen, "first_response_at"] = opened + pd.Timedelta(minutes=10)
    claims.loc[chosen, "documents_complete_at"] = documents
    claims.loc[chosen, "decided_at"] = decided
    claims.loc[chosen, "agreed_at"] = decided + pd.Timedelta(hours=3)
    claims.loc[chosen, "paid_at"] = decided + pd.Timedelta(hours=30)
    return claims


def with_policies(rng: np.random.Generator, cases: pd.DataFrame) -> pd.DataFrame:
    """Return the cases with policies issued and delivered, changes of policies, and when each was resolved."""
    n = len(cases)
    ready = cases["_ready"]
    sold = (cases["kind"] == "sale") & (rng.random(n) < SALE_SHARE)
    delivered = ready + span(_days(rng, np.full(n, CLOCKS.policy_delivery), DELIVERY_DAYS, LATE_DELIVERY_DAYS))
    is_change = cases["kind"] == "policy_change"
    changed = ready + span(_days(rng, np.full(n, CLOCKS.preservation), CHANGE_DAYS, LATE_LIFE_DAYS))
    resolved = cases["paid_at"].fillna(cases["refusal_notified_at"]).fillna(changed.where(is_change)).fillna(ready)
    outcome = np.where((cases["kind"] == "sale") & ~sold, "not_sold", cases["outcome"])
    return cases.assign(
        documents_complete_at=cases["documents_complete_at"].fillna(ready.where(is_change | sold)),
        policy_issued_at=ready.where(sold),
        policy_delivered_at=delivered.where(sold),
        resolved_at=resolved,
        outcome=outcome,
    )
