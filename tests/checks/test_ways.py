"""What would make known what is not: every reason has an answer, and the answers can be run."""

from __future__ import annotations

import shlex
from datetime import timedelta

import pytest

from attestgraph.checks.plan import EvidenceNeed
from attestgraph.checks.way_commands import steps_of
from attestgraph.checks.ways import Way, WayKind, merged_ways, ways_to_know
from attestgraph.diagnostics import Reason
from attestgraph.model.authored import AttestTest, Check, PolicyTest, RowTest, Test
from attestgraph.model.ids import CheckId
from attestgraph.model.words import Completeness

VAULTS = "microsoft.keyvault/vaults"
KEYS = "microsoft.keyvault.data/vaults/keys"
SETTINGS = "microsoft.insights/diagnosticsettings"
BLOBS = "microsoft.storage/storageaccounts/blobservices"
GUID = "0b60c0b2-2dc2-4e1c-b5c9-abbed971de53"
TRUE, UNKNOWN, FALSE = Completeness.TRUE, Completeness.UNKNOWN, Completeness.FALSE


def check(test: Test) -> Check:
    return Check(id=CheckId("c"), says="It holds.", test=test, document={})


ROW = check(RowTest(types=(VAULTS,), where=None, condition=None, violated_when=False))
POLICY = check(PolicyTest(definition=GUID, types=(VAULTS,)))
ASKED = check(
    AttestTest(question="Is it so?", roles=("owner", "officer"), valid_for=timedelta(days=365))
)
ROWS = EvidenceNeed(table="resources", types=(VAULTS,))
STATES = EvidenceNeed(table="policystates", types=(VAULTS,))


def kinds(ways: tuple[Way, ...]) -> list[str]:
    return [str(way.kind) for way in ways]


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("one", [ROW, POLICY, ASKED])
def test_every_reason_gives_ways_that_can_be_told(one: Check, reason: Reason) -> None:
    needs = () if one is ASKED else (ROWS, STATES)
    for held in ({}, {"resources": UNKNOWN}, {"resources": TRUE, "policystates": FALSE}):
        for way in ways_to_know(one, needs, reason, held=held):
            steps = steps_of(way)
            assert steps.title
            assert steps.says.endswith(".")
            assert steps.note == "" or len(steps.note) > 20
            assert bool(steps.file) == bool(steps.imports)
            for command in steps.commands:
                assert shlex.split(command)


def test_a_table_that_is_missing_is_exported() -> None:
    need = EvidenceNeed(table="securityresources", types=("microsoft.security/pricings",))
    (way,) = ways_to_know(ROW, (need,), Reason.NOT_COLLECTED, held={"resources": TRUE})
    steps = steps_of(way)
    (command,) = steps.commands
    assert command == (
        "az graph query -q \"securityresources | where type =~ 'microsoft.security/pricings'\" "
        "--first 1000 -o json > securityresources.json"
    )
    assert steps.import_command() == (
        "attestgraph import resources securityresources.json --out evidence"
    )
    assert "--skip-token" in steps.note


def test_one_export_is_of_all_types_that_are_wanted() -> None:
    plans = Way(kind=WayKind.EXPORT, table="securityresources", types=("b/x",))
    contacts = Way(kind=WayKind.EXPORT, table="securityresources", types=("a/x", "b/x"))
    (way,) = merged_ways([plans, contacts])
    assert "where type in~ ('a/x', 'b/x')" in steps_of(way).commands[0]


def test_rows_that_are_there_are_proven_and_types_that_are_not_are_declared() -> None:
    held = {"resources": UNKNOWN}
    seen = {VAULTS}
    reason = Reason.UNKNOWN_COMPLETENESS
    assert kinds(ways_to_know(ROW, (ROWS,), reason, held=held, seen=seen)) == ["prove"]
    assert kinds(ways_to_know(ROW, (ROWS,), reason, held=held, seen=())) == ["declare"]
    # a type that a whole answer does not hold was not shown to have been asked for
    whole = {"resources": TRUE}
    assert kinds(ways_to_know(ROW, (ROWS,), Reason.NOT_COLLECTED, held=whole)) == ["declare"]
    # no answer of Resource Graph proves another table
    other = EvidenceNeed(table="resourcecontainers", types=("microsoft.resources/subscriptions",))
    found = ways_to_know(ROW, (other,), reason, held={"resourcecontainers": UNKNOWN})
    assert kinds(found) == ["declare"]


def test_what_is_cut_short_is_exported_again() -> None:
    held = {"resources": FALSE, "resourcecontainers": TRUE}
    needs = (ROWS, EvidenceNeed(table="resourcecontainers", types=("t",)))
    (way,) = ways_to_know(ROW, needs, Reason.INCOMPLETE, held=held)
    assert (way.kind, way.table) == (WayKind.EXPORT, "resources")


def test_children_are_read_below_the_resources_they_hang_on() -> None:
    need = EvidenceNeed(table="armresources", types=(SETTINGS, BLOBS))
    ways = ways_to_know(ROW, (need,), Reason.NOT_COLLECTED, held={})
    settings, blobs = ways
    (command,) = steps_of(settings).commands
    assert f"where type in~ ('{VAULTS}')" in command
    assert "$id/providers/microsoft.insights/diagnosticsettings?api-version=2021-05-01-preview" in (
        command
    )
    # a vault holds no blob service: its own parent is looked for
    (command,) = steps_of(blobs).commands
    assert "where type in~ ('microsoft.storage/storageaccounts')" in command
    assert "$id/blobservices?api-version=2023-01-01" in command


