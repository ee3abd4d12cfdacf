"""The lines of a query: a table's rows, their columns, arrays expanded and counted, joins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from attestgraph.checks.kql_columns import MOST_MEMBERS, Columns, length_of
from attestgraph.checks.kql_nodes import ArrayStage
from attestgraph.checks.kql_text import (
    FALSE,
    TRUE,
    Bool,
    all_of,
    any_of,
    caseless,
    negated,
    quoted,
)
from attestgraph.model.words import Within

MOST_JOINS: Final = 3
MOST_EXPANSIONS: Final = 3
Levels = Callable[[int], Bool]
"""From a level to where a verdict is at least that: see `kql_nodes`."""

IDENTITY: Final = ("id", "name", "type", "subscriptionId", "resourceGroup")
_TEXTS: Final = frozenset({*IDENTITY, "kind", "location", "managedBy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The rows of some types, with the columns and arrays that conditions over them use."""

    table: str
    types: tuple[str, ...]
    columns: Columns
    arrays: dict[str, ArrayStage]

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns that are used after the arrays are counted."""
        used = (*IDENTITY, *self.columns.shown, *self.columns.made)
        return tuple(dict.fromkeys(used))

    @property
    def too_long(self) -> Bool:
        """Where an array has more members than are expanded."""
        return any_of(
            Bool(
                f"{length_of(name)} > {MOST_MEMBERS}",
                inverse=f"{length_of(name)} <= {MOST_MEMBERS}",
            )
            for name in self.arrays
        )

    def head(self) -> list[str]:
        """Return the lines up to the columns."""
        types = ", ".join(quoted(kind) for kind in self.types)
        kinds = f"=~ {types}" if len(self.types) == 1 else f"in~ ({types})"
        return [self.table, f"| where type {kinds}", *self.columns.lines()]

    def counting(self) -> list[str]:
        """Return the lines that count the members of each array."""
        lines, kept = [], list(self.kept)
        for stage in self.arrays.values():
            lines += _count_members(stage, kept)
            kept += stage.counters
        return lines


def _count_members(stage: ArrayStage, kept: Sequence[str]) -> list[str]:
    name, item = stage.name, stage.columns.member
    some = Bool(f"{length_of(name)} > 0")
    counters = [
        f"{counter} = countif({all_of((some, condition)).text})"
        for counter, condition in stage.counters.items()
    ]
    carried = [f"{column} = take_any({column})" for column in kept if column not in _TEXTS]
    texts = ", ".join(column for column in kept if column in _TEXTS)
    return [
        # an empty array would take its row away with it
        f"| extend {item} = iff({some.text}, {name}, dynamic([null]))",
        f"| mv-expand {item} limit {MOST_MEMBERS}",
        *stage.columns.lines(),
        "| summarize " + ",\n    ".join([*counters, *carried]) + f"\n    by {texts}",
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedEntry:
    """One `related` entry: what a row must be to count, and to be one that may count.

    Attributes:
        at_least: How many must exist; 0 means that none may.
    """

    name: str | None
    sure: Bool
    maybe: Bool
    at_least: int

    @property
    def named(self) -> Bool:
        """Where a row has the name: its own, or as the last part of it."""
        if self.name is None:
            return TRUE
        own = Bool(f"name =~ {caseless(self.name)}")
        if "/" in self.name:
            return own
        return any_of((own, Bool(f"name endswith {caseless('/' + self.name)}")))


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedGroup:
    """The `related` entries of one type and place: one join.

    Attributes:
        first: The number of the first entry.
    """

    first: int
    stage: Stage
    within: Within
    entries: tuple[RelatedEntry, ...]

    @property
    def _key(self) -> str:
        return f"key{self.first}"

    def _counters(self) -> list[tuple[str, Bool]]:
        long = self.stage.too_long
        found = []
        for number, entry in enumerate(self.entries, self.first):
            sure = all_of((entry.named, negated(long), entry.sure))
            maybe = all_of((entry.named, any_of((long, entry.maybe))))
            found.append((f"related{number}", sure))
            if maybe != sure:
                found.append((f"related{number}_perhaps", all_of((maybe, negated(sure)))))
        return found

    @property
    def columns(self) -> list[str]:
        """The columns that the join adds."""
        return [name for name, _ in self._counters()]

    def lines(self) -> list[str]:
        """Return the lines that join how many related resources each subject has."""
        inner = [
            *self.stage.head(),
            *self.stage.counting(),
            f"| extend related_{self._key} = {_related_key(self.stage.types[0], self.within)}",
            *self._summary(),
        ]
        body = "\n".join(inner).replace("\n", "\n    ")
        filled = ", ".join(f"{name} = coalesce({name}, 0)" for name in self.columns)
        keys = f"on $left.subject_{self._key} == $right.related_{self._key}"
        return [
            f"| extend subject_{self._key} = {_subject_key(self.within)}",
            f"| join kind=leftouter (\n    {body}\n  ) {keys}",
            f"| extend {filled}",
        ]

    def _summary(self) -> list[str]:
        counters = self._counters()
        if len(counters) == 1:
            name, condition = counters[0]
            where = [] if condition == TRUE else [f"| where {condition.text}"]
            return [*where, f"| summarize {name} = count() by related_{self._key}"]
        made = ",\n    ".join(f"{name} = countif({test.text})" for name, test in counters)
        return [f"| summarize {made}\n    by related_{self._key}"]

    def answers(self) -> list[tuple[Bool, Bool]]:
        """Return for each entry where it is fulfilled, and where it may be."""
        made = set(self.columns)
        found = []
        for number, entry in enumerate(self.entries, self.first):
            sure, perhaps = f"related{number}", f"related{number}_perhaps"
            if entry.at_least == 0:
                none = Bool(f"{sure} == 0", inverse=f"{sure} > 0")
                nor = Bool(f"{perhaps} == 0", inverse=f"{perhaps} > 0")
                found.append((all_of((none, nor)) if perhaps in made else none, none))
                continue
            most = f"{sure} + {perhaps}" if perhaps in made else sure
            enough, possible = (
                Bool(f"{text} >= {entry.at_least}", inverse=f"{text} < {entry.at_least}")
                for text in (sure, most)
            )
            found.append((enough, possible))
        return found


def _related_key(kind: str, within: Within) -> str:
    """Return the key of the place that a related resource of a type counts for."""
    if within is not Within.SELF:
        return _subject_key(within)
    # a child's id ends in its own type and name, any other in `/providers/` and all that follows
    parent = "^(.*)/[^/]+/[^/]+$" if kind.count("/") > 1 else "^(.*)/providers/"
    return f"extract(@'{parent}', 1, tolower(id))"


def _subject_key(within: Within) -> str:
    match within:
        case Within.SELF:
            return "tolower(id)"
        case Within.RESOURCE_GROUP:
            return "strcat(tolower(subscriptionId), '/', tolower(resourceGroup))"
        case Within.SUBSCRIPTION:
            return "tolower(subscriptionId)"
        case Within.TENANT:
            return "''"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """The verdicts of a check: where it applies, and what it then says.

    Attributes:
        where: The levels of `where`.
        condition: The levels of the condition.
        error: Where judging the condition ends in an error, whatever the related resources are.
        groups: The related resources.
    """

    where: Levels
    condition: Levels
    error: Callable[[], Bool]
    violated_when: bool
    groups: tuple[RelatedGroup, ...]

    def result(self, level: int) -> Bool:
        """Return where condition and related resources together reach a level."""
        base = self.condition(level)
        answers = [answer for group in self.groups for answer in group.answers()]
        if not answers:
            return base
        if self.violated_when:
            told = any_of(negated(possible) for _, possible in answers)
            open_still = any_of(negated(sure) for sure, _ in answers)
        else:
            told = all_of(sure for sure, _ in answers)
            open_still = all_of(possible for _, possible in answers)
        error = self.error()
        if level > 0:
            return all_of((negated(error), base, told))
        if level == 0:
            return any_of((error, all_of((base, open_still))))
        rest = all_of((base, any_of((negated(self.condition(0)), open_still))))
        return any_of((error, rest))

    @property
    def failing(self) -> Bool:
        """Where it fails, if it applies."""
        return self.result(1) if self.violated_when else negated(self.result(0))

    @property
    def passing(self) -> Bool:
        """Where it passes, if it applies."""
        return negated(self.result(0)) if self.violated_when else self.result(1)

    @property
    def resting_on_absent(self) -> Bool:
        """Where the verdict rests on a field that is not there."""
        results = any_of(
            (
                all_of((self.result(1), negated(self.result(2)))),
                all_of((self.result(-1), negated(self.result(0)))),
            )
        )
        beside = all_of((self.where(-1), negated(self.where(0))))
        return any_of((all_of((self.where(1), results)), beside))


def rows_query(stage: Stage, verdicts: Verdicts, *, early: Bool) -> str:
    """Return the query whose rows are the failing resources.

    Args:
        stage: The subjects.
        verdicts: Compiled; their columns and counters are in `stage`.
        early: What can be asked before arrays are counted: a part of what fails.
    """
    counting, joins = stage.counting(), _joins(verdicts.groups)
    late = [verdicts.where(1), negated(stage.too_long), verdicts.failing]
    shown = [
        *stage.columns.shown,
        *(name for group in verdicts.groups for name in group.columns),
    ]
    return _text(
        [
            *stage.head(),
            *_filters([early]),
            *counting,
            *joins,
            *_filters(part for part in late if part != early),
            f"| project {', '.join(dict.fromkeys((*IDENTITY, *shown)))}",
            "| order by id asc",
        ]
    )


def counts_query(stage: Stage, verdicts: Verdicts) -> str:
    """Return the query that counts what every row's verdict is."""
    long = stage.too_long
    undecided = [f"{long.text}, 'not-evaluated'"] if long != FALSE else []
    cases = [
        *undecided,
        *_case(negated(verdicts.where(0)), "not-applicable"),
        *_case(all_of((verdicts.where(1), verdicts.failing)), "fail"),
        *_case(all_of((verdicts.where(1), verdicts.passing)), "pass"),
    ]
    resting = all_of((negated(long), verdicts.resting_on_absent))
    words = ("fail", "pass", "not-applicable", "not-evaluated")
    names = ("failing", "passing", "not_applicable", "not_evaluated")
    counted = [
        "population = count()",
        *(f"{n} = countif(outcome == '{w}')" for n, w in zip(names, words, strict=True)),
        "resting_on_absent = countif(on_absent)",
    ]
    outcome = f"case(\n    {(',' + chr(10) + '    ').join(cases)},\n    'not-evaluated')"
    return _text(
        [
            *stage.head(),
            *stage.counting(),
            *_joins(verdicts.groups),
            f"| extend outcome = {outcome},\n    on_absent = {resting.text}",
            "| summarize " + ",\n    ".join(counted),
        ]
    )


def _case(test: Bool, word: str) -> list[str]:
    return [] if test == FALSE else [f"{test.text}, '{word}'"]


def _joins(groups: Iterable[RelatedGroup]) -> list[str]:
    return [line for group in groups for line in group.lines()]


def _filters(parts: Iterable[Bool]) -> list[str]:
    return [f"| where {part.text}" for part in dict.fromkeys(parts) if part != TRUE]


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
