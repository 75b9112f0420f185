"""Do partners serve as well as our own staff, once both are given the same kinds of cases (clause 2.5)?

Each partner is held against the in-house cases of the same kind, product, channel and priority. A difference within
such cells is the partner's; a difference between them comes of what it was given.
"""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from analysis.measures.audits.audits import SEVERITY_WEIGHTS, checks
from analysis.measures.breakdown import COMPLAINT_KIND, told_by
from analysis.measures.comparisons.case_mix import IN_HOUSE, followed_to_limit, served_requests
from analysis.measures.response_time.response import EVENTS, limits_minutes
from analysis.measures.satisfaction.satisfaction import SATISFIED_FROM
from analysis.measures.units import COMPANY, PARTNER, judged
from analysis.run import Run, remembered
from analysis.stats.composites.strata import MINIMUM_EACH, RARE_IN_ONE, mantel_haenszel, stratum_differences
from analysis.stats.estimates import MINIMUM_N_MEAN, OK
from analysis.stats.people.two_way import person_effects, two_way
from analysis.stats.testing import ALPHA, holm, two_sided_p
from analysis.tables.results import blank_figures

SURVEYED_QUARTERS, AUDITED_QUARTERS = 2, 4  # an answer may be on last quarter's request; audits are few (METHODS §3)
PER_MILLE = 1_000
KEYS = ["indicator", "event", "unit"]
BESIDE = ["n_partner", "n_in_house", "naive", "naive_low", "naive_high", "naive_status"]
COMPARED = [*KEYS, "n", "estimate", "low", "high", "status", "method", *BESIDE]
SIDES = ["count_1", "n_1", "count_0", "n_0"]
BY_AUDIT = "difference of audits within cells, two-way least squares, t"


@remembered
def partners(run: Run) -> pd.DataFrame:
    """Return how much better or worse each partner is than in-house cases of the same cells, per indicator.

    ``estimate``: partner minus in-house within cells of kind, product, channel and priority, in the indicator's unit;
    ``naive`` the same without cells, each with its interval. n: cases in cells that both served. ``p`` two-sided,
    ``p_adjusted`` by Holm over the partners of an indicator; ``difference``: better, worse or not shown by that.

    Shares in limit: requests whose limit has run out. Satisfaction: answers on a request, unweighted. Errors and
    passes: random audits of four quarters, each audit alike. Complaints: requests that a complaint names.
    """
    counted = [_shares(rows).assign(indicator=indicator, event=event) for indicator, event, rows in _flagged(run)]
    audited = [_audited(run, indicator, family) for indicator, family in
               (("accuracy_error_share", "accuracy"), ("compliance_pass_share", "compliance"))]
    found = [part for part in [*(_compared(run, one) for one in counted if len(one)), *audited] if len(part)]
    if not found:
        return judged(run, [blank_figures("in_limit_share", COMPANY, [COMPANY], "no data").assign(
            **dict.fromkeys(("p", "p_adjusted", *BESIDE), np.nan), difference="")])
    table = judged(run, [pd.concat(found).assign(unit_type=PARTNER, target=np.nan)])
    return _tested(run, table)


def _flagged(run: Run) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield indicator, event and counts per ``who`` and ``cell`` of the rows that are good (or bad) by it."""
    now = served_requests(run)
    for event, column in EVENTS.items():
        if len(limits_minutes(run.params.plan, event)):
            bound = followed_to_limit(run, now, event)
            yield "in_limit_share", event, _counts(run, told_by(run, bound, "requests", column), "in_limit")
    answers = run.warehouse.table("surveys")
    answers = answers.filter(answers.satisfaction.notnull()).select("request_id", "satisfaction")
    known = served_requests(run, SURVEYED_QUARTERS).select("request_id", "cell", "who")
    asked = known.join(answers, "request_id").mutate(satisfied=ibis._.satisfaction >= SATISFIED_FROM)
    yield "csat_top2_share", "", _counts(run, asked, "satisfied")
    named = run.warehouse.table("complaints").filter(ibis._.request_id.notnull()).select("request_id").distinct()
    served = now.filter(now.kind != COMPLAINT_KIND)
    complained = served.mutate(complained=served.request_id.isin(named.request_id))
    yield "complaints_per_1k_requests", "", _counts(run, told_by(run, complained, "complaints", "request_id"),
                                                    "complained")


def _counts(run: Run, rows: ir.Table, flag: str) -> pd.DataFrame:
    count = rows[flag].cast("int64").sum()
    return run.warehouse.reduce(rows.group_by(["who", "cell"]).agg(n=rows.count(), count=count))


def _shares(counts: pd.DataFrame) -> pd.DataFrame:
    """Return, per partner (``unit``) and cell (``stratum``), the counts of both sides."""
    own, theirs = counts[counts["who"] == IN_HOUSE], counts[counts["who"] != IN_HOUSE]
    cells = own.rename(columns={"cell": "stratum", "n": "n_0", "count": "count_0"}).drop(columns="who")
    beside = cells.merge(theirs["who"].drop_duplicates().rename("unit"), how="cross")
    sides = theirs.rename(columns={"who": "unit", "cell": "stratum", "n": "n_1", "count": "count_1"})
    return sides.merge(beside, how="outer", on=["unit", "stratum"]).fillna(dict.fromkeys(SIDES, 0))


def _compared(run: Run, sides: pd.DataFrame) -> pd.DataFrame:
    """Return `COMPARED` of one indicator."""
    per = PER_MILLE if run.params.registry[str(sides["indicator"].iloc[0])].unit == "rate" else 1
    adjusted = mantel_haenszel(sides, by=KEYS, level=run.level)
    naive = stratum_differences(sides.assign(stratum=COMPANY), by=KEYS, level=run.level).droplevel("stratum")
    whole = sides.groupby(KEYS)[["n_1", "n_0"]].sum()
    adjusted = _withheld(adjusted, _scarce(sides))
    told = adjusted.assign(n_partner=whole["n_1"], n_in_house=whole["n_0"], naive=naive["estimate"] * per,
                           naive_low=naive["low"] * per, naive_high=naive["high"] * per, naive_status=naive["status"])
    numbers = ["estimate", "low", "high"]
    return told.assign(**{name: told[name] * per for name in numbers}).reset_index()[COMPARED]


def _scarce(sides: pd.DataFrame) -> pd.Series:
    """Return whether a side has too few cases of either kind: Sato's variance then takes no event for certainty."""
    shared = sides[sides["n_1"].gt(0) & sides["n_0"].gt(0)]
    others = {f"other_{side}": shared[f"n_{side}"] - shared[f"count_{side}"] for side in (0, 1)}
    either = shared.assign(**others).groupby(KEYS)[["count_0", "count_1", *others]].sum()
    return either.min(axis=1) < MINIMUM_EACH


