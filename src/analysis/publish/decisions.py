"""What did people decide in the appraisal file, and may it be recorded (clause 7.3; PIPL art. 24)?

The filled file is held against the published one: same persons, same figures, and no decision that rests on evidence
below its permitted use. What is recorded lies with the parameters, never in the sealed report, and nothing recorded
is lost: what is changed is added below it with its day, and the last row of a person and indicator is in force.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pandas as pd

from analysis.measures.people.appraisal import HUMAN
from analysis.measures.people.scoring import APPRAISAL
from analysis.params.mapping import TableSource
from analysis.publish.order import Order
from analysis.publish.proof import sealed_manifest
from analysis.publish.reconsidered import KEYS, record_path
from analysis.publish.seal import sha256
from analysis.publish.stage import APPRAISAL_TABLE, write_for_owner
from analysis.refusal import Refused
from analysis.sources.reading import FIRST_RECORD, Reading

RECORDED_ON = "recorded_on"
GUARDED = ("decision", "appeal", "appeal_outcome")
REASONED = ("decision_by", "decision_on", "decision_reason")
OUTCOMES = ("open", "upheld", "rejected")
ROUNDED = 1e-6  # relative: what a spreadsheet may lose of a figure
FORMATS = (".csv", ".xlsx")
KEEP = "Keep it, or write what holds now; what was recorded before is kept as well"
WITHDRAW = "Leave it empty and write who withdrew the decision, when and why: the evidence no longer carries it"
SAME = "Leave everything but the fields to fill in as it was published"


@dataclass(frozen=True)
class Filled:
    """A filled appraisal file beside the published table, both as text; ``given`` is indexed by file row."""

    order: Order
    name: str
    given: pd.DataFrame
    torn: tuple[int, ...]
    published: pd.DataFrame
    run_id: str

    @classmethod
    def read(cls, order: Order, path: Path) -> Filled:
        """Return the file at ``path`` beside the published table; Refused where either cannot be read."""
        manifest = sealed_manifest(order.stage.target)
        source = order.stage.target / APPRAISAL_TABLE
        if not source.is_file() or manifest.outputs.get(APPRAISAL_TABLE) != sha256(source):
            raise Refused("the published table is not the one that was sealed", "Run make quarter again",
                          file=APPRAISAL_TABLE)
        if path.suffix not in FORMATS or not path.is_file():
            raise Refused("there is no such CSV or XLSX file", "Give the filled appraisal file", file=path)
        reading = Reading(path, TableSource(), path.name)
        parts = list(reading.batches())
        given = pd.concat(parts) if parts else pd.DataFrame(columns=reading.header)
        published = pd.read_csv(source, dtype="str", keep_default_na=False)
        return cls(order, path.name, given, tuple(reading.short_rows), published, manifest.run_id)

    def offences(self) -> list[str]:
        """Return a line for everything that keeps the file from being recorded; no line quotes a value."""
        absent = [name for name in self.published.columns if name not in self.given.columns]
        if absent:
            return [self._offence(1, name, "the column is missing", SAME) for name in absent]
        torn = [self._offence(row, "", "the row has not as many cells as the header", "Mend it") for row in self.torn]
        return [*torn, *self._of_rows(), *self._of_figures(), *self._of_decisions(), *self._dropped()]

    def _offence(self, row: int | None, column: str, rule: str, remedy: str) -> str:
        return str(Refused(rule, remedy, file=self.name, row=row, column=column))

    def _of_rows(self) -> Iterator[str]:
        ours, theirs = (pd.MultiIndex.from_frame(one[KEYS]) for one in (self.published, self.given))
        for row in self.given.index[theirs.duplicated()]:
            yield self._offence(row, "unit", "the person and indicator stand twice", "Keep one of the two rows")
        for row in self.given.index[~theirs.isin(ours)]:
            yield self._offence(row, "unit", "the published file has no such person and indicator", SAME)
        for place in self.published.index[~ours.isin(theirs)]:
            yield self._offence(None, "unit", f"row {place + FIRST_RECORD} of the published file is missing", SAME)

    def _paired(self) -> pd.DataFrame:
        """Return the given rows that were published, by file row; beside each cell what was published (``_was``)."""
        first = self.published.drop_duplicates(KEYS).add_suffix("_was")
        given = self.given.rename_axis("row").reset_index()
        return given.merge(first, left_on=KEYS, right_on=[f"{name}_was" for name in KEYS]).set_index("row")

    def _of_figures(self) -> Iterator[str]:
        both = self._paired()
        for name in [one for one in self.published.columns if one not in (*KEYS, *HUMAN)]:
            for row, now, was in zip(both.index, both[name], both[f"{name}_was"], strict=True):
                if not _same(now, was.strip()):
                    yield self._offence(row, name, "the cell is not what was published", SAME)

    def _of_decisions(self) -> Iterator[str]:
        once = set(self._before().query("decision != ''")[KEYS].itertuples(index=False, name=None))
        for row, one in self._paired().iterrows():
            told = {name: str(one[name]) for name in HUMAN}
            for column, rule, remedy in _broken(told, str(one["permitted_use_was"]), tuple(one[KEYS]) in once):
                yield self._offence(int(str(row)), column, rule, remedy)

    def _dropped(self) -> Iterator[str]:
        """Yield an offence for each decision, appeal or outcome recorded before that the file no longer holds.

        A decision that the evidence no longer carries may be withdrawn: by whom, when and why.
        """
        both = self._paired().reset_index().merge(_in_force(self._before()), on=KEYS, suffixes=("", "_before"))
        both = both.replace({"appeal_outcome_before": {OUTCOMES[0]: ""}})  # what empty counts as
        fallen = both["permitted_use_was"].ne(APPRAISAL)
        said = (both[list(REASONED)] != "").all(axis=1)
        anew = both["decision_reason"].ne(both["decision_reason_before"])  # not the reason of what is withdrawn
        withdrawn = fallen & said & anew
        for name in GUARDED:
            gone = both[name].eq("") & both[f"{name}_before"].ne("") & ~(withdrawn & (name == GUARDED[0]))
            for row, may_go in zip(both.loc[gone, "row"], fallen[gone] & (name == GUARDED[0]), strict=True):
                yield self._offence(int(row), name, "what was recorded here is missing", WITHDRAW if may_go else KEEP)

    def _before(self) -> pd.DataFrame:
        """Return everything recorded of the quarter, as text, oldest first."""
        if not record_path(self.order).is_file():
            return pd.DataFrame(columns=[*self.published.columns, "run_id", RECORDED_ON])
        return pd.read_csv(record_path(self.order), dtype="str", keep_default_na=False)

    def record(self, on: date) -> tuple[Path, int]:
        """Add the rows in which people wrote anything new, all at once or not at all.

        Returns where, and how many decisions are in force. The figures are those published, with the id of the run they
        come from and the day ``on`` which they were recorded. An appeal without outcome is open.
        """
        filled = self.given[(self.given[HUMAN] != "").any(axis=1)]
        told = filled[[*KEYS, *HUMAN]].assign(
            decision_on=filled["decision_on"].map(lambda text: text and _day(text)),
            appeal_outcome=filled["appeal_outcome"].mask(filled["appeal"].ne("") & filled["appeal_outcome"].eq(""),
                                                         OUTCOMES[0]))
        both = self.published.drop(columns=HUMAN).merge(told, on=KEYS).assign(run_id=self.run_id)
        before = self._before()
        said = [*KEYS, *HUMAN, "run_id"]
        new = both[~pd.MultiIndex.from_frame(both[said]).isin(pd.MultiIndex.from_frame(_in_force(before)[said]))]
        every = pd.concat([before, new.assign(**{RECORDED_ON: on.isoformat()})], ignore_index=True)
        path = record_path(self.order)
        write_for_owner(path, every.to_csv(index=False, lineterminator="\n"))
        return path, int(_in_force(every)["decision"].ne("").sum())


def _in_force(record: pd.DataFrame) -> pd.DataFrame:
    """Return the last row of each person and indicator."""
    return record.drop_duplicates(KEYS, keep="last")


def _same(now: str, was: str) -> bool:
    """Tell whether a cell still says what it said; figures may have been rounded by a spreadsheet."""
    if now == was:
        return True
    try:
        return math.isclose(float(now), float(was), rel_tol=ROUNDED, abs_tol=ROUNDED**2)
    except ValueError:
        return False


def _day(text: str) -> str:
    """Return the day of an ISO 8601 date or time as text; ValueError where it is none."""
    return datetime.fromisoformat(text).date().isoformat()


def _is_day(text: str) -> bool:
    try:
        return bool(_day(text))
    except ValueError:
        return False


def _broken(told: dict[str, str], permitted_use: str, once: bool) -> Iterator[tuple[str, str, str]]:
    """Yield column, rule and remedy of every rule that the fields of one row break; ``once``: it had a decision."""
    if told["decision"]:
        if permitted_use != APPRAISAL:
            yield ("decision", "the decision rests on evidence that may not be used for appraisal",
                   "Take it out; permitted_use says what the row may serve")
        for name in REASONED:
            if not told[name]:
                yield name, "a decision needs who decided, when and why", "Fill it in"
    elif not once:
        for name in (*REASONED, "appeal", "appeal_outcome"):
            if told[name]:
                yield name, "the row has no decision to which this belongs", "Write the decision, or empty the cell"
    if told["decision_on"] and not _is_day(told["decision_on"]):
        yield "decision_on", "not a day in ISO 8601", "Write it as 2024-11-05"
    if told["appeal_outcome"] and told["appeal_outcome"] not in OUTCOMES:
        yield "appeal_outcome", f"not one of {', '.join(OUTCOMES)}", "Correct it; empty counts as open"
    if told["appeal_outcome"] and told["decision"] and not told["appeal"]:
        yield "appeal_outcome", "there is no appeal that it answers", "Write the appeal, or empty the cell"
