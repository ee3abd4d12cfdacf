"""Records that people sign: what is kept on them, and what makes them count for nothing."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from attestgraph.diagnostics import Reason, Severity
from attestgraph.model.ids import SystemId
from attestgraph.model.records import AttestationKind, ExceptionKind, ScopeKind, Subject
from tests.load.world import SUBSCRIPTION, load
from tests.load.wrong import ATTESTATION, EXCEPTION, SYSTEMS

AT = datetime(2026, 11, 20, tzinfo=UTC)
REMAINDER = """\
attestation: rest
kind: remainder
system: one
covers: [{framework: sample-1.0, requirement: 3.10}]
controls: [vault-purge]
statement: The rest is done by hand.
outcome: satisfied
signed: [{role: owner, person: o@example.com, on: 2026-10-01}]
effective: {from: 2026-07-01}
valid_until: 2027-07-01
next_review: 2027-01-01
"""
INHERITED = """\
attestation: datacentre
kind: inheritance
covers: [{framework: sample-1.0, requirement: no}]
statement: The provider does it.
outcome: satisfied
signed: [{role: owner, person: o@example.com, on: 2026-10-01}]
effective: {from: 2026-07-01}
valid_until: 2027-07-01
provider:
  document: Report 2026
  responsibility: provider
  services: [Key Vault]
  period: {from: 2026-01-01, until: 2026-12-31}
  reviewed_by: r@example.com
