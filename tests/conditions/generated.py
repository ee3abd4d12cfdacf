"""Rules and rows made at random: odd types, case traps, missing, null and redacted values."""
# ruff: noqa: RUF001 letters that look alike are the point

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

TEXTS = st.sampled_from(
    [
        "",
        "a",
        "A",
        "prod",
        "PROD",
        "İ",
        "i",
        "ı",
        "ß",
        "SS",
        "ς",
        "σ",
        "Σ",
        "café",
        "CAFÉ",
        "K",
        "true",
        "False",
        "5",
        "5.0",
        "-0",
        "05",
        "1e3",
        "2024-01-15",
        "2024-01-15T00:00:00Z",
        "2024-01-15T01:00:00+01:00",
        "East US 2",
        "a-1",
        "a*",
    ]
)
NUMBERS = st.sampled_from([0, 1, 2, 5, -3, 5.0, 0.5, 1000])
SCALARS = st.one_of(TEXTS, NUMBERS, st.booleans(), st.none())
REDACTED = st.just({"$redacted": True})
NAMES = st.sampled_from(["a", "A", "b", "Type", "x-y", "σ"])


def values(depth: int = 2) -> st.SearchStrategy[Any]:
    """JSON values with redacted ones among them."""
    if depth == 0:
        return st.one_of(SCALARS, REDACTED)
    inner = values(depth - 1)
    return st.one_of(
        SCALARS,
        REDACTED,
        st.lists(inner, max_size=3),
        st.dictionaries(NAMES, inner, max_size=3),
    )


ARRAYS = st.lists(
    st.one_of(
        values(1), st.fixed_dictionaries({}, optional={"x": SCALARS, "in": st.lists(SCALARS)})
    ),
    max_size=4,
)
ROWS = st.fixed_dictionaries(
    {
        "properties": st.one_of(
            st.fixed_dictionaries(
                {},
                optional={
                    "a": values(),
                    "A": values(),
                    "list": st.one_of(ARRAYS, values(1)),
                    "deep": values(),
                },
            ),
            values(1),
        )
    },
    optional={
        "name": SCALARS,
        "type": st.sampled_from(["Some.Kind/things", "some.kind/THINGS", None]),
        "kind": SCALARS,
        "location": SCALARS,
        "id": st.sampled_from(
            ["/subscriptions/s/providers/Some.Kind/things/n/parts/p", "odd", None]
        ),
        "tags": st.one_of(st.dictionaries(NAMES, SCALARS, max_size=3), values(1)),
        "sku": values(1),
        "zones": st.one_of(st.lists(TEXTS, max_size=3), SCALARS),
    },
)

ALIASES: dict[str, str | Mapping[str, str]] = {
    "Some.Kind/things/alpha": "properties.a",
    "Some.Kind/things/list[*]": "properties.list[*]",
    "Some.Kind/things/list[*].x": "properties.list[*].x",
    "Some.Kind/things/list[*].in[*]": "properties.list[*].in[*]",
    "Some.Kind/shared": {"some.kind/things": "properties.deep", "other/kind": "sku"},
}
FIELDS = st.sampled_from(
    [
        "name",
        "fullName",
        "type",
        "kind",
        "location",
        "id",
        "tags",
        "tags.a",
        "tags['B']",
        "tags.σ",
        "sku.a",
        "zones",
        "zones[*]",
        "properties.a",
        "properties.a.b",
        "properties.deep.a.a",
        "properties.list[0]",
        "properties.list[*]",
        "properties.list[*].x",
        "properties.list[*].in[*]",
        "some.kind/THINGS/alpha",
        "Some.Kind/things/list[*].x",
        "Some.Kind/shared",
    ]
)
COMPUTED = st.sampled_from(
    [
        "[field('name')]",
        "[field('properties.a')]",
        "[field('properties.list[*].x')]",
        "[length(field('properties.list[*]'))]",
        "[concat('a', parameters('p'))]",
        "[parameters('p')]",
        "[parameters('many')]",
        "[if(equals(field('kind'), 'a'), field('tags.a'), 'prod')]",
        "[utcNow()]",
        "[substring('a', 3, 9)]",
    ]
)
COMPUTED_INSIDE = st.sampled_from(
    [
        "[current()]",
        "[current('n')]",
        "[first(field('properties.list[*]'))]",
        "[current('properties.list[*].x')]",
    ]
)
COMPUTED_FIELDS = st.sampled_from(
    ["[concat('tags[', parameters('p'), ']')]", "[concat('tags.', field('kind'))]"]
)
OPERATORS_OF_TEXT = (
    "like",
    "notLike",
    "match",
    "notMatch",
    "matchInsensitively",
    "notMatchInsensitively",
    "containsKey",
    "notContainsKey",
)


