"""Loggers of the libraries below: whatever level they are set to, no token leaves through them."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from importlib import import_module
from typing import Final

_FAMILIES: Final = ("azure", "msal", "urllib3", "requests")
_LIBRARIES: Final = ("azure.identity", "azure.mgmt.core", "msal", "requests")
_HIDDEN: Final = "REDACTED"
_SECRETS: Final = (
    # tokens: three parts in base64url, or whatever stands behind the word
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.?[\w-]*"), _HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic)\s+[^\s'\",}]+"), rf"\1 {_HIDDEN}"),
    (
        re.compile(
            r"(?i)([\"']?\$?(?:skip_?token|access_token|refresh_token|id_token|client_secret"
            r"|client_assertion|assertion|device_code|sig|sv|se|code)[\"']?(?:\s*[=:]\s*|%3D)"
            r"[\"']?)[^\s&'\",}]+"
        ),
        rf"\1{_HIDDEN}",
    ),
)


class Redacting(logging.Filter):
    """Writes a record's message anew without tokens, signatures and continuation tokens."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact, and let the record pass."""
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            text = str(record.msg)
        record.msg, record.args = redact(text), None
        if record.exc_info:
            # a trace quotes what was sent
            record.exc_info = record.exc_text = None
        return True


def redact(text: str) -> str:
    """Return a text without what may be secret."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class Redacted:
    """Loggers that have the filter, and are heard by nobody but who asks, until they are let go."""

    def __init__(self, loggers: Sequence[logging.Logger], guard: Redacting) -> None:
        self._loggers = loggers
        self._guard = guard
        # without any handler a library's warnings would be written to stderr, over several lines
        self._mute = logging.NullHandler()
        for name in _FAMILIES:
            logging.getLogger(name).addHandler(self._mute)

    def close(self) -> None:
        """Take both off again."""
        for name in _FAMILIES:
            logging.getLogger(name).removeHandler(self._mute)
        for logger in self._loggers:
            logger.removeFilter(self._guard)


def redacted_loggers() -> Redacted:
    """Put the filter on every logger of the libraries below, as they are now.

    A filter does not hold for the loggers below one, so all that there are get it; the libraries
    are imported first, for they make their loggers then.
    """
    for name in _LIBRARIES:
        import_module(name)
    guard = Redacting()
    names = {"azure.attestgraph", *logging.root.manager.loggerDict}
    found = [
        logging.getLogger(name) for name in sorted(names) if name.partition(".")[0] in _FAMILIES
    ]
    for logger in found:
        logger.addFilter(guard)
    return Redacted(found, guard)
