"""Checks of a control: by rows, by policy states, by query, by people's answers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from attestgraph.conditions import Aliases, Condition, Definition
from attestgraph.diagnostics import Severity, nearest
from attestgraph.load.check_rules import read_inline, value_faults
from attestgraph.load.files import Folder
from attestgraph.load.nodes import Pointer
from attestgraph.load.places import Place, read_condition
from attestgraph.load.references import unknown
from attestgraph.load.scalars import text_of
from attestgraph.model.authored import (
    AttestTest,
    Check,
    DefinitionFacts,
    ParameterBound,
    PolicyTest,
    QueryTest,
    Related,
    RowTest,
    Test,
)
from attestgraph.model.ids import CheckId, ascii_lower, id_key
from attestgraph.model.times import parse_period
from attestgraph.model.words import Within

# names of definitions are opaque: a built-in one is `17k78e20-9358-41c9-923c-fb736d382a12`
_GUID: Final = re.compile(r"[0-9a-z]{8}(-[0-9a-z]{4}){3}-[0-9a-z]{12}", re.ASCII)
_DEFINITIONS: Final = "/providers/microsoft.authorization/policydefinitions/"
# which keys tell a kind of check, and which others belong to it
_MARKS: Final[Mapping[str, frozenset[str]]] = {
    "row": frozenset({"satisfied_when", "violated_when", "related"}),
    "policy": frozenset({"policy"}),
    "query": frozenset({"query"}),
    "attest": frozenset({"attest"}),
}
_KEYS: Final[Mapping[str, frozenset[str]]] = {
    "row": frozenset({"applies_to", "where"}),
    "policy": frozenset(
        {"applies_to", "where", "requires", "max_state_age", "definition", "values"}
    ),
    "query": frozenset({"population"}),
    "attest": frozenset(),
}
_EVERY: Final = frozenset({"check", "says", "evidence"})
_LABELS: Final[Mapping[str, str]] = {
    "row": "by rows",
    "policy": "by policy states",
    "query": "by query",
    "attest": "that people answer",
}
_NEEDED: Final[Mapping[str, str]] = {"row": "applies_to", "query": "population"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReader:
    """Reads the checks of one control.

    Attributes:
        folder: Where the control stands; queries are read from it.
        place: The control's file.
        aliases: The aliases that fields may name.
        parameters: The names of the control's parameters.
        definitions: What is known of Azure Policy's definitions.
    """

    folder: Folder
    place: Place
    aliases: Aliases
    parameters: Collection[str]
    definitions: Mapping[str, DefinitionFacts]

    def read(self, value: Any) -> tuple[Check, ...]:
        """Return the checks that could be read; what could not is in the faults."""
        found: dict[str, Check] = {}
        for at, form in enumerate(value if isinstance(value, list) else ()):
            pointer: Pointer = ("checks", at)
            if not isinstance(form, dict):
                continue
            check = self._check(pointer, form)
            if check is None:
                continue
            if check.id in found:
                first = found[check.id].span
                mend = (
                    f"it first stands at {first.path}:{first.line}:{first.column}" if first else ""
                )
                message = f"check `{check.id}` stands here again"
                self.place.fault((*pointer, "check"), "duplicate-id", message, mend)
                continue
            found[check.id] = check
        return tuple(found.values())

    def _check(self, pointer: Pointer, form: dict[str, Any]) -> Check | None:
        before = self.place.faults.errors
        kind = self._kind(pointer, form)
        test = self._test(kind, pointer, form) if kind else None
        if test is None or self.place.faults.errors > before:
            return None
        if not all(isinstance(form.get(key), str) for key in ("check", "says")):
            return None
        evidence = form.get("evidence")
        return Check(
            id=CheckId(form["check"]),
            says=form["says"],
            test=test,
            document=_document(form, test),
            alternative=evidence.get("alternative") if isinstance(evidence, dict) else None,
            span=self.place.span((*pointer, "check")),
        )

    def _kind(self, pointer: Pointer, form: dict[str, Any]) -> str | None:
        """Return the check's kind, None and a fault where it has none or several."""
        kinds = [kind for kind, marks in _MARKS.items() if marks & form.keys()]
        if len(kinds) != 1:
            has = "several of them" if kinds else "none"
            message = f"a check is by rows, `policy`, `query` or `attest`; this has {has}"
            mend = (
                "give exactly one of `satisfied_when`, `violated_when`, `policy`, `query`, `attest`"
            )
            self.place.fault(pointer, "check-kind", message, mend)
            return None
        kind = kinds[0]
        if "satisfied_when" in form and "violated_when" in form:
            message = "a check has `satisfied_when` or `violated_when`, not both"
            self.place.fault((*pointer, "violated_when"), "check-kind", message, key=True)
        known = frozenset().union(*_KEYS.values(), *_MARKS.values())
        for key in form:
            if key in known and key not in _MARKS[kind] | _KEYS[kind]:
                message = f"`{key}` has no meaning in a check {_LABELS[kind]}"
                self.place.fault((*pointer, key), "key-out-of-place", message, key=True)
        needed = _NEEDED.get(kind)
        if needed and needed not in form:
            message = f"a check {_LABELS[kind]} needs the key `{needed}`"
            self.place.fault(pointer, "missing-key", message)
        return kind

    def _test(self, kind: str, pointer: Pointer, form: dict[str, Any]) -> Test | None:
        if kind == "row":
            return self._row(pointer, form)
        if kind == "policy":
            return self._policy(pointer, form)
        return self._query(pointer, form) if kind == "query" else _attest(form)

    def _condition(
        self, pointer: Pointer, form: dict[str, Any], key: str, *, negatable: bool = True
    ) -> Condition | None:
        document = form.get(key)
        if not isinstance(document, dict) or not document:
            return None
        return read_condition(
            self.place,
            (*pointer, key),
            document,
            aliases=self.aliases,
            parameters=self.parameters,
            negatable_absent=negatable,
        )

    def _row(self, pointer: Pointer, form: dict[str, Any]) -> RowTest:
        where = self._condition(pointer, form, "where")
        satisfied = self._condition(pointer, form, "satisfied_when")
        violated = self._condition(pointer, form, "violated_when", negatable=False)
        related = form.get("related")
        several = isinstance(related, list)
        found = [
            self._related((*pointer, "related", at) if several else (*pointer, "related"), each)
            for at, each in enumerate(related if isinstance(related, list) else [related])
            if isinstance(each, dict)
        ]
        return RowTest(
            types=_types(form.get("applies_to")),
            where=where,
            condition=satisfied if satisfied is not None else violated,
            violated_when="violated_when" in form,
            related=tuple(r for r in found if r is not None),
        )

    def _related(self, pointer: Pointer, form: dict[str, Any]) -> Related | None:
        where = self._condition(pointer, form, "where")
        exists, count = form.get("exists"), form.get("count")
        if "exists" in form and "count" in form:
            message = "a related resource has `exists` or `count`, not both"
            self.place.fault((*pointer, "count"), "one-of", message, key=True)
        within = text_of(form.get("within", "self"))
        if not text_of(form.get("type")) or within not in set(Within):
            return None
        least = 0 if exists is False else 1
        return Related(
            type=ascii_lower(form["type"]),
            within=Within(within),
            name=text_of(form.get("name")) or None,
            where=where,
            at_least=count if isinstance(count, int) else least,
        )

    def _policy(self, pointer: Pointer, form: dict[str, Any]) -> PolicyTest | None:
        where = self._condition(pointer, form, "where")
        rule = read_inline(
            self.place, (*pointer, "definition"), form.get("definition"), self.aliases
        )
        values = dict(_pairs(form.get("values")))
        for fault in value_faults(rule, values) if rule is not None else ():
            self.place.found((*pointer, "values"), fault)
        definition = self._definition((*pointer, "policy"), form, rule)
        bounds = [
            ParameterBound(parameter=name, operator=operator, value=value)
            for name, bound in _pairs(form.get("requires"))
            for operator, value in _pairs(bound)
        ]
        for bound in bounds:
            self._judge_bound((*pointer, "requires", bound.parameter, bound.operator), bound)
        if definition is None:
            return None
        return PolicyTest(
            definition=definition,
            types=_types(form.get("applies_to")) or self._types_of(definition, rule),
            where=where,
            requires=tuple(sorted(bounds, key=lambda b: (b.parameter, b.operator))),
            max_state_age=_period(form.get("max_state_age")),
            rule=rule,
            values=values,
        )

    def _judge_bound(self, pointer: Pointer, bound: ParameterBound) -> None:
        """Keep a fault where a bound says nothing, or stands for a parameter that is not there."""
        if bound.operator == "not_empty" and bound.value is not True:
            self.place.fault(pointer, "wrong-form", "`not_empty` is true, or it is left out")
        name = bound.stands_for
        if name is not None:
            fault = unknown("unknown-parameter", "parameter", name, self.parameters)
            self.place.found(pointer, fault)

    def _types_of(self, definition: str, rule: Definition | None) -> tuple[str, ...]:
        """Return the types that a definition judges, by its rule or by what is known of it."""
        facts = self.definitions.get(definition.rpartition("/")[2])
        return tuple(sorted(rule.types)) if rule and rule.types else facts.types if facts else ()

    def _definition(
        self, pointer: Pointer, form: dict[str, Any], rule: Definition | None
    ) -> str | None:
        """Return the key of a policy definition; None and a fault where it is not known."""
        written = form.get("policy")
        if not isinstance(written, str) or not written:
            return None
        key = ascii_lower(written.strip())
        if "/" in key:
            key = id_key(written)
        elif not _GUID.fullmatch(key):
            message = f"`{written}` is not the id of a definition"
            mend = "give its GUID or full id; display and reference names are not unique"
            self.place.fault(pointer, "wrong-form", message, mend)
            return None
        if "/" in key and (_DEFINITIONS not in key or key.endswith("/")):
            message = f"`{written}` is not the full id of a policy definition"
            self.place.fault(pointer, "wrong-form", message)
            return None
        name = key.rpartition("/")[2]
        built_in = not key.startswith(("/subscriptions/", "/providers/microsoft.management/"))
        own_types = bool(_types(form.get("applies_to")))
        types = own_types or self._types_of(key, rule)
        if "definition" in form:
            # what is wrong with the definition is told already
            return key if rule is None or types or self._any_type(pointer) else None
        if (built_in and name not in self.definitions) or not types:
            return self._unknown(pointer, key, own_types=own_types)
        return key

    def _any_type(self, pointer: Pointer) -> bool:
        """Keep the fault of a definition that does not say its types; return False."""
        message = "the definition does not say which types it judges"
        self.place.fault(pointer, "missing-key", message, "say it with `applies_to`")
        return False

    def _unknown(self, pointer: Pointer, key: str, *, own_types: bool) -> str | None:
        name = key.rpartition("/")[2]
        message = f"nothing is known of the definition `{name}`"
        # a workspace may use definitions of its own; the library may not be mistaken
        if own_types and not self.folder.is_library:
            self.place.fault(pointer, "unknown-definition", message, severity=Severity.WARNING)
            return key
        # GUIDs are unlike one another: only a slip of the hand is worth a guess
        near = nearest(name, self.definitions, cutoff=0.9)
        mend = f"did you mean `{near[0]}`?" if near else None
        if not self.folder.is_library:
            mend = mend or "say with `applies_to` which types it judges"
        self.place.fault(pointer, "unknown-definition", message, mend)
        return None

    def _query(self, pointer: Pointer, form: dict[str, Any]) -> QueryTest | None:
        name, population = form.get("query"), form.get("population")
        if not isinstance(name, str) or not isinstance(population, dict) or not name:
            return None
        beside = self.place.document.path.rpartition("/")[0]
        path = f"{beside}/{name}" if beside and not name.startswith("/") else name
        if not self.folder.contains(path):
            message = f"`{name}` leads out of the folder"
            self.place.fault((*pointer, "query"), "outside-workspace", message)
            return None
        if not self.folder.has(path):
            message = f"there is no file `{name}` beside the control"
            self.place.fault((*pointer, "query"), "missing-file", message)
            return None
        text = self.folder.text(path)
        if text is None:
            return None
        if not text.strip():
            message = f"the file `{name}` is empty"
            self.place.fault((*pointer, "query"), "empty-file", message)
        return QueryTest(query=text, types=_types(population.get("applies_to")))


def _document(form: dict[str, Any], test: Test) -> dict[str, Any]:
    """Return the check as its digest sees it: a query by its text, not by its file's name."""
    return {**form, "query": test.query} if isinstance(test, QueryTest) else form


def _attest(form: dict[str, Any]) -> AttestTest | None:
    question = form.get("attest")
    if not isinstance(question, dict):
        return None
    period, roles = _period(question.get("valid_for")), question.get("roles")
    if period is None or not isinstance(roles, list):
        return None
    return AttestTest(
        question=str(question.get("question")),
        roles=tuple(str(role) for role in roles),
        valid_for=period,
    )


def _pairs(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def _types(value: Any) -> tuple[str, ...]:
    """Return resource types, lower case, sorted, once each."""
    types = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(sorted({ascii_lower(t) for t in types if isinstance(t, str)}))


def _period(value: Any) -> timedelta | None:
    try:
        return parse_period(value) if isinstance(value, str) else None
    except ValueError:
        return None
