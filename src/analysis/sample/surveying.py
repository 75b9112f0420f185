"""Who is asked how satisfied he is, by which means, who answers, and what?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.quarter import Quarter
from analysis.sample.company import CUSTOMERS, PRODUCT_SHARE, branch_top2_gap, population, stream, traits
from analysis.sample.effects import HARD_CASES, LEVELS, MODES, SEGMENT_TOP2_GAP
from analysis.sample.rhythm import hours, span, time_of_day

INVITED = {"retail": 800, "senior": 400, "corporate": 400}
LINKED_SHARE = 0.75
FIELDWORK_FROM_DAY = 14
MODE_SHARE = {"questionnaire": 0.35, "phone": 0.25, "online": 0.40}
ANSWER_SHARE = {"questionnaire": 0.40, "phone": 0.62, "online": 0.42}
SEGMENT_ANSWER_FACTOR = {"retail": 1.0, "senior": 1.2, "corporate": 0.9}
SCORE_SHARE = {True: ((5, 0.45), (4, 0.55)), False: ((3, 0.55), (2, 0.25), (1, 0.20))}
PROMOTERS = {5: 0.75, 4: 0.35, 3: 0.08, 2: 0.02, 1: 0.0}
DETRACTORS = {5: 0.05, 4: 0.15, 3: 0.45, 2: 0.80, 1: 0.95}
ITEM_SHIFT = {"reliability": 0.0, "responsiveness": -0.2, "assurance": 0.1, "empathy": 0.0, "tangibles": 0.2}
ITEM_MISSING_SHARE, COMMENT_SHARE = 0.04, 0.12
GOOD_WORDS = ("服務很好，辦理很快", "工作人員耐心，解釋清楚", "理賠順利，謝謝", "線上辦理很方便")
BAD_WORDS = ("等待時間太長", "條款解釋不清楚", "資料要求反覆變更", "電話一直打不通", "理賠進度沒有人告知")


def surveys(seed: int, quarter: Quarter, requests: pd.DataFrame) -> pd.DataFrame:
    """Return the invitations sent in ``quarter`` with their answers; ``_top2`` is each one's true probability."""
    rng = stream(seed, "surveys", quarter)
    parts = [_invited(rng, quarter, requests[requests["segment"] == name], name) for name in INVITED]
    asked = pd.concat(parts).sort_values("invited_at", kind="stable", ignore_index=True)
    asked = asked.assign(
        invitation_id=[f"S{quarter.year}{quarter.number}{row:05d}" for row in range(1, len(asked) + 1)],
        mode=rng.choice(list(MODE_SHARE), size=len(asked), p=list(MODE_SHARE.values())),
    )
    return _answers(rng, _probabilities(asked, traits(seed)), quarter)


def _invited(rng: np.random.Generator, quarter: Quarter, cases: pd.DataFrame, segment: str) -> pd.DataFrame:
    """Return one stratum: customers of cases just closed and, for a quarter of it, customers without a case."""
    n = INVITED[segment]
    begin = pd.Timestamp(quarter.start) + pd.Timedelta(days=FIELDWORK_FROM_DAY)
    end = pd.Timestamp(quarter.end) + pd.Timedelta(days=1)
    ready = cases[(cases["resolved_at"] < end - pd.Timedelta(days=2)) & cases["branch"].notna()]
    drawn = ready.iloc[np.sort(rng.choice(len(ready), size=round(n * LINKED_SHARE), replace=False))]
    sent = (drawn["resolved_at"] + hours(rng.uniform(3, 40, len(drawn)))).dt.floor("s")
    late = begin + pd.to_timedelta(rng.integers(0, 4 * 86_400, len(drawn)), unit="s")
    linked = drawn[
        ["request_id", "customer_id", "employee_id", "partner_id", "service_line", "branch", "product", "complex"]
    ].assign(invited_at=sent.where(sent >= begin, late))
    both = pd.concat([linked, _unlinked(rng, n - len(linked), begin, end)], ignore_index=True)
    return both.assign(segment=segment, stratum=segment, sampling_probability=n / CUSTOMERS[segment])


