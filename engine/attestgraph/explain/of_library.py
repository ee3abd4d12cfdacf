"""Explanations without a run: what is linked to what, and which evidence it would take."""

from __future__ import annotations

from typing import assert_never

from attestgraph.diagnostics import Diagnostic, InputError
from attestgraph.explain.names import Kind, Known, Named, name, unknown
from attestgraph.explain.trace import Line, Section, Trace
from attestgraph.model.authored import (
    AttestTest,
    Check,
    Control,
    PolicyTest,
    QueryTest,
    RowTest,
)
from attestgraph.model.concluded import Links
from attestgraph.model.ids import ControlId, FrameworkId, RequirementId
from attestgraph.model.records import Library


def explain_library(library: Library, links: Links, text: str) -> Trace:
    """Explain a requirement, a control or a policy definition by what the files say.

    Raises:
        InputError: `unknown-id`, `ambiguous-id`; `needs-a-run`: a resource or a record, of which
            only a run knows something.
    """
    known = Known(
        requirements={f.id: [*f.requirements] for f in library.frameworks.values()},
        controls={c.id: [k.id for k in c.checks] for c in library.controls.values()},
        attestations=[r.id for r in library.attestations],
        exceptions=[r.id for r in library.exceptions],
    )
    named = name(text, known)
    if named is None:
        raise unknown(text, known)
    match named.kind:
        case Kind.REQUIREMENT:
            return _of_requirement(library, links, named)
        case Kind.CONTROL:
            return _of_control(library, library.controls[ControlId(named.id)], named)
        case Kind.POLICY:
            return _of_policy(library, named)
        case Kind.RESOURCE | Kind.ATTESTATION | Kind.EXCEPTION:
            message = f"what became of `{text}` is known to a run only"
            help_ = f"attestgraph explain {text} --run RUN"
            raise InputError(Diagnostic(slug="needs-a-run", message=message, help=help_))
        case _:
            assert_never(named.kind)


def _of_requirement(library: Library, links: Links, named: Named) -> Trace:
    framework = library.frameworks[FrameworkId(str(named.framework))]
    requirement = framework.requirements[RequirementId(named.id)]
    node = (framework.id, requirement.id)
    linked = tuple(
        Line(ref=c.control, text=f"covers {c.covers} · {c.because}")
        for c in links.contributions.get(node, ())
    )
    suggested = tuple(
        Line(ref=s.control, text="may help; it counts for nothing")
        for s in links.suggestions.get(node, ())
    )
    none = (Line(mark="not-covered", text="no control is linked"),)
    return Trace(
        kind="requirement",
        id=f"{framework.id}:{requirement.id}",
        title=requirement.title,
        facts={
            "framework": f"{framework.title}, edition {framework.edition}",
            "catalogue": str(framework.catalogue),
        },
        sections=(Section(title="controls", lines=(linked + suggested) or none),),
        follow=tuple(dict.fromkeys(line.ref for line in linked if line.ref))[:3],
    )


def _of_control(library: Library, control: Control, named: Named) -> Trace:
    checks = tuple(
        _check_line(library, control, check)
        for check in control.checks
        if named.check in (None, check.id)
    )
    supports = tuple(
        Line(ref=f"{o.framework}:{o.requirement}", text=f"covers {o.covers} · {o.because}")
        for o in control.supports
    )
    facts = {
        "severity": str(control.severity),
        "owner": control.owner,
        "source": control.source,
        "file": f"{control.span.path}:{control.span.line}" if control.span else "",
    }
    facts |= (
        {"parameters": ", ".join(f"{p.name} {p.default}" for p in control.parameters.values())}
        if control.parameters
        else {}
    )
    facts |= {"remediation": control.remediation} if control.remediation else {}
    sections = [Section(title="checks", lines=checks)]
    sections += [Section(title="supports", lines=supports)] if supports else []
    return Trace(
        kind="control",
        id=control.id if named.check is None else f"{control.id}/{named.check}",
        title=control.says,
        facts=facts,
        sections=tuple(sections),
        follow=tuple(line.ref for line in supports if line.ref)[:3],
    )


def _check_line(library: Library, control: Control, check: Check) -> Line:
    how = "" if check.alternative is None else f", one way of several ({check.alternative})"
    return Line(
        ref=f"{control.id}/{check.id}",
        text=f"{check.says} ({evidence_of(library, check)}{how})",
    )


def evidence_of(library: Library, check: Check) -> str:
    """Return the evidence that a check takes, in a few words."""
    test = check.test
    match test:
        case RowTest():
            related = "".join(f" with {r.type}" for r in test.related)
            return f"rows of {', '.join(test.types)}{related}"
        case PolicyTest():
            known = library.definitions.get(_definition_name(test))
            title = f", {known.title}" if known is not None else ""
            return f"compliance states of {_definition_name(test)}{title}"
        case QueryTest():
            return f"a query over {', '.join(test.types)}"
        case AttestTest():
            return f"signed by {', '.join(test.roles)}"
        case _:
            assert_never(test)


def _definition_name(test: PolicyTest) -> str:
    return test.definition.rpartition("/")[2]


def _of_policy(library: Library, named: Named) -> Trace:
    known = library.definitions.get(named.id)
    lines = tuple(
        Line(ref=f"{control.id}/{check.id}", text=control.says)
        for control in library.controls.values()
        for check in control.checks
        if isinstance(check.test, PolicyTest) and _definition_name(check.test) == named.id
    )
    if known is None and not lines:
        message = f"no policy definition is called `{named.id}`"
        raise InputError(Diagnostic(slug="unknown-id", message=message))
    none = (Line(mark="not-covered", text="no control rests on it"),)
    return Trace(
        kind="policy",
        id=named.id,
        title=known.title if known is not None else "",
        facts={} if known is None else {"category": known.category, "mode": known.mode},
        sections=(Section(title="checks", lines=lines or none),),
        follow=tuple(dict.fromkeys(line.ref.partition("/")[0] for line in lines if line.ref))[:3],
    )
