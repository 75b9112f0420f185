"""How does a cell read whose text we put together from codes, rules and numbers?

Result tables hold such texts in English: ``complex yes: 30 calendar days; class life: 5 working days``. Which column
holds which kind is fixed here; any other text is a code, a generated sentence, or the company's own words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from analysis.wording import terms
from analysis.wording.sentences import PARTS, Wording

ALTERNATIVES = " / "
LISTED = ", "
OTHERWISE, EXEMPT = "otherwise ", "exempt: "
REASON = re.compile(r"(?P<column>[\w+]*): (?P<rule>.*?) \((?P<rows>\d+)\)(?:; |$)")
SUSPICION = re.compile(r"(?P<suspicion>\w+)(?: (?P<column>\w+))? \((?P<rows>\d+)\)(?:; |$)")
SIGNED = re.compile(r"[+-]\d+(?:\.\d+)?")
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
PROBLEM = re.compile(r"(?P<indicator>\w+):(?P<unit_type>\w+):(?P<unit>[^:]+)(?::(?P<event>\w+))?")


def cell(row: Mapping[str, Any], name: str, say: Wording) -> str:
    """Return the text in column ``name`` of ``row`` as a reader sees it; not escaped."""
    text = str(row[name])
    if not text:
        return say(terms.EMPTY.get(name, ""))
    if name in terms.OWN_WORDS:
        return text
    if name in terms.DEPARTMENT_COLUMNS or (name == "unit" and row.get("unit_type") == "department"):
        return say.department(text)
    if name == "expected_effect":
        return effect(text, str(row.get("indicator") or row.get("measured_by") or ""), say)
    return COMPOSED.get(name, _term)(text, say)


def _term(text: str, say: Wording) -> str:
    return say.term(text)


def limits(text: str, say: Wording) -> str:
    """Return the limits of a rule, each with its condition: "complex yes: 30 calendar days; otherwise 15 …"."""
    return say("; ").join(_limit(one, say) for one in text.split(PARTS))


def _limit(text: str, say: Wording) -> str:
    condition, colon, amount = text.rpartition(": ")
    if colon:
        return say("{condition}: {limit}", condition=say.phrase(condition), limit=say.phrase(amount))
    if text.startswith(OTHERWISE):
        return say("otherwise {limit}", limit=say.phrase(text.removeprefix(OTHERWISE)))
    return say.phrase(text)


def reasons(text: str, say: Wording) -> str:
    """Return the rules that rows broke: "column: rule (rows)"; a rule may itself hold "; "."""
    found = [say("{column}: {rule} ({rows})", column=one["column"], rule=say.phrase(one["rule"]), rows=one["rows"])
             for one in REASON.finditer(text)]
    return say("; ").join(found) or text


def suspicions(text: str, say: Wording) -> str:
    """Return what looks suspect: "suspicion column (rows)"."""
    found = [say("{suspicion} ({rows})", suspicion=" ".join(filter(None, [say.term(one["suspicion"]), one["column"]])),
                 rows=one["rows"]) for one in SUSPICION.finditer(text)]
    return say("; ").join(found) or text


def alternatives(text: str, say: Wording) -> str:
    """Return several values of one row: "high / medium"."""
    return ALTERNATIVES.join(say.term(one) for one in text.split(ALTERNATIVES))


def problem(text: str, say: Wording) -> str:
    """Return the id of a problem, "indicator:level:unit:event", as title, event and place."""
    found = PROBLEM.fullmatch(text)
    if found is None or found["unit_type"] not in terms.UNIT_TYPES:
        return text
    title = say.title(found["indicator"])
    if found["event"]:
        title = say("{title} ({event})", title=title, event=say.term(found["event"]))
    return say("{title}, {place}", title=title, place=say.place(found.groupdict()))


def sample(text: str, say: Wording) -> str:
    """Return a sample of the plan, "table" or "table.part", as table and part."""
    table, _, part = text.partition(".")
    return say("{caption}: {title}", caption=say.term(table), title=say.term(part)) if part else say.term(table)


def subject(text: str, say: Wording) -> str:
    """Return an indicator as its title, or the id of a problem as `problem` does."""
    return say.title(text) if IDENTIFIER.fullmatch(text) else problem(text, say)


def titles(text: str, say: Wording) -> str:
    """Return the titles of several indicators: "id, id"."""
    return say("; ").join(say.title(one) for one in text.split(LISTED))


def effect(text: str, indicator: str, say: Wording) -> str:
    """Return a signed change, "+0.05" or "-8", in the unit of its indicator; shares change by percentage points."""
    if not SIGNED.fullmatch(text):
        return text
    sign, amount = "−" if text[0] == "-" else text[0], float(text[1:])
    if say.unit(indicator) == "share":
        return say("{points} percentage points", points=sign + say.number(100 * amount, 1))
    return sign + say.value(amount, indicator)


def evidence(text: str, say: Wording) -> str:
    """Return how much is known of a person; the reason of an exemption is the company's own."""
    if text.startswith(EXEMPT):
        return say("exempt: {reason}", reason=text.removeprefix(EXEMPT))
    return say.term(text)


COMPOSED: Mapping[str, Callable[[str, Wording], str]] = MappingProxyType({
    "limit": limits, "reasons": reasons, "suspicions": suspicions, "certainty": alternatives, "source": alternatives,
    "what_changed": alternatives,
    "problem_id": problem, "evidence": evidence, "missing": titles,
    "measured_by": titles, "concerns": subject, "sample": sample,
})
