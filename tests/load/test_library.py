"""Loading as a whole: what is in the library, and what is laid over it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pytest

from attestgraph.diagnostics import InputError
from attestgraph.load import files, load_folders, load_library, new_workspace_files
from attestgraph.load.rows import cell_place
from attestgraph.model.authored import AttestTest, PolicyTest, ProfileRef, QueryTest, RowTest
from attestgraph.model.ids import CheckId, ControlId, FrameworkId, RequirementId
from attestgraph.model.records import ScopeKind
from attestgraph.model.words import Assessable, Origin, Relationship
from tests.load.world import LIBRARY, SUBSCRIPTION, WORKSPACE, library, load, write
from tests.load.wrong import CONTROL, EXCEPTION, OWN, SYSTEMS

PURGE = ControlId("vault-purge")


def test_the_small_library_loads_without_a_fault(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert loaded.diagnostics == ()
    assert list(loaded.library.controls) == ["key-review", "vault-purge"]
    assert list(loaded.library.frameworks) == ["other-2", "sample-1.0"]
    assert [c.case for c in loaded.cases] == ["on", "off", "absent", "by policy", "too short"]
    assert len(loaded.aliases) == 5


def test_scalars_are_decoded_by_what_they_are_for(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    framework = loaded.library.frameworks[FrameworkId("sample-1.0")]
    control = loaded.library.controls[PURGE]
    assert framework.edition == "1.0"
    assert list(framework.families.items()) == [("3", "Keys"), ("no", "Northern rules")]
    assert [link.requirement for link in control.supports] == ["3.10", "no"]
    assert control.parameters["version"].default == "1.2"
    assert control.parameters["retentionDays"].default == 30
    assert control.parameters["strict"].default is True
    absent, short = loaded.cases[2], loaded.cases[4]
    assert absent.resource == {
        "type": "microsoft.keyvault/vaults",
        "name": "no",
        "properties": {"minTlsVersion": "1.2"},
    }
    assert short.parameters == {"retentionDays": 60, "version": "3.10"}
    assert short.at == datetime(2026, 11, 1, tzinfo=UTC)


def test_a_catalogue_keeps_its_order_parents_and_profiles(tmp_path: Path) -> None:
    framework = load(tmp_path).library.frameworks[FrameworkId("sample-1.0")]
    assert list(framework.requirements) == ["3", "3.1", "3.2", "3.10", "no", "3.9"]
    third = framework.requirements[RequirementId("3.2")]
    assert (third.order, third.parent, third.title) == (2, "3", "Keys, once lost, are replaced")
    assert framework.requirements[RequirementId("3.9")].assessable is Assessable.WITHDRAWN
    assert framework.profiles["basic"].requirements == {"3.1"}
    assert framework.profiles["full"].title == "All of it"


def test_each_kind_of_check_is_read(tmp_path: Path) -> None:
    controls = load(tmp_path).library.controls
    tests = {check.id: check.test for check in controls[PURGE].checks}
    purge = tests[CheckId("purge")]
    assert isinstance(purge, RowTest)
    assert purge.types == ("microsoft.keyvault/vaults",)
    assert purge.where is not None
    assert purge.violated_when is False
    retention = tests[CheckId("retention")]
    assert isinstance(retention, RowTest)
    assert retention.violated_when is True
    policy = tests[CheckId("purge-policy")]
    assert isinstance(policy, PolicyTest)
    assert policy.definition == "0b60c0b2-2dc2-4e1c-b5c9-abbed971de53"
    assert policy.types == ("microsoft.keyvault/vaults",)
    assert policy.max_state_age == timedelta(days=2)
    assert [(b.parameter, b.operator, b.value) for b in policy.requires] == [
        ("days", "minimum", 7),
        ("effect", "in", ["audit", "deny"]),
    ]
    logs = tests[CheckId("logs")]
    assert isinstance(logs, RowTest)
    assert logs.condition is None
    assert [r.at_least for r in logs.related] == [1]
    query = tests[CheckId("no-rest")]
    assert isinstance(query, QueryTest)
    assert query.query.startswith("Resources | where")
    review = controls[ControlId("key-review")].checks[0].test
    assert isinstance(review, AttestTest)
    assert review.roles == ("key-custodian",)
    assert review.valid_for == timedelta(days=365)


@pytest.mark.parametrize(
    ("said", "least"), [("exists: false", 0), ("exists: true", 1), ("count: 3", 3), ("name: x", 1)]
)
def test_a_related_resource_says_how_many_there_must_be(
    said: str, least: int, tmp_path: Path
) -> None:
    text = CONTROL.replace("    satisfied", f"    related: [{{type: a/b, {said}}}]\n    satisfied")
    loaded = load(tmp_path, own={OWN: text})
    assert loaded.diagnostics == ()
    test = loaded.library.controls[ControlId("own")].checks[0].test
    assert isinstance(test, RowTest)
    assert [r.at_least for r in test.related] == [least]


def test_a_query_is_part_of_its_check_by_text(tmp_path: Path) -> None:
    before = load(tmp_path).library.controls[PURGE].checks[4]
    shelf = library(tmp_path / "other", {"controls/keys/rest.kql": "Resources\n"})
    after = load_folders(shelf, None).library.controls[PURGE].checks[4]
    assert before.id == after.id == "no-rest"
    assert before.document != after.document


def test_definitions_and_crosswalks_are_read(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    facts = loaded.library.definitions["0b60c0b2-2dc2-4e1c-b5c9-abbed971de53"]
    assert (facts.title, facts.types) == (
        "Vaults keep what is deleted",
        ("microsoft.keyvault/vaults",),
    )
    entry = loaded.library.crosswalks[0]
    assert (entry.source, entry.target, entry.relationship) == (
        "3.10",
        "AC-2",
        Relationship.SUBSET_OF,
    )
    assert loaded.aliases.path("MICROSOFT.SAMPLE/a/c", "microsoft.sample/d") == "properties.deep.c"


def test_the_library_alone_is_one_system_of_everything(tmp_path: Path) -> None:
    workspace = load(tmp_path).library.workspace
    assert [s.id for s in workspace.systems] == ["all"]
    assert [str(f) for f in workspace.systems[0].frameworks] == ["other-2", "sample-1.0"]
    assert workspace.evidence.sources == {"resources", "resourcecontainers", "policystates"}
    assert workspace.evidence.max_age == {
        "default": timedelta(hours=24),
        "policystates": timedelta(days=2),
    }


def test_a_workspace_without_systems_uses_the_frameworks_that_it_names(tmp_path: Path) -> None:
    text = WORKSPACE + "frameworks: [sample-1.0@basic]\n"
    workspace = load(tmp_path, own={"attestgraph.yaml": text}).library.workspace
    assert workspace.systems[0].frameworks == (
        ProfileRef(framework=FrameworkId("sample-1.0"), profile="basic"),
    )


def test_systems_exclusions_and_parameters_are_read(tmp_path: Path) -> None:
    text = (
        "organisation: Contoso\nclassification: Secret\n"
        "evidence: {sources: [resources], max_age: {resources: PT1H}}\n"
        "systems:\n  - system: one\n    title: One\n    owner: us\n    frameworks: [other-2]\n"
        f"    boundary: {{management_groups: [MG], subscriptions: [{SUBSCRIPTION}],"
        f" resource_groups: [/subscriptions/{SUBSCRIPTION}/resourceGroups/RG],"
        " tags: {Env: no}}\n"
        "    data_classes: [ePHI]\n    categorisation: moderate\n"
        f"exclusions: [{{scope: {{subscription: /subscriptions/{SUBSCRIPTION}, type: A.B/c,"
        " tag: {Env: dev}}, reason: r, approved_by: a, until: 2027-01-31}]\n"
        "parameters: {vault-purge: {version: 2.0, retentionDays: 60}}\n"
    )
    loaded = load(tmp_path, own={"attestgraph.yaml": text})
    assert loaded.diagnostics == ()
    workspace, exclusion = loaded.library.workspace, loaded.library.exclusions[0]
    boundary = workspace.systems[0].boundary
    assert boundary.management_groups == ("mg",)
    assert boundary.subscriptions == (f"/subscriptions/{SUBSCRIPTION}",)
    assert boundary.resource_groups == (f"/subscriptions/{SUBSCRIPTION}/resourcegroups/rg",)
    assert boundary.tags == {"env": "no"}
    assert workspace.parameters == {"vault-purge": {"version": "2.0", "retentionDays": 60}}
    assert workspace.evidence.sources == {"resources"}
    assert workspace.evidence.max_age["resources"] == timedelta(hours=1)
    scope = exclusion.scope
    assert (scope.kind, scope.key) == (ScopeKind.SUBSCRIPTION, f"/subscriptions/{SUBSCRIPTION}")
    assert (scope.type, scope.tag) == ("a.b/c", ("env", "dev"))


def test_a_control_of_a_workspace_is_its_own(tmp_path: Path) -> None:
    loaded = load(tmp_path, own={OWN: CONTROL})
    assert loaded.diagnostics == ()
    assert loaded.library.controls[ControlId("own")].origin is Origin.OWN
    assert loaded.library.controls[PURGE].origin is Origin.LIBRARY


def test_a_control_of_the_library_is_replaced_with_a_reason(tmp_path: Path) -> None:
    text = CONTROL.replace(
        "control: own", "control: vault-purge\nreplaces: {control: vault-purge, because: Ours.}"
    )
    loaded = load(tmp_path, own={"controls/keys/vault-purge.yaml": text})
    assert loaded.diagnostics == ()
    control = loaded.library.controls[PURGE]
    assert (control.origin, control.replaces_reason) == (Origin.MODIFIED, "Ours.")
    assert loaded.cases == ()


def test_a_workspace_may_add_a_framework_and_pair_it(tmp_path: Path) -> None:
    own = {
        f"frameworks/mine/{name}": (LIBRARY / "frameworks/other-2" / name)
        .read_text(encoding="utf-8")
        .replace("framework: other-2", "framework: mine")
        for name in ("framework.yaml", "requirements.csv")
    }
    own["frameworks/crosswalks/mine--other-2.csv"] = (
        "source,target,relationship,rationale,origin\nAC-1,AC-1,equal,r,ours\n"
    )
    loaded = load(tmp_path, own=dict(own))
    assert loaded.diagnostics == ()
    assert "mine" in loaded.library.frameworks
    assert [c.source_framework for c in loaded.library.crosswalks] == ["sample-1.0", "mine"]


def test_files_of_the_workspace_are_listed_and_the_library_has_one_digest(tmp_path: Path) -> None:
    one = load(tmp_path, own={OWN: CONTROL, "exceptions/e.yaml": EXCEPTION}).library
    assert [f.path for f in one.files] == [
        "attestgraph.yaml",
        "controls/keys/own.yaml",
        "exceptions/e.yaml",
    ]
    assert one.library_sha256 == load(tmp_path).library.library_sha256
    shelf = library(tmp_path / "other", {"controls/keys/rest.kql": "Resources\n"})
    assert one.library_sha256 != load_folders(shelf, None).library.library_sha256


def test_a_file_or_its_folder_names_a_workspace(tmp_path: Path) -> None:
    write(tmp_path, {"attestgraph.yaml": WORKSPACE})
    for path in (tmp_path, tmp_path / "attestgraph.yaml"):
        assert load_folders(LIBRARY, path).library.workspace.organisation == "Contoso"


@pytest.mark.parametrize("content", [None, b"", b"[", b"\xff", b"- a\n"])
def test_a_workspace_file_that_cannot_be_read_ends_the_work(
    content: bytes | None, tmp_path: Path
) -> None:
    if content is not None:
        write(tmp_path, {"attestgraph.yaml": content})
    with pytest.raises(InputError) as caught:
        load_folders(LIBRARY, tmp_path)
    assert caught.value.exit_code == 2
    assert "attestgraph.yaml" in caught.value.diagnostics[0].text()


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere", {"other.yaml": CONTROL.replace("control: own", "control: other")})
    ws = write(tmp_path / "ws", {"attestgraph.yaml": WORKSPACE, "controls/keys/x.md": ""})
    (ws / "controls/keys/other.yaml").symlink_to(tmp_path / "elsewhere/other.yaml")
    (ws / "exceptions").symlink_to(tmp_path / "elsewhere")
    loaded = load_folders(LIBRARY, ws)
    found = [(d.slug, d.path) for d in loaded.diagnostics]
    assert found == [
        ("outside-workspace", "controls/keys/other.yaml"),
        ("outside-workspace", "exceptions"),
    ]
    assert "other" not in loaded.library.controls


def test_a_link_that_stays_inside_is_read(tmp_path: Path) -> None:
    ws = write(tmp_path, {"attestgraph.yaml": WORKSPACE, "shared/own.yaml": CONTROL})
    (ws / "controls/keys").mkdir(parents=True)
    (ws / "controls/keys/own.yaml").symlink_to(ws / "shared/own.yaml")
    assert "own" in load_folders(LIBRARY, ws).library.controls


def test_a_file_that_may_not_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = write(tmp_path, {"attestgraph.yaml": WORKSPACE, OWN: CONTROL})
    really = Path.open

    def refuse(path: Path, mode: str = "r") -> IO[Any]:
        if path.name == "own.yaml":
            raise PermissionError(13, "Permission denied")
        return really(path, mode)

    monkeypatch.setattr(Path, "open", refuse)
    found = load_folders(LIBRARY, ws).diagnostics
    assert [(d.slug, d.path) for d in found] == [("unreadable-file", OWN)]
    assert found[0].message == "cannot be read: Permission denied"


def test_a_search_through_too_many_folders_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {f"controls/keys/{n}/x.md": "" for n in range(9)}
    monkeypatch.setattr(files, "MOST_FOLDERS", 5)
    found = load(tmp_path, own=dict(own)).diagnostics
    assert [(d.slug, d.path) for d in found] == [("too-many-folders", "controls")]


def test_a_folder_that_is_a_link_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    ws = write(tmp_path, {"attestgraph.yaml": WORKSPACE, "controls/x.md": "", "shared/x.md": ""})
    (ws / "controls/keys").symlink_to(ws / "shared")
    found = load_folders(LIBRARY, ws).diagnostics
    assert [(d.slug, d.path) for d in found] == [("linked-folder", "controls/keys")]


def test_a_fault_does_not_hide_those_of_other_files(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        own={OWN: "[", "exceptions/e.yaml": "[", "attestgraph.yaml": SYSTEMS + "zzz: 1\n"},
    )
    paths = [d.span.path for d in loaded.diagnostics if d.span]
    assert paths == ["attestgraph.yaml", OWN, "exceptions/e.yaml"]


def test_a_new_workspace_loads_whatever_the_organisation_is_called(tmp_path: Path) -> None:
    for at, name in enumerate(["Contoso", 'A: "B" {c} #', "no", "- x", "Zoë\nLtd", ""]):
        ws = tmp_path / str(at)
        write(ws, dict(new_workspace_files(name or "x")))
        loaded = load_library(ws)
        assert [d.text() for d in loaded.diagnostics] == []
        assert loaded.library.workspace.organisation == " ".join((name or "x").split())
        assert len([c for c in loaded.cases if c.control == "st-owner-tag"]) == 3


def test_the_packaged_library_loads_without_a_fault() -> None:
    loaded = load_library(None)
    assert [d.text() for d in loaded.diagnostics] == []
    assert len(loaded.library.frameworks[FrameworkId("nist-800-53-r5")].requirements) == 1196
    covered = {c.control for c in loaded.cases}
    rows = {
        c.id
        for c in loaded.library.controls.values()
        if any(isinstance(k.test, RowTest | PolicyTest) for k in c.checks)
    }
    assert rows <= covered


def test_files_without_a_fault_are_read_without_jsonschema() -> None:
    code = (
        "import sys, json, time; t = time.perf_counter();"
        "from attestgraph.load import load_library; load_library(None);"
        "print(json.dumps([time.perf_counter() - t, sorted(sys.modules)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    _, modules = json.loads(done.stdout)
    assert "jsonschema" not in modules
    assert "duckdb" not in modules
    assert "networkx" not in modules


def test_loading_twice_gives_the_same(tmp_path: Path) -> None:
    one, two = load(tmp_path, own={OWN: CONTROL}), load(tmp_path, own={OWN: CONTROL})
    assert one.cases == two.cases
    assert one.library.files == two.library.files
    assert list(one.library.controls) == list(two.library.controls)


@pytest.mark.parametrize(
    ("line", "index", "cell"),
    [
        ("a,b,c", 0, "a"),
        ("a,b,c", 2, "c"),
        ('a,"b,""x"",",c', 1, '"b,""x"","'),
        ('a,"b,c",d', 2, "d"),
        ("a,b", 5, ""),
        ("", 0, ""),
    ],
)
def test_a_cell_is_found_in_its_line(line: str, index: int, cell: str) -> None:
    start, end = cell_place(line, index)
    assert line[start:end] == cell
