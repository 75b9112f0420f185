"""Are the waiting times of a real help desk those of R's Kaplan–Meier curves, the open cases being open?

The file is read a second time with pandas alone: minutes, rounded up, from opening to the event or to ``as_of``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from analysis.measures.response_time.response import response_time, timed_requests, waiting_times
from analysis.params import PROJECT, load_params
from analysis.quarter import Quarter
from analysis.run import Run
from analysis.sources.deliver import deliver
from analysis.warehouse import Warehouse

PUBLIC_DATA = os.environ.get("PUBLIC_DATA", "")
FOLDER = Path(PUBLIC_DATA) / "italian-helpdesk"
QUARTER = Quarter(2012, 1)
AS_OF = pd.Timestamp("2012-04-15T00:00:00+02:00")
EVENTS = {"first_response": "first_response_at", "resolution": "resolved_at"}
MEDIAN, P90 = "response_median_hours", "response_p90_hours"
PAUSE = "pause_median_hours"  # how long a case stood still by the report's date: over, not waited for
OPEN = {"first_response": 49, "resolution": 13}
#: R 4.2, survival: d of column time (minutes) and had (1: the event, 0: open at as_of), unit by unit;
#: quantile(survfit(Surv(time, had) ~ 1, data = d, conf.type = "log-log"), c(.5, .9)): quantile, lower, upper.
R_MINUTES = {
    ("first_response", "company", "company", MEDIAN): (99, 38, 190),
    ("first_response", "branch", "Value 1", MEDIAN): (69, 15, 173),
    ("first_response", "branch", "Value 2", MEDIAN): (936, 108, 1346),
    ("first_response", "kind", "Value 1", MEDIAN): (69, 18, 190),
    ("first_response", "kind", "Value 2", MEDIAN): (168, 73, 1123),
    ("resolution", "company", "company", MEDIAN): (2947, 1699, 4309),
    ("resolution", "company", "company", P90): (28745, 25731, 32684),
    ("resolution", "branch", "Value 1", MEDIAN): (2904, 1611, 4311),
    ("resolution", "branch", "Value 1", P90): (27239, 24432, 31743),
    ("resolution", "branch", "Value 2", MEDIAN): (4172, 1240, 7160),
    ("resolution", "branch", "Value 2", P90): (38456, 25762, 49523),
    ("resolution", "kind", "Value 1", MEDIAN): (2875, 1561, 4227),
    ("resolution", "kind", "Value 1", P90): (27239, 24432, 31743),
    ("resolution", "kind", "Value 2", MEDIAN): (4369, 1301, 8453),
    ("resolution", "kind", "Value 2", P90): (31606, 25762, 49523),
}
#: As above, where R's upper limit, or the quantile itself, is NA.
R_NOT_REACHED = [("company", "company", "upper limit not reached"), ("branch", "Value 1", "not reached"),
                 ("branch", "Value 2", "upper limit not reached"), ("kind", "Value 1", "not reached"),
                 ("kind", "Value 2", "upper limit not reached")]

public = [pytest.mark.public, pytest.mark.skipif(
    not PUBLIC_DATA, reason="the public files are not in the repository: say PUBLIC_DATA=folder that holds them")]
whole = [*public, pytest.mark.slow]


@pytest.fixture(scope="module")
def helpdesk(tmp_path_factory: pytest.TempPathFactory) -> Run:
    home = tmp_path_factory.mktemp("helpdesk")
    params = load_params(PROJECT / "params" / "examples" / "helpdesk", QUARTER)
    delivery = deliver(params, FOLDER, home)
    return Run(quarter=QUARTER, params=params, delivery=delivery, language="en", run_id="test",
               warehouse=Warehouse(delivery, home / "reductions"))


@pytest.fixture(scope="module")
def table(helpdesk: Run) -> pd.DataFrame:
    return response_time(helpdesk).set_index(["event", "unit_type", "unit", "indicator"])


@pytest.fixture(scope="module")
def tickets() -> pd.DataFrame:
    """Return the quarter's tickets, one row per event: unit, kind, ``time`` (minutes) and ``had`` (1: it happened)."""
    file = pd.read_csv(FOLDER / "helpdesk_tickets.csv", dtype=str)
    rows = file[file["opened_at"].between("2012-01-01", "2012-03-31T23:59:59")]
    return pd.concat([waits(rows, column).assign(event=event) for event, column in EVENTS.items()])


