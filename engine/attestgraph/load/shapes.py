"""Reads a tree as JSON by the file's JSON Schema, and finds out whether the schema holds.

A scalar is decoded by the type that the schema gives it: `requirement: 3.10` stays the text `3.10`
and `name: no` the text `no`. The same walk tells whether the schema holds, for the few keywords
that our schemas use; only where it does not, jsonschema (108 ms to import) judges and its errors
become diagnostics. A test holds the walk to jsonschema's verdict.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from attestgraph import content
from attestgraph.diagnostics import Diagnostic
from attestgraph.load.nodes import Document, Members, Node, Scalar, Sequence
from attestgraph.load.scalars import JsonValue, boolean_of, free_value, integer_of
from attestgraph.model.times import parse_date, parse_moment, parse_period

Schema = Mapping[str, Any]
KEYWORDS: Final = frozenset(
    {
        "$defs",
        "$ref",
        "$schema",
        "title",
        "description",
        "type",
        "properties",
        "required",
        "additionalProperties",
        "propertyNames",
        "minProperties",
        "maxProperties",
        "items",
        "minItems",
        "enum",
        "pattern",
        "minLength",
        "minimum",
        "format",
        "anyOf",
        "oneOf",
    }
)
FLOATS: Final = ("condition", "policy-values")
"""Definitions of free JSON in which a decimal fraction is a number."""
FORMATS: Final[Mapping[str, Callable[[str], object]]] = {
    "date": parse_date,
    "duration": parse_period,
    "date-time": parse_moment,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaped:
    """A file as JSON.

    Attributes:
        value: Decoded as far as it could be.
        fits: Whether the schema holds for it.
    """

    document: Document
    value: dict[str, Any]
    fits: bool


def follows_format(name: str, text: str) -> bool:
    """Tell whether a text is of a named format."""
    try:
        FORMATS[name](text)
    except ValueError:
        return False
    return True


@dataclass(slots=True)
class _Walk:
    """One walk over one file."""

    definitions: Mapping[str, Schema]
    patterns: dict[str, re.Pattern[str]]
    fits: bool = True

    def resolve(self, schema: Schema) -> tuple[Schema, bool]:
        """Follow references; tell whether they pass through JSON that has fractions."""
        floats = False
        while "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            floats = floats or name in FLOATS
            schema = self.definitions[name]
        return schema, floats

    def decode(self, node: Node, schema: Schema) -> JsonValue:
        """Return a node's value by its schema."""
        schema, floats = self.resolve(schema)
        if "anyOf" in schema:
            kind = _kind(node)
            branches = [self.resolve(b)[0] for b in schema["anyOf"]]
            fitting = [b for b in branches if b["type"] == kind]
            if not fitting:
                self.fits = False
                return free_value(node, floats=False)
            schema = fitting[0]
        if isinstance(node, Scalar):
            return self.scalar(node, schema)
        if isinstance(node, Sequence):
            return self.items(node, schema)
        return self.members(node, schema, floats=floats)

    def scalar(self, node: Scalar, schema: Schema) -> JsonValue:
        """Return a scalar by the type asked for."""
        wanted = schema.get("type")
        if wanted == "string":
            self.text(node.text, schema)
            return node.text
        value: JsonValue = None
        if node.plain and wanted in ("integer", "boolean"):
            value = integer_of(node.text) if wanted == "integer" else boolean_of(node.text)
        elif isinstance(wanted, list):
            value = free_value(node, floats=False)
            return node.text if value is None else value
        if value is None or (wanted == "integer" and value < schema.get("minimum", value)):
            self.fits = False
        return node.text if value is None else value

    def text(self, text: str, schema: Schema) -> None:
        """Judge a text by enum, length, pattern and format."""
        self.fits = (
            self.fits
            and ("enum" not in schema or text in schema["enum"])
            and len(text) >= schema.get("minLength", 0)
            and ("pattern" not in schema or self.matches(schema["pattern"], text))
            and ("format" not in schema or follows_format(schema["format"], text))
        )

    def matches(self, pattern: str, text: str) -> bool:
        """Tell whether a pattern is found in a text."""
        if pattern not in self.patterns:
            self.patterns[pattern] = re.compile(pattern)
        return self.patterns[pattern].search(text) is not None

    def items(self, node: Sequence, schema: Schema) -> JsonValue:
        """Return a list by the schema of its items."""
        if schema.get("type") != "array":
            self.fits = False
            return free_value(node, floats=False)
        if len(node.items) < schema.get("minItems", 0):
            self.fits = False
        return [self.decode(item, schema["items"]) for item in node.items]

    def members(self, node: Members, schema: Schema, *, floats: bool) -> JsonValue:
        """Return a mapping by the schemas of its keys."""
        if schema.get("type") != "object":
            self.fits = False
            return free_value(node, floats=False)
        pairs = node.pairs
        if not schema.get("minProperties", 0) <= len(pairs) <= schema.get("maxProperties", 1e9):
            self.fits = False
        if any(key not in pairs for key in schema.get("required", ())):
            self.fits = False
        branches = schema.get("oneOf")
        if branches and sum(all(k in pairs for k in b["required"]) for b in branches) != 1:
            self.fits = False
        known = schema.get("properties", {})
        others = schema.get("additionalProperties")
        if not known and others is None:
            return free_value(node, floats=floats)
        if "propertyNames" in schema:
            for key in pairs:
                self.text(key, schema["propertyNames"])
        value: dict[str, JsonValue] = {}
        for key, (_, child) in pairs.items():
            if key in known:
                value[key] = self.decode(child, known[key])
            elif isinstance(others, Mapping):
                value[key] = self.decode(child, others)
            else:
                self.fits = False
                value[key] = free_value(child, floats=False)
        return value


