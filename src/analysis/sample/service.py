"""Which requests do the sample insurer's customers make, who takes them, and how long do they wait?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.quarter import Quarter
from analysis.sample.claims import with_claims, with_policies
from analysis.sample.company import LINES, PARTNERS, PRODUCT_CLASS, PRODUCT_SHARE, roster, stream, time_factor, traits
from analysis.sample.effects import HARD_CASES
from analysis.sample.rhythm import hours, moments, span

REQUESTS_PER_QUARTER = 2_500
LINE_SHARE = (0.22, 0.28, 0.28, 0.22)
KIND_SHARE = {
    "sales": {"sale": 0.65, "inquiry": 0.35},
    "claims": {"claim": 0.85, "inquiry": 0.15},
    "consultation": {"inquiry": 0.92, "complaint": 0.08},
    "after_sales": {"policy_change": 0.78, "inquiry": 0.12, "complaint": 0.10},
}
SEGMENT_SHARE = {"retail": 0.58, "senior": 0.23, "corporate": 0.19}
CHANNEL_SHARE = {"phone": 0.35, "counter": 0.2, "online": 0.25, "app": 0.2}
FIRST_HOURS = {"inquiry": 0.9, "complaint": 3.0, "claim": 2.5, "sale": 1.5, "policy_change": 2.0}
PHONE_ANSWER_SECONDS = 11
RESOLUTION_HOURS = {"inquiry": 11, "complaint": 90, "claim": 30, "sale": 40, "policy_change": 30}
PARTNER_SHARE, BOT_SHARE, ABANDONED_SHARE = 0.14, 0.12, 0.03
STUCK_SHARE, WITHDRAWN_SHARE, PAUSED_SHARE, REOPENED_SHARE = 0.02, 0.02, 0.06, 0.02
RECLASSIFIED_SHARE, TRANSFERRED_SHARE = 0.02, 0.05
CUSTOMER_NUMBERS = 940_000
NOT_YET_ENDED = pd.Timestamp("2100-01-01")


def requests(seed: int, quarter: Quarter) -> pd.DataFrame:
    """Return all requests opened in ``quarter`` with every later event, whenever it happens (local times)."""
    rng = stream(seed, "requests", quarter)
    cases = _classified(rng, _opened(rng, quarter))
    cases = _answered(rng, _assigned(rng, cases), traits(seed))
    cases = with_policies(rng, with_claims(rng, cases, quarter))
    return _numbered(_ended(rng, cases), quarter)


def _pick(rng: np.random.Generator, shares: dict[str, float], n: int) -> np.ndarray:
    weight = np.array(list(shares.values()))
    return np.array(list(shares))[rng.choice(len(shares), size=n, p=weight / weight.sum())]


def _opened(rng: np.random.Generator, quarter: Quarter) -> pd.DataFrame:
    n = REQUESTS_PER_QUARTER
    return pd.DataFrame(
        {
            "opened_at": moments(rng, quarter, n),
            "service_line": _pick(rng, dict(zip(LINES, LINE_SHARE, strict=True)), n),
            "product": _pick(rng, PRODUCT_SHARE, n),
            "segment": _pick(rng, SEGMENT_SHARE, n),
            "channel": _pick(rng, CHANNEL_SHARE, n),
            "customer_id": [f"C{number:06d}" for number in rng.integers(1, CUSTOMER_NUMBERS, n)],
        }
    )


def _classified(rng: np.random.Generator, cases: pd.DataFrame) -> pd.DataFrame:
    kind = pd.Series("", index=cases.index)
    for line, shares in KIND_SHARE.items():
        mine = cases["service_line"] == line
        kind[mine] = _pick(rng, shares, int(mine.sum()))
    was_complaint = (kind == "inquiry") & (rng.random(len(cases)) < RECLASSIFIED_SHARE)
    return cases.assign(
        kind=kind,
        original_kind=pd.Series("complaint", index=cases.index).where(was_complaint),
        **{"class": cases["product"].map(PRODUCT_CLASS)},
    )


def _assigned(rng: np.random.Generator, cases: pd.DataFrame) -> pd.DataFrame:
    """Give each case to an employee of its line on duty in its month; some to partners, bots or nobody."""
    people = on_duty(rng, cases["opened_at"], cases["service_line"])
    n = len(cases)
    is_chat = cases["channel"].isin(["online", "app"]) & (cases["kind"] == "inquiry")
    chance = rng.random(n)
    bot = is_chat & (chance < BOT_SHARE)
    nobody = (cases["channel"] == "phone") & (chance < ABANDONED_SHARE)
    by_partner = ~bot & ~nobody & (rng.random(n) < PARTNER_SHARE)
    partner = np.where(by_partner, _partner_of(rng, cases["service_line"]), people["partner_id"])
    nobodys = bot | nobody | by_partner
    colleague = on_duty(rng, cases["opened_at"], cases["service_line"])["employee_id"]
    is_hard = people["employee_id"].isin(HARD_CASES.employees) & ~nobodys
    share = np.where(is_hard, HARD_CASES.complex_share, HARD_CASES.complex_share_elsewhere)
    is_complex = (rng.random(n) < share) & ~bot & ~nobody
    return cases.assign(
        branch=people["branch"].to_numpy(),
        employee_id=people["employee_id"].mask(nobodys, None),
        partner_id=pd.Series(partner, index=cases.index).mask(bot | nobody, None),
        answered_by=np.select([bot, nobody], ["bot", "none"], "human"),
        transferred_from=colleague.where(~nobodys & (rng.random(n) < TRANSFERRED_SHARE), None),
        priority=np.where(is_complex, "high", "normal"),
        complex=is_complex,
    )


def on_duty(rng: np.random.Generator, when: pd.Series, line: pd.Series) -> pd.DataFrame:
    """Return for each moment one front-line employee of that line (employee_id, branch, partner_id), drawn evenly."""
    spells = roster().loc[lambda t: ~t["role"].isin(["auditor", "trainer", "manager"])]
    start = pd.to_datetime(spells["valid_from"])
    end = pd.to_datetime(spells["valid_to"]).fillna(NOT_YET_ENDED)
    found = pd.DataFrame(index=when.index, columns=["employee_id", "branch", "partner_id"], dtype=object)
    month = when.dt.to_period("M").dt.start_time
    for (begin, which), group in found.groupby([month, line]):
        first = pd.Timestamp(str(begin))
        there = spells[(spells["service_line"] == which) & (start <= first) & (end > first)]
        drawn = there.iloc[rng.integers(0, len(there), len(group))]
        found.loc[group.index] = drawn[list(found.columns)].to_numpy()
    return found


def _partner_of(rng: np.random.Generator, line: pd.Series) -> np.ndarray:
    chosen = np.full(len(line), None, dtype=object)
    second = rng.random(len(line)) < 0.5
    for which in LINES:
        names = [who for who, _, served in PARTNERS if served == which]
        chosen = np.where(line == which, np.where(second, names[0], names[-1]), chosen)
    return chosen


def _answered(rng: np.random.Generator, cases: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Add the factor on waiting, the first response, and when work would be done or documents be complete."""
    n = len(cases)
    own = cases["employee_id"].map(people["time_factor"]).astype(float).fillna(1.0).to_numpy()
    hard = np.where(cases["complex"], HARD_CASES.complex_time_factor, 1.0)
    factor = time_factor(cases["branch"], cases["opened_at"]) * own * hard
    on_phone = (cases["channel"] == "phone").to_numpy()
    median = np.where(on_phone, PHONE_ANSWER_SECONDS / 3600, cases["kind"].map(FIRST_HOURS).to_numpy(float))
    wait = median * np.exp(np.where(on_phone, 0.7, 0.8) * rng.normal(size=n)) * factor
    is_bot = (cases["answered_by"] == "bot").to_numpy()
    first = cases["opened_at"].to_numpy() + hours(np.where(is_bot, 2 / 3600, wait))
    work = cases["kind"].map(RESOLUTION_HOURS).to_numpy(float) * np.exp(0.7 * rng.normal(size=n)) * factor
    paused = np.where((rng.random(n) < PAUSED_SHARE) & (cases["kind"] != "claim"), rng.integers(4, 48, n), 0)
    stuck = np.where(rng.random(n) < STUCK_SHARE, rng.uniform(30, 120, n), 0.0)
    ready = first + hours(np.where(is_bot, 0.05, work + paused)) + span(stuck)
    return cases.assign(first_response_at=first, paused_hours=paused, _ready=ready, _factor=factor)


