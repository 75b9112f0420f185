"""Which indicators and rules began or ended lately, and what was changed in them (clauses 6.2, 8.2, 8.3)?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, TypeVar

import pandas as pd

from analysis.params import HISTORY_QUARTERS, Indicator, Rule
from analysis.run import Run

Version = TypeVar("Version", Indicator, Rule)
#: Key of an entry → the word for it; the others are text for readers.
OF_INDICATOR = {"definition": "definition", "variant": "definition", "formula": "formula", "unit": "unit",
                "per": "unit", "direction": "direction", "target": "target", "target_source": "target",
                "minimum_n": "minimum n", "source": "source", "clause": "clause", "owner": "owner"}
OF_RULE = {"start": "clock", "stop": "clock", "pause": "clock", "withdrawn": "clock", "where": "cases",
           "limits": "limits", "extension": "extension", "force": "force", "share_target": "target",
           "source": "source", "certainty": "certainty", "clause": "clause"}
OF_LIMIT = {"source", "certainty"}  # a limit may have its own; else they are its rule's
NEW, WORDING = "new", "wording"
SEPARATOR = " / "
COLUMNS = ["concerns", "version", "effective_from", "effective_to", "what_changed", "approver",
           "source"]


def versions(run: Run) -> pd.DataFrame:
    """Return the versions of indicators and of the rules that bind which began or ended in eight quarters: COLUMNS.

    The quarters up to this one, oldest version first; one that begins later is not in force yet. ``version`` counts
    those of the same id. ``what_changed`` with it: the parts of the entry that differ from the version before, "new"
    where there is none, empty where it began earlier. ``approver`` of an indicator; ``source``: the law a rule is read
    from.
    """
    rows = [*_of(run, run.params.registry.versions, OF_INDICATOR), *_of(run, run.params.rule_versions, OF_RULE)]
    return pd.DataFrame(rows, columns=COLUMNS).sort_values(["effective_from", "concerns"], ignore_index=True)


def _of(run: Run, every: Sequence[Version], parts: dict[str, str]) -> Iterator[list[object]]:
    first, last = run.quarter.plus(1 - HISTORY_QUARTERS).start, run.quarter.end
    ordered = sorted(every, key=attrgetter("id", "effective_from"))
    for _, same in groupby(ordered, key=attrgetter("id")):
        before: Version | None = None
        for number, one in enumerate(same, start=1):
            ended = one.effective_to is not None and first <= one.effective_to <= last
            began = first <= one.effective_from <= last
            if began or ended:
                yield [one.id, number, one.effective_from.isoformat(),
                       one.effective_to.isoformat() if one.effective_to else "",
                       _changed(before, one, parts) if began else "",
                       one.approver if isinstance(one, Indicator) else "",
                       one.source.title if isinstance(one, Rule) else ""]
            before = one


def _changed(before: Version | None, now: Version, parts: dict[str, str]) -> str:
    if before is None:
        return NEW
    words = dict.fromkeys(word for key, word in parts.items() if _part(before, key) != _part(now, key))
    return SEPARATOR.join(words) or WORDING


def _part(version: Version, key: str) -> Any:
    """Return a part of an entry; source and certainty of a limit belong to those of its rule, not to the limit."""
    part = getattr(version, key)
    if isinstance(version, Rule) and key == "limits":
        return [one.model_dump(exclude=OF_LIMIT) for one in version.limits]
    if isinstance(version, Rule) and key in OF_LIMIT:
        return {part, *(getattr(one, key) for one in version.limits)}
    return part
