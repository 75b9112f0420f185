"""Is a name outside the contract refused wherever the parameters may use one?"""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from analysis.refusal import Refused
from analysis.sources.vocabulary import refuse_unknown_names


def test_an_expected_table_is_one_of_the_contract(company: Any) -> None:
    company.plan(tables={"reqests": {}})
    with pytest.raises(Refused,
                       match=r"^2024Q3.yml, row \d+, column tables.reqests: there is no table reqests. Name one of"):
        refuse_unknown_names(company.load())


def test_a_mapped_table_is_one_of_the_contract(company: Any) -> None:
    company.sources(reqests={})
    with pytest.raises(Refused, match=r"^sources.yml, row \d+, column tables.reqests: there is no table"):
        refuse_unknown_names(company.load())


@pytest.mark.parametrize("key", ["columns", "constants", "values", "missing", "separators", "formats"])
def test_a_mapped_column_is_one_of_its_table(company: Any, key: str) -> None:
    value = {"values": {"a": "b"}, "missing": ["a"]}.get(key, "a")
    company.sources(requests={key: {"opend_at": value}})
    with pytest.raises(Refused,
                       match=r"^sources.yml, row \d+, column tables.requests: the table requests has no column"):
        refuse_unknown_names(company.load())


@pytest.mark.parametrize(("plan", "message"), [
    ({"modes": ["phone", "fax"]}, "modes.1: there is no such survey mode. Name some of questionnaire, phone, online"),
    ({"samples": {"audit": {"planned": 1}}}, "samples.audit: there is no table audit. Name one of staff"),
    ({"samples": {"audits.sale": {"planned": 1}}},
     "samples.audits.sale: the table audits has no sample of this name. Name it after the table, with one of sales, t"),
    ({"samples": {"surveys.phone": {"planned": 1}}}, "samples.surveys.phone: .* with one of sales after a point"),
    ({"samples": {"training.sales": {"planned": 1}}}, "samples.training.sales: .* Name it after the table alone"),
])
def test_a_sample_and_a_mode_of_the_plan_are_known(company: Any, plan: dict[str, Any], message: str) -> None:
    company.plan(**plan)
    with pytest.raises(Refused, match=rf"^2024Q3.yml, row \d+, column {message}"):
        refuse_unknown_names(company.load())


def test_a_sample_may_be_of_a_mode_a_line_or_what_was_suspected(company: Any) -> None:
    names = ("surveys", "surveys.phone", "surveys.sales", "audits.sales", "audits.targeted", "training")
    company.plan(modes=["phone"], samples={name: {"planned": 1} for name in names})
    refuse_unknown_names(company.load())


def test_a_rule_runs_between_columns_of_the_contract(company: Any) -> None:
    rule = {"id": "xx.a.b", "title": "t", "clause": "4.2", "jurisdiction": "xx", "force": "duty", "certainty": "high",
            "start": "requests.opened_at", "stop": "requests.ended_at", "limits": [{"days": 3}],
            "source": {"title": "t", "article": "1"}, "effective_from": "2020-01-01"}
    (company.params / "rules").mkdir()
    (company.params / "rules" / "xx.yml").write_text(yaml.safe_dump([rule]))
    company.site(jurisdictions=["xx"])
    with pytest.raises(Refused, match=r"^xx.yml, column xx.a.b: the table requests has no column ended_at"):
        refuse_unknown_names(company.load())


def test_names_of_the_contract_pass(company: Any) -> None:
    company.plan(tables={"requests": {}})
    company.sources(requests={"columns": {"opened_at": "時間"}})
    company.site(jurisdictions=["cn", "tw", "uk"])
    refuse_unknown_names(company.load())
