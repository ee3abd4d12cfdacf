"""Which thing an id names: the forms that `explain` takes."""

from __future__ import annotations

import enum
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from attestgraph.diagnostics import Diagnostic, InputError, nearest
from attestgraph.model.ids import ascii_lower, id_key

# names of definitions are mostly GUIDs; some are not of hexadecimal digits only
_NAME: Final = re.compile(r"[0-9a-z]{8}(?:-[0-9a-z]{4}){3}-[0-9a-z]{12}", re.ASCII)
_DEFINITION: Final = "/providers/microsoft.authorization/policydefinitions/"


class Kind(enum.StrEnum):
    """What can be explained."""

    REQUIREMENT = "requirement"
    CONTROL = "control"
    POLICY = "policy"
    RESOURCE = "resource"
    ATTESTATION = "attestation"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A thing that an id names.

    Attributes:
        id: The thing as it is spelt: a control, a definition's name, a resource's id key.
        framework: Of a requirement.
        check: Of a control, where one check is named.
    """

    kind: Kind
    id: str
    framework: str | None = None
    check: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What there is to be named.

    Attributes:
        requirements: Framework to its requirements.
        controls: Control to its checks.
        attestations: Ids of records.
        exceptions: Ids of records.
    """

    requirements: Mapping[str, Collection[str]]
    controls: Mapping[str, Collection[str]]
    attestations: Collection[str] = ()
    exceptions: Collection[str] = ()


def name(text: str, known: Known) -> Named | None:
    """Return the thing that an id names; None where it may be the name of a resource.

    Forms: a resource's id; a definition's name or id; `framework:requirement`, or the requirement
    alone where one framework has it; a control; `control/check`; the id of a record.

    Raises:
        InputError: `ambiguous-id`: several frameworks have the requirement. `unknown-id`: the
            framework or the check that is named is not there.
    """
    given = text.strip()
    if given.startswith("/"):
        return _of_path(given)
    if _NAME.fullmatch(ascii_lower(given)):
        return Named(kind=Kind.POLICY, id=ascii_lower(given))
    for kind, ids in ((Kind.ATTESTATION, known.attestations), (Kind.EXCEPTION, known.exceptions)):
        if given in ids:
            return Named(kind=kind, id=given)
    control, _, check = given.partition("/")
    if control in known.controls:
        return _of_control(control, check, known)
    return _of_requirement(given, known)


def _of_path(text: str) -> Named:
    key = id_key(text)
    if _DEFINITION in key:
        return Named(kind=Kind.POLICY, id=key.rpartition("/")[2])
    return Named(kind=Kind.RESOURCE, id=key)


def _of_control(control: str, check: str, known: Known) -> Named:
    checks = known.controls[control]
    if check and check not in checks:
        raise InputError(_unknown(f"{control}/{check}", [f"{control}/{c}" for c in checks]))
    return Named(kind=Kind.CONTROL, id=control, check=check or None)


def _of_requirement(text: str, known: Known) -> Named | None:
    framework, colon, wanted = text.partition(":")
    # an id of a requirement has no colon, and a framework's profile plays no part here
    framework = framework.partition("@")[0]
    if colon and framework not in known.requirements:
        raise InputError(_unknown(framework, [*known.requirements]))
    frameworks = [framework] if colon else list(known.requirements)
    found = [
        Named(kind=Kind.REQUIREMENT, id=requirement, framework=each)
        for each in frameworks
        for requirement in _spelt(wanted if colon else text, known.requirements[each])
    ]
    if len(found) > 1:
        raise InputError(_ambiguous(text, found))
    if colon and not found:
        raise InputError(
            _unknown(text, [f"{framework}:{r}" for r in known.requirements[framework]])
        )
    return found[0] if found else None


def _spelt(text: str, requirements: Collection[str]) -> list[str]:
    """Return the requirement of that spelling, whatever its case."""
    if text in requirements:
        return [text]
    return [r for r in requirements if ascii_lower(r) == ascii_lower(text)]


def _ambiguous(text: str, found: Sequence[Named]) -> Diagnostic:
    ways = ", ".join(f"{each.framework}:{each.id}" for each in found)
    return Diagnostic(
        slug="ambiguous-id",
        message=f"`{text}` is a requirement of {len(found)} frameworks",
        help=f"name one of: {ways}",
    )


def _unknown(text: str, known: Collection[str]) -> Diagnostic:
    near = nearest(text, known)
    return Diagnostic(
        slug="unknown-id",
        message=f"nothing is called `{text}`",
        help=f"did you mean `{near[0]}`?" if near else None,
    )


def unknown(text: str, known: Known) -> InputError:
    """Return why an id that names nothing at all cannot be explained."""
    names = [*known.controls, *known.attestations, *known.exceptions]
    names += [r for requirements in known.requirements.values() for r in requirements]
    found = _unknown(text, names)
    if found.help is not None:
        return InputError(found)
    return InputError(
        Diagnostic(
            slug="unknown-id",
            message=found.message,
            help="give a requirement, a control, a policy definition, or a resource of the run",
        )
    )