"""


def _with_evidence(file: str, data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest().upper()
    return ATTESTATION + f"evidence: [{{file: {file}, sha256: {digest}, title: Log}}]\n"


def test_an_attestation_is_read_whole(tmp_path: Path) -> None:
    loaded = load(tmp_path, own={"attestations/a.yaml": REMAINDER, "attestgraph.yaml": SYSTEMS})
    assert loaded.diagnostics == ()
    record = loaded.library.attestations[0]
    assert record.kind is AttestationKind.REMAINDER
    assert record.system == SystemId("one")
    assert record.controls == ("vault-purge",)
    assert [str(c.requirement) for c in record.covers] == ["3.10"]
    assert record.next_review is not None
    assert record.standing(AT) is None


def test_an_inheritance_keeps_what_the_provider_shows(tmp_path: Path) -> None:
    loaded = load(tmp_path, own={"attestations/a.yaml": INHERITED})
    assert loaded.diagnostics == ()
    record = loaded.library.attestations[0]
    assert record.details == {
        "provider": {
            "document": "Report 2026",
            "responsibility": "provider",
            "services": ["Key Vault"],
            "period": {"from": "2026-01-01", "until": "2026-12-31"},
            "reviewed_by": "r@example.com",
        }
    }


def test_evidence_with_the_digest_that_was_signed_counts(tmp_path: Path) -> None:
    text = _with_evidence("evidence/log.txt", b"reviewed")
    loaded = load(tmp_path, own={"attestations/a.yaml": text, "evidence/log.txt": b"reviewed"})
    assert loaded.diagnostics == ()
    assert loaded.library.attestations[0].evidence[0].fault is None
    assert loaded.library.attestations[0].standing(AT) is None


def test_evidence_that_changed_makes_the_attestation_count_for_nothing(tmp_path: Path) -> None:
    text = _with_evidence("evidence/log.txt", b"reviewed")
    loaded = load(tmp_path, own={"attestations/a.yaml": text, "evidence/log.txt": b"reviewed!"})
    assert [(d.slug, d.severity) for d in loaded.diagnostics] == [
        ("evidence-invalid", Severity.WARNING)
    ]
    record = loaded.library.attestations[0]
    assert record.evidence[0].fault == "has another digest than the attestation says"
    assert record.standing(AT) is Reason.ATTESTATION_INVALID


def test_evidence_outside_the_workspace_is_never_opened(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"reviewed")
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "link").symlink_to(tmp_path / "secret")
    (tmp_path / "ws" / "folder").mkdir()
    for file, fault in [
        ("../secret", "lies outside the workspace"),
        ("link", "lies outside the workspace"),
        (str(tmp_path / "secret"), "lies outside the workspace"),
        ("folder", "is not a file"),
        ("missing", "is missing"),
        ('"a\\tb"', "is missing"),
        ("x" * 5000, "cannot be read"),
    ]:
        loaded = load(tmp_path, own={"attestations/a.yaml": _with_evidence(file, b"reviewed")})
        record = loaded.library.attestations[0]
        assert record.evidence[0].fault == fault, file
        assert record.standing(AT) is Reason.ATTESTATION_INVALID


def test_a_role_that_did_not_sign_makes_the_answer_count_for_nothing(tmp_path: Path) -> None:
    text = ATTESTATION.replace("role: key-custodian", "role: somebody")
    loaded = load(tmp_path, own={"attestations/a.yaml": text})
    record = loaded.library.attestations[0]
    assert record.faults == ("the role `key-custodian` did not sign for `reviewed`",)
    assert record.standing(AT) is Reason.ATTESTATION_INVALID


def test_an_answer_holds_as_long_as_its_check_allows_and_no_longer(tmp_path: Path) -> None:
    for until, faults in (("2027-10-30", 0), ("2027-10-31", 1)):
        text = ATTESTATION.replace("2027-10-30", until)
        loaded = load(tmp_path, own={"attestations/a.yaml": text})
        assert len(loaded.library.attestations[0].faults) == faults, until


def test_an_exception_is_read_whole(tmp_path: Path) -> None:
    text = (
        EXCEPTION.replace("kind: waiver", "kind: mitigated\ncompensating: key-review")
        .replace("control: vault-purge", "control: vault-purge\ncheck: purge")
        .replace("}\n", ", type: Microsoft.KeyVault/vaults, tag: {Env: dev}}\n")
        + "ticket: RISK-1\nmitigation: By hand.\n"
    )
    loaded = load(tmp_path, own={"exceptions/e.yaml": text})
    assert loaded.diagnostics == ()
    record = loaded.library.exceptions[0]
    assert record.kind is ExceptionKind.MITIGATED
    assert record.subject == Subject(control=record.subject.control, check=record.subject.check)
    assert (record.subject.control, record.subject.check) == ("vault-purge", "purge")
    assert record.scope.kind is ScopeKind.SUBSCRIPTION
    assert record.scope.key == f"/subscriptions/{SUBSCRIPTION}"
    assert record.scope.type == "microsoft.keyvault/vaults"
    assert record.scope.tag == ("env", "dev")
    assert (record.compensating, record.ticket) == ("key-review", "RISK-1")
    assert record.honoured(AT)


def test_an_exception_lives_as_long_as_the_severity_allows_and_no_longer(tmp_path: Path) -> None:
    for control, until, holds in (
        ("vault-purge", "2027-03-30", True),
        ("vault-purge", "2027-03-31", False),
        ("key-review", "2026-12-30", True),
        ("key-review", "2026-12-31", False),
    ):
        text = EXCEPTION.replace("control: vault-purge", f"control: {control}")
        loaded = load(tmp_path, own={"exceptions/e.yaml": text.replace("2027-01-01", until)})
        record = loaded.library.exceptions[0]
        assert record.honoured(AT) is holds, until
        assert [d.slug for d in loaded.diagnostics] == ([] if holds else ["record-invalid"])


def test_a_scope_names_one_thing_by_its_full_id(tmp_path: Path) -> None:
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/RG"
    for said, key in (
        ("management_group: Prod", "prod"),
        ("management_group: /providers/Microsoft.Management/managementGroups/Prod", "prod"),
        (f"subscription: {SUBSCRIPTION}", f"/subscriptions/{SUBSCRIPTION}"),
        (f"resource_group: {group}", group.lower()),
        (f"resource: {group}/providers/A.B/c/D", f"{group}/providers/A.B/c/D".lower()),
        (f"resource_group: {group}/providers/A.B/c/D", None),
        (f"resource: {group}", None),
        ("subscription: prod", None),
        ("management_group: a/b", None),
    ):
        text = EXCEPTION.replace(f"subscription: {SUBSCRIPTION}", said)
        loaded = load(tmp_path, own={"exceptions/e.yaml": text})
        found = [record.scope.key for record in loaded.library.exceptions]
        assert found == ([key] if key else []), said
        assert [d.slug for d in loaded.diagnostics] == ([] if key else ["wrong-form"])
