"""Columns of a query: what fields read, given a name once and used by every condition over them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, assert_never

from attestgraph.checks.kql_text import (
    FALSE,
    INSTANT,
    NUMBER,
    Bool,
    NotInKqlError,
    below,
    column_name,
    lowered,
    regex,
)
from attestgraph.conditions.fields import Form
from attestgraph.conditions.paths import Key, Path

MOST_MEMBERS: Final = 400
"""The most rows that Resource Graph makes of one row by `mv-expand`."""

MOST_NUMBER_TEXT: Final = 64
TEXT_COLUMNS: Final = frozenset({"id", "name", "type", "kind", "location", "managedBy"})
"""Columns of every table that are text: what is not there is the empty text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A value that a condition compares.

    Attributes:
        name: Its expression: mostly the name of a column.
        text: The same as text.
        dynamic: Whether its kind is known only row by row.
        lowered: Whether its texts are in lower case, as those of tags are.
        absent: Where it is not there.
        tells_null: Whether null and what is not there are different to the language.
    """

    name: str
    text: str
    dynamic: bool
    absent: Bool
    lowered: bool = False
    tells_null: bool = False

    @property
    def is_text(self) -> Bool | None:
        """Where it is a text; None for always."""
        kind = f"gettype({self.name})"
        return Bool(f"{kind} == 'string'", inverse=f"{kind} != 'string'") if self.dynamic else None

    @property
    def is_other(self) -> Bool:
        """Where it is there and no text."""
        kind = f"gettype({self.name})"
        return Bool(f"{kind} !in ('string', 'null')", inverse=f"{kind} in ('string', 'null')")


@dataclass(slots=True, kw_only=True)
class Columns:
    """The columns that one stage of a query makes, in steps: fields, what is made of them, tests.

    Attributes:
        member: The column that holds an array's element, for the conditions of a count.
    """

    member: str | None = None
    fields: dict[str, str] = field(default_factory=dict)
    derived: dict[str, str] = field(default_factory=dict)
    tests: dict[str, str] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)

    def value(self, path: Path, form: Form) -> Column:
        """Return the column of a field.

        Raises:
            NotInKqlError: The field cannot be read exactly.
        """
        if self.member is not None:
            return self._below_member(path)
        match form:
            case Form.OPTIONAL_TEXT:
                name = _only(path)
                self._show(name)
                return Column(
                    name=name,
                    text=name,
                    dynamic=False,
                    absent=Bool(f"isempty({name})", inverse=f"isnotempty({name})"),
                )
            case Form.LOCATION:
                made = self._field("location_name", "replace_string(location, ' ', '')")
                return Column(name=made, text=made, dynamic=False, absent=FALSE)
            case Form.COLUMN | Form.PLAIN:
                return self._plain(path)
            case Form.FULL_NAME:
                raise NotInKqlError("`fullName`, which is no column")
            case Form.NOWHERE:
                raise NotInKqlError("an alias that this type does not have")
        assert_never(form)

    def _plain(self, path: Path) -> Column:
        first = path[0]
        if not isinstance(first, Key):
            raise NotInKqlError("`[*]` of the row itself")
        if len(path) == 1 and first.name in TEXT_COLUMNS:
            self._show(first.name)
            return Column(name=first.name, text=first.name, dynamic=False, absent=FALSE)
        if len(path) == 1:
            self._show(first.name)
            return _dynamic(first.name, tells_null=False)
        if first.name == "tags":
            return self._tag(path)
        return _dynamic(self._field(column_name(path), below(first.name, path[1:])))

    def _tag(self, path: Path) -> Column:
        key = path[1]
        if len(path) != 2 or not isinstance(key, Key):
            raise NotInKqlError("a path below a tag")
        if not key.low.isascii() or "~" in key.low:
            raise NotInKqlError(f"the tag name `{key.name[:60]}`, which is not ASCII or holds `~`")
        tags = f"parse_json({lowered('tostring(tags)')})"
        self._show("tags")
        column = _dynamic(self._field(column_name(path), below(tags, (Key(key.low, key.low),))))
        return Column(
            name=column.name,
            text=column.text,
            dynamic=True,
            absent=column.absent,
            lowered=True,
            tells_null=True,
        )

    def _below_member(self, path: Path) -> Column:
        member = str(self.member)
        if not path:
            return _dynamic(member, tells_null=False)
        name = f"{member}_{column_name(path)}"
        return _dynamic(self._field(name, below(member, path)))

    def array(self, path: Path, form: Form) -> str:
        """Return the column of an array, and make the column of its length: -1 where there is none.

        Raises:
            NotInKqlError: The array cannot be read exactly.
        """
        column = self.value(path, form)
        if not column.dynamic:
            raise NotInKqlError(f"`{column.name}[*]`, which is no array")
        if column.name not in self.fields:
            self._field(f"{column.name}_array", column.name)
            column = _dynamic(f"{column.name}_array")
        self._derived(length_of(column.name), f"coalesce(array_length({column.name}), -1)")
        return column.name

    def number(self, column: Column) -> str:
        """Return the column of a value as a number: null where it is none."""
        name = f"{_word(column.name)}_number"
        text = column.text
        rule = f"{text} matches regex {regex(NUMBER)} and strlen({text}) <= {MOST_NUMBER_TEXT}"
        value = f"todouble({text})"
        made = f"case(not({rule}), real(null), isfinite({value}), {value}, real(null))"
        return self._derived(name, made)

    def instant(self, column: Column) -> str:
        """Return the column of a value as an instant: null where it is none."""
        name = f"{_word(column.name)}_instant"
        text = column.text
        made = (
            f"iff({text} matches regex {regex(INSTANT)}, "
            f"todatetime(toupper({text})), datetime(null))"
        )
        return self._derived(name, made)

    def test(self, column: Column, word: str, expression: str) -> Bool:
        """Return the column that holds how a longer comparison came out."""
        return Bool(_put(self.tests, f"{_word(column.name)}_{word}", expression))

    def _field(self, name: str, expression: str) -> str:
        made = _put(self.fields, name, expression)
        self._show(made)
        return made

    def _derived(self, name: str, expression: str) -> str:
        return _put(self.derived, name, expression)

    def _show(self, name: str) -> None:
        if name not in self.shown:
            self.shown.append(name)

    def lines(self) -> list[str]:
        """Return the lines that make the columns."""
        return [*_extend(self.fields), *_extend(self.derived), *_extend(self.tests)]

    @property
    def made(self) -> list[str]:
        """The names of the columns made of fields."""
        return [*self.derived, *self.tests]


def length_of(array: str) -> str:
    """Return the name of the column that holds an array's length."""
    return f"{array}_length"


def _dynamic(name: str, *, tells_null: bool = True) -> Column:
    return Column(
        name=name,
        text=f"tostring({name})",
        dynamic=True,
        absent=Bool(f"isnull({name})", inverse=f"isnotnull({name})"),
        tells_null=tells_null,
    )


def _only(path: Path) -> str:
    first = path[0]
    if len(path) != 1 or not isinstance(first, Key):
        raise NotInKqlError("a path below a text")
    return first.name


def _word(expression: str) -> str:
    return column_name((Key(expression, expression),))


def _put(columns: dict[str, str], name: str, expression: str) -> str:
    """Keep a column; another one of the same name gets a number."""
    chosen, count = name, 1
    while columns.get(chosen, expression) != expression:
        count += 1
        chosen = f"{name}_{count}"
    columns[chosen] = expression
    return chosen


def _extend(columns: dict[str, str]) -> list[str]:
    if not columns:
        return []
    made = [f"{name} = {expression}" for name, expression in columns.items()]
    return ["| extend " + ",\n    ".join(made)]
