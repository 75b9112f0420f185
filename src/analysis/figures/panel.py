"""How do a table of results and a sentence of results stand in the page?

Whatever comes from data is escaped here: the page's renderer passes HTML through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd
from IPython.display import HTML

from analysis.figures.picture import short_hash
from analysis.wording import Wording
from analysis.wording.composed import cell
from analysis.wording.numbers import missing
from analysis.wording.terms import LOOKS, SYMBOLS

LOOKING = frozenset({"state", "effect", "change"})  # columns whose words may look like a verdict (`LOOKS`)
SHORT = 10  # characters; Chinese may break between any two, and a narrow column would
FOLD_OVER = 20  # rows; a longer table is folded
# Said beside the estimate (low, high, status) or the same on every row of a report (level, method).
BESIDE_ESTIMATE = frozenset({"low", "high", "level", "method", "status"})
OF = "_indicator"  # of every row, where the caption says it
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# In the unit of the row's indicator.
MEASURED = frozenset({"estimate", "computation", "since_then", "this_quarter", "target", "gap", "gap_near",
                      "published", "definition", "late_data", "known_now", "performance", "mix", "detectable",
                      "naive", "adjusted", "adjusted_with_case", "naive_spread", "naive_low", "naive_high", "moves",
                      "group_mean", "apart", "by_regression", "lowest", "highest", "overall", "usual",
                      "centre", "phase_mean", "limit_low", "limit_high"})


def headline(text: str, verdict: str = "no target") -> HTML:
    """Return a sentence as a banner whose symbol and colour show the verdict; the words are in the sentence."""
    return HTML(f'<p class="headline {_class(verdict)}"><span class="symbol" aria-hidden="true">'
                f"{SYMBOLS.get(verdict, '–')}</span> {escape(text)}</p>")


def sentence(text: str) -> HTML:
    """Return a generated text as a paragraph."""
    return HTML(f'<p class="sentence">{escape(text)}</p>')


def table(frame: pd.DataFrame, caption: str, say: Wording) -> HTML:
    """Return a table of codes and numbers as a reader's table; the index is not shown.

    ``estimate`` takes its interval or its status in words into one cell; indicators show their title, units and
    verdicts their words; numbers stand right. The first column heads its row. An indicator that is the same in all
    rows moves into the caption. Above 20 rows the table is folded.
    """
    if not caption.strip():
        raise ValueError("a table needs a caption")
    if _one_indicator(frame):
        caption = say("{caption}: {title}", caption=caption, title=say.title(frame["indicator"].iloc[0]))
        frame = frame.drop(columns="indicator").assign(**{OF: frame["indicator"]})
    columns = [str(name) for name in frame.columns if name != OF and not _beside(str(name), frame.columns)]
    rows = [dict(zip(map(str, frame.columns), row, strict=True)) for row in frame.itertuples(index=False, name=None)]
    kinds = {name: _kind(name, rows, say) for name in columns}
    head = "".join(f'<th scope="col"{kinds[name]}>{escape(say.column(name))}</th>' for name in columns)
    body = "\n".join(_row(row, kinds, say) for row in rows)
    if not rows:
        nothing = escape(say("no rows"))
        body = f'<tr><td colspan="{max(1, len(columns))}">{nothing}</td></tr>'
    inner = (f"<table><caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
             f"<tbody>\n{body}\n</tbody></table>")
    return HTML(_framed(inner, caption, len(rows), say))


def _framed(inner: str, caption: str, rows: int, say: Wording) -> str:
    name = f"table-{short_hash(inner)}"
    label = escape(caption)
    framed = f'<div class="wide" role="region" aria-label="{label}" tabindex="0">{inner}</div>'
    if rows > FOLD_OVER:
        titled = say("{caption} ({rows})", caption=caption, rows=say.plural("{n} row", "{n} rows", rows))
        framed = f"<details><summary>{escape(titled)}</summary>\n{framed}\n</details>"
    return f'<div id="{name}" class="table">{framed}</div>'


def _row(row: Mapping[str, Any], kinds: Mapping[str, str], say: Wording) -> str:
    (first, kind), *others = kinds.items()
    cells = "".join(f"<td{kind}>{_cell(row, name, say)}</td>" for name, kind in others)
    return f'<tr><th scope="row"{kind}>{_cell(row, first, say)}</th>{cells}</tr>'


def _cell(row: Mapping[str, Any], name: str, say: Wording) -> str:
    value = row[name]
    if name == "estimate":
        text = escape(say.estimate({**row, "indicator": _indicator(row)}))
        return text if row.get("status", "ok") == "ok" else f'<span class="status">{text}</span>'
    look = value if name == "verdict" else LOOKS.get(value) if name in LOOKING else None
    if not missing(look):
        symbol, words = SYMBOLS.get(str(look), "–"), escape(say.term(value))
        return f'<span class="{_class(str(look))}"><span aria-hidden="true">{symbol}</span> {words}</span>'
    return escape(_text(row, name, say))


def _text(row: Mapping[str, Any], name: str, say: Wording) -> str:
    value = row[name]
    if name == "indicator":
        return say.title(str(value))
    if name == "status":
        return say.status(str(value))
    if isinstance(value, str):
        return cell({**row, "indicator": _indicator(row)}, name, say)
    return say.value(value, str(_indicator(row) or name) if name in MEASURED else name)


def _indicator(row: Mapping[str, Any]) -> str:
    return str(row.get("indicator", row.get(OF, "")))


def _one_indicator(frame: pd.DataFrame) -> bool:
    return "indicator" in frame and len(frame) > 1 and len(frame.columns) > 1 and frame["indicator"].nunique() == 1


def _beside(name: str, columns: pd.Index) -> bool:
    return name in BESIDE_ESTIMATE and {"estimate", "low", "high"} <= set(columns)


def _kind(name: str, rows: Sequence[Mapping[str, Any]], say: Wording) -> str:
    """Return the class of a column's cells as an attribute: numbers stand right, dates and short words stay whole."""
    held = [row for row in rows if not missing(row[name]) and row[name] != ""]
    if name == "estimate" or (held and all(_is_number(row[name]) for row in held)):
        return ' class="number"'
    lengths = [len(_text(row, name, say)) for row in held] + [len(say.column(name))]
    whole = all(_is_date(row[name]) for row in held) or max(lengths) <= SHORT
    return ' class="whole"' if whole else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, Number) and not isinstance(value, (bool, np.bool_))


def _is_date(value: Any) -> bool:
    return isinstance(value, date) or (isinstance(value, str) and ISO_DATE.fullmatch(value) is not None)


def _class(verdict: str) -> str:
    return f"verdict-{verdict.replace(' ', '-')}" if verdict in SYMBOLS else "verdict-no-target"
