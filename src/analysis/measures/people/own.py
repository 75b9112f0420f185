"""What is one person told of their own work (clause 3.4)?

Everything here is by ``unit``, the person's id: `Own.of` keeps the rows of one. Of colleagues nothing is told but the
mean of a group of eight or more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.measures.people.assessors import HUNDREDTHS, PER_CENT, adjusted, rated, severities
from analysis.measures.people.cases import PER_MILLE, SCORED, UPHELD_RATE, uncontested
from analysis.measures.people.fitting import PRIOR_CASES, Fit, own_figures
from analysis.measures.people.groups import FEW_PEERS, GROUP, MINIMUM_GROUP, of_group
from analysis.measures.people.judgement import Known, employees
from analysis.measures.people.rates import expected_counts
from analysis.measures.people.roster import ASSESSED, MINIMUM_ASSESSORS, NOT_ENOUGH, ROLLING_QUARTERS, minimum_n
from analysis.measures.people.scoring import RULE, SCALES
from analysis.run import Run
from analysis.stats.estimates import MINIMUM_N_SHARE, OK
from analysis.stats.intervals.rates import rate
from analysis.tables.results import LEVEL

MINIMUM_OF_QUARTER = 3  # ratings: with two, t has one degree of freedom and its interval spans the scale
LIKE = ["like", "like_low", "like_high"]
QUARTER_COLUMNS = ["unit", "indicator", "event", "quarter", "n", "estimate", "low", "high", "status"]
FACET_COLUMNS = ["unit", "facet", "n", "assessors", "estimate", "low", "high", "target", "offered", "attended",
                 "status"]


@dataclass(frozen=True)
class Own:
    """What persons are told: ``figures`` of `figures_of`, ``quarters``, ``facets``, and their ``contests``."""

    figures: pd.DataFrame
    quarters: pd.DataFrame
    facets: pd.DataFrame
    contests: pd.DataFrame

    @property
    def units(self) -> list[str]:
        """The ids of everybody who is told something, sorted."""
        return sorted(self.figures["unit"].unique())

    def of(self, unit: str) -> Own:
        """Return what ``unit`` alone is told; no row of anybody else is left."""
        parts = (self.figures, self.quarters, self.facets, self.contests)
        return Own(*(one[one["unit"].eq(unit)].reset_index(drop=True) for one in parts))


def own(run: Run, known: Known) -> Own:
    """Return what everybody who is evaluated is told."""
    return Own(_figures(run, known), quarters_of(run, known), facets_of(run, known), _contests(run))


def _figures(run: Run, known: Known) -> pd.DataFrame:
    """Return `employees` without exempt people, with seven more columns each.

    ``like``, ``like_low``, ``like_high``: of `on_like_cases`, for who has enough evidence, however reliable.
    ``standard``: the indicator's target, which is the service's; ``colleagues`` and ``group_mean``: size and mean of
    the group, where MINIMUM_GROUP people have cases; ``further``: units of evidence still needed until something can
    be said (`further_units`).
    """
    table = employees(run, known)
    told = table[table["unit"].isin(known.people["employee_id"])].reset_index(drop=True)
    groups = known.scored.tests[["indicator", "event", *GROUP, "people", "group_mean"]]
    both = told.merge(groups[groups["people"] >= MINIMUM_GROUP], how="left", on=["indicator", "event", *GROUP])
    both = both.merge(on_like_cases(known), how="left", on=["unit", "indicator", "event"])
    both[LIKE] = both[LIKE].where(both["permitted_use"].ne(NOT_ENOUGH))
    standard = both["indicator"].map(lambda one: run.params.target(one)).astype(float)
    return both.rename(columns={"people": "colleagues"}).assign(
        colleagues=lambda one: one["colleagues"].astype("Int64"), standard=standard, further=further_units(told))


def on_like_cases(known: Known) -> pd.DataFrame:
    """Return each person's result with like cases compared, not drawn to anybody's mean: unit, indicator, event, LIKE.

    The group's mean plus the person's effect, with its own interval: of shares that of the person's own cases
    (modified Wilson), moved along and stretched as far as holding cases equal costs precision, since Student's fails
    near 0 and 1; of complaints the group's rate times O / E, with Garwood's.
    """
    parts = [pd.DataFrame(columns=["unit", "indicator", "event", *LIKE])]
    for (name, _), fit in known.scored.fits.items():
        low, high = SCALES[known.bounds.units[SCORED[name].indicator]]
        told = _around(fit) if SCORED[name].indicator != ASSESSED else fit.effects[["estimate", "low", "high"]]
        told = (fit.mean + told).clip(low, high).set_axis(LIKE, axis=1)
        parts.append(told.rename_axis("unit").reset_index().assign(
            indicator=SCORED[name].indicator, event=SCORED[name].event))
    for _, counts in of_group(known.evidence.upheld, known.people).groupby(GROUP):
        told = expected_counts(counts)
        whole = PER_MILLE * told["count"].sum() / max(told["requests"].sum(), 1)
        told = told[told["expected"] > 0]
        found = whole * rate(told["count"], told["expected"], level=known.bounds.level)[["estimate", "low", "high"]]
        parts.append(found.set_axis(LIKE, axis=1).rename_axis("unit").reset_index().assign(
            indicator=UPHELD_RATE, event=""))
    return pd.concat([one for one in parts if len(one)] or parts, ignore_index=True)


def _around(fit: Fit) -> pd.DataFrame:
    """Return the effects with the intervals of the persons' own shares, moved and stretched (`on_like_cases`)."""
    own, effect = fit.naive, fit.effects["estimate"]
    share = (own["n"] * own["estimate"] + PRIOR_CASES * fit.mean) / (own["n"] + PRIOR_CASES)
    alone = (share * (1 - share) / own["n"]).where(lambda one: one > 0)
    stretch = np.sqrt(fit.effects["sampling_variance"] / alone).clip(lower=1)
    return pd.DataFrame({"estimate": effect, "low": effect + stretch * (own["low"] - own["estimate"]),
                         "high": effect + stretch * (own["high"] - own["estimate"])}, index=fit.effects.index)


