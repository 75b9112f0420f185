"""Are measures that work, do nothing or do harm told apart as often as stated, and those taken by chance left alone?

Insurers with the sample's branches, modes, segments, kinds and measures, drawn anew as reduced tables: answers counted
by branch, segment and mode, waits by branch, kind and minute; put through the product's weighting, relative waits and
`effect_of`. Every branch has a level of its own and, beyond the sample, luck of its own in every quarter. A measure
counts as seen where the report says that its effect can be (``detectable``).

By chance: no measure does anything; each is aimed at the branches that stood worst in the quarter before it was opened,
which would improve without any; or in two quarters, registered (``chosen_from``) or not. Nothing is promised of units
chosen by quarters that nobody registered; it is measured beside.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.measures.improvement.effects import effect_of
from analysis.measures.improvement.relative_waits import relative
from analysis.measures.improvement.windows import phased
from analysis.measures.satisfaction.satisfaction import item_values
from analysis.measures.satisfaction.weighting import TRIMMED, Answers, weighted_figures
from analysis.params import PROJECT, Action, Params, load_params
from analysis.quarter import Quarter
from analysis.run import Run
from analysis.sample import company, service, surveying
from analysis.sample.effects import BAD_BRANCH, LEVELS, MEASURES, MODES, SEGMENT_TOP2_GAP, Measure
from analysis.stats.survey.design import WEIGHT_ONE
from analysis.stats.survey.raking import Raking

SEED, RUNS, LONG_RUNS = 20_241_210, 20, 200
NOW, QUARTERS = Quarter(2024, 3), [Quarter(2022, 4).plus(one) for one in range(8)]
SHARE, MEDIAN = "csat_top2_share", "response_median_hours"
NOMINAL, RIGHT, ALPHA, ERRORS = 0.95, 0.80, 0.05, 2
BRANCHES = np.array(company.BRANCHES)
SEATS = company.population().query("variable == 'branch'")["customers"].to_numpy() / sum(company.CUSTOMERS.values())
KINDS = {kind: sum(part * service.KIND_SHARE[line].get(kind, 0.0)
                   for line, part in zip(company.LINES, service.LINE_SHARE, strict=True))
         for kind in service.RESOLUTION_HOURS}
#: Standard deviations between branches, and of the luck of a branch in a quarter: shares, log hours.
LEVEL_SPREAD, LUCK = {SHARE: 0.03, MEDIAN: 0.08}, {SHARE: 0.02, MEDIAN: 0.05}
TOP2 = LEVELS.top2_share - 0.1  # below the sample's, so that no probability is cut at 1
WAIT_SPREAD, OPEN_SHARE, MINIMUM_N = 0.9, 0.02, 10  # of log hours; of requests; of a figure
#: The sample's measures, and one more that does harm; an effect as small as can be seen is given to other units.
SLOWED = Measure("A2024-03", MEDIAN, ("B09", "B10"), (), date(2024, 1, 1), time_factor=1.5, verdict="harmful")
PLANTED, LIFTED = (*MEASURES, SLOWED), ("B04", "B05", "B07")
OPENED, BEGUN = date(2023, 11, 6), date(2024, 1, 1)
#: Worst units taken, opened and begun on, by which quarters chosen, whether these are registered.
AIMED = [(3, OPENED, BEGUN, ("2023Q3",), True), (3, date(2024, 1, 20), date(2024, 1, 25), ("2023Q4",), True),
         (2, OPENED, BEGUN, ("2023Q2", "2023Q3"), True), (2, OPENED, BEGUN, ("2023Q2", "2023Q3"), False)]
NAMES = {(1, True): "worst of one quarter, called effective",
         (2, True): "worst of two quarters, registered, called effective",
         (2, False): "worst of two quarters, not registered, called effective"}
NOT_PROMISED = (NAMES[2, False],)
KEPT = ["indicator", "event", "unit", "estimate", "n", "hours", "quarter"]
COLUMNS = ["estimator", "cell", "runs", "coverage", "false_alarms", "bound", "holds"]


def in_force(measures: tuple[Measure, ...], quarter: Quarter) -> tuple[np.ndarray, np.ndarray]:
    """Return what the measures add to each branch's share, and the logarithm of what they multiply its hours by."""
    gap, log_factor = np.zeros(len(BRANCHES)), np.zeros(len(BRANCHES))
    for one in measures:
        inside = np.isin(BRANCHES, one.units) & (Quarter.of(one.started_on) <= quarter)
        gap, log_factor = gap + inside * one.top2_gap, log_factor + inside * np.log(one.time_factor)
    return gap, log_factor


