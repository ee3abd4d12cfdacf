"""From JSON to the tree of a condition: all faults at once, in document order, in bounded time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from attestgraph.conditions.aliases import Aliases
from attestgraph.conditions.errors import ConditionError, ConditionFault, Pointer
from attestgraph.conditions.fields import Mode
from attestgraph.conditions.folding import ascii_lower
from attestgraph.conditions.operators import OPERATORS
from attestgraph.conditions.parse_operand import Names
from attestgraph.conditions.tree import AllOf, AnyOf, Condition, Node, Not
from attestgraph.conditions.values import kind_of
from attestgraph.diagnostics import nearest

MOST_NESTING: Final = 100
MOST_FAULTS: Final = 100
MOST_SUGGESTIONS: Final = 20
MOST_VALUES: Final = 100_000
MOST_TEXT: Final = 1_048_576

LOGICAL: Final = {"allof": "allOf", "anyof": "anyOf", "not": "not"}
LEFT: Final = ("field", "value", "count")
WORDS: Final = (*LOGICAL.values(), *LEFT, *(o.value for o in OPERATORS.values()), "when_absent")


class TooManyFaultsError(Exception):
    """Enough faults were found; the rest of the document is not read."""


@dataclass(slots=True, kw_only=True)
class Faults:
    """The faults of one document, as they are found.

    Attributes:
        found: In document order.
        suggested: How many did-you-means were worked out; each costs time, so they are few.
    """

    found: list[ConditionFault] = field(default_factory=list)
    suggested: int = 0

    def add(
        self,
        slug: str,
        message: str,
        pointer: Pointer,
        help: str | None = None,  # noqa: A002 the word of ConditionFault
    ) -> None:
        """Keep one more fault.

        Raises:
            TooManyFaultsError: There are enough.
        """
        self.take(ConditionFault(slug=slug, message=message, help=help, pointer=pointer))

    def take(self, *faults: ConditionFault) -> None:
        """Keep faults that were found elsewhere; see `add`."""
        for fault in faults:
            self.found.append(fault)
            if len(self.found) >= MOST_FAULTS:
                raise TooManyFaultsError

    def suggestion(self, word: str, known: Collection[str]) -> str | None:
        """Return a did-you-mean, or None where nothing is near."""
        if self.suggested >= MOST_SUGGESTIONS or len(word) > 100:
            return None
        self.suggested += 1
        close = nearest(word, known)
        return f"did you mean `{close[0]}`?" if close else None

    def alias(self, fault: ConditionFault, name: str, aliases: Aliases | None) -> ConditionFault:
        """Return the fault of an unknown alias with a did-you-mean."""
        if aliases is None or self.suggested >= MOST_SUGGESTIONS or len(name) > 300:
            return fault
        self.suggested += 1
        close = aliases.nearest(name)
        return replace(fault, help=f"did you mean `{close}`?") if close else fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What surrounds a condition while it is parsed.

    Attributes:
        depth: How many conditions enclose it.
        negated: Whether one of them is `not`.
        values: The names of the value counts around it, outermost first, in lower case.
        fields: How many field counts are around it.
    """

    depth: int = 0
    negated: bool = False
    values: tuple[str, ...] = ()
    fields: int = 0

    def deeper(self) -> Around:
        """Return the same, one condition further in."""
        return replace(self, depth=self.depth + 1)

    @property
    def names(self) -> Names:
        """What `current()` may mean here."""
        return Names(values=self.values, fields=self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parser:
    """The settings of one parse, and the faults found.

    Attributes:
        parameters: The names that `parameters('x')` may mean, in lower case; None for any.
        when_absent: Whether leaves may say what holds when their field is absent.
    """

    mode: Mode
    aliases: Aliases | None
    parameters: frozenset[str] | None
    when_absent: bool
    faults: Faults

    def condition(self, document: Any, pointer: Pointer, around: Around) -> Node | None:
        """Return the tree of one condition, or None where it has faults."""
        from attestgraph.conditions.parse_leaf import leaf

        if around.depth >= MOST_NESTING:
            message = f"conditions are nested deeper than {MOST_NESTING}"
            self.faults.add("nesting-too-deep", message, pointer)
            return None
        if type(document) is not dict:
            message = f"a condition is an object, not {kind_of(document)}"
            self.faults.add("not-a-condition", message, pointer)
            return None
        keys = self.keys(document, pointer)
        logical = [name for name in keys if name in LOGICAL]
        if not logical:
            return leaf(self, document, keys, pointer, around)
        others = [keys[name] for name in keys if name != logical[0]]
        if others:
            shown = ", ".join(f"`{name[:40]}`" for name in others[:5])
            message = f"`{LOGICAL[logical[0]]}` stands alone in its object, not with {shown}"
            self.faults.add("mixed-condition", message, pointer)
        name = keys[logical[0]]
        return self.logical(logical[0], document[name], (*pointer, name), around)

    def logical(self, word: str, inner: Any, pointer: Pointer, around: Around) -> Node | None:
        """Return the tree of `allOf`, `anyOf` or `not`."""
        if word == "not":
            member = self.condition(inner, pointer, replace(around.deeper(), negated=True))
            return None if member is None else Not(member=member, pointer=pointer)
        if type(inner) is not list:
            message = f"`{LOGICAL[word]}` is an array of conditions, not {kind_of(inner)}"
            self.faults.add("not-an-array", message, pointer)
            return None
        if not inner and self.mode == "control":
            help_text = "an empty one would decide without looking at anything"
            self.faults.add("empty-condition", f"`{LOGICAL[word]}` is empty", pointer, help_text)
            return None
        found = [
            self.condition(one, (*pointer, place), around.deeper())
            for place, one in enumerate(inner)
        ]
        members = tuple(member for member in found if member is not None)
        form = AllOf if word == "allof" else AnyOf
        return form(members=members, pointer=pointer)

    def keys(self, document: Mapping[str, Any], pointer: Pointer) -> dict[str, str]:
        """Return the keys of an object by their lower case; two of one lower case are a fault."""
        keys: dict[str, str] = {}
        for name in document:
            low = ascii_lower(name)
            if low in keys:
                message = f"`{name[:40]}` and `{keys[low][:40]}` are the same key"
                self.faults.add("repeated-key", message, (*pointer, name))
            else:
                keys[low] = name
        return keys


def parse_condition(
    document: Any,
    *,
    aliases: Aliases | None,
    parameters: Collection[str] = (),
    mode: Mode = "control",
    negatable_absent: bool = True,
) -> Condition:
    """Return the condition that a JSON document holds.

    Args:
        document: As decoded from JSON or YAML.
        aliases: What names with `/` may be; None: none in a control, read literally in a policy.
        parameters: The names that `parameters('x')` may mean; in a policy, none means any.
        mode: A control is held to known fields and aliases and may use `when_absent`; the rule of
            a policy is taken as Azure takes it.
        negatable_absent: False where a leaf may not say `when_absent`, as in `violated_when`.

    Raises:
        ConditionError: With all faults, in document order (at most 100).
    """
    names = frozenset(ascii_lower(name) for name in parameters)
    parser = Parser(
        mode=mode,
        aliases=aliases,
        parameters=None if mode != "control" and not names else names,
        when_absent=mode == "control" and negatable_absent,
        faults=Faults(),
    )
    root = parse_root(parser, document, ())
    if root is None:
        raise ConditionError(parser.faults.found)
    return Condition(root=root, document=document, aliases=aliases, mode=mode)


def parse_root(parser: Parser, document: Any, pointer: Pointer) -> Node | None:
    """Return the tree of a whole condition, or None where faults were found."""
    before = len(parser.faults.found)
    try:
        if is_too_large(document):
            message = f"a rule has at most {MOST_VALUES} values and {MOST_TEXT} characters"
            parser.faults.add("condition-too-large", message, pointer)
        else:
            root = parser.condition(document, pointer, Around())
            if len(parser.faults.found) == before:
                return root
    except TooManyFaultsError:
        pass
    return None


def is_too_large(document: Any) -> bool:
    """Tell whether a document holds more values or text than a rule may; needs no stack."""
    waiting, values, text = [document], 0, 0
    while waiting:
        one = waiting.pop()
        values += 1
        if type(one) is dict:
            waiting.extend(one.values())
            text += sum(len(name) for name in one)
        elif type(one) is list:
            waiting.extend(one)
        elif type(one) is str:
            text += len(one)
        if values + len(waiting) > MOST_VALUES or text > MOST_TEXT:
            return True
    return False
