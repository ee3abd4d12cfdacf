"""What a methodology says, and how one says nothing of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from attestgraph.model.words import Decision, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Methodology:
    """The rules of one family of frameworks.

    Attributes:
        name: As `methodology` in a framework's file.
        words: Our word to the family's own; a word that it has none for is left out.
        made_of_children: An assessable requirement is made of the assessable rows below it (a
            standard of its specifications, a practice of its objectives).
        decisions: The family's words for what a decision record of an addressable specification
            says. They stand only where nothing else says less.
        supporting_only: What is found supports a validation that others do and never is one: no
            status column and no share is printed.
    """

    name: str
    words: Mapping[Word, str]
    made_of_children: bool
    decisions: Mapping[Decision, str] = field(default_factory=dict)
    supporting_only: bool = False
