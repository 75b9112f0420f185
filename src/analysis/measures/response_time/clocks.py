"""Were the time limits of laws and regulations kept, rule by rule (clauses 1.1, 1.2)?

Each rule of the rule book is a clock from one column to another. In the warehouse its cases are counted per day of
start, stop and every other day that matters; the calendar's arithmetic (`analysis.clock`) then judges the counts, so
that a case is never looked at one by one and no engine needs a calendar.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from analysis.clock import HOURS_PER_DAY, SECONDS_PER_HOUR, deadline_day, extended_deadline_day
from analysis.measures.shortfall import p_worse
from analysis.measures.units import judged
from analysis.params import Calendar, Rule
from analysis.params.rules import Limit
from analysis.refusal import Refused
from analysis.run import Run, remembered
from analysis.sources.shaping import day_column
from analysis.stats.intervals.shares import clopper_pearson
from analysis.tables.results import blank_figures

INDICATOR = "statutory_in_limit_share"
EVERY_CASE = 1.0  # the share in time that a duty asks for, unless the rule says otherwise
NOTHING_DUE = "not estimable: no case is due yet"
FIGURES = ["n", "estimate", "low", "high", "level", "method", "status"]
OUTCOMES = ("in_limit", "missed", "not_yet_due", "withdrawn")
LENGTHENED = ("extended", "paused")
WORDS = ("rule", "title", "force", "limit", "source", "certainty", "start", "stop", "effective_from", "announced")
DAY = "datetime64[D]"


@remembered
def clocks(run: Run) -> pd.DataFrame:
    """Return, per rule in force, the share of cases in limit among those in limit or past it (clause 1.2).

    ``unit`` and ``rule`` are the rule's id. Extra columns: ``title``, ``force``, ``limit`` (in words), ``source``,
    ``certainty``, ``start``, ``stop``, ``effective_from``, ``announced`` (the years of the calendar that tells working
    days) and the counts OUTCOMES and LENGTHENED (cases whose limit was extended, or whose clock stood). A case open
    past its limit is missed, one not yet due is left out, and so is one withdrawn by its limit. The target is the
    rule's own. The cases are all there were; the exact interval says what they tell of how the process keeps the rule.

    Where no rule is in force there is one row, "not applicable".

    Errors: Refused, naming calendar and year, where a deadline falls into a year that is not announced.
    """
    table = judged(run, [_figure(run, rule, _tally(run, rule)) for rule in run.params.rules] or [_no_rule()])
    return table.assign(p_worse=p_worse(run.params, table), customers=table["n"])


def _figure(run: Run, rule: Rule, tally: Mapping[str, int] | None) -> pd.DataFrame:
    """Return the row of one rule; ``tally`` is None where the columns it reads are empty."""
    counts = {name: (tally or {}).get(name, 0) for name in (*OUTCOMES, *LENGTHENED)}
    judged_cases = counts["in_limit"] + counts["missed"]
    minimum_n = run.params.registry[INDICATOR].minimum_n
    figure = clopper_pearson([counts["in_limit"]], [judged_cases], run.level, minimum_n)[FIGURES]
    if not judged_cases:
        figure["status"] = NOTHING_DUE if counts["not_yet_due"] else "no data"
    return figure.assign(
        indicator=INDICATOR, unit_type="rule", unit=rule.id, rule=rule.id, title=rule.title, force=rule.force,
        limit=_limits_in_words(rule), source=_sources(rule),
        certainty=_joined(limit.certainty for limit in rule.limits), start=rule.start, stop=" / ".join(rule.stop),
        effective_from=rule.effective_from.isoformat(), announced=_announced(run, rule),
        target=EVERY_CASE if rule.share_target is None else rule.share_target,
        **{name: pd.array([count], dtype="Int64") for name, count in counts.items()})


def _no_rule() -> pd.DataFrame:
    counts = {name: pd.array([0], dtype="Int64") for name in (*OUTCOMES, *LENGTHENED)}
    return blank_figures(INDICATOR, "rule", ["none"], "not applicable").assign(**dict.fromkeys(WORDS, ""), **counts)


def _tally(run: Run, rule: Rule) -> Mapping[str, int] | None:
    """Return how many cases ended in each of OUTCOMES and LENGTHENED; None where start or stop was never delivered."""
    rows = run.warehouse.table(rule.table)
    start, *stops = (_name(column) for column in (rule.start, *rule.stop))
    filled = run.warehouse.reduce(rows.agg(start=rows[start].count(), **{name: rows[name].count() for name in stops}))
    if not filled["start"].iloc[0] or not filled[stops].to_numpy().any():
        return None
    counts = outcomes(run, rule, rows)
    ended = {str(name): int(total) for name, total in counts.groupby("outcome")["count"].sum().items()}
    return ended | _lengthened(run, rule, rows)


def _lengthened(run: Run, rule: Rule, rows: ir.Table) -> dict[str, int]:
    """Return how many cases had their limit extended in time, and how many a pause."""
    cases = rule_cases(run, rule, rows, [])
    paused = int(cases.loc[cases["paused_days"] > 0, "count"].sum())
    plain, extended = rule.model_copy(update={"extension": None}), 0
    for number, limit in enumerate(rule.limits if rule.extension else ()):
        own = cases[cases["limit"] == number]
        extended += int(own.loc[deadlines(run, rule, limit, own) > deadlines(run, plain, limit, own), "count"].sum())
    return dict(zip(LENGTHENED, (extended, paused), strict=True))


def outcomes(run: Run, rule: Rule, rows: ir.Table, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return how many cases of ``rows`` ended in each of OUTCOMES by ``rule``: columns of ``by``, outcome, count.

    ``rows`` are rows of the rule's table; those it does not bind are left out. ``by``: columns of ``rows`` to tell
    apart; a pair that has no case has no row.
    """
    cases = rule_cases(run, rule, rows, by)
    found = [_ended(run, rule, limit, cases[cases["limit"] == number]) for number, limit in enumerate(rule.limits)]
    return pd.concat(found).groupby([*by, "outcome"])["count"].sum().reset_index()


