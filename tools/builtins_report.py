"""Parses Microsoft's built-in policy definitions, evaluates them on rows, prints counts.

    python -m tools.builtins_report AZURE [--out docs/built-ins.md] [--names WORD]

AZURE holds `builtin-policies.ndjson.gz` (one definition a line: name, mode, policyType, parameters,
policyRule, clouds) and `samples/resources` (`<type>.json` with `rows` and `realRows` in the form of
Resource Graph). Every definition is counted under exactly one word. One that reads a resource is
evaluated on the samples of its types, on an empty row where there is none, and on a row made to
fulfil its conditions; one of Key Vault's and Managed HSM's modes on keys, secrets and
certificates. One that looks for related resources is evaluated twice, with none and with some.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from attestgraph.conditions import Aliases, ConditionError, Definition, EvaluationError
from attestgraph.load import load_library
from tools.builtins_rows import Row, components, read_samples, related_rows, rows_for

CONTEXT: Final = {
    "utcNow": "2026-06-01T00:00:00.0000000Z",
    "subscription": {
        "id": "/subscriptions/00000000-0000-0000-0000-000000000000",
        "subscriptionId": "00000000-0000-0000-0000-000000000000",
        "tags": {},
    },
    "resourceGroup": {"name": "rg", "location": "eastus", "tags": {}},
    "requestContext": {"apiVersion": "2024-01-01"},
    "policy": {"assignmentId": "a", "definitionId": "d"},
}
BY_TYPE: Final[Mapping[str, Any]] = {
    "array": [],
    "boolean": False,
    "datetime": "2026-06-01T00:00:00Z",
    "float": 1,
    "integer": 1,
    "object": {},
}
ROW_MODES: Final = ("indexed", "all")
COMPONENT_MODES: Final = ("microsoft.keyvault.data", "microsoft.managedhsm.data")
UNIQUE: Final = "uniqueString"
PUBLIC: Final = "AzureCloud"


@dataclass(slots=True)
class Counts:
    """What was counted.

    Attributes:
        words: Definitions by what became of them.
        public: Those of the public cloud among them.
        read: Definitions of the public cloud that read a resource, by mode in lower case.
        rows: Evaluations by the kind of row.
        results: Evaluations by result.
        faults: Names of definitions that failed by a fault of ours, with what was raised.
    """

    words: Counter[str] = field(default_factory=Counter)
    public: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the definitions of a packed file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def assigned(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return a value for each parameter: the default, the first allowed one, or a plain one.

    An effect that would switch the rule off is replaced by the first that does not.
    """
    chosen: dict[str, Any] = {}
    for name, declared in parameters.items():
        allowed = declared.get("allowedValues") or []
        plain = BY_TYPE.get(str(declared.get("type", "")).lower(), "sample")
        first = allowed[0] if allowed and not isinstance(plain, list) else plain
        chosen[name] = declared.get("defaultValue", first)
        if str(chosen[name]).lower() == "disabled":
            active = [one for one in allowed if str(one).lower() != "disabled"]
            chosen[name] = active[0] if active else chosen[name]
    return chosen


