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


def frozen(**words: str) -> Mapping[str, str]:
    """Return words by code; nobody can change them."""
    return MappingProxyType(words)


VERDICTS: Mapping[str, str] = MappingProxyType({
    "met": N_("met"), "not met": N_("not met"), "cannot tell": N_("cannot tell"), "no target": N_("no target"),
})
# Never by colour alone: the symbol says the same.
SYMBOLS: Mapping[str, str] = MappingProxyType({"met": "✓", "not met": "✗", "cannot tell": "?", "no target": "–"})

# States, effects and changes that look like a verdict: a duty done or left undone, for the better or for the worse.
LOOKS: Mapping[str, str] = MappingProxyType({
    "reviewed": "met", "not reviewed": "not met", "overdue": "not met", "fewer than needed": "not met",
    "effective": "met", "harmful": "not met", "better": "met", "worse": "not met",
})

STATUSES: Mapping[str, str] = MappingProxyType({
    "ok": N_("ok"), "no data": N_("no data"), "not applicable": N_("not applicable"),
    "not estimable": N_("not estimable"), "suppressed": N_("suppressed"),
    "not applicable: complaints are counted, not scored case by case":
        N_("not applicable: complaints are counted, not scored case by case"),
    "not yet evaluated": N_("not yet evaluated"), "no roster": N_("no roster"),
})

UNIT_TYPES = frozen(
    company=N_("company"), department=N_("department"), service_line=N_("service line"), branch=N_("branch"),
    channel=N_("channel"), mode=N_("survey mode"), kind=N_("kind"), product=N_("product"), rule=N_("rule"),
    partner=N_("partner"), team=N_("team"), employee=N_("employee"), month=N_("month"), shift=N_("shift"),
)

UNITS = frozen(
    sales=N_("Sales"), claims=N_("Claims"), consultation=N_("Consultation"), after_sales=N_("After-sales service"),
    questionnaire=N_("Questionnaire"), phone=N_("Telephone"), online=N_("Online"), counter=N_("Counter"),
    app=N_("App"), email=N_("E-mail"), human=N_("human"), bot=N_("bot"), none=N_("none"),
    simple=N_("simple"), complex=N_("complex"),
    life=N_("life insurance"), property=N_("property insurance"), health=N_("health insurance"),
    inquiry=N_("inquiry"), complaint=N_("complaint"), claim=N_("claim"), sale=N_("sale"),
    performance=N_("Performance"), mix=N_("Mix"),
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
    reliability=N_("Reliability"), responsiveness=N_("Responsiveness"), assurance=N_("Assurance"),
    empathy=N_("Empathy"), tangibles=N_("Tangibles"), segment=N_("customer segment"), waiting=N_("waiting"),
    speed=N_("speed"), explanation=N_("explanation"), attitude=N_("attitude"), paperwork=N_("paperwork"),
    reachability=N_("reachability"), progress=N_("news of progress"), price=N_("price"), answered=N_("answered"),
    rated=N_("rated overall"), commented=N_("with a comment"), satisfied=N_("satisfied"), possible=N_("possible"),
    impossible=N_("impossible"), all=N_("all"),
)

# The same code may be a department, a service line and a table; where a column or row says which, this is it.
DEPARTMENTS = frozen(
    customer_service=N_("Customer service department"), quality=N_("Quality management department"),
    training=N_("Training department"), management=N_("Management"), compliance=N_("Compliance department"),
    claims=N_("Claims department"), sales=N_("Sales department"),
)
DEPARTMENT_COLUMNS = frozenset({"owner", "owner_department", "department", "raised_by"})

TABLES = frozen(
    requests=N_("Service requests"), surveys=N_("Surveys"), complaints=N_("Complaints"), audits=N_("Audits"),
    assessments=N_("Assessments"), staff=N_("Staff"), partners=N_("Partners"), population=N_("Customers by category"),
    benchmarks=N_("Benchmarks"), exposures=N_("Volume of business"), feedback=N_("Feedback"),
)

SUSPICIONS = frozen(
    truncation=N_("file cut short"), short_row=N_("rows with cells missing"), mojibake=N_("garbled text"),
    mangled_id=N_("ids turned into numbers"), order_of_events=N_("event before the opening"),
    unknown_employee=N_("employee on no roster"), unknown_reference=N_("reference to a row that is not there"),
    empty_week=N_("weeks without a row"), volume=N_("unusual number of rows"), scale_drift=N_("mean out of its range"),
)

