"""Wrong inputs by name: the files that are changed in a workspace, or in the library."""

# ruff: noqa: E501 - a line of a wrong file is easier to judge in one piece

from __future__ import annotations

from collections.abc import Mapping

from tests.load.world import LIBRARY, SUBSCRIPTION, Files
from tests.load.wrong_policies import POLICIES

CONTROL = """\
control: own
says: A control of our own.
domain: keys
severity: high
responsibility: customer
owner: us
source: ours
supports:
  - {framework: sample-1.0, requirement: 3.10, covers: part, because: It helps., review: draft}
checks:
  - check: on
    says: It is on.
    applies_to: Microsoft.KeyVault/vaults
    satisfied_when: {field: Microsoft.KeyVault/vaults/enablePurgeProtection, equals: true}
"""
OWN = "controls/keys/own.yaml"
ATTESTATION = """\
attestation: reviewed-2026
kind: check
covers: [{control: key-review, check: reviewed}]
statement: All keys were reviewed.
outcome: satisfied
signed: [{role: key-custodian, person: custodian@example.com, on: 2026-10-30}]
effective: {from: 2026-07-01, until: 2026-09-30}
valid_until: 2027-10-30
"""
DECIDED = "{framework: sample-1.0, requirement: 3.10}"
DECISION = (
    ATTESTATION.replace("kind: check", "kind: addressable-decision")
    .replace("{control: key-review, check: reviewed}", DECIDED)
    .replace("valid_until", "next_review: 2027-10-30\nvalid_until")
    + "decision: {assessment: A, why: W, risk_analysis: R, decided_by: ciso@example.com}\n"
)
EXCEPTION = f"""\
exception: old-vault
kind: waiver
control: vault-purge
scope: {{subscription: {SUBSCRIPTION}}}
reason: It goes away.
risk: Keys could be lost.
requested_by: dev@example.com
approved_by: ciso@example.com
approved_on: 2026-10-01
expires_on: 2027-01-01
"""


def _own(old: str, new: str) -> Files:
    assert old in CONTROL
    return {OWN: CONTROL.replace(old, new)}


def _attest(old: str, new: str) -> Files:
    assert old in ATTESTATION
    return {"attestations/a.yaml": ATTESTATION.replace(old, new)}


def _except(old: str, new: str) -> Files:
    assert old in EXCEPTION
    return {"exceptions/e.yaml": EXCEPTION.replace(old, new)}


def _workspace(text: str) -> Files:
    return {"attestgraph.yaml": text}


def _cases(text: str) -> Files:
    return {OWN: CONTROL, "controls/keys/own.cases.yaml": text}


