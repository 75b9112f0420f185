"""Is every malformed file of parameters refused with its file, line, key and remedy, the last report untouched?"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.__main__ import main
from analysis.params import load_params
from analysis.params.yaml_file import MAX_BYTES
from analysis.quarter import Quarter

PLAN, REVIEW, ACTIONS, CONTESTS = "2024Q3.yml", "reviews/2024Q2.yml", "actions.yml", "contests.yml"
SITE, REGISTRY, RECOMMENDATIONS = "site.yml", "indicators.yml", "recommendations.yml"
FILES = {
    PLAN: """\
quarter: 2024Q3
as_of: 2024-10-15T00:00:00+08:00
prepared_by: quality
approved_by: manager
approved_on: 2024-06-20
indicators:
  csat_top2_share: {weight: 0.6, target: 0.8, floor: 0.5}
  nps: {weight: 0.4, target: 20, floor: 0}
tables:
  surveys: {covers: fieldwork, from: 2024-07-15, to: 2024-09-30}
milestones:
  - {name: audits complete, owner: quality, due: 2024-09-30}
told_back:
  - {unit: B01, on: 2024-07-25}
""",
    REVIEW: """\
quarter: 2024Q2
reviewed_by: board
reviewed_on: 2024-08-06
indicators:
  - {id: nps, reviewed: true, decision: coach, due: 2024-10-01}
problems:
  - {problem_id: "nps:branch:B01", decision: look into it}
objections:
  - {id: O1, indicator: nps, text: too few answers, raised_by: B01, raised_on: 2024-08-07}
""",
    ACTIONS: """\
- action_id: A1
  problem_id: "nps:branch:B01"
  indicator: nps
  units: [B01]
  owner_department: quality
  opened_on: 2024-01-10
  due_on: 2024-06-30
  started_on: 2024-02-01
  done_on: 2024-03-01
  expected_effect: 5
  window: 2024Q2
""",
    CONTESTS: """\
- contest_id: C1
  employee_id: e1
  table: audits
  case_id: q1
  raised_on: 2024-09-10
  claim: wrong file
""",
    RECOMMENDATIONS: """\
- id: R-NPS
  indicators: [nps]
  owner_department: quality
  measure: coach
  evidence: no trial known to us
  certainty: low
""",
    SITE: """\
company: Test Insurer
data: data
time_zone: Asia/Shanghai
language: en
engine: duckdb
service_lines: [sales]
departments: [quality, sales]
jurisdictions: []
calendar: cn
shifts: {day: "00:00"}
disclosure: {minimum_persons: 8}
policies_denominator: in_force
refuse_on: []
""",
    REGISTRY: "".join(f"""\
- id: {name}
  title: t
  unit: {unit}
  definition: d
  interpretation: i
  formula: f
  source: surveys
  clause: "3.1"
  owner: quality
  direction: higher
  report: 20_satisfaction
  approver: a
  effective_from: 2020-01-01