def _name(column: str) -> str:
    return column.partition(".")[2]


def rule_cases(run: Run, rule: Rule, rows: ir.Table, by: Sequence[str]) -> pd.DataFrame:
    """Return counts per ``by``, limit, day of start, stop and withdrawal, pause, steps of an extension, and verdict.

    ``limit`` is the number of the first limit that fits; a row that fits none, or started outside the days the rule
    was in force, is not there.
    """
    start = _name(rule.start)
    fitting = [(_fits(rows, limit.where), number) for number, limit in enumerate(rule.limits)]
    told = rows.filter(rows[start].notnull(), _fits(rows, rule.where)).select(
        *by, limit=ibis.cases(*fitting, else_=None).cast("int64"), start=rows[day_column(start)],
        stop=_first(rows, rule.stop, days=True), paused_days=_paused(rows, rule, HOURS_PER_DAY),
        withdrawn=rows[day_column(_name(rule.withdrawn))] if rule.withdrawn else ibis.null("date"),
        seconds_over=_seconds_over(run, rule, rows, fitting),
        **{f"step_{number}": rows[day_column(_name(column))]
           for number, column in enumerate(rule.extension.requires if rule.extension else ())})
    told = told.filter(told["limit"].notnull(), told["start"] >= rule.effective_from)
    if rule.effective_to is not None:
        told = told.filter(told["start"] <= rule.effective_to)
    cases = run.warehouse.reduce(told.group_by(told.columns).agg(count=told.count()))
    days = [name for name in map(str, cases) if name in ("start", "stop", "withdrawn") or name.startswith("step_")]
    return cases.assign(**{name: pd.to_datetime(cases[name]).astype("datetime64[s]") for name in days})


def _fits(rows: ir.Table, where: Mapping[str, tuple]) -> ir.BooleanValue:
    """Return whether every column of ``where`` holds one of its values (None: is empty)."""
    fits = ibis.literal(True)
    for column, values in where.items():
        known = [value for value in values if value is not None]
        one = rows[column].isin(known).fill_null(False) if known else ibis.literal(False)
        fits = fits & (one | rows[column].isnull() if None in values else one)
    return fits


def _first(rows: ir.Table, columns: tuple[str, ...], *, days: bool) -> ir.Value:
    names = [day_column(_name(column)) if days else _name(column) for column in columns]
    return ibis.least(*(rows[name] for name in names)) if len(names) > 1 else rows[names[0]]


def _paused(rows: ir.Table, rule: Rule, per: float) -> ir.IntegerValue:
    """Return the pause in whole units of ``per`` hours, begun ones whole."""
    if rule.pause is None:
        return ibis.literal(0)
    return (rows[_name(rule.pause)].fill_null(0) / per).ceil().cast("int64")


