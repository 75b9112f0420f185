"""Does each duty count what it says it counts?"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analysis.checks import duties
from analysis.checks.judgement import Evidence


def with_table(e: Evidence, name: str, table: pd.DataFrame) -> Evidence:
    return replace(e, tables={**e.tables, name: table})


def test_one_limit_without_source_is_found(whole_evidence: Evidence) -> None:
    clocks = whole_evidence.table("clocks").assign(source=["law", ""])
    judgement = duties.limits_sourced(with_table(whole_evidence, "clocks", clocks))
    assert (judgement.status, judgement.why) == ("not met", "1 of 2 limits with their source")


def test_the_employees_are_counted_and_all_but_one_are_not_all(whole_evidence: Evidence) -> None:
    for have, of in ((69, 78), (2_499, 2_500)):
        table = whole_evidence.table("acknowledgement").assign(estimate=have / of, n=of)
        judgement = duties.all_acknowledged(with_table(whole_evidence, "acknowledgement", table))
        assert (judgement.status, judgement.why) == ("not met", f"{have} of {of} employees")