""" for name, unit in (("csat_top2_share", "share"), ("nps", "nps"))),
}
LISTS = (ACTIONS, CONTESTS, REGISTRY, RECOMMENDATIONS)
FIRST_KEYS = {PLAN: "quarter", REVIEW: "quarter", ACTIONS: "action_id", CONTESTS: "contest_id", SITE: "company",
              REGISTRY: "id", RECOMMENDATIONS: "id"}
Company = Callable[[str, bytes], str]


@pytest.fixture
def refusal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Company:
    """Return ``refusal(name, content)``: the last line said when the file ``name`` holds ``content``.

    The quarter was published before; the command has to end with status 2 and to leave that report as it is.
    """
    def refusal(name: str, content: bytes) -> str:
        write(tmp_path / "params", FILES)
        report = tmp_path / "reports" / "2024Q3" / "index.html"
        report.parent.mkdir(parents=True)
        report.write_text("the last report")
        (tmp_path / "params" / name).write_bytes(content)
        folders = [f"--{one}={tmp_path / one}" for one in ("params", "reports")]
        assert main(["quarter", "--quarter=2024Q3", *folders, f"--data={tmp_path}"]) == 2
        assert [path.name for path in report.parent.iterdir()] == ["index.html"]
        assert report.read_text() == "the last report"
        return capsys.readouterr().err.splitlines()[-1]

    return refusal


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def row_of(text: str, mark: str) -> int:
    """Return the 1-based line on which ``mark`` stands last."""
    return text.count("\n", 0, text.rindex(mark)) + 1


def test_the_files_are_sound_before_they_are_broken(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    params = load_params(tmp_path, Quarter(2024, 3))
    assert [len(one) for one in (params.actions, params.contests, params.reviews, params.recommendations)] == [1] * 4


ACTION_AGAIN, CONTEST_AGAIN, VERSION_AGAIN = FILES[ACTIONS], FILES[CONTESTS], FILES[REGISTRY]
ADVICE_AGAIN = FILES[RECOMMENDATIONS]
OBJECTION = FILES[REVIEW].splitlines()[-1]
FIELDWORK = "covers: fieldwork, from: 2024-07-15, to: 2024-09-30"
# file, what is replaced, by what, where the line is looked for, key, remedy
SLIPS = {
    "missing key, plan": (PLAN, "approved_by: manager\n", "", "quarter:", "approved_by", "Add it"),
    "missing key, review": (REVIEW, "reviewed_by: board\n", "", "quarter:", "reviewed_by", "Add it"),
    "missing key, action": (ACTIONS, "  window: 2024Q2\n", "", "- action_id", "0.window", "Add it"),
    "missing key, contest": (CONTESTS, "  claim: wrong file\n", "", "- contest_id", "0.claim", "Add it"),
    "missing key, site": (SITE, "engine: duckdb\n", "", "company:", "engine", "Add it"),
    "missing key, registry": (REGISTRY, "- id: nps\n  title: t\n", "- id: nps\n", "- id: nps", "1.title", "Add it"),
    "missing key, recommendation": (RECOMMENDATIONS, "  measure: coach\n", "", "- id", "0.measure", "Add it"),
    "unknown key, plan": (PLAN, "told_back:", "told_bakc:", "told_bakc", "told_bakc", "check its spelling"),
    "unknown key, review": (REVIEW, "problems:", "problem:", "problem:", "problem", "check its spelling"),
    "unknown key, action": (ACTIONS, "done_on", "doneon", "doneon", "0.doneon", "check its spelling"),
    "unknown key, contest": (CONTESTS, "claim", "clam", "clam", "0.clam", "check its spelling"),
    "unknown key, recommendation": (RECOMMENDATIONS, "certainty", "certanty", "certanty", "0.certanty",
                                    "check its spelling"),
    "unknown key, site": (SITE, "calendar", "calender", "calender", "calender", "check its spelling"),
    "unknown key, registry": (REGISTRY, "approver: a\n  effective_from: 2020-01-01\n- id: nps",
                              "aprover: a\n  effective_from: 2020-01-01\n- id: nps", "aprover", "0.aprover",
                              "check its spelling"),
    "weights below 1": (PLAN, "weight: 0.4", "weight: 0.3", "indicators:", "indicators", "Correct the weights"),
    "weights above 1": (PLAN, "weight: 0.4", "weight: 0.5", "indicators:", "indicators", "Correct the weights"),
    "a weight without a floor": (PLAN, ", floor: 0}", "}", "nps:", "indicators.nps", "Add its floor"),
    "a weight without a target": (PLAN, "target: 20, ", "", "nps:", "indicators.nps", "Set both in the plan"),
    "a width and a change": (PLAN, ", floor: 0}", ", floor: 0, half_width: 0.1, detectable_change: 0.1}", "nps:",
                             "indicators.nps.detectable_change", "Keep one of the two"),
    "a plan of another quarter": (PLAN, FILES[PLAN], FILES[PLAN].replace("2024Q3", "2024Q2").replace(FIELDWORK, ""),
                                  "quarter:", "quarter", "Correct its quarter"),
    "a plan of no quarter": (PLAN, "quarter: 2024Q3", "quarter: 2024Q5", "quarter:", "quarter", "Correct the value"),
    "approved in another year": (PLAN, "approved_on: 2024", "approved_on: 2014", "approved_on", "approved_on",
                                 "Correct the date"),
    "a milestone of another year": (PLAN, "due: 2024", "due: 2023", "due:", "milestones.0.due", "Correct the date"),
    "told back in another year": (PLAN, "on: 2024-07-25", "on: 2023-07-25", "unit: B01", "told_back.0.on",
                                  "Correct the date"),
    "fieldwork from another year": (PLAN, "from: 2024", "from: 2023", "surveys:", "tables.surveys.from",
                                    "Correct the date"),
    "fieldwork that ends before it begins": (PLAN, "to: 2024-09-30", "to: 2024-07-01", "surveys:", "tables.surveys.to",
                                             "Correct one of the two"),
    "no such day": (PLAN, "approved_on: 2024-06-20", "approved_on: 2024-06-31", "approved_on", "approved_on",
                    "Correct the value"),
    "unknown owner, plan": (PLAN, "owner: quality", "owner: qualty", "owner:", "milestones.0.owner",
                            "Name one of quality, sales"),
    "unknown owner, action": (ACTIONS, "owner_department: quality", "owner_department: qualty", "owner_department",
                              "0.owner_department", "Name one of quality, sales"),
    "unknown owner, recommendation": (RECOMMENDATIONS, "owner_department: quality", "owner_department: qualty",
                                      "owner_department", "0.owner_department", "Name one of quality, sales"),
    "unknown owner, registry": (REGISTRY, FILES[REGISTRY], FILES[REGISTRY].replace("quality", "qualty", 1),
                                "qualty", "0.owner", "Name one of quality, sales"),
    "unknown indicator, plan": (PLAN, "  nps:", "  nsp:", "nsp:", "indicators.nsp", "Correct the id"),
    "unknown indicator, review": (REVIEW, "{id: nps", "{id: nsp", "id: nsp", "indicators.0.id", "Correct the id"),
    "unknown indicator, objection": (REVIEW, "indicator: nps", "indicator: nsp", "indicator: nsp",
                                     "objections.0.indicator", "Correct the id"),
    "unknown indicator, action": (ACTIONS, "indicator: nps", "indicator: nsp", "indicator:", "0.indicator",
                                  "Correct the id"),
    "unknown indicator, recommendation": (RECOMMENDATIONS, "[nps]", "[nsp]", "indicators:", "0.indicators",
                                          "Correct the id"),
    "a review of another quarter": (REVIEW, "quarter: 2024Q2", "quarter: 2024Q1", "quarter:", "quarter",
                                    "Correct its quarter"),
    "reviewed before the quarter's end": (REVIEW, "reviewed_on: 2024-08", "reviewed_on: 2024-05", "reviewed_on",
                                          "reviewed_on", "Correct one of the two"),
    "due before the review": (REVIEW, "due: 2024-10", "due: 2024-07", "due:", "indicators.0.due",
                              "Correct one of the two"),
    "an answer without a day": (REVIEW, "raised_by: B01", "raised_by: B01, answer: no", "answer: no",
                                "objections.0.answer", "Add the one that is missing"),
    "an answer before the objection": (
        REVIEW, "raised_by: B01", "raised_by: B01, answer: no, answered_on: 2024-08-01", "answered_on",
        "objections.0.answered_on", "Correct one of the two"),
    "the same objection twice": (REVIEW, OBJECTION, f"{OBJECTION}\n{OBJECTION}", "id: O1", "objections.1.id",
                                 "Give each entry an id of its own"),
    "due before opened": (ACTIONS, "due_on: 2024-06", "due_on: 2023-06", "due_on", "0.due_on",
                          "Correct one of the two"),
    "started before opened": (ACTIONS, "started_on: 2024-02", "started_on: 2023-02", "started_on", "0.started_on",
                              "Correct one of the two"),
    "done before started": (ACTIONS, "done_on: 2024-03-01", "done_on: 2024-01-20", "done_on", "0.done_on",
                            "Correct one of the two"),
    "chosen by a later quarter": (ACTIONS, "  window:", "  chosen_from: 2024Q2\n  window:", "chosen_from",
                                  "0.chosen_from", "Correct one of the two"),
    "a window before opened": (ACTIONS, "window: 2024Q2", "window: 2023Q2", "window", "0.window",
                               "Correct one of the two"),
    "a window of no quarter": (ACTIONS, "window: 2024Q2", "window: 2024Q5", "window", "0.window", "Correct the value"),
    "the same action twice": (ACTIONS, ACTION_AGAIN, ACTION_AGAIN * 2, "action_id", "1.action_id",
                              "Give each entry an id of its own"),
    "the same recommendation twice": (RECOMMENDATIONS, ADVICE_AGAIN, ADVICE_AGAIN * 2, "- id", "1.id",
                                      "Give each entry an id of its own"),
    "the same contest twice": (CONTESTS, CONTEST_AGAIN, CONTEST_AGAIN * 2, "contest_id", "1.contest_id",
                               "Give each entry an id of its own"),
    "decided before raised": (
        CONTESTS, "  claim: wrong file\n", "  claim: c\n  outcome: rejected\n  decided_on: 2024-09-01\n"
        "  decided_by: quality\n  reason: r\n", "decided_on", "0.decided_on", "Correct one of the two"),
    "two versions at once": (REGISTRY, VERSION_AGAIN, VERSION_AGAIN + VERSION_AGAIN.split("- id: nps")[0],
                             "effective_from", "2.effective_from", "End the older one"),
    "due in another century": (ACTIONS, "due_on: 2024", "due_on: 2204", "due_on", "0.due_on", "Correct one of the two"),
    "a window into another decade": (ACTIONS, "window: 2024Q2", "window: 2024Q2 to 2042Q2", "window", "0.window",
                                     "Correct one of the two"),
    "a unit on both sides": (ACTIONS, "  owner", "  comparison_units: [B01]\n  owner", "comparison",
                             "0.comparison_units", "Take it out of one"),
    "decided in another decade": (
        CONTESTS, "  claim: wrong file\n", "  claim: c\n  outcome: rejected\n  decided_on: 2042-09-11\n"
        "  decided_by: quality\n  reason: r\n", "decided_on", "0.decided_on", "Correct one of the two"),
    "due decades after the review": (REVIEW, "due: 2024", "due: 2054", "due:", "indicators.0.due", "Correct the date"),
    "reviewed in another decade": (REVIEW, "reviewed_on: 2024", "reviewed_on: 2042", "reviewed_on", "reviewed_on",
                                   "Correct the date"),
    "a width that sizes no sample": (PLAN, "nps: {weight", "nps: {half_width: 0.05, weight", "nps:",
                                     "indicators.nps.half_width", "Remove it, or set it on one of csat_top2_share"),
    "judged in another century": (PLAN, "as_of: 2024", "as_of: 2204", "as_of", "as_of", "Correct the date"),
    "the same milestone twice": (PLAN, "told_back:", "  - {name: audits complete, owner: sales, due: 2024-09-01}\n"
                                 "told_back:", "name: audits", "milestones.1.name", "Remove one, or rename it"),
    "unknown table, plan": (PLAN, "  surveys:", "  survey:", "survey:", "tables.survey", "Name one of staff"),
    "unknown mode, plan": (PLAN, "tables:", "modes: [fax]\ntables:", "fax", "modes.0", "Name some of questionnaire"),
    "unknown sample, plan": (PLAN, "tables:", "samples:\n  surveys.fax: {planned: 1}\ntables:", "surveys.fax",
                             "samples.surveys.fax", "Name it after the table"),
    "no such calendar": (SITE, "calendar: cn", "calendar: mars", "calendar", "calendar", "Choose one of cn, tw, uk"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_refused_with_its_line_key_and_remedy(refusal: Company, slip: str) -> None:
    name, old, new, mark, key, remedy = SLIPS[slip]
    assert FILES[name].count(old) == 1
    text = FILES[name].replace(old, new)
    said = refusal(name, text.encode())
    assert said.startswith(f"refused: {name}, row {row_of(text, mark)}, column {key}: ")
    assert remedy in said.partition(". ")[2]


def bomb(name: str) -> str:
    """Return the end of a file that would unfold to 10^9 words."""
    words = ["x: &x0 [" + ", ".join(["w"] * 10) + "]"]
    words += [f"x{level}: &x{level} [{', '.join([f'*x{level - 1}'] * 10)}]" for level in range(1, 9)]
    return "".join(f"{'- ' if name in LISTS else ''}{line}\n" for line in words)


def again(name: str) -> str:
    """Return the end of a file that gives a key a second value."""
    return f"- {FIRST_KEYS[name]}: x\n  {FIRST_KEYS[name]}: y\n" if name in LISTS else f"{FIRST_KEYS[name]}: y\n"


# what is wrong → what stands at the file's end, where the line is looked for, rule and remedy
UNREADABLE: dict[str, tuple[Callable[[str], str], str, str]] = {
    "a tab": (lambda name: "\tkey: value\n", "\tkey", r"found character '\\t' .* Indent with blanks"),
    "a bomb": (bomb, "&x1", r"aliases are not allowed\. Write out what the alias stands for"),
    "a key twice": (again, ": y", r"the key '\w+' stands twice\. Keep one of the two"),
    "an open bracket": (lambda name: "- [\n" if name in LISTS else "key: [\n", "[", r".*\. Mend the line"),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("defect", UNREADABLE)
def test_a_file_that_cannot_be_read_is_refused_with_its_line_and_remedy(
        refusal: Company, name: str, defect: str) -> None:
    end, mark, message = UNREADABLE[defect]
    text = FILES[name] + end(name)
    row = row_of(text, mark) + (defect == "an open bracket")  # shows on the line after
    assert re.match(rf"refused: {name}, row {row}: not valid YAML: {message}", refusal(name, text.encode()))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(("content", "message"), [
    (b"", r", row 1: the file is empty\. Write it after the model of another"),
    (b"# later\n", r", row 1: the file is empty\. Write it after the model of another"),
    (b"a word\n", r", row 1: input should be a valid .*\. Write (a list|keys with their values)"),
    (b"# \xa5\xad\n", r", row 1: not valid YAML: not UTF-8 text\. Save the file as UTF-8"),
    (b"#" * (MAX_BYTES + 1), r": the file is larger than a parameter file can be\. Keep data out of params"),
])
def test_what_is_no_such_file_at_all_is_refused(refusal: Company, name: str, content: bytes, message: str) -> None:
    assert re.match(rf"refused: {name}{message}", refusal(name, content))


@pytest.mark.parametrize("name", FILES)
def test_a_list_for_keys_and_keys_for_a_list_are_refused(refusal: Company, name: str) -> None:
    wrong, remedy = ("a: 1\n", "Write a list") if name in LISTS else ("- 1\n", "Write keys with their values")
    said = refusal(name, wrong.encode())
    assert said.startswith(f"refused: {name}, row 1: ")
    assert remedy in said