# Columns whose texts are the company's own: never looked up, even where one of them is also a code of ours.
OWN_WORDS = frozenset({"theme", "cause", "product", "item", "team", "milestone", "answer", "decision", "reason", "text",
                       "official_name"})
# What an empty cell of these columns stands for.
EMPTY = frozen(facet=N_("all facets"), criterion=N_("all criteria"), family=N_("both families"), item=N_("all items"),
                product=N_("all products"),
                theme=N_("(not coded)"))

WORDS: Mapping[str, str] = MappingProxyType({
    **TABLES, **SUSPICIONS, **UNITS, **UNIT_TYPES, **STATUSES, **VERDICTS,
    "all auditors": N_("all auditors"), "without stand-outs": N_("without those who stand out"),
    "enough evidence": N_("enough evidence"), "not enough evidence": N_("not enough evidence"),
    "alarm": N_("alarm"), "no alarm": N_("no alarm"), "with agency": N_("all complaints"),
    "without agency": N_("without those of paid agents"), "agency alone": N_("those of paid agents"),
    "CN": N_("China"), "UK, FCA": N_("United Kingdom (FCA)"), "US, NAIC": N_("United States (NAIC)"),
    "monthly alarm, company": N_("monthly alarm, company"), "monthly alarm, products": N_("monthly alarm, products"),
    "CUSUM, company": N_("CUSUM, company"), "CUSUM, products": N_("CUSUM, products"),
    "control charts": N_("control charts"), "funnel of branch": N_("funnel of branches"),
    "funnel of partner": N_("funnel of partners"), "yes": N_("yes"), "no": N_("no"),
    "beyond chance": N_("beyond chance"), "no larger than chance": N_("no larger than chance"),
    "to be looked into": N_("to be looked into"), "nothing unusual": N_("nothing unusual"),
    "done late": N_("done late"), "better": N_("better"), "worse": N_("worse"),
    "higher": N_("higher"), "lower": N_("lower"), "not shown": N_("not shown"), "within chance": N_("within chance"),
    "needs support": N_("needs support"), "cannot be distinguished": N_("cannot be distinguished"),
    "appraisal": N_("appraisal"), "coaching only": N_("coaching only"), "below": N_("below"), "above": N_("above"),
    "differs from the colleagues beyond chance": N_("differs from the colleagues beyond chance"),
    "reliable, in a group that differs": N_("reliable, in a group that differs"),
    "cannot be told from the colleagues": N_("cannot be told from the colleagues"),
    "the whole branch stands out": N_("the whole branch stands out"),
    "auditors agree too little for use on people": N_("auditors agree too little for use on people"),
    "differences between persons are no larger than chance":
        N_("differences between persons are no larger than chance"),
    "reliability below 0.7": N_("reliability below 0.7"), "depends": N_("depends"), "tenure": N_("tenure"),
    "fewer than 8 people in the same job": N_("fewer than 8 people in the same job"),
    "nothing": N_("nothing"), "the coarsest cells": N_("the coarsest cells"),
    "the finest cells": N_("the finest cells"), "rows delivered since": N_("rows delivered since"),
    "rows that were set aside": N_("rows that were set aside"), "set aside": N_("set aside"),
    "counts again": N_("counts again"), "not yet considered": N_("not yet considered"),
    "case not found among those counted": N_("case not found among those counted"),
    "the third given the hardest": N_("the third given the hardest"),
    "the third given the easiest": N_("the third given the easiest"),
    "moved within interval": N_("moved within interval"),
    "moved beyond interval": N_("moved beyond interval"),
    "other cases or none": N_("other cases or none"), "quarter": N_("quarter"),
    "year": N_("year"), "change of the year": N_("change of the year"), "milestone": N_("milestone"),
    "measure": N_("measure"), "decision": N_("decision"),
    "its window still runs": N_("its window still runs"),
    "reviewed": N_("reviewed"), "not reviewed": N_("not reviewed"), "no due day": N_("no due day"),
    "no decision": N_("no decision"), "indicator": N_("indicator"), "problem": N_("problem"),
    "effective": N_("effective"), "harmful": N_("harmful"), "units declared": N_("units declared"),
    "can be shown": N_("can be shown"), "cannot be shown: too few units": N_("cannot be shown: too few units"),
    "cannot be shown: expected effect below what can be seen":
        N_("cannot be shown: expected effect below what can be seen"),
    "decision recorded": N_("decision recorded"), "no decision recorded": N_("no decision recorded"),
    "definition": N_("definition"), "formula": N_("formula"), "minimum n": N_("minimum n"), "clock": N_("clock"),
    "cases": N_("cases"), "limits": N_("limits"), "extension": N_("extension"), "force": N_("binding force"),
    "wording": N_("wording"), "unit": N_("unit"), "target": N_("target"), "owner": N_("owner"), "new": N_("new"),
    "direction": N_("direction"), "source": N_("source"), "clause": N_("clause"), "certainty": N_("certainty"),
    "own indicators": N_("own indicators"), "its service line": N_("its service line"),
    "owns no indicator": N_("owns no indicator"), "enough": N_("enough"), "fewer than needed": N_("fewer than needed"),
    "half-width": N_("half-width"), "detectable change": N_("change between two quarters"),
    "half-width (default)": N_("half-width (default)"),
    "not drawn to tell a share": N_("not drawn to tell a share"),
    "units with it": N_("units with it"), "units without": N_("units without"), "before": N_("before"),
    "chosen": N_("before, chose the units"), "after": N_("with the measure"),
    "not shown: too few units": N_("not shown: too few units"), "none: before and after": N_("none: before and after"),
    "all units without a measure": N_("all units without a measure"),
    "the whole interval is on the bad side of 0": N_("the whole interval is on the bad side of 0"),
    "the whole interval is on the good side of 0 and the effect as large as registered":
        N_("the whole interval is on the good side of 0 and the effect as large as registered"),
    "better than before, by less than registered": N_("better than before, by less than registered"),
    "an effect as large as registered is ruled out": N_("an effect as large as registered is ruled out"),
    "the interval holds both no effect and one as large as registered":
        N_("the interval holds both no effect and one as large as registered"),
    "unlike the colleagues": N_("unlike the colleagues"), "like the colleagues": N_("like the colleagues"),
    "pending": N_("pending"), "rejected": N_("rejected"), "unknown": N_("unknown"),
    "not satisfied": N_("not satisfied"), "everybody answered": N_("everybody answered"),
    "raked to the customers": N_("raked to the customers"), "sampling weights": N_("sampling weights"),
    "equal weights": N_("equal weights"), "as published": N_("as published"),
    "from the mix of modes": N_("from the mix of modes"), "with the same modes": N_("with the same modes"),
    "all asked alike": N_("all asked alike"),
    "stricter": N_("stricter"), "milder": N_("milder"), "need": N_("training needed"),
    "people": N_("people and trends"), "trends only": N_("trends only"),
    "falls short": N_("falls short"),
    "strong": N_("strong"), "high": N_("high"), "medium": N_("medium"), "low": N_("low"),
})

