"""Where do we stand on the six indicators, in the company and in each line (clauses 1.1, 2.2, 5.3)?"""

from __future__ import annotations

import pandas as pd

from analysis.measures.evidence import Tables
from analysis.measures.summary.composite import COMPOSITE, HEADLINE_EVENT, composites
from analysis.measures.units import COMPANY, headline_rows, judged, with_missing_units
from analysis.run import Run
from analysis.tables.results import FIGURE_COLUMNS

SCORED = (COMPANY, "service_line")
HEADLINE_TABLES = ("satisfaction", "response_time", "accuracy", "compliance", "competence", "complaints", "feedback",
                   "acknowledgement", "coverage")
OPENING_COLUMNS = ["question", "verdict", "why", "cases"]


def headlines(tables: Tables) -> pd.DataFrame:
    """Return the headline rows of the tables of indicators, in the figures' columns and ``p_worse``, ``customers``."""
    parts = [headline_rows(tables[name]) for name in HEADLINE_TABLES if name in tables]
    columns = [*FIGURE_COLUMNS, "p_worse", "customers"]
    return pd.concat([part.reindex(columns=columns) for part in parts if len(part)], ignore_index=True)


def scorecard(run: Run, tables: Tables) -> pd.DataFrame:
    """Return the plan's weighted indicators for the company and each line, and the composite of these and more.

    Every pair has a row: a value, "no data", or "not applicable" where the indicator is not told by line. The composite
    also stands for branches and partners; ``weight_present`` and ``missing`` say what it is made of.
    """
    every = headlines(tables).drop(columns=["p_worse", "customers", "verdict"])
    found = every[every["unit_type"].isin(SCORED) & every["event"].isin(["", HEADLINE_EVENT])]
    lines = list(run.params.site.service_lines)
    parts = []
    for indicator in run.params.plan.weighted:
        rows = found[found["indicator"] == indicator].drop(columns="target")
        for unit_type, units in ((COMPANY, [COMPANY]), ("service_line", lines)):
            kind = rows[(rows["unit_type"] == unit_type) & rows["unit"].isin(units)]
            parts.append(with_missing_units(kind, indicator, unit_type, units))
    frame = judged(run, [*parts, composites(run, every)])
    extra = frame.reindex(columns=["weight_present", "missing"])
    return frame.assign(weight=frame["indicator"].map(run.params.plan.weighted), **extra)


def opening(run: Run, tables: Tables, scores: pd.DataFrame) -> pd.DataFrame:
    """Return the three verdicts the report opens with: quality, conduct, customers' rights (clause 1.1).

    Quality: not met if any weighted indicator of the company is not met, met if all are, else cannot tell. Conduct: the
    verdict on compliance. Rights: not met if any case missed a duty of law, met if none did. ``cases`` counts what the
    verdict rests on (indicators with a figure, cases judged); 0 means that nothing speaks of it.
    """
    company = scores[(scores["unit_type"] == COMPANY) & (scores["indicator"] != COMPOSITE)]
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