def further_units(table: pd.DataFrame) -> pd.Series:
    """Return how many more units of evidence each row of `employees` needs until it can be shown; NA where none help.

    Up to the minimum n, else up to the reliability of the rule: R = τ²/(τ² + v) with v falling as 1/n gives
    n · (r/(1 − r)) · (1 − R)/R in all, r = RULE.reliability (Spearman-Brown). R = 0: no number is known to be enough;
    nor does any help who has too few colleagues.
    """
    n, least = table["n"].astype(float), table["minimum_n"].astype(float)
    known = table["reliability"].astype(float).where(lambda one: one > 0)
    odds = RULE.reliability / (1 - RULE.reliability)
    reliable = (n * odds * (1 - known) / known - 1e-9).apply(np.ceil)
    short = table["permitted_use"].eq(NOT_ENOUGH) & table["status"].ne(f"not estimable: {FEW_PEERS}")
    wanted = least.where(short, reliable.where(table["status"].ne(OK)))
    return (wanted - n).where(lambda one: one > 0).astype("Int64")


def quarters_of(run: Run, known: Known) -> pd.DataFrame:
    """Return each person's own cases as they stand in each of four quarters: QUARTER_COLUMNS, in the indicator's unit.

    Shares with the modified Wilson interval from ten cases on, rates with Garwood's, scores with Student's.
    """
    parts = []
    for name, asked in SCORED.items():
        cases = of_group(known.evidence.cases[name], known.people)
        if len(cases):
            share = asked.indicator != ASSESSED
            found = own_figures(cases, ["employee_id", "quarter"], asked.scale, share, known.bounds.level)
            low, high = SCALES[known.bounds.units[asked.indicator]]
            numbers = found[["estimate", "low", "high"]].clip(low, high)
            least = MINIMUM_N_SHARE if share else MINIMUM_OF_QUARTER
            parts.append(numbers.assign(n=found["n"], indicator=asked.indicator, event=asked.event, least=least))
    parts.append(_upheld_quarters(known))
    table = pd.concat(parts).rename_axis(["unit", "quarter"]).reset_index()
    few = table["n"].astype(float) < table["least"]
    status = ("not estimable: fewer than " + table["least"].astype("str") + " cases").where(few, OK)
    shown = table[["estimate", "low", "high"]].mask(few)
    return table.assign(**shown, status=status)[QUARTER_COLUMNS]


