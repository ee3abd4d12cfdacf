"""What readers are told: the words, marks and sentences of statuses and reasons, in one place.

Short main clauses, present tense, numbers as digits; no praise, no alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attestgraph.diagnostics import Reason
from attestgraph.model.words import Word

WORD: Final[Mapping[Word, str]] = {
    Word.NOT_SATISFIED: "not satisfied",
    Word.NOT_EVALUATED: "not evaluated",
    Word.RISK_ACCEPTED: "risk accepted",
    Word.PARTIALLY_SATISFIED: "partially satisfied",
    Word.SATISFIED: "satisfied",
    Word.INHERITED: "inherited",
    Word.NOT_APPLICABLE: "not applicable",
    Word.NOT_COVERED: "not covered",
}
MEANING: Final[Mapping[Word, str]] = {
    Word.NOT_SATISFIED: "At least one linked control fails on evidence.",
    Word.NOT_EVALUATED: "Evidence is missing, incomplete, stale or expired. No claim is made.",
    Word.RISK_ACCEPTED: "A linked control fails under an approved, unexpired exception.",
    Word.PARTIALLY_SATISFIED: "Linked controls are met; they cover a part of the requirement.",
    Word.SATISFIED: "Linked controls, or controls and a signed remainder, meet all of it.",
    Word.INHERITED: "Met by the provider, with a reviewed record.",
    Word.NOT_APPLICABLE: "Signed as not applicable; no contrary rows.",
    Word.NOT_COVERED: "No control is linked. Nothing is known.",
}
MARK: Final[Mapping[Word, str]] = {
    Word.NOT_SATISFIED: "not",
    Word.NOT_EVALUATED: "nev",
    Word.RISK_ACCEPTED: "acc",
    Word.PARTIALLY_SATISFIED: "par",
    Word.SATISFIED: "sat",
    Word.INHERITED: "inh",
    Word.NOT_APPLICABLE: "na",
    Word.NOT_COVERED: "nco",
}
OUTCOME: Final[Mapping[str, tuple[str, str]]] = {
    "fail": ("fails", "not"),
    "accepted": ("accepted", "acc"),
    "not-evaluated": ("not evaluated", "nev"),
    "error": ("error", "nev"),
}
"""A finding's outcome that a page lists: its word and the mark beside it."""
RESULT: Final[Mapping[str, tuple[str, str]]] = {
    "not-satisfied": ("fails", "not"),
    "not-evaluated": ("not evaluated", "nev"),
    "accepted": ("accepted", "acc"),
    "satisfied": ("met", "sat"),
    "none-deployed": ("none deployed", "na"),
    "left-out": ("not configured", "nco"),
}
"""A control's or check's result: its word and the mark beside it."""

# bars read from what is met, through what is unknown, to what nobody looks at
BAR_ORDER: Final[tuple[Word, ...]] = (
    Word.SATISFIED,
    Word.INHERITED,
    Word.PARTIALLY_SATISFIED,
    Word.RISK_ACCEPTED,
    Word.NOT_EVALUATED,
    Word.NOT_SATISFIED,
    Word.NOT_APPLICABLE,
    Word.NOT_COVERED,
)
OUTCOMES: Final[tuple[tuple[str, str], ...]] = (
    ("fail", "fail"),
    ("not_evaluated", "not evaluated"),
    ("error", "error"),
    ("accepted", "accepted"),
    ("pass", "pass"),
    ("not_applicable", "not applicable"),
)
"""Keys of counts objects, worst first, and their words."""

