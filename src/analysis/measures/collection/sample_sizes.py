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
BLANK: dict[str, Any] = {"needed": pd.NA, "needed_low": pd.NA, "needed_high": pd.NA, "indicator": "", "wanted_by": "",
                         "wanted_share": float("nan")}


@remembered
def needed(run: Run) -> pd.DataFrame:
    """Return what surveys and audits need, in all and per line, by `sample_plan` and `audit_plan`.

    The larger number where two indicators rest on one sample. On ``sample`` (``surveys``, ``audits.claims``): table and
    the columns of those tables.
    """
    audits = audit_plan(run)
    found = {"surveys": sample_plan(run), "audits": audits[audits["indicator"].eq(AUDITS)]}
    every = pd.concat([part.assign(table=name) for name, part in found.items()], ignore_index=True)
    largest = every.sort_values("estimate", kind="stable", na_position="first").drop_duplicates(["table", "unit"],
                                                                                              keep="last")
    whole = largest["unit_type"].eq(COMPANY)
    names = largest["table"].where(whole, largest["table"] + "." + largest["unit"].astype("str"))
    return largest.assign(sample=names).sort_values(["table", "unit_type", "unit"]).set_index("sample")


def sample_sizes(run: Run) -> pd.DataFrame:
    """Return the plan's samples beside what is needed for the width or the change the plan wants: COLUMNS.

    At the shares, design effects and response rates seen this quarter. A mode has its part of all invitations.
    ``state``: enough, fewer than needed, not drawn to tell a share, or why the need is not known.
    """
    known = needed(run).to_dict("index")
    rows = [{"sample": name, "planned": sample.planned} | _row(run, known, name)
            for name, sample in run.params.plan.samples.items()]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"needed": "Int64", "needed_low": "Int64",
                                                       "needed_high": "Int64"})


def _row(run: Run, known: Mapping[Any, Any], name: str) -> dict[str, Any]:
    samples = run.params.plan.samples
    table, _, part = name.partition(".")
    part_of_all = samples[name].planned / samples[table].planned if (
        part in run.params.plan.modes and table in samples and samples[table].planned) else None
    source = name if part_of_all is None else table
    if source not in known:
        return BLANK | {"state": OTHER_REASON}
    row = known[source]
    told = {"indicator": row["measured_by"], "wanted_by": row["wanted_by"], "wanted_share": row["wanted_share"]}
    if row["status"] != OK:
        return BLANK | told | {"state": row["status"]}
    share = 1.0 if part_of_all is None else part_of_all
    numbers = {f"needed{end}": math.ceil(share * row[of])
               for end, of in (("", "estimate"), ("_low", "low"), ("_high", "high"))}
    state = ENOUGH if samples[name].planned >= numbers["needed"] else TOO_FEW
    return told | numbers | {"state": state}
