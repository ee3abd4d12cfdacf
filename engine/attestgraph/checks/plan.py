"""The plan of an evaluation: every check with every set of values, compiled, by resource type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final, assert_never

from attestgraph.checks.dormant import never_applies
from attestgraph.checks.judge import CompiledRelated, CompiledTest, compile_test
from attestgraph.checks.parameters import ParameterSet, effective
from attestgraph.checks.rule_use import note_of, use_of
from attestgraph.checks.rules import CompiledRule, compile_rule
from attestgraph.checks.states import bounds
from attestgraph.checks.tables import POLICY_STATES, table_of
from attestgraph.conditions import Aliases, ConditionError, EvaluationError
from attestgraph.diagnostics import Diagnostic, InputError, in_order
from attestgraph.model.authored import (
    AttestTest,
    Check,
    Control,
    PolicyTest,
    QueryTest,
    RowTest,
    Test,
)
from attestgraph.model.ids import digest_of
from attestgraph.model.records import Library
from attestgraph.model.times import format_time

QUERIES: Final = "queries"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class EvidenceNeed:
    """What a check reads of one table: the types, and the row paths of each.

    Attributes:
        types: Resource types, lower case.
        paths: Dotted row paths; empty where only the rows' being there counts.
    """

    table: str
    types: tuple[str, ...]
    paths: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the need as it stands in run.json."""
        return {"table": self.table, "types": list(self.types), "paths": list(self.paths)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInstance:
    """One check with one set of parameter values.

    Attributes:
        number: Its place in the plan, by control, check and digest.
        compiled: The compiled test by resource type; empty for queries and questions.
        rules: The compiled rule of a policy check by resource type; empty where it is not used.
        rule_note: What a reader is told of a rule that is there and not used.
        dormant: Its `where` is false for every row with these values: nothing is asked.
        sha256: Digest of the check as written.
    """

    number: int
    control: Control
    check: Check
    parameters: ParameterSet
    compiled: Mapping[str, CompiledTest]
    sha256: str
    needs: tuple[EvidenceNeed, ...]
    rules: Mapping[str, CompiledRule] = field(default_factory=dict)
    rule_note: str | None = None
    dormant: bool = False

    @property
    def kind(self) -> str:
        """Return `row`, `policy`, `query` or `attest`."""
        return kind_of(self.check.test)

    @property
    def types(self) -> tuple[str, ...]:
        """Return the resource types that it judges, lower case."""
        test = self.check.test
        return () if isinstance(test, AttestTest) else test.types

    @property
    def tables(self) -> tuple[str, ...]:
        """Return the tables that its subjects' rows are in, sorted."""
        return tuple(sorted({table_of(t) for t in self.types}))


@dataclass(frozen=True)  # no slots: cached properties need a dictionary
class Plan:
    """Everything to be judged, in the order of findings."""

    instances: tuple[CheckInstance, ...]
    at: datetime

    @cached_property
    def awake(self) -> tuple[CheckInstance, ...]:
        """Return the instances of which something is asked."""
        return tuple(instance for instance in self.instances if not instance.dormant)

    @cached_property
    def by_type(self) -> Mapping[str, tuple[CheckInstance, ...]]:
        """Return the instances that judge rows of each type, by type."""
        found: dict[str, list[CheckInstance]] = {}
        for instance in self.awake:
            for resource_type in instance.compiled:
                found.setdefault(resource_type, []).append(instance)
        return {t: tuple(found[t]) for t in sorted(found)}

    @cached_property
    def related(self) -> tuple[tuple[CheckInstance, CompiledRelated], ...]:
        """Return every compiled `related` entry with the check it belongs to."""
        return tuple(
            (instance, entry)
            for instance in self.awake
            for _, compiled in sorted(instance.compiled.items())
            for entry in compiled.related
        )

    @cached_property
    def needs(self) -> tuple[EvidenceNeed, ...]:
        """Return what all checks read, one entry a table and type."""
        return merged(need for instance in self.awake for need in instance.needs)


def kind_of(test: Test) -> str:
    """Return the kind of a test as reports name it: `row`, `policy`, `query` or `attest`."""
    match test:
        case RowTest():
            return "row"
        case PolicyTest():
            return "policy"
        case QueryTest():
            return "query"
        case AttestTest():
            return "attest"
        case _:
            assert_never(test)


def context_of(at: datetime) -> Mapping[str, Any]:
    """Return what conditions may read beside the row: the time of the evaluation."""
    return {"utcNow": format_time(at)}


def plan(library: Library, aliases: Aliases, at: datetime) -> Plan:
    """Compile every check of a library for every set of values.

    Args:
        library: Loaded and without errors.
        aliases: Resolved when the conditions were parsed; kept in the signature since a plan holds
            for one table of aliases.
        at: The time that `utcNow()` answers with.

    Raises:
        InputError: Conditions cannot be used with the effective values; all of them at once.
    """
    del aliases
    faults: list[Diagnostic] = []
    found = list(_instances(library, at, faults))
    if faults:
        raise InputError(*in_order(faults))
    found.sort(key=lambda i: (i.control.id, i.check.id, i.parameters.digest))
    return Plan(instances=tuple(_numbered(found)), at=at)


def _numbered(instances: Iterable[CheckInstance]) -> Iterator[CheckInstance]:
    for number, instance in enumerate(instances):
        yield replace(instance, number=number)


def _instances(library: Library, at: datetime, faults: list[Diagnostic]) -> Iterator[CheckInstance]:
    for control in library.controls.values():
        for values in effective(control, library.workspace).all:
            for check in control.checks:
                yield instance_of(control, check, values, at, faults)


def instance_of(
    control: Control,
    check: Check,
    values: ParameterSet,
    at: datetime,
    faults: list[Diagnostic],
) -> CheckInstance:
    """Return one check compiled with one set of values; what cannot be compiled becomes a fault."""
    compiled: dict[str, CompiledTest] = {}
    if isinstance(check.test, RowTest | PolicyTest):
        for resource_type in check.test.types:
            try:
                compiled[resource_type] = compile_test(
                    check.test, resource_type, parameters=values.plain, context=context_of(at)
                )
            except ConditionError as error:
                faults.extend(_fault(check, control, error))
    rules, note = _rules(_valued(check.test, values), context_of(at))
    return CheckInstance(
        number=0,
        control=control,
        check=check,
        parameters=values,
        compiled=compiled,
        sha256=digest_of(check.document),
        needs=merged((*_needs(check.test, compiled), *_needs_of_rules(rules))),
        rules=rules,
        rule_note=note,
        dormant=isinstance(check.test, RowTest | PolicyTest)
        and never_applies(check.test.where, parameters=values.plain, context=context_of(at)),
    )


def _valued(test: Test, values: ParameterSet) -> Test:
    """Return a test whose bounds on an assignment have the control's values."""
    if not isinstance(test, PolicyTest) or not test.requires:
        return test
    return replace(test, requires=bounds(test.requires, values.plain))


def _rules(test: Test, context: Mapping[str, Any]) -> tuple[Mapping[str, CompiledRule], str | None]:
    """Return the rule of a policy check for each of its types, or why it is not used."""
    use = use_of(test, context) if isinstance(test, PolicyTest) else None
    if use is None or not isinstance(test, PolicyTest) or test.rule is None:
        return {}, None
    if use.why:
        return {}, note_of(use.why)
    try:
        return {t: compile_rule(test.rule, use, t, context) for t in test.types}, None
    except EvaluationError as error:
        return {}, note_of(error.faults[0].message)


def _needs_of_rules(rules: Mapping[str, CompiledRule]) -> Iterator[EvidenceNeed]:
    for resource_type, rule in rules.items():
        yield EvidenceNeed(table=table_of(resource_type), types=(resource_type,), paths=rule.paths)
        if rule.existence is not None:
            kind = rule.existence.resource_type
            yield EvidenceNeed(table=table_of(kind), types=(kind,), paths=rule.existence.paths)


def _fault(check: Check, control: Control, error: ConditionError) -> Iterator[Diagnostic]:
    for fault in error.faults:
        yield Diagnostic(
            slug=fault.slug,
            message=f"check `{check.id}` of control `{control.id}`: {fault.message}",
            help=fault.help,
            span=check.span or control.span,
        )


def _needs(test: Test, compiled: Mapping[str, CompiledTest]) -> Iterator[EvidenceNeed]:
    for resource_type, one in compiled.items():
        yield EvidenceNeed(table=table_of(resource_type), types=(resource_type,), paths=one.paths)
        for entry in one.related:
            of_type = entry.related.type
            yield EvidenceNeed(table=table_of(of_type), types=(of_type,), paths=entry.paths)
    if isinstance(test, PolicyTest):
        yield EvidenceNeed(table=POLICY_STATES, types=tuple(sorted(test.types)))
    if isinstance(test, QueryTest):
        yield EvidenceNeed(table=QUERIES, types=tuple(sorted(test.types)))


def merged(needs: Iterable[EvidenceNeed]) -> tuple[EvidenceNeed, ...]:
    """Return needs sorted, with the paths of the same table and types put together."""
    paths: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    for need in needs:
        paths.setdefault((need.table, need.types), set()).update(need.paths)
    return tuple(
        EvidenceNeed(table=table, types=types, paths=tuple(sorted(found)))
        for (table, types), found in sorted(paths.items())
    )
