"""A row test compiled for one resource type: a row in, one verdict character out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from attestgraph.checks import verdicts as v
from attestgraph.conditions import (
    ABSENT,
    FALSE,
    TRUE,
    UNKNOWN,
    Compiled,
    Condition,
    compile_condition,
    reads,
)
from attestgraph.model.authored import PolicyTest, Related, RowTest
from attestgraph.model.ids import ascii_lower, id_key

Row = Mapping[str, Any]
RowJudge = Callable[[Row], str]
RelatedLookup = Callable[[str], int]
"""A subject's id key to TRUE (enough related resources exist), FALSE or UNKNOWN."""

WHOLE_ROW: Final = "*"
"""The path of a condition that computes the name of a field: it may read anything."""

_REDACTED_KEY: Final = "$redacted"
_SATISFIED_WHEN: Final = v.FAIL + v.PASS + v.FAIL_ABSENT + v.PASS_ABSENT
_VIOLATED_WHEN: Final = v.PASS + v.FAIL + v.PASS_ABSENT + v.FAIL_ABSENT
_NO_CODE: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledTest:
    """A row test, or the applicability of a policy test, compiled for one type and set of values.

    Attributes:
        condition: None where only `related` decides, and for policy tests.
        related: Compiled `related` entries, to be bound to rows before the judge runs.
        by_state: A policy test: applicable rows get `BY_STATE`, or what its rule says.
        paths: Row paths that are read, sorted; those of a policy's rule are its own.
    """

    where: Compiled | None
    condition: Compiled | None
    violated_when: bool
    related: tuple[CompiledRelated, ...]
    by_state: bool
    paths: tuple[str, ...]

    def bind(
        self, lookups: tuple[RelatedLookup, ...] = (), *, rule: RowJudge | None = None
    ) -> RowJudge:
        """Return the judge.

        Args:
            lookups: An answer for each of `related`, in order.
            rule: What judges a row where there is no state, for policy tests.
        """
        if self.by_state:
            judge: RowJudge = rule or _by_state
        elif self.related:
            judge = _with_related(self, lookups)
        else:
            judge = _plain(self)
        return judge if self.where is None else _where(self.where, judge, self.paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRelated:
    """One `related` entry with its condition compiled for the related type."""

    related: Related
    where: Compiled | None
    paths: tuple[str, ...]

    def counts(self, row: Row) -> int:
        """Tell whether a row of the related type is one: TRUE, FALSE or UNKNOWN."""
        if self.related.name is not None and not _named(row, self.related.name):
            return FALSE
        if self.where is None:
            return TRUE
        code = self.where(row)
        return UNKNOWN if code & UNKNOWN else code & TRUE

    def enough(self, sure: int, perhaps: int, *, gap: bool) -> int:
        """Return the answer for a subject, given how many there are and whether more may be."""
        if self.related.at_least == 0:
            if sure:
                return FALSE
            return UNKNOWN if perhaps or gap else TRUE
        if sure >= self.related.at_least:
            return TRUE
        return UNKNOWN if gap or sure + perhaps >= self.related.at_least else FALSE


def compile_test(
    test: RowTest | PolicyTest,
    resource_type: str,
    *,
    parameters: Mapping[str, Any],
    context: Mapping[str, Any],
) -> CompiledTest:
    """Compile a test for one resource type and one set of parameter values.

    Raises:
        ConditionError: A condition cannot be used with these values.
    """

    def compiled(condition: Condition | None, of_type: str) -> Compiled | None:
        if condition is None:
            return None
        return compile_condition(
            condition, parameters=parameters, context=context, resource_type=of_type
        )

    is_row = isinstance(test, RowTest)
    condition = test.condition if isinstance(test, RowTest) else None
    related = test.related if isinstance(test, RowTest) else ()
    return CompiledTest(
        where=compiled(test.where, resource_type),
        condition=compiled(condition, resource_type),
        violated_when=isinstance(test, RowTest) and test.violated_when,
        related=tuple(
            CompiledRelated(
                related=entry,
                where=compiled(entry.where, entry.type),
                paths=_paths((entry.where,), entry.type),
            )
            for entry in related
        ),
        by_state=not is_row,
        paths=_paths((test.where, condition), resource_type),
    )


def _paths(conditions: Iterable[Condition | None], resource_type: str) -> tuple[str, ...]:
    found = {path for c in conditions if c is not None for path in reads(c, resource_type)}
    return tuple(sorted(found))


def unknown_verdict(row: Row, paths: Iterable[str]) -> str:
    """Return why a row could not be judged: something read is redacted, or a field is missing."""
    return v.REDACTED if any(is_redacted(row, path) for path in paths) else v.FIELD_MISSING


def value_at(row: Any, path: str) -> Any:
    """Return what stands at a dotted path of a row, names matched in any ASCII case, or None."""
    return value_reader(path)(row)


def value_reader(path: str) -> Callable[[Any], Any]:
    """Return the function that reads a dotted path of rows, as `value_at` does."""
    if path == WHOLE_ROW:
        return lambda row: row
    segments = tuple((segment, ascii_lower(segment)) for segment in path.split("."))

    def read(row: Any) -> Any:
        value = row
        for segment, low in segments:
            if type(value) is not dict:
                return None
            if segment in value:
                value = value[segment]
            else:
                value = next((value[key] for key in value if ascii_lower(key) == low), None)
        return value

    return read


def is_redacted(row: Row, path: str) -> bool:
    """Tell whether a value at a path of a row is redacted, or holds one that is."""
    segments = path.split(".")
    steps = (value_at(row, ".".join(segments[:n])) for n in range(1, len(segments)))
    return any(isinstance(s, dict) and _REDACTED_KEY in s for s in steps) or _holds_redacted(
        value_at(row, path)
    )


def _holds_redacted(value: Any) -> bool:
    if isinstance(value, dict):
        return _REDACTED_KEY in value or any(map(_holds_redacted, value.values()))
    return isinstance(value, list) and any(map(_holds_redacted, value))


def _by_state(_row: Row) -> str:
    return v.BY_STATE


def _table(test: CompiledTest) -> str:
    return _VIOLATED_WHEN if test.violated_when else _SATISFIED_WHEN


def _plain(test: CompiledTest) -> RowJudge:
    holds, table, paths = test.condition, _table(test), test.paths
    if holds is None:
        raise ValueError("a test without condition and without related resources")
    decide = holds

    def judge(row: Row) -> str:
        code = decide(row)
        return table[code] if code < UNKNOWN else unknown_verdict(row, paths)

    return judge


def _where(where: Compiled, judge: RowJudge, paths: tuple[str, ...]) -> RowJudge:
    def judge_where(row: Row) -> str:
        code = where(row)
        if code & UNKNOWN:
            return unknown_verdict(row, paths)
        if code & TRUE:
            return judge(row)
        return v.NOT_APPLICABLE_ABSENT if code & ABSENT else v.NOT_APPLICABLE

    return judge_where


def _with_related(test: CompiledTest, lookups: tuple[RelatedLookup, ...]) -> RowJudge:
    holds, table, paths = test.condition, _table(test), test.paths
    combine = _violation if test.violated_when else _satisfaction

    def judge(row: Row) -> str:
        code = TRUE if holds is None else holds(row)
        key = id_key(str(row["id"]))
        answers = [lookup(key) for lookup in lookups]
        verdict = combine(code, answers)
        if verdict < _NO_CODE:
            return table[verdict]
        return unknown_verdict(row, paths) if code & UNKNOWN else v.RELATED_UNKNOWN

    return judge


def _satisfaction(code: int, answers: list[int]) -> int:
    """Return TRUE where the condition holds and all exist, `_NO_CODE` where it is not known."""
    if not code & (TRUE | UNKNOWN):
        return code
    if FALSE in answers:
        return FALSE
    return _NO_CODE if code & UNKNOWN or UNKNOWN in answers else code


def _violation(code: int, answers: list[int]) -> int:
    """Return TRUE where the condition holds and one is missing, `_NO_CODE` where not known."""
    if not code & (TRUE | UNKNOWN):
        return code
    if all(answer == TRUE for answer in answers):
        return FALSE
    if code & UNKNOWN:
        return _NO_CODE
    return code if FALSE in answers else _NO_CODE


def _named(row: Row, name: str) -> bool:
    # a child is named `parent/child` in some answers and `child` in others
    own = ascii_lower(str(row.get("name") or ""))
    wanted = ascii_lower(name)
    return own == wanted or own.rsplit("/", 1)[-1] == wanted
