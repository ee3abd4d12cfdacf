"""Template functions on arrays, objects and what counts as both.

Source: Microsoft's reference of ARM template functions (array, object, string).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attestgraph.conditions.functions_base import (
    MOST_DEPTH,
    Function,
    FunctionError,
    array_of,
    as_text,
    ascii_lower,
    bounded,
    check_size,
    identity,
    integer_of,
    is_array,
    key_in,
    member_of,
    refuse,
    text_of,
)
from attestgraph.conditions.values import MISSING, fold

_MOST_RANGE = 10_000
_MOST_MEMBERS = 1024 * 1024


def _members(count: int) -> None:
    if count > _MOST_MEMBERS:
        raise FunctionError("the array has too many members")


def concat(first: Any, *rest: Any) -> Any:
    """Return the arrays joined, or the texts of all arguments joined."""
    values = (first, *rest)
    if is_array(first):
        arrays = [array_of(position, value) for position, value in enumerate(values, start=1)]
        _members(sum(map(len, arrays)))
        return [member for array in arrays for member in array]
    if any(is_array(value) for value in rest):
        raise FunctionError("arrays and other values cannot be joined")
    texts = [as_text(value) for value in values]
    check_size(sum(map(len, texts)))
    return bounded("".join(texts))


def contains(container: Any, item: Any) -> bool:
    """Tell whether an array has the member, an object the key, a string the part.

    Strings count exactly, the keys of objects without case.
    """
    if isinstance(container, str):
        return as_text(item) in container
    if isinstance(container, Mapping):
        return key_in(container, text_of(2, item)) is not None
    wanted = identity(item)
    return any(identity(member) == wanted for member in _array(1, container))


def _array(position: int, value: Any) -> list[Any]:
    if not is_array(value):
        raise refuse(position, value, "string", "array", "object")
    return list(value)


def empty(value: Any) -> bool:
    """Tell whether a string, array or object is empty; null is."""
    if value is None or value is MISSING:
        return True
    return length(value) == 0


def length(value: Any) -> int:
    """Return how many characters, members or keys there are."""
    if not (isinstance(value, str | Mapping) or is_array(value)):
        raise refuse(1, value, "string", "array", "object")
    return len(value)


def _sequence(value: Any) -> Any:
    if not isinstance(value, str) and not is_array(value):
        raise refuse(1, value, "string", "array")
    return value


def first(value: Any) -> Any:
    """Return the first character or member; "" or null where there is none."""
    return _end(_sequence(value), 0)


def last(value: Any) -> Any:
    """Return the last character or member; "" or null where there is none."""
    return _end(_sequence(value), -1)


def _end(sequence: Any, index: int) -> Any:
    if not sequence:
        return "" if isinstance(sequence, str) else None
    return sequence[index]


def take(value: Any, count: Any) -> Any:
    """Return the first characters or members, fewer where there are not so many."""
    return _sequence(value)[: max(0, integer_of(2, count))]


def skip(value: Any, count: Any) -> Any:
    """Return what follows the first characters or members."""
    return _sequence(value)[max(0, integer_of(2, count)) :]


def index_of(value: Any, item: Any) -> int:
    """Return where a part (without case) or a member (exactly) first stands, or -1."""
    if isinstance(value, str):
        return fold(value).find(fold(text_of(2, item)))
    wanted = identity(item)
    places = (i for i, member in enumerate(_array(1, value)) if identity(member) == wanted)
    return next(places, -1)


def last_index_of(value: Any, item: Any) -> int:
    """Return where a part (without case) or a member (exactly) last stands, or -1."""
    if isinstance(value, str):
        return fold(value).rfind(fold(text_of(2, item)))
    wanted, members = identity(item), _array(1, value)
    places = (i for i in reversed(range(len(members))) if identity(members[i]) == wanted)
    return next(places, -1)


def index_from_end(value: Any, index: Any) -> Any:
    """Return the member that stands `index` from the end, counted from 1."""
    members, place = array_of(1, value), integer_of(2, index)
    if not 1 <= place <= len(members):
        raise FunctionError(f"the array has {len(members)} members, not {place}")
    return members[-place]


def try_index_from_end(value: Any, index: Any) -> Any:
    """Return the member that stands `index` from the end, or null."""
    members, place = array_of(1, value), integer_of(2, index)
    return members[-place] if 1 <= place <= len(members) else None


def try_get(value: Any, *path: Any) -> Any:
    """Return the member at the path of keys and indexes, or null where a step is missing."""
    for position, step in enumerate(path, start=2):
        if isinstance(value, Mapping):
            found = member_of(value, text_of(position, step))
        elif is_array(value):
            place = integer_of(position, step)
            found = value[place] if 0 <= place < len(value) else MISSING
        else:
            return None
        if found is MISSING:
            return None
        value = found
    return value


def array(value: Any) -> list[Any]:
    """Return the value as an array: itself if it is one, else its only member."""
    return list(value) if is_array(value) else [value]


def create_array(*values: Any) -> list[Any]:
    """Return an array of the arguments."""
    return list(values)


def create_object(*pairs: Any) -> dict[str, Any]:
    """Return an object of keys and values in turn."""
    made: dict[str, Any] = {}
    for index in range(0, len(pairs), 2):
        key = text_of(index + 1, pairs[index])
        if key_in(made, key) is not None:
            raise FunctionError(f"the key `{key[:50]}` stands twice")
        made[key] = pairs[index + 1]
    return made


def number_range(start: Any, count: Any) -> list[int]:
    """Return `count` whole numbers from `start`, at most 10,000."""
    begin, many = integer_of(1, start), integer_of(2, count)
    if not 0 <= many <= _MOST_RANGE:
        raise FunctionError(f"the range has {many} members, not 0 to {_MOST_RANGE}")
    if begin + many > 2**31 - 1:
        raise FunctionError("the range reaches beyond 32 bits")
    return list(range(begin, begin + many))


def union(*values: Any) -> Any:
    """Return all distinct members of arrays, or objects merged to all depths."""
    if isinstance(values[0], Mapping):
        merged: dict[str, Any] = {}
        for position, value in enumerate(values, start=1):
            merged = _merged(merged, _object(position, value), 0)
        return merged
    arrays = [array_of(position, value) for position, value in enumerate(values, start=1)]
    return _distinct(member for members in arrays for member in members)


def _object(position: int, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise refuse(position, value, "object")
    return value


def _merged(left: Mapping[str, Any], right: Mapping[str, Any], depth: int) -> dict[str, Any]:
    if depth > MOST_DEPTH:
        raise FunctionError(f"the object is nested deeper than {MOST_DEPTH}")
    merged = dict(left)
    names = {ascii_lower(name): name for name in merged}
    for key, value in right.items():
        name = names.setdefault(ascii_lower(key), key)
        old = merged.get(name)
        both = isinstance(old, Mapping) and isinstance(value, Mapping)
        merged[name] = _merged(old, value, depth + 1) if both else value  # type: ignore[arg-type]
    return merged


def shallow_merge(values: Any) -> dict[str, Any]:
    """Return the objects of an array merged at the top only."""
    merged: dict[str, Any] = {}
    for value in array_of(1, values):
        for key, member in _object(1, value).items():
            merged[key_in(merged, key) or key] = member
    return merged


def _distinct(members: Iterable[Any]) -> list[Any]:
    found: dict[Any, Any] = {}
    for member in members:
        found.setdefault(identity(member), member)
    _members(len(found))
    return list(found.values())


def intersection(*values: Any) -> Any:
    """Return the members common to all arrays, or the keys with equal values of all objects."""
    if isinstance(values[0], Mapping):
        objects = [_by_name(_object(i, value)) for i, value in enumerate(values, start=1)]
        return {
            key: member
            for key, member in values[0].items()
            if all(other.get(ascii_lower(key)) == identity(member) for other in objects)
        }
    arrays = [array_of(position, value) for position, value in enumerate(values, start=1)]
    common = [{identity(member) for member in members} for members in arrays[1:]]
    return _distinct(m for m in arrays[0] if all(identity(m) in other for other in common))


def _by_name(value: Mapping[str, Any]) -> dict[str, Any]:
    return {ascii_lower(key): identity(member) for key, member in value.items()}


def items(value: Any) -> list[dict[str, Any]]:
    """Return the members of an object as `key` and `value`, ordered by key."""
    found = _object(1, value)
    return [{"key": key, "value": found[key]} for key in sorted(found, key=_by_text)]


def object_keys(value: Any) -> list[str]:
    """Return the keys of an object in order."""
    return sorted(_object(1, value), key=_by_text)


def _by_text(key: str) -> tuple[str, str]:
    return ascii_lower(key), key


def _entry(
    name: str,
    family: str,
    least: int,
    most: int | None,
    call: Callable[..., Any],
    note: str,
    *,
    paired: bool = False,
) -> Function:
    return Function(
        name=name, family=family, least=least, most=most, call=call, note=note, paired=paired
    )


def entries() -> tuple[Function, ...]:
    """Return the functions of this file."""
    return (
        _entry("array", "array", 1, 1, array, "the value as an array"),
        _entry("concat", "array", 1, None, concat, "arrays joined, or texts joined"),
        _entry("contains", "array", 2, 2, contains, "member, part (with case), key (without)"),
        _entry("createArray", "array", 0, None, create_array, "an array of the arguments"),
        _entry("empty", "array", 1, 1, empty, "null, `''`, `[]` or `{}`"),
        _entry("first", "array", 1, 1, first, "first character or member; null of an empty array"),
        _entry("last", "array", 1, 1, last, "last character or member; null of an empty array"),
        _entry("indexOf", "array", 2, 2, index_of, "parts without case, members exactly; or -1"),
        _entry("lastIndexOf", "array", 2, 2, last_index_of, "as `indexOf`, from the end"),
        _entry("indexFromEnd", "array", 2, 2, index_from_end, "member counted from the end"),
        _entry("tryIndexFromEnd", "array", 2, 2, try_index_from_end, "the same, or null"),
        _entry("intersection", "array", 2, None, intersection, "common members, or equal keys"),
        _entry("union", "array", 2, None, union, "distinct members, or objects merged deeply"),
        _entry("length", "array", 1, 1, length, "characters, members or keys"),
        _entry("range", "array", 2, 2, number_range, "whole numbers, at most 10,000"),
        _entry("skip", "array", 2, 2, skip, "what follows the first characters or members"),
        _entry("take", "array", 2, 2, take, "the first characters or members"),
        _entry(
            "tryGet", "object", 2, None, try_get, "member at a path of keys and indexes, or null"
        ),
        _entry("createObject", "object", 0, None, create_object, "keys and values", paired=True),
        _entry("items", "object", 1, 1, items, "members as `key` and `value`, ordered by key"),
        _entry("objectKeys", "object", 1, 1, object_keys, "keys in order"),
        _entry("shallowMerge", "object", 1, 1, shallow_merge, "objects merged at the top"),
    )
