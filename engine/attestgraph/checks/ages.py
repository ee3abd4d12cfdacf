"""Warnings about data that has grown old since somebody looked at its source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from attestgraph.diagnostics import Diagnostic, Severity
from attestgraph.model.records import Library
from attestgraph.model.times import last_second

LOOK_AGAIN_AFTER: Final = timedelta(days=180)


def age_warnings(library: Library, at: datetime) -> tuple[Diagnostic, ...]:
    """Return a warning (`old-catalogue`) for each catalogue in use that nobody checked lately.

    The period is 180 days (ASSESSMENT section 8).
    """
    return tuple(_old_catalogues(library, at))


def _old_catalogues(library: Library, at: datetime) -> Iterator[Diagnostic]:
    used = {ref.framework for system in library.workspace.systems for ref in system.frameworks}
    for framework_id in sorted(used & set(library.frameworks)):
        framework = library.frameworks[framework_id]
        if at > last_second(framework.checked_on) + LOOK_AGAIN_AFTER:
            yield Diagnostic(
                slug="old-catalogue",
                severity=Severity.WARNING,
                message=(
                    f"the catalogue `{framework_id}` was last compared with its source on "
                    f"{framework.checked_on.isoformat()}, more than 180 days ago"
                ),
                help="look for a newer edition, then set `checked_on`",
                span=framework.span,
            )
