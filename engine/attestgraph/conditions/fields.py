"""Fields: what a name in a rule reads from a row.

Names of the row itself (name, type, location, tags and so on), aliases (a name with `/`), and
`properties.x` literally. Controls may use nothing else; a policy's own rule may read any path.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from attestgraph.conditions.aliases import Aliases
from attestgraph.conditions.errors import ConditionError
from attestgraph.conditions.folding import ascii_lower
from attestgraph.conditions.paths import (
    Each,
    Key,
    Path,
    Walk,
    key,
    parse_path,
    path_text,
    tag_key,
    walk,
)
from attestgraph.conditions.values import MISSING
from attestgraph.diagnostics import nearest

Mode = Literal["control", "policy", "strict-policy"]
"""Whose rule it is: a control's; a policy's, read literally; a policy's, its aliases known all."""

NEWER_ALIASES: Final = "put a newer table of aliases into `aliases/` of the workspace"
ALONE: Final = ("name", "fullName", "type", "kind", "location", "id", "managedBy")
WITH_MORE: Final = ("identity", "tags", "sku", "plan", "zones", "properties")
ROW_NAMES: Final = {ascii_lower(name): name for name in ALONE + WITH_MORE}


class Form(enum.Enum):
    """How the value at a field's path is read."""

    PLAIN = "as it is"
    COLUMN = "a column of the row: null is missing"
    OPTIONAL_TEXT = "a column whose empty text is missing too, as Resource Graph writes it"
    LOCATION = "lower case without spaces"
    FULL_NAME = "the names of the parents and its own, from the id"
    NOWHERE = "an alias that this type does not have"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRef:
    """A field of a rule, resolved.

    Attributes:
        name: As written.
        path: Below the row.
        form: How the value at the path is read.
    """

    name: str
    path: Path
    form: Form = Form.PLAIN

    @property
    def many(self) -> bool:
        """Tell whether it selects the elements of an array."""
        return any(isinstance(segment, Each) for segment in self.path)

    @property
    def text(self) -> str:
        """Return the path as text."""
        return path_text(self.path) if self.path else self.name


def resolve(
    name: str, *, aliases: Aliases | None, resource_type: str | None, mode: Mode
) -> FieldRef:
    """Return what a field name reads.

    Raises:
        ConditionError: `unknown-field`, `unknown-alias` or `bad-path`.
    """
    low = ascii_lower(name)
    if is_alias_name(name):
        return _alias(name, aliases, resource_type, mode)
    path = _tags(name) if low.startswith("tags.") else parse_path(name)
    first = path[0]
    known = ROW_NAMES.get(first.low) if isinstance(first, Key) else None
    if mode == "control" and (known is None or (known in ALONE and len(path) > 1)):
        raise unknown_field(name)
    return _row_field(name, path, known)


def is_alias_name(name: str) -> bool:
    """Tell whether a name is that of an alias: one with `/` outside tags and `properties`."""
    literal = ("tags.", "tags[", "properties.", "properties[")
    return "/" in name and not ascii_lower(name).startswith(literal)


def check_field(name: str, *, aliases: Aliases | None, mode: Mode) -> None:
    """Check a name without a type, as far as it can be.

    Raises:
        ConditionError: As `resolve`; an alias of some type is good here.
    """
    if aliases is not None and is_alias_name(name) and name in aliases:
        return
    resolve(name, aliases=aliases, resource_type=None, mode=mode)


def _alias(name: str, aliases: Aliases | None, resource_type: str | None, mode: Mode) -> FieldRef:
    path = aliases.path(name, resource_type) if aliases is not None else None
    if path is not None:
        segments = parse_path(path)
        first = segments[0]
        return _row_field(
            name, segments, ROW_NAMES.get(first.low) if isinstance(first, Key) else None
        )
    if aliases is not None and is_alias_name(name) and name in aliases:
        if mode == "control":
            raise ConditionError.of(
                "alias-of-another-type",
                f"the alias `{name}` has no path for the type `{resource_type}`",
            )
        return FieldRef(name=name, path=(), form=Form.NOWHERE)
    if mode != "policy":
        help_text = "read it as `properties.x` instead" if mode == "control" else NEWER_ALIASES
        raise ConditionError.of("unknown-alias", f"unknown alias `{name}`", help=help_text)
    return _row_field(name, parse_path(name), None)


def _tags(name: str) -> Path:
    """Return the path of `tags.x`: all that follows is the tag's name, dots too."""
    rest = name[len("tags.") :]
    if not rest or "[" in rest:
        return parse_path(name)
    return (key("tags"), tag_key(rest))


def _row_field(name: str, path: Path, known: str | None) -> FieldRef:
    if known is None:
        return FieldRef(name=name, path=path)
    path = (key(known), *path[1:])
    if len(path) > 1:
        second = path[1]
        if known == "tags" and isinstance(second, Key):
            path = (path[0], tag_key(second.name), *path[2:])
        return FieldRef(name=name, path=path)
    forms = {
        "fullName": Form.FULL_NAME,
        "location": Form.LOCATION,
        "kind": Form.OPTIONAL_TEXT,
        "managedBy": Form.OPTIONAL_TEXT,
    }
    return FieldRef(name=name, path=path, form=forms.get(known, Form.COLUMN))


def unknown_field(name: str) -> ConditionError:
    """Return the error of a name that is no field of a row."""
    close = nearest(name, ROW_NAMES.values())
    help_text = (
        f"did you mean `{close[0]}`?"
        if close
        else (
            "use name, fullName, type, kind, location, id, identity, tags, sku, plan, zones, "
            "managedBy, an alias, or properties.x"
        )
    )
    return ConditionError.of("unknown-field", f"unknown field `{name}`", help=help_text)


def reader(ref: FieldRef) -> Walk:
    """Return a reader of a field that selects one value."""
    match ref.form:
        case Form.PLAIN:
            return walk(ref.path)
        case Form.COLUMN:
            return _column(walk(ref.path), (None,))
        case Form.OPTIONAL_TEXT:
            return _column(walk(ref.path), (None, ""))
        case Form.LOCATION:
            return _location(walk(ref.path))
        case Form.FULL_NAME:
            return _full_name(walk(ref.path), walk((key("id"),)), walk((key("name"),)))
        case Form.NOWHERE:
            return _nowhere


def _nowhere(_base: Any) -> Any:
    return MISSING


def _column(read: Walk, missing: Sequence[object]) -> Walk:
    def column(base: Any) -> Any:
        value = read(base)
        return MISSING if value in missing else value

    return column


def normal_location(value: Any) -> Any:
    """Return a location as fields give it: `East US 2` is `eastus2`; null is missing."""
    if type(value) is str:
        return ascii_lower(value.replace(" ", ""))
    return MISSING if value is None else value


def _location(read: Walk) -> Walk:
    def location(base: Any) -> Any:
        return normal_location(read(base))

    return location


def full_name_of(resource_id: Any) -> str | None:
    """Return parent and own names of an id, joined by `/`; None where it is no resource's id."""
    if type(resource_id) is not str:
        return None
    low = ascii_lower(resource_id)
    at = low.rfind("/providers/")
    parts = resource_id[at:].strip("/").split("/") if at >= 0 else []
    names = parts[3::2]
    return "/".join(names) if names and len(parts) % 2 == 0 else None


def _full_name(written: Walk, identity: Walk, name: Walk) -> Walk:
    def full_name(base: Any) -> Any:
        value = written(base)
        if value is MISSING or value is None:
            value = full_name_of(identity(base))
        if value is None:
            value = name(base)
        return MISSING if value is None else value

    return full_name
