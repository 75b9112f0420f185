"""Is every effect planted in the sample insurer found by a published figure of 2024Q3, its size covered, or too small?

One line per effect of data/sample/truth.yml. *Found*: the figure named shows the effect and its interval covers the
planted value. *Undetectable*: the power of a two-sided 5 % test at this size, computed from what was delivered, is
below one half. An effect without a line fails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import pytest
import yaml
from scipy import stats

from analysis.measures.audits.audit_history import audits_of_two_years
from analysis.measures.audits.auditors import auditor_severity
from analysis.measures.changes import changes
from analysis.measures.complaints.alarms import month_alarms, waves
from analysis.measures.complaints.complaints import complaint_causes
from analysis.measures.evidence import MEASURES
from analysis.measures.improvement.actions import actions
from analysis.measures.response_time.clocks import clocks
from analysis.measures.response_time.response import response_time
from analysis.measures.satisfaction.mode_effect import mode_effect
from analysis.measures.satisfaction.representation import represented
from analysis.measures.satisfaction.satisfaction import satisfaction
from analysis.params import PROJECT
from analysis.quarter import Quarter
from analysis.run import Run, load_run
from analysis.sample import SEED, company, service
from analysis.stats.intervals.combination import linear_combination
from tests.measures.conftest import Insurer

SAMPLE = PROJECT / "data" / "sample"
TRUTH = yaml.safe_load((SAMPLE / "truth.yml").read_text(encoding="utf-8"))
EFFECTS = {one["id"]: one for one in TRUTH["effects"]}
QUARTER, SHARE, MEDIAN = "2024Q3", "csat_top2_share", "response_median_hours"
UNDETECTABLE = 0.5  # a power below it: more likely missed than seen

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Found:
    """A published figure, or a sum of published figures, that shows an effect."""

    figure: str
    planted: float
    low: float
    high: float
    seen: bool


@dataclass(frozen=True)
class Undetectable:
    """An effect too small for what was delivered: the standard error of its figure says how likely it is to be seen."""

    figure: str
    planted: float
    std_error: float

    @property
    def power(self) -> float:
        critical, away = stats.norm.ppf(0.975), abs(self.planted) / self.std_error
        return float(stats.norm.cdf(away - critical) + stats.norm.cdf(-away - critical))


class Published:
    """The result tables of the sample's 2024Q3, each made once."""

    def __init__(self, run: Run, insurer: Insurer):
        self.run, self.insurer = run, insurer

    @cached_property
    def satisfaction(self) -> pd.DataFrame:
        return satisfaction(self.run)

    @cached_property
    def response(self) -> pd.DataFrame:
        return response_time(self.run)

    @cached_property
    def actions(self) -> pd.DataFrame:
        return actions(self.run)

    @cached_property
    def clocks(self) -> pd.DataFrame:
        return clocks(self.run).set_index("unit")


def size(effect: str) -> dict[str, Any]:
    return EFFECTS[effect]["size"]


def value(indicator: str, of: str) -> float:
    (found,) = [one["value"] for one in TRUTH["values"] if (one["quarter"], one["indicator"]) == (QUARTER, indicator)
                and one["of"].startswith(of)]
    return float(found)


def row(table: pd.DataFrame, **named: str) -> pd.Series:
    for name, wanted in named.items():
        table = table[table[name] == wanted]
    (found,) = (one for _, one in table.iterrows())
    return found


def against(table: pd.DataFrame, units: list[str], others: list[str]) -> pd.Series:
    """Return the mean of the figures of ``units`` less that of ``others``, with MOVER limits."""
    sides = [(units, 1 / len(units)), (others, -1 / len(others))]
    parts = [table[table["unit"].isin(names)].assign(coefficient=each) for names, each in sides]
    return linear_combination(pd.concat(parts), "difference of means").iloc[0]


def satisfied_branches(sample: Published) -> pd.DataFrame:
    return sample.satisfaction.query("indicator == @SHARE and unit_type == 'branch'")


def log_medians(sample: Published) -> pd.DataFrame:
    medians = sample.response.query("indicator == @MEDIAN and unit_type == 'branch' and event == 'resolution'")
    return medians.assign(**{name: np.log(medians[name]) for name in ("estimate", "low", "high")})


def untouched(*besides: str) -> list[str]:
    """Return the branches without any planted effect on their customers or hours."""
    touched = [unit for one in EFFECTS.values() if one["id"].startswith("action_") and any(
        one["size"][name] != idle for name, idle in (("top2_gap", 0.0), ("time_factor", 1.0))) for unit in one["units"]]
    return [f"B{number:02}" for number in range(1, 13) if f"B{number:02}" not in {*touched, *besides}]


