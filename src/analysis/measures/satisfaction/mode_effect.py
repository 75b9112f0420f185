"""Do people answer better on the telephone or online than in writing, and is a change more than that (clause 5.2)?

The modes are compared within the same quarter, segment, service line and branch (Mantel and Haenszel's difference of
shares), so that who was asked which way plays no part. Every mode is held against the questionnaire, which has no
interviewer. The answers of eight quarters together tell the difference of a mode, which belongs to the way of asking.
"""

from __future__ import annotations

import pandas as pd

from analysis.measures.satisfaction.satisfaction import SATISFIED_FROM, company_figure
from analysis.measures.satisfaction.weighting import answers, weights
from analysis.measures.units import COMPANY, judged, with_missing_units
from analysis.params import HISTORY_QUARTERS
from analysis.quarter import QUARTERS_PER_YEAR, Quarter
from analysis.run import Run, remembered
from analysis.stats.composites.strata import mantel_haenszel
from analysis.stats.intervals.combination import linear_combination
from analysis.tables.results import blank_figures

TOP2, DIFFERENCE = "csat_top2_share", "mode_difference_share"
ADJUSTED, CHANGE = "csat_mode_adjusted_share", "csat_mode_change_share"
REFERENCE = "questionnaire"
CASE_MIX = ("quarter", "segment", "service_line", "branch")
COUNTED = ["n_1", "count_1", "n_0", "count_0"]
FIGURES = ["n", "estimate", "low", "high", "level", "method", "status"]
METHOD = "raked figures and pooled mode differences, MOVER"
WHOLE, BY_MODE, SAME_MODES = "as published", "from the mix of modes", "with the same modes"
ASKED_ALIKE = "all asked alike"


@remembered
def mode_effect(run: Run) -> pd.DataFrame:
    """Return how many more (or fewer) are satisfied in each mode than in ``compared_with``, like with like.

    A difference of shares per mode: of this quarter (``quarters`` = 1) and of up to eight quarters together.
    ``n_reference``: answers of the mode it is held against. Only answers in cells that both modes reached count.
    """
    given = _answers(run)
    reference, now = _reference(given), given[given["quarter"] == str(run.quarter)]
    modes = [one for one in run.params.plan.modes if one != reference]
    parts = [with_missing_units(_differences(run, now, reference), DIFFERENCE, "mode", modes).assign(quarters=1)]
    if (quarters := given["quarter"].nunique()) > 1:
        parts.append(_differences(run, given, reference).assign(quarters=quarters))
    blank = blank_figures(DIFFERENCE, COMPANY, [COMPANY], "no data").assign(quarters=1)
    table = judged(run, parts if any(len(one) for one in parts) else [blank])
    compared = table["n_reference"] if "n_reference" in table else pd.Series(0, index=table.index)
    return table.assign(compared_with=reference, n_reference=compared.fillna(0).astype("Int64"))


def mode_adjusted(run: Run) -> pd.DataFrame:
    """Return the share of satisfied customers as if all had been asked by questionnaire, and its change.

    Level: raked share less Σ π_m d_m, π_m the weighted share of the answers in mode m and d_m its pooled difference.
    Change (``part``): as published, from the mix of modes (Σ Δπ_m d_m), and with the same modes (the first less the
    second), against ``compared_with``. The differences and the shares are combined as independent: this quarter is
    one of the eight they rest on. The mix π is taken as known.
    """
    given = _answers(run)
    reference = _reference(given)
    effects = _differences(run, given, reference).set_index("unit")[FIGURES]
    quarters = [run.quarter, run.quarter.plus(-1), run.quarter.plus(-QUARTERS_PER_YEAR)]
    rows = {one: company_figure(run, TOP2, answers(run, one, COMPANY)) for one in quarters}
    mixes = {one: _mix(run, one).drop(reference, errors="ignore") for one in quarters}
    level = _combined(run, ADJUSTED, [(rows[run.quarter], 1.0)], -mixes[run.quarter], effects)
    parts = [level.assign(part="", compared_with=reference)]
    for then in quarters[1:]:
        moved = mixes[run.quarter].sub(mixes[then], fill_value=0)
        pair = [(rows[run.quarter], 1.0), (rows[then], -1.0)]
        nothing = [(one.assign(estimate=0.0, low=0.0, high=0.0), c) for one, c in pair]
        found = {WHOLE: _combined(run, CHANGE, pair, 0 * moved, effects),
                 BY_MODE: _combined(run, CHANGE, nothing, moved, effects),
                 SAME_MODES: _combined(run, CHANGE, pair, -moved, effects)}
        parts += [one.assign(part=part, compared_with=str(then)) for part, one in found.items()]
    return judged(run, parts)