def answers(drawn: np.random.Generator, quarter: Quarter, share: np.ndarray) -> Answers:
    """Return answers counted by branch, segment, mode and satisfaction; ``share``: satisfied, of each branch."""
    modes, silent = list(surveying.MODE_SHARE), str(quarter) == MODES.silent_quarter
    places = np.multiply.outer(SEATS, list(surveying.MODE_SHARE.values()))
    asked = np.stack([drawn.multinomial(n, places.ravel()).reshape(places.shape)
                      for n in surveying.INVITED.values()], axis=1)
    reached = [0.0 if silent and one == MODES.silent_mode else surveying.ANSWER_SHARE[one] for one in modes]
    told = drawn.binomial(asked, np.multiply.outer(list(surveying.SEGMENT_ANSWER_FACTOR.values()), reached))
    added = np.add.outer(list(SEGMENT_TOP2_GAP.values()), [MODES.top2_gap(one) for one in modes])
    good = drawn.binomial(told, (share[:, None, None] + added).clip(0, 1))
    keys = pd.MultiIndex.from_product([BRANCHES, surveying.INVITED, modes], names=["unit", "segment", "mode"])
    counts = pd.concat([pd.DataFrame({"satisfaction": score, "count": count.ravel()}, index=keys)
                        for score, count in ((5, good), (2, told - good))]).reset_index()
    drawn_share = {name: n / company.CUSTOMERS[name] for name, n in surveying.INVITED.items()}
    weight = (WEIGHT_ONE / counts["segment"].map(drawn_share)).round().astype("int64")
    full = counts.assign(branch=counts["unit"], stratum=counts["segment"], weight=weight, answered=True, usable=True)
    return Answers(full[full["count"] > 0].reset_index(drop=True), True, Raking(company.population(), TRIMMED))


def waits(drawn: np.random.Generator, log_factor: np.ndarray) -> pd.DataFrame:
    """Return requests counted by branch, kind and minutes; some are still open."""
    n = drawn.poisson(service.REQUESTS_PER_QUARTER * np.multiply.outer(SEATS, list(KINDS.values())))
    branch, kind = (np.repeat(one.ravel(), n.ravel()) for one in np.indices(n.shape))
    hours = np.array([service.RESOLUTION_HOURS[one] for one in KINDS])[kind]
    minutes = 60 * hours * np.exp(WAIT_SPREAD * drawn.standard_normal(len(branch)) + log_factor[branch])
    rows = pd.DataFrame({"unit": BRANCHES[branch], "kind": np.array(list(KINDS))[kind],
                         "time": np.ceil(minutes).astype("int64"),
                         "events": (drawn.random(len(branch)) >= OPEN_SHARE).astype(int)})
    told = rows.groupby(["unit", "kind", "time"])["events"].agg(["sum", "size"]).reset_index()
    return told.rename(columns={"sum": "events"}).assign(censored=told["size"] - told["sum"])


def published(drawn: np.random.Generator, indicator: str, quarter: Quarter, truth: np.ndarray) -> pd.DataFrame:
    if indicator == MEDIAN:
        return relative(waits(drawn, truth), {MEDIAN: MINIMUM_N})
    given = answers(drawn, quarter, truth)
    return weighted_figures(given, item_values(SHARE, given), "share", NOMINAL, MINIMUM_N).reset_index()