REASON: Final[Mapping[Reason, tuple[str, str]]] = {
    Reason.NOT_COLLECTED: (
        "The evidence was not collected.",
        "Collect or import the table.",
    ),
    Reason.INCOMPLETE: (
        "The evidence is known to be incomplete.",
        "Grant the missing access, or import the missing pages, and evaluate again.",
    ),
    Reason.STALE: (
        "The evidence is older than its limit.",
        "Collect or import it again.",
    ),
    Reason.UNKNOWN_COMPLETENESS: (
        "Nothing proves that the evidence is whole.",
        "Import it with counts and scope, or have a named person declare it complete.",
    ),
    Reason.OUTSIDE_PROJECTION: (
        "The evidence was collected without the field that is read.",
        "Collect full rows, or the field.",
    ),
    Reason.REDACTED: (
        "The value was redacted before it was written.",
        "Have a person attest it, or take the path off the redaction list.",
    ),
    Reason.NONE_DEPLOYED: (
        "No resource of the type is deployed.",
        "Nothing is missing; a person may sign that it does not apply.",
    ),
    Reason.EMPTY_TABLE: (
        "The table is wholly empty, which looks like a lack of permission.",
        "Check the reader's access; where nothing is deployed, a person may sign that.",
    ),
    Reason.NO_STATES: (
        "There is no compliance state for the resource.",
        "Wait for the policy scan, or start one, and collect again.",
    ),
    Reason.NOT_ASSIGNED: (
        "The policy definition is not assigned here.",
        "Assign the definition, or rely on another check.",
    ),
    Reason.LOOSER_PARAMETERS: (
        "The assignment's parameters are looser than the control asks for.",
        "Tighten the parameters of the assignment.",
    ),
    Reason.EXEMPT: (
        "Azure Policy exempts the resource, and no exception here approves it.",
        "Approve an exception here, or end the exemption.",
    ),
    Reason.STATE_UNKNOWN: (
        "The compliance state says neither compliant nor not.",
        "Start a policy scan and collect again.",
    ),
    Reason.STATE_ERROR: (
        "Azure Policy could not evaluate the resource.",
        "Mend the assignment, start a scan and collect again.",
    ),
    Reason.CONFLICTING_ROWS: (
        "Two rows of the same resource differ.",
        "Collect again at one moment.",
    ),
    Reason.RELATED_INCOMPLETE: (
        "A related table is incomplete, so what is missing there is not known.",
        "Complete the related table.",
    ),
    Reason.ATTESTATION_MISSING: (
        "Nobody has signed an answer.",
        "Have the named roles sign an attestation.",
    ),
    Reason.ATTESTATION_EXPIRED: (
        "The signed answer has expired.",
        "Have it reviewed and signed again.",
    ),
    Reason.ATTESTATION_FUTURE: (
        "The signed answer is not in force yet.",
        "Wait for its first day.",
    ),
    Reason.ATTESTATION_INVALID: (
        "The signed record has faults and counts for nothing.",
        "Mend the record; `attestgraph validate` names its faults.",
    ),
    Reason.INHERITANCE_NOT_EVIDENCED: (
        "Inheritance is claimed without a record.",
        "Add a reviewed inheritance record.",
    ),
    Reason.NOTHING_TO_ASSESS: (
        "No resource of the linked types is deployed.",
        "Nothing is missing; a person may sign that it does not apply.",
    ),
    Reason.CONTESTED_NOT_APPLICABLE: (
        "It is declared not applicable, and resources were found.",
        "Withdraw the declaration, or remove the resources.",
    ),
    Reason.EVALUATION_ERROR: (
        "The check met a value that it cannot judge.",
        "See the finding; mend the check or the resource.",
    ),
    Reason.UNSUPPORTED: (
        "This version cannot judge the check.",
        "See the finding for what is not supported.",
    ),
}
"""Why something was not evaluated, and what would make it known."""

