"""Tables of aliases: over one another, and read only when they are asked."""

from __future__ import annotations

import pytest

from attestgraph.conditions import Aliases
from attestgraph.conditions.aliases import Table

SMALL: Table = {"Microsoft.A/b/one": "properties.one", "M.A/deep": {"m.a/x": "p.x", "m.a/y": "p.y"}}


class Larger:
    """A larger table that counts how often it is read."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> dict[str, str]:
        self.times += 1
        return {"Microsoft.A/b/two": "properties.two", "Microsoft.A/b/one": "properties.other"}


def test_a_larger_table_is_read_once_and_only_for_what_is_not_here() -> None:
    larger = Larger()
    aliases = Aliases.from_mapping(SMALL).before(larger)
    assert aliases.path("microsoft.a/B/ONE", "m.a/x") == "properties.one"
    assert "Microsoft.A/b/one" in aliases
    assert larger.times == 0
    assert aliases.path("microsoft.a/b/TWO", None) == "properties.two"
    assert "Microsoft.A/b/three" not in aliases
    assert len(aliases) == 3
    assert aliases.nearest("Microsoft.A/b/twoo") == "Microsoft.A/b/two"
    assert larger.times == 1


def test_a_larger_table_stands_below_all_others() -> None:
    larger = Larger()
    over = Aliases.from_mapping(SMALL).overlaid({"M.A/own": {"m.a/x": "p.own"}}).before(larger)
    assert over.path("M.A/own", "m.a/x") == "p.own"
    assert larger.times == 0
    assert over.path("Microsoft.A/b/two", None) == "properties.two"


@pytest.mark.parametrize(
    ("alias", "kind", "path"),
    [
        ("M.A/deep", "M.A/X", "p.new"),
        ("M.A/deep", "m.a/y", "p.y"),
        ("M.A/deep", "m.a/z", None),
        ("Microsoft.A/b/one", "microsoft.a/b", "p.one"),
        ("Microsoft.A/b/one", "microsoft.a/c", "properties.one"),
        ("Microsoft.A/b/new", "microsoft.a/c", "p.only"),
        ("Microsoft.A/b/two", "m/a", "p.a"),
        ("Microsoft.A/b/two", "m/c", None),
        ("Microsoft.A/b/two", None, None),
    ],
)
def test_a_table_laid_over_counts_by_alias_and_type(
    alias: str, kind: str | None, path: str | None
) -> None:
    over = Aliases.from_mapping(SMALL).overlaid(
        {
            "m.a/DEEP": {"m.a/x": "p.new"},
            "microsoft.A/b/one": {"microsoft.a/b": "p.one"},
            "Microsoft.A/b/new": {"Microsoft.A/b": "p.only"},
            "Microsoft.A/b/two": {"m/a": "p.a", "m/b": "p.b"},
        }
    )
    assert over.path(alias, kind) == path
