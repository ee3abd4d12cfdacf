"""The effective values of a control's parameters (ASSESSMENT section 3, Parameters).

A workspace sets a value instead of the library's; a framework's link may ask for its own. Between
those two the stricter one holds for that framework. A check is evaluated once for each distinct set
of values, and each finding names the set by its digest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from attestgraph.diagnostics import Diagnostic
from attestgraph.model.authored import Control, Link, Parameter, ParameterValue, Workspace
from attestgraph.model.ids import digest_of
from attestgraph.model.records import Library
from attestgraph.model.words import Stricter

LIBRARY = "library"
WORKSPACE = "workspace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One effective value.

    Attributes:
        set_by: `library`, `workspace`, or the id of the framework that asks for it.
        looser: It is looser than the library's own value.
    """

    value: ParameterValue
    set_by: str
    looser: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSet:
    """The effective values of a control, by name, and their digest."""

    digest: str
    values: Mapping[str, Setting]

    @property
    def plain(self) -> dict[str, ParameterValue]:
        """Return the bare values by name."""
        return {name: setting.value for name, setting in self.values.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterSets:
    """The sets of values of one control.

    Attributes:
        base: What holds where a framework asks for nothing of its own.
        links: The links that ask for values of their own, with the set that holds there.
    """

    base: ParameterSet
    links: tuple[tuple[Link, ParameterSet], ...] = field(default=())

    def for_link(self, link: Link) -> ParameterSet:
        """Return the set that holds for a link."""
        if link.parameters:
            for known, values in self.links:
                if known is link or known == link:
                    return values
        return self.base

    @property
    def all(self) -> tuple[ParameterSet, ...]:
        """Return the distinct sets, the base first, the others by digest."""
        distinct = {self.base.digest: self.base}
        for _, values in sorted(self.links, key=lambda entry: entry[1].digest):
            distinct.setdefault(values.digest, values)
        return tuple(distinct.values())


def effective(control: Control, workspace: Workspace) -> ParameterSets:
    """Return the effective values of a control, for itself and for each link that asks for some."""
    chosen = workspace.parameters.get(control.id, {})
    base = {
        name: _setting(parameter, chosen[name], WORKSPACE)
        if name in chosen
        else Setting(value=parameter.default, set_by=LIBRARY)
        for name, parameter in sorted(control.parameters.items())
    }
    links = tuple(
        (link, _set(_for_link(control, base, link))) for link in control.supports if link.parameters
    )
    return ParameterSets(base=_set(base), links=links)


def _for_link(control: Control, base: Mapping[str, Setting], link: Link) -> dict[str, Setting]:
    return {
        name: _setting(control.parameters[name], link.parameters[name], link.framework)
        if name in link.parameters
        and stricter(control.parameters[name], link.parameters[name], setting.value)
        else setting
        for name, setting in base.items()
    }


def _set(values: Mapping[str, Setting]) -> ParameterSet:
    return ParameterSet(
        digest=digest_of({name: setting.value for name, setting in values.items()}), values=values
    )


def _setting(parameter: Parameter, value: ParameterValue, set_by: str) -> Setting:
    return Setting(value=value, set_by=set_by, looser=stricter(parameter, parameter.default, value))


def stricter(parameter: Parameter, value: ParameterValue, than: ParameterValue) -> bool:
    """Tell whether a value is strictly stricter than another; unlike kinds never are."""
    if type(value) is not type(than) or isinstance(value, str) or isinstance(than, str):
        return False
    match parameter.stricter:
        case Stricter.HIGHER:
            return value > than
        case Stricter.LOWER:
            return value < than
        case Stricter.NONE:
            return False


def parameter_faults(library: Library) -> tuple[Diagnostic, ...]:
    """Return where two values of a parameter are asked for and neither is the stricter.

    Slug: `conflicting-parameter`. Unknown names, types and limits are judged when files are read.
    """
    return tuple(
        fault
        for control_id, control in sorted(library.controls.items())
        for fault in _conflicts(control, library.workspace.parameters.get(control_id, {}))
    )


def _conflicts(control: Control, chosen: Mapping[str, ParameterValue]) -> Iterator[Diagnostic]:
    for name, parameter in sorted(control.parameters.items()):
        asked = [link for link in control.supports if name in link.parameters]
        if parameter.stricter is not Stricter.NONE or not asked:
            continue
        ours = chosen.get(name, parameter.default)
        other = [link for link in asked if link.parameters[name] != ours]
        for link in other:
            yield Diagnostic(
                slug="conflicting-parameter",
                message=(
                    f"`{link.framework}` asks for `{link.parameters[name]}` as `{name}` of control "
                    f"`{control.id}`, elsewhere it is `{ours}`, and neither is stricter"
                ),
                help="say which direction is stricter, or use one value",
                span=link.span or control.span,
            )
