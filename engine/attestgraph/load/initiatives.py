"""Initiatives that a workspace adopts: each reference to a definition becomes a control.

A reference supports, in part and as a draft, the requirements that its groups name. The groups are
never the denominator: that is the framework's own catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from attestgraph.conditions import EvaluationError
from attestgraph.conditions.parameters import effective, parse_parameters
from attestgraph.conditions.parse import Faults, TooManyFaultsError
from attestgraph.conditions.policy_values import resolved
from attestgraph.diagnostics import Diagnostic, Severity, nearest
from attestgraph.load.check_rules import value_faults
from attestgraph.load.groups import Groups
from attestgraph.load.nodes import Pointer
from attestgraph.load.places import Place
from attestgraph.load.policies import Policies
from attestgraph.load.policy_documents import STATIC
from attestgraph.model.authored import Check, Control, DefinitionFacts, Link, PolicyTest
from attestgraph.model.ids import CheckId, ControlId, ascii_lower, digest_of
from attestgraph.model.policies import Initiative, InitiativeReference
from attestgraph.model.words import (
    ControlSeverity,
    Covers,
    Origin,
    Provenance,
    Responsibility,
)

CHECK: Final = CheckId("policy")
DEFAULT_DOMAIN: Final = "azure-policy"
MOST_NAMED: Final = 10
LONGEST_SLUG: Final = 60
_NO_WORD: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What initiatives become controls with.

    Attributes:
        definitions: What is known of definitions, those of the workspace among them.
        owner: Who owns the controls: the organisation.
    """

    policies: Policies
    definitions: Mapping[str, DefinitionFacts]
    groups: Groups
    owner: str


def adopted(place: Place, value: Any, given: Adoption) -> dict[ControlId, Control]:
    """Return the controls of the initiatives that a workspace file names.

    Args:
        place: The workspace file.
        value: What stands under `initiatives`.
        given: What is known.
    """
    found: dict[ControlId, Control] = {}
    seen: set[str] = set()
    for at, form in enumerate(value if isinstance(value, list) else ()):
        entry = form if isinstance(form, dict) else {"initiative": form}
        pointer: Pointer = ("initiatives", at)
        name = entry.get("initiative")
        if not isinstance(name, str) or not name:
            continue
        initiative = _known(place, pointer, name, given)
        if initiative is None:
            continue
        if initiative.name in seen:
            place.fault(pointer, "duplicate-id", f"initiative `{name}` stands here again")
            continue
        seen.add(initiative.name)
        values = _values(place, pointer, initiative, entry.get("parameters"))
        if values is not None:
            found.update(_controls(place, pointer, initiative, values, given))
    return found


def _known(place: Place, pointer: Pointer, name: str, given: Adoption) -> Initiative | None:
    known = given.policies.initiatives
    initiative = known.get(ascii_lower(name).rpartition("/")[2])
    if initiative is not None:
        return initiative
    titles = [f"`{one.name}` ({one.title})" for one in known.values() if one.title == name]
    near = nearest(name, known)
    mend = "import it with `attestgraph import azure-policy`"
    if titles:
        mend = f"name it by its id: {', '.join(sorted(titles))}"
    elif near:
        mend = f"did you mean `{near[0]}`?"
    message = f"the workspace has no initiative `{name}`"
    place.fault(pointer, "unknown-initiative", message, mend)
    return None


def _values(
    place: Place, pointer: Pointer, initiative: Initiative, written: Any
) -> Mapping[str, Any] | None:
    """Return the values of an initiative's parameters; None and faults where some are wrong."""
    chosen = written if isinstance(written, dict) else {}
    faults = Faults()
    declared = {}
    with suppress(TooManyFaultsError):
        declared = parse_parameters(initiative.parameters, (), faults)
    try:
        return effective(declared, chosen)
    except EvaluationError as error:
        for fault in error.faults:
            message = fault.message.replace("the definition", "the initiative")
            place.fault((*pointer, "parameters"), fault.slug, message, fault.help)
    return None


def _controls(
    place: Place,
    pointer: Pointer,
    initiative: Initiative,
    values: Mapping[str, Any],
    given: Adoption,
) -> Iterator[tuple[ControlId, Control]]:
    """Yield the control of each reference, by id."""
    _unmapped(place, pointer, initiative, given.groups)
    static = 0
    for reference in initiative.references:
        if _is_static(reference, given):
            static += 1
            continue
        control = _control(place, initiative, reference, values, given)
        yield control.id, control
    if static:
        message = (
            f"{static} of {len(initiative.references)} references of initiative "
            f"`{initiative.name}` are to Static definitions, and give no control"
        )
        mend = "they are statements of Microsoft: evidence what you inherit with its own records"
        place.fault(pointer, "static-definition", message, mend, severity=Severity.WARNING)


def _is_static(reference: InitiativeReference, given: Adoption) -> bool:
    rule = given.policies.rules.get(reference.name)
    if rule is not None:
        return rule.kind == STATIC
    facts = given.definitions.get(reference.name)
    # of the built-in definitions only Static ones have no mode
    return facts is not None and not facts.mode


