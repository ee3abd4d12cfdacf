"""What is wrong with a sentence of the library: content is worded alike, workspaces are free."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 160
LONGEST_QUESTION = 240
FEWEST_WORDS = 3
"""A reason of one or two words is none."""

NAMES = ("ePHI ",)
"""What is written with a small letter wherever it stands."""

# what a sentence says instead of a fact
BANNED = re.compile(r"\b(should|ensures?|must be compliant|best practices?)\b", re.IGNORECASE)
ANOTHER_SENTENCE = re.compile(r"[.!?]\s+\S|\n")


def wording_faults(sentence: str, *, ending: str = ".") -> Iterator[str]:
    """Yield what is wrong with one sentence.

    Args:
        sentence: A `says`, a `because` or a `question`.
        ending: What it ends with.
    """
    if sentence != sentence.strip() or not sentence:
        yield "is empty or has spaces around it"
    if not sentence.endswith(ending) or sentence.endswith((f".{ending}", f" {ending}")):
        yield f"does not end with one `{ending}`"
    if ANOTHER_SENTENCE.search(sentence):
        yield "is more than one sentence"
    if found := BANNED.search(sentence):
        yield f"says `{found[0]}`"
    longest = LONGEST_QUESTION if ending == "?" else LONGEST
    if len(sentence) > longest:
        yield f"has {len(sentence)} characters; {longest} are the most"
    if len(sentence.split()) < FEWEST_WORDS:
        yield f"has fewer than {FEWEST_WORDS} words"
    if sentence[:1].islower() and not sentence.startswith(NAMES):
        yield "begins with a small letter"