def _bombs() -> str:
    lines = ["a: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"b{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    return "\n".join(lines)


TEN = """\
control: own
says:
domain: keys
severity: hihg
responsibilty: customer
owner: us
source: ours
supports:
  - {framework: sample-1.0, requirement: 3.11, covers: part, because: x, review: draft}
  - {framework: sampel-1.0, requirement: 3.1, covers: part, because: x, review: draft}
  - {framework: sample-1.0, requirement: 3.1, covers: most, because: x, review: {by: me, on: 2026-13-01}}
parameters:
  days: {type: integer, default: ten, stricter: higher}
checks:
  - check: on
    applies_to: Microsoft.KeyVault/vaults
    satisfied_when:
      allOf:
        - {field: Microsoft.KeyVault/vaults/enablePurgeProtektion, equals: true}
        - {field: type, equlas: x}
"""

SYSTEMS = """\
organisation: Contoso
systems:
  - {system: one, title: One, owner: us, frameworks: [sample-1.0@basic]}
"""

WORKSPACES: Mapping[str, Files] = {
    "tab": _own("    says: It is on.", "\tsays: It is on."),
    "yaml-syntax": _own("owner: us", "owner: @us"),
    "unclosed-quote": _own("owner: us", 'owner: "us'),
    "many-brackets": {OWN: "[" * 200_000},
    "billion-laughs": {OWN: _bombs()},
    "many-aliases": {OWN: "a: &a x\nb: [" + "*a, " * 600 + "]"},
    "alias-inside-itself": {OWN: "a: &a [*a]"},
    "alias-unknown": {OWN: "a: *b"},
    "aliases-not-json": {"aliases.json": '[\n  {"Namespace": "Microsoft.Sample",}\n]\n'},
    "aliases-utf-16": {"aliases/2026.json": "[]".encode("utf-16")},
    "aliases-form": {
        "aliases/1.json": '"text"\n',
        "aliases/2.json": '[\n  {"Namespace": "M", "ResourceType": "a", "Aliases": "System.Object[]"},\n'
        '  {"Namespace": "M", "ResourceType": "a", "Aliases": ["b", "c"]},\n'
        '  {"Namespace": "M", "ResourceType": "a", "Aliases": [{"DefaultPath": "x"}]},\n'
        '  {"Namespace": "M", "ResourceType": "a",\n   "Aliases": [{"Name": "M/a/b", "DefaultPath": 5}]},\n'
        '  {"namespace": 7, "resourceTypes": [{"aliases": []}, 5]},\n  [7]\n]\n',
        "aliases/3.json": '{"value": [{"namespace": "M", "resourceTypes": {"a": 1}}]}\n',
    },
    "duplicate-key": _own("owner: us", "owner: us\nowner: them"),
    "tag": _own("owner: us", "owner: !!str us"),
    "merge-key": {OWN: "x: &x {owner: us}\ny:\n  <<: *x\n"},
    "list-as-key": {OWN: "? [a, b]\n: c\n"},
    "two-documents": _own("owner: us", "owner: us\n---\nowner: them"),
    "not-utf8": {OWN: CONTROL.encode().replace(b"owner: us", b"owner: \xe9")},
    "control-character": _own("owner: us", "owner: u\x07s"),
    "escaped-nul": _own("owner: us", 'owner: "u\\0s"'),
    "empty-file": {OWN: "# nothing\n"},
    "list-file": {OWN: "- a\n"},
    "too-large": {OWN: b"#" + b"x" * 1_100_000},
    "yml": {"controls/keys/other.yml": CONTROL},
    "typo-in-key": _own("severity: high", "serverity: high"),
    "unknown-key-far": _own("owner: us", "owner: us\nzzz: 1"),
    "typo-in-word": _own("severity: high", "severity: hihg"),
    "not-a-number": _own(
        "checks:",
        "parameters:\n  n: {type: integer, default: 1, minimum: low, stricter: higher}\nchecks:",
    ),
    "number-in-quotes": _own(
        "checks:",
        "parameters:\n  n: {type: integer, default: 1, minimum: '1', stricter: higher}\nchecks:",
    ),
    "list-for-text": _own("owner: us", "owner: [us]"),
    "empty-value": _own("owner: us", "owner:"),
    "bad-id": _own("check: on", "check: On Time"),
    "bad-date": _own("review: draft", "review: {by: me, on: 2026-02-30}"),
    "bad-review": _own("review: draft", "review: done"),
    "unknown-requirement": _own("3.10", "3.11"),
    "requirement-float": _own("3.10", "3.1O"),
    "other-case": _own("sample-1.0, requirement: 3.10", "other-2, requirement: ac-1"),
    "unknown-framework": _own("sample-1.0", "sampel-1.0"),
    "unknown-alias": _own("vaults/enablePurgeProtection", "vaults/enablePurgeProtektion"),
    "unknown-operator": _own("equals: true", "equlas: true"),
    "unknown-parameter-in-expression": _own("equals: true", "equals: \"[parameters('x')]\""),
    "check-of-no-kind": _own("    satisfied_when: {field", "    where: {field"),
    "check-of-two-kinds": _own(
        "checks:\n  - check: on\n", "checks:\n  - check: on\n    policy: x\n"
    ),
    "both-directions": _own(
        "    satisfied", "    violated_when: {field: kind, equals: x}\n    satisfied"
    ),
    "key-of-another-kind": _own("    satisfied", "    max_state_age: P2D\n    satisfied"),
    "no-types": _own("    applies_to: Microsoft.KeyVault/vaults\n", ""),
    "bad-period": _own(
        "checks:",
        "checks:\n  - {check: a, says: b, attest: {question: q, roles: [r], valid_for: 1 year}}",
    ),
    "display-name": _own("checks:", "checks:\n  - {check: a, says: b, policy: Vaults keep}"),
    "bad-definition-id": _own(
        "checks:", "checks:\n  - {check: a, says: b, policy: /subscriptions/x}"
    ),
    "unknown-definition": _own(
        "checks:", "checks:\n  - {check: a, says: b, policy: 0b60c0b2-2dc2-4e1c-b5c9-abbed971de54}"
    ),
    "own-definition": _own(
        "checks:",
        "checks:\n  - {check: a, says: b, policy: 0b60c0b2-2dc2-4e1c-b5c9-abbed971de54, applies_to: a/b}",
    ),
    "missing-query": _own(
        "checks:", "checks:\n  - {check: a, says: b, query: a.kql, population: {applies_to: a/b}}"
    ),
    "query-outside": {
        **_own(
            "checks:",
            "checks:\n  - {check: a, says: b, query: ../../../a.kql, population: {applies_to: a/b}}",
        ),
        "../a.kql": "x",
    },
    "empty-query": {
        **_own(
            "checks:",
            "checks:\n  - {check: a, says: b, query: a.kql, population: {applies_to: a/b}}",
        ),
        "controls/keys/a.kql": "\n",
    },
    "count-and-exists": _own(
        "    satisfied", "    related: {type: a/b, exists: true, count: 2}\n    satisfied"
    ),
    "negative-count": _own("    satisfied", "    related: {type: a/b, count: -1}\n    satisfied"),
    "two-bounds": _own(
        "checks:",
        "checks:\n  - {check: a, says: b, policy: 0b60c0b2-2dc2-4e1c-b5c9-abbed971de53, requires: {n: {minimum: 1, maximum: 2}}}",
    ),
    "bound-of-unknown-parameter": _own(
        "checks:",
        "checks:\n  - {check: a, says: b, policy: 0b60c0b2-2dc2-4e1c-b5c9-abbed971de53, requires: {n: {minimum: \"[parameters('dais')]\"}}}",
    ),
    "bound-that-says-nothing": _own(
        "checks:",
        "checks:\n  - {check: a, says: b, policy: 0b60c0b2-2dc2-4e1c-b5c9-abbed971de53, requires: {n: {not_empty: false}}}",
    ),
    "default-of-wrong-type": _own(
        "checks:", "parameters: {n: {type: integer, default: x, stricter: none}}\nchecks:"
    ),
    "default-out-of-range": _own(
        "checks:",
        "parameters: {n: {type: integer, default: 5, minimum: 7, stricter: none}}\nchecks:",
    ),
    "minimum-of-text": _own(
        "checks:",
        "parameters: {n: {type: string, default: x, minimum: 7, stricter: higher}}\nchecks:",
    ),
    "bad-parameter-name": _own(
        "checks:", "parameters: {a b: {type: string, default: x, stricter: none}}\nchecks:"
    ),
    "same-link-twice": _own(
        "checks:",
        "  - {framework: sample-1.0, requirement: 3.10, covers: full, because: b, review: draft}\nchecks:",
    ),
    "same-check-twice": _own(
        "checks:",
        "checks:\n  - {check: on, says: b, attest: {question: q, roles: [r], valid_for: P1D}}",
    ),
    "misnamed-control": _own("control: own", "control: mine"),
    "wrong-domain": _own("domain: keys", "domain: storage"),
    "same-id-twice": {
        OWN: CONTROL,
        "controls/storage/own.yaml": CONTROL.replace("domain: keys", "domain: storage"),
    },
    "library-id": {
        "controls/keys/key-review.yaml": CONTROL.replace("control: own", "control: key-review")
    },
    "replaces-another": _own("domain", "replaces: {control: key-review, because: b}\ndomain"),
    "replaces-nothing": _own("domain", "replaces: {control: own, because: b}\ndomain"),
    "ten-at-once": {OWN: TEN},
    "cases-of-nothing": {
        "controls/keys/other.cases.yaml": "control: other\ncases: [{case: a, want: satisfied}]\n"
    },
    "cases-misnamed": _cases("control: own2\ncases: [{case: a, want: satisfied}]\n"),
    "case-unknown-check": _cases("control: own\ncases: [{case: a, check: of, want: satisfied}]\n"),
    "case-twice": _cases(
        "control: own\ncases: [{case: a, want: satisfied}, {case: a, want: error}]\n"
    ),
    "case-bad-time": _cases(
        "control: own\ncases: [{case: a, want: satisfied, at: 2026-11-01T06:00:00}]\n"
    ),
    "case-parameter": _cases(
        "control: own\ncases: [{case: a, want: satisfied, parameters: {n: 1}}]\n"
    ),
    "case-without-check": {
        OWN: CONTROL.replace(
            "checks:",
            "checks:\n  - {check: a, says: b, attest: {question: q, roles: [r], valid_for: P1D}}",
        ),
        "controls/keys/own.cases.yaml": "control: own\ncases: [{case: a, want: satisfied}]\n",
    },
    "case-without-type": {
        OWN: CONTROL.replace("applies_to: Microsoft.KeyVault/vaults", "applies_to: [a/b, c/d]"),
        "controls/keys/own.cases.yaml": "control: own\ncases: [{case: a, want: satisfied, resource: {name: x}}]\n",
    },
    "workspace-empty": _workspace(""),
    "workspace-unknown": _workspace(
        "organisation: Contoso\nsystems:\n  - {system: a, title: A, owner: o, frameworks: [sample-1.0@most, sampel-1.0, sample-1.0@full, sample-1.0@full]}\n"
        "  - {system: a, title: A, owner: o, frameworks: [other-2]}\n"
        "parameters: {vault-purge: {retentionDay: 30, strict: no, retentionDays: 91}, vault-prge: {}}\n"
    ),
    "workspace-shape": _workspace(
        "organisation: Contoso\nframeworks: [other-2]\n"
        "evidence: {sources: [resource], max_age: {resources: 1d, vaults: P1D}}\n"
        "systems:\n  - {system: a, title: A, frameworks: []}\n"
    ),
    "left-out": _workspace(
        "organisation: Contoso\ncontrols:\n  leave_out:\n"
        "    - {control: vault-purge, because: No vaults.}\n"
    ),
    "left-out-domain": _workspace(
        "organisation: Contoso\ncontrols:\n  leave_out:\n    - {domain: keys, because: No keys.}\n"
    ),
    "left-out-unknown": {
        OWN: CONTROL,
        **_workspace(
            "organisation: Contoso\ncontrols:\n  leave_out:\n"
            "    - {control: vault-prge, because: b}\n    - {domain: kys, because: b}\n"
            "    - {control: own, because: b}\n    - {control: key-review, because: b}\n"
            "    - {domain: keys, because: b}\n"
        ),
    },
    "left-out-shape": _workspace(
        "organisation: Contoso\ncontrols:\n  leave_out:\n"
        "    - {control: key-review}\n    - {control: key-review, domain: keys, because: b}\n"
        "    - {because: b}\n    - keys\n  only: [keys]\n"
    ),
    "left-out-and-named": {
        "exceptions/e.yaml": EXCEPTION,
        "exceptions/f.yaml": EXCEPTION.replace("old-vault", "new-vault")
        .replace("kind: waiver", "kind: mitigated\ncompensating: vault-purge")
        .replace("control: vault-purge", "control: own"),
        OWN: CONTROL,
        "attestations/a.yaml": ATTESTATION,
        "attestations/m.yaml": ATTESTATION.replace("reviewed-2026", "rest")
        .replace("kind: check", "kind: remainder\ncontrols: [own, vault-purge]")
        .replace("{control: key-review, check: reviewed}", DECIDED),
        **_workspace(
            "organisation: Contoso\ncontrols:\n  leave_out:\n"
            "    - {domain: keys, because: The keys are another team's.}\n"
            "parameters: {vault-purge: {retentionDays: 30}}\n"
        ),
    },
    "workspace-scopes": _workspace(
        "organisation: Contoso\n"
        "systems:\n"
        "  - {system: a, title: A, owner: o, frameworks: [other-2], boundary: {subscriptions: [prod-*, x], resource_groups: [rg]}}\n"
        "exclusions:\n"
        "  - {scope: {tag: {env: dev}}, reason: r, approved_by: a, until: 2027-01-01}\n"
        f"  - {{scope: {{subscription: {SUBSCRIPTION}, management_group: mg}}, reason: r, approved_by: a, until: 2027-01-01}}\n"
        "  - {scope: {resource: /subscriptions/x}, reason: r, approved_by: a, until: soon}\n"
        "  - {scope: {management_group: a/b, tag: {a: b, c: d}}, reason: r, approved_by: a, until: 2027-01-01}\n"
    ),
    "attestation-system": {**_attest("", ""), **_workspace(SYSTEMS)},
    "attestation-unknown-system": {
        **_attest("kind:", "system: two\nkind:"),
        **_workspace(SYSTEMS),
    },
    "attestation-kind": _attest(
        "kind: check",
        "kind: remainder\nprovider: {document: d, services: [s], period: {from: 2026-01-01, until: 2026-02-01}, reviewed_by: r}",
    ),
    "attestation-subject": _attest(
        "{control: key-review, check: reviewed}",
        "{control: key-revew}, {control: key-review, check: x}, {framework: sample-1.0}, {framework: sample-1.0, requirement: x}",
    ),
    "attestation-rules": _attest(
        "signed: [{role: key-custodian",
        "evidence:\n  - {file: a.pdf, sha256: "
        + "a" * 64
        + ", title: t}\n  - {file: ../../etc, sha256: "
        + "a" * 64
        + ", title: t}\n"
        "signed: [{role: other",
    ),
    "attestation-decision": {
        "attestations/a.yaml": DECISION,
        "attestations/b.yaml": DECISION.replace("reviewed-2026", "b").replace(
            "next_review: 2027-10-30\n", ""
        ),
        "attestations/c.yaml": DECISION.replace("reviewed-2026", "c").replace(
            "valid_until: 2027-10-30", "valid_until: 2027-10-31"
        ),
    },
    "attestation-times": _attest(
        "until: 2026-09-30}\nvalid_until: 2027-10-30", "until: 2026-06-30}\nvalid_until: 2026-05-30"
    ),
    "attestation-twice": {"attestations/a.yaml": ATTESTATION, "attestations/b.yaml": ATTESTATION},
    "attestation-too-long": _attest("valid_until: 2027-10-30", "valid_until: 2028-10-30"),
    "exception-too-long": _except("2027-01-01", "2027-10-01"),
    "exception-backwards": _except("2027-01-01", "2026-10-01"),
    "exception-own-approval": _except("dev@", "CISO@"),
    "exception-tag-alone": _except(f"subscription: {SUBSCRIPTION}", "tag: {env: dev}"),
    "exception-wildcard": _except(SUBSCRIPTION, '"*"'),
    "exception-unknown": _except("control: vault-purge", "control: vault-purg\ncheck: x"),
    "exception-unknown-check": _except("control: vault-purge", "control: vault-purge\ncheck: purg"),
    "exception-mitigated": _except("kind: waiver", "kind: mitigated"),
    "exception-compensates-itself": _except(
        "kind: waiver", "kind: mitigated\ncompensating: vault-purge"
    ),
    "exception-circle": {
        "exceptions/a.yaml": EXCEPTION.replace(
            "kind: waiver", "kind: mitigated\ncompensating: key-review"
        ),
        "exceptions/b.yaml": EXCEPTION.replace("old-vault", "new-vault")
        .replace("kind: waiver", "kind: mitigated\ncompensating: vault-purge")
        .replace("control: vault-purge", "control: key-review")
        .replace("2027-01-01", "2026-12-01"),
    },
    "exception-twice": {"exceptions/a.yaml": EXCEPTION, "exceptions/b.yaml": EXCEPTION},
    "framework-of-library": {
        "frameworks/other-2/framework.yaml": (
            LIBRARY / "frameworks/other-2/framework.yaml"
        ).read_text(),
        "frameworks/other-2/requirements.csv": (
            LIBRARY / "frameworks/other-2/requirements.csv"
        ).read_text(),
    },
    "framework-without-file": {"frameworks/mine/requirements.csv": "id\n"},
    **POLICIES,
}

_SAMPLE = (LIBRARY / "frameworks/sample-1.0/framework.yaml").read_text(encoding="utf-8")
_ROWS = (LIBRARY / "frameworks/sample-1.0/requirements.csv").read_text(encoding="utf-8")
_TABLE = "frameworks/sample-1.0/requirements.csv"
_PAIRS = "frameworks/crosswalks/sample-1.0--other-2.csv"
_PAIRS_HEADER = "source,target,relationship,rationale,origin\n"

LIBRARIES: Mapping[str, Files] = {
    "csv-header": {_TABLE: _ROWS.replace("id,title,family", "id,titel,id")},
    "csv-header-missing": {_TABLE: "id,title,family,parent,assessable\n"},
    "csv-empty": {_TABLE: ""},
    "csv-no-rows": {_TABLE: "id,title,family,parent,assessable,profiles\n"},
    "csv-short-row": {_TABLE: _ROWS + "3.4,Short\n"},
    "csv-quote": {_TABLE: _ROWS + '3.4,"Open,3,3,true,full\n'},
    "csv-not-utf8": {_TABLE: _ROWS.encode() + b"3.4,\xff,3,3,true,full\n"},
    "csv-rows": {
        _TABLE: _ROWS
        + "3.1,Again,3,3,true,\n3.4,,4,3.99,maybe,bsic\n"
        + "3.5,Round,3,3.6,true,\n3.6,About,3,3.5,true,\n3.7,"
        + "long " * 60
        + "end,3,3,true,\n"
    },
    "csv-missing": {_TABLE: None},
    "csv-obligation": {
        _TABLE: _ROWS.replace("profiles\n", "profiles,obligation\n")
        .replace("full\n", "full,addressable\n")
        .replace("3,Keys,3,,false,\n", "3,Keys,3,,false,,adressable\n")
        .replace("withdrawn,\n", "withdrawn,,\n")
    },
    "csv-obligation-header": {_TABLE: _ROWS.replace("profiles\n", "profiles,obligations\n")},
    "framework-folder": {
        "frameworks/sample-1.0/framework.yaml": _SAMPLE.replace(
            "framework: sample-1.0", "framework: sample-2.0"
        )
    },
    "framework-shape": {
        "frameworks/sample-1.0/framework.yaml": _SAMPLE.replace(
            "  satisfied: met", "  satisfed: met"
        ).replace("complete", "all")
    },
    "framework-replaces": {
        "frameworks/sample-1.0/framework.yaml": _SAMPLE
        + "replaces: {framework: other-2, because: b}\n"
    },
    "crosswalk-rows": {
        _PAIRS: _PAIRS_HEADER + "3.10,AC-2,subset-of,r,ours\n3.10,AC-2,equal,r,ours\n"
        '"3.99",ac-2,sub-set,"a, b",\n'
    },
    "crosswalk-name": {"frameworks/crosswalks/sample-1.0-other-2.csv": _PAIRS_HEADER},
    "crosswalk-framework": {"frameworks/crosswalks/sample-1.0--other-3.csv": _PAIRS_HEADER},
    "definitions": {
        "frameworks/azure-policy/definitions.csv": "name,title,category,mode,effect,types\n"
        "0b60c0b2-2dc2-4e1c-b5c9-abbed971de53,T,C,M,E,a/b\n0B60C0B2-2dc2-4e1c-b5c9-abbed971de53,T,C,M,E,a/b\n,T,C,M,E,a/b\n"
    },
    "aliases": {"frameworks/azure-policy/aliases.csv": "alias,type,path\na/b,c\n"},
    "aliases-damaged": {
        "frameworks/azure-policy/aliases-all.csv.gz": b"\x1f\x8b\x08 cut",
        "controls/keys/own.yaml": CONTROL.replace("enablePurge", "enablePurges"),
    },
    "aliases-header": {"frameworks/azure-policy/aliases.csv": "alias,path\n"},
    "library-replaces": {
        "controls/keys/own.yaml": CONTROL.replace(
            "domain", "replaces: {control: own, because: b}\ndomain"
        )
    },
    "library-definition": {
        "controls/keys/own.yaml": CONTROL.replace(
            "checks:",
            "checks:\n  - {check: a, says: b, policy: 0b60c0b2-2dc2-4e1c-b5c9-abbed971de54, applies_to: a/b}",
        )
    },
}
