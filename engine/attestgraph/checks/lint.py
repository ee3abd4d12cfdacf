"""Lints of checks: what is allowed by the form and still says something else than was meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from attestgraph.checks.lint_policies import policy_faults
from attestgraph.diagnostics import Diagnostic, Severity
from attestgraph.model.authored import Check, Control, RowTest
from attestgraph.model.ids import ascii_lower
from attestgraph.model.records import Library
from attestgraph.model.words import Within

_NEGATIVE: Final = frozenset(
    {
        "notequals",
        "notin",
        "notlike",
        "notmatch",
        "notmatchinsensitively",
        "notcontains",
        "notcontainskey",
    }
)
_POSITIVE: Final = frozenset(
    {
        "equals",
        "in",
        "like",
        "match",
        "matchinsensitively",
        "contains",
        "containskey",
        "less",
        "lessorequals",
        "greater",
        "greaterorequals",
    }
)
# a missing array has no members: what each operator says of a count of 0
_HOLD_FOR_NONE: Final[Mapping[str, Callable[[Any], bool]]] = {
    "equals": lambda right: right == 0,
    "notequals": lambda right: right != 0,
    "in": lambda right: isinstance(right, list) and 0 in right,
    "notin": lambda right: isinstance(right, list) and 0 not in right,
    "less": lambda right: not isinstance(right, int) or right > 0,
    "lessorequals": lambda right: not isinstance(right, int) or right >= 0,
    "greater": lambda right: isinstance(right, int) and right < 0,
    "greaterorequals": lambda right: isinstance(right, int) and right <= 0,
}
_OWN_FIELDS: Final = frozenset({"id", "name", "type", "fullname"})


def lint(library: Library) -> tuple[Diagnostic, ...]:
    """Return what the checks of a library say without meaning it.

    Slugs: `absent-passes` (warning: the check passes where the field is missing, and does not say
    that it should), `existence-of-subject` (error: a check over the thing whose existence it
    asserts: where there is none, nothing would fail), and those of `policy_faults`.
    """
    return tuple(
        fault
        for _, control in sorted(library.controls.items())
        for fault in _faults(library, control)
    )


def _faults(library: Library, control: Control) -> Iterator[Diagnostic]:
    for check in control.checks:
        yield from _absent_passes(control, check)
        yield from _existence(control, check)
    yield from policy_faults(control, library.definitions)


def _absent_passes(control: Control, check: Check) -> Iterator[Diagnostic]:
    if not isinstance(check.test, RowTest) or check.test.violated_when:
        return
    document = check.document.get("satisfied_when")
    for field in dict.fromkeys(_unguarded(document, frozenset(), negated=False)):
        yield Diagnostic(
            slug="absent-passes",
            severity=Severity.WARNING,
            message=(
                f"check `{check.id}` of control `{control.id}` passes where `{field}` is missing"
            ),
            help="add `exists: true` for the field beside it, or say `when_absent`",
            span=check.span or control.span,
        )


def _members(node: Mapping[str, Any]) -> dict[str, Any]:
    return {ascii_lower(str(key)): value for key, value in node.items()}


def _unguarded(node: Any, guarded: frozenset[str], *, negated: bool) -> Iterator[str]:
    """Yield the fields whose absence makes a leaf hold, unless `exists` stands beside them."""
    if not isinstance(node, Mapping):
        return
    members = _members(node)
    for key in ("allof", "anyof"):
        children = members.get(key)
        if isinstance(children, list):
            inner = guarded | _asked_to_exist(children)
            for child in children:
                yield from _unguarded(child, inner, negated=negated)
    if "not" in members:
        yield from _unguarded(members["not"], guarded, negated=not negated)
    field = _array(members) or members.get("field")
    if not isinstance(field, str) or "when_absent" in members:
        return
    if _holds_without(members, negated=negated) and _stem(field) not in guarded:
        yield field


def _array(members: Mapping[str, Any]) -> str | None:
    """Return the array that a count goes over, or None."""
    count = members.get("count")
    field = _members(count).get("field") if isinstance(count, Mapping) else None
    return field if isinstance(field, str) else None


def _holds_without(members: Mapping[str, Any], *, negated: bool) -> bool:
    """Tell whether a leaf, or its negation, holds where what it reads is missing."""
    if "count" in members:
        none = any(key in members and test(members[key]) for key, test in _HOLD_FOR_NONE.items())
        return none != negated
    if "[*]" in str(members.get("field")):
        # all of no values: every operator holds
        return not negated
    return bool(members.keys() & (_POSITIVE if negated else _NEGATIVE))


def _stem(field: str) -> str:
    """Return the field, or the array whose members are meant, in lower case."""
    return ascii_lower(field).partition("[*]")[0]


def _asked_to_exist(children: list[Any]) -> frozenset[str]:
    found = [_members(child) for child in children if isinstance(child, Mapping)]
    return frozenset(
        _stem(str(child["field"])) for child in found if "exists" in child and "field" in child
    )


def _existence(control: Control, check: Check) -> Iterator[Diagnostic]:
    test = check.test
    if not isinstance(test, RowTest):
        return
    itself = any(
        entry.type in test.types and entry.within is not Within.SELF and entry.at_least > 0
        for entry in test.related
    )
    key = "violated_when" if test.violated_when else "satisfied_when"
    leaves = list(_leaves(check.document.get(key)))
    nothing_else = bool(leaves) and not test.related and all(map(_only_exists, leaves))
    if itself or nothing_else:
        yield Diagnostic(
            slug="existence-of-subject",
            message=(
                f"check `{check.id}` of control `{control.id}` asserts that what it applies to "
                "exists: where there is none, nothing fails"
            ),
            help="apply it to the subscription or the resource group, with `related`",
            span=check.span or control.span,
        )


def _leaves(node: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(node, Mapping):
        return
    members = _members(node)
    for key in ("allof", "anyof"):
        for child in members.get(key) or ():
            yield from _leaves(child)
    if "not" in members:
        yield from _leaves(members["not"])
    if members.keys() & {"field", "value", "count"}:
        yield members


def _only_exists(leaf: Mapping[str, Any]) -> bool:
    """Tell whether a leaf says no more than that the row is there."""
    field = leaf.get("field")
    if not isinstance(field, str):
        return False
    return ascii_lower(field) == "type" or (ascii_lower(field) in _OWN_FIELDS and "exists" in leaf)
