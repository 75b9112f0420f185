"""Which parameters does a run of a quarter rest on?

One company's folder holds its own site, sources, plans, reviews and actions; the definitions it does not keep itself
(indicators, rules, calendars) are those of the project's ``params/``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from analysis.params.agreement import refuse_disagreement
from analysis.params.calendars import Calendar
from analysis.params.contests import Contest
from analysis.params.loop import Action, Review, SignOff
from analysis.params.mapping import Sources
from analysis.params.plan import Plan
from analysis.params.published import Published, read_published
from analysis.params.recommendations import Recommendation
from analysis.params.registry import Indicator, Registry, inherited
from analysis.params.rules import Rule, load_rules, rules_in_force
from analysis.params.site import Site
from analysis.params.themes import Theme, Themes
from analysis.params.yaml_file import Model, read_yaml
from analysis.quarter import QUARTER_PATTERN, Quarter
from analysis.refusal import Refused

__all__ = ["HISTORY_QUARTERS", "PROJECT", "Action", "Calendar", "Contest", "Indicator", "Params", "Plan",
           "Recommendation", "Review", "Rule", "Site", "Theme", "load_params"]

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
    recommendations: tuple[Recommendation, ...]
    themes: tuple[Theme, ...]
    #: Of all quarters before: an objection stays open until it is answered.
    reviews: dict[Quarter, Review]
    #: Who signed the reports of earlier quarters; a quarter signed under several revisions has them all.
    signed: dict[Quarter, tuple[SignOff, ...]]
    published: pd.DataFrame
    files: tuple[Path, ...]
    directory: Path
    #: Of every year, those that no longer or do not yet bind included.
    rule_versions: tuple[Rule, ...] = ()
    #: Contests raised after the plan's ``as_of``: not considered yet.
    waiting: tuple[Contest, ...] = ()

    @property
    def first_quarter(self) -> Quarter:
        """The oldest quarter of which anything is read: that of the site's trends, or of a measure's time before."""
        return _first_quarter(self.quarter, self.site, self.actions)

    def owns(self, name: str) -> bool:
        """Tell whether the company keeps the file ``name`` itself, and does not inherit it."""
        return self.directory / name in self.files

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

    def quarters(self, folder: str, last: Quarter, ending: str = "yml") -> list[Quarter]:
        """Return the quarters up to ``last`` that ``folder`` keeps a file for (YAML unless told), oldest first."""
        stems = (path.stem for path in (self.directory / folder).glob(f"*.{ending}"))
        found = sorted(Quarter.parse(stem) for stem in stems if QUARTER_PATTERN.fullmatch(stem))
        return [one for one in found if one <= last]

    def refuse_misnamed(self) -> None:
        """Refuse files that would be passed over for their names."""
        for path in sorted([*self.directory.glob("*.yaml"), *(self.directory / "reviews").glob("*.y*ml")]):
            if path.suffix != ".yml" or (path.parent != self.directory and not QUARTER_PATTERN.fullmatch(path.stem)):
                raise Refused("a file of this name is not read", "Name it after its quarter, as in 2024Q3.yml, or as "
                              "the file of params/ it stands for", file=path.relative_to(self.directory).as_posix())


def _published(folder: _Folder, last: Quarter) -> pd.DataFrame:
    """Return what the signed quarters up to ``last`` published, with their quarter."""
    parts = [pd.DataFrame(columns=[*Published.to_schema().columns, "quarter"])]
    for quarter in _recent(folder.quarters("published", last, "csv"), last):
        path = folder.directory / "published" / f"{quarter}.csv"
        parts.append(read_published(path, f"published/{path.name}").assign(quarter=str(quarter)))
        folder.read.append(path)
    return pd.concat(parts[1:] or parts, ignore_index=True)


def load_params(directory: Path, quarter: Quarter) -> Params:
    """Return the parameters of ``quarter`` kept in ``directory``; Refused where one is missing or malformed."""
    folder = _Folder(directory)
    if not (directory / f"{quarter}.yml").is_file():
        raise Refused(f"there is no evaluation plan for {quarter}",
                      f"Write and approve one as {quarter}.yml, after the model of another quarter's",
                      file=f"{quarter}.yml")
    folder.refuse_misnamed()
    before = quarter.plus(-1)
    site = folder.own("site.yml", Site)
    actions = tuple(folder.own("actions.yml", list[Action], []))
    first = _first_quarter(quarter, site, actions)
    plans = {one: folder.own(f"{one}.yml", Plan) for one in folder.quarters(".", quarter) if first <= one}
    versions = read_yaml(folder.shared("indicators.yml"), list[Indicator])
    own = (directory / "indicators.yml").is_file()
    registry = Registry(versions if own else inherited(versions), quarter)
    rules = load_rules(folder.shared("rules"), site.jurisdictions)
    calendars = {path.stem: Calendar.from_csv(path) for path in sorted(folder.shared("calendars").glob("*.csv"))}
    params = Params(
        quarter=quarter, site=site, registry=registry, rules=rules_in_force(rules, quarter), rule_versions=rules,
        calendars=calendars, plan=plans[quarter], plans=plans, published=_published(folder, before),
        reviews={one: folder.own(f"reviews/{one}.yml", Review) for one in folder.quarters("reviews", before)},
        signed={one: tuple(folder.own(f"published/{one}.yml", list[SignOff]))
                for one in folder.quarters("published", before)},
        sources=folder.own("sources.yml", Sources, Sources()),
        actions=actions,
        contests=tuple(folder.own("contests.yml", list[Contest], [])),
        recommendations=tuple(read_yaml(folder.shared("recommendations.yml"), list[Recommendation])),
        themes=read_yaml(folder.shared("themes.yml"), Themes).root,
        files=tuple(folder.read),
        directory=directory,
    )
    refuse_disagreement(params)
    day = params.plan.as_of.astimezone(site.zone).date()
    known = [one.known_on(day) for one in params.contests]
    return replace(params, contests=tuple(one for one in known if one is not None),
                   waiting=tuple(one for one in params.contests if one.known_on(day) is None))


def _recent(quarters: Iterable[Quarter], last: Quarter) -> list[Quarter]:
    return [one for one in quarters if last.plus(-HISTORY_QUARTERS) <= one]


def _first_quarter(quarter: Quarter, site: Site, actions: Iterable[Action]) -> Quarter:
    """Return the oldest quarter to read: a measure is judged by two years before it began, whenever that was."""
    begun = [Quarter.of(one.started_on) for one in actions if one.started_on is not None]
    return min([quarter.plus(-site.history_quarters),
                *(one.plus(-HISTORY_QUARTERS) for one in begun if one <= quarter)])
