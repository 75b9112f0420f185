"""Is everybody compared with those who do the same job, and with nobody else?"""

from __future__ import annotations

import pandas as pd

from analysis.measures.people.groups import EVERY_LINE, MINIMUM_GROUP, evaluated, of_group
from tests.measures.conftest import Insurer


def roster(*posts: tuple[str, str, int]) -> pd.DataFrame:
    """Return so many people of each role and line."""
    rows = [{"role": role, "service_line": line} for role, line, people in posts for _ in range(people)]
    return pd.DataFrame(rows).assign(employee_id=[f"e{number:02d}" for number in range(len(rows))], department="d",
                                     branch="B1", valid_from="2020-01-01")


def cases(people: pd.DataFrame) -> pd.DataFrame:
    return people[["employee_id", "role", "service_line"]].assign(n=1)


def test_without_a_roster_nobody_is_evaluated(insurer: Insurer) -> None:
    assert evaluated(insurer({})).empty


def test_eight_of_one_role_and_line_are_a_group(insurer: Insurer) -> None:
    found = evaluated(insurer({"staff": roster(("clerk", "claims", 8), ("clerk", "sales", 9))}))
    assert found.groupby("line")["peers"].agg(["size", "min", "max"]).to_numpy().tolist() == [[8, 8, 8], [9, 9, 9]]


def test_with_a_line_of_fewer_the_whole_role_is_the_group(insurer: Insurer) -> None:
    found = evaluated(insurer({"staff": roster(("clerk", "claims", 8), ("clerk", "sales", 7))}))
    assert set(found["line"]) == {EVERY_LINE}
    assert set(found["peers"]) == {15}


def test_the_exempt_and_those_who_left_are_in_no_group(insurer: Insurer) -> None:
    staff = roster(("clerk", "claims", 9)).assign(exempt_reason=["leave", *[None] * 8],
                                                  valid_to=[*[None] * 8, "2024-06-30"])
    found = evaluated(insurer({"staff": staff}))
    assert found["employee_id"].tolist() == [f"e{number:02d}" for number in range(1, 8)]
    assert set(found["peers"]) == {7}


def test_work_in_another_job_and_in_a_group_of_few_says_nothing(insurer: Insurer) -> None:
    people = evaluated(insurer({"staff": roster(("clerk", "claims", MINIMUM_GROUP), ("agent", "claims", 7))}))
    done = cases(people)
    other = done.assign(role="agent", service_line="claims")
    found = of_group(pd.concat([done, other, done.assign(service_line="sales")]), people)
    assert found["employee_id"].value_counts().to_dict() == {f"e{one:02d}": 1 for one in range(MINIMUM_GROUP)}


def test_work_in_another_line_counts_where_the_whole_role_is_compared(insurer: Insurer) -> None:
    people = evaluated(insurer({"staff": roster(("clerk", "claims", 7), ("clerk", "sales", 1))}))
    found = of_group(cases(people).assign(service_line="sales"), people)
    assert found["n"].sum() == MINIMUM_GROUP
