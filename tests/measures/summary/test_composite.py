"""Is the composite the weighted mean of its components, and does it say how sure its grade is?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.summary.composite import composites, grades, grades_under_other_weights, likely_grades
from analysis.refusal import Refused
from analysis.run import Run
from analysis.tables.results import figures
from tests.measures.conftest import Insurer

PLANNED = {"csat_top2_share": {"weight": 0.75, "target": 0.8, "floor": 0.4},
           "accuracy_error_share": {"weight": 0.25, "target": 0.05, "floor": 0.25}}


def found(*rows: tuple[str, str, str, float, float]) -> pd.DataFrame:
    """Rows of indicator, unit type, unit, estimate and half-width of the interval."""
    told = [{"indicator": indicator, "unit_type": unit_type, "unit": unit, "n": 100, "estimate": estimate,
             "low": estimate - half, "high": estimate + half, "status": "ok"}
            for indicator, unit_type, unit, estimate, half in rows]
    return figures(pd.DataFrame(told))


@pytest.fixture
def run(insurer: Insurer) -> Run:
    return insurer({}, indicators=PLANNED)


BOTH = found(("csat_top2_share", "company", "company", 0.6, 0.02),
             ("accuracy_error_share", "company", "company", 0.15, 0.02),
             ("csat_top2_share", "branch", "B01", 0.7, 0.05), ("accuracy_error_share", "branch", "B01", 0.25, 0.01),
             ("csat_top2_share", "branch", "B02", 0.7, 0.05))


def test_the_composite_is_the_weighted_mean_of_scores_between_floor_and_target(run: Run) -> None:
    told = composites(run, BOTH).set_index("unit")
    assert told.loc["company", "estimate"] == pytest.approx(0.75 * 50 + 0.25 * 50)
    assert told.loc["B01", "estimate"] == pytest.approx(0.75 * 75)  # errors at their floor count 0
    # One standard deviation apart: sqrt((.75 * 5)^2 + (.25 * 10)^2) on either side, both far from the ends.
    half = (told.loc["company", "high"] - told.loc["company", "low"]) / 2
    assert half == pytest.approx((3.75**2 + 2.5**2) ** 0.5, rel=0.02)


def test_a_unit_without_four_fifths_of_the_weight_has_no_composite_and_says_what_is_missing(run: Run) -> None:
    told = composites(run, BOTH).set_index("unit")
    assert told["n"].to_dict() | {"company": 2, "B01": 2, "B02": 1, "sales": 0} == told["n"].to_dict()
    assert told.loc["B02", "status"] == "not estimable: less than 80% of the weight is present"
    assert told.loc["B02", ["missing", "weight_present"]].tolist() == ["accuracy_error_share", 0.75]
    assert told.loc["sales", "missing"] == "accuracy_error_share, csat_top2_share"


def test_grades_of_a_unit_add_to_one_and_are_withheld_with_its_composite(run: Run) -> None:
    told = grades(run, BOTH).groupby("unit")["probability"].sum(min_count=1)
    assert told[["company", "B01"]].tolist() == pytest.approx([1, 1])
    assert told.isna()["B02"]


def test_likely_grades_leave_out_what_is_improbable(run: Run) -> None:
    rows = [("A", 0.62), ("B", 0.35), ("C", 0.03), ("D", 0.0)]
    told = pd.DataFrame([("branch", "B01", grade, share, "ok") for grade, share in rows],
                        columns=["unit_type", "unit", "grade", "probability", "status"])
    other = pd.DataFrame({"unit_type": ["branch"], "unit": ["B01"], "estimate": [0.1]})
    composite = composites(run, BOTH).query("unit in ['B01', 'B02']")
    frame = likely_grades(composite, told, other).set_index("unit")
    assert frame["grades"].to_dict() == {"B01": "A 62 %, B 35 %", "B02": ""}
    assert frame.loc["B01", "grade_change_share"] == 0.1


def test_other_weights_change_the_grade_of_a_unit_at_the_edge_only(run: Run) -> None:
    near = found(*[(indicator, "branch", unit, estimate, 0.01) for indicator, unit, estimate in (
        ("csat_top2_share", "edge", 0.745), ("accuracy_error_share", "edge", 0.05),
        ("csat_top2_share", "even", 0.68), ("accuracy_error_share", "even", 0.11))])
    told = grades_under_other_weights(run, near).set_index("unit")["estimate"]
    assert told["even"] == 0  # both components score 70: weights do not matter
    assert 0 < told["edge"] < 1  # 86.3 and 100


def test_a_plan_that_weighs_nothing_has_no_composite(insurer: Insurer) -> None:
    bare = insurer({})
    assert set(composites(bare, BOTH)["status"]) == {"not applicable"}
    assert grades(bare, BOTH).empty
    assert grades_under_other_weights(bare, BOTH).empty


@pytest.mark.parametrize("wrong", [{"target": 0.4}, {"target": None}])
def test_a_component_whose_score_is_not_defined_is_refused(insurer: Insurer, wrong: dict[str, float | None]) -> None:
    indicator = "complaints_per_10k_policies"  # the registry sets no target for it
    with pytest.raises(Refused, match="a weighted indicator needs a target"):
        insurer({}, indicators={indicator: {"weight": 1.0, "floor": 0.4, **wrong}})
