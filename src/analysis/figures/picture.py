"""How does a drawn figure stand in the page: one inline SVG that is named, described and the same each time?"""

from __future__ import annotations

import re
from hashlib import sha256
from html import escape
from io import StringIO
from typing import Any

import matplotlib
import numpy as np
from IPython.display import HTML
from matplotlib.figure import Figure

RASTERISE_OVER = 1_000  # markers; more of them make the file large and the browser slow
ID_LENGTH = 10
NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
FONTS = "font-family: inherit"

OPENING = re.compile(r"^.*?(?=<svg)", re.DOTALL)
NAMESPACE = re.compile(r'\s+xmlns(?::\w+)?="[^"]*"|\s+version="1\.1"')
ID = re.compile(r'\sid="([^"]*)"')
REFERENCE = re.compile(r'(?<=\shref="#)[^"]+|(?<=url\(#)[^)]+')
SIZE = re.compile(r'(<svg[^>]*?) width="[^"]*" height="[^"]*"')
FONT_FAMILY = re.compile(r"font-family: [^;\"]*")
NO_TURN = re.compile(r' transform="rotate\(-0 [^"]*"')
GLOBAL_STYLE = re.compile(r"<defs>\s*<style.*?</style>\s*</defs>\s*", re.DOTALL)


def short_hash(*parts: str) -> str:
    """Return a short id that depends on the content alone."""
    return sha256("\0".join(parts).encode()).hexdigest()[:ID_LENGTH]


def figure(drawn: Figure, caption: str, alt: str) -> HTML:
    """Return the figure as inline SVG with a caption to be seen and a description to be read aloud.

    Both are texts, not HTML. A figure without either is refused with ValueError: some reader would not know what it is.
    What a drawing itself has to say, the label of its axes, stands behind the caption.
    """
    if not caption.strip() or not alt.strip():
        raise ValueError("a figure needs a caption and an alt text")
    for axes in drawn.axes:
        caption = f"{caption}{'' if caption.endswith('。') else ' '}{axes.get_label()}".strip()
    _rasterise(drawn)
    image = _svg(drawn, salt=caption)
    name = f"figure-{short_hash(caption, alt, image)}"
    image = _named(image, name).replace("<svg", f'<svg role="img" aria-label="{escape(alt)}"', 1)
    return HTML(f'<figure id="{name}" class="picture">\n<div class="wide" tabindex="0">{image}</div>\n'
                f"<figcaption>{escape(caption)}</figcaption>\n</figure>")


def _rasterise(drawn: Figure) -> None:
    for axes in drawn.axes:
        for marks in axes.collections:
            if np.size(marks.get_offsets(), 0) > RASTERISE_OVER:
                marks.set_rasterized(True)
        for line in axes.lines:
            if line.get_marker() not in {"", "None", None} and np.size(line.get_xydata(), 0) > RASTERISE_OVER:
                line.set_rasterized(True)


def _svg(drawn: Figure, **text: Any) -> str:
    """Return the SVG without what a page does not need: prolog, namespaces, metadata, its own fonts and size."""
    buffer = StringIO()
    with matplotlib.rc_context({"svg.hashsalt": text["salt"]}):
        drawn.savefig(buffer, format="svg", metadata=NO_METADATA)
    image = OPENING.sub("", buffer.getvalue(), count=1)
    image = GLOBAL_STYLE.sub("", NAMESPACE.sub("", image))
    image = SIZE.sub(r"\1", image, count=1).replace("xlink:href", "href")
    return FONT_FAMILY.sub(FONTS, NO_TURN.sub("", image)).strip()


def _named(image: str, name: str) -> str:
    """Return the SVG with the ids it refers to made unique on the page, and all others left out."""
    used = set(REFERENCE.findall(image))
    image = ID.sub(lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", image)
    return REFERENCE.sub(lambda found: f"{name}-{found[0]}", image)
