"""How do the definitions of a report's figures read?"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import pandas as pd
from IPython.display import HTML

from analysis.wording import Wording
from analysis.wording.numbers import missing


def definition_list(definitions: pd.DataFrame, say: Wording) -> HTML:
    """Return the registry's entries as a list of terms: what each figure means, how to read it, its formula and owner.

    ``definitions`` has the columns of ``analysis.measures.definitions``. Its texts are escaped.
    """
    entries = "\n".join(_entry(row, say) for row in definitions.to_dict("records"))
    title = escape(say("Definitions"))  # by itself: no text is collected from within an f-string
    return HTML(f'<h3>{title}</h3>\n<dl class="definitions">\n{entries}\n</dl>')


def _entry(row: dict, say: Wording) -> str:
    details = "".join(f"<dd>{escape(text)}</dd>" for text in _details(row, say))
    return f'<dt>{escape(say.title(row["indicator"]))}</dt>{details}'


def _details(row: dict, say: Wording) -> Iterator[str]:
    yield say.phrase(row["definition"])
    yield say.phrase(row["interpretation"])
    yield say("Formula: {formula}.", formula=say.phrase(row["formula"]))
    if missing(row["target"]):
        yield say("No target is set.")
    else:
        yield say("Target: {target} ({source}).", target=say.value(row["target"], row["indicator"]),
                  source=say.phrase(row["target_source"]))
    yield say("Owner: {owner}. Clause {clause} of the policy. In force from {day}.", owner=say.department(row["owner"]),
              clause=row["clause"], day=row["effective_from"])
