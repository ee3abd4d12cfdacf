"""The text of KQL: literals, names, paths below a column, and boolean expressions.

A boolean expression here is never null: every function that could answer null is wrapped where it
is written, so that `not` means not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from attestgraph.conditions.folding import is_letter
from attestgraph.conditions.paths import Each, Key, Path, Segment

MOST_EXACT_INTEGER: Final = 2**53
"""Integers below it are exact as a `real`."""

NUMBER: Final = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z"
INSTANT: Final = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]{1,7})?([Zz]|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?)?\z"
)
_NOT_ASCII: Final = r"[^\x00-\x7F]"
STAND_IN: Final = "~"
"""Stands for what is not ASCII where texts are lowered: it comes after all characters in use."""

_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NO_NAME: Final = re.compile(r"[^A-Za-z0-9_]")
_RESERVED: Final = (
    "access alias and as asc between by case cluster contains count database datatable "
    "declare default desc distinct endswith evaluate extend external facet find fork from "
    "getschema has hidden hot id in invoke join kind let limit lookup macro materialize nulls "
    "of on or order parse partition pattern pluginname print project query_parameters range "
    "reduce render restrict sample scan search serialize set sort startswith step summarize "
    "table take title to toscalar top type typeof union until view where with"
)
_COLUMNS: Final = (
    "id name type tenantid kind location resourcegroup subscriptionid managedby sku plan "
    "properties tags identity zones extendedlocation apiversion outcome on_absent"
)
_RESERVED_WORDS: Final = frozenset(_RESERVED.split())
_TAKEN: Final = _RESERVED_WORDS | {*_COLUMNS.split(), "true", "false", "null", "dynamic"}
_SPELLED: Final = {("properties/hostnameconfigurations", "hostname"): "hostName"}
"""Names that the table of aliases spells otherwise than rows do, below the names before them."""

_TICKS_OF_A_SECOND: Final = 10_000_000
_ATOM, _AND, _OR = 3, 2, 1


class NotInKqlError(Exception):
    """Something has no exact counterpart in KQL; the message says what and why."""


@dataclass(frozen=True, slots=True)
class Bool:
    """A boolean expression.

    Attributes:
        rank: How tightly it binds: an atom, a conjunction, a disjunction.
        inverse: The text of its negation, an atom too, where there is one without `not`.
        parts: What a conjunction or a disjunction is made of.
    """

    text: str
    rank: int = _ATOM
    inverse: str | None = None
    parts: tuple[Bool, ...] = ()

    def within(self, rank: int) -> str:
        """Return the text, in parentheses where it is joined by another word than what is around.

        `and` binds more tightly than `or`; parentheses show it.
        """
        return self.text if self.rank in {rank, _ATOM} else f"({self.text})"


TRUE: Final = Bool("true", inverse="false")
FALSE: Final = Bool("false", inverse="true")


def constant(value: bool) -> Bool:  # noqa: FBT001 the value is the argument
    """Return a constant."""
    return TRUE if value else FALSE


def all_of(parts: Iterable[Bool]) -> Bool:
    """Return the conjunction."""
    return _joined(parts, neutral=TRUE, decisive=FALSE, word=" and ", rank=_AND)


def any_of(parts: Iterable[Bool]) -> Bool:
    """Return the disjunction."""
    return _joined(parts, neutral=FALSE, decisive=TRUE, word=" or ", rank=_OR)


def _joined(parts: Iterable[Bool], *, neutral: Bool, decisive: Bool, word: str, rank: int) -> Bool:
    flat = [one for part in parts for one in (part.parts if part.rank == rank else (part,))]
    kept = [part for part in dict.fromkeys(flat) if part != neutral]
    texts = {part.text for part in kept}
    if decisive in kept or any(part.inverse in texts for part in kept):
        return decisive
    if len(kept) <= 1:
        return kept[0] if kept else neutral
    return Bool(word.join(part.within(rank) for part in kept), rank, parts=tuple(kept))


def negated(part: Bool) -> Bool:
    """Return the negation."""
    if part.inverse is not None:
        return Bool(part.inverse, inverse=part.text)
    if part.rank == _ATOM:
        return Bool(f"not({part.text})", inverse=part.text)
    turned = any_of if part.rank == _AND else all_of
    return turned(negated(one) for one in part.parts)


def quoted(text: str) -> str:
    """Return a string literal.

    Raises:
        NotInKqlError: A control character, which no literal can show.
    """
    if not text.isprintable():
        raise NotInKqlError("a text with a control character")
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def caseless(text: str) -> str:
    """Return the literal of a text that is compared without regard to case.

    Raises:
        NotInKqlError: KQL ignores the case of ASCII letters only.
    """
    if any(not c.isascii() and is_letter(c) for c in text):
        raise NotInKqlError(
            f"the text `{text[:60]}` has letters beyond ASCII, whose case KQL does not ignore"
        )
    return quoted(text)


def number(value: float) -> str:
    """Return a number literal.

    Raises:
        NotInKqlError: It is not exact as a `real`.
    """
    if abs(value) >= MOST_EXACT_INTEGER:
        raise NotInKqlError(f"the number {value}, which is not exact as a `real` of KQL")
    text = repr(value)
    return f"real({text})" if "e" in text else text


def instant(ticks: int) -> str:
    """Return the datetime literal of an instant in ticks since 0001-01-01, day 1.

    Raises:
        NotInKqlError: Outside the years 1 to 9999.
    """
    seconds, fraction = divmod(ticks, _TICKS_OF_A_SECOND)
    days, rest = divmod(seconds, 86_400)
    try:
        day = date.fromordinal(days)
    except (ValueError, OverflowError):
        raise NotInKqlError("an instant outside the years 1 to 9999") from None
    clock = str(timedelta(seconds=rest)).rjust(8, "0")
    tail = f".{fraction:07d}" if fraction else ""
    return f"datetime({day.isoformat()}T{clock}{tail}Z)"


def regex(pattern: str) -> str:
    """Return a pattern, which holds no quote, as a verbatim literal."""
    return f"@'{pattern}'"


def escaped(character: str, *, any_case: bool) -> str:
    """Return the part of a pattern that one character is."""
    if any_case and character.isascii() and character.isalpha():
        return f"[{character.lower()}{character.upper()}]"
    if character == "'":
        return r"\x27"  # so that no pattern needs its quotes doubled
    if character.isascii() and not character.isalnum() and character != "_":
        return f"\\{character}"
    return character


def lowered(value: str) -> str:
    """Return an expression whose text is in lower case and holds nothing beyond ASCII."""
    return f"tolower(replace_regex({value}, {regex(_NOT_ASCII)}, '{STAND_IN}'))"


def below(base: str, path: Path) -> str:
    """Return what a path selects below a dynamic value.

    Raises:
        NotInKqlError: `[*]`, or a name that may be an index.
    """
    parts = [base]
    for segment in path:
        if isinstance(segment, Each):
            raise NotInKqlError("`[*]` within an array")
        if segment.index is not None:
            raise NotInKqlError(f"`[{segment.name}]`, an index of an array or a name")
        plain = _PLAIN_NAME.fullmatch(segment.name) and segment.low not in _RESERVED_WORDS
        parts.append(f".{segment.name}" if plain else f"[{quoted(segment.name)}]")
    return "".join(parts)


def as_written(path: Path) -> Path:
    """Return a path as rows spell it, where that is known to differ from the table of aliases.

    Resource Graph tells the letter case of names apart; conditions do not.
    """
    found: list[Segment] = []
    head = ""
    for segment in path:
        if isinstance(segment, Each):
            found.append(segment)
            continue
        found.append(Key(_SPELLED.get((head, segment.low), segment.name), segment.low, segment.tag))
        head = f"{head}/{segment.low}" if head else segment.low
    return tuple(found)


def column_name(path: Path) -> str:
    """Return a name for the column that holds what a path selects."""
    words = [segment.name for segment in path if isinstance(segment, Key)]
    full = _NO_NAME.sub("_", "_".join(words))
    short = full.removeprefix("properties_")
    if short.lower() in _TAKEN or not short[:1].isalpha():
        short = full
    return short if short[:1].isalpha() else f"f_{short}"
