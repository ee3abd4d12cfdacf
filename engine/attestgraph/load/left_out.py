"""Controls of the library that a workspace leaves out: `controls: {leave_out: [...]}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attestgraph.diagnostics import Diagnostic, Severity
from attestgraph.load.nodes import Pointer
from attestgraph.load.places import Place
from attestgraph.load.references import unknown, unknown_control
from attestgraph.load.scalars import text_of
from attestgraph.model.authored import Control
from attestgraph.model.ids import ControlId
from attestgraph.model.records import LeftOut

_FEW: Final = 3

LeftOuts = Mapping[ControlId, LeftOut]
"""What is left out, by control."""


def read_left_out(
    place: Place,
    value: Any,
    library: Mapping[ControlId, Control],
    own: Mapping[ControlId, Control],
    broken: frozenset[str],
) -> dict[ControlId, LeftOut]:
    """Return what a workspace leaves out, each with a warning at its place.

    Args:
        place: The workspace file.
        value: What it says under `controls`.
        library: The library's own controls.
        own: The workspace's; they are deleted, not left out.
        broken: Ids of controls that have faults of their own.
    """
    found: dict[ControlId, LeftOut] = {}
    entries = value.get("leave_out") if isinstance(value, dict) else None
    for at, entry in enumerate(entries if isinstance(entries, list) else ()):
        if not isinstance(entry, dict):
            continue
        pointer: Pointer = ("controls", "leave_out", at)
        control, because = text_of(entry.get("control")), text_of(entry.get("because"))
        domain = text_of(entry.get("domain"))
        named = []
        if control and domain:
            continue  # the schema's judgement asks for one of them
        if control and control not in broken:
            named = _one(place, pointer, control, library, own)
        elif domain:
            named = _of_domain(place, pointer, domain, library, own)
        if not because:
            continue
        named = [name for name in named if not _is_twice(place, pointer, name, found)]
        span = place.span(pointer)
        found |= {name: LeftOut(control=name, because=because, span=span) for name in named}
        _warn(place, pointer, named)
    return found


def left_out_fault(word: str, left_out: LeftOuts) -> Diagnostic | None:
    """Return the fault of what names a control that is left out, or None."""
    left = left_out.get(ControlId(word))
    if left is None:
        return None
    where = f", at {left.span.path}:{left.span.line}:{left.span.column}" if left.span else ""
    return Diagnostic(
        slug="names-left-out",
        message=f"control `{word}` is left out of this workspace{where}: {left.because}",
        help="take it out of `leave_out`, or withdraw what stands here",
    )


def known_control(
    word: str, controls: Mapping[ControlId, Control], left_out: LeftOuts
) -> Diagnostic | None:
    """Return the fault of a control that is left out or not loaded, or None."""
    return left_out_fault(word, left_out) or unknown_control(word, controls)


def _one(
    place: Place,
    pointer: Pointer,
    name: str,
    library: Mapping[ControlId, Control],
    own: Mapping[ControlId, Control],
) -> list[ControlId]:
    at = (*pointer, "control")
    if name in own:
        message = f"control `{name}` is the workspace's own"
        place.fault(at, "leaves-out-own", message, "delete its file instead")
        return []
    fault = unknown("unknown-control", "control", name, library)
    return [ControlId(name)] if place.found(at, fault) else []


def _of_domain(
    place: Place,
    pointer: Pointer,
    domain: str,
    library: Mapping[ControlId, Control],
    own: Mapping[ControlId, Control],
) -> list[ControlId]:
    domains = {control.domain for control in library.values()}
    fault = unknown("unknown-domain", "domain", domain, domains)
    if not place.found((*pointer, "domain"), fault):
        return []
    return sorted(c.id for c in library.values() if c.domain == domain and c.id not in own)


def _is_twice(
    place: Place, pointer: Pointer, name: ControlId, found: Mapping[ControlId, LeftOut]
) -> bool:
    first = found.get(name)
    if first is None:
        return False
    mend = None
    if first.span is not None:
        mend = f"it first stands at {first.span.path}:{first.span.line}:{first.span.column}"
    place.fault(pointer, "duplicate-id", f"control `{name}` is left out here again", mend)
    return True


def _warn(place: Place, pointer: Pointer, named: list[ControlId]) -> None:
    if not named:
        return
    listed = ", ".join(f"`{name}`" for name in named[:_FEW])
    more = f" and {len(named) - _FEW} more" if len(named) > _FEW else ""
    noun = "control" if len(named) == 1 else f"{len(named)} controls"
    verb = "is" if len(named) == 1 else "are"
    message = (
        f"{noun} {listed}{more} {verb} not evaluated and support{'s' * (verb == 'is')} nothing"
    )
    mend = "each run lists it under `overrides`, with the reason"
    place.fault(pointer, "control-left-out", message, mend, severity=Severity.WARNING)
