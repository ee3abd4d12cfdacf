"""Text for Markdown (CommonMark with tables): nothing in it starts markup, HTML or a new cell."""

from __future__ import annotations

import re
from typing import Final

from attestgraph.formats.terminal import escape as escape_control

_MARKUP: Final = re.compile(r"[\\`*_{}\[\]()<>#+\-.!|~&@:$^=\"']")
_FENCE: Final = re.compile("`+")


def escape(text: str) -> str:
    """Return the text for one line or one table cell of Markdown, read back as it stands.

    Control and reordering characters are made visible, line ends included, and each character
    that Markdown could obey becomes a character reference: mentions, addresses and HTML stay
    plain text on every renderer.
    """
    shown = escape_control(text)
    return _MARKUP.sub(lambda match: f"&#{ord(match.group())};", shown)


def code(text: str) -> str:
    """Return the text as an inline code span that its own backticks cannot end."""
    shown = escape_control(text).replace("|", "\uff5c")
    longest = max((len(run) for run in _FENCE.findall(shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest or shown != shown.strip() or not shown else ""
    return f"{fence}{pad}{shown}{pad}{fence}"
