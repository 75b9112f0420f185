"""Does a question get the same integers whatever holds the rows, and is it asked once?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.quarter import Quarter
from analysis.sources.delivery import Delivery
from analysis.tables import TABLES
from analysis.warehouse import Warehouse, stored_schema

Make = Callable[..., Warehouse]


def stored(folder: Path, quarter: str, ids: list[str]) -> str:
    """Write requests as validation would, one row per id."""
    schema = stored_schema(TABLES["requests"])
    frame = pd.DataFrame({name: [None] * len(ids) for name in schema}).assign(
        request_id=ids, kind="claim", contacts=range(len(ids)), quarter=quarter, paused_hours=0.5)
    path = folder / f"requests-{quarter}.parquet"
    pq.write_table(pa.Table.from_pandas(frame, schema.to_pyarrow(), preserve_index=False), path)
    return str(path)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Make]:
    made: list[Warehouse] = []

    def make(**quarters: list[str]) -> Warehouse:
        tables = {quarter: {"requests": stored(tmp_path, quarter, ids)} for quarter, ids in quarters.items()}
        nothing = dict.fromkeys(("accounts", "failures", "findings"), pd.DataFrame())
        delivery = Delivery(Quarter.parse("2024Q3"), tables, **nothing, key="test", followed={
            quarter: tables[quarter] for quarter in tables if quarter != "2024Q3"})
        made.append(Warehouse(delivery, tmp_path / "cache"))
        return made[-1]

    yield make
    for one in made:
        one.close()


IDS = {"2024Q3": ["R3", "R4"], "2024Q2": ["R1"], "2023Q1": ["R0"]}


def ids(table: ibis.Table) -> list[str]:
    return sorted(table.execute()["request_id"])


def test_a_table_is_that_of_the_quarter_asked_for(warehouse: Make) -> None:
    one = warehouse(**IDS)
    assert ids(one.table("requests")) == ["R3", "R4"]
    assert ids(one.table("requests", Quarter.parse("2024Q2"))) == ["R1"]


def test_history_holds_the_quarters_delivered_within_reach(warehouse: Make) -> None:
    one = warehouse(**IDS)
    assert ids(one.history("requests", 1)) == ["R3", "R4"]
    assert ids(one.history("requests", 6)) == ["R1", "R3", "R4"]
    assert ids(one.history("requests", 7)) == ["R0", "R1", "R3", "R4"]
    assert ids(one.history("surveys", 8).rename(request_id="invitation_id").select("request_id")) == []


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_was_not_delivered_has_no_rows_and_all_columns(warehouse: Make, name: str) -> None:
    one = warehouse()
    assert not one.has(name)
    assert one.table(name).schema() == stored_schema(TABLES[name])
    assert one.reduce(one.table(name).aggregate(n=ibis._.count()))["n"].tolist() == [0]


def test_what_was_delivered_is_known(warehouse: Make) -> None:
    one = warehouse(**IDS)
    assert [one.has("requests", Quarter.parse(quarter)) for quarter in ("2024Q3", "2024Q1")] == [True, False]


def test_a_reduction_is_in_one_order(warehouse: Make) -> None:
    table = warehouse(**{"2024Q3": ["R9", "R1", "R5"]})
    reduced = table.reduce(table.table("requests").group_by("request_id").agg(n=ibis._.count()))
    assert reduced["request_id"].tolist() == ["R1", "R5", "R9"]
    assert reduced["n"].dtype.kind == "i"


def test_a_reduction_gives_integers_or_is_a_defect(warehouse: Make) -> None:
    one = warehouse(**IDS)
    rows = one.table("requests")
    assert one.reduce(rows.agg(hours=rows.paused_hours.sum()))["hours"].tolist() == [1]  # 0.5 + 0.5
    with pytest.raises(TypeError, match=r"a reduction returns integers; \['hours'\] are not"):
        one.reduce(rows.agg(hours=rows.paused_hours.mean()))


def test_a_question_is_asked_once(warehouse: Make, tmp_path: Path) -> None:
    one = warehouse(**IDS)
    question = one.table("requests").agg(n=ibis._.count())
    assert one.reduce(question)["n"].tolist() == [2]
    (kept,) = (tmp_path / "cache").iterdir()
    pd.DataFrame({"n": [77]}).to_parquet(kept)
    assert warehouse(**IDS).reduce(question)["n"].tolist() == [77]


def test_two_questions_are_kept_apart(warehouse: Make) -> None:
    one = warehouse(**IDS)
    rows = one.table("requests")
    assert one.reduce(rows.agg(n=rows.count()))["n"].tolist() == [2]
    assert one.reduce(rows.agg(n=rows.contacts.sum()))["n"].tolist() == [1]


def test_a_small_frame_may_be_joined(warehouse: Make) -> None:
    one = warehouse(**IDS)
    limits = one.lookup("limits", pd.DataFrame({"kind": ["claim", "sale"], "hours": [24, 48]}))
    joined = one.table("requests").inner_join(limits, "kind")
    assert one.reduce(joined.group_by("hours").agg(n=ibis._.count())).to_numpy().tolist() == [[24, 2]]
    assert one.lookup("limits", pd.DataFrame({"kind": ["claim"], "hours": [1]})).execute()["hours"].tolist() == [1]


def test_followed_rows_of_earlier_quarters_stand_beside_this_one(warehouse: Make) -> None:
    known = warehouse(**{"2024Q2": ["a"], "2024Q3": ["b"]}).known_now("requests")
    assert sorted(known.request_id.execute()) == ["a", "b"]