def _ended(rng: np.random.Generator, cases: pd.DataFrame) -> pd.DataFrame:
    """Let some cases be withdrawn: what would have come after that never happens."""
    n = len(cases)
    lost = (cases["answered_by"] == "none").to_numpy()
    waiting = (cases["resolved_at"] - cases["opened_at"]).dt.total_seconds().to_numpy()
    after = np.where(lost, rng.integers(15, 180, n), np.rint(waiting * rng.uniform(0.1, 0.9, n)))
    gone = lost | ((rng.random(n) < WITHDRAWN_SHARE) & cases["decided_at"].isna().to_numpy())
    withdrawn = cases["opened_at"] + after.astype("int64").astype("timedelta64[s]")
    events = [name for name in cases.columns if name.endswith("_at") and name != "opened_at"]
    later = {name: cases[name].mask(gone & (lost | (cases[name] > withdrawn))) for name in events}
    outcome = np.where(gone, "withdrawn", cases["outcome"])
    return cases.assign(**later, withdrawn_at=withdrawn.where(gone), outcome=outcome, contacts=1 + rng.poisson(0.4, n))


def _numbered(cases: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    cases = cases.sort_values("opened_at", kind="stable", ignore_index=True)
    ids = pd.Series([f"R{quarter.year}{quarter.number}{row:05d}" for row in range(1, len(cases) + 1)])
    # Every fiftieth case is an earlier one of the same customer, opened again.
    again = pd.Series(np.arange(len(cases)) % round(1 / REOPENED_SHARE) == 49)
    reopened = ids.shift(40).where(again)
    customer = cases["customer_id"].shift(40).where(again, cases["customer_id"])
    return cases.assign(request_id=ids, reopened_of=reopened, customer_id=customer)