def test_an_extension_of_a_subscription_is_read_there() -> None:
    test = RowTest(
        types=("microsoft.resources/subscriptions",),
        where=None,
        condition=None,
        violated_when=False,
    )
    need = EvidenceNeed(table="armresources", types=("microsoft.insights/logprofiles",))
    (way,) = ways_to_know(check(test), (need,), Reason.RELATED_INCOMPLETE, held={})
    (command,) = steps_of(way).commands
    assert "/subscriptions/<id>/providers/microsoft.insights/logprofiles?api-version=" in command


def test_vaults_are_listed_without_values() -> None:
    need = EvidenceNeed(table="components", types=(KEYS,))
    (way,) = ways_to_know(ROW, (need,), Reason.NOT_COLLECTED, held={})
    steps = steps_of(way)
    assert "az keyvault key list --vault-name $v -o json > keys-$v.json" in steps.commands[0]
    assert steps.import_command() == "attestgraph import key-vault keys-*.json --out evidence"
    hsm = EvidenceNeed(table="components", types=("microsoft.managedhsm.data/managedhsms/keys",))
    (way,) = ways_to_know(ROW, (hsm,), Reason.NOT_COLLECTED, held={})
    assert "--hsm-name $v" in steps_of(way).commands[0]


def test_what_a_list_does_not_say_is_shown_object_by_object() -> None:
    types = EvidenceNeed(table="components", types=(KEYS,), paths=("properties.keyType",))
    (way,) = ways_to_know(ROW, (types,), Reason.NOT_COLLECTED, held={})
    steps = steps_of(way)
    assert (
        "az keyvault key show --vault-name $v --name $o -o json > key-$v-$o.json"
        in (steps.commands[0])
    )
    dates = EvidenceNeed(
        table="components", types=(KEYS,), paths=("properties.scheduledRotationDate",)
    )
    (way,) = ways_to_know(ROW, (dates,), Reason.OUTSIDE_PROJECTION, held={"components": UNKNOWN})
    steps = steps_of(way)
    assert "az keyvault key rotation-policy show" in steps.commands[0]
    assert steps.file == "rotation-*.json"
    expiry = EvidenceNeed(
        table="components", types=(KEYS,), paths=("properties.attributes.expiresOn",)
    )
    (way,) = ways_to_know(ROW, (expiry,), Reason.NOT_COLLECTED, held={})
    assert way.kind is WayKind.LIST


def test_no_way_shows_a_secret() -> None:
    secrets = "microsoft.keyvault.data/vaults/secrets"
    for paths in ((), ("properties.contentType",), ("properties.attributes.expiresOn", "tags")):
        need = EvidenceNeed(table="components", types=(secrets,), paths=paths)
        (way,) = ways_to_know(ROW, (need,), Reason.NOT_COLLECTED, held={})
        assert "secret show" not in " ".join(steps_of(way).commands)


def test_states_are_exported_scanned_or_made_by_an_assignment() -> None:
    held = {"resources": TRUE}
    assert kinds(ways_to_know(POLICY, (ROWS, STATES), Reason.NOT_COLLECTED, held=held)) == [
        "states"
    ]
    both = {"resources": TRUE, "policystates": TRUE}
    (way,) = ways_to_know(POLICY, (ROWS, STATES), Reason.NOT_ASSIGNED, held=both)
    first = steps_of(way).commands[0]
    assert first == (
        f"az policy assignment create --name attestgraph-{GUID[:8]} --policy {GUID} "
        "--scope /subscriptions/<id>"
    )
    (way,) = ways_to_know(POLICY, (ROWS, STATES), Reason.NO_STATES, held=both)
    assert steps_of(way).commands[0] == "az policy state trigger-scan"
    # the flag for all states would list older ones beside the latest
    commands = " ".join(steps_of(Way(kind=WayKind.STATES, table="policystates")).commands)
    assert "--all" not in commands


def test_people_answer_and_the_shortest_period_holds() -> None:
    (way,) = ways_to_know(ASKED, (), Reason.ATTESTATION_MISSING, held={})
    assert (way.name, way.questions, way.valid_for) == ("owner, officer", ("Is it so?",), 365)
    other = Way(kind=WayKind.SIGN, name=way.name, questions=("And so?",), valid_for=90)
    (joined,) = merged_ways([way, other])
    assert joined.questions == ("And so?", "Is it so?")
    assert joined.valid_for == 90
    assert steps_of(joined).says == "2 questions are for owner and officer: no row can answer."


def test_the_directory_is_listed_and_no_value_with_it() -> None:
    need = EvidenceNeed(table="entraobjects", types=("microsoft.graph/applications",))
    (way,) = ways_to_know(ROW, (need,), Reason.NOT_COLLECTED, held={})
    assert all(command.startswith("az ad ") for command in steps_of(way).commands)
    assert steps_of(way).import_command() == "attestgraph import entra entra-*.json --out evidence"


def test_what_no_import_reads_is_said() -> None:
    need = EvidenceNeed(table="queries", types=("any",))
    (way,) = ways_to_know(ROW, (need,), Reason.NOT_COLLECTED, held={})
    assert way.kind is WayKind.NONE
    assert steps_of(way).commands == ()
    assert steps_of(way).import_command() == ""


def test_code_is_scanned_for_a_scope() -> None:
    need = EvidenceNeed(table="codescans", types=("attestgraph.code/scans",))
    (way,) = ways_to_know(ROW, (need,), Reason.NOT_COLLECTED, held={})
    assert steps_of(way).import_command() == (
        "attestgraph import sarif code.sarif --out evidence --scope /subscriptions/<id>"
    )