def _right(draw: st.DrawFn, operator: str, *, inside: bool) -> Any:
    computed = st.one_of(COMPUTED, COMPUTED_INSIDE) if inside else COMPUTED
    if draw(st.integers(0, 4)) == 0:
        return draw(computed)
    if operator in {"in", "notIn"}:
        return draw(st.lists(SCALARS | computed, max_size=3))
    if operator == "exists":
        return draw(st.sampled_from([True, False, "True", "false"]))
    if operator in OPERATORS_OF_TEXT:
        return draw(TEXTS)
    if operator in {"contains", "notContains"}:
        return draw(TEXTS | NUMBERS | st.booleans())
    if operator in {"less", "lessOrEquals", "greater", "greaterOrEquals"}:
        return draw(TEXTS | NUMBERS)
    return draw(values(1))


OPERATORS = (
    "equals",
    "notEquals",
    "contains",
    "notContains",
    "in",
    "notIn",
    "less",
    "lessOrEquals",
    "greater",
    "greaterOrEquals",
    "exists",
    *OPERATORS_OF_TEXT,
)


@st.composite
def leaves(draw: st.DrawFn, *, negated: bool, inside: bool, counts: int) -> dict[str, Any]:
    """One comparison of any left side, right side and operator."""
    operator = draw(st.sampled_from(OPERATORS))
    right = _right(draw, operator, inside=inside)
    spelled = draw(st.sampled_from([operator, operator.upper()]))
    left = draw(st.sampled_from(["field", "field", "field", "value", "count", "named"]))
    if left == "named":
        return {"field": draw(COMPUTED_FIELDS), spelled: right}
    if left == "value":
        return {
            "value": draw(COMPUTED | SCALARS | (COMPUTED_INSIDE if inside else SCALARS)),
            spelled: right,
        }
    if left == "count" and counts < 2:
        return {"count": draw(counted(negated=negated, counts=counts)), spelled: right}
    rule = {"field": draw(FIELDS), spelled: right}
    if not negated and operator != "exists" and draw(st.booleans()):
        rule["when_absent"] = draw(st.sampled_from(["pass", "fail", "not-evaluated"]))
    return rule


@st.composite
def counted(draw: st.DrawFn, *, negated: bool, counts: int) -> dict[str, Any]:
    """What stands right of `count`."""
    if draw(st.booleans()):
        name = draw(
            st.sampled_from(
                [
                    "properties.list[*]",
                    "Some.Kind/things/list[*]",
                    "properties.list[*].in[*]",
                    "zones[*]",
                ]
            )
        )
        rule: dict[str, Any] = {"field": name}
        inside = True
    else:
        rule = {"value": draw(st.lists(SCALARS, max_size=3) | st.just("[parameters('many')]"))}
        rule["name"] = "n" if counts == 0 else "m"
        inside = counts == 0
    if draw(st.booleans()):
        rule["where"] = draw(
            rules(1, negated=negated, inside=inside and rule.get("name") == "n", counts=counts + 1)
        )
    return rule


def rules(
    depth: int = 2, *, negated: bool = False, inside: bool = False, counts: int = 0
) -> st.SearchStrategy[dict[str, Any]]:
    """Conditions, nested a little."""
    leaf = leaves(negated=negated, inside=inside, counts=counts)
    if depth == 0:
        return leaf
    below = rules(depth - 1, negated=negated, inside=inside, counts=counts)
    under_not = rules(depth - 1, negated=True, inside=inside, counts=counts)
    return st.one_of(
        leaf,
        st.builds(lambda members: {"allOf": members}, st.lists(below, min_size=1, max_size=3)),
        st.builds(lambda members: {"AnyOf": members}, st.lists(below, min_size=1, max_size=3)),
        st.builds(lambda member: {"not": member}, under_not),
    )
