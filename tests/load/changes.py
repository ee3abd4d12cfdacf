"""Changes a file in one place, for tests that try many."""

from __future__ import annotations

import random
from typing import Any

ODD = [
    "",
    "x",
    "2026-13-01",
    7,
    -1,
    True,
    None,
    [],
    ["x"],
    {},
    {"x": "y"},
    [{}],
    "../x",
    "a@b",
    "*",
]


def changed_once(value: Any, chance: random.Random) -> Any:
    """Return a JSON value with one part of it taken out, renamed or replaced."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        key = chance.choice(sorted(value))
        rest = dict(value)
        inner = rest.pop(key)
        act = chance.randrange(4)
        if act == 0:
            return rest
        if act == 1:
            return {**rest, key + "x": inner}
        return {**rest, key: changed_once(inner, chance)}
    if isinstance(value, list) and value and chance.random() < 0.8:
        at = chance.randrange(len(value))
        return [*value[:at], changed_once(value[at], chance), *value[at + 1 :]]
    return chance.choice(ODD)
