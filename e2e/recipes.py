"""Recipes of the documentation, as they stand there: what is tested is what people copy."""

import re
from pathlib import Path

HOW_TO = Path(__file__).parent.parent / "docs" / "how-to"


def recipe(page, heading, language):
    """The first block of this language below a heading of a page, up to the next heading."""
    text = (HOW_TO / page).read_text()
    part = re.split(rf"^#+ {re.escape(heading)}$", text, maxsplit=1, flags=re.MULTILINE)
    assert len(part) == 2, f"{page} has no heading {heading!r}"
    section = re.split(r"^## ", part[1], maxsplit=1, flags=re.MULTILINE)[0]
    block = re.search(rf"^```{language}\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    assert block, f"{page} has no {language} below {heading!r}"
    return block[1]


def replaced(text, old, new):
    """With something of a test's own in the place of what a reader would change as well."""
    assert old in text, f"{old!r} is not in the recipe:\n{text}"
    return text.replace(old, new)
