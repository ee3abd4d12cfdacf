"""Writes docs/language.md from the tables of operators and functions.

    python tools/make_language_docs.py [--check]

What a missing field, null and letter case come to is asked of the engine, not written down.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attestgraph.conditions.errors import EvaluationError
from attestgraph.conditions.expressions import MOST_LENGTH, MOST_NESTING
from attestgraph.conditions.functions import REFUSED, functions
from attestgraph.conditions.functions_base import Function
from attestgraph.conditions.operators import Operator, verdict
from attestgraph.conditions.values import MISSING
from attestgraph.conditions.verdicts import TRUE

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "language.md"
DIFFERENCES = ROOT / "tests" / "conformance" / "known_differences.yaml"

SAYS: Mapping[Operator, tuple[str, Any, Any]] = {
    Operator.EQUALS: ("the same value; numbers and bools also as text", "Ab", "aB"),
    Operator.NOT_EQUALS: ("the opposite of `equals`", "Ab", "aB"),
    Operator.LIKE: ("text with at most one `*` for any run", "Ab", "a*"),
    Operator.NOT_LIKE: ("the opposite of `like`", "Ab", "a*"),
    Operator.MATCH: ("`#` a digit, `?` a letter, `.` any; the whole text", "Ab", "a?"),
    Operator.NOT_MATCH: ("the opposite of `match`", "Ab", "a?"),
    Operator.MATCH_INSENSITIVELY: ("as `match`, without case", "Ab", "a?"),
    Operator.NOT_MATCH_INSENSITIVELY: ("the opposite of `matchInsensitively`", "Ab", "a?"),
    Operator.CONTAINS: ("part of a text, or member of an array", "xAb", "aB"),
    Operator.NOT_CONTAINS: ("the opposite of `contains`", "xAb", "aB"),
    Operator.IN: ("one of an array", "Ab", ["aB"]),
    Operator.NOT_IN: ("the opposite of `in`", "Ab", ["aB"]),
    Operator.CONTAINS_KEY: ("an object with the key", {"Ab": 1}, "aB"),
    Operator.NOT_CONTAINS_KEY: ("the opposite of `containsKey`", {"Ab": 1}, "aB"),
    Operator.LESS: ("before in the order of numbers, dates or texts", "a", "B"),
    Operator.LESS_OR_EQUALS: ("as `less`, or the same", "Ab", "aB"),
    Operator.GREATER: ("after in the order of numbers, dates or texts", "b", "A"),
    Operator.GREATER_OR_EQUALS: ("as `greater`, or the same", "Ab", "aB"),
    Operator.EXISTS: ("`true`: the field is there; `false`: it is not", "Ab", True),
}
"""What each operator says, and a pair of sides that differs in nothing but letter case."""

SAME_CASE = {"aB": "Ab", "a*": "A*", "a?": "A?"}
FAMILIES = (
    ("policy", "The resource and the assignment"),
    ("string", "Text"),
    ("array", "Arrays and what is like them"),
    ("object", "Objects"),
    ("number", "Numbers"),
    ("comparison", "Comparison"),
    ("logical", "Logic"),
    ("conversion", "Conversion"),
    ("date", "Dates and times"),
    ("network", "Addresses"),
)

INTRODUCTION = """\
# The language of conditions

<!-- Written by tools/make_language_docs.py; do not edit. -->

Conditions are those of Azure Policy: `field`, `value` or `count` with exactly one operator,
joined by `allOf`, `anyOf` and `not`. Names of keys, operators and functions are matched without
regard to ASCII case. In a policy rule, a condition that is true is the violation.

## Operators

"""

EXPRESSIONS = f"""\

A missing or null side equals null, and null equals the empty text.
Two sides that do not compare (a text that is no number against a number, say) are an error of
the rule, and the finding is an error, never a pass. Text is compared without case by simple
upper-case mapping, one code point for one; `match` alone counts case. Booleans are never numbers.

## Expressions

