from __future__ import annotations

from dataclasses import replace

import pytest

from attestgraph.checks import effective, parameter_faults
from attestgraph.model.authored import Control, Link, Parameter, ParameterValue
from attestgraph.model.ids import ControlId, FrameworkId, RequirementId, digest_of
from attestgraph.model.words import Covers, Stricter
from tests.evaluate.world import World, check, control, rows_test


def link(value: ParameterValue | None, framework: str = "f") -> Link:
    return Link(
        framework=FrameworkId(framework),
        requirement=RequirementId("1"),
        covers=Covers.PART,
        because="x",
        review=None,
        parameters={} if value is None else {"p": value},
    )


def made(
    default: ParameterValue, stricter: Stricter, *links: Link, ours: ParameterValue | None = None
) -> World:
    kind = {bool: "boolean", int: "integer", str: "string"}[type(default)]
    parameter = Parameter(name="p", type=kind, default=default, stricter=stricter)
    return World(
        controls=(control(check(rows_test()), parameters=(parameter,), supports=links),),
        tables={},
        parameters={} if ours is None else {ControlId("c1"): {"p": ours}},
    )


def values(world: World, at: int | None = None) -> tuple[ParameterValue, str, bool]:
    library = world.library()
    one: Control = library.controls[ControlId("c1")]
    sets = effective(one, library.workspace)
    chosen = sets.base if at is None else sets.for_link(one.supports[at])
    setting = chosen.values["p"]
    assert chosen.digest == digest_of({"p": setting.value})
    return setting.value, setting.set_by, setting.looser


def test_the_workspace_sets_a_value_instead_of_the_librarys() -> None:
    assert values(made(90, Stricter.HIGHER)) == (90, "library", False)
    assert values(made(90, Stricter.HIGHER, ours=120)) == (120, "workspace", False)
    assert values(made(90, Stricter.HIGHER, ours=30)) == (30, "workspace", True)
    assert values(made(7, Stricter.LOWER, ours=30)) == (30, "workspace", True)
    assert values(made(7, Stricter.LOWER, ours=1)) == (1, "workspace", False)


@pytest.mark.parametrize(
    ("stricter", "ours", "theirs", "expected"),
    [
        (Stricter.HIGHER, 30, 90, (90, "f", False)),
        (Stricter.HIGHER, 120, 90, (120, "workspace", False)),
        (Stricter.HIGHER, 90, 90, (90, "workspace", False)),
        (Stricter.LOWER, 30, 90, (30, "workspace", False)),
        (Stricter.LOWER, 120, 90, (90, "f", False)),
    ],
)
def test_for_a_framework_the_stricter_of_both_holds(
    stricter: Stricter, ours: int, theirs: int, expected: tuple[ParameterValue, str, bool]
) -> None:
    default = 0 if stricter is Stricter.HIGHER else 500
    assert values(made(default, stricter, link(theirs), ours=ours), 0) == expected


def test_a_stricter_boolean_is_true_where_higher_is_stricter() -> None:
    assert values(made(False, Stricter.HIGHER, link(True)), 0)[0] is True
    assert values(made(True, Stricter.HIGHER, link(False)), 0)[0] is True


def test_a_link_without_values_has_the_base() -> None:
    assert values(made(90, Stricter.HIGHER, link(None), ours=30), 0) == (30, "workspace", True)


def test_equal_sets_are_one() -> None:
    world = made(90, Stricter.HIGHER, link(30), link(120, "g"), link(120, "h"))
    library = world.library()
    sets = effective(library.controls[ControlId("c1")], library.workspace)
    assert [s.plain for s in sets.all] == [{"p": 90}, {"p": 120}]


def test_a_control_without_parameters_has_one_set() -> None:
    world = World(controls=(control(check(rows_test())),), tables={})
    library = world.library()
    sets = effective(library.controls[ControlId("c1")], library.workspace)
    assert [s.plain for s in sets.all] == [{}]


def test_two_values_of_which_neither_is_stricter_are_a_fault() -> None:
    world = made("a", Stricter.NONE, link("b"))
    faults = parameter_faults(world.library())
    assert [f.slug for f in faults] == ["conflicting-parameter"]
    assert "`f` asks for `b` as `p`" in faults[0].message
    assert values(world, 0)[0] == "a"


@pytest.mark.parametrize(
    "world",
    [
        made("a", Stricter.NONE, link("a")),
        made("a", Stricter.NONE, link(None)),
        made("a", Stricter.NONE, link("b"), ours="b"),
        made(1, Stricter.HIGHER, link(2)),
    ],
)
def test_one_value_or_a_direction_is_no_fault(world: World) -> None:
    assert parameter_faults(world.library()) == ()


def test_faults_are_given_for_every_control() -> None:
    world = made("a", Stricter.NONE, link("b"), link("c", "g"))
    world.controls = (world.controls[0], replace(world.controls[0], id=ControlId("c2")))
    assert len(parameter_faults(world.library())) == 4
