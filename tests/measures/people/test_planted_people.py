"""Is what is true of the sample's employees what is said of them?

`analysis.sample.company.traits` holds what each truly adds. Three claims handlers are better than their colleagues and
get four times as many hard cases; one auditor is harder than the others (data/sample/truth.yml).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import yaml

from analysis.measures.people.judgement import Known, known_of_people
from analysis.measures.people.like_cases import moved_people, rater_effects
from analysis.sample.company import traits
from tests.measures.conftest import Insurer
from tests.measures.people.reduced import COMPETENCE, CSAT
from tests.measures.test_planted_service import HOME, LINES, delivered

TRUTH = yaml.safe_load((HOME / "data/sample/truth.yml").read_text())
PLANTED = {one["id"]: one for one in TRUTH["effects"]}
CLAIMS = ("claims_handler", "claims")
RESOLUTION = "in_limit_share:resolution"
NOW = "2024Q3"
SHARE, ERRORS = 0.95, 2  # of intervals that hold the truth, within so many standard errors of that share
_made: list[Known] = []


def files(name: str) -> pd.DataFrame:
    return pd.concat([pd.read_csv(path, dtype=str) for path in sorted((HOME / "data/sample").glob(f"*/{name}.csv*"))])


@pytest.fixture
def known(insurer: Insurer) -> Known:
    """Return what is known of the sample's people in 2024Q3, every quarter under its own plan."""
    if not _made:
        plans = {path.name: yaml.safe_load(path.read_text()) | {"told_back": []}
                 for path in sorted((HOME / "params").glob("20*.yml"))}
        plan = plans.pop(f"{NOW}.yml")
        rows = {name: delivered(name, plan["as_of"].isoformat()[:19])
                for name in ("requests", "surveys", "complaints", "audits")}
        rows["staff"] = pd.read_csv(HOME / f"data/sample/{NOW}/staff.csv", dtype=str)
        rows["assessments"] = files("assessments").drop_duplicates(["assessment_id", "facet"])
        run = insurer(rows, service_lines=LINES, limits=plan["limits"], as_of=plan["as_of"].isoformat(), files=plans,
                      indicators=plan["indicators"])
        _made.append(known_of_people(run))
    return _made[0]


def against_truth(known: Known, indicator: str, trait: str) -> pd.DataFrame:
    """Return the scores of everybody with evidence and ``truth``: the group's mean and what the person adds to it."""
    gap, own = traits(TRUTH["seed"])[trait], known.scored.scores.query("indicator == @indicator")
    parts = []
    for (name, group), fit in known.scored.fits.items():
        if name == indicator:
            n = fit.naive["n"]
            centre = (gap.reindex(n.index) * n).sum() / n.sum()
            rows = own[own["role"].eq(group[0])]
            parts.append(rows.assign(truth=fit.mean + rows["employee_id"].map(gap) - centre))
    return pd.concat(parts)


def test_intervals_of_competence_hold_the_true_score_of_nineteen_in_twenty(known: Known) -> None:
    told = against_truth(known, COMPETENCE, "score_gap")
    seen = told[told["status"].eq("ok")]
    held = seen["truth"].between(seen["low"], seen["high"])
    assert len(seen) > 60
    assert abs(held.mean() - SHARE) <= ERRORS * (SHARE * (1 - SHARE) / len(seen)) ** 0.5


def test_shrunken_scores_lie_closer_to_the_truth_than_plain_ones(known: Known) -> None:
    told = against_truth(known, COMPETENCE, "score_gap").query("status == 'ok'")
    error = {name: ((told[name] - told["truth"]).astype(float) ** 2).mean()
             for name in ("estimate", "naive", "adjusted")}
    assert error["estimate"] < min(error["naive"], error["adjusted"])


def test_answers_are_too_few_to_score_anybody_and_it_says_so(known: Known) -> None:
    """At most 30 answers in a year: no satisfaction of one's own, hence no composite and no tier."""
    own = known.scored.scores.query("indicator == @CSAT")
    assert own["estimate"].isna().mean() > 0.9
    assert known.tiers.people["estimate"].isna().all()
    assert set(known.tiers.people["tier"]) == {"cannot be distinguished"}


@pytest.mark.parametrize("name", [RESOLUTION, CSAT])
def test_who_gets_the_hard_cases_looks_bad_and_is_found_good_among_like_cases(known: Known, name: str) -> None:
    fit, units = known.scored.fits[name, CLAIMS], PLANTED["hard_cases"]["units"]
    adjusted = fit.mean + fit.effects["estimate"]
    assert (fit.naive.loc[units, "estimate"] < fit.mean).all()
    assert (adjusted[units] > fit.mean).all()


def test_what_the_hard_auditor_looked_at_is_not_held_against_anybody(known: Known) -> None:
    """The third of the people whom the auditor saw most moves up, the third least seen down."""
    (auditor,) = [PLANTED["biased_auditor"]["units"]]
    looks = known.evidence.cases["compliance_pass_share"]
    n = looks["n"].where(looks["auditor_id"].eq(auditor), 0).groupby(looks["employee_id"]).sum()
    seen = n / looks.groupby("employee_id")["n"].sum()
    moved = pd.concat([fit.mean + fit.effects["estimate"] - fit.naive["estimate"]
                       for (name, _), fit in known.scored.fits.items() if name == "compliance_pass_share"])
    third = pd.qcut(seen.reindex(moved.index).rank(method="first"), 3, labels=False)
    assert np.sign(moved.groupby(third).mean().iloc[[0, 2]]).tolist() == [-1, 1]
    own = looks.groupby(looks["auditor_id"].eq(auditor))[["total", "n"]].sum()
    mean = own["total"] / own["n"] / 1_000
    assert mean[True] - mean[False] == pytest.approx(PLANTED["biased_auditor"]["size"]["pass_gap"], abs=0.06)


def test_who_gets_the_hard_cases_stands_in_the_method_part_as_it_stands_and_among_like_cases(known: Known) -> None:
    rows = moved_people(known).set_index("unit")
    assert rows[["indicator", "event"]].drop_duplicates().to_numpy().tolist() == [["in_limit_share", "resolution"]]
    told = rows.loc[PLANTED["hard_cases"]["units"]]
    assert (told["naive"] < 0).all()
    assert (told["estimate"] > 0).all()


def test_the_hard_auditor_stands_there_beside_the_others_on_the_same_people(known: Known) -> None:
    """All passes less the mean of all; the others' lie above it by as much as the hard one's weigh."""
    rows = rater_effects(known).query("indicator == 'compliance_pass_share'").set_index("unit")
    hard = rows.loc[PLANTED["biased_auditor"]["units"]]
    others = rows.drop(PLANTED["biased_auditor"]["units"])
    assert hard["high"] < others["low"].min()
    gap = hard["estimate"] - np.average(others["estimate"], weights=others["n"])
    assert gap == pytest.approx(PLANTED["biased_auditor"]["size"]["pass_gap"], abs=0.06)
