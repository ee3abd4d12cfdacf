"""Text for HTML, XML and CSS strings: nothing in it leaves the text it is put into."""

from __future__ import annotations

import re
from typing import Final

from attestgraph.formats.terminal import escape as escape_control

# characters that XML 1.0 refuses even as references, and HTML calls parse errors
_REFUSED: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_REFERENCES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"}
_SPECIAL: Final = re.compile("[&<>\"']")
_UNSAFE_ID: Final = re.compile(r"[^a-z0-9]+")
_UNSAFE_CSS: Final = re.compile(r"[^A-Za-z0-9 ]")


def escape(text: str) -> str:
    """Return the text for element content or a quoted attribute; what XML refuses is U+FFFD."""
    kept = _REFUSED.sub("\ufffd", text)
    return _SPECIAL.sub(lambda match: _REFERENCES[match.group()], kept)


def visible(text: str) -> str:
    r"""Return text for a reader, not yet escaped: control and reordering characters are shown.

    A name that holds a right-to-left override reads `\u202e…` instead of turning the line round.
    Line feeds stay (white space in HTML).
    """
    return escape_control(text, newlines=True)


def css_string(text: str) -> str:
    """Return the text as a quoted CSS string, every character but letters and digits escaped."""
    shown = escape_control(text)
    return '"' + _UNSAFE_CSS.sub(lambda match: f"\\{ord(match.group()):x} ", shown) + '"'


def anchor(*parts: str) -> str:
    """Return an id for a fragment or a file name: lower-case ASCII letters, digits and hyphens.

    Spellings that differ only in other characters meet in one id.
    """
    text = "-".join(parts).lower()
    return _UNSAFE_ID.sub("-", text).strip("-") or "x"


def unique(wanted: str, taken: set[str]) -> str:
    """Return `wanted`, numbered if it is taken, and note it as taken."""
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    taken.add(name)
    return name
