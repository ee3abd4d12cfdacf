from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from attestgraph.checks import age_warnings, plan
from attestgraph.checks.plan import kind_of
from attestgraph.model.authored import Framework, ProfileRef
from attestgraph.model.ids import FrameworkId, digest_of
from attestgraph.model.words import Catalogue
from tests.evaluate.world import (
    ALIASES,
    AT,
    SETTINGS,
    SITE,
    VAULT,
    World,
    attest_test,
    check,
    control,
    day,
    policy_test,
    query_test,
    related,
    rows_test,
)


def test_instances_stand_in_the_order_of_findings_and_carry_their_numbers() -> None:
    world = World(
        controls=(
            control(check(rows_test(), "b"), check(rows_test(), "a"), name="c2"),
            control(check(rows_test()), name="c1"),
        ),
        tables={},
    )
    made = plan(world.library(), ALIASES, AT)
    assert [(i.number, i.control.id, i.check.id) for i in made.instances] == [
        (0, "c1", "on"),
        (1, "c2", "a"),
        (2, "c2", "b"),
    ]
    assert made.instances[1].sha256 == digest_of({"check": "a"})
    assert [i.number for i in made.by_type[VAULT]] == [0, 1, 2]


def test_needs_name_tables_types_and_paths() -> None:
    test = rows_test(
        {"field": "properties.on", "equals": True},
        types=(VAULT, SITE),
        where={"field": "tags.env", "equals": "prod"},
        related=[related(where={"field": "properties.logs", "equals": True})],
    )
    world = World(
        controls=(
            control(
                check(test),
                check(policy_test(), "policy"),
                check(query_test(), "query"),
                check(attest_test("owner"), "asked"),
            ),
        ),
        tables={},
    )
    made = plan(world.library(), ALIASES, AT)
    needs = {(n.table, n.types): n.paths for n in made.needs}
    assert needs == {
        ("armresources", (SETTINGS,)): ("properties.logs",),
        ("policystates", (VAULT,)): (),
        ("queries", (VAULT,)): (),
        ("resources", (VAULT,)): ("properties.on", "tags"),
        ("resources", (SITE,)): ("properties.on", "tags"),
    }
    by_check = {i.check.id: i.needs for i in made.instances}
    assert by_check["asked"] == ()  # type: ignore[index]
    assert made.needs[0].to_json() == {
        "table": "armresources",
        "types": [SETTINGS],
        "paths": ["properties.logs"],
    }
    assert [i.kind for i in made.instances] == ["attest", "row", "policy", "query"]
    assert kind_of(test) == "row"


def framework(checked: str) -> Framework:
    given: dict[str, Any] = {
        "id": FrameworkId("f"),
        "title": "F",
        "publisher": "P",
        "edition": "1",
        "catalogue": Catalogue.COMPLETE,
        "source": "s",
        "licence": "l",
        "methodology": "m",
        "checked_on": day(checked),
        "in_force_from": None,
        "superseded_by": None,
        "families": {},
        "vocabulary": {},
        "profiles": {},
        "requirements": {},
    }
    return Framework(**given)


@pytest.mark.parametrize(("checked", "warned"), [("2026-05-05", False), ("2026-05-04", True)])
def test_a_catalogue_nobody_compared_for_180_days_is_a_warning(
    checked: str,
    warned: bool,  # noqa: FBT001
) -> None:
    from dataclasses import replace

    from tests.evaluate.world import system

    used = replace(system(), frameworks=(ProfileRef(framework=FrameworkId("f")),))
    library = World(controls=(), tables={}, systems=(used,)).library()
    library = replace(library, frameworks={FrameworkId("f"): framework(checked)})
    at = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=6)
    assert [d.slug for d in age_warnings(library, at)] == (["old-catalogue"] if warned else [])
    unused = replace(library, workspace=replace(library.workspace, systems=(system(),)))
    assert age_warnings(unused, at) == ()
