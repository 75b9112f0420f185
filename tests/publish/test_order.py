"""Where does a run of a quarter work, and what is its own?"""

from pathlib import Path

from analysis.publish.order import PROJECT, Order
from analysis.quarter import Quarter


def test_every_place_of_a_run_carries_its_quarter() -> None:
    stage = Order(Quarter(2024, 3), Path("/r")).stage
    assert stage.target == Path("/r/2024Q3")
    assert {stage.work.name, stage.retired.name, stage.scratch.name} == {
        ".2024Q3.work", ".2024Q3.retired", ".2024Q3.rebuild"}


def test_project_is_where_the_code_stands() -> None:
    assert (PROJECT / "src" / "analysis" / "quarter.py").is_file()