A text that starts with `[` and ends with `]` is an expression; `[[` at the start stands for one
bracket of plain text. Strings stand in single quotes, a quote inside is written twice. Calls may
be followed by `.name` and `[index]`; a member that an object lacks is null, a position that an
array lacks is an error. An expression has at most {MOST_LENGTH:,} characters and
{MOST_NESTING} levels; what it builds is at most 1 MiB. Integers beyond 64 bits are errors.

A function that fails makes the whole finding an error. What rests on a redacted value, or on a
context that is not in evidence, is not evaluated.

## Functions

"""

REFUSED_HEAD = """\
## Functions that rules may not use

| Function | Why, and what to use |
|---|---|
"""

DIFFERENCES_HEAD = """\

## Where conformance cases say otherwise

The project runs a set of cases published by Microsoft. Where a case and the documentation
disagree, the documentation holds.

| Case | Here | Reason |
|---|---|---|
"""


def operator_rows() -> str:
    """Return the table of operators."""
    lines = [
        "| Operator | Holds for | Missing field | Null | Letter case |",
        "|---|---|---|---|---|",
    ]
    for operator in Operator:
        says, left, right = SAYS[operator]
        missing, null = said(operator, MISSING, right), said(operator, None, right)
        lines.append(
            f"| `{operator}` | {says} | {missing} | {null} | {case(operator, left, right)} |"
        )
    return "\n".join(lines) + "\n"


def said(operator: Operator, actual: Any, expected: Any) -> str:
    """Return what the operator says, as a word."""
    try:
        return "true" if verdict(operator, actual, expected) & TRUE else "false"
    except EvaluationError:
        return "error"


def case(operator: Operator, left: Any, right: Any) -> str:
    """Return whether letter case counts for an operator."""
    if operator is Operator.EXISTS:
        return "-"
    key = right[0] if isinstance(right, list) else right
    same = SAME_CASE.get(key, key)
    other = said(operator, left, right)
    alike = said(operator, left, [same] if isinstance(right, list) else same)
    return "ignored" if other == alike else "counts"


def signature(entry: Function) -> str:
    """Return a function with its arguments counted: `f(1)`, `f(2 to 3)`, `f(1 or more)`."""
    if entry.most is None:
        count = "pairs" if entry.paired else f"{entry.least} or more"
    else:
        count = str(entry.least) if entry.least == entry.most else f"{entry.least} to {entry.most}"
    return f"| `{entry.name}` | {count} | {entry.note} |"


def function_sections() -> str:
    """Return a table of functions for each family."""
    parts: list[str] = []
    for family, title in FAMILIES:
        entries = sorted(
            (entry for entry in functions().values() if entry.family == family),
            key=lambda entry: entry.name.lower(),
        )
        rows = "\n".join(map(signature, entries))
        parts.append(f"### {title}\n\n| Function | Arguments | Gives |\n|---|---|---|\n{rows}\n")
    return "\n".join(parts) + "\n"


def difference_rows() -> str:
    """Return the table of known differences."""
    import yaml

    known = yaml.safe_load(DIFFERENCES.read_text(encoding="utf-8")) or {}
    return "".join(
        f"| `{name}` | {entry['got']} | {' '.join(entry['reason'].split())} |\n"
        for name, entry in sorted(known.items())
    )


def page() -> str:
    """Return the whole page."""
    refused = "".join(
        f"| `{name}` | {reason} |\n"
        for name, reason in sorted(REFUSED.items(), key=lambda item: item[0].lower())
    )
    parts = [INTRODUCTION, operator_rows(), EXPRESSIONS, function_sections()]
    parts += [REFUSED_HEAD, refused, DIFFERENCES_HEAD, difference_rows()]
    return "".join(parts)


def main(arguments: Sequence[str]) -> int:
    """Write the page, or with `--check` tell whether it is up to date."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--check", action="store_true")
    if parser.parse_args(arguments).check:
        return int(TARGET.read_text(encoding="utf-8") != page())
    TARGET.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
