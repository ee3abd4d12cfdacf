"""How coverage and relationships pass over crosswalks: two complete tables (ASSESSMENT section 4).

The relationships are those of NIST IR 8477, read source to target, as concepts seen as sets: equal,
proper subset, proper superset, overlapping, disjoint. `related` is a published pair without a finer
class: nothing follows from it. Both tables are held against all models over a small set in the
tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attestgraph.model.words import Covers, Relationship

_EQUAL: Final = Relationship.EQUAL
_SUBSET: Final = Relationship.SUBSET_OF
_SUPERSET: Final = Relationship.SUPERSET_OF
_INTERSECTS: Final = Relationship.INTERSECTS_WITH
_DISJOINT: Final = Relationship.NO_RELATIONSHIP

INVERSE: Final[Mapping[Relationship, Relationship]] = {
    Relationship.EQUAL: Relationship.EQUAL,
    Relationship.SUBSET_OF: Relationship.SUPERSET_OF,
    Relationship.SUPERSET_OF: Relationship.SUBSET_OF,
    Relationship.INTERSECTS_WITH: Relationship.INTERSECTS_WITH,
    Relationship.NO_RELATIONSHIP: Relationship.NO_RELATIONSHIP,
    Relationship.RELATED: Relationship.RELATED,
}
"""The relationship of target to source, when a crosswalk is walked backwards."""

COVERAGE: Final[Mapping[tuple[Covers, Relationship], Covers | None]] = {
    (Covers.FULL, Relationship.EQUAL): Covers.FULL,
    (Covers.FULL, Relationship.SUPERSET_OF): Covers.FULL,
    (Covers.FULL, Relationship.SUBSET_OF): Covers.PART,
    (Covers.FULL, Relationship.INTERSECTS_WITH): Covers.PART,
    (Covers.FULL, Relationship.NO_RELATIONSHIP): None,
    (Covers.FULL, Relationship.RELATED): None,
    (Covers.PART, Relationship.EQUAL): Covers.PART,
    # a part of a superset may lie outside the target
    (Covers.PART, Relationship.SUPERSET_OF): None,
    (Covers.PART, Relationship.SUBSET_OF): Covers.PART,
    (Covers.PART, Relationship.INTERSECTS_WITH): None,
    (Covers.PART, Relationship.NO_RELATIONSHIP): None,
    (Covers.PART, Relationship.RELATED): None,
}
"""What a control that covers the source covers of the target; None: nothing can be said."""

_DETERMINED: Final[Mapping[tuple[Relationship, Relationship], Relationship]] = {
    (_EQUAL, _EQUAL): _EQUAL,
    (_EQUAL, _SUBSET): _SUBSET,
    (_EQUAL, _SUPERSET): _SUPERSET,
    (_EQUAL, _INTERSECTS): _INTERSECTS,
    (_EQUAL, _DISJOINT): _DISJOINT,
    (_SUBSET, _EQUAL): _SUBSET,
    (_SUBSET, _SUBSET): _SUBSET,
    (_SUBSET, _DISJOINT): _DISJOINT,
    (_SUPERSET, _EQUAL): _SUPERSET,
    (_SUPERSET, _SUPERSET): _SUPERSET,
    (_INTERSECTS, _EQUAL): _INTERSECTS,
    (_DISJOINT, _EQUAL): _DISJOINT,
    (_DISJOINT, _SUPERSET): _DISJOINT,
}


def compose(first: Relationship, second: Relationship) -> Relationship | None:
    """Return the relationship of A to C, given A to B and B to C.

    Determined in 13 of the 25 cases of IR 8477's five relationships. None in all others, and
    wherever `related` takes part: nothing may be derived there.
    """
    return _DETERMINED.get((first, second))


def covered(covers: Covers, relationship: Relationship) -> Covers | None:
    """Return what is covered of the target by a control that covers the source, or None."""
    return COVERAGE[covers, relationship]