def _withheld(found: pd.DataFrame, scarce: pd.Series) -> pd.DataFrame:
    hidden = found["status"].eq(OK) & scarce.reindex(found.index, fill_value=False)
    told = found.assign(status=found["status"].mask(hidden, f"not estimable: {RARE_IN_ONE}"))
    return told.assign(**{name: told[name].mask(hidden) for name in ("estimate", "low", "high")})


def _audited(run: Run, indicator: str, family: str) -> pd.DataFrame:
    """Return `COMPARED` of an indicator of audits, each random audit counting by its own share."""
    rows = checks(run.warehouse.history("audits", AUDITED_QUARTERS))
    rows = rows.filter(rows.family == family, rows.sampling == "random", rows.request_id.notnull())
    weight = rows.severity.cases(*SEVERITY_WEIGHTS.items(), else_=0) if family == "compliance" else ibis.literal(1)
    counted = ~rows.failed if family == "compliance" else rows.failed
    each = rows.mutate(weight=weight, counted=weight * counted.cast("int64")).group_by(["audit_id", "request_id"]).agg(
        of=ibis._.weight.sum(), counted=ibis._.counted.sum())
    known = served_requests(run, AUDITED_QUARTERS + 1).select("request_id", "cell", "who")
    joined = known.join(each, "request_id").filter(ibis._.of > 0)
    grouped = run.warehouse.reduce(joined.group_by(["who", "cell", "counted", "of"]).agg(n=ibis._.count()))
    score = (PER_MILLE * grouped["counted"] / grouped["of"]).round()
    scores = grouped.assign(person=grouped["who"], total=grouped["n"] * score, total_of_squares=grouped["n"] * score**2)
    parts = [_of_partner(run, scores, str(unit)).assign(indicator=indicator, event="", unit=str(unit))
             for unit in scores["who"].unique() if unit != IN_HOUSE]
    return pd.concat(parts, ignore_index=True)[COMPARED] if parts else pd.DataFrame(columns=COMPARED)


def _of_partner(run: Run, scores: pd.DataFrame, unit: str) -> pd.DataFrame:
    two = scores[scores["who"].isin([unit, IN_HOUSE])]
    both = two.groupby("cell")["who"].transform("nunique") == 2
    whole = two.groupby("who")["n"].sum()
    naive = _contrast(run, two.assign(cell=COMPANY), unit).rename(
        columns={"estimate": "naive", "low": "naive_low", "high": "naive_high", "status": "naive_status"})
    found = _contrast(run, two[both], unit)
    return found.assign(n_partner=whole.get(unit, 0), n_in_house=whole.get(IN_HOUSE, 0)).join(
        naive.drop(columns=["n", "method"]))


def _contrast(run: Run, scores: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Return partner minus in-house (share points) from two-way effects, which are centred: a₁ − a₀ = a₁ N / n₀."""
    n = scores.groupby("who")["n"].sum().reindex([unit, IN_HOUSE], fill_value=0)
    if n.min() < MINIMUM_N_MEAN:
        status = f"not estimable: fewer than {MINIMUM_N_MEAN} audits in a group"
        return pd.DataFrame({"n": [n.sum()], "estimate": np.nan, "low": np.nan, "high": np.nan, "status": status,
                             "method": BY_AUDIT})
    effect = person_effects(two_way(scores), run.level).loc[[unit]]
    numbers = effect[["estimate", "low", "high"]] * (n.sum() / n[IN_HOUSE] / PER_MILLE)
    return effect[["status"]].assign(n=int(n.sum()), method=BY_AUDIT, **numbers).reset_index(drop=True)


def _tested(run: Run, table: pd.DataFrame) -> pd.DataFrame:
    p = two_sided_p(table, 0.0)
    adjusted = p.groupby([table["indicator"], table["event"]]).transform(holm)
    direction = table["indicator"].map(lambda one: run.params.registry[one].direction)
    good = table["estimate"].gt(0).eq(direction.eq("higher"))
    words = np.select([table["status"].ne(OK), adjusted.gt(ALPHA), good], ["", "not shown", "better"], "worse")
    whole = {name: table[name].astype("Int64") for name in ("n_partner", "n_in_house")}
    return table.assign(p=p, p_adjusted=adjusted, difference=pd.Series(words, table.index, dtype="str"), **whole)