def _seconds_over(run: Run, rule: Rule, rows: ir.Table, fitting: list) -> ir.IntegerValue:
    """Return, for a limit in seconds, 1 where the time until the stop (or ``as_of``) exceeds it, else 0."""
    as_of = ibis.literal(run.as_of.replace(tzinfo=None)).cast("timestamp(6)")
    end = ibis.coalesce(_first(rows, rule.stop, days=False), as_of)
    elapsed = end.delta(rows[_name(rule.start)], unit="second") - _paused(rows, rule, 1 / SECONDS_PER_HOUR)
    over = [(fits, (elapsed > rule.limits[number].seconds).cast("int64")) for fits, number in fitting
            if rule.limits[number].seconds is not None]
    return ibis.cases(*over, else_=None).cast("int64") if over else ibis.null("int64")


def _ended(run: Run, rule: Rule, limit: Limit, cases: pd.DataFrame) -> pd.DataFrame:
    """Return ``cases`` with the ``outcome`` of each row."""
    stopped, today = cases["stop"].notna(), local_today(run)
    if limit.seconds is not None:
        over = cases["seconds_over"].eq(1)
        in_time, past = stopped & ~over, over
        left = cases["withdrawn"].notna() & ~over
    else:
        deadline = pd.Series(deadlines(run, rule, limit, cases), index=cases.index)
        in_time = stopped & (cases["stop"] <= deadline)
        past = stopped | (deadline < today)
        left = cases["withdrawn"] <= deadline
    outcome = np.select([left, in_time, past], ["withdrawn", "in_limit", "missed"], "not_yet_due")
    return cases.assign(outcome=pd.Series(outcome, index=cases.index, dtype="str"))


def deadlines(run: Run, rule: Rule, limit: Limit, cases: pd.DataFrame) -> np.ndarray:
    """Return the last day in time of each case: pause and extension included."""
    start = (cases["start"] + pd.to_timedelta(cases["paused_days"].astype("int64"), unit="D")).to_numpy().astype(DAY)
    calendar = _calendar(run, rule, limit)
    deadline = deadline_day(start, int(limit.days or 0), limit.kind_of_day, calendar)
    longer = rule.extended_days(limit)
    if longer is None:
        return deadline.astype("datetime64[s]")
    granted = [cases[name] for name in map(str, cases) if name.startswith("step_")]
    extended = deadline_day(start, longer, limit.kind_of_day, calendar)
    return extended_deadline_day(deadline, extended, granted).astype("datetime64[s]")


def _calendar(run: Run, rule: Rule, limit: Limit) -> Calendar:
    """Return the working-day calendar of the rule's jurisdiction; the site's serves where no day is asked of it."""
    if limit.kind_of_day == "working" and rule.jurisdiction not in run.params.calendars:
        raise Refused(f"{rule.id} counts working days and there is no calendar {rule.jurisdiction}",
                      f"Add params/calendars/{rule.jurisdiction}.csv", file=f"{rule.jurisdiction}.yml", column=rule.id)
    return run.params.calendars.get(rule.jurisdiction) or run.params.calendars[run.params.site.calendar]


def local_today(run: Run) -> pd.Timestamp:
    """Return the local day of ``as_of``."""
    return pd.Timestamp(run.today)


# In words.

def _announced(run: Run, rule: Rule) -> str:
    """Return the first and last announced year of the calendar, "" where the rule counts no working days."""
    working = [_calendar(run, rule, limit) for limit in rule.limits if limit.kind_of_day == "working"]
    return _joined(f"{one.name} {one.years[0]}-{one.years[-1]}" for one in working)


def _limits_in_words(rule: Rule) -> str:
    words = [f"{_condition(limit.where)}{limit_in_words(limit)}" for limit in rule.limits]
    if len(words) > 1 and not rule.limits[-1].where:
        words[-1] = f"otherwise {words[-1]}"
    if rule.extension is not None:
        words.append(f"extended by {rule.extension.days} days to at most {rule.extension.at_most_days}")
    return "; ".join(words)


def _condition(where: Mapping[str, tuple]) -> str:
    told = {True: "yes", False: "no", None: "empty"}
    parts = [f"{column} {' or '.join(str(told.get(value, value)) for value in values)}"
             for column, values in where.items()]
    return f"{', '.join(parts)}: " if parts else ""


def limit_in_words(limit: Limit) -> str:
    """Return a limit as "15 calendar days" or "20 seconds"."""
    if limit.seconds is not None:
        return f"{limit.seconds} seconds"
    return f"{limit.days} {limit.kind_of_day} days"


def _sources(rule: Rule) -> str:
    return _joined(f"{limit.source.title}, {limit.source.article}" for limit in rule.limits)


def _joined(texts: Iterable[str]) -> str:
    return " / ".join(dict.fromkeys(texts))
