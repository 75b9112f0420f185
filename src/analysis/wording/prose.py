"""Which pieces of a markdown text does a translator see one by one?

A heading, a paragraph, a list item, a quotation and a table row are one message each, its line breaks joined. Code,
rules and raw HTML are left alone. Messages of prose take no values: a number in a report is generated, not typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

MARK = re.compile(r"(?P<mark>\s*(?:#{1,6}\s+|[-*+]\s+|\d+[.)]\s+|>\s+)?)(?P<text>.*)", re.DOTALL)
FENCE = re.compile(r"\s*(```|~~~)")
VERBATIM = re.compile(r"\s*$|\s*<|\s*\|?\s*:?-{3,}")  # blank, raw HTML, a rule or the line under a table's head


@dataclass(frozen=True)
class Block:
    """A piece of markdown: what stands before the text (``## ``, ``- ``), the text, and whether it is translated."""

    mark: str
    text: str
    words: bool = True

    @property
    def is_heading(self) -> bool:
        """Tell whether this is a heading."""
        return self.words and self.mark.startswith("#")

    @property
    def _goes_on(self) -> bool:
        return self.words and not self.is_heading and not self.text.startswith("|")


def blocks(markdown: str) -> Iterator[Block]:
    """Yield the blocks of a markdown text, in order."""
    held, in_code = None, False
    for line in markdown.splitlines():
        fence = bool(FENCE.match(line))
        block = Block("", line, words=False) if fence or in_code else _block(line)
        in_code = in_code != fence
        if held and held._goes_on and _continues(block):
            held = replace(held, text=f"{held.text} {block.text}")
            continue
        if held:
            yield held
        held = block
    if held:
        yield held


def translated(markdown: str, gettext: Callable[[str], str]) -> str:
    """Return the same markdown with every block's text passed through ``gettext``."""
    return "\n".join(block.mark + (gettext(block.text) if block.words else block.text) for block in blocks(markdown))


def _block(line: str) -> Block:
    if VERBATIM.match(line):
        return Block("", line, words=False)
    found = MARK.fullmatch(line)
    return Block(found["mark"], found["text"].strip()) if found else Block("", line.strip())


def _continues(block: Block) -> bool:
    return block.words and not block.mark.strip() and not block.text.startswith("|")
