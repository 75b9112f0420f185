"""Who gets a sheet, under which name, and how do all of them appear at once?

A sheet is built from rows of its own person or partner alone, filtered before anything is rendered. Its file is named
by a keyed hash, so that nobody without the key can tell whose it is; no index from name to person is written.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import pandas as pd

from analysis.figures import figure
from analysis.figures.own import own_panels
from analysis.measures.comparisons.partner_figures import partner_figures
from analysis.measures.comparisons.partner_scores import partner_scores
from analysis.measures.people.judgement import known_of_people
from analysis.measures.people.own import Own, own
from analysis.measures.people.roster import ROLLING_QUARTERS
from analysis.measures.people.tiers import COMPOSITE_GAP
from analysis.params import Params, load_params
from analysis.publish import partner_words
from analysis.publish import sheet_words as words
from analysis.publish.edition import completed, run_of
from analysis.publish.order import Order
from analysis.publish.render import Facts, template
from analysis.publish.stage import OWNER_FILE, OWNER_FOLDER, switch
from analysis.refusal import Refused
from analysis.run import Run
from analysis.wording import Wording

NAME_DIGITS = 32
LEAST_KEY_BYTES = 16
KEEP = "Make one with `openssl rand -hex 32`, keep it outside params/, and name it as sheet_key in site.yml"


def key_of(order: Order, params: Params) -> bytes:
    """Return the key that names the sheets; Refused where there is none, too short a one, or it lies in params/."""
    if not params.site.sheet_key:
        raise Refused("there is no key to name the sheets with", KEEP, file="site.yml", column="sheet_key")
    path = (order.project / params.site.sheet_key).resolve()
    kept = [folder.resolve() for folder in (order.params, order.project / "params", order.reports)]
    if any(path.is_relative_to(folder) for folder in kept):
        raise Refused("the key of the sheets lies among the parameters or reports, which are passed on", KEEP,
                      file="site.yml", column="sheet_key")
    if not path.is_file():
        raise Refused("the key of the sheets is missing", KEEP, file=params.site.sheet_key)
    key = path.read_bytes().strip()
    if len(key) < LEAST_KEY_BYTES:
        raise Refused(f"the key of the sheets is shorter than {LEAST_KEY_BYTES} bytes", KEEP,
                      file=params.site.sheet_key)
    return key


def sheet_name(key: bytes, unit: str) -> str:
    """Return the name of the sheet of ``unit``: HMAC-SHA256 of its id in hexadecimal, the first 32 digits."""
    return hmac.new(key, unit.encode(), sha256).hexdigest()[:NAME_DIGITS]


def make_sheets(asked: Order) -> tuple[int, int]:
    """Publish the sheets of a quarter and return how many there are of employees and of partners.

    The caller holds the lock of `Order.sheets`. Refused for what was given; the previous sheets then stand.
    """
    params = load_params(asked.params, asked.quarter)
    order = completed(asked, params)
    stage, key = order.sheets, key_of(order, params)
    place = order.cache / "home"  # an empty place of ours, as for a report
    for folder in (place, stage.report):
        folder.mkdir(parents=True, exist_ok=True)
    stage.report.chmod(OWNER_FOLDER)
    with chdir(place):
        made = [sum(_write(stage.report, sheet) for sheet in some) for some in _sheets(order, params, key)]
    switch(stage)
    return made[0], made[1]


@dataclass(frozen=True)
class Sheet:
    """One file: its name without ending, and the page."""

    name: str
    page: str


def _write(folder: Path, sheet: Sheet) -> int:
    """Write one sheet, which its owner alone may read, and count it."""
    path = folder / f"{sheet.name}.html"
    path.touch(OWNER_FILE)
    path.write_text(sheet.page, encoding="utf-8")
    return 1


def _sheets(order: Order, params: Params, key: bytes) -> tuple[Iterator[Sheet], Iterator[Sheet]]:
    run = run_of(order, params, "sheets")
    writer = Writer.of(run, key)
    told, partners, scores = own(run, known_of_people(run)), partner_figures(run), partner_scores(run)
    return ((writer.employee(unit, told.of(unit)) for unit in told.units),
            (writer.partner(str(unit), rows.reset_index(drop=True), scores[scores["unit"].eq(unit)])
             for unit, rows in partners.groupby("unit")))


@dataclass(frozen=True)
class Writer:
    """What all sheets share; nothing of any person."""

    key: bytes
    say: Wording
    facts: Facts
    contest: words.Contest
    better: dict[str, str]
    periods: tuple[str, ...]

    @classmethod
    def of(cls, run: Run, key: bytes) -> Writer:
        """Return the writer of a run's sheets."""
        say = Wording(run.language, run.params.registry)
        plan, site = run.params.plan, run.params.site
        facts = Facts(site.company, str(run.quarter), plan.as_of.isoformat(), str(plan.revision), run.run_id, 0)
        owner = say.department(run.params.registry[COMPOSITE_GAP].owner)
        periods = tuple(str(run.quarter.plus(-back)) for back in range(ROLLING_QUARTERS - 1, -1, -1))
        return cls(key, say, facts, words.Contest(owner, site.contest_days),
                   {one.id: one.direction for one in run.params.registry}, periods)

    def employee(self, unit: str, own: Own) -> Sheet:
        """Return the sheet of one employee from rows of theirs alone."""
        say, figures = self.say, own.figures.assign(better=own.figures["indicator"].map(self.better))
        shown = words.shown_in_picture(figures)
        picture = self._picture(shown, say("Your work over four quarters, with 95% intervals."))
        opening = (
            say("For you alone. It is about your own work; nobody else's figures stand in it, but the mean of"
                " colleagues in the same job where they are at least 8."),)
        parts = (words.own_part(figures, say), words.quarters_part(own.quarters, self.periods, say),
                 words.help_part(own, say), words.meanings(say), words.contest_part(own, self.contest, say))
        return self._sheet(sheet_name(self.key, unit), say("Your sheet"), opening, words.tier_sentence(figures, say),
                           picture, parts)

    def partner(self, unit: str, rows: pd.DataFrame, scores: pd.DataFrame) -> Sheet:
        """Return the sheet of one partner from rows of its own alone: of the quarter, and over four."""
        say, told = self.say, rows.assign(better=rows["indicator"].map(self.better))
        panels = told.assign(naive=told["estimate"], naive_low=told["low"], naive_high=told["high"], group_mean=None,
                             standard=told["target"], status="")
        picture = self._picture(words.shown_in_picture(panels), say("Your cases, with 95% intervals."))
        opening = (say("For this partner alone. It tells of your own cases, of our own staff as a whole and of the mean"
                       " of the partners where there are at least 5; no other partner's figures stand in it."),)
        parts = (partner_words.partner_part(told, say), partner_words.score_part(scores, say),
                 partner_words.partner_meanings(say),
                 partner_words.partner_contest(self.contest, say))
        return self._sheet(f"partner-{sheet_name(self.key, unit)}", say("Partner sheet"), opening, "", picture,
                           parts)

    def _picture(self, shown: pd.DataFrame, caption: str) -> str:
        """Return the drawing of ``shown``; nothing where nothing can be drawn."""
        alt = self.say("Interval plot, one panel for each indicator; the table below holds the numbers.")
        return figure(own_panels(shown, self.say), caption, alt).data if len(shown) else ""

    def _sheet(self, name: str, title: str, opening: tuple[str, ...], key: str, picture: str,
               parts: tuple[words.Part, ...]) -> Sheet:
        folder = files("analysis") / "template"
        style = "\n".join((folder / one).read_text(encoding="utf-8") for one in ("report.css", "sheet.css"))
        page = template("sheet.html.j2").render(
            language=self.say.language, title=title, facts=self.facts, style=style, opening=opening, key=key, name=name,
            picture=picture, parts=parts, _=self.say)
        return Sheet(name, "\n".join(line.rstrip() for line in page.splitlines()) + "\n")