def _unmapped(place: Place, pointer: Pointer, initiative: Initiative, groups: Groups) -> None:
    """Warn of the groups that name no requirement of a framework that is loaded."""
    without = [name for name in initiative.groups if ascii_lower(name) not in groups]
    if not without:
        return
    shown = ", ".join(f"`{name}`" for name in sorted(without)[:MOST_NAMED])
    more = f" and {len(without) - MOST_NAMED} more" if len(without) > MOST_NAMED else ""
    message = (
        f"{len(without)} of {len(initiative.groups)} groups of initiative `{initiative.name}` name "
        f"no requirement that is known: {shown}{more}"
    )
    mend = "link the controls yourself, or leave it so: what is not linked is not covered"
    place.fault(pointer, "unmapped-group", message, mend, severity=Severity.WARNING)


def control_id(initiative: str, reference: str) -> ControlId:
    """Return the id of a reference's control: the same wherever the initiative is adopted.

    A reference's id is unique within its initiative, apart from letter case; the digest keeps
    initiatives apart, and ids that differ only in what an id of ours may not hold.
    """
    low = ascii_lower(reference)
    slug = _NO_WORD.sub("-", low).strip("-")[:LONGEST_SLUG].rstrip("-")
    digest = digest_of([ascii_lower(initiative), low])[:8]
    return ControlId("-".join(filter(None, (slug, digest))))


def _control(
    place: Place,
    initiative: Initiative,
    reference: InitiativeReference,
    values: Mapping[str, Any],
    given: Adoption,
) -> Control:
    facts = given.definitions.get(reference.name)
    title = (facts.title if facts else "") or reference.id
    version = f", version {initiative.version}" if initiative.version else ""
    span = given.policies.span(initiative, ("policyDefinitions", reference.at))
    check = _check(place, initiative, reference, values, given)
    return Control(
        id=control_id(initiative.name, reference.id),
        says=title,
        domain=_NO_WORD.sub("-", ascii_lower(facts.category if facts else "")).strip("-")
        or DEFAULT_DOMAIN,
        severity=ControlSeverity.MEDIUM,
        responsibility=Responsibility.CUSTOMER,
        owner=given.owner,
        source=f"Azure Policy initiative {initiative.title}{version}, reference {reference.id}",
        supports=tuple(_links(initiative, reference, given.groups)),
        parameters={},
        checks=(check,),
        remediation=None,
        origin=Origin.OWN,
        span=span,
    )


def _check(
    place: Place,
    initiative: Initiative,
    reference: InitiativeReference,
    values: Mapping[str, Any],
    given: Adoption,
) -> Check:
    facts = given.definitions.get(reference.name)
    rule = given.policies.rules.get(reference.name)
    span = given.policies.span(initiative, ("policyDefinitions", reference.at))
    used, faults = _passed_through(reference, values)
    if rule is not None and not faults:
        faults = list(value_faults(rule.definition, used))
    for fault in faults:
        place.faults.add(_warning(fault, reference).at(span))
    document: dict[str, Any] = {
        "policy": reference.definition,
        "initiative": initiative.name,
        "reference": reference.id,
        "values": used,
    }
    if rule is not None:
        document["definition"] = rule.document
    return Check(
        id=CHECK,
        says=(facts.title if facts else "") or reference.id,
        test=PolicyTest(
            definition=reference.definition,
            types=facts.types if facts else (),
            rule=rule.definition if rule is not None and not faults else None,
            values=used,
        ),
        document=document,
        span=span,
    )


def _passed_through(
    reference: InitiativeReference, values: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Diagnostic]]:
    """Return the values that a reference gives its definition, and what could not be computed."""
    used: dict[str, Any] = {}
    faults: list[Diagnostic] = []
    for name, written in reference.parameters.items():
        try:
            used[name] = resolved(written, values)
        except EvaluationError as error:
            faults.extend(
                Diagnostic(slug=fault.slug, message=f"`{name}`: {fault.message}")
                for fault in error.faults
            )
    return used, faults


def _warning(fault: Diagnostic, reference: InitiativeReference) -> Diagnostic:
    return Diagnostic(
        slug=fault.slug,
        severity=Severity.WARNING,
        message=f"reference `{reference.id}`: {fault.message}",
        help="its definition is not judged here, only its compliance states are read",
    )


def _links(
    initiative: Initiative, reference: InitiativeReference, groups: Groups
) -> Iterator[Link]:
    """Yield one link to each requirement that the groups of a reference name."""
    seen: set[tuple[str, str]] = set()
    for group in reference.groups:
        for framework, requirement in groups.get(ascii_lower(group), ()):
            if (framework, requirement) in seen:
                continue
            seen.add((framework, requirement))
            yield Link(
                framework=framework,
                requirement=requirement,
                covers=Covers.PART,
                because=f"Microsoft puts it into the group {group} of {initiative.title}.",
                review=None,
                provenance=Provenance.MICROSOFT,
            )
