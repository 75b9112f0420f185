"""What was published, what is that figure today, and what leads from it to this quarter's (clauses 8.2, 8.3)?

A signed quarter keeps what it published in ``params/published/``. The ledger parts, exactly, what became of it since
from what this quarter did better or worse.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures.mix import split
from analysis.measures.past import AGAIN, KEYS, PARTED_BY, SINCE, THEN, headlines, past
from analysis.measures.units import COMPANY, judged
from analysis.params.published import PROBLEMS
from analysis.run import Run
from analysis.stats.estimates import OK

PUBLISHED = ["published", "published_low", "published_high", "published_verdict"]
STEPS = ["computation", "definition", "late_data"]
SINCE_THEN = ["performance", "mix", "since_then", "this_quarter"]
COMPOSED = "scorecard"  # tells the indicators of the other tables a second time
OTHER_CASES = "not applicable"  # a cohort that ripened: today's figure rests on other cases
AS_PUBLISHED, WITHIN, BEYOND = "as published", "moved within interval", "moved beyond interval"
SAME = 5e-7  # relative: what is printed with six digits has not moved
COLUMNS = ["quarter", *KEYS, *PUBLISHED, *STEPS, "estimate", "low", "high", "status", "restated", *SINCE_THEN]


def restatement(run: Run) -> pd.DataFrame:
    """Return each figure of the company that was signed in the eight quarters before, and what became of it: COLUMNS.

    Restated: ``published`` + ``computation`` (the program now gives another figure from what was known then) +
    ``definition`` (revised since) + ``late_data`` (delivered or happened since) = ``estimate``, the figure of that
    quarter today; "not applicable" where it rests on other cases today (a cohort that ripened). ``restated``: as
    published, restated within the interval that was published, or beyond it.

    Since then, at the same age: ``published`` + ``computation`` + ``definition`` + ``since_then`` = ``this_quarter``;
    ``performance`` + ``mix`` = ``since_then`` where service lines make up the figure (`mix.split`).
    """
    parts = [_of_quarter(run, str(quarter), rows) for quarter, rows in _signed(run).groupby("quarter")]
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    told = judged(run, parts)
    told = told.assign(restated=_words(told)).sort_values(["quarter", *KEYS], ascending=[False, *[True] * len(KEYS)])
    return told.reset_index(drop=True)


def _signed(run: Run) -> pd.DataFrame:
    """Return what the signed quarters published of the company under the indicators of their plan or of today's."""
    rows, asked = run.params.published, {name for plan in run.params.plans.values() for name in plan.indicators}
    return rows[rows["unit_type"].eq(COMPANY) & rows["status"].eq(OK) & ~rows["table"].isin([COMPOSED, PROBLEMS])
                & rows["indicator"].isin(asked)]


def _of_quarter(run: Run, quarter: str, signed: pd.DataFrame) -> pd.DataFrame:
    every = past(run).query("quarter == @quarter")
    then, again, since = (every[every["stage"].eq(name)] for name in (THEN, AGAIN, SINCE))
    now = headlines(run, run.params.plan.indicators)
    told = signed.rename(columns={"estimate": "published", "low": "published_low", "high": "published_high",
                                  "verdict": "published_verdict"})[[*KEYS, *PUBLISHED]]
    told = told.merge(_company(since, "n", "estimate", "low", "high", "method", "status"), how="left", on=KEYS)
    for rows, name in ((then, THEN), (again, AGAIN), (now, "this_quarter")):
        told = told.merge(_company(rows, "estimate", "method").rename(
            columns={"estimate": name, "method": f"method_{name}"}), how="left", on=KEYS)
    own = told[THEN].fillna(told[AGAIN])
    told = told.assign(quarter=quarter, computation=own - told["published"], definition=told[AGAIN] - own,
                       since_then=told["this_quarter"] - told[AGAIN], late_data=told["estimate"] - told[AGAIN])
    return _without_other_cases(told).merge(_parted(run, now, again, told), how="left", on=KEYS).drop(
        columns=[THEN, AGAIN, *(f"method_{name}" for name in (THEN, AGAIN, "this_quarter"))])


def _company(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    return rows.loc[rows["unit_type"].eq(COMPANY), [*KEYS, *columns]]


def _without_other_cases(told: pd.DataFrame) -> pd.DataFrame:
    """Blank today's figure where there is none, or where its method, which names the cohort, is another than then."""
    other = told["status"].eq(OK) & told["method"].ne(told[f"method_{AGAIN}"])
    status = told["status"].fillna("no data").mask(other, OTHER_CASES)
    blank = dict.fromkeys(("estimate", "low", "high", "late_data"))
    return told.assign(status=status, method=told["method"].fillna(""), n=told["n"].astype("Int64"),
                       **{name: told[name].mask(status.ne(OK)) for name in blank})


def _parted(run: Run, now: pd.DataFrame, again: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """Return KEYS, ``performance`` and ``mix`` of each ``since_then``."""
    change = told[["indicator", "event"]].assign(estimate=told["since_then"], low=np.nan, high=np.nan)
    after, before = (one[one["unit_type"].isin([COMPANY, PARTED_BY])] for one in (now, again))
    found = split(after, before, change, run.level).assign(unit_type=COMPANY, unit=COMPANY)
    return found[[*KEYS, "performance", "mix"]]


def _words(told: pd.DataFrame) -> pd.Series:
    """Return whether each figure stands as published; "" where there is none today."""
    near = (told["estimate"] - told["published"]).abs() <= SAME * (1 + told["published"].abs())
    beyond = (told["estimate"] < told["published_low"]) | (told["estimate"] > told["published_high"])
    words = np.select([told["status"].ne(OK), near, beyond], ["", AS_PUBLISHED, BEYOND], WITHIN)
    return pd.Series(words, told.index, dtype="str")


def restated_counts(ledger: pd.DataFrame) -> pd.DataFrame:
    """Return how many figures of `restatement` stand as published, are restated, or rest on other cases today."""
    counts = ledger["restated"].value_counts()
    names = {AS_PUBLISHED: AS_PUBLISHED, WITHIN: WITHIN, BEYOND: BEYOND, "": "other cases or none"}
    return pd.DataFrame({"restated": list(names.values()), "n": [int(counts.get(one, 0)) for one in names]})