def satisfaction_of_a_bad_branch(sample: Published) -> list[Found | Undetectable]:
    gap, effect = against(satisfied_branches(sample), ["B06"], untouched("B06")), size("bad_branch_satisfaction")
    branch = row(satisfied_branches(sample), unit="B06")
    return [Found("csat_top2_share of B06", effect["top2_gap"], gap["low"], gap["high"],
                  branch["verdict"] == "not met")]


def response_of_a_bad_branch(sample: Published) -> list[Found | Undetectable]:
    """The median by branch rests on 160 cases; that the branch is slow shows in the share within the limit."""
    ratio, planted = against(log_medians(sample), ["B06"], untouched("B06")), size("bad_branch_response")["time_factor"]
    timely = sample.response.query("indicator == 'in_limit_share' and event == 'first_response'")
    seen = row(timely, unit="B06")["high"] < row(timely, unit="company")["low"]
    return [Found("response_median_hours of B06", np.log(planted), ratio["low"], ratio["high"], seen)]


def compliance_of_a_bad_branch(sample: Published) -> list[Found | Undetectable]:
    branches = audits_of_two_years(sample.run).query("indicator == 'compliance_pass_share' and unit_type == 'branch'")
    others = [unit for unit in branches["unit"] if unit != "B06"]
    gap, branch = against(branches, ["B06"], others), row(branches, unit="B06")
    return [Found("compliance_pass_share of B06, eight quarters", size("bad_branch_compliance")["compliance_gap"],
                  gap["low"], gap["high"], branch["found"] == "falls short")]


def a_harder_auditor(sample: Published) -> list[Found | Undetectable]:
    table, effect = auditor_severity(sample.run), EFFECTS["biased_auditor"]
    stands_out = table.loc[table["severity"] == "stricter", "unit"].tolist()
    auditor = row(table, unit=effect["units"])
    return [Found("auditor_severity_gap", effect["size"]["pass_gap"], auditor["low"], auditor["high"],
                  stands_out == [effect["units"]])]


def good_staff_with_hard_cases(sample: Published) -> list[Found | Undetectable]:
    """Told of each of the three over four quarters of their own answers."""
    rows = sample.run.warehouse.history("surveys", 4)
    rows = rows.filter(rows.employee_id.isin(EFFECTS["hard_cases"]["units"]), rows.satisfaction.notnull())
    answers = sample.run.warehouse.reduce(rows.group_by("employee_id").agg(n=rows.count()))
    share = value(SHARE, "all invited, weighted, each in the own mode")
    return [Undetectable(f"csat_top2_share of {one.employee_id}", size("hard_cases")["top2_gap"],
                         (share * (1 - share) / one.n) ** 0.5) for one in answers.itertuples()]


def sales_staff_that_adapt_less(sample: Published) -> list[Found | Undetectable]:
    lines = MEASURES["competence"](sample.run).query("facet == 'adaptability' and unit_type == 'service_line'")
    others = [unit for unit in lines["unit"] if unit != "sales"]
    gap, line = against(lines, ["sales"], others), row(lines, unit="sales")
    return [Found("competence_score of sales, adaptability", size("training_need")["score_gap"], gap["low"],
                  gap["high"], line["verdict"] == "not met")]


def an_unread_version(sample: Published) -> list[Found | Undetectable]:
    """Nobody is sampled: the figure is the count itself, and the planted share is stated to two digits."""
    roster = row(MEASURES["acknowledgement"](sample.run), unit="company")
    half_digit = 0.005
    return [Found("acknowledgement_share", size("acknowledgement")["share"], roster["low"] - half_digit,
                  roster["high"] + half_digit, roster["verdict"] == "not met")]


def modes_that_differ(sample: Published) -> list[Found | Undetectable]:
    """Against the questionnaire; one quarter alone has too few answers for the smaller of the two."""
    table, planted = mode_effect(sample.run), size("mode_effect")
    pooled = table[table["quarters"] == table["quarters"].max()].set_index("unit")
    assert planted["questionnaire"] == 0
    return [Found(f"mode_difference_share of {mode}, eight quarters", planted[mode], pooled.loc[mode, "low"],
                  pooled.loc[mode, "high"], not pooled.loc[mode, "low"] < 0 < pooled.loc[mode, "high"])
            for mode in ("phone", "online")]


def a_silent_mode(sample: Published) -> list[Found | Undetectable]:
    effect = EFFECTS["silent_mode"]
    then = sample.run.earlier(Quarter.parse(effect["quarters"]), "company", "mode")
    assert then is not None
    silent = row(satisfaction(then), indicator="survey_response_share", unit=effect["units"])
    return [Found("survey_response_share, online, 2023Q4", effect["size"]["answers"], silent["low"], silent["high"],
                  silent["note"].startswith("silent mode") and silent["verdict"] == "not met")]


