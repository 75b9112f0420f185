"""How many of the quarter's alarms on complaints would chance alone have raised (METHODS §2)?"""

from __future__ import annotations

import pandas as pd

from analysis.measures.complaints.alarms import ALARM
from analysis.measures.complaints.drift import RUN_LENGTH
from analysis.measures.complaints.funnels import UNIT_TYPES, YES
from analysis.stats.charts.false_alarms import runs_false_alarms
from analysis.stats.charts.runs import WESTERN_ELECTRIC
from analysis.stats.models.alarms import DEFAULT
from analysis.stats.testing import rejections

COLUMNS = ["check", "looks", "raised", "expected_by_chance"]
BEYOND_THREE_SIGMA = WESTERN_ELECTRIC[:1]


def expected_alarms(alarms: pd.DataFrame, drift: pd.DataFrame, charts: pd.DataFrame, funnel: pd.DataFrame
                    ) -> pd.DataFrame:
    """Return, per way of watching, how many ``looks`` were made this quarter, ``raised``, and ``expected_by_chance``.

    Expected if nothing had changed, at most: Holm's share of the year for the company's months, Holm's of the quarter
    for products and for each funnel; months over run length for CUSUMs (level known) and three-sigma limits (normal
    points), which a short baseline, season and bursts raise.
    """
    months = sorted(alarms["unit"].unique())
    now = drift[drift["month"].isin(months) & drift["status"].eq("ok")]
    rows = [*_monthly(alarms), *_drifting(now), _looked_at(charts[charts["period"].isin(months)]),
            *(_standing_out(funnel[funnel["unit_type"] == one], one) for one in UNIT_TYPES)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _monthly(alarms: pd.DataFrame) -> list[list[object]]:
    known = alarms[alarms["p"].notna()]
    company, products = known[known["product"] == ""], known[known["product"] != ""]
    share = len(company) / DEFAULT.looks * DEFAULT.family_error
    holm = rejections(products["p"], "holm", DEFAULT.family_error)["expected_false"].fillna(0).item()
    return [["monthly alarm, company", len(company), int(company["alarm"].eq(ALARM).sum()), share],
            ["monthly alarm, products", len(products), int(products["alarm"].eq(ALARM).sum()), holm]]


def _drifting(now: pd.DataFrame) -> list[list[object]]:
    found = []
    for name, rows in (("company", now[now["product"] == ""]), ("products", now[now["product"] != ""])):
        charts = max(rows["product"].nunique(), 1)
        found.append([f"CUSUM, {name}", len(rows), int(rows["alarm"].sum()), len(rows) / (RUN_LENGTH * charts)])
    return found


def _looked_at(points: pd.DataFrame) -> list[object]:
    known = points[points["status"] == "ok"]
    chance = float(runs_false_alarms(BEYOND_THREE_SIGMA, 1)["expected_alarms"].iloc[0])
    return ["control charts", len(known), int(known["beyond"].sum()), len(known) * chance]


def _standing_out(funnel: pd.DataFrame, unit_type: str) -> list[object]:
    tests = funnel["p"]
    expected = rejections(tests.astype(float), "holm")["expected_false"].fillna(0).item()
    return [f"funnel of {unit_type}", int(tests.notna().sum()), int(funnel["stands_out"].eq(YES).sum()), expected]
