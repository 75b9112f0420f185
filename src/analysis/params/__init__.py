"""Which parameters does a run of a quarter rest on?

One company's folder holds its own site, sources, plans, reviews and actions; the definitions it does not keep itself
(indicators, rules, calendars) are those of the project's ``params/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from analysis.params.calendars import Calendar
from analysis.params.contests import Contest
from analysis.params.loop import Action, Review
from analysis.params.mapping import Sources
from analysis.params.plan import Plan
from analysis.params.registry import Indicator, Registry
from analysis.params.rules import Rule, load_rules, rules_in_force
from analysis.params.site import Site
from analysis.params.themes import Theme, Themes
from analysis.params.yaml_file import Model, read_yaml
from analysis.quarter import QUARTER_PATTERN, Quarter
from analysis.refusal import Refused

__all__ = ["PROJECT", "Action", "Calendar", "Contest", "Indicator", "Params", "Plan", "Review", "Rule", "Site", "Theme",
           "load_params"]

PROJECT = Path(__file__).resolve().parents[3]
HISTORY_QUARTERS = 8  # trends and baselines look back two years


@dataclass(frozen=True)
class Params:
    """Everything people decided that a run of ``quarter`` depends on, and the files it was read from."""

    quarter: Quarter
    site: Site
    sources: Sources
    registry: Registry
    plan: Plan
    plans: dict[Quarter, Plan]
    rules: tuple[Rule, ...]
    calendars: dict[str, Calendar]
    actions: tuple[Action, ...]
    contests: tuple[Contest, ...]
    themes: tuple[Theme, ...]
    reviews: dict[Quarter, Review]
    files: tuple[Path, ...]
    directory: Path

    def target(self, indicator: str) -> float | None:
        """Return the plan's target for ``indicator``, else the registry's; None where neither sets one."""
        planned = self.plan.indicators.get(indicator)
        if planned is not None and planned.target is not None:
            return planned.target
        return self.registry[indicator].target if indicator in self.registry else None


class _Folder:
    """A company's folder over the project's own, remembering every file read."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.read: list[Path] = []

    def own(self, name: str, model: type[Model], default: Model | None = None) -> Model:
        """Return the company's own file ``name``, or ``default`` where it keeps none."""
        path = self.directory / name
        if default is not None and not path.is_file():
            return default
        value = read_yaml(path, model, name)
        self.read.append(path)
        return value

    def shared(self, name: str) -> Path:
        """Return the company's file or folder ``name``, else the project's, and remember it."""
        path = next((at for at in (self.directory / name, PROJECT / "params" / name) if at.exists()), None)
        if path is None:
            raise Refused("the file is missing", "Add it; an example stands in params/", file=name)
        self.read.extend(sorted(path.iterdir()) if path.is_dir() else [path])
        return path

    def quarters(self, folder: str, last: Quarter) -> list[Quarter]:
        """Return the quarters up to ``last`` that ``folder`` keeps a YAML file for, oldest first."""
        stems = (path.stem for path in (self.directory / folder).glob("*.yml"))
        found = sorted(Quarter.parse(stem) for stem in stems if QUARTER_PATTERN.fullmatch(stem))
        return [one for one in found if last.plus(-HISTORY_QUARTERS) <= one <= last]


def _plan(folder: _Folder, quarter: Quarter) -> Plan:
    plan = folder.own(f"{quarter}.yml", Plan)
    if plan.quarter != str(quarter):
        raise Refused(f"the plan says it is for {plan.quarter}", "Correct its quarter", file=f"{quarter}.yml",
                      column="quarter")
    return plan


def _review(folder: _Folder, quarter: Quarter) -> Review:
    file = f"reviews/{quarter}.yml"
    review = folder.own(file, Review)
    if review.quarter != str(quarter):
        raise Refused(f"the review says it is for {review.quarter}", "Correct its quarter", file=file, column="quarter")
    return review


def _contests(folder: _Folder) -> tuple[Contest, ...]:
    found = folder.own("contests.yml", list[Contest], [])
    names = [one.contest_id for one in found]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise Refused(f"the contest {repeated[0]} stands twice", "Give each contest an id of its own",
                      file="contests.yml", column="contest_id")
    return tuple(found)


def load_params(directory: Path, quarter: Quarter) -> Params:
    """Return the parameters of ``quarter`` kept in ``directory``; Refused where one is missing or malformed."""
    folder = _Folder(directory)
    if not (directory / f"{quarter}.yml").is_file():
        raise Refused(f"there is no evaluation plan for {quarter}",
                      f"Write and approve one as {quarter}.yml, after the model of another quarter's",
                      file=f"{quarter}.yml")
    site = folder.own("site.yml", Site)
    plans = {one: _plan(folder, one) for one in folder.quarters(".", quarter)}
    reviews = {one: _review(folder, one) for one in folder.quarters("reviews", quarter.plus(-1))}
    registry = Registry(read_yaml(folder.shared("indicators.yml"), list[Indicator]), quarter)
    rules = rules_in_force(load_rules(folder.shared("rules"), site.jurisdictions), quarter)
    calendars = {path.stem: Calendar.from_csv(path) for path in sorted(folder.shared("calendars").glob("*.csv"))}
    if site.calendar not in calendars:
        raise Refused("no such working-day calendar", f"Choose one of {', '.join(calendars)}", file="site.yml",
                      column="calendar")
    _refuse_unknown_indicators(plans[quarter], registry)
    _refuse_weight_without_target(plans[quarter], registry)
    return Params(
        quarter=quarter, site=site, registry=registry, rules=rules, calendars=calendars,
        plan=plans[quarter], plans=plans, reviews=reviews,
        sources=folder.own("sources.yml", Sources, Sources()),
        actions=tuple(folder.own("actions.yml", list[Action], [])),
        contests=_contests(folder),
        themes=read_yaml(folder.shared("themes.yml"), Themes).root,
        files=tuple(folder.read),
        directory=directory,
    )


def _refuse_unknown_indicators(plan: Plan, registry: Registry) -> None:
    unknown = [one for one in plan.indicators if one not in registry]
    if unknown:
        raise Refused(f"the plan names an indicator that is not in force: {unknown[0]}",
                      "Correct the id, or add the indicator to indicators.yml", file=f"{plan.quarter}.yml",
                      column=f"indicators.{unknown[0]}")


def _refuse_weight_without_target(plan: Plan, registry: Registry) -> None:
    """Refuse a component whose score is not defined: without target, or with one that is also its floor."""
    for name, one in plan.indicators.items():
        target = registry[name].target if one.target is None else one.target
        if one.weight is not None and (target is None or target == one.floor):
            raise Refused("a weighted indicator needs a target, and a floor other than that",
                          "Set both in the plan", file=f"{plan.quarter}.yml", column=f"indicators.{name}")
