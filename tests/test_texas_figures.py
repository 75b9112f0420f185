"""Do the figures of a real regulator's file agree with R and with a plain count of its rows?

The file is read a second time with pandas alone. R's values rest on the counts per month that the first test checks
against that reading.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from analysis.measures.complaints.agency import complaint_agency
from analysis.measures.complaints.complaints import complaint_causes, complaint_crossing, complaints
from analysis.measures.complaints.development import complaint_development
from analysis.measures.complaints.growth import complaint_growth
from analysis.measures.complaints.series import complaint_series
from analysis.params import PROJECT, load_params
from analysis.quarter import Quarter
from analysis.run import Run
from analysis.sources.deliver import deliver
from analysis.warehouse import Warehouse

PUBLIC_DATA = os.environ.get("PUBLIC_DATA", "")
FOLDER = Path(PUBLIC_DATA) / "texas-complaints"
QUARTER = Quarter(2024, 3)
GROWTH = "complaint_growth_ratio"

pytestmark = [pytest.mark.public, pytest.mark.skipif(
    not PUBLIC_DATA, reason="the public files are not in the repository: say PUBLIC_DATA=folder that holds them")]


@pytest.fixture(scope="module")
def texas(tmp_path_factory: pytest.TempPathFactory) -> Run:
    home = tmp_path_factory.mktemp("texas")
    params = load_params(PROJECT / "params" / "examples" / "texas", QUARTER)
    delivery = deliver(params, FOLDER, home)
    return Run(quarter=QUARTER, params=params, delivery=delivery, language="en", run_id="test",
               warehouse=Warehouse(delivery, home / "reductions"))


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Return the file, the first row of each complaint number, with its day of receipt."""
    frame = pd.read_csv(FOLDER / "tdi_statefarm.csv", dtype=str).drop_duplicates("Complaint number")
    return frame.assign(day=pd.to_datetime(frame["Received date"], format="%m/%d/%Y"))


@pytest.fixture(scope="module")
def quarter(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["day"].between("2024-07-01", "2024-09-30")]


def figure(table: pd.DataFrame, indicator: str, unit: str = "company") -> pd.Series:
    return table[(table["indicator"] == indicator) & (table["unit"] == unit)].iloc[0]


def test_the_months_are_those_of_the_file(texas: Run, rows: pd.DataFrame) -> None:
    months = complaint_series(texas, "company", texas.params.site.history_quarters + 1).set_index("period")["count"]
    counted = rows["day"].dt.strftime("%Y-%m").value_counts()
    assert months.to_dict() == {month: int(counted.get(month, 0)) for month in months.index}
    assert (len(months), months.sum(), months.index[0], months.index[-1]) == (147, 9975, "2012-07", "2024-09")
    assert months.eq(0).sum() == 20


def test_the_trend_is_that_of_r(texas: Run) -> None:
    """R 4, MASS, d = month (12 · year + calendar month) and count of the 147 months of the test above:

    d$y <- (d$month - mean(range(d$month)))/12; m <- glm.nb(count ~ y + sin(pi*month/6) + cos(pi*month/6) +
    sin(pi*month/3) + cos(pi*month/3), data = d, control = glm.control(epsilon = 1e-14, maxit = 100), init.theta = 4)
    exp(coef(m)["y"]) = 1.20102190809, SE of the coefficient .0210092180538, m$theta = 1.27327815939; the same formula
    in glm(family = poisson): sum(residuals(p, "pearson")^2)/p$df.residual = 13.5376460433. Without ``init.theta`` R's
    theta runs off to infinity.
    """
    row = figure(complaint_growth(texas), GROWTH)
    assert row["estimate"] == pytest.approx(1.20102190809, rel=1e-9)
    assert row["theta"] == pytest.approx(1.27327815939, rel=1e-7)
    assert row["dispersion"] == pytest.approx(13.5376460433, rel=1e-9)
    wald = [1.20102190809 * 2.718281828459045 ** (sign * 1.9600 * 0.0210092180538) for sign in (-1, 1)]
    assert row["low"] < wald[0] < wald[1] < row["high"]  # t and Pearson's scale widen R's plain Wald interval
    assert (row["high"] / row["low"]) < 1.3 * wald[1] / wald[0]


def test_the_591_complaints_of_the_quarter_are_counted_alike(texas: Run, quarter: pd.DataFrame) -> None:
    table = complaints(texas)
    assert figure(table, "complaints_received_count")["n"] == len(quarter) == 591
    for unit, count in quarter["Complaint filed against"].value_counts().items():
        assert figure(table, "complaints_received_count", str(unit))["n"] == count


def test_a_quarter_of_them_was_upheld(texas: Run, quarter: pd.DataFrame) -> None:
    """R: prop.test(147, 591, correct = FALSE)$conf.int = 0.2155774 0.2851299 (Wilson)."""
    row = figure(complaints(texas), "complaint_upheld_share")
    decided = quarter["Confirmed complaint"].dropna()
    assert row["n"] == len(decided)
    assert row["estimate"] == pytest.approx(decided.eq("Yes").mean())
    assert (row["low"], row["high"]) == (pytest.approx(0.2155774, abs=1e-6), pytest.approx(0.2851299, abs=1e-6))


def reasons(quarter: pd.DataFrame) -> pd.DataFrame:
    """Return one row per complaint and reason it names."""
    split = quarter.assign(cause=quarter["Reason complaint filed"].str.split(";")).explode("cause")
    return split.assign(cause=split["cause"].str.strip()).drop_duplicates(["Complaint number", "cause"])


def test_every_reason_is_counted_once_a_complaint(texas: Run, quarter: pd.DataFrame) -> None:
    told = complaint_causes(texas).query("indicator == 'complaints_received_count'").set_index("cause")["n"].to_dict()
    assert told == reasons(quarter)["cause"].value_counts().to_dict()


def test_reasons_by_kind_of_cover(texas: Run, quarter: pd.DataFrame) -> None:
    table = complaint_crossing(texas).query("across == 'product'").set_index(["cause", "unit"])
    counts = reasons(quarter).groupby(["cause", "Coverage type"]).size().reindex(table.index, fill_value=0)
    shown = table["status"].eq("ok")
    assert table.loc[shown, "n"].to_dict() == counts[shown].to_dict()
    assert (counts[shown & counts.gt(0)] >= 8).all()
    assert counts.sum() == len(reasons(quarter))


def test_those_of_attorneys_stand_apart(texas: Run, quarter: pd.DataFrame) -> None:
    attorneys = int(quarter["Complaint filed by"].eq("Attorney").sum())
    table = complaint_agency(texas).query("indicator == 'complaints_received_count'").set_index("brought")["n"]
    assert table.to_dict() == {"with agency": 591, "without agency": 591 - attorneys, "agency alone": attorneys}


def test_one_file_of_closed_complaints_does_not_say_what_is_still_to_come(texas: Run) -> None:
    assert set(complaint_development(texas)["status"]) == {"not estimable: fewer than 3 earlier quarters known twice"}
