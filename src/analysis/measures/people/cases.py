"""Which cases speak of a person, how did each come out, and what about them was not the person's doing (clause 7.3)?

The same cases speak of the partner that served them (clause 2.5), own staff then being one.

A case counts in the post held on its day: in another role or line it speaks of another job. A request that changed
hands counts for nobody, since the delivery does not tell who kept the customer waiting. Every case of a window of four
quarters is judged by the rules of its own quarter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import ibis
import ibis.expr.types as ir
import pandas as pd

from analysis.measures.audits.audits import SEVERITY_WEIGHTS, checks
from analysis.measures.comparisons.case_mix import CELL, IN_HOUSE, followed_to_limit, served_requests
from analysis.measures.complaints.handling import DECIDED, UPHELD
from analysis.measures.people.assessors import rated
from analysis.measures.people.groups import EVERY_LINE
from analysis.measures.people.roster import ASSESSED, ROLLING_QUARTERS
from analysis.measures.response_time.response import EVENTS
from analysis.measures.satisfaction.satisfaction import SATISFIED_FROM
from analysis.measures.units import EMPLOYEE, PARTNER, shift_of
from analysis.run import Run

PER_MILLE = 1_000
HUNDREDTHS = 100  # of a point of 0-100
POST = ("role", "service_line")
SEGMENT, SHIFT = "segment", "shift"
SURVEYED_QUARTERS = ROLLING_QUARTERS + 1  # an answer may be on a request of the quarter before
COUNTS = ["n", "total", "total_of_squares"]
UPHELD_RATE = "upheld_complaints_per_1k_requests"


@dataclass(frozen=True)
class Scored:
    """How one indicator scores a case.

    ``rows(run)``: employee_id, ``who`` (partner, else IN_HOUSE), case_id, quarter, day, ``score`` (a whole number),
    ``units`` (how many of the indicator's own unit it holds) and the columns of the cells and of ``beside``.
    ``table``: where cases are delivered. ``scale``: what a score is divided by to stand in the indicator's unit.
    ``cells``: what is held equal when persons are compared, finest first. ``beside``: what is not, so that its part can
    be asked for. ``raters``: scores are opinions.
    """

    indicator: str
    event: str
    table: str
    rows: Callable[[Run], ir.Table]
    scale: float
    cells: tuple[tuple[str, ...], ...]
    beside: tuple[str, ...] = ()
    raters: bool = False

    @property
    def name(self) -> str:
        """The indicator, with the event where it has one."""
        return f"{self.indicator}:{self.event}" if self.event else self.indicator


def scored_cases(run: Run, asked: Scored, of: str = EMPLOYEE) -> pd.DataFrame:
    """Return the cases of everybody, reduced: employee_id, role, service_line, the finest cell's columns and COUNTS.

    ``units`` sums the indicator's own units. Contested cases are left out while pending and when the contest is upheld.
    ``of`` PARTNER: of partners, their ids in ``employee_id``, and of own staff as one (IN_HOUSE), role PARTNER.
    """
    rows = _of(run, uncontested(run, asked.rows(run), asked.table), of, asked.table)
    keys = list(dict.fromkeys(["employee_id", *POST, "quarter", *asked.cells[0], *asked.beside]))
    return run.warehouse.reduce(rows.group_by(keys).agg(
        n=rows.count(), total=rows.score.sum(), total_of_squares=(rows.score * rows.score).sum(),
        units=rows.units.sum()))


def _of(run: Run, rows: ir.Table, of: str, table: str) -> ir.Table:
    """Return ``rows`` with whom they speak of in ``employee_id``, a partner's own contests considered too."""
    if of == EMPLOYEE:
        return in_post(run, rows)
    kept = [name for name in rows.columns if name not in ("employee_id", "who", *POST)]
    rows = rows.filter(rows.who.notnull())
    return uncontested(run, rows.select(*kept, employee_id=rows.who, role=ibis.literal(PARTNER),
                                        service_line=ibis.literal(EVERY_LINE)), table)


def in_post(run: Run, rows: ir.Table, post: tuple[str, ...] = POST) -> ir.Table:
    """Return ``rows`` (employee_id, day, …) with the columns ``post`` of the spell each falls in; others go.

    A spell ends where the next begins, so that one left open counts no case twice.
    """
    spells = run.warehouse.table("staff").select("employee_id", *post, "valid_from", "valid_to")
    following = spells.valid_from.lead().over(group_by=spells.employee_id, order_by=spells.valid_from)
    spells = spells.mutate(next_from=following).rename({f"post_{name}": name for name in post})
    joined = rows.join(spells, [
        rows.employee_id == spells.employee_id, rows.day >= spells.valid_from,
        (rows.day <= spells.valid_to) | spells.valid_to.isnull(),
        (rows.day < spells.next_from) | spells.next_from.isnull()])
    kept = [name for name in rows.columns if name not in post]
    return joined.select(*kept, **{name: joined[f"post_{name}"] for name in post})


def uncontested(run: Run, rows: ir.Table, table: str) -> ir.Table:
    """Return ``rows`` (employee_id, case_id, …) without those that a contest sets aside."""
    aside = [(one.employee_id, one.case_id) for one in run.params.contests if one.sets_aside and one.table == table]
    if not aside:
        return rows
    frame = pd.DataFrame(aside, columns=["employee_id", "case_id"]).drop_duplicates(ignore_index=True)
    return rows.anti_join(run.warehouse.lookup("set_aside", frame), ["employee_id", "case_id"])


def own_requests(run: Run, quarters: int = ROLLING_QUARTERS) -> ir.Table:
    """Return the requests that stayed in one hand from opening to end: ``day``, the cell's columns, segment, shift."""
    rows = served_requests(run, quarters)
    rows = rows.filter(rows.transferred_from.isnull())
    told = {name: rows[name].fill_null("") for name in (*CELL, SEGMENT)}
    return rows.mutate(day=rows.opened_day, units=ibis.literal(1), case_id="request_id",
                       shift=shift_of(run.params, rows.opened_hour), **told)


def _in_limit(event: str) -> Callable[[Run], ir.Table]:
    def rows(run: Run) -> ir.Table:
        told = followed_to_limit(run, own_requests(run), event, ROLLING_QUARTERS)
        return told.select("employee_id", "who", "case_id", "quarter", "day", *CELL, SEGMENT, SHIFT, "units",
                           score=told.in_limit.cast("int64"))
    return rows


def _answers(run: Run) -> ir.Table:
    answers = run.warehouse.history("surveys", ROLLING_QUARTERS)
    answers = answers.filter(answers.satisfaction.notnull()).select(
        "request_id", "satisfaction", "mode", answered="quarter", invitation="invitation_id")
    known = own_requests(run, SURVEYED_QUARTERS).drop("quarter", "case_id")
    rows = known.join(answers, "request_id")
    return rows.select("employee_id", "who", "day", *CELL, SEGMENT, SHIFT, "mode", "units", quarter=rows.answered,
                       case_id=rows.invitation,
                       score=(rows.satisfaction >= SATISFIED_FROM).cast("int64"))


def _audited(family: str) -> Callable[[Run], ir.Table]:
    def rows(run: Run) -> ir.Table:
        found = checks(run.warehouse.history("audits", ROLLING_QUARTERS))
        found = found.filter(found.family == family, found.sampling == "random")
        served = run.warehouse.history("requests", SURVEYED_QUARTERS).select("request_id", served_by="partner_id")
        found = found.left_join(served, "request_id").mutate(
            who=ibis.coalesce(found.partner_id, ibis._.served_by, IN_HOUSE))
        good = family == "compliance"
        weight = found.severity.cases(*SEVERITY_WEIGHTS.items(), else_=0) if good else ibis.literal(1)
        counted = ~found.failed if good else found.failed
        each = found.mutate(weight=weight, counted=weight * counted.cast("int64")).group_by(
            ["audit_id", "auditor_id", "employee_id", "quarter"]).agg(
            who=ibis._.who.max(), of=ibis._.weight.sum(), counted=ibis._.counted.sum(), units=ibis._.count(),
            day=ibis._.audited_day.min())
        order = [each.employee_id.isnull(), each.day, each.auditor_id, each.employee_id]
        each = each.mutate(look=ibis.row_number().over(group_by="audit_id", order_by=order))
        each = each.filter(each.of > 0, each.look == 0)  # a second look at one audit tells of auditors, not of the work
        return each.mutate(case_id=each.audit_id, score=(PER_MILLE * each.counted / each.of).round().cast("int64"))
    return rows


def _assessed(run: Run) -> ir.Table:
    rows = rated(run, ROLLING_QUARTERS)
    each = rows.group_by(["assessment_id", "employee_id", "assessor_id", "quarter", "day"]).agg(
        score=rows.points.mean().round().cast("int64"))
    told = in_post(run, each.mutate(units=ibis.literal(1), case_id=each.assessment_id), ("partner_id",))
    return told.mutate(who=told.partner_id.fill_null(IN_HOUSE))


WHOLE_CELL, CASE_MIX, BY_AUDITOR = ("quarter", *CELL), ("quarter", "kind", "priority"), ("quarter", "auditor_id")
_QUESTIONS = (
    Scored("csat_top2_share", "", "surveys", _answers, 1,
           ((*WHOLE_CELL, "mode"), ("kind", "priority", "mode"), ("priority", "mode")), (SEGMENT, SHIFT)),
    *(Scored("in_limit_share", event, "requests", _in_limit(event), 1, (WHOLE_CELL, CASE_MIX), (SEGMENT, SHIFT))
      for event in EVENTS),
    *(Scored(indicator, "", "audits", _audited(family), PER_MILLE, (BY_AUDITOR, BY_AUDITOR[1:]), raters=True)
      for indicator, family in (("accuracy_error_share", "accuracy"), ("compliance_pass_share", "compliance"))),
    Scored(ASSESSED, "", "assessments", _assessed, HUNDREDTHS, (("quarter", "assessor_id"), ("assessor_id",))),
)
SCORED: Mapping[str, Scored] = MappingProxyType({one.name: one for one in _QUESTIONS})


def upheld_counts(run: Run, of: str = EMPLOYEE) -> pd.DataFrame:
    """Return employee_id, role, service_line, quarter, the cell's columns, ``requests`` and ``upheld`` complaints.

    Decided complaints of four quarters that name the person (or partner), by their day of receipt; one that names a
    request stands in the cell of that request, another in the cell "" of each column. ``of`` as in `scored_cases`.
    """
    served = own_requests(run)
    keys = ["employee_id", *POST, *WHOLE_CELL]
    handled = _of(run, served.select("employee_id", "who", "case_id", "day", *WHOLE_CELL), of, "")
    requests = run.warehouse.reduce(handled.group_by(keys).agg(requests=handled.count()))
    rows = run.warehouse.known_now("complaints")
    quarters = [str(run.quarter.plus(-back)) for back in range(ROLLING_QUARTERS)]
    rows = rows.filter(rows.quarter.isin(quarters), rows.outcome.isin(DECIDED))
    cases = run.warehouse.history("requests", SURVEYED_QUARTERS)
    cases = cases.select("request_id", *CELL, "transferred_from", served_by="partner_id")
    told = rows.drop(*(name for name in CELL if name in rows.columns)).left_join(cases, "request_id")
    someone = told.employee_id.notnull() | told.request_id.notnull()
    told = told.filter(told.transferred_from.isnull()).select(
        "employee_id", "quarter", day="received_day", case_id="complaint_id",
        upheld=ibis._.outcome.isin(UPHELD).cast("int64"),
        who=ibis.coalesce(told.partner_id, told.served_by, someone.ifelse(IN_HOUSE, None)),
        **{name: told[name].fill_null("") for name in CELL})
    named = _of(run, uncontested(run, told, "complaints"), of, "complaints")
    upheld = run.warehouse.reduce(named.group_by(keys).agg(upheld=named.upheld.sum()))
    both = requests.merge(upheld, how="outer", on=keys)
    return both.fillna({"requests": 0, "upheld": 0}).astype({"requests": "int64", "upheld": "int64"})
