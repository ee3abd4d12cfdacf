"""Controls of the library that ask nothing with its own values: customer-managed keys, mostly."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache


@cache
def asleep() -> frozenset[str]:
    """Return the controls of which no check asks anything."""
    from attestgraph.checks import effective, plan
    from attestgraph.load import load_library

    loaded = load_library(None)
    library = loaded.library
    base = {c: effective(k, library.workspace).base.digest for c, k in library.controls.items()}
    made = plan(library, loaded.aliases, datetime(2026, 11, 1, tzinfo=UTC))
    mine = [i for i in made.instances if i.parameters.digest == base[i.control.id]]
    awake = {i.control.id for i in mine if not i.dormant}
    return frozenset({i.control.id for i in mine} - awake)
