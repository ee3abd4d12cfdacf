"""Rules and rows made at random: the query finds what the engine finds, or there is no query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, event, given, reject, settings
from hypothesis import strategies as st

from attestgraph.checks.kql import KqlQuery, compile_kql
from attestgraph.conditions import ConditionError
from attestgraph.model.authored import Related, RowTest
from attestgraph.model.words import Within
from tests.evaluate.world import VAULT, check, control, related, rows_test
from tests.kql.agree import AT, agree, tables_of

CHILD = f"{VAULT}/secrets2"
SITE_CONFIG = "microsoft.web/sites/config"
TEXTS = st.sampled_from(
    [
        "",
        "a",
        "A",
        "Premium",
        "PREMIUM",
        "premium2",
        "café",
        "CAFÉ",
        "\u212a",  # the Kelvin sign: it lowers to k
        "k",
        "true",
        "FALSE",
        "5",
        "5.0",
        "5.5",
        "05",
        "-0",
        "1e3",
        "1e999",
        "1" * 70,
        "2025-12-31",
        "2026-01-01T00:00:00Z",
        "2026-01-01T01:00:00+01:00",
        "2025-12-31T23:59:59.9999999Z",
        "2026-02-30",
        "2026-13-01t00:00:00z",
        "2026 or so",
        "a-1",
        "ab\ncd",
        "[a]",
        '["a"]',
        "{}",
        "it's a \\ path",
        "~",
    ]
)
NUMBERS = st.sampled_from([0, 1, 5, -3, 5.0, 5.5, 1000, 2**40, 1e20, 0.00001])
SCALARS = st.one_of(TEXTS, NUMBERS, st.booleans(), st.none())
VALUES = st.one_of(
    SCALARS,
    SCALARS,
    st.lists(SCALARS, max_size=3),
    st.dictionaries(st.sampled_from(["a", "A", "Key", "café"]), SCALARS, max_size=2),
)
RIGHT = st.sampled_from(
    ["a", "Premium", "premium2", "k", "true", "5", "5.0", "5.5", "-0", "", "[[a]", "it's a \\ path"]
)
PATTERNS = st.sampled_from(["a*", "*um", "pre*2", "*", "p?emium", "a-#", "5*", "premium"])
TIMES = st.sampled_from(["2026-01-01", "2026-01-01T00:00:00Z", "[utcNow()]", "m", "5", ""])
AMOUNTS = st.sampled_from([0, 1, 5, 5.5, -3, 1000])
FIELDS = st.sampled_from(
    [
        "properties.a",
        "properties.b.c",
        "properties['x-y'].kind",
        "kind",
        "name",
        "tags.env",
        "sku.name",
    ]
)
ARRAYS = ("properties.list[*]", "properties.items[*]")
MEMBERS = {
    "properties.list[*]": ["properties.list[*]"],
    "properties.items[*]": ["properties.items[*].a", "properties.items[*].b.c"],
}
WHEN_ABSENT = st.sampled_from([None, None, None, "pass", "fail", "not-evaluated"])
BY_TEXT = ("equals", "notEquals", "contains", "notContains", "containsKey", "notContainsKey")


def comparisons() -> st.SearchStrategy[dict[str, Any]]:
    return st.one_of(
        st.tuples(st.sampled_from(BY_TEXT), RIGHT),
        st.tuples(st.sampled_from(["equals", "notEquals"]), st.one_of(AMOUNTS, st.booleans())),
        st.tuples(st.sampled_from(["like", "notLike"]), PATTERNS),
        st.tuples(
            st.sampled_from(["match", "notMatch", "matchInsensitively"]),
            st.sampled_from(["a-#", "prem...", "Premium", "", "#", "....-..-.."]),
        ),
        st.tuples(st.sampled_from(["in", "notIn"]), st.lists(RIGHT, min_size=1, max_size=3)),
        st.tuples(
            st.sampled_from(["less", "lessOrEquals", "greater", "greaterOrEquals"]),
            st.one_of(TIMES, AMOUNTS),
        ),
        st.tuples(st.just("exists"), st.booleans()),
    ).map(lambda pair: {pair[0]: pair[1]})


def leaves(fields: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    def leaf(parts: tuple[str, dict[str, Any], str | None]) -> dict[str, Any]:
        name, comparison, when_absent = parts
        absent = (
            {} if when_absent is None or "exists" in comparison else {"when_absent": when_absent}
        )
        return {"field": name, **comparison, **absent}

    return st.tuples(fields, comparisons(), WHEN_ABSENT).map(leaf)


def nested(leaf: st.SearchStrategy[Any], depth: int) -> st.SearchStrategy[Any]:
    if depth == 0:
        return leaf
    inner = nested(leaf, depth - 1)
    members = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        leaf,
        members.map(lambda found: {"allOf": found}),
        members.map(lambda found: {"anyOf": found}),
        inner.map(lambda found: {"not": found}),
    )


@st.composite
def counts(draw: st.DrawFn) -> dict[str, Any]:
    array = draw(st.sampled_from(ARRAYS))
    member = nested(leaves(st.sampled_from(MEMBERS[array])), 1)
    where = draw(st.one_of(st.none(), member, member))
    operator = draw(
        st.sampled_from(
            ["equals", "notEquals", "less", "lessOrEquals", "greater", "greaterOrEquals"]
        )
    )
    absent = draw(WHEN_ABSENT)
    return {
        "count": {"field": array, **({} if where is None else {"where": where})},
        operator: draw(st.sampled_from([0, 1, 2])),
        **({} if absent is None else {"when_absent": absent}),
    }


EACH = leaves(st.sampled_from(["properties.list[*]", "properties.items[*].a"]))
CONDITIONS = nested(st.one_of(leaves(FIELDS), leaves(FIELDS), counts(), EACH), 2)

ROWS = st.fixed_dictionaries(
    {},
    optional={
        "properties": st.fixed_dictionaries(
            {},
            optional={
                "a": VALUES,
                "b": st.one_of(SCALARS, st.fixed_dictionaries({}, optional={"c": VALUES})),
                "x-y": st.fixed_dictionaries({}, optional={"kind": VALUES}),
                "list": st.one_of(SCALARS, st.lists(SCALARS, max_size=4)),
                "items": st.one_of(
                    SCALARS,
                    st.lists(
                        st.one_of(
                            SCALARS,
                            st.fixed_dictionaries(
                                {},
                                optional={"a": VALUES, "b": st.fixed_dictionaries({"c": VALUES})},
                            ),
                        ),
                        max_size=4,
                    ),
                ),
            },
        ),
        "kind": st.one_of(TEXTS, st.none()),
        "tags": st.dictionaries(st.sampled_from(["env", "ENV2", "Env"]), TEXTS, max_size=1),
        "sku": st.one_of(st.none(), st.fixed_dictionaries({}, optional={"name": VALUES})),
    },
)


def subjects(rows: list[Mapping[str, Any]], kind: str = VAULT) -> list[dict[str, Any]]:
    return [
        {
            **row,
            "type": kind,
            "name": name,
            "id": f"/subscriptions/S1/resourceGroups/G{number % 2}/providers/{kind}/{number}",
        }
        for number, row in enumerate(rows)
        for name in (("5", "a-1", "Premium")[number % 3],)
    ]


def rule(condition: Any, **more: Any) -> RowTest:
    """Return a test, or give up on a condition that no control may have."""
    try:
        return rows_test(condition, **more)
    except ConditionError:
        reject()


def related_entry(**more: Any) -> Related:
    try:
        return related(**more)
    except ConditionError:
        reject()


def judged(test: Any, tables: Mapping[str, Any]) -> bool:
    """Hold engine and query equal; tell whether there is a query."""
    asked = check(test)
    made = compile_kql(asked, parameters={}, at=AT)
    event("asked" if isinstance(made, KqlQuery) else "refused")
    if not isinstance(made, KqlQuery):
        return False
    agree(control(asked), asked, {}, tables)
    return True


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    condition=CONDITIONS,
    where=st.one_of(st.none(), CONDITIONS),
    rows=st.lists(ROWS, min_size=1, max_size=6),
    violated=st.booleans(),
)
def test_random_rules(
    *, condition: Any, where: Any, rows: list[Mapping[str, Any]], violated: bool
) -> None:
    judged(rule(condition, where=where, violated=violated), tables_of(subjects(rows)))


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(leaf=leaves(FIELDS), rows=st.lists(ROWS, min_size=1, max_size=8))
def test_random_leaves(leaf: Any, rows: list[Mapping[str, Any]]) -> None:
    judged(rule(leaf), tables_of(subjects(rows)))


@st.composite
def places(draw: st.DrawFn) -> dict[str, Any]:
    """A related row: a site's configuration below one of the subjects, or elsewhere."""
    parent = draw(st.integers(0, 3))
    name = draw(st.sampled_from(["web", "WEB", "logs"]))
    row = draw(ROWS)
    return {
        **row,
        "type": SITE_CONFIG,
        "name": draw(st.sampled_from([name, f"s/{name}"])),
        "id": f"/subscriptions/s1/resourcegroups/g{parent % 2}/providers/microsoft.web/sites/"
        f"{parent}/config/{name}",
    }


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_related(data: st.DataObject) -> None:
    draw = data.draw
    entries = [
        related_entry(
            type=SITE_CONFIG,
            within=draw(st.sampled_from(list(Within))),
            where=draw(st.one_of(st.none(), CONDITIONS)),
            at_least=draw(st.sampled_from([0, 1, 2])),
            name=draw(st.sampled_from([None, None, "web", "s/web"])),
        )
        for _ in range(draw(st.integers(1, 2)))
    ]
    condition = draw(st.one_of(st.none(), CONDITIONS))
    violated = condition is not None and draw(st.booleans())
    rows = subjects(draw(st.lists(ROWS, min_size=1, max_size=3)), "microsoft.web/sites")
    others = draw(st.lists(places(), max_size=5))
    distinct = {row["id"].lower(): row for row in others}
    test = rule(condition, types=("microsoft.web/sites",), related=entries, violated=violated)
    judged(test, tables_of([*rows, *distinct.values()]))
