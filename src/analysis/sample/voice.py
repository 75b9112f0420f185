"""What do customers of the sample insurer complain about, what do they suggest, and what becomes of it?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.quarter import Quarter
from analysis.sample.company import BRANCHES, LINES, PRODUCT_SHARE, exposures, stream
from analysis.sample.effects import CLOCKS, LEVELS, MEASURES, WAVE
from analysis.sample.rhythm import moments, month_moments, span

PER_10K_POLICIES_A_MONTH = 0.5
SEASON = {1: 1.1, 2: 0.85, 3: 1.1, 4: 1.0, 5: 0.95, 6: 1.0, 7: 1.05, 8: 1.05, 9: 1.0, 10: 0.9, 11: 1.0, 12: 1.0}
CAUSES = {
    "claim_delay": 0.22, "claim_amount": 0.18, "mis_selling": 0.16, "service_attitude": 0.16, "policy_terms": 0.14,
    "refund": 0.14,
}  # fmt: skip
SOURCES = {"company": 0.80, "regulator": 0.12, "ombudsman": 0.05, "media": 0.03}
OUTCOMES = {"upheld": 0.42, "partly_upheld": 0.2, "not_upheld": 0.38}
LINKED_SHARE, COMPLEX_SHARE, EXTENDED_SHARE, SUMMARY_SHARE, WITHDRAWN_SHARE = 0.6, 0.2, 0.25, 0.2, 0.04
ESCALATED_SHARE, REOPENED_SHARE, OVERTURNED_SHARE, REPEATED_SHARE = 0.05, 0.04, 0.03, 0.05
REDRESS_SHARE, RATED_SHARE, AGENCY_SHARE = 0.6, 0.6, 0.08
LIMIT_DAYS = {"simple": 15.0, "complex": 30.0, "extended": 60.0}
WITHIN, OVER = (0.10, 0.93), (1.10, 2.00)
FEEDBACK_PER_QUARTER = 90
ACKNOWLEDGED_SHARE, ANSWERED_SHARE, ACTED_SHARE = 0.93, 0.8, 0.15
THEMES = {
    "waiting": "希望縮短電話等待時間", "materials": "建議減少重複提交資料", "wording": "條款說明可以更通俗易懂",
    "online": "希望手機應用增加理賠進度查詢", "branch": "建議櫃檯中午不休息", "praise": "感謝工作人員的耐心幫助",
}  # fmt: skip


def complaints(seed: int, quarter: Quarter, requests: pd.DataFrame) -> pd.DataFrame:
    """Return the complaints received in ``quarter`` with every later event; ``_limit`` is the limit in days."""
    rng = stream(seed, "complaints", quarter)
    table = _received(rng, quarter)
    table = _linked(rng, table, requests)
    return _repeated(rng, _followed(rng, _decided(rng, table)))


def expected_complaints(quarter: Quarter) -> pd.DataFrame:
    """Return ``expected`` complaints per month, branch and product, before chance (the truth behind the counts)."""
    cells = exposures(quarter)[["month", "branch", "product", "policies_in_force"]]
    season = cells["month"].str[5:].astype(int).map(SEASON)
    wave = np.where(cells["month"].isin(WAVE.months) & (cells["product"] == WAVE.product), WAVE.factor, 1.0)
    return cells.assign(expected=cells["policies_in_force"] / 10_000 * PER_10K_POLICIES_A_MONTH * season * wave)


def _received(rng: np.random.Generator, quarter: Quarter) -> pd.DataFrame:
    cells = expected_complaints(quarter)
    luck = rng.gamma(LEVELS.branch_month_shape, 1 / LEVELS.branch_month_shape, (len(quarter.months), len(BRANCHES)))
    luck = np.repeat(luck.ravel(), len(PRODUCT_SHARE))
    each = cells.loc[cells.index.repeat(rng.poisson(cells["expected"] * luck))].reset_index(drop=True)
    when = [month_moments(rng, month, int((each["month"] == month).sum())) for month in quarter.months]
    # The rows of a month come branch by branch: shuffled, lest early days belong to the first branch.
    each = each.assign(received_at=np.concatenate([rng.permutation(part) for part in when]))
    each = each.sort_values("received_at", kind="stable", ignore_index=True)
    ids = [f"G{quarter.year}{quarter.number}{row:04d}" for row in range(1, len(each) + 1)]
    return each.assign(complaint_id=ids)[["complaint_id", "received_at", "branch", "product"]]


def _choice(rng: np.random.Generator, shares: dict[str, float], n: int) -> np.ndarray:
    return rng.choice(np.array(list(shares)), size=n, p=np.array(list(shares.values())) / sum(shares.values()))


def _linked(rng: np.random.Generator, table: pd.DataFrame, requests: pd.DataFrame) -> pd.DataFrame:
    """Tie most complaints to an earlier request of the same branch; the others name a line and nobody."""
    n = len(table)
    able = requests[requests["answered_by"] == "human"].reset_index(drop=True)
    pools = dict(iter(able.groupby("branch")))
    found = [
        int(rng.choice(earlier)) if len(earlier := pool.index[pool["opened_at"] < when][-40:]) and tied else -1
        for pool, when, tied in zip(
            table["branch"].map(pools), table["received_at"], rng.random(n) < LINKED_SHARE, strict=True
        )
    ]
    columns = ["request_id", "customer_id", "employee_id", "partner_id", "service_line"]
    tied = able[columns].reindex(found).reset_index(drop=True)
    anyone = pd.Series([f"C{number:06d}" for number in rng.integers(1, 940_000, n)])
    line = pd.Series(rng.choice(LINES, n))
    return table.assign(
        **{name: tied[name] for name in columns[:1] + columns[2:4]},
        customer_id=tied["customer_id"].fillna(anyone),
        service_line=tied["service_line"].fillna(line),
        cause=_choice(rng, CAUSES, n),
        source=_choice(rng, SOURCES, n),
        complexity=np.where(rng.random(n) < COMPLEX_SHARE, "complex", "simple"),
        agency=rng.random(n) < AGENCY_SHARE,
    )


def _decided(rng: np.random.Generator, table: pd.DataFrame) -> pd.DataFrame:
    """Add the decision, late with the probability planted for the cause, and the extension of some complex cases."""
    n = len(table)
    is_complex = (table["complexity"] == "complex").to_numpy()
    extended = is_complex & (rng.random(n) < EXTENDED_SHARE)
    limit = np.select([extended, is_complex], [LIMIT_DAYS["extended"], LIMIT_DAYS["complex"]], LIMIT_DAYS["simple"])
    leaks = (table["cause"] == CLOCKS.complaint_cause).to_numpy()
    late = rng.random(n) < np.where(leaks, CLOCKS.complaint_leak, CLOCKS.complaint_elsewhere)
    share = np.where(late, rng.uniform(*OVER, n), WITHIN[0] + (WITHIN[1] - WITHIN[0]) * rng.beta(1.6, 2.4, n))
    share = np.where(extended & ~late, rng.uniform(0.55, WITHIN[1], n), share)
    approved = table["received_at"] + span(rng.uniform(18, 26, n))
    return table.assign(
        decided_at=table["received_at"] + span(limit * share),
        extension_approved_at=approved.where(extended),
        extension_notified_at=(approved + span(rng.uniform(0.1, 1.5, n))).where(extended),
        _limit=limit,
    )


def _followed(rng: np.random.Generator, table: pd.DataFrame) -> pd.DataFrame:
    n = len(table)
    waiting = table["decided_at"] - table["received_at"]
    gone = rng.random(n) < WITHDRAWN_SHARE
    withdrawn = (table["received_at"] + waiting * np.round(rng.uniform(0.1, 0.7, n), 2)).dt.floor("s")
    closed = (table["decided_at"] + span(rng.uniform(0.05, 3.0, n))).mask(gone, withdrawn)
    summary = table["received_at"] + span(rng.uniform(0.2, 0.9, n))
    outcome = np.where(gone, "withdrawn", _choice(rng, OUTCOMES, n))
    paid = np.isin(outcome, ["upheld", "partly_upheld"]) & (rng.random(n) < REDRESS_SHARE)
    after = {name: closed + span(rng.uniform(3, 60, n)) for name in ("escalated_at", "reopened_at", "overturned_at")}
    shares = (ESCALATED_SHARE, REOPENED_SHARE, OVERTURNED_SHARE)
    chance = {name: rng.random(n) < share for name, share in zip(after, shares, strict=True)}
    rating = pd.Series(rng.choice(5, n, p=[0.12, 0.16, 0.27, 0.28, 0.17]) + 1, dtype="Int64")
    return table.assign(
        **{name: after[name].where(chance[name] & ~gone) for name in after},
        decided_at=table["decided_at"].mask(gone),
        final_response_at=table["decided_at"].mask(gone),
        extension_approved_at=table["extension_approved_at"].mask(gone),
        extension_notified_at=table["extension_notified_at"].mask(gone),
        withdrawn_at=withdrawn.where(gone),
        closed_at=closed,
        summary_response_at=summary.where((waiting < pd.Timedelta(days=5)) & (rng.random(n) < SUMMARY_SHARE) & ~gone),
        outcome=outcome,
        redress=pd.Series(rng.integers(1, 40, n) * 50, dtype="Int64").where(paid),
        handling_satisfaction=rating.where(~gone & (rng.random(n) < RATED_SHARE)),
    )


def _repeated(rng: np.random.Generator, table: pd.DataFrame) -> pd.DataFrame:
    """Let some complaints repeat one of the same branch received and closed earlier in the quarter."""
    again = rng.random(len(table)) < REPEATED_SHARE
    earlier = [_last_closed(table, row) if repeats else None for row, repeats in enumerate(again)]
    customer = dict(zip(table["complaint_id"], table["customer_id"], strict=True))
    for complaint, first in zip(table["complaint_id"], earlier, strict=True):  # in time order: repeats of repeats too
        customer[complaint] = customer[first or complaint]
    return table.assign(repeat_of=pd.Series(earlier, dtype=object), customer_id=list(customer.values()))


def _last_closed(table: pd.DataFrame, row: int) -> str | None:
    now = table.iloc[row]
    closed = table[(table["branch"] == now["branch"]) & (table["closed_at"] < now["received_at"])]
    return str(closed["complaint_id"].iloc[-1]) if len(closed) else None


def feedback(seed: int, quarter: Quarter) -> pd.DataFrame:
    """Return opinions and suggestions of ``quarter``: most acknowledged within days, some turned into measures."""
    rng, n = stream(seed, "feedback", quarter), FEEDBACK_PER_QUARTER
    received = pd.Series(moments(rng, quarter, n))
    theme = rng.choice(list(THEMES), n)
    known = [one.action_id for one in MEASURES if one.started_on <= quarter.end] or [""]
    acknowledged = rng.random(n) < ACKNOWLEDGED_SHARE
    answered = acknowledged & (rng.random(n) < ANSWERED_SHARE)
    first = received + span(rng.uniform(0.05, 2.5, n))
    acted = answered & (known != [""]) & (theme != "praise") & (rng.random(n) < ACTED_SHARE)
    return pd.DataFrame(
        {
            "feedback_id": [f"F{quarter.year}{quarter.number}{row:04d}" for row in range(1, n + 1)],
            "received_at": received,
            "channel": rng.choice(["app", "online", "phone", "counter"], n),
            "kind": np.where(theme == "praise", "opinion", rng.choice(["opinion", "suggestion"], n, p=[0.3, 0.7])),
            "service_line": rng.choice(LINES, n),
            "branch": rng.choice(BRANCHES, n),
            "theme": theme,
            "text": [THEMES[name] for name in theme],
            "acknowledged_at": first.where(acknowledged),
            "answered_at": (first + span(rng.uniform(0.5, 9, n))).where(answered),
            "action_id": pd.Series(rng.choice(np.array(known, dtype=object), n)).where(acted),
        }
    )
