"""Do a company's parameter files agree with one another: quarters, indicators, owners, ids?

What one file alone can say wrongly is a matter of its model; here is what shows only beside another file, or beside
another entry of a list. Whatever disagrees is refused with its file, line and key before anything else is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from analysis.params.yaml_file import Place, refused_at

if TYPE_CHECKING:
    from analysis.params import Params

Offence = tuple[str, Place, str, str]  # file, place in it, rule, remedy
COMPANY, LINE = "company", "service_line"
CORRECT_ID = "Correct the id, or add the indicator to indicators.yml"


def refuse_disagreement(params: Params) -> None:
    """Refuse the first place where the files of ``params`` do not agree."""
    for offences in (_other_quarters, _calendar, _two_in_force, _planned, _unscored, _unknown, _wrong_way, _owners,
                     _lines, _repeated):
        for name, place, rule, remedy in offences(params):
            own = params.directory / name
            path = own if own in params.files else next(one for one in params.files if one.name == name)
            raise refused_at(path, name, place, rule, remedy)


def _other_quarters(params: Params) -> Iterator[Offence]:
    for quarter, plan in params.plans.items():
        if plan.quarter != str(quarter):
            yield f"{quarter}.yml", ("quarter",), f"the plan says it is for {plan.quarter}", "Correct its quarter"
    for quarter, review in params.reviews.items():
        if review.quarter != str(quarter):
            yield (f"reviews/{quarter}.yml", ("quarter",), f"the review says it is for {review.quarter}",
                   "Correct its quarter")
    for quarter, signed in params.signed.items():
        for number, one in enumerate(signed):
            if one.quarter != str(quarter):
                yield (f"published/{quarter}.yml", (number, "quarter"), f"the signature is for {one.quarter}",
                       "Restore the file as make sign wrote it")


def _calendar(params: Params) -> Iterator[Offence]:
    if params.site.calendar not in params.calendars:
        yield ("site.yml", ("calendar",), "no such working-day calendar",
               f"Choose one of {', '.join(params.calendars)}")


def _two_in_force(params: Params) -> Iterator[Offence]:
    for (_, one), (number, other) in combinations(enumerate(params.registry.versions), 2):
        starts = max(one.effective_from, other.effective_from)
        if one.id == other.id and starts <= min(one.effective_to or date.max, other.effective_to or date.max):
            yield ("indicators.yml", (number, "effective_from"), f"two versions of {one.id} are in force on {starts}",
                   "End the older one the day before the newer begins")


def _planned(params: Params) -> Iterator[Offence]:
    for name in params.plan.indicators:
        if name not in params.registry:
            yield (f"{params.quarter}.yml", ("indicators", name),
                   f"the plan names an indicator that is not in force: {name}", CORRECT_ID)


def _unscored(params: Params) -> Iterator[Offence]:
    """Yield the components whose score is not defined: without target, or with one that is also its floor."""
    for name, one in params.plan.indicators.items():
        target = params.target(name)
        if one.weight is not None and (target is None or target == one.floor):
            yield (f"{params.quarter}.yml", ("indicators", name),
                   "a weighted indicator needs a target, and a floor other than that", "Set both in the plan")


def _unknown(params: Params) -> Iterator[Offence]:
    """Yield the indicators named in measures, reviews and the company's own catalogue that never were registered."""
    known = {one.id for one in params.registry.versions}
    rule = "there is no such indicator"
    for number, action in enumerate(params.actions):
        if action.indicator not in known:
            yield "actions.yml", (number, "indicator"), rule, CORRECT_ID
    for number, advice in enumerate(params.recommendations if params.owns("recommendations.yml") else ()):
        if not known.issuperset(advice.indicators):
            yield "recommendations.yml", (number, "indicators"), rule, CORRECT_ID
    for quarter, review in params.reviews.items():
        file = f"reviews/{quarter}.yml"
        for number, reviewed in enumerate(review.indicators):
            if reviewed.id not in known:
                yield file, ("indicators", number, "id"), rule, CORRECT_ID
        for number, objection in enumerate(review.objections):
            if objection.indicator and objection.indicator not in known:
                yield file, ("objections", number, "indicator"), rule, CORRECT_ID


def _wrong_way(params: Params) -> Iterator[Offence]:
    """Yield the measures that are expected to make their indicator worse."""
    directions = {one.id: one.direction for one in params.registry.versions}
    for number, one in enumerate(params.actions):
        if directions.get(one.indicator) == ("higher" if one.expected_effect < 0 else "lower"):
            better = directions[one.indicator]
            rule = f"of this indicator {better} is better"
            yield "actions.yml", (number, "expected_effect"), rule, "Correct the sign"


def _owners(params: Params) -> Iterator[Offence]:
    """Yield the owners who are no department of ``site.yml``, where that names any.

    Those of the registry and the catalogue count where the company keeps them itself: it cannot correct another's.
    """
    departments = params.site.departments
    rule = "the owner is no department of site.yml"
    remedy = f"Name one of {', '.join(departments)}, or add it to departments in site.yml"
    owned: list[tuple[str, Place, str]] = [
        ("actions.yml", (number, "owner_department"), one.owner_department)
        for number, one in enumerate(params.actions)]
    owned += [(f"{params.quarter}.yml", ("milestones", number, "owner"), one.owner)
              for number, one in enumerate(params.plan.milestones)]
    if params.owns("recommendations.yml"):
        owned += [("recommendations.yml", (number, "owner_department"), one.owner_department)
                  for number, one in enumerate(params.recommendations)]
    if params.owns("indicators.yml"):
        owned += [("indicators.yml", (number, "owner"), one.owner)
                  for number, one in enumerate(params.registry.versions)]
    for file, place, owner in owned:
        if departments and owner not in departments:
            yield file, place, rule, remedy


def _lines(params: Params) -> Iterator[Offence]:
    """Yield the service lines of measures not yet done that ``site.yml`` does not name.

    Other units are known by their figures; a measure against a line's problem may be taken in the whole company.
    """
    lines = params.site.service_lines
    for number, one in enumerate(params.actions):
        for side in ("units", "comparison_units") if one.unit_type == LINE and one.done_on is None else ():
            if not {*lines, COMPANY}.issuperset(getattr(one, side)):
                yield ("actions.yml", (number, side), "there is no such service line in site.yml",
                       f"Name some of {', '.join(lines)}")


def _repeated(params: Params) -> Iterator[Offence]:
    """Yield the ids that stand a second time where each stands once; those of objections over all quarters."""
    yield from _twice(("actions.yml", (number, "action_id"), one.action_id)
                      for number, one in enumerate(params.actions))
    yield from _twice(("contests.yml", (number, "contest_id"), one.contest_id)
                      for number, one in enumerate(params.contests))
    yield from _twice(("recommendations.yml", (number, "id"), one.id)
                      for number, one in enumerate(params.recommendations))
    for quarter, review in params.reviews.items():
        file = f"reviews/{quarter}.yml"
        yield from _twice((file, ("indicators", number, "id"), one.id) for number, one in enumerate(review.indicators))
        yield from _twice((file, ("problems", number, "problem_id"), one.problem_id)
                          for number, one in enumerate(review.problems))
    yield from _twice((f"reviews/{quarter}.yml", ("objections", number, "id"), one.id)
                      for quarter, review in params.reviews.items() for number, one in enumerate(review.objections))


def _twice(ids: Iterable[tuple[str, Place, str]]) -> Iterator[Offence]:
    seen: set[str] = set()
    for file, place, one in ids:
        if one in seen:
            yield file, place, f"the id {one} stands twice", "Give each entry an id of its own, or remove one"
        seen.add(one)