def _unlinked(rng: np.random.Generator, n: int, begin: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    share = population().loc[lambda t: t["variable"] == "branch"].set_index("category")["customers"]
    days = (end - begin).days
    day = pd.to_timedelta((np.arange(n) + rng.random(n)) / n * days // 1, unit="D")
    return pd.DataFrame(
        {
            "customer_id": [f"C{number:06d}" for number in rng.integers(1, int(share.sum()), n)],
            "branch": rng.choice(share.index, size=n, p=share / share.sum()),
            "product": rng.choice(list(PRODUCT_SHARE), size=n, p=list(PRODUCT_SHARE.values())),
            "complex": False,
            "invited_at": begin + day + time_of_day(rng, n, office=True),
        }
    )


def _probabilities(asked: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    own = asked["employee_id"].map(people["top2_gap"]).astype(float).fillna(0.0)
    complex_gap = np.where(asked["complex"].astype(bool), HARD_CASES.complex_top2_gap, 0.0)
    plain = LEVELS.top2_share + own + complex_gap + branch_top2_gap(asked["branch"], asked["invited_at"])
    plain = plain + asked["segment"].map(SEGMENT_TOP2_GAP)
    return asked.assign(_top2=(plain + asked["mode"].map(MODES.top2_gap)).clip(0.05, 0.98), _plain=plain)


def _answers(rng: np.random.Generator, asked: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    n = len(asked)
    share = asked["mode"].map(ANSWER_SHARE) * asked["segment"].map(SEGMENT_ANSWER_FACTOR)
    silent = (asked["mode"] == MODES.silent_mode) & (str(quarter) == MODES.silent_quarter)
    answered = (rng.random(n) < share) & ~silent
    late = rng.random(n) < 0.01
    delay = np.where(late, rng.uniform(13, 25, n), np.minimum(np.exp(0.3 + 0.8 * rng.normal(size=n)), 12))
    score = _scores(rng, asked["_top2"].to_numpy())
    items = {name: _item(rng, score, shift) for name, shift in {"renew": 0.1, **ITEM_SHIFT}.items()}
    values = pd.DataFrame({"satisfaction": score, "recommend": _recommend(rng, score), **items}, index=asked.index)
    values = values.astype("Int64").mask(rng.random(values.shape) < ITEM_MISSING_SHARE)
    comment = np.where(score >= 4, rng.choice(GOOD_WORDS, n), rng.choice(BAD_WORDS, n))
    said = answered & (rng.random(n) < COMMENT_SHARE)
    return asked.assign(
        responded_at=(asked["invited_at"] + span(delay)).where(answered),
        **{str(name): values[name].where(answered) for name in values},
        comment=pd.Series(comment).where(said),
        cluster=None,
        weight=None,
    )


def _scores(rng: np.random.Generator, top2: np.ndarray) -> np.ndarray:
    good, kind = rng.random(len(top2)) < top2, rng.random(len(top2))
    score = np.zeros(len(top2), dtype="int64")
    for is_good, shares in SCORE_SHARE.items():
        edges = np.cumsum([share for _, share in shares])[:-1]
        values = np.array([value for value, _ in shares])
        score = np.where(good == is_good, values[np.searchsorted(edges, kind)], score)
    return score


def _recommend(rng: np.random.Generator, score: np.ndarray) -> np.ndarray:
    """Return 0–10: promoters 9–10, passives 7–8, detractors 0–6 with the shares above."""
    n, chance = len(score), rng.random(len(score))
    promoter = np.vectorize(PROMOTERS.get)(score)
    detractor = np.vectorize(DETRACTORS.get)(score)
    return np.select(
        [chance < promoter, chance >= 1 - detractor],
        [rng.integers(9, 11, n), np.maximum(rng.integers(0, 7, n), score - 1)],
        rng.integers(7, 9, n),
    )


def _item(rng: np.random.Generator, score: np.ndarray, shift: float) -> np.ndarray:
    return np.clip(np.rint(score + shift + rng.normal(0, 0.7, len(score))), 1, 5).astype("int64")


def true_nps(top2: float) -> float:
    """Return the net promoter score (−100…100) that a share of satisfied customers implies by the tables above."""
    net = {score: PROMOTERS[score] - DETRACTORS[score] for score in PROMOTERS}
    good, bad = (sum(share * net[score] for score, share in SCORE_SHARE[kind]) for kind in (True, False))
    return 100 * (top2 * good + (1 - top2) * bad)