def declared_only(values: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values to give: those that differ from the defaults."""
    return {
        name: value
        for name, value in values.items()
        if "defaultValue" not in parameters[name] or parameters[name]["defaultValue"] != value
    }


class Reporter:
    """Counts what becomes of definitions."""

    def __init__(self, azure: Path) -> None:
        self.aliases: Aliases = load_library(None).aliases
        self.samples = read_samples(azure / "samples" / "resources")
        for row in components():
            self.samples.setdefault(row["type"], []).append(row)
        self.counts = Counts()

    def take(self, document: Mapping[str, Any]) -> str:
        """Count one definition and return the word that it is counted under."""
        word = self.judge(document)
        is_public = PUBLIC in document.get("clouds", ())
        self.counts.words[word] += 1
        self.counts.public[word] += is_public
        mode = str(document.get("mode") or "").lower()
        if is_public and mode in (*ROW_MODES, *COMPONENT_MODES):
            self.counts.read[mode] += 1
        return word

    def judge(self, document: Mapping[str, Any]) -> str:
        """Return the word of a definition, its evaluations counted."""
        try:
            definition = Definition.parse(document, aliases=self.aliases, strict=True)
        except ConditionError as error:
            return f"not parsed: {error.faults[0].slug}"
        if document.get("policyType") == "Static":
            return "not evaluated: static, attested by Microsoft"
        mode = str(document.get("mode") or "indexed")
        if mode.lower() not in (*ROW_MODES, *COMPONENT_MODES):
            return f"not evaluated: mode {mode}, from policy states only"
        parameters = document.get("parameters") or {}
        values = assigned(parameters)
        given = declared_only(values, parameters)
        failed: set[str] = set()
        for source, row in rows_for(definition, self.samples, self.aliases, values):
            kind = "component" if mode.lower() in COMPONENT_MODES else source
            around = related_rows(definition, row, self.samples, self.aliases, values)
            for related in ([], around) if around else ([],):
                self.counts.rows[f"{kind}, with related rows" if related else kind] += 1
                failed.add(self.evaluate(definition, row, given, related, str(document["name"])))
        failed.discard("")
        return f"evaluated, with errors: {min(failed)}" if failed else "evaluated"

    def evaluate(
        self,
        definition: Definition,
        row: Row,
        given: Mapping[str, Any],
        related: Sequence[Row],
        name: str,
    ) -> str:
        """Evaluate once, count the result, and return the slug of an error or nothing."""
        try:
            effect = definition.evaluate(row, parameters=given, context=CONTEXT, related=related)
        except EvaluationError as error:
            slug = error.faults[0].slug
            if UNIQUE in str(error):
                slug += f", {UNIQUE}"
            self.counts.results[f"error: {slug}"] += 1
            return slug
        except Exception as error:  # noqa: BLE001 what is looked for is any fault of ours
            self.counts.faults.append(f"{name}: {error!r}")
            self.counts.results["fault of ours"] += 1
            return "fault of ours"
        self.counts.results[f"effect: {effect}" if effect else "no effect"] += 1
        return ""


HEAD: Final = """\
# Built-in definitions

Written by `python -m tools.builtins_report`; do not edit.

Every built-in policy definition of Azure/azure-policy at one commit ({commit}) is parsed, with
every alias known. Those that read a resource are evaluated offline on sample rows, on empty rows
where there are no samples, and on rows made to fulfil their conditions; those of Key Vault's and
Managed HSM's modes on keys, secrets and certificates. Those that look for related resources are
evaluated with none and with some.

An error is one of the rule on that row: a function that fails, or a value that is not in evidence.
It is a finding of its own and never a pass. `uniqueString` is a hash that only the service
computes; counts of values stop at 100 members, as documented.
"""
COMMIT: Final = "f4a50bacae07, 2026-04-29"


def tables(counts: Counts) -> str:
    """Return the counts as Markdown."""
    read = counts.read
    rows_read = sum(read[mode] for mode in ROW_MODES)
    words = sorted(counts.words.items())
    total, public = sum(counts.words.values()), sum(counts.public.values())
    component = sum(read[mode] for mode in COMPONENT_MODES)
    lines = [
        (
            f"Definitions: {total:,}, of the public cloud {public:,}. Of these, {rows_read:,} are "
            f"of mode Indexed or All and {component:,} of Key Vault's or Managed HSM's mode."
        ),
        "",
        "| Definitions | All | Public cloud |",
        "|---|---:|---:|",
        *(f"| {word} | {n:,} | {counts.public[word]:,} |" for word, n in words),
        "",
        "| Evaluations by row | Count |",
        "|---|---:|",
        *(f"| {kind} | {n:,} |" for kind, n in sorted(counts.rows.items())),
        "",
        "| Evaluations by result | Count |",
        "|---|---:|",
        *(f"| {result} | {n:,} |" for result, n in sorted(counts.results.items())),
    ]
    return "\n".join(lines) + "\n"


def page(counts: Counts) -> str:
    """Return the page of the documentation."""
    return f"{HEAD.format(commit=COMMIT)}\n{tables(counts)}"


def report(azure: Path) -> Counts:
    """Return the counts over all built-in definitions."""
    reporter = Reporter(azure)
    for document in read_lines(azure / "builtin-policies.ndjson.gz"):
        reporter.take(document)
    return reporter.counts


def main(arguments: Sequence[str]) -> int:
    """Print the counts; 1 if a definition does not parse or a fault is ours."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("azure", type=Path)
    parser.add_argument("--out", type=Path, help="write the page of the documentation here")
    parser.add_argument("--names", metavar="WORD", help="print the definitions under this word")
    options = parser.parse_args(arguments)
    reporter = Reporter(options.azure)
    for document in read_lines(options.azure / "builtin-policies.ndjson.gz"):
        word = reporter.take(document)
        if options.names and word.startswith(options.names):
            print(document["name"], document["displayName"])
    counts = reporter.counts
    print(tables(counts), end="")
    for fault in counts.faults:
        print(f"fault: {fault}", file=sys.stderr)
    if options.out:
        options.out.write_text(page(counts), encoding="utf-8")
    unread = any(word.startswith("not parsed") for word in counts.words)
    return 1 if unread or counts.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
