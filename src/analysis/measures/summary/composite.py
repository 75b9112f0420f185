"""How good is service as a whole, and would other weights say something else (clause 5.3, METHODS §9)?

The weighted mean of the plan's components, each 100 · (x − floor) / (target − floor) held within 0–100. The errors of
components are drawn as independent: each comes from a source of its own, but for accuracy and compliance, which are
different checks of the same audits. Weights, floors, targets and grades are the company's own choices. For the company,
its lines, branches and partners only: people get no grade.
"""

from __future__ import annotations

import pandas as pd

from analysis.measures.breakdown import labelled
from analysis.measures.units import COMPANY, with_missing_units
from analysis.params import Params
from analysis.run import Run
from analysis.stats.composites.composite import Drawing, composite, grade_probabilities
from analysis.stats.composites.scores import Scheme
from analysis.stats.composites.weights import Perturbation, grade_changes
from analysis.stats.estimates import OK
from analysis.tables.results import blank_figures

COMPOSITE = "composite_score"
GRADE, OTHER_GRADE = "grade_probability", "grade_change_share"
HEADLINE_EVENT = "first_response"  # of an indicator told per event, the one that counts
GRADED = (COMPANY, "service_line", "branch", "partner")
UNIT = ["unit_type", "unit"]
SEED = 2_024  # of the draws: any number serves, a fixed one gives the same bytes
LEAST_TOLD = 0.05  # a grade less probable than this is left out of the words
NAMED = ", missing: "  # what the status says before the names that have a column of their own
GRADE_COLUMNS = ["indicator", *UNIT, "grade", "from_score", "probability", "status"]
CHANGE_COLUMNS = ["indicator", *UNIT, "grade", "n", "estimate", "low", "high", "level", "method", "status"]


def scheme(params: Params) -> Scheme:
    """Return floor, target and weight of the components (METHODS §9)."""
    parts = {name: (params.plan.indicators[name].floor, params.target(name), weight)
             for name, weight in params.plan.weighted.items()}
    return Scheme(pd.DataFrame.from_dict(parts, orient="index", columns=["floor", "target", "weight"]))


def components(run: Run, found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of ``found`` (headlines) that a composite is made of, the indicator in ``component``.

    The company and the site's lines are there even where none of their components has a figure.
    """
    rows = found[found["indicator"].isin(run.params.plan.weighted) & found["unit_type"].isin(GRADED)]
    rows = rows[rows["event"].isin(["", HEADLINE_EVENT])]
    first = next(iter(run.params.plan.weighted))
    for unit_type, units in ((COMPANY, [COMPANY]), ("service_line", list(run.params.site.service_lines))):
        rows = with_missing_units(rows, first, unit_type, units)
    order = pd.Categorical(rows["unit_type"], GRADED)
    told = rows.assign(component=rows["indicator"], level=rows["level"].fillna(run.level), n=rows["n"].fillna(0))
    return told.assign(unit_type=order).sort_values([*UNIT, "component"]).astype({"unit_type": "str"})


def composites(run: Run, found: pd.DataFrame) -> pd.DataFrame:
    """Return the composite (0–100) of every unit, with ``weight_present`` and ``missing`` (indicators without figure).

    At least four fifths of the weight must be present; the weights are then renormalised. n counts the indicators with
    a figure.
    """
    if not run.params.plan.weighted:
        lines = list(run.params.site.service_lines)
        return pd.concat([blank_figures(COMPOSITE, unit_type, units, "not applicable")
                          for unit_type, units in ((COMPANY, [COMPANY]), ("service_line", lines))], ignore_index=True)
    parts = components(run, found)
    table = composite(parts, scheme(run.params), Drawing(SEED, run.level), by=UNIT)
    status = table["status"].str.partition(NAMED)[0]
    counted = parts["status"].eq(OK).groupby([parts[name] for name in UNIT]).sum()
    told = table.assign(status=status, n=counted.reindex(table.index)).reset_index("unit_type")
    rows = [labelled(group.drop(columns="unit_type"), COMPOSITE, str(unit_type))
            for unit_type, group in told.groupby("unit_type", sort=False)]
    extra = table[["weight_present", "missing"]].reset_index()
    return pd.concat(rows, ignore_index=True).merge(extra, on=UNIT)


def grades(run: Run, found: pd.DataFrame) -> pd.DataFrame:
    """Return how probable each grade of a unit is: GRADE_COLUMNS; the probabilities of a unit add to 1."""
    if not run.params.plan.weighted:
        return pd.DataFrame(columns=GRADE_COLUMNS)
    told = grade_probabilities(components(run, found), scheme(run.params), Drawing(SEED, run.level),
                               _bands(run.params), by=UNIT)
    return _without_names(told.reset_index()).assign(indicator=GRADE)[GRADE_COLUMNS]


def grades_under_other_weights(run: Run, found: pd.DataFrame) -> pd.DataFrame:
    """Return in what share of weights, each up to a quarter off the plan's, a unit's grade changes: CHANGE_COLUMNS."""
    if not run.params.plan.weighted:
        return pd.DataFrame(columns=CHANGE_COLUMNS)
    told = grade_changes(components(run, found), scheme(run.params), Perturbation(SEED), _bands(run.params), by=UNIT)
    return _without_names(told.reset_index()).assign(indicator=OTHER_GRADE)[CHANGE_COLUMNS]


def _bands(params: Params) -> pd.Series:
    return pd.Series(params.plan.grades, dtype=float)


def _without_names(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(status=table["status"].str.partition(NAMED)[0])


def likely_grades(composite: pd.DataFrame, told: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Return the composites with ``grades``, the probable ones in words ("A 62 %, B 35 %"), and ``grade_change_share``.

    ``told`` and ``other`` are the tables of `grades` and `grades_under_other_weights`.
    """
    probable = told[told["probability"].fillna(0) >= LEAST_TOLD].sort_values(
        "probability", ascending=False, kind="stable")
    percent = (100 * probable["probability"]).round().astype("int64").astype("str")
    words = (probable["grade"] + " " + percent + " %").groupby([probable[name] for name in UNIT]).agg(", ".join)
    units = pd.MultiIndex.from_frame(composite[UNIT])
    changes = other.set_index(UNIT)["estimate"].reindex(units)
    graded = words.reindex(units).fillna("").to_numpy(str)
    frame = composite.assign(grades=graded, grade_change_share=changes.to_numpy(float))
    return frame[["unit", "n", "estimate", "low", "high", "status", "grades", "grade_change_share", "missing"]]
