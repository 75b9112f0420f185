"""Were the samples of the plan as large as what they are to tell takes (clause 5.1)?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.measures.audits.audit_planning import AUDITS, audit_plan
from analysis.measures.collection.sample_plan import sample_plan
from analysis.measures.units import COMPANY
from analysis.run import Run, remembered
from analysis.stats.estimates import OK

ENOUGH, TOO_FEW, OTHER_REASON = "enough", "fewer than needed", "not drawn to tell a share"
COLUMNS = ["sample", "planned", "needed", "needed_low", "needed_high", "indicator", "wanted_by", "wanted_share",
           "state"]
ENDS = {"needed": "estimate", "needed_low": "low", "needed_high": "high"}
BLANK: dict[str, Any] = {"needed": pd.NA, "needed_low": pd.NA, "needed_high": pd.NA, "indicator": "", "wanted_by": "",
                         "wanted_share": float("nan")}


@remembered
def needed(run: Run) -> pd.DataFrame:
    """Return what surveys and audits need, in all and per line, by `sample_plan` and `audit_plan`.

    The larger number where two indicators rest on one sample. On ``sample`` (``surveys``, ``audits.claims``): table,
    the columns of those tables, ``lines`` (what the lines with a number need together) and what is to be drawn:
    ``needed`` with ``needed_low`` and ``needed_high``, in all no less than for the lines together.
    """
    audits = audit_plan(run)
    found = {"surveys": sample_plan(run), "audits": audits[audits["indicator"].eq(AUDITS)]}
    every = pd.concat([part.assign(table=name) for name, part in found.items()], ignore_index=True)
    largest = every.sort_values("estimate", kind="stable", na_position="first").drop_duplicates(["table", "unit"],
                                                                                              keep="last")
    whole = largest["unit_type"].eq(COMPANY)
    lines = largest[~whole & largest["status"].eq(OK)].groupby("table")[list(ENDS.values())].sum()
    together = lines.reindex(largest["table"]).set_index(largest.index).where(whole)
    drawn = {name: largest[of].clip(lower=together[of]) for name, of in ENDS.items()}
    names = largest["table"].where(whole, largest["table"] + "." + largest["unit"].astype("str"))
    largest = largest.assign(sample=names, lines=together["estimate"], **drawn)
    return largest.sort_values(["table", "unit_type", "unit"]).set_index("sample")


def planned(run: Run) -> dict[str, int]:
    """Return how many the plan wants of each sample; where modes are planned and nothing in all, in all their sum."""
    given = {name: one.planned for name, one in run.params.plan.samples.items()}
    by_mode: dict[str, int] = {}
    for name, number in given.items():
        table, _, part = name.partition(".")
        if part in run.params.plan.modes:
            by_mode[table] = by_mode.get(table, 0) + number
    return {name: number for name, number in by_mode.items() if not given.get(name)} | {
        name: number for name, number in given.items() if number or name not in by_mode}


def part_of_all(run: Run, name: str) -> float | None:
    """Return which part of the invitations the plan gives a survey mode; None where ``name`` is another sample."""
    table, _, part = name.partition(".")
    numbers = planned(run)
    return numbers[name] / max(numbers[table], 1) if part in run.params.plan.modes else None


def sample_sizes(run: Run) -> pd.DataFrame:
    """Return the plan's samples beside what is needed for the width or the change the plan wants: COLUMNS.

    At the shares, design effects and response rates seen this quarter. A mode has its part of all invitations, and no
    ``state`` of its own. ``state``: enough, fewer than needed, not drawn to tell a share, or why the need is not known.
    """
    known = needed(run).to_dict("index")
    rows = [{"sample": name, "planned": number} | _row(known, name, number, part_of_all(run, name))
            for name, number in planned(run).items()]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"needed": "Int64", "needed_low": "Int64",
                                                       "needed_high": "Int64"})


def _row(known: Mapping[Any, Any], name: str, number: int, part: float | None) -> dict[str, Any]:
    source = name if part is None else name.partition(".")[0]
    if source not in known:
        return BLANK | {"state": OTHER_REASON}
    row = known[source]
    told = {"indicator": row["measured_by"], "wanted_by": row["wanted_by"], "wanted_share": row["wanted_share"]}
    if row["status"] != OK:
        return BLANK | told | {"state": row["status"] if part is None else ""}
    numbers = {end: math.ceil((1.0 if part is None else part) * row[end]) for end in ENDS}
    state = ENOUGH if number >= numbers["needed"] else TOO_FEW
    return told | numbers | {"state": state if part is None else ""}
