"""Whether an export is known to hold all that was asked for (ASSESSMENT section 7, CONTRACT 2).

False where the answer itself says so. True where counts prove it, nothing is left to continue with
and the scope is named, or where a named person declares it. Unknown otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from attestgraph.convert.answers import Answer
from attestgraph.diagnostics import Reason
from attestgraph.model.snapshot import Gap
from attestgraph.model.words import Completeness

NOT_SCOPED: Final = "it is not said what the export was asked for (--scope)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer that was read, and how many rows it held."""

    answer: Answer
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is known of an export, and why, one sentence a reason."""

    complete: Completeness
    because: tuple[str, ...] = ()

    def gaps(self, scopes: Sequence[str]) -> tuple[Gap, ...]:
        """Return what to record as missing: every scope that was asked for, with all reasons."""
        if self.complete is Completeness.TRUE:
            return ()
        reason = (
            Reason.INCOMPLETE
            if self.complete is Completeness.FALSE
            else Reason.UNKNOWN_COMPLETENESS
        )
        detail = "; ".join(self.because)
        return tuple(Gap(reason=reason, scope=scope, detail=detail) for scope in scopes)


def contradictions(pages: Sequence[Page], *, distinct: int) -> tuple[str, ...]:
    """Return why the export cannot be whole, by its own words.

    Args:
        pages: All pages of the import.
        distinct: How many different ids they hold.
    """
    found = [reason for page in pages for reason in _page_contradictions(page)]
    continuing = sum(page.answer.continues for page in pages)
    if continuing and continuing == len(pages):
        found.append("the last page names a next one, which is not here")
    totals = sorted({page.answer.total for page in pages if page.answer.total is not None})
    for total in totals:
        held = sum(page.rows for page in pages if page.answer.total == total)
        if held < total:
            found.append(f"{held} of {total} rows are here")
    if len(totals) == 1 and len(pages) - continuing == 1 and distinct < totals[0]:
        found.append(f"{distinct} of {totals[0]} different ids are here")
    return tuple(dict.fromkeys(found))


def _page_contradictions(page: Page) -> list[str]:
    answer = page.answer
    found = []
    if answer.truncated:
        found.append("the answer was cut short by the service (resultTruncated)")
    if answer.limit_hit:
        found.append("the service did not look at all subscriptions (subscription limit)")
    if answer.count is not None and answer.count != page.rows:
        found.append(f"a page says that it has {answer.count} rows and has {page.rows}")
    return found


def counts_prove(pages: Sequence[Page], *, distinct: int) -> bool:
    """Tell whether totals prove that every row of every answer is here.

    `contradictions` was empty. Totals of several answers are proven only if no two share rows, for
    then a row that vanished between two pages cannot hide behind one that came twice.
    """
    if not pages or any(p.answer.total is None or p.answer.count is None for p in pages):
        return False
    ended = [page for page in pages if not page.answer.continues]
    expected = sum(page.answer.total or 0 for page in ended)
    return expected == sum(page.rows for page in pages) == distinct


def links_prove(pages: Sequence[Page]) -> bool:
    """Tell whether counts and links prove an answer of Policy Insights.

    Its `@odata.count` counts the page, so the proof is the link of the last page, which is there
    and null, and pages that hold what they count.
    """
    if not pages or any(page.answer.count is None for page in pages):
        return False
    continuing = sum(page.answer.continues for page in pages)
    ended = [page for page in pages if not page.answer.continues]
    return all(page.answer.ends for page in ended) and (continuing == 0 or len(ended) == 1)
