"""Do the rule packs say what METHODS §5 says, and is a wrong rule refused with file and key?"""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from analysis.params.rules import Rule, load_rules, rules_in_force
from analysis.quarter import Quarter
from analysis.refusal import Refused
from analysis.tables import TABLES

SHIPPED = Path(__file__).parents[2] / "params" / "rules"
CONTRACT = {"complaints": ["received_at", "decided_at", "complexity", "approved_at"], "requests": ["opened_at"]}
RULE: dict[str, Any] = {
    "id": "xx.complaint.decide", "title": "Decide", "clause": "4.6", "jurisdiction": "xx", "force": "duty",
    "start": "complaints.received_at", "stop": "complaints.decided_at",
    "limits": [{"where": {"complexity": ["complex"]}, "days": 30}, {"days": 15}],
    "source": {"title": "A law", "article": "1"}, "effective_from": date(2020, 3, 1), "certainty": "high",
}


def write(directory: Path, *changes: dict[str, Any]) -> Path:
    rules = [deepcopy(RULE) | change for change in changes]
    (directory / "xx.yml").write_text(yaml.safe_dump(rules), encoding="utf-8")
    return directory


def rules(*jurisdictions: str) -> dict[str, Rule]:
    return {rule.id: rule for rule in load_rules(SHIPPED, jurisdictions)}


@pytest.mark.parametrize(("name", "expected"), [  # METHODS §5, row by row; (days or seconds, kind of day)
    ("cn.complaint.decide", [(30, "calendar"), (15, "calendar")]),
    ("cn.claim.decide", [(30, "calendar"), (5, "working")]),
    ("cn.claim.pay", [(10, "calendar")]),
    ("cn.claim.refuse_notice", [(3, "calendar")]),
    ("cn.claim.advance", [(60, "calendar")]),
    ("cn.life.policy_delivery", [(15, "working")]),
    ("cn.life.preservation", [(5, "working")]),
    ("tw.claim.pay", [(15, "calendar")]),
    ("tw.complaint.reply", [(30, "calendar")]),
    ("uk.complaint.summary", [(3, "working")]),
    ("uk.complaint.final", [(8 * 7, "calendar")]),
    ("industry.phone_answer", [(20, "calendar")]),
])
def test_shipped_limits_are_those_of_the_methods(name: str, expected: list[tuple[int, str]]) -> None:
    rule = rules(name.partition(".")[0])[name]
    assert [(limit.days or limit.seconds, limit.kind_of_day) for limit in rule.limits] == expected


def test_shipped_rules_read_only_columns_of_the_contract() -> None:
    contract = {name: table.columns for name, table in TABLES.items()}
    packs = [path.stem for path in SHIPPED.glob("*.yml")]
    assert {rule.jurisdiction for rule in load_rules(SHIPPED, packs, contract)} == set(packs)


def test_complaint_of_china_extends_to_sixty_days_at_most() -> None:
    rule = rules("cn")["cn.complaint.decide"]
    assert [rule.extended_days(limit) for limit in rule.limits] == [60, 45]
    assert set(rule.extension.requires) == {"complaints.extension_approved_at", "complaints.extension_notified_at"}


def test_limit_has_its_own_source_or_the_rules() -> None:
    complex_case, life = rules("cn")["cn.claim.decide"].limits
    assert (complex_case.source.title, complex_case.certainty) == ("中华人民共和国保险法", "high")
    assert ("2010年第4号" in life.source.title, life.certainty) == (True, "medium")


def test_only_law_is_a_duty() -> None:
    assert [one.id for one in rules("cn", "tw", "uk", "industry").values() if one.force != "duty"] == [
        "uk.complaint.summary", "industry.phone_answer"]


def test_stop_may_be_the_first_of_several(tmp_path: Path) -> None:
    directory = write(tmp_path, {"stop": ["complaints.decided_at", "complaints.approved_at"]})
    (rule,) = load_rules(directory, ["xx"], CONTRACT)
    assert rule.stop == ("complaints.decided_at", "complaints.approved_at")
    assert rule.columns == ("received_at", "decided_at", "approved_at", "complexity")