@cache
def insurer(seed: int, indicator: str, measures: tuple[Measure, ...] = ()) -> pd.DataFrame:
    """Return what one insurer's branches published of an indicator, as `histories.histories` has it."""
    drawn = np.random.default_rng([SEED, seed, len(measures), len(indicator)])
    level = drawn.normal(0, LEVEL_SPREAD[indicator], len(BRANCHES))
    bad = {SHARE: BAD_BRANCH.top2_gap, MEDIAN: np.log(BAD_BRANCH.time_factor)}[indicator]
    level += (BAD_BRANCH.branch == BRANCHES) * bad + (TOP2 if indicator == SHARE else 0)
    found = []
    for quarter in QUARTERS:
        effect = in_force(measures, quarter)[indicator == MEDIAN]
        truth = level + drawn.normal(0, LUCK[indicator], len(BRANCHES)) + effect
        told = published(drawn, indicator, quarter, truth)
        found.append(told[told["status"] == "ok"].assign(quarter=str(quarter)))
    event = "" if indicator == SHARE else "resolution"
    return pd.concat(found, ignore_index=True).assign(indicator=indicator, event=event).reindex(columns=KEPT)


@lru_cache
def params() -> Params:
    return load_params(PROJECT / "params", NOW)


def action(name: str, indicator: str, units: tuple[str, ...], begun: date, opened: date | None = None) -> Action:
    return Action(action_id=name, problem_id=f"{indicator}:branch:{units[0]}:resolution", indicator=indicator,
                  units=units, owner_department="quality", started_on=begun, due_on=begun,
                  opened_on=opened or begun - timedelta(days=50), expected_effect=0.01,
                  window=f"{Quarter.of(begun)} to {NOW}")


def told_of(one: Action, history: pd.DataFrame, *others: Action) -> dict[str, Any]:
    """Return what the product says of a measure by a history, and the hours that its ratios are told at."""
    run = Run(quarter=NOW, params=replace(params(), actions=(one, *others)), delivery=None, warehouse=None,
              language="en", run_id="verdicts")
    before = phased(one, history, NOW).query("phase == 'before'").astype({"hours": float, "n": float})
    mine = before[before["unit"].isin(one.units)]
    return effect_of(run, one, history) | {"level": np.average(mine["hours"], weights=mine["n"])}


def judged(seed: int, measure: Measure) -> dict[str, Any]:
    """Return what is said of a planted measure, its true effect in the figure's unit, and whether that is right."""
    actions = {one: action(one.action_id, one.indicator, one.units, one.started_on) for one in PLANTED}
    one = actions.pop(measure)
    told = told_of(one, insurer(seed, measure.indicator, PLANTED), *actions.values())
    truth = measure.top2_gap if measure.indicator == SHARE else (measure.time_factor - 1) * told["level"]
    return told | {"insurer": seed, "cell": f"{measure.indicator}, {measure.verdict}", "truth": truth,
                   "right": told["effect"] == measure.verdict, "seen": abs(truth) >= told["detectable"] or not truth,
                   "covers": told["low"] <= truth <= told["high"]}


@lru_cache
def planted(runs: int) -> pd.DataFrame:
    """Return every judgement of a planted measure."""
    return pd.DataFrame([judged(seed, one) for seed in range(runs) for one in PLANTED])


def aimed_at_worst(seed: int, indicator: str, aim: tuple[int, date, date, tuple[str, ...], bool]) -> dict[str, Any]:
    number, opened, begun, chosen, registered = aim
    history = insurer(seed, indicator)
    stood = history[history["quarter"].isin(chosen) & history["unit"].ne(BAD_BRANCH.branch)]
    mean = stood.groupby("unit")["estimate"].mean().sort_values(ascending=indicator == SHARE)
    one = action("A1", indicator, tuple(mean.index[:number]), begun, opened)
    told = told_of(one.model_copy(update={"chosen_from": chosen[0]}) if registered else one, history)
    sign = 1 if indicator == SHARE else -1
    return told | {"insurer": seed, "indicator": indicator, "aim": NAMES[len(chosen), registered],
                   "mark": told["effect"] == "effective", "gain": sign * told["by_regression"]}


@lru_cache
def by_chance(runs: int) -> pd.DataFrame:
    """Return every judgement of a measure that does nothing, aimed at the worst; ``gain``: what was left out."""
    return pd.DataFrame([aimed_at_worst(seed, indicator, aim) for seed in range(runs) for indicator in (SHARE, MEDIAN)
                         for aim in AIMED])