def mode_adjusted_trend(run: Run) -> pd.DataFrame:
    """Return, per quarter of eight that has a survey, the share of satisfied customers twice (``part``), oldest first.

    As published, and as if all had been asked in ``compared_with``: less Σ π_m d_m of that quarter's mix of modes, as
    `mode_adjusted`. The differences d_m are the pooled ones of all eight quarters, so the adjusted figures err together
    where a difference does: the line may lie too high or too low as a whole more than its steps do.
    """
    given = _answers(run)
    reference = _reference(given)
    effects = _differences(run, given, reference).set_index("unit")[FIGURES]
    quarters = [run.quarter.plus(-back) for back in range(HISTORY_QUARTERS - 1, -1, -1)]
    parts = []
    for one in (one for one in quarters if one == run.quarter or run.warehouse.has("surveys", one)):
        published = company_figure(run, TOP2, answers(run, one, COMPANY))
        mix = _mix(run, one).drop(reference, errors="ignore")
        alike = _combined(run, ADJUSTED, [(published, 1.0)], -mix, effects)
        parts += [published.assign(quarter=str(one), part=WHOLE), alike.assign(quarter=str(one), part=ASKED_ALIKE)]
    return judged(run, parts).assign(compared_with=reference)


def _answers(run: Run) -> pd.DataFrame:
    """Return quarter, mode, stratum, n and count (satisfied) of eight quarters."""
    rows = run.warehouse.history("surveys", HISTORY_QUARTERS)
    rows = rows.filter(rows.satisfaction.notnull())
    satisfied = (rows.satisfaction >= SATISFIED_FROM).cast("int64")
    keys = ["mode", *CASE_MIX]
    counts = run.warehouse.reduce(rows.group_by(keys).agg(n=rows.count(), count=satisfied.sum()))
    stratum = counts[list(CASE_MIX)].astype("str").fillna("").agg(" | ".join, axis=1) if len(counts) else ""
    return counts.assign(stratum=stratum)[["quarter", "mode", "stratum", "n", "count"]]


def _reference(given: pd.DataFrame) -> str:
    """Return the mode the others are held against: the questionnaire, else the one with the most answers."""
    sizes = given.groupby("mode")["n"].sum().astype(float)
    return REFERENCE if REFERENCE in sizes or sizes.empty else str(sizes.idxmax())


def _differences(run: Run, given: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Return one row per mode that gave answers: its share of satisfied answers less that of ``reference``."""
    others = given[given["mode"] != reference].groupby(["mode", "stratum"])[["n", "count"]].sum()
    base = given[given["mode"] == reference].groupby("stratum")[["n", "count"]].sum()
    if others.empty:
        return pd.DataFrame(columns=["unit", "unit_type", "indicator", *FIGURES])
    strata = others.add_suffix("_1").reset_index().merge(base.add_suffix("_0").reset_index(), "left", "stratum")
    strata[COUNTED] = strata[COUNTED].fillna(0).astype("int64")
    found = mantel_haenszel(strata, by=["mode"], level=run.level)
    compared = strata[strata["n_0"].gt(0)].groupby("mode")["n_0"].sum()
    told = found[FIGURES].assign(n_reference=compared.reindex(found.index).fillna(0).astype("Int64"))
    return told.rename_axis("unit").reset_index().assign(indicator=DIFFERENCE, unit_type="mode")


def _mix(run: Run, quarter: Quarter) -> pd.Series:
    """Return the weighted share of each mode among the answers on satisfaction."""
    found = answers(run, quarter, "mode")
    given = found.given
    if given.empty:
        return pd.Series(dtype=float)
    mass = (given["count"] * weights(found)).where(given["satisfaction"].notna(), 0).groupby(given["unit"]).sum()
    return mass / max(float(mass.sum()), 1.0)


def _combined(run: Run, indicator: str, figures: list[tuple[pd.DataFrame, float]], per_mode: pd.Series,
              effects: pd.DataFrame) -> pd.DataFrame:
    """Return Σ c θ of ``figures`` and Σ ``per_mode`` · effect; the reason where a part has no figure."""
    blank = blank_figures(indicator, COMPANY, [COMPANY], "no data")
    whole = pd.concat([one[FIGURES].assign(coefficient=c) for one, c in figures], ignore_index=True)
    if whole["status"].eq("no data").any():
        return blank
    used = per_mode[per_mode != 0]
    modes = effects.reindex(used.index).assign(coefficient=used, n=0)
    modes["status"] = modes["status"].fillna("not estimable: no answers")
    found = linear_combination(pd.concat([whole, modes], ignore_index=True), METHOD, level=run.level)
    return blank.drop(columns=["n", "estimate", "low", "high", "status"]).join(found)