COMPLETENESS: Final[Mapping[str, str]] = {
    "true": "complete",
    "false": "incomplete",
    "unknown": "completeness unknown",
}
ORIGIN: Final[Mapping[str, str]] = {
    "collected": "collected live",
    "imported": "imported from exports",
    "mixed": "partly collected, partly imported",
    "library": "library",
    "library-modified": "library, modified here",
    "own": "own",
}
NOT_INDEPENDENT: Final = "Automated and self-attested; not an independent assessment."
DECLARED: Final = (
    "“declared” means that a file names the person and nothing proves it. "
    "It does not show separation of duties: it reads “declared distinct” at most."
)
# what the words of a status may not claim: these frameworks are not settled by controls
_SUPPORTING: Final = frozenset({"fips"})
_BASELINES: Final = frozenset({"low", "moderate", "high", "privacy"})
_METHODOLOGY: Final[Mapping[str, str]] = {
    "nist-800-53a": (
        "It does not replace the examination, interviews and tests of SP 800-53A, "
        "and it gives no authorization."
    ),
    "hipaa": "There is no HIPAA certification, and this report is none.",
    "hitrust": "It is no HITRUST certification or validated assessment.",
    "cmmc": "It is not for submission, and it gives no score and no CMMC status.",
    "nist-800-171a": (
        "It does not replace the examination, interviews and tests of SP 800-171A, "
        "and it gives no score."
    ),
    "fips": (
        "Configuration evidence is supporting, not validation. "
        "The run holds no register of uses of cryptography: no module or certificate is judged."
    ),
    "cis": "A manual recommendation is not assessed until a person attests it.",
    "cccs": "Titles are NIST's. Department and provider parts are not told apart.",
}
_FAMILY: Final[tuple[tuple[str, str], ...]] = (
    ("nist-800-53", "nist-800-53a"),
    ("nist-800-171", "nist-800-171a"),
    ("hipaa", "hipaa"),
    ("hitrust", "hitrust"),
    ("cmmc", "cmmc"),
    ("fips", "fips"),
    ("cis-", "cis"),
    ("cccs", "cccs"),
)
"""What a framework's id starts with, and the notes of which methodology it then has."""


def reason_words(slug: str | None) -> str:
    """Return the sentence for a reason's slug; a text that is no slug is its own sentence."""
    if slug is None:
        return ""
    try:
        return REASON[Reason(slug)][0]
    except ValueError:
        return slug


def reason_remedy(slug: str) -> str:
    """Return what would make it known, or an empty text for a word that is no reason."""
    try:
        return REASON[Reason(slug)][1]
    except ValueError:
        return ""


def profile_note(framework: str, profile: str | None) -> str | None:
    """Return what the cover must say of a profile, or None (ASSESSMENT section 8)."""
    if framework.startswith("nist-800-53-") and profile in _BASELINES:
        return f"The {profile} baseline is SP 800-53B's, not FedRAMP's."
    return None


def framework_note(framework: str, methodology: str) -> str | None:
    """Return what a report of a framework must say of itself, or None (ASSESSMENT section 8).

    A framework whose methodology has no note here has that of its family, by its id.
    """
    return _METHODOLOGY.get(_kind(framework, methodology))


def _kind(framework: str, methodology: str) -> str:
    if methodology in _METHODOLOGY:
        return methodology
    return next((kind for start, kind in _FAMILY if framework.startswith(start)), methodology)


def supporting(framework: str, methodology: str) -> bool:
    """Return whether evidence of configuration only supports what the framework asks for."""
    return _kind(framework, methodology) in _SUPPORTING


def withheld(framework: str, methodology: str, catalogue: str, *, of: int) -> str | None:
    """Return why no share is printed of a framework, or None where one is."""
    if supporting(framework, methodology):
        return "No shares: configuration evidence is supporting, not validation."
    if catalogue != "complete":
        subset = catalogue == "subset"
        listed = "lists a subset of its publication" if subset else "may not be whole"
        return f"No shares: the catalogue here {listed}."
    return None if of else "No shares: no requirement of the profile is assessable."


def counted(counts: Mapping[str, int]) -> str:
    """Return counts by outcome as words, worst first: `2 fail, 21 pass`; `no findings` for none."""
    parts = [f"{counts[key]:,} {word}" for key, word in OUTCOMES if counts.get(key)]
    return ", ".join(parts) or "no findings"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Return `1 control`, `2 controls`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