EXTENSION = {"requires": ["complaints.approved_at"], "days": 30, "at_most_days": 60}


@pytest.mark.parametrize(("change", "complaint"), [
    ({"limt": 3}, r"limt: there is no such key.*Remove it"),
    ({"effective_from": None}, "effective_from"),
    ({"certainty": "sure"}, "certainty"),
    ({"force": "must"}, "force"),
    ({"clause": "4"}, "clause"),
    ({"limits": []}, "limits"),
    ({"limits": [{"days": "15"}]}, r"limits.0.days"),
    ({"limits": [{"days": True}]}, r"limits.0.days"),
    ({"limits": [{"days": 0}]}, r"limits.0.days"),
    ({"limits": [{}]}, "either days or seconds"),
    ({"limits": [{"days": 1, "seconds": 20}]}, "either days or seconds"),
    ({"limits": [{"seconds": 20, "kind_of_day": "working"}]}, "not working days"),
    ({"limits": [{"days": 1, "kind_of_day": "bank"}]}, "kind_of_day"),
    ({"limits": [{"days": 15}, {"where": {"complexity": ["complex"]}, "days": 30}]}, "put it last"),
    ({"limits": [{"where": {"complexity": []}, "days": 30}]}, "where.complexity"),
    ({"id": "yy.complaint.decide"}, "does not begin with the jurisdiction"),
    ({"id": "yy.a", "jurisdiction": "yy"}, "yy.a.jurisdiction: the jurisdiction is not the name of the file"),
    ({"start": "received_at"}, "start"),
    ({"stop": "requests.opened_at"}, "not all of one table"),
    ({"effective_to": date(2019, 1, 1)}, "effective_to lies before"),
    ({"extension": EXTENSION | {"at_most_days": 20}}, "shorter than a limit"),
    ({"extension": EXTENSION, "limits": [{"seconds": 20}]}, "needs limits in days"),
    ({"share_target": 80}, "share_target"),
    ({"start": "complain.received_at", "stop": "complain.decided_at"}, "xx.complaint.decide.start: there is no table"),
    ({"stop": "complaints.decided_on"}, "has no column decided_on"),
    ({"where": {"branch": ["north"]}}, "has no column branch"),
])
def test_wrong_rule_is_refused_with_file_and_key(tmp_path: Path, change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(Refused, match=rf"xx\.yml.*{complaint}"):
        load_rules(write(tmp_path, change), ["xx"], CONTRACT)


def test_missing_pack_is_refused() -> None:
    with pytest.raises(Refused, match=r"atlantis\.yml: the file is missing"):
        load_rules(SHIPPED, ["atlantis"])


@pytest.mark.parametrize("ends", [None, date(2024, 7, 1), date(2030, 1, 1)])
def test_two_versions_on_one_day_are_refused(tmp_path: Path, ends: date | None) -> None:
    directory = write(tmp_path, {"effective_from": date(2024, 7, 1)}, {"effective_to": ends})
    with pytest.raises(Refused, match=r"xx\.yml.*effective_to: two versions of xx\.complaint\.decide"):
        load_rules(directory, ["xx"])


def test_pack_named_twice_is_read_once() -> None:
    assert rules("tw", "tw").keys() == rules("tw").keys()


@pytest.mark.parametrize(("quarter", "starts"), [
    ("2024Q1", [date(2020, 3, 1)]),
    ("2024Q3", [date(2020, 3, 1), date(2024, 8, 16)]),  # both, each for its own start days
    ("2024Q4", [date(2024, 8, 16)]),
    ("2019Q4", []),
])
def test_quarter_has_the_versions_in_force_on_its_days(tmp_path: Path, quarter: str, starts: list[date]) -> None:
    directory = write(tmp_path, {"effective_to": date(2024, 8, 15)}, {"effective_from": date(2024, 8, 16)})
    found = rules_in_force(load_rules(directory, ["xx"]), Quarter.parse(quarter))
    assert [rule.effective_from for rule in found] == starts


def test_rule_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        rules("cn")["cn.claim.pay"].clause = "1.1"
