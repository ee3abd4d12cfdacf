"""The closed sets of words, and the laws between them (ASSESSMENT sections 2 to 5)."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Final


class Outcome(enum.StrEnum):
    """What one finding says. `error` ranks as `not-evaluated`."""

    FAIL = "fail"
    NOT_EVALUATED = "not-evaluated"
    ERROR = "error"
    ACCEPTED = "accepted"
    PASS = "pass"  # noqa: S105 - an outcome, not a password
    NOT_APPLICABLE = "not-applicable"


class Result(enum.StrEnum):
    """What a check, a group of alternatives or a control comes to, worst first."""

    NOT_SATISFIED = "not-satisfied"
    NOT_EVALUATED = "not-evaluated"
    ACCEPTED = "accepted"
    SATISFIED = "satisfied"
    NONE_DEPLOYED = "none-deployed"


class RequirementOutcome(enum.StrEnum):
    """The first of the three independent things about a requirement, worst first."""

    NOT_SATISFIED = "not-satisfied"
    NOT_EVALUATED = "not-evaluated"
    RISK_ACCEPTED = "risk-accepted"
    MET = "met"


class Extent(enum.StrEnum):
    """How much of a requirement is covered."""

    FULL = "full"
    PART = "part"


class Basis(enum.StrEnum):
    """What a claim rests on."""

    AUTOMATED = "automated"
    POLICY = "policy"
    ATTESTED = "attested"
    INHERITED = "inherited"
    DERIVED = "derived"


class Word(enum.StrEnum):
    """The status of a requirement, derived from outcome, extent and basis."""

    NOT_SATISFIED = "not-satisfied"
    NOT_EVALUATED = "not-evaluated"
    RISK_ACCEPTED = "risk-accepted"
    PARTIALLY_SATISFIED = "partially-satisfied"
    SATISFIED = "satisfied"
    INHERITED = "inherited"
    NOT_APPLICABLE = "not-applicable"
    NOT_COVERED = "not-covered"


class FindingBasis(enum.StrEnum):
    """What one finding rests on."""

    OBSERVED = "observed"
    ABSENT = "absent"
    POLICY_STATE = "policy-state"
    ATTESTED = "attested"


class Covers(enum.StrEnum):
    """How much of a requirement a control covers."""

    FULL = "full"
    PART = "part"


class Provenance(enum.StrEnum):
    """Where a link comes from."""

    DIRECT = "direct"
    MICROSOFT = "microsoft"
    DERIVED = "derived"


class Relationship(enum.StrEnum):
    """NIST IR 8477 relationship of a source concept to a target; `related` is of no finer class."""

    EQUAL = "equal"
    SUBSET_OF = "subset-of"
    SUPERSET_OF = "superset-of"
    INTERSECTS_WITH = "intersects-with"
    NO_RELATIONSHIP = "no-relationship"
    RELATED = "related"


class ControlSeverity(enum.StrEnum):
    """How bad a failing control is."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Responsibility(enum.StrEnum):
    """Who operates a control."""

    CUSTOMER = "customer"
    SHARED = "shared"
    PROVIDER = "provider"


class Stricter(enum.StrEnum):
    """Which direction of a parameter is stricter."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"


class Within(enum.StrEnum):
    """Where a related resource is looked for, seen from the subject."""

    SELF = "self"
    RESOURCE_GROUP = "resource-group"
    SUBSCRIPTION = "subscription"
    TENANT = "tenant"


class Origin(enum.StrEnum):
    """Where a control comes from."""

    LIBRARY = "library"
    MODIFIED = "library-modified"
    OWN = "own"


class Identity(enum.StrEnum):
    """How it is known who signed a record."""

    DECLARED = "declared"
    GIT_SIGNED = "git-signed"
    DSSE = "dsse"


class Assessable(enum.StrEnum):
    """Whether a row of a catalogue is assessed and counted."""

    TRUE = "true"
    FALSE = "false"
    WITHDRAWN = "withdrawn"


class Obligation(enum.StrEnum):
    """What a framework says of a requirement beside its level.

    The first two are of the HIPAA Security Rule: an addressable specification may be met by an
    alternative, or left with a documented reason. The last two are of the CIS benchmarks: a manual
    recommendation is for a person to check.
    """

    REQUIRED = "required"
    ADDRESSABLE = "addressable"
    AUTOMATED = "automated"
    MANUAL = "manual"


class Decision(enum.StrEnum):
    """What a decision record says of an addressable specification."""

    ALTERNATIVE = "alternative"
    NOT_REASONABLE = "not-reasonable"


class Catalogue(enum.StrEnum):
    """How much of its publication a catalogue lists."""

    COMPLETE = "complete"
    SUBSET = "subset"
    UNKNOWN = "unknown"


class Completeness(enum.StrEnum):
    """Whether a table is known to hold all that it should."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


OUTCOME_RANK: Final[Mapping[Outcome, int]] = {
    Outcome.NOT_APPLICABLE: 0,
    Outcome.PASS: 1,
    Outcome.ACCEPTED: 2,
    Outcome.NOT_EVALUATED: 3,
    Outcome.ERROR: 3,
    Outcome.FAIL: 4,
}
RESULT_RANK: Final[Mapping[Result, int]] = {
    Result.NONE_DEPLOYED: 0,
    Result.SATISFIED: 1,
    Result.ACCEPTED: 2,
    Result.NOT_EVALUATED: 3,
    Result.NOT_SATISFIED: 4,
}
REQUIREMENT_RANK: Final[Mapping[RequirementOutcome, int]] = {
    RequirementOutcome.MET: 0,
    RequirementOutcome.RISK_ACCEPTED: 1,
    RequirementOutcome.NOT_EVALUATED: 2,
    RequirementOutcome.NOT_SATISFIED: 3,
}
WORD_ORDER: Final[tuple[Word, ...]] = (
    Word.NOT_SATISFIED,
    Word.NOT_EVALUATED,
    Word.RISK_ACCEPTED,
    Word.PARTIALLY_SATISFIED,
    Word.SATISFIED,
    Word.INHERITED,
    Word.NOT_APPLICABLE,
    Word.NOT_COVERED,
)


def worst_result(results: Iterable[Result]) -> Result:
    """Return the worst of several results; the worst of nothing is not-evaluated."""
    return max(results, key=RESULT_RANK.__getitem__, default=Result.NOT_EVALUATED)
