"""`import sarif`: what scanners of code found, counted; nothing of what they found is kept.

A result of a secret scanner quotes the secret, so only counts, the tool, the repository, the
revision and the time are read. Source: OASIS SARIF 2.1.0, sections 3.14 (run), 3.27 (result).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from attestgraph.convert.answers import Answer, Row
from attestgraph.convert.completeness import Page
from attestgraph.convert.imports import Asked, Imported, asked_for
from attestgraph.convert.made import Made, Making, place_of
from attestgraph.convert.reading import Text, read_texts
from attestgraph.diagnostics import Diagnostic
from attestgraph.model.ids import ascii_lower
from attestgraph.model.times import format_time, parse_time

SCANS: Final = "attestgraph.code/scans"
_TABLE: Final = "codescans"
_UNKNOWN: Final = "no scan says that every repository of the scope was scanned"
_SECRET_TOOLS: Final = (
    "gitleaks", "trufflehog", "detect-secrets", "credscan", "secret scanning", "ggshield",
    "gitguardian", "whispers",
)  # fmt: skip
_SECRET_TAGS: Final = re.compile(
    r"secrets?|credentials?|(external/cwe/)?cwe-0?(798|259|321|312|522)", re.ASCII
)
_SCOPE: Final = re.compile(r"/subscriptions/[^/]+(/resourcegroups/[^/]+)?", re.ASCII)


def import_sarif(
    files: Sequence[Path],
    out: Path,
    *,
    scope: str,
    repository: str | None,
    declared: tuple[str, str] | None,
    at: datetime,
) -> Imported:
    """Import the runs of code scanners, one row a run.

    Args:
        files: SARIF 2.1.0 logs.
        out: The snapshot folder.
        scope: The subscription or resource group that the code is deployed to: the rows belong to
            the systems that hold it.
        repository: The repository, where the logs do not name it.
        declared: Who says that every repository was scanned, and why.
        at: When the scans ran, where the logs do not say.

    Raises:
        InputError: `bad-scope`, `not-sarif`, `scan-failed` (a run that did not end well says
            nothing), `no-repository`, and what reading JSON raises.
    """
    making = Making(asked=asked_for([scope], declared, at))
    where = making.asked.scopes[0]
    if _SCOPE.fullmatch(where) is None:
        message = f"--scope: `{scope}` is no subscription and no resource group"
        making.faults.append(Diagnostic(slug="bad-scope", message=message))
        making.refuse()
    for file in sorted(files):
        for text in read_texts(file):
            _read(text, making, repository)
    making.refuse()
    return making.write(out, table=_TABLE, files=files, unknown=_UNKNOWN)


def _read(text: Text, making: Making, repository: str | None) -> None:
    log = text.value
    runs = log.get("runs") if isinstance(log, dict) else None
    if not isinstance(runs, list) or not str(log.get("version", "")).startswith("2.1"):
        message = "the file is no SARIF 2.1.0 log"
        making.faults.append(_fault("not-sarif", message, text, ()))
        return
    answer = Answer(path=text.path, rows=(), locate=lambda n: place_of(text, ("runs", n - 1)))
    making.pages.append(Page(answer=answer, rows=len(runs)))
    for number, run in enumerate(runs, start=1):
        wrong = list(_faults(run, text, number, repository))
        making.faults += wrong
        if not wrong:
            value = _row(run, making.asked, repository)
            row = Row(number=number, value=run)
            making.rows.append(
                Made(value=value, given=frozenset({"properties"}), answer=answer, row=row)
            )


def _faults(run: Any, text: Text, number: int, repository: str | None) -> Iterator[Diagnostic]:
    pointer = ("runs", number - 1)
    if not isinstance(run, dict) or not _tool(run) or not isinstance(run.get("results"), list):
        message = f"run {number} has no tool, or no results: an empty list is needed to say none"
        yield _fault("not-sarif", message, text, pointer)
        return
    if any(i.get("executionSuccessful") is False for i in _objects(run, "invocations")):
        message = f"run {number} says that the scanner did not end well"
        help_ = "run it again; a failed scan says nothing of the code"
        yield _fault("scan-failed", message, text, pointer, help_)
    if not (repository or _repository(run)):
        message = f"run {number} does not name its repository"
        yield _fault("no-repository", message, text, pointer, "name it with --repository")


def _fault(
    slug: str, message: str, text: Text, pointer: tuple[str | int, ...], help_: str | None = None
) -> Diagnostic:
    span = place_of(text, pointer)
    return Diagnostic(slug=slug, message=message, help=help_, path=text.path, span=span)


def _row(run: Mapping[str, Any], asked: Asked, repository: str | None) -> dict[str, Any]:
    tool, source = _tool(run), _repository(run) or repository or ""
    results = [r for r in _objects(run, "results") if not _is_gone(r)]
    still_open = [r for r in results if not _is_suppressed(r)]
    secrets = [r for r in still_open if _is_secret(r, run, tool)]
    # names of resources have no slashes; the digest keeps two of one spelling apart
    part = run.get("automationDetails")
    category = part.get("id") if isinstance(part, dict) else None
    digest = hashlib.sha256(f"{tool}\n{source}\n{category}".encode()).hexdigest()[:8]
    short = re.sub(r"[^a-z0-9]+", "-", ascii_lower(source.rsplit("/", 1)[-1])).strip("-")
    name = f"{short or 'code'}-{digest}"
    return {
        "id": f"{asked.scopes[0]}/providers/{SCANS}/{name}",
        "name": name,
        "type": SCANS,
        "properties": {
            "tool": tool,
            "repository": source,
            "revision": _revision(run),
            "endedAt": _ended(run, asked.at),
            "results": {
                "open": len(still_open),
                "secrets": len(secrets),
                "suppressed": len(results) - len(still_open),
            },
            "rules": sorted({rule for r in still_open if (rule := _rule_id(r))}),
        },
    }


def _objects(holder: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    values = holder.get(name)
    return [v for v in values if isinstance(v, dict)] if isinstance(values, list) else []


def _tool(run: Mapping[str, Any]) -> str:
    tool = run.get("tool")
    driver = tool.get("driver") if isinstance(tool, dict) else None
    name = driver.get("name") if isinstance(driver, dict) else None
    return name if isinstance(name, str) else ""


def _repository(run: Mapping[str, Any]) -> str | None:
    for source in _objects(run, "versionControlProvenance"):
        uri = source.get("repositoryUri")
        if isinstance(uri, str) and uri:
            # an address may carry a user and a token
            return re.sub(r"//[^/@]*@", "//", uri).removesuffix(".git")
    return None


def _revision(run: Mapping[str, Any]) -> str | None:
    found = [s.get("revisionId") for s in _objects(run, "versionControlProvenance")]
    return next((r for r in found if isinstance(r, str)), None)


def _ended(run: Mapping[str, Any], at: datetime) -> str:
    times = []
    for invocation in _objects(run, "invocations"):
        try:
            times.append(format_time(parse_time(str(invocation.get("endTimeUtc")))))
        except ValueError:
            continue
    return max(times, default=format_time(at))


def _is_gone(result: Mapping[str, Any]) -> bool:
    """Tell whether a result speaks of nothing that is there: fixed, or a note of success."""
    return result.get("baselineState") == "absent" or result.get("kind") in (
        "pass",
        "notApplicable",
    )


def _is_suppressed(result: Mapping[str, Any]) -> bool:
    """Tell whether somebody set a result aside, and nobody has refused that (section 3.35)."""
    held = _objects(result, "suppressions")
    return bool(held) and not any(s.get("status") in ("rejected", "underReview") for s in held)


def _is_secret(result: Mapping[str, Any], run: Mapping[str, Any], tool: str) -> bool:
    if any(name in ascii_lower(tool) for name in _SECRET_TOOLS):
        return True
    rule = _rule(result, run)
    properties = rule.get("properties")
    tags = properties.get("tags") if isinstance(properties, dict) else None
    return any(
        _SECRET_TAGS.fullmatch(ascii_lower(str(tag)))
        for tag in (tags if isinstance(tags, list) else ())
    )


def _rule_id(result: Mapping[str, Any]) -> str | None:
    rule = result.get("rule")
    inner = rule.get("id") if isinstance(rule, dict) else None
    found = result.get("ruleId", inner)
    return found if isinstance(found, str) else None


def _rule(result: Mapping[str, Any], run: Mapping[str, Any]) -> Mapping[str, Any]:
    wanted = _rule_id(result)
    rules = _objects(run["tool"]["driver"], "rules")
    by_id = next((r for r in rules if wanted is not None and r.get("id") == wanted), None)
    if by_id is not None:
        return by_id
    index = result.get("ruleIndex")
    return rules[index] if type(index) is int and 0 <= index < len(rules) else {}