def segments_that_differ(sample: Published) -> list[Found | Undetectable]:
    """The segments differ visibly; what their unequal sampling does to an unweighted share is less than its error."""
    segments, planted = represented(sample.run).query("variable == 'segment'"), size("segments")
    gap = against(segments.assign(unit=segments["category"]), ["senior"], ["corporate"])
    customers = pd.read_csv(SAMPLE / QUARTER / "population.csv").query("variable == 'segment'").set_index("category")
    answers = segments.set_index("category")["n"].astype(float)
    excess = answers / answers.sum() - customers["customers"] / customers["customers"].sum()
    company = row(sample.satisfaction, indicator=SHARE, unit="company")
    return [Found("csat_top2_share of senior less corporate", planted["senior"] - planted["corporate"], gap["low"],
                  gap["high"], gap["low"] > 0),
            Found("csat_top2_share, weighted", value(SHARE, "all invited, weighted, each in the own mode"),
                  company["low"], company["high"], company["status"] == "ok"),
            Undetectable("csat_top2_share, unweighted less weighted", float((excess * pd.Series(planted)).sum()),
                         (company["high"] - company["low"]) / 2 / stats.norm.ppf(0.975))]


def judged_action(sample: Published, action: str, planted: float, verdict: str) -> list[Found | Undetectable]:
    judged = row(sample.actions, action_id=action)
    assert judged["status"] == "ok"
    return [Found(f"action_effect of {action}", planted, judged["low"], judged["high"], judged["effect"] == verdict)]


def requests_of(quarter: str, without_measures: bool = False) -> pd.DataFrame:
    """Return the resolved requests of the sample's ``quarter``, with ``hours``; as if no measure had been taken."""
    with mock.patch.object(company, "MEASURES", () if without_measures else company.MEASURES):
        rows = service.requests(SEED, Quarter.parse(quarter))
    waited = (rows["resolved_at"] - rows["opened_at"]).dt.total_seconds() / 3600
    return rows.assign(hours=waited, quarter=quarter).dropna(subset="hours")


def measure_that_worked(sample: Published) -> list[Found | Undetectable]:
    """The factor is on the work, and a claim's payment is none: the sample without the measure says what it came to.

    Medians of waits relative to the usual one of their kind, at the level of the two quarters before the choice.
    """
    units = EFFECTS["action_A2023-01"]["units"]
    then, ratios = pd.concat(map(requests_of, ("2022Q4", "2023Q1"))), []
    for quarter in ("2023Q4", "2024Q1", "2024Q2", "2024Q3"):
        real, other = requests_of(quarter), requests_of(quarter, without_measures=True)
        usual = other.groupby("kind")["hours"].median()
        medians = [(one["hours"] / one["kind"].map(usual)).groupby(one["branch"]).median() for one in (real, other)]
        ratios += np.log(medians[0] / medians[1])[units].tolist()
    level = then.groupby(["quarter", "branch"])["hours"].median().unstack()[units].to_numpy().mean()
    return judged_action(sample, "A2023-01", float(level * np.expm1(np.mean(ratios))), "effective")


def measure_that_did_nothing(sample: Published) -> list[Found | Undetectable]:
    return judged_action(sample, "A2023-02", size("action_A2023-02")["top2_gap"], "not shown")


def measure_that_harmed(sample: Published) -> list[Found | Undetectable]:
    return judged_action(sample, "A2024-01", size("action_A2024-01")["top2_gap"], "harmful")


def clock(sample: Published, rule: str, over: float) -> Found:
    figure = sample.clocks.loc[rule]
    return Found(rule, 1 - over, figure["low"], figure["high"], figure["verdict"] == "not met")


def complaints_decided_late(sample: Published) -> list[Found | Undetectable]:
    """The share over the limit is that of the cause and of the others, by how many there are of each."""
    counts, planted = complaint_causes(sample.run).groupby("cause")["count"].first(), size("clock_complaint_decide")
    part = counts[EFFECTS["clock_complaint_decide"]["units"]] / counts.sum()
    over = part * planted["share_over"] + (1 - part) * planted["share_over_elsewhere"]
    return [clock(sample, "cn.complaint.decide", float(over))]


def life_claims_decided_late(sample: Published) -> list[Found | Undetectable]:
    """Not complex ones on life policies have five working days, complex ones of all classes thirty days."""
    claims = pd.read_csv(SAMPLE / QUARTER / "requests.csv", dtype=str).query("kind == 'claim'")
    claims = claims.dropna(subset="documents_complete_at")
    plain = int((claims["class"].eq("life") & claims["complex"].eq("false")).sum())
    hard, planted = int(claims["complex"].eq("true").sum()), size("clock_life_claim")
    over = (plain * planted["share_over"] + hard * planted["share_over_complex"]) / (plain + hard)
    return [clock(sample, "cn.claim.decide", over)]


