"""The pages on controls: one for each domain, and their index."""

from __future__ import annotations

from typing import Final

from attestgraph.model.authored import AttestTest, Control
from attestgraph.model.records import Library
from tools.practices_cells import (
    INFORMATIONAL,
    check_kind,
    evidence_of,
    ordered_links,
    row,
    table_head,
)

WRITTEN: Final = (
    "Written by `python -m tools.make_practices` from the control library; do not edit.\n"
)


def index_page(library: Library) -> str:
    """Return the list of domains with their controls."""
    domains: dict[str, list[Control]] = {}
    for _, control in sorted(library.controls.items()):
        domains.setdefault(control.domain, []).append(control)
    text = f"# Controls of the library\n\n{WRITTEN}\n"
    text += f"{len(library.controls)} controls. [How to write one](../controls.md).\n\n"
    text += table_head("domain", "controls", "which")
    for domain, controls in sorted(domains.items()):
        names = ", ".join(f"[{control.id}]({domain}.md#{control.id})" for control in controls)
        text += row(f"[{domain}]({domain}.md)", str(len(controls)), names)
    return text


def domain_page(domain: str, library: Library) -> str:
    """Return the page of one domain: each of its controls in full."""
    controls = [c for _, c in sorted(library.controls.items()) if c.domain == domain]
    parts = [f"# Controls: {domain}\n\n{WRITTEN}", *(_control(c, library) for c in controls)]
    return "\n".join(parts)


def _control(control: Control, library: Library) -> str:
    about = f"Severity {control.severity}; operated by the {control.responsibility}; "
    about += f"owner {control.owner}. Source: {control.source}.\n"
    parts = [f"## {control.id}\n\n{control.says}\n", about, _checks(control, library)]
    if control.parameters:
        parts.append(_parameters(control))
    if control.remediation:
        parts.append(f"To mend it:\n\n```\n{control.remediation.strip()}\n```\n")
    parts.append(_links(control, library))
    return "\n".join(parts)


def _checks(control: Control, library: Library) -> str:
    text = table_head("check", "kind", "says", "evidence it needs")
    for check in control.checks:
        question = f" {check.test.question}" if isinstance(check.test, AttestTest) else ""
        evidence = evidence_of(check, library)
        text += row(check.id, check_kind(check), check.says + question, evidence)
    return text


def _parameters(control: Control) -> str:
    text = table_head("parameter", "default", "bounds", "stricter")
    for name, parameter in sorted(control.parameters.items()):
        low, high = parameter.minimum, parameter.maximum
        bounds = f"{'any' if low is None else low} to {'any' if high is None else high}"
        free = low is None and high is None
        default = (
            str(parameter.default).lower() if parameter.type == "boolean" else parameter.default
        )
        text += row(
            name, str(default) or "(empty text)", "none" if free else bounds, parameter.stricter
        )
    return text


def _links(control: Control, library: Library) -> str:
    if not control.supports:
        return f"Supports: {INFORMATIONAL}.\n"
    text = table_head("framework", "requirement", "covers", "because", "review")
    for link in ordered_links(control, library):
        part = f" ({link.part})" if link.part else ""
        review = f"{link.review.by}, {link.review.on.isoformat()}" if link.review else "draft"
        text += row(link.framework, f"{link.requirement}{part}", link.covers, link.because, review)
    return text