def waits(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    opened, happened = (pd.to_datetime(rows[name]).dt.tz_localize("Europe/Rome") for name in ("opened_at", column))
    had = happened <= AS_OF
    seconds = (happened.where(had, AS_OF) - opened).dt.total_seconds()
    return pd.DataFrame({"unit": rows["unit"], "kind": rows["type"], "had": had.astype(int),
                         "time": np.ceil(seconds / 60).astype(int)})


class TestFigures:
    pytestmark = public

    @pytest.mark.parametrize("event", list(EVENTS))
    def test_the_reduced_counts_are_those_of_the_file(self, helpdesk: Run, tickets: pd.DataFrame, event: str) -> None:
        reduced = waiting_times(helpdesk, timed_requests(helpdesk, event), "company")
        counted = reduced.groupby("time")[["events", "censored"]].sum()
        own = tickets[tickets["event"] == event].groupby("time")["had"].agg(events="sum", cases="size")
        assert counted["events"].to_dict() == own["events"].to_dict()
        assert counted["censored"].to_dict() == (own["cases"] - own["events"]).to_dict()
        assert counted["censored"].sum() == OPEN[event]

    @pytest.mark.parametrize("figure", R_MINUTES, ids=lambda one: " ".join(one))
    def test_a_quantile_and_its_interval_are_those_of_r(self, table: pd.DataFrame, figure: tuple[str, ...]) -> None:
        row = table.loc[figure]
        assert row["status"] == "ok"
        assert [60 * row[name] for name in ("estimate", "low", "high")] == pytest.approx(R_MINUTES[figure], abs=1e-6)

    @pytest.mark.parametrize(("unit_type", "unit", "why"), R_NOT_REACHED)
    def test_what_r_cannot_bound_is_not_estimable(self, table: pd.DataFrame, unit_type: str, unit: str, why: str
                                                  ) -> None:
        row = table.loc[("first_response", unit_type, unit, P90)]
        assert row["status"].startswith(f"not estimable: {why} by ")
        assert np.isnan(row["estimate"])

    def test_closed_tickets_alone_would_have_said_less_and_are_not_what_is_published(
            self, table: pd.DataFrame, tickets: pd.DataFrame) -> None:
        closed = tickets[tickets["had"] == 1].groupby("event")["time"]
        for event in EVENTS:
            for indicator, share in ((MEDIAN, 0.5), (P90, 0.9)):
                alone, row = closed.quantile(share)[event], table.loc[(event, "company", "company", indicator)]
                assert row["status"] != "ok" or 60 * row["estimate"] > alone + 30
                assert not np.isclose(60 * table.loc[event]["estimate"].dropna(), alone).any()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("reports")
    command = [sys.executable, "-m", "analysis", "quarter", "--quarter", str(QUARTER), "--data", FOLDER, "--params",
               PROJECT / "params" / "examples" / "helpdesk", "--reports", home]
    made = subprocess.run(command, cwd=PROJECT, text=True, capture_output=True, check=False, timeout=900)
    assert made.returncode == 0, made.stderr[-2000:]
    return home / str(QUARTER)


class TestReport:
    pytestmark = whole

    def test_no_published_table_holds_a_quantile_of_closed_tickets_alone(
            self, report: Path, tickets: pd.DataFrame) -> None:
        closed = tickets[tickets["had"] == 1].groupby("event")["time"]
        alone = [minutes / per for share in (0.5, 0.9) for minutes in closed.quantile(share) for per in (1, 60)]
        for path in report.rglob("*.csv"):
            numbers = pd.read_csv(path).select_dtypes("number").to_numpy(float)
            assert not np.isclose(numbers[..., None], alone, rtol=1e-6, atol=0).any(), path.name

    def test_the_page_shows_the_figures_of_r(self, report: Path) -> None:
        page = BeautifulSoup((report / "30_response_time.html").read_text(encoding="utf-8"), "html.parser")
        lines = [line.get_text(" ", strip=True) for line in page.select("tr")]
        assert any("Median time company 493 1.6 h (0.6–3.2)" in line for line in lines)
        assert any("Median time company 493 49.1 h (28.3–71.8)" in line for line in lines)


@pytest.mark.parametrize("quarter", [QUARTER, Quarter(2024, 3)])
def test_no_definition_of_a_waiting_time_leaves_out_open_cases(quarter: Quarter) -> None:
    params = load_params(PROJECT / "params" / ("examples/helpdesk" if quarter == QUARTER else "."), quarter)
    timed = [one for one in params.registry.versions if one.unit == "hours" and one.id != PAUSE]
    assert {MEDIAN, P90} <= {one.id for one in timed}
    for one in timed:
        assert one.variant == ""
        assert "Kaplan" in one.formula