def _kind(node: Node) -> str:
    if isinstance(node, Scalar):
        return "string"
    return "array" if isinstance(node, Sequence) else "object"


@dataclass(slots=True)
class Shapes:
    """The schemas of authored files, read once each, and what compiles from them."""

    schemas: dict[str, Schema] = field(default_factory=dict)
    patterns: dict[str, re.Pattern[str]] = field(default_factory=dict)
    validators: dict[str, Any] = field(default_factory=dict)

    def schema(self, name: str) -> Schema:
        """Return a published schema by name."""
        if name not in self.schemas:
            import orjson

            self.schemas[name] = orjson.loads(content.schema_file(name).read_bytes())
        return self.schemas[name]

    def shape(self, document: Document, name: str) -> tuple[Shaped, list[Diagnostic]]:
        """Return a file as JSON by a schema, and where it departs from the schema."""
        schema = self.schema(name)
        walk = _Walk(schema.get("$defs", {}), self.patterns)
        value = walk.members(document.root, schema, floats=False)
        assert isinstance(value, dict)  # noqa: S101 - `members` gives a mapping for a mapping
        shaped = Shaped(document=document, value=value, fits=walk.fits)
        return shaped, [] if walk.fits else self.judge(shaped, name)

    def judge(self, shaped: Shaped, name: str) -> list[Diagnostic]:
        """Return jsonschema's errors as diagnostics, each where it stands."""
        from attestgraph.load.wording import word

        if name not in self.validators:
            self.validators[name] = validator(self.schema(name))
        errors = self.validators[name].iter_errors(shaped.value)
        return [d for error in errors for d in word(error, shaped.document)]


def validator(schema: Schema) -> Any:
    """Return a jsonschema validator that knows our formats."""
    import jsonschema

    formats = jsonschema.FormatChecker(formats=())
    for name in FORMATS:
        formats.checks(name)(_checker(name))
    return jsonschema.Draft202012Validator(schema, format_checker=formats)


def _checker(name: str) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or follows_format(name, value)
