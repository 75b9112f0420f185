"""Does a translator see each heading, paragraph, list item, quotation and table row as one message?"""

from analysis.wording.prose import blocks, translated

MARKDOWN = """# Title

First line
of a paragraph.

- one item
  goes on
2. another
> quoted

| a | b |
|---|---|
| c | d |

```python
say("code")
```
---
<p>raw</p>"""


def test_every_block_is_one_message_with_its_lines_joined() -> None:
    assert [block.text for block in blocks(MARKDOWN) if block.words] == [
        "Title", "First line of a paragraph.", "one item goes on", "another", "quoted", "| a | b |", "| c | d |"]


def test_only_the_heading_is_a_heading() -> None:
    assert [block.text for block in blocks(MARKDOWN) if block.is_heading] == ["Title"]


def test_marks_code_rules_and_html_are_left_alone() -> None:
    lines = translated(MARKDOWN, str.upper).splitlines()
    assert {"# TITLE", "- ONE ITEM GOES ON", "2. ANOTHER", "> QUOTED", "| C | D |"} <= set(lines)
    assert {'say("code")', "|---|---|", "---", "<p>raw</p>"} <= set(lines)


def test_a_text_without_translation_keeps_its_blocks() -> None:
    assert list(blocks(translated(MARKDOWN, str))) == list(blocks(MARKDOWN))
