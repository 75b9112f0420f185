from __future__ import annotations

import pandas as pd
import pytest

from analysis.figures import alarms_sentence, control_panels, raters_sentence
from analysis.wording import Wording

SAY = Wording("en")


def charts(units: list[str], status: str = "ok") -> pd.DataFrame:
    limit = 0.2 if status == "ok" else float("nan")
    return pd.DataFrame([{"indicator": "accuracy_error_share", "unit": unit, "period": f"2024-{month:02}",
                          "watched": month > 9, "estimate": 0.05 + month / 100, "centre": limit / 2,
                          "limit_low": 0 * limit, "limit_high": limit, "beyond": False, "status": status}
                         for unit in units for month in range(1, 13)])


def test_there_is_one_chart_per_unit_on_one_scale() -> None:
    drawn = control_panels(charts(["claims", "sales", "consultation"]), SAY)
    shown = [ax for ax in drawn.axes if ax.axison]
    assert [ax.get_title(loc="left") for ax in shown] == ["Claims", "Sales", "Consultation"]
    assert len({ax.get_ylim() for ax in shown}) == 1


@pytest.mark.parametrize("table", [charts([]).reindex(columns=charts(["x"]).columns),
                                   charts(["claims"], "not estimable: fewer than 20 baseline points")])
def test_without_points_or_limits_the_figure_says_so(table: pd.DataFrame) -> None:
    drawn = control_panels(table, SAY)
    assert any(text.get_text() for ax in drawn.axes for text in ax.texts)


def test_a_unit_without_limits_is_left_out_and_counted() -> None:
    drawn = control_panels(pd.concat([charts(["claims"]), charts(["sales"], "no data")]), SAY)
    assert [ax.get_title(loc="left") for ax in drawn.axes if ax.axison] == ["Claims"]
    assert drawn.axes[0].get_label() == "1 of 2 have no figure and are not drawn: no data (1)."


def test_the_sentence_states_the_false_alarms_to_expect() -> None:
    row = pd.DataFrame([{"charts": 10, "points": 30, "beyond": 1, "expected_alarms": 0.081, "chance_any": 0.078,
                         "status": "ok"}])
    said = alarms_sentence(row, SAY)
    assert "30 monthly points of 10 charts" in said
    assert "0.08 would lie beyond" in said
    assert "8%" in said
    refused = row.assign(status="not estimable: fewer than 20 baseline points")
    assert "fewer than 20 baseline points" in alarms_sentence(refused, SAY)


def test_the_sentence_on_raters_names_nobody() -> None:
    row = pd.DataFrame([{"raters": 5, "p": 0.00001, "stand_out": 1, "chance_any": 0.05, "status": "ok"}])
    assert "p < 0.001" in raters_sentence(row, SAY)
    assert "Standing out from the others: 1." in raters_sentence(row, SAY)
    assert "no larger than chance (p = 0.300)" in raters_sentence(row.assign(p=0.3), SAY)
    assert raters_sentence(row.assign(status="no data"), SAY) == "Differences in severity: no data."
