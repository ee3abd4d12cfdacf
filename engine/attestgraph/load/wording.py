"""Turns jsonschema's errors into our own words, at their places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from attestgraph.diagnostics import Diagnostic, nearest
from attestgraph.load.nodes import Document, Pointer

_KINDS: Final[Mapping[str, str]] = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}
_FORMATS: Final[Mapping[str, tuple[str, str, str]]] = {
    "date": ("bad-date", "a date", "write it like 2026-11-01"),
    "duration": ("bad-period", "a period", "write it like P2D or PT36H"),
    "date-time": ("bad-time", "a time with a zone", "write it like 2026-11-01T06:00:00Z"),
}


def word(error: Any, document: Document) -> Iterator[Diagnostic]:
    """Yield the diagnostics of one jsonschema error.

    Args:
        error: A `jsonschema.ValidationError` of the file's JSON.
        document: The file, for places.
    """
    pointer: Pointer = tuple(error.absolute_path)
    rule = error.validator
    if "propertyNames" in list(error.absolute_schema_path)[-2:]:
        yield _key(error, document, pointer)
    elif rule == "additionalProperties":
        yield from _unknown_keys(error, document, pointer)
    elif rule == "required":
        yield from _missing_key(error, document, pointer)
    elif rule == "anyOf":
        yield from _any_of(error, document)
    else:
        yield _value(error, document, pointer)


def _any_of(error: Any, document: Document) -> Iterator[Diagnostic]:
    """Yield the errors of the branch whose type is right, or that none is."""
    wrong = {e.relative_schema_path[0] for e in error.context if _refuses_type(e)}
    inner = [e for e in error.context if e.relative_schema_path[0] not in wrong]
    if inner:
        for each in inner:
            yield from word(each, document)
        return
    kinds = dict.fromkeys(_KINDS.get(str(e.validator_value), "") for e in error.context)
    yield _wrong_type(error, document, tuple(error.absolute_path), " or ".join(filter(None, kinds)))


def _refuses_type(error: Any) -> bool:
    return error.validator == "type" and not error.relative_path


def _meant(error: Any) -> dict[str, str]:
    """Return each unknown key of a mapping, to the known key that it is nearest to, or nothing."""
    known = error.schema.get("properties", {})
    free = [key for key in known if key not in error.instance]
    unknown = [key for key in error.instance if key not in known]
    return {key: next(iter(nearest(key, free)), "") for key in unknown}


def _unknown_keys(error: Any, document: Document, pointer: Pointer) -> Iterator[Diagnostic]:
    for key, near in _meant(error).items():
        known = _listed(error.schema.get("properties", {}))
        yield Diagnostic(
            slug="unknown-key",
            message=f"unknown key `{key}` in {_holder(error)}",
            help=f"did you mean `{near}`?" if near else f"it knows {known}",
            span=document.span((*pointer, key), key=True),
        )


def _missing_key(error: Any, document: Document, pointer: Pointer) -> Iterator[Diagnostic]:
    # one error for each key that is missing: the message starts with the key
    missing = next(
        k for k in error.validator_value if error.message.startswith(f"{k!r} is a required")
    )
    # a key that is only misspelt is named once, where it stands
    if missing not in _meant(error).values():
        message = f"{_holder(error)} needs the key `{missing}`"
        yield Diagnostic(slug="missing-key", message=message, span=document.span(pointer))


def _key(error: Any, document: Document, pointer: Pointer) -> Diagnostic:
    """Return the diagnostic of a key that may be any, within a form."""
    key, holder = str(error.instance), _name(pointer)
    span = document.span((*pointer, key), key=True)
    if error.validator == "enum":
        message, known = f"unknown key `{key}` in {holder}", _listed(error.validator_value)
        return Diagnostic(slug="unknown-key", message=message, help=f"it knows {known}", span=span)
    message = f"the name `{key}` in {holder} is not of its form"
    mend = error.schema.get("description")
    return Diagnostic(slug="wrong-form", message=message, help=mend, span=span)


def _value(error: Any, document: Document, pointer: Pointer) -> Diagnostic:
    """Return the diagnostic of a fault in one value."""
    rule, shown, span = error.validator, _shown(error.instance), document.span(pointer)
    name = _name(pointer)
    if rule == "type":
        wanted = error.validator_value
        kinds = [wanted] if isinstance(wanted, str) else wanted
        return _wrong_type(error, document, pointer, " or ".join(_KINDS[k] for k in kinds))
    if rule == "enum":
        near = nearest(str(error.instance), error.validator_value)
        known = _listed(error.validator_value)
        mend = f"did you mean `{near[0]}`?" if near else f"it is one of {known}"
        message = f"{shown} is not a value of {name}"
        return Diagnostic(slug="unknown-word", message=message, help=mend, span=span)
    if rule == "format":
        slug, noun, mend = _FORMATS[error.validator_value]
        message = f"{name} is {shown}, not {noun}"
        return Diagnostic(slug=slug, message=message, help=mend, span=span)
    if rule in ("minLength", "minItems", "minProperties"):
        return Diagnostic(slug="empty-value", message=f"{name} is empty", span=span)
    if rule == "oneOf":
        return _one_of(error, document, pointer)
    if rule == "pattern":
        mend = error.schema.get("description")
        message = f"{shown} is not of the form of {name}"
        return Diagnostic(slug="wrong-form", message=message, help=mend, span=span)
    if rule == "maxProperties":
        message = f"{name} has {len(error.instance)} keys; it takes {error.validator_value}"
        return Diagnostic(slug="wrong-form", message=message, span=span)
    limit = f"{name} is {shown}; the least is {error.validator_value}"
    return Diagnostic(slug="wrong-form", message=limit, span=span)


def _one_of(error: Any, document: Document, pointer: Pointer) -> Diagnostic:
    groups = [b["required"] for b in error.validator_value]
    known = ", ".join(_together(g) for g in groups)
    there = [_together(g) for g in groups if all(k in error.instance for k in g)]
    held = f"has {', '.join(there)} together" if there else "says nothing of where it holds"
    if not there and _holder(error) != "a scope":
        held = "is not whole"
    return Diagnostic(
        slug="one-of",
        message=f"{_holder(error)} {held}",
        help=f"give exactly one of {known}",
        span=document.span(pointer),
    )


def _together(keys: list[str]) -> str:
    return " with ".join(f"`{key}`" for key in keys)


def _wrong_type(error: Any, document: Document, pointer: Pointer, wanted: str) -> Diagnostic:
    return Diagnostic(
        slug="wrong-type",
        message=f"{_name(pointer)} is {_shown(error.instance)}, not {wanted}",
        span=document.span(pointer),
    )


def _holder(error: Any) -> str:
    title = str(error.schema.get("title", "mapping")).lower()
    return f"{'an' if title[0] in 'aeiou' else 'a'} {title}"


def _name(pointer: Pointer) -> str:
    """Return the last key of a pointer: the words a user knows a value by."""
    names = [step for step in pointer if isinstance(step, str)]
    if not names:
        return "the file"
    item = isinstance(pointer[-1], int)
    return f"an item of `{names[-1]}`" if item else f"`{names[-1]}`"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text[:60]}{'…' if len(text) > 60 else ''}`" if text else "empty"


def _listed(words: Any) -> str:
    return ", ".join(f"`{w}`" for w in words)
