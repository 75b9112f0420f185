"""Which English words stand for the codes in our tables?

Result tables hold codes and are never translated; a reader sees these words, through the catalogue. A code that is not
here (a branch, a product of the company) is shown as it is; a column head that is not here is made readable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType


def N_(text: str) -> str:  # gettext's own name for "collect this text, translate it later"
    """Mark a text for the catalogue and return it unchanged."""
    return text


def _frozen(**words: str) -> Mapping[str, str]:
    return MappingProxyType(words)


VERDICTS: Mapping[str, str] = MappingProxyType({
    "met": N_("met"), "not met": N_("not met"), "cannot tell": N_("cannot tell"), "no target": N_("no target"),
})
# Never by colour alone: the symbol says the same.
SYMBOLS: Mapping[str, str] = MappingProxyType({"met": "✓", "not met": "✗", "cannot tell": "?", "no target": "–"})

STATUSES: Mapping[str, str] = MappingProxyType({
    "ok": N_("ok"), "no data": N_("no data"), "not applicable": N_("not applicable"),
    "not estimable": N_("not estimable"), "suppressed": N_("suppressed"),
    "not yet evaluated": N_("not yet evaluated"), "no roster": N_("no roster"),
})

UNIT_TYPES = _frozen(
    company=N_("company"), department=N_("department"), service_line=N_("service line"), branch=N_("branch"),
    channel=N_("channel"), mode=N_("survey mode"), kind=N_("kind"), product=N_("product"), rule=N_("rule"),
    partner=N_("partner"), team=N_("team"), employee=N_("employee"), month=N_("month"), shift=N_("shift"),
)

UNITS = _frozen(
    sales=N_("Sales"), claims=N_("Claims"), consultation=N_("Consultation"), after_sales=N_("After-sales service"),
    questionnaire=N_("Questionnaire"), phone=N_("Telephone"), online=N_("Online"), counter=N_("Counter"),
    app=N_("App"), email=N_("E-mail"), human=N_("human"), bot=N_("bot"), none=N_("none"),
    simple=N_("simple"), complex=N_("complex"),
    life=N_("life insurance"), property=N_("property insurance"), health=N_("health insurance"),
    inquiry=N_("inquiry"), complaint=N_("complaint"), claim=N_("claim"), sale=N_("sale"),
    policy_change=N_("policy change"), first_response=N_("first response"), resolution=N_("resolution"),
    accuracy=N_("accuracy"), compliance=N_("compliance"), clause_information=N_("clause information"),
    claims_process=N_("claims process"), other=N_("other"), internal_rule=N_("internal rule"),
    industry_standard=N_("industry standard"), minor=N_("minor"), major=N_("major"), critical=N_("critical"),
    random=N_("random"), targeted=N_("targeted"), knowledge=N_("knowledge"), communication=N_("communication"),
    adaptability=N_("adaptability"), upheld=N_("upheld"), partly_upheld=N_("partly upheld"),
    not_upheld=N_("not upheld"), withdrawn=N_("withdrawn"), regulator=N_("regulator"), ombudsman=N_("ombudsman"),
    media=N_("media"), day=N_("day"), evening=N_("evening"), night=N_("night"), early=N_("early"), late=N_("late"),
    validated=N_("validated"), quarantined=N_("quarantined"), excluded=N_("excluded"), superseded=N_("superseded"),
    effective=N_("effective"), harmful=N_("harmful"), open=N_("open"), closed=N_("closed"), done=N_("done"),
    overdue=N_("overdue"), planned=N_("planned"), under_way=N_("under way"), running=N_("running"),
    duty=N_("duty"), convention=N_("convention"), option=N_("option"),
    customer_service=N_("Customer service department"), quality=N_("Quality management department"),
    training=N_("Training"), management=N_("Management"),
)

# The same code may be a department, a service line and a table; where a column or row says which, this is it.
DEPARTMENTS = _frozen(
    customer_service=N_("Customer service department"), quality=N_("Quality management department"),
    training=N_("Training department"), management=N_("Management"), compliance=N_("Compliance department"),
    claims=N_("Claims department"), sales=N_("Sales department"),
)
DEPARTMENT_COLUMNS = frozenset({"owner", "owner_department", "department"})

TABLES = _frozen(
    requests=N_("Service requests"), surveys=N_("Surveys"), complaints=N_("Complaints"), audits=N_("Audits"),
    assessments=N_("Assessments"), staff=N_("Staff"), partners=N_("Partners"), population=N_("Customers by category"),
    benchmarks=N_("Benchmarks"), exposures=N_("Volume of business"), feedback=N_("Feedback"),
)

SUSPICIONS = _frozen(
    truncation=N_("file cut short"), short_row=N_("rows with cells missing"), mojibake=N_("garbled text"),
    mangled_id=N_("ids turned into numbers"), order_of_events=N_("event before the opening"),
    unknown_employee=N_("employee on no roster"), unknown_reference=N_("reference to a row that is not there"),
    empty_week=N_("weeks without a row"), volume=N_("unusual number of rows"), scale_drift=N_("mean out of its range"),
)

# Columns whose texts are the company's own: never looked up, even where one of them is also a code of ours.
OWN_WORDS = frozenset({"theme", "cause", "product", "item", "team", "milestone", "answer", "decision", "reason"})
# What an empty cell of these columns stands for.
EMPTY = _frozen(facet=N_("all facets"), criterion=N_("all criteria"), product=N_("all products"),
                theme=N_("(not coded)"))

COLUMNS = _frozen(
    indicator=N_("Indicator"), unit_type=N_("Level"), unit=N_("Unit"), event=N_("Event"), n=N_("n"),
    estimate=N_("Estimate (95% interval)"), target=N_("Target"), verdict=N_("Verdict"), status=N_("Status"),
    method=N_("Method"), clause=N_("Clause"), evidence=N_("Evidence"), rule=N_("Rule"), table=N_("Table"),
    source=N_("Source"), certainty=N_("Certainty"), limit=N_("Limit"), title=N_("Title"), note=N_("Note"),
    definition=N_("Definition"), formula=N_("Formula"), interpretation=N_("How to read it"), owner=N_("Owner"),
    owner_department=N_("Owner"), direction=N_("Better when"), minimum_n=N_("Minimum n"), month=N_("Month"),
    quarter=N_("Quarter"), action_id=N_("Action"), problem_id=N_("Problem"), opened_on=N_("Opened on"),
    due_on=N_("Due on"), started_on=N_("Started on"), done_on=N_("Done on"), decision=N_("Decision"),
    received=N_("Received"), validated=N_("Validated"), quarantined=N_("Quarantined"), excluded=N_("Excluded"),
    superseded=N_("Superseded"), column=N_("Column"), rows=N_("Rows"), reason=N_("Reason"), check=N_("Check"),
    rank=N_("Order"), gap=N_("Gap to target"), customers=N_("Customers affected"), tier=N_("Tier"),
    employee_id=N_("Employee"), partner_id=N_("Partner"), branch=N_("Branch"), department=N_("Department"),
    service_line=N_("Service line"), mode=N_("Survey mode"), kind=N_("Kind"), product=N_("Product"),
    cause=N_("Cause"), count=N_("Count"), weight=N_("Weight"), milestone=N_("Milestone"), due=N_("Due"),
    done=N_("Done"), name=N_("Name"), meaning=N_("Meaning"), file=N_("File"), covers=N_("Covers"),
    expected_effect=N_("Expected effect"), units=N_("Units"), criterion=N_("Criterion"), severity=N_("Severity"),
    low=N_("Lower bound"), high=N_("Upper bound"), level=N_("Confidence"), facet=N_("Facet"),
    theme=N_("Theme"), channel=N_("Channel"), state=N_("State"), sample=N_("Sample"), planned=N_("Planned"),
    actual=N_("Collected"), reached=N_("Reached"), delivery=N_("Delivery"), blanked=N_("Blanked"),
    reasons=N_("Rules broken"), suspicions=N_("Suspicions"), target_source=N_("Source of the target"),
    effective_from=N_("In force from"), gap_near=N_("Gap that is certain"), tests=N_("Tests"),
    effective_to=N_("In force until"), action=N_("Action"), duty=N_("Duty"), judged_by=N_("Judged by"),
    question=N_("Question"), why=N_("Why"), window=N_("Window"), item=N_("Item"), sampling=N_("Sampling"),
    jurisdiction=N_("Jurisdiction"), start=N_("Starts with"), stop=N_("Stops with"), pause=N_("Pause"),
    extension=N_("Extension"), alarm=N_("Alarm"), appeal=N_("Appeal"), assessors=N_("Assessors"),
    compared_with=N_("Compared with"), comparison_units=N_("Comparison units"), detectable=N_("Smallest change seen"),
    enough_evidence=N_("Enough evidence"), not_enough_evidence=N_("Not enough evidence"), exempt=N_("Exempt"),
    no_roster=N_("On no roster"), force=N_("Force"), in_limit=N_("In limit"), missed=N_("Missed"),
    not_yet_due=N_("Not yet due"), withdrawn=N_("Withdrawn"), invitations=N_("Invitations"),
    measured_by=N_("Measured by"), missing=N_("Missing"), n_before=N_("n before"), on=N_("Told on"),
    permitted_use=N_("Permitted use"), still_waiting=N_("Still waiting"), share=N_("Share"), answer=N_("Answer"),
    answered=N_("Answered"), actioned=N_("Turned into measures"), checked=N_("Checked"), failed=N_("Failed"),
    family=N_("Family"), closed=N_("Closed"), open=N_("Open"), decided=N_("Decided"), extended=N_("Extended"),
    reopened=N_("Reopened"), escalated=N_("Escalated"), overturned=N_("Overturned"), repeats=N_("Repeats"),
    redressed=N_("Redressed"), reviewed_by=N_("Reviewed by"), reviewed_on=N_("Reviewed on"),
    exposure=N_("Exposure"), dispersion=N_("Dispersion"), p_worse=N_("p (worse)"),
    p_adjusted=N_("p (adjusted)"), topic=N_("Topic"), team=N_("Team"), people=N_("People"), role=N_("Role"),
)

WORDS: Mapping[str, str] = MappingProxyType({
    **TABLES, **SUSPICIONS, **UNITS, **UNIT_TYPES, **STATUSES, **VERDICTS,
    "evaluated-later": N_("enough evidence"), "not enough evidence": N_("not enough evidence"),
    "done late": N_("done late"), "higher": N_("higher"), "lower": N_("lower"), "not shown": N_("not shown"),
    "needs support": N_("needs support"), "cannot be distinguished": N_("cannot be distinguished"),
    "strong": N_("strong"), "high": N_("high"), "medium": N_("medium"), "low": N_("low"),
})

# The reasons of "not estimable: …", their numbers as places; ``pattern`` makes the same of a reason that was given.
REASONS = (
    N_("no answers"), N_("no cases"), N_("fewer than {0} answers"), N_("fewer than {0} cases"),
    N_("fewer than {0} answers off the mode"), N_("fewer than {0} clusters"), N_("no variation between clusters"),
    N_("no variation between sampling units"), N_("no more sampling units than strata"), N_("no exposure"),
    N_("the dispersion is unknown"), N_("not reached by {0}"), N_("upper limit not reached by {0}"),
    N_("no case was followed to {0}"), N_("the method gives no finite interval"), N_("fewer than {0} people"),
)

# What else is put together in English where no mark reaches it: limits and their conditions, rules on rows, windows.
GENERATED = (
    N_("{0} calendar days"), N_("{0} working days"), N_("{0} seconds"), N_("extended by {0} days to at most {1}"),
    N_("complex yes"), N_("class life"), N_("complexity complex"), N_("a key stands once in a delivery"),
    N_("a row has as many cells as the header"), N_("{0}Q{1} to {2}Q{3}"), N_("plan of {0}Q{1}"),
    N_("silent mode: invitations without an answer"), N_("planned mode not used"),
    N_("Call-centre industry convention, {0} % of calls within {1} seconds"),
)

NUMERAL = re.compile(r"\d+(?:[.,]\d+)*")


def readable(code: str) -> str:
    """Return a code as English words: ``median_hours`` becomes ``Median hours``."""
    words = code.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def pattern(text: str) -> tuple[str, list[str]]:
    """Return a text with its numbers replaced by ``{0}``, ``{1}`` …, and the numbers: one message for all counts."""
    numbers = NUMERAL.findall(text)
    places = iter(range(len(numbers)))
    safe = text.replace("{", "{{").replace("}", "}}")
    return NUMERAL.sub(lambda _: f"{{{next(places)}}}", safe), numbers
