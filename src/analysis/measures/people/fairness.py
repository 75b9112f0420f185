"""Does a score depend on what the person has no say in, and would another model have said otherwise (METHODS §3)?

Told of all employees together; nobody is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy import stats

from analysis.measures.people.branches import pooled_effects
from analysis.measures.people.cases import SCORED, SEGMENT, SHIFT, UPHELD_RATE, Scored
from analysis.measures.people.fitting import Fit, cell_labels, fitted
from analysis.measures.people.groups import EVERY_LINE, GROUP, of_group
from analysis.measures.people.judgement import Known
from analysis.measures.people.other_tiers import COUNT_COLUMNS, tier_moves
from analysis.measures.people.scoring import Held, Scoring, evidence_on, scoring
from analysis.run import Run
from analysis.stats.estimates import LEVEL, OK, Floats
from analysis.stats.people.two_way import TwoWay, person_effects, person_f_test, two_way
from analysis.stats.testing import ALPHA, holm
from analysis.warehouse import Warehouse

BRANCH, LINE, TENURE = "branch", "service_line", "tenure"
YEARS = (1, 3)  # of service: up to one, up to three, more
DAYS_PER_YEAR = 365.25
DEPENDS, NOT_SHOWN = "depends", "not shown"
COUNTED = "not applicable: complaints are counted, not scored case by case"
ONE_CATEGORY = "not estimable: fewer than 2 categories"
COLUMNS = ["check", "indicator", "event", "people", "n", "categories", "estimate", "low", "high", "p", "p_adjusted",
           "result", "moves", "status"]
SENSITIVITY = COUNT_COLUMNS
MODELS: Mapping[str, Held] = MappingProxyType({
    "nothing": lambda cells: ((),), "the coarsest cells": lambda cells: cells[-1:],
    "the finest cells": lambda cells: cells[:1]})
LATE, RETURNED = "rows delivered since", "rows that were set aside"


def fairness(known: Known) -> pd.DataFrame:
    """Return, per check and indicator, whether adjusted scores still depend on branch, line, tenure, segment or shift.

    ``estimate``: the widest gap between two categories' adjusted means, in the indicator's unit, with `widest_gap`'s
    interval; ``p`` of no dependence, ``p_adjusted`` by Holm over the table; ``result``: depends, not shown. ``moves``:
    the most that any person's adjusted figure changes when segment or shift is held equal too. Line: of people who are
    compared across lines (`groups.evaluated`); not applicable where nobody is, nor to upheld complaints: `COUNTED`.
    """
    rows = []
    for asked in SCORED.values():
        cases = of_group(known.evidence.cases[asked.name], known.people)
        fits = {group: fit for (name, group), fit in known.scored.fits.items() if name == asked.name}
        if not fits:
            continue
        across = {group: fit for group, fit in fits.items() if group[1] == EVERY_LINE}
        rows += [_of_person(asked, fits, _post(known, BRANCH)) | {"check": BRANCH},
                 _of_person(asked, across, _post(known, LINE)) | {"check": LINE},
                 _of_person(asked, fits, _tenure(known)) | {"check": TENURE}]
        rows += [_of_case(asked, cases, fits, attribute) | {"check": attribute} for attribute in asked.beside]
    table = pd.DataFrame([*rows, *_counted(known)], columns=COLUMNS)
    adjusted = holm(table["p"].astype(float))
    words = np.select([adjusted.isna(), adjusted <= ALPHA], ["", DEPENDS], NOT_SHOWN)
    return table.assign(p_adjusted=adjusted, result=pd.Series(words, table.index, dtype="str"))


def _counted(known: Known) -> list[dict[str, object]]:
    """Return a row per check that says why upheld complaints have no test; none where there are no cases."""
    counts = of_group(known.evidence.upheld, known.people)
    facts = {"indicator": UPHELD_RATE, "event": "", "people": counts["employee_id"].nunique(),
             "n": int(counts["requests"].sum()), "categories": 0, "status": COUNTED}
    return [facts | {"check": check} for check in (BRANCH, LINE, TENURE, SEGMENT, SHIFT)] if len(counts) else []


def _post(known: Known, name: str) -> pd.Series:
    return known.people.set_index("employee_id")[name]


def _tenure(known: Known) -> pd.Series:
    """Return years of service at the end of the quarter in the classes of YEARS; missing where not told."""
    hired = pd.to_datetime(known.people.set_index("employee_id")["hired_on"])
    newest = pd.Period(known.evidence.newest, freq="Q").end_time
    years = (newest - hired).dt.days / DAYS_PER_YEAR
    return pd.cut(years, [-np.inf, *YEARS, np.inf], labels=[f"<= {YEARS[0]}", f"<= {YEARS[1]}", f"> {YEARS[1]}"])


def _of_person(asked: Scored, fits: Mapping[tuple[str, str], Fit], category: pd.Series) -> dict[str, object]:
    """Test a category of persons: Q between categories of effects weighted by 1 / (τ² + v), on chi-squared."""
    if not fits:
        return {"indicator": asked.indicator, "event": asked.event, "people": 0, "n": 0, "categories": 0,
                "status": "not applicable"}
    effects = pooled_effects(list(fits.values()))
    told = effects.join(category.rename("category").astype("str"), how="inner")
    told = told[told["category"].ne("nan")]
    cases = sum(int(fit.naive["n"].sum()) for fit in fits.values())
    sums = told.assign(pull=told["weight"] * told["effect"]).groupby("category")[["weight", "pull"]].sum()
    facts = {"indicator": asked.indicator, "event": asked.event, "people": len(told), "n": cases,
             "categories": len(sums)}
    if len(sums) < 2:
        return facts | {"status": ONE_CATEGORY}
    means = sums["pull"] / sums["weight"]
    centre = sums["pull"].sum() / sums["weight"].sum()
    q = float((sums["weight"] * (means - centre) ** 2).sum())
    gap = widest_gap(means.to_numpy(), np.diag(1 / sums["weight"]), np.inf)
    return facts | gap | {"p": stats.chi2.sf(q, len(means) - 1), "status": OK}


def _of_case(asked: Scored, cases: pd.DataFrame, fits: Mapping[tuple[str, str], Fit], attribute: str,
             ) -> dict[str, object]:
    """Test a category of cases: its F-test within person and cell, and how far it moves anybody once held equal."""
    within = cases["employee_id"].astype("str") + pd.concat(
        [cell_labels(cases[_is(cases, group)], fit.cell) for group, fit in fits.items()]).reindex(cases.index)
    scores = cases.assign(person=cases[attribute].astype("str"), cell=within)
    fit = two_way(scores[["person", "cell", "n", "total", "total_of_squares"]])
    test, told = person_f_test(fit).iloc[0], person_effects(fit)
    facts = {"indicator": asked.indicator, "event": asked.event, "people": cases["employee_id"].nunique(),
             "n": int(cases["n"].sum()), "categories": len(told)}
    if test["status"] != OK:
        return facts | {"status": str(test["status"])}
    moves = [_moved(asked, cases[_is(cases, group)], own, attribute) for group, own in fits.items()]
    ok = told["status"].eq(OK).to_numpy()
    gap = widest_gap(told["estimate"].to_numpy()[ok], _covariance(fit)[np.ix_(ok, ok)], fit.df)
    gap = {name: value / asked.scale for name, value in gap.items()}
    return facts | gap | {"p": float(test["p"]), "status": OK, "moves": max(moves)}


def _covariance(fit: TwoWay) -> Floats:
    """Return the covariance of the persons' effects given the cells, up to a constant: s² (D − N M⁻¹ N')⁺."""
    counts = fit.mix.counts.toarray()
    information = np.diag(fit.mix.person_n) - (counts / fit.mix.cell_n) @ counts.T
    covariance: Floats = fit.residual_variance * np.linalg.pinv(information, hermitian=True)
    return covariance


def widest_gap(means: Floats, covariance: Floats, df: float, level: float = LEVEL) -> dict[str, float]:
    """Return the widest gap between two of ``means`` with the interval of the widest true one.

    All gaps have simultaneous Tukey-Kramer intervals, gap ± q/√2 times its standard error with q of the studentized
    range: the widest true gap lies, with that level, between the highest of their lower limits (0 at least) and the
    highest of their upper ones. R: ``qtukey(level, k, df)``.
    """
    gaps, v = np.abs(means[:, None] - means), np.diag(covariance)
    error = np.sqrt(np.maximum(v[:, None] + v - 2 * covariance, 0.0))
    reach = _studentized_range(level, len(means), df) / np.sqrt(2) * error
    return {"estimate": float(gaps.max()), "low": max(0.0, float((gaps - reach).max())),
            "high": float((gaps + reach).max())}


@lru_cache
def _studentized_range(level: float, k: int, df: float) -> float:
    return float(stats.studentized_range.ppf(level, k, df))


def _is(cases: pd.DataFrame, group: tuple[str, str]) -> pd.Series:
    return cases["role"].eq(group[0]) & cases["line"].eq(group[1])


def _moved(asked: Scored, cases: pd.DataFrame, fit: Fit, attribute: str) -> float:
    again = fitted(cases, ((*fit.cell, attribute),), "", asked.scale)
    return _largest(again.effects["estimate"] - fit.effects["estimate"])


def _largest(change: pd.Series) -> float:
    return float(change.abs().max())


def alternatives(run: Run, known: Known) -> dict[str, Scoring]:
    """Return the scores under each other model of the case mix, and with other rows.

    `LATE`: the rule's own model, with what was delivered of the earlier quarters since their own date; `RETURNED`: with
    the rows that broke a rule, their broken cells empty, and of a key that stood twice the last row instead of the
    first.
    """
    others = {name: scoring(known.people, known.evidence, known.bounds, held) for name, held in MODELS.items()}
    for name, rows in ((LATE, run.delivery.followed), (RETURNED, run.delivery.returned)):
        others[name] = scoring(known.people, evidence_on(with_rows(run, rows)), known.bounds)
    return others


def sensitivity(known: Known, others: Mapping[str, Scoring], tiers: pd.DataFrame) -> pd.DataFrame:
    """Return, per other model (of `alternatives`) and indicator, how far scores would have moved: SENSITIVITY.

    ``correlation`` of people's adjusted figures with the rule's, ``moves`` the most that anybody's changes,
    ``changed`` how many would stand on another side of the colleagues; of all indicators together (``tiers`` of
    `other_tiers.other_tiers`): in another tier.
    """
    parts = [*(_compared(known.scored, other).assign(held_equal=name) for name, other in others.items()),
             tier_moves(tiers)]
    table = pd.concat([one for one in parts if len(one)] or parts)[SENSITIVITY]
    order = {name: place for place, name in enumerate(others)}
    return table.sort_values("held_equal", key=lambda names: names.map(order), kind="stable", ignore_index=True)


def _compared(ruled: Scoring, other: Scoring) -> pd.DataFrame:
    keys = ["employee_id", *GROUP, "indicator", "event"]
    columns = [*keys, "adjusted", "direction"]
    both = ruled.scores[columns].merge(other.scores[columns], on=keys, suffixes=("", "_other"))
    both = both[both[["adjusted", "adjusted_other"]].notna().all(axis=1)]
    changed = both["direction"].ne(both["direction_other"])
    rows = [[indicator, event, len(own), own["adjusted"].astype(float).corr(own["adjusted_other"].astype(float)),
             _largest(own["adjusted"] - own["adjusted_other"]), int(changed[own.index].sum())]
            for (indicator, event), own in both.groupby(["indicator", "event"])]
    return pd.DataFrame(rows, columns=SENSITIVITY[1:])


def with_rows(run: Run, rows: Mapping[str, Mapping[str, str]]) -> Run:
    """Return the run with ``rows`` (quarter → table → file) instead of its own where there are any."""
    tables = {quarter: {**own, **rows.get(quarter, {})} for quarter, own in run.delivery.tables.items()}
    delivery = replace(run.delivery, tables=tables)
    return replace(run, delivery=delivery, warehouse=Warehouse(delivery, run.warehouse.cache), stage=None)
