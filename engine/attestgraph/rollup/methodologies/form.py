"""What a methodology says, and how one says nothing of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from attestgraph.model.words import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Methodology:
    """The rules of one family of frameworks.

    Attributes:
        name: As `methodology` in a framework's file.
        words: Our word to the family's own; a word that it has none for is left out.
        made_of_children: An assessable requirement is made of the assessable rows below it (a
            standard of its specifications, a practice of its objectives).
    """

    name: str
    words: Mapping[Word, str]
    made_of_children: bool
