"""Write engine/attestgraph/conditions/fold_table.py: simple upper case of one Unicode version.

The table comes from the interpreter's own Unicode data, so only an interpreter of exactly that
version may write it. Simple upper case is what UnicodeData.txt holds in its field 12; where the
full mapping is longer than one character, the title case mapping tells the simple one.
"""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

UNICODE = "14.0.0"
TARGET = Path(__file__).parents[1] / "engine/attestgraph/conditions/fold_table.py"
HEAD = '''"""Simple upper case of Unicode {version} beyond ASCII, by tools/make_fold_table.py.

Each row is first code point, last code point, step, and the distance to the upper case.
Left out: U+0131 and U+017F, whose upper case is ASCII. .NET's invariant culture maps them to
themselves, and without them a text of ASCII can only be equal to a text of ASCII.
"""

from typing import Final

UNICODE: Final = "{version}"
RANGES: Final[tuple[tuple[int, int, int, int], ...]] = (
'''


def simple_upper(code: int) -> int:
    """Return the simple upper case of a code point: itself where there is none."""
    character = chr(code)
    for mapped in (character.upper(), character.title()):
        if len(mapped) == 1:
            return ord(mapped)
    return code


def distances() -> list[tuple[int, int]]:
    """Return (code point, distance to its upper case) for all that have one beyond ASCII."""
    codes = (c for c in range(0x80, sys.maxunicode + 1) if not 0xD800 <= c <= 0xDFFF)
    pairs = ((code, simple_upper(code) - code) for code in codes)
    return [(code, by) for code, by in pairs if by and code + by >= 0x80]


def ranges(pairs: list[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    """Join neighbours of one distance and one step (1 or 2) to ranges."""
    rows: list[tuple[int, int, int, int]] = []
    for code, by in pairs:
        if rows:
            first, last, step, distance = rows[-1]
            gap = code - last
            if distance == by and gap in {1, 2} and (first == last or gap == step):
                rows[-1] = (first, code, gap, by)
                continue
        rows.append((code, code, 1, by))
    return rows


def text() -> str:
    """Return the whole module as text."""
    rows = [f"    (0x{a:X}, 0x{b:X}, {step}, {by}),\n" for a, b, step, by in ranges(distances())]
    return HEAD.format(version=UNICODE) + "".join(rows) + ")\n"


def main() -> int:
    """Write the module, or say why not."""
    if unicodedata.unidata_version != UNICODE:
        print(f"needs an interpreter with Unicode {UNICODE} (Python 3.11)", file=sys.stderr)
        return 2
    TARGET.write_text(text(), encoding="utf-8")
    print(TARGET.name, len(ranges(distances())), "ranges")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
