"""Where do we stand on the six indicators, in the company and in each line (clauses 1.1, 2.2, 5.3)?"""

from __future__ import annotations

import pandas as pd

from analysis.measures.evidence import Tables
from analysis.measures.units import COMPANY, judged, with_missing_units
from analysis.params import Params
from analysis.run import Run
from analysis.tables.results import FIGURE_COLUMNS, blank_figures

SCORED = (COMPANY, "service_line")
HEADLINE_EVENT = "first_response"  # of an indicator told per event, the one the scorecard shows
HEADLINE_TABLES = ("satisfaction", "response_time", "accuracy", "compliance", "competence", "complaints", "feedback",
                   "acknowledgement", "coverage")
BREAKDOWNS = ("criterion", "item", "facet")  # extra columns whose rows are parts of a headline
OPENING_COLUMNS = ["question", "verdict", "why", "cases"]


def headline_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a result table that are headlines: no part of one, and no targeted sample."""
    keep = pd.Series(True, index=table.index)
    for column in BREAKDOWNS:
        if column in table:
            keep &= table[column].fillna("").eq("")
    if "sampling" in table:
        keep &= table["sampling"].ne("targeted")
    return table[keep]


def headlines(tables: Tables) -> pd.DataFrame:
    """Return the headline rows of the tables of indicators, in the figures' columns and ``p_worse``, ``customers``."""
    parts = [headline_rows(tables[name]) for name in HEADLINE_TABLES if name in tables]
    columns = [*FIGURE_COLUMNS, "p_worse", "customers"]
    return pd.concat([part.reindex(columns=columns) for part in parts if len(part)], ignore_index=True)


def scorecard(run: Run, tables: Tables) -> pd.DataFrame:
    """Return the plan's weighted indicators and the composite, for the company and each service line.

    Every pair has a row: a value, "no data", or "not applicable" where the indicator is not told by line.
    """
    found = headlines(tables)
    found = found[found["event"].isin(["", HEADLINE_EVENT]) & found["unit_type"].isin(SCORED)]
    weighted = weights(run.params)
    lines = list(run.params.site.service_lines)
    parts = []
    for indicator in weighted:
        rows = found[found["indicator"] == indicator].drop(columns=["p_worse", "customers", "verdict"])
        for unit_type, units in ((COMPANY, [COMPANY]), ("service_line", lines)):
            kind = rows[(rows["unit_type"] == unit_type) & rows["unit"].isin(units)]
            parts.append(with_missing_units(kind, indicator, unit_type, units))
    composite = [blank_figures("composite_score", unit_type, units, "not yet evaluated")
                 for unit_type, units in ((COMPANY, [COMPANY]), ("service_line", lines))]
    frame = judged(run, [_without_target(part) for part in [*parts, *composite]])
    return frame.assign(weight=frame["indicator"].map(weighted))


def _without_target(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.drop(columns="target", errors="ignore")


def weights(params: Params) -> dict[str, float]:
    """Return the weight of each indicator that the plan weighs, in the plan's order."""
    return {name: one.weight for name, one in params.plan.indicators.items() if one.weight is not None}


def opening(run: Run, tables: Tables, scores: pd.DataFrame) -> pd.DataFrame:
    """Return the three verdicts the report opens with: quality, conduct, customers' rights (clause 1.1).

    Quality: not met if any weighted indicator of the company is not met, met if all are, else cannot tell. Conduct: the
    verdict on compliance. Rights: not met if any case missed a duty of law, met if none did. ``cases`` counts what the
    verdict rests on (indicators with a figure, cases judged); 0 means that nothing speaks of it.
    """
    company = scores[(scores["unit_type"] == COMPANY) & (scores["indicator"] != "composite_score")]
    conduct = company[company["indicator"] == "compliance_pass_share"]
    rows = [["quality", *_all_of(company)], ["conduct", *_all_of(conduct)], ["rights", *_rights(tables["clocks"])]]
    return pd.DataFrame(rows, columns=OPENING_COLUMNS)


def _all_of(figures: pd.DataFrame) -> tuple[str, str, int]:
    """Return the verdict of several figures together, their tally, and how many of them have a figure."""
    words = figures["verdict"].where(figures["status"] == "ok", figures["status"].str.split(":").str[0])
    counts = words.value_counts()
    tally = ", ".join(f"{word} {counts[word]}" for word in counts.index.sort_values())
    told = int((figures["status"] == "ok").sum())
    if (words == "not met").any():
        return "not met", tally, told
    return ("met" if told and (words == "met").all() else "cannot tell"), tally, told


def _rights(clocks: pd.DataFrame) -> tuple[str, str, int]:
    duties = clocks[(clocks["force"] == "duty") & (clocks["unit_type"] == "rule")]
    judged_cases = int(duties[["in_limit", "missed"]].fillna(0).to_numpy().sum())
    missed = int(duties["missed"].fillna(0).sum())
    if judged_cases == 0:
        return "cannot tell", "0 / 0", 0
    return ("not met" if missed else "met"), f"{missed} / {judged_cases}", judged_cases