def just_detectable(seed: int, indicator: str) -> dict[str, Any]:
    """Return what is said of a measure whose effect is the smallest that the report calls detectable."""
    one, history = action("A1", indicator, LIFTED, BEGUN, OPENED), insurer(seed, indicator)
    said = told_of(one, history)
    hit = history["unit"].isin(one.units) & history["quarter"].ge("2024Q1")
    added, factor = (hit * said["detectable"], 1) if indicator == SHARE else (
        0, np.where(hit, 1 - said["detectable"] / said["level"], 1))
    told = told_of(one, history.assign(estimate=history["estimate"].astype(float) * factor + added))
    return {"insurer": seed, "indicator": indicator, "found": told["effect"] == "effective"}


@lru_cache
def at_the_limit(runs: int) -> pd.DataFrame:
    return pd.DataFrame([just_detectable(seed, indicator) for seed in range(runs) for indicator in (SHARE, MEDIAN)])


def row(name: str, cell: str, marks: pd.DataFrame, bound: float, column: str = "coverage") -> dict[str, object]:
    """Return a row for the share of ``marks`` (insurer, mark) against its bound, above for coverage, else below."""
    share = float(marks["mark"].mean()) if len(marks) else np.nan
    holds = share >= bound if column == "coverage" else share <= bound
    return {"estimator": name, "cell": cell, "runs": len(marks), column: share, "bound": bound, "holds": holds}


def within(promise: float, marks: pd.DataFrame) -> float:
    """Return two Monte-Carlo errors of a share that keeps its promise; marks of one insurer go together."""
    every = marks.groupby("insurer")["mark"].agg(["sum", "size"])
    spread = (every["sum"] - promise * every["size"]).pow(2).sum() ** 0.5 / every["size"].sum()
    return ERRORS * max(spread, (promise * (1 - promise) / len(marks)) ** 0.5)


@lru_cache
def table(runs: int) -> pd.DataFrame:
    """Return how often verdicts are right where seen, intervals cover, limits are met and the idle are praised."""
    made, idle, limit = planted(runs), by_chance(runs), at_the_limit(runs // 2).rename(columns={"found": "mark"})
    rows = [row("verdict right where it can be seen", str(cell), part[part["seen"]].assign(mark=part["right"]), RIGHT)
            for cell, part in made.groupby("cell")]
    covers = made.assign(mark=made["covers"])
    rows += [row("interval of the effect", str(cell), part, NOMINAL - within(NOMINAL, part))
             for cell, part in [*covers.groupby("cell"), ("all", covers)]]
    rows += [row("found at the smallest detectable effect", str(cell), part, RIGHT - within(RIGHT, part))
             for cell, part in limit.groupby("indicator")]
    rows += [row(str(aim), str(cell), part, ALPHA + within(ALPHA, part), "false_alarms")
             for (aim, cell), part in idle.groupby(["aim", "indicator"])]
    return pd.DataFrame(rows).reindex(columns=COLUMNS)


def rows_of(name: str) -> pd.DataFrame:
    return table(RUNS).query("estimator == @name")


@pytest.mark.parametrize("name", [
    "verdict right where it can be seen", "interval of the effect", "found at the smallest detectable effect",
    NAMES[1, True], NAMES[2, True]])
def test_what_is_said_of_measures_holds(name: str) -> None:
    rows = rows_of(name)
    assert len(rows)
    assert rows["holds"].all(), rows.to_string()


def test_effects_are_seen_in_most_insurers() -> None:
    assert planted(RUNS).groupby("cell")["seen"].mean().ge(0.5).all()


def test_the_quarters_that_chose_the_units_would_have_passed_for_an_effect() -> None:
    every = by_chance(RUNS)
    one = every[every["aim"].eq(NAMES[1, True])]
    gain = one.groupby(["indicator", "insurer"])["gain"].mean().groupby("indicator").agg(["mean", "sem"])
    assert (gain["mean"] > ERRORS * gain["sem"]).all(), gain.to_string()