# The reasons of "not estimable: …", their numbers as places; ``pattern`` makes the same of a reason that was given.
REASONS = (
    N_("no answers"), N_("no cases"), N_("fewer than {0} answers"), N_("fewer than {0} cases"),
    N_("fewer than {0} answers off the mode"), N_("fewer than {0} clusters"), N_("no variation between clusters"),
    N_("no variation between sampling units"), N_("no more sampling units than strata"), N_("no exposure"),
    N_("the dispersion is unknown"), N_("not reached by {0}"), N_("upper limit not reached by {0}"),
    N_("no case was followed to {0}"), N_("the method gives no finite interval"), N_("fewer than {0} people"),
    N_("less than {0}% of the weight is present"),
    N_("fewer than {0} answers in a group"), N_("fewer than {0} answers of either kind over both groups"),
    N_("fewer than {0} answers of either kind in a group"), N_("no stratum with answers in both groups"),
    N_("fewer than {0} audits in a group"), N_("fewer than {0} units with a figure"), N_("fewer than {0} persons"),
    N_("the effects lie closer together than chance allows"), N_("fewer than {0} earlier cases"),
    N_("no earlier case was followed from the age to the limit"), N_("no variation of scores within persons and cells"),
    N_("no persons"), N_("the company's figure has an interval of no width"),
    N_("fewer than {0} months of baseline"), N_("no months of baseline"), N_("no events in the baseline"),
    N_("the baseline does not show every season"), N_("fewer than {0} complaints in the baseline"),
    N_("the counts are too large for a limit"), N_("fewer than {0} months"), N_("no months"), N_("no events"),
    N_("no more months than terms"), N_("fewer than {0} units"), N_("fewer than {0} events in all units"),
    N_("no event in any unit"), N_("fewer than {0} baseline points"), N_("no variation in the baseline"),
    N_("fewer than {0} raters"), N_("fewer than {0} ratings shared with others"), N_("nobody to compare with"),
    N_("not comparable with the others (no shared cell)"), N_("no more scores than parameters"),
    N_("fewer than {0} checks rated by two or more"), N_("no checks rated by two or more"),
    N_("no variation: all ratings are equal"), N_("no disagreement to judge the uncertainty by"),
    N_("one check makes up the disagreement"), N_("fewer than {0} checks with a rating off the most frequent value"),
    N_("fewer than {0} findings"), N_("no findings"),
    N_("no cell has two raters and both passes and failures"), N_("fewer than {0} disputes"), N_("no disputes"),
    N_("reliability may be {0}: no number of audits is known to be enough"),
    N_("reliability may be {0}: no number of auditors is known to be enough"),
    N_("reliability may be {0}: no number of assessments is known to be enough"),
    N_("fewer than {0} employees"), N_("fewer than {0} assessments"), N_("the employees do not differ"),
    N_("fewer than {0} employees off the most frequent value"), N_("fewer than {0} audits"),
    N_("no events to compare with"), N_("fewer than {0} earlier quarters known twice"),
    N_("no complete answers"), N_("fewer than {0} complete answers"),
    N_("fewer than {0} effective answers per driver"), N_("one answer category only"), N_("the column is constant"),
    N_("rises and falls exactly with other dimensions"), N_("the dimensions tell the answers apart without error"),
    N_("no complete respondents"), N_("fewer than {0} complete respondents"),
    N_("the sum of the items does not vary"),
    N_("not enough evidence"), N_("differences between persons are no larger than chance"),
    N_("too few units: the smallest attainable p is {0}"), N_("no comparison units"), N_("no variation between units"),
    N_("fewer than {0} figures before beyond unit and period effects"),
    N_("no quarter before but those that chose the units"), N_("no treated units seen before and after"),
    N_("no comparison units seen before and after"), N_("no treated units"),
    N_("no periods before the measure, or none with it"),
    N_("reliability below {0}"), N_("fewer than {0} people in the same job"), N_("no complaint was upheld"),
    N_("too much of the weight has not enough evidence"), N_("fewer than {0} people with a composite"),
    N_("no composite may be used on persons"), N_("fewer than {0} categories"), N_("fewer than {0} tests"),
    N_("fewer than {0} trained people"), N_("fewer than {0} people not trained"),
    N_("not comparable with the others (no shared kind of case)"),
    N_("nobody to compare with"), N_("no more scores than parameters"), N_("fewer than {0} comparable persons"),
    N_("no comparable persons"), N_("the effects lie closer together than chance allows"),
    N_("fewer than {0} persons with an event"), N_("nothing was expected"),
    N_("differences between partners are no larger than chance"), N_("fewer than {0} comparable partners"),
    N_("fewer than {0} partners with an event"), N_("fewer than {0} partners"),
    N_("fewer than {0} checks"), N_("no checks"), N_("fewer than {0} complaints"), N_("no complaints"),
    N_("fewer than {0} messages"), N_("no messages"), N_("fewer than {0} invitations"), N_("no invitations"),
    N_("fewer than {0} comments"), N_("no comments"),
    N_("fewer than {0} checks in a group"), N_("fewer than {0} cases in a group"),
    N_("fewer than {0} checks of either kind over both groups"), N_("fewer than {0} checks of either kind in a group"),
    N_("fewer than {0} cases of either kind over both groups"), N_("fewer than {0} cases of either kind in a group"),
    N_("no stratum with checks in both groups"), N_("no stratum with cases in both groups"),
)

# What else is put together in English where no mark reaches it: limits and their conditions, rules on rows, windows.
GENERATED = (
    N_("{0} calendar days"), N_("{0} working days"), N_("{0} seconds"), N_("extended by {0} days to at most {1}"),
    N_("complex yes"), N_("class life"), N_("complexity complex"), N_("a key stands once in a delivery"),
    N_("a row has as many cells as the header"), N_("{0}Q{1} to {2}Q{3}"), N_("plan of {0}Q{1}"),
    N_("silent mode: invitations without an answer"), N_("planned mode not used"),
    N_("not raked"), N_("raked on some margins only"), N_("a margin names no column of the surveys"),
    N_("some answers are of a category without a margin"),
    N_("some category has people but no answers, or answers but no people"),
    N_("the margins add up to different totals: were they drawn on different days?"),
    N_("the margins contradict each other in the cells that were answered: raking does not settle"),
    N_("no weight lies within the bounds: widen them"), N_("weighted in another way then"),
    N_("runs against the other questions: may be asked the other way round"),
    N_("the ratio differs between steps of the scale: read it as an average"),
    N_("goes so closely with other dimensions that they cannot be told apart"),
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
