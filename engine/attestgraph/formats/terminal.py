"""Text for a terminal: nothing in it can move the cursor, colour, retitle or reorder the screen."""

from __future__ import annotations

import re
from typing import Final

# C0 and C1 controls with DEL; line and paragraph separators; marks that reorder or hide text
# (bidi embeddings, overrides, isolates, marks, zero-width characters, soft hyphen, BOM,
# interlinear annotations, tag characters); lone surrogates, which no terminal encoding takes
_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff\ud800-\udfff]"
)
_NAMED: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def escape(text: str, *, newlines: bool = False) -> str:
    r"""Return the text with every character that a terminal would obey or hide made visible.

    An escape sequence loses its ESC (or C1 introducer) and becomes plain text such as
    `\x1b[2J`. Applying it twice changes nothing more.

    Args:
        text: Anything.
        newlines: Keep line feeds, for text of several lines.
    """

    def shown(match: re.Match[str]) -> str:
        character = match.group()
        if newlines and character == "\n":
            return character
        return visible(character)

    return _UNSAFE.sub(shown, text)


def visible(character: str) -> str:
    r"""Return an unsafe character as `\n`, `\x1b`, `\u202e` or `\U000e0041`."""
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
