"""Verdict codes and how they combine: Kleene's three values, and whether absence carries them.

A code is FALSE or TRUE, with ABSENT added where the verdict rests on a field that is not there;
UNKNOWN stands alone. A verdict rests on an absent field when no sufficient reason without one
exists: a false conjunction only if every false member does, a true one if any member does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

FALSE: Final = 0
TRUE: Final = 1
ABSENT: Final = 2
UNKNOWN: Final = 4

FALSE_BY_ABSENCE: Final = FALSE | ABSENT
TRUE_BY_ABSENCE: Final = TRUE | ABSENT

IN_CONJUNCTION: Final = (4, 0, 3, 1, 2)
"""By code, how much it decides "all of": FALSE most, then FALSE by absence, UNKNOWN, …"""

IN_DISJUNCTION: Final = (0, 4, 1, 3, 2)
"""By code, how much it decides "any of": TRUE most, then TRUE by absence, UNKNOWN, …"""


def conjunction(codes: Iterable[int]) -> int:
    """Return the code of "all of"; TRUE for none."""
    return max(codes, key=IN_CONJUNCTION.__getitem__, default=TRUE)


def disjunction(codes: Iterable[int]) -> int:
    """Return the code of "any of"; FALSE for none."""
    return max(codes, key=IN_DISJUNCTION.__getitem__, default=FALSE)


def negation(code: int) -> int:
    """Return the code of "not": the other truth on the same ground."""
    return code if code == UNKNOWN else code ^ TRUE


def is_true(code: int) -> bool:
    """Tell whether a code says true, on whatever ground."""
    return code in {TRUE, TRUE_BY_ABSENCE}


def is_false(code: int) -> bool:
    """Tell whether a code says false, on whatever ground."""
    return code in {FALSE, FALSE_BY_ABSENCE}
