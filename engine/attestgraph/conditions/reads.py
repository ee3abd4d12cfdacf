"""Which fields of a row a condition reads."""

from __future__ import annotations

from collections.abc import Iterator

from attestgraph.conditions.errors import ConditionError
from attestgraph.conditions.expressions import Call, field_names, walk
from attestgraph.conditions.fields import FieldRef, Form, resolve
from attestgraph.conditions.paths import Each, Path, path_text
from attestgraph.conditions.tree import (
    Condition,
    Constant,
    Field,
    FieldCount,
    Leaf,
    Template,
    leaves,
    operands,
    templates,
)

WHOLE_ROW = "*"


def reads(condition: Condition, resource_type: str | None) -> frozenset[str]:
    """Return the dotted row paths that a condition reads, cut at the first `[*]`.

    `properties.enablePurgeProtection`, `sku.name`; all tags are `tags`. A field whose name is
    computed may be any: `*` then stands for the whole row.
    """
    found: set[str] = set()
    for leaf in leaves(condition.root):
        for name in _names(leaf):
            found.update(_paths(name, condition, resource_type))
    return frozenset(found)


def _names(leaf: Leaf) -> Iterator[str | None]:
    """Yield the names of the fields that a leaf reads, None for a computed one."""
    fields = [leaf.left] if isinstance(leaf.left, Field) else []
    if isinstance(leaf.left, FieldCount):
        fields.append(leaf.left.field)
    for field in fields:
        yield field.name.value if isinstance(field.name, Constant) else None
    for operand in operands(leaf):
        for template in templates(operand):
            yield from _names_of_template(template)


def _names_of_template(template: Template) -> Iterator[str | None]:
    literal = field_names(template.node)
    yield from (name for name, _ in literal)
    calls = [one for one in walk(template.node) if isinstance(one, Call)]
    if sum(call.key == "field" for call in calls) > len(literal):
        yield None
    keys = {call.key for call in calls}
    if "subscription" in keys:
        yield from ("subscriptionId", "tenantId")
    if "resourcegroup" in keys:
        yield from ("subscriptionId", "resourceGroup")


def _paths(name: str | None, condition: Condition, resource_type: str | None) -> Iterator[str]:
    if name is None:
        yield WHOLE_ROW
        return
    if name in {"subscriptionId", "tenantId", "resourceGroup"}:
        yield name
        return
    try:
        ref = resolve(
            name, aliases=condition.aliases, resource_type=resource_type, mode=condition.mode
        )
    except ConditionError:
        return
    yield from _of_ref(ref)


def _of_ref(ref: FieldRef) -> Iterator[str]:
    if ref.form is Form.NOWHERE:
        return
    if ref.form is Form.FULL_NAME:
        yield from ("fullName", "id", "name")
        return
    yield path_text(_cut(ref.path))


def _cut(path: Path) -> Path:
    """Return a path up to its first `[*]`; all tags are read as one."""
    for place, segment in enumerate(path):
        if isinstance(segment, Each) or (place == 1 and segment.tag):
            return path[:place]
    return path
