"""Is a value written so that its unit is seen? Expected texts follow CLDR 47 and the names' units (STYLE rule 4)."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from analysis.wording import Wording
from analysis.wording.numbers import missing, unit_of


@pytest.mark.parametrize(("value", "name", "text"), [
    (0.8821, "csat_top2_share", "88.2%"), (0.0, "any_share", "0.0%"), (-0.0001, "any_share", "0.0%"),
    (3.46, "response_median_hours", "3.5 h"), (1_234.6, "response_p90_hours", "1,235 h"),
    (-3.04, "nps", "−3.0"), (4.216, "csat_mean", "4.22"), (np.int64(12_345), "n", "12,345"), (7.0, "gap", "7.0"),
    (340.0, "complaints_received_count", "340"), (0.25, "share", "25.0%"), (0.0312, "p_worse", "0.031"),
    (0.15, "weight", "0.15"),
    (float("inf"), "gap", "∞"), (np.True_, "done", "yes"), (False, "done", "no"), (None, "n", ""), (pd.NA, "n", ""),
    (float("nan"), "n", ""), (pd.NaT, "due_on", ""), ("B03", "branch", "B03"),
])
def test_the_name_carries_the_unit(value: object, name: str, text: str) -> None:
    assert Wording("en").value(value, name) == text


@pytest.mark.parametrize(("language", "text"), [("en", "9 July 2024"), ("zh-Hant", "2024年7月9日")])
def test_a_day_has_its_month_in_words(language: str, text: str) -> None:
    assert Wording(language).value(date(2024, 7, 9)) == text


def test_a_moment_says_its_zone() -> None:
    assert Wording("en").value(datetime(2024, 7, 9, 15, 59, tzinfo=UTC)) == "9 July 2024 15:59 (UTC+00:00)"


@pytest.mark.parametrize(("low", "high", "name", "text"), [
    (0.861, 0.9, "csat_top2_share", "86.1–90.0"), (-12.0, 1.0, "nps", "−12.0 to 1.0"),
    (3.9, 4.1, "csat_mean", "3.90–4.10"), (304.8, 378.1, "complaints_received_count", "305–378"),
    (0.04, 0.27, "rate", "0.04–0.27"), (-0.0431, -0.0003, "any_share", "−4.31 to −0.03"),
    (0.0, 0.0321, "any_share", "0.0–3.2"), (0.2, 7.2, "complaints_received_count", "0–7"),
    (0.001, 0.27, "rate", "0.0–0.3"), (0.05, 0.27, "rate", "0.1–0.3"), (-1e-12, 3.0, "nps", "0.0 to 3.0"),
])
def test_an_interval_leaves_its_unit_to_the_estimate(low: float, high: float, name: str, text: str) -> None:
    assert Wording("en").interval(low, high, name) == text


@pytest.mark.parametrize(("name", "estimate", "low", "high", "text"), [
    ("rate", 0.163, 0.04, 0.274, "0.16 (0.04–0.27)"), ("any_share", 0.0018, 0.0003, 0.01, "0.18% (0.03–1.00)"),
    ("any_hours", 0.52, 0.02, 1.3, "0.52 h (0.02–1.30)"), ("csat_mean", 0.02, 0.001, 0.04, "0.020 (0.001–0.040)"),
    ("any_share", 0.0018, 0.0, 0.01, "0.2% (0.0–1.0)"), ("any_count", 2.0, 0.24, 7.2, "2 (0–7)"),
    ("any_hours", 1500.0, 0.03, 3000.0, "1,500 h (0.0–3,000.0)"),
    ("any_hours", 900.0, 0.03, 3000.0, "900.0 h (0.0–3,000.0)"),
])
def test_a_bound_that_is_not_zero_does_not_read_as_zero(
        name: str, estimate: float, low: float, high: float, text: str) -> None:
    assert Wording("en").estimate({"indicator": name, "estimate": estimate, "low": low, "high": high}) == text


def test_a_name_without_unit_has_none() -> None:
    assert unit_of("branch") == ""
    assert not missing("")