def _upheld_quarters(known: Known) -> pd.DataFrame:
    counts = of_group(known.evidence.upheld, known.people)
    sums = counts.groupby(["employee_id", "quarter"])[["upheld", "requests"]].sum()
    sums = sums[sums["requests"] > 0]
    found = rate(sums["upheld"], sums["requests"] / PER_MILLE, level=known.bounds.level)
    return found[["estimate", "low", "high"]].assign(n=sums["requests"], indicator=UPHELD_RATE, event="",
                                                     least=MINIMUM_N_SHARE)


def facets_of(run: Run, known: Known) -> pd.DataFrame:
    """Return each person's mean points (0–100) per facet over four quarters, assessors' severity off: FACET_COLUMNS.

    n counts assessments; no figure below the minimum of competence or of one assessor alone. ``offered``: there was
    training on that topic in the four quarters; ``attended``: the person was there.
    """
    rows = adjusted(run, rated(run, ROLLING_QUARTERS), severities(run))
    rows = uncontested(run, rows.mutate(case_id=rows.assessment_id), "assessments")
    keys = ["employee_id", "facet", "assessment_id", "assessor_id"]
    each = run.warehouse.reduce(rows.group_by(keys).agg(points=rows.points.mean().round().cast("int64")))
    each = each[each["employee_id"].isin(known.people["employee_id"])]
    if each.empty:
        return pd.DataFrame(columns=FACET_COLUMNS)
    points = (each["points"] / (HUNDREDTHS / PER_CENT)).groupby([each["employee_id"], each["facet"]])
    told = pd.DataFrame({"n": points.size(), "estimate": points.mean(), "sd": points.std(),
                         "assessors": each.groupby(["employee_id", "facet"])["assessor_id"].nunique()})
    half = stats.t.ppf((1 + LEVEL) / 2, (told["n"] - 1).clip(lower=1)) * told["sd"] / np.sqrt(told["n"])
    around = {"low": told["estimate"] - half, "high": told["estimate"] + half}
    told = told.assign(**{end: value.clip(0, PER_CENT) for end, value in around.items()})
    enough = told["n"].ge(minimum_n(run, ASSESSED)) & told["assessors"].ge(MINIMUM_ASSESSORS)
    shown = told[["estimate", "low", "high"]].where(enough)
    status = enough.map({True: OK, False: f"not estimable: {NOT_ENOUGH}"})
    frame = told.assign(**shown, status=status, target=run.params.target(ASSESSED))
    return _with_training(run, frame.rename_axis(["unit", "facet"]).reset_index())[FACET_COLUMNS]


def _with_training(run: Run, facets: pd.DataFrame) -> pd.DataFrame:
    sessions = run.warehouse.history("training", ROLLING_QUARTERS)
    counted = run.warehouse.reduce(sessions.group_by(["employee_id", "topic"]).agg(sessions=sessions.count()))
    attended = set(zip(counted["employee_id"], counted["topic"], strict=True))
    there = [one in attended for one in zip(facets["unit"], facets["facet"], strict=True)]
    return facets.assign(offered=facets["facet"].isin(counted["topic"]), attended=there)


def _contests(run: Run) -> pd.DataFrame:
    """Return how many contests of each person have which ``outcome``: unit, outcome, contests."""
    rows = pd.DataFrame([(one.employee_id, one.outcome) for one in run.params.contests], columns=["unit", "outcome"])
    return rows.groupby(["unit", "outcome"]).size().rename("contests").reset_index()