def refusals_told_late(sample: Published) -> list[Found | Undetectable]:
    return [clock(sample, "cn.claim.refuse_notice", size("clock_refusal_notice")["share_over"])]


def claims_about_a_holiday(sample: Published) -> list[Found | Undetectable]:
    """No figure of the quarter is made of these six alone: the same clock is asked of nothing else."""
    planted, ids = size("clock_make_up_days"), TRUTH["holiday_claims"][QUARTER]
    rows = pd.read_csv(SAMPLE / QUARTER / "requests.csv", dtype=str)
    rows = rows[rows["request_id"].isin([*ids["in_limit"], *ids["late"]])].drop_duplicates("request_id")
    told = clocks(sample.insurer({"requests": rows})).set_index("unit").loc["cn.claim.decide"]
    return [Found(f"cn.claim.decide, {name}", planted[f"{truth}_each"], told[name], told[name], True)
            for name, truth in (("in_limit", "in_limit"), ("missed", "over_limit"))]


def a_wave_of_complaints(sample: Published) -> list[Found | Undetectable]:
    effect, alarms = EFFECTS["complaint_wave"], month_alarms(sample.run)
    raised = alarms[alarms["alarm"] == "alarm"]
    seen = set(raised["product"]) == {effect["units"]} and set(raised["unit"]) == set(effect["quarters"].split(", "))
    (wave,) = waves(sample.run, alarms).to_dict("records")
    return [Found("complaint_trend of critical_illness", effect["size"]["factor"], wave["low"], wave["high"], seen)]


def a_revised_limit(sample: Published) -> list[Found | Undetectable]:
    """Under the new limit the share is what it is; against last year under one limit it did not change."""
    inquiries = sample.response.query("indicator == 'in_limit_share' and event == 'resolution'")
    now, hours = row(inquiries, unit="inquiry"), size("revised_indicator")["new_hours"]
    truth = value("in_limit_share", f"realised, inquiries, also withdrawn, within {hours} elapsed h")
    table = changes(sample.run, response_time)
    year = row(table, indicator="in_limit_share", event="resolution", unit="company", compared_with="2023Q3")
    return [Found("in_limit_share of inquiries", truth, now["low"], now["high"], now["status"] == "ok"),
            Found("in_limit_share, change under one definition", 0, year["low"], year["high"], year["definition"] < 0)]


LINES: dict[str, Callable[[Published], list[Found | Undetectable]]] = {
    "bad_branch_satisfaction": satisfaction_of_a_bad_branch, "bad_branch_response": response_of_a_bad_branch,
    "bad_branch_compliance": compliance_of_a_bad_branch, "biased_auditor": a_harder_auditor,
    "hard_cases": good_staff_with_hard_cases, "training_need": sales_staff_that_adapt_less,
    "acknowledgement": an_unread_version, "mode_effect": modes_that_differ, "silent_mode": a_silent_mode,
    "segments": segments_that_differ, "action_A2023-01": measure_that_worked,
    "action_A2023-02": measure_that_did_nothing, "action_A2024-01": measure_that_harmed,
    "clock_complaint_decide": complaints_decided_late, "clock_life_claim": life_claims_decided_late,
    "clock_refusal_notice": refusals_told_late, "clock_make_up_days": claims_about_a_holiday,
    "complaint_wave": a_wave_of_complaints, "revised_indicator": a_revised_limit,
}


@pytest.fixture(scope="module")
def run() -> Run:
    return load_run(QUARTER)


@pytest.fixture(scope="module")
def made() -> dict[str, Published]:
    return {}


@pytest.fixture
def published(run: Run, made: dict[str, Published], insurer: Insurer) -> Published:
    """Return the tables made so far, for the test at hand."""
    sample = made.setdefault("sample", Published(run, insurer))
    sample.insurer = insurer
    return sample


def test_every_planted_effect_has_a_line_and_every_line_an_effect() -> None:
    assert set(LINES) == set(EFFECTS)


@pytest.mark.parametrize("effect", EFFECTS)
def test_a_planted_effect_is_found_with_its_size_covered_or_is_too_small_to_be_seen(
        published: Published, effect: str) -> None:
    for line in LINES[effect](published):
        if isinstance(line, Found):
            assert line.low <= line.planted <= line.high, line
            assert line.seen, line
        else:
            assert 0.025 < line.power < UNDETECTABLE, (line, line.power)


def test_a_power_is_that_of_a_z_test() -> None:
    """R: pnorm(2 - qnorm(.975)) + pnorm(-2 - qnorm(.975)) = 0.516005; no effect is seen in 5 % of samples."""
    assert Undetectable("", 2.0, 1.0).power == pytest.approx(0.516005, abs=1e-6)
    assert Undetectable("", 0.0, 1.0).power == pytest.approx(0.05)
