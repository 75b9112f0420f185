"""What do all figures have in common: colours, type, size?

Importing this module sets seaborn's theme once, over matplotlib's own defaults, so a user's matplotlibrc has no say.

Chinese text: figures hold text, not outlines, and the browser brings the font. matplotlib still measures each text to
place it, has no Chinese glyphs in DejaVu Sans and would warn about each character. So a font of 0.6 kB made here, one
empty full-width glyph for every character, stands behind DejaVu Sans: widths come out right and nothing is missing.
It never reaches a report.
"""

from __future__ import annotations

import os
import struct
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import MappingProxyType

import matplotlib
import seaborn
from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib.tables._g_l_y_f import Glyph
from fontTools.ttLib.tables.DefaultTable import DefaultTable
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe and Ito 2008, "Color universal design": told apart by colour-blind readers. Yellow is left out (contrast).
BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
PALETTE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
INK, QUIET, RULE = "#1f2933", "#59636e", "#d5dae0"

VERDICT_COLOURS = MappingProxyType({"met": BLUE, "not met": VERMILION, "cannot tell": QUIET, "no target": INK})
VERDICT_MARKERS = MappingProxyType({"met": "o", "not met": "s", "cannot tell": "D", "no target": "o"})

WIDTH_INCHES = 7.2  # the report's text column
ROW_INCHES, FRAME_INCHES = 0.34, 1.0
MIN_INCHES = 2.2

FULL_WIDTH = "Full Width"
FONT_FILE = "full-width-1.ttf"
EM = 1000
FIRST_CHARACTER, LAST_CHARACTER = 0x80, 0x10FFFF

SETTINGS = {
    "font.family": ["DejaVu Sans", FULL_WIDTH], "font.size": 9, "axes.titlesize": 10, "axes.labelsize": 9,
    "xtick.labelsize": 9, "ytick.labelsize": 9, "legend.fontsize": 9, "text.parse_math": False,
    "axes.unicode_minus": True, "axes.formatter.use_mathtext": False, "axes.spines.top": False,
    "axes.spines.right": False, "axes.edgecolor": QUIET, "text.color": INK, "axes.labelcolor": INK,
    "xtick.color": INK, "ytick.color": INK, "grid.color": RULE, "svg.fonttype": "none", "svg.id": None,
    "figure.facecolor": "none", "axes.facecolor": "none", "savefig.facecolor": "none", "legend.frameon": False,
}


def _character_map() -> bytes:
    """Return a ``cmap`` table of format 13 that maps all characters to glyph 1 (OpenType 1.9, cmap, "many-to-one")."""
    header = struct.pack(">HHHHI", 0, 1, 3, 10, 12)
    return header + struct.pack(">HHIIIIII", 13, 0, 28, 0, 1, FIRST_CHARACTER, LAST_CHARACTER, 1)


def _full_width_font(path: Path) -> None:
    """Write the font in which every character is one em wide and empty; atomic, as kernels start side by side."""
    glyphs = (".notdef", "wide")
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({ord("品"): "wide"})
    builder.setupGlyf({name: Glyph() for name in glyphs})
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (EM, 0)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": FULL_WIDTH, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120, usWinAscent=880, usWinDescent=120)
    builder.setupPost()
    table = DefaultTable("cmap")
    table.data = _character_map()
    builder.font["cmap"] = table
    with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        builder.save(part)
    os.replace(part.name, path)


def _install_font() -> None:
    """Let matplotlib know the measuring font, in regular and bold so that none is searched for."""
    path = Path(matplotlib.get_cachedir()) / FONT_FILE
    if not path.is_file():
        _full_width_font(path)
    manager = font_manager.fontManager
    if any(entry.name == FULL_WIDTH for entry in manager.ttflist):
        return
    manager.addfont(path)
    manager.ttflist.append(replace(manager.ttflist[-1], weight=700))


def apply_style() -> None:
    """Set matplotlib's defaults, seaborn's theme and ours, in that order."""
    matplotlib.rcParams.update({name: value for name, value in matplotlib.rcParamsDefault.items() if name != "backend"})
    seaborn.set_theme(style="whitegrid", palette=PALETTE, rc=SETTINGS)
    _install_font()


def canvas(rows: int = 8, columns: int = 1) -> tuple[Figure, Axes]:
    """Return a figure for ``rows`` rows of marks and its axes (an array of axes if ``columns`` > 1).

    It is not pyplot's: nothing is shown by itself at the end of a cell and nothing stays open.
    """
    height = max(MIN_INCHES, FRAME_INCHES + ROW_INCHES * rows)
    drawn = Figure(figsize=(WIDTH_INCHES, height), layout="constrained")
    return drawn, drawn.subplots(ncols=columns)


apply_style()
