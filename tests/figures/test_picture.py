"""Does a figure stand in the page named, described, escaped and the same each time?"""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from analysis.figures import canvas, figure

HOSTILE = "</svg><script>alert(\"1\")</script> & 'q'"


def picture(text: str = "理賠", caption: str = "Caption", alt: str = "Alt", points: int = 3) -> str:
    drawn, ax = canvas(rows=2)
    ax.scatter(np.arange(points), np.arange(points) % 7)
    ax.plot([0, 1], [0, 1], marker="o")
    ax.set_title(text)
    return figure(drawn, caption, alt).data


def test_a_figure_has_role_label_and_caption() -> None:
    root = ElementTree.fromstring(picture(caption="A caption", alt="An alt text"))
    image = root.find("div/svg")
    assert image is not None
    assert (image.get("role"), image.get("aria-label")) == ("img", "An alt text")
    assert root.findtext("figcaption") == "A caption"


def test_hostile_text_is_text() -> None:
    root = ElementTree.fromstring(picture(HOSTILE, HOSTILE, HOSTILE))
    assert root.findtext("figcaption") == HOSTILE
    assert HOSTILE in {element.text for element in root.iter("text")}
    assert root.find(".//script") is None


def test_dollars_are_not_mathematics() -> None:
    assert "$x$" in picture("$x$")


def test_nothing_points_outside() -> None:
    drawn = picture()
    assert "http" not in drawn
    assert "xmlns" not in drawn


def test_the_same_figure_has_the_same_bytes_and_ids_are_unique_between_figures() -> None:
    assert picture() == picture()
    ids = [set(re.findall(r'\sid="([^"]+)"', picture(caption=caption))) for caption in ("one", "two")]
    assert ids[0].isdisjoint(ids[1])


def test_every_reference_has_its_target() -> None:
    drawn = picture()
    targets = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', drawn))
    assert targets
    assert {one or other for one, other in targets} <= set(re.findall(r'\sid="([^"]+)"', drawn))


def test_many_marks_become_one_raster() -> None:
    assert "data:image/png" not in picture(points=1_000)
    assert "data:image/png" in picture(points=1_001)


@pytest.mark.parametrize(("caption", "alt"), [("", "x"), ("x", " ")])
def test_a_figure_without_caption_or_description_is_a_mistake(caption: str, alt: str) -> None:
    with pytest.raises(ValueError, match="caption and an alt"):
        picture(caption=caption, alt=alt)
