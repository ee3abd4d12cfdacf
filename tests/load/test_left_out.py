"""Controls of the library that a workspace leaves out, and obligations of a catalogue."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from attestgraph.diagnostics import Reason, Severity
from attestgraph.load import Loaded
from attestgraph.model.authored import Requirement
from attestgraph.model.ids import ControlId, FrameworkId, RequirementId
from attestgraph.model.words import Obligation
from tests.load.world import LIBRARY, WORKSPACE, Files, load
from tests.load.wrong import ATTESTATION, CONTROL, DECISION, OWN

AT = datetime(2026, 11, 20, tzinfo=UTC)
PURGE, REVIEW = ControlId("vault-purge"), ControlId("key-review")
ROWS = (LIBRARY / "frameworks/sample-1.0/requirements.csv").read_text(encoding="utf-8")
TABLE = "frameworks/sample-1.0/requirements.csv"
ADDRESSABLE: Files = {
    TABLE: ROWS.replace("profiles\n", "profiles,obligation\n")
    .replace(",full\n", ",full,addressable\n")
    .replace("basic|full\n", "basic|full,required\n")
    .replace("false,\n", "false,,\n")
    .replace("withdrawn,\n", "withdrawn,,\n")
}


def leaving_out(tmp: Path, *entries: str, more: Files | None = None) -> Loaded:
    listed = "".join(f"    - {entry}\n" for entry in entries)
    text = f"{WORKSPACE}controls:\n  leave_out:\n{listed}"
    return load(tmp, own={"attestgraph.yaml": text, **(more or {})})


def test_a_control_that_is_left_out_is_not_in_force_and_neither_are_its_cases(
    tmp_path: Path,
) -> None:
    loaded = leaving_out(tmp_path, "{control: vault-purge, because: No vaults.}")
    assert list(loaded.library.controls) == [REVIEW]
    assert [case.control for case in loaded.cases] == []
    (left,) = loaded.library.left_out
    assert (left.control, left.because) == (PURGE, "No vaults.")
    assert left.span is not None
    assert (left.span.path, left.span.line) == ("attestgraph.yaml", 4)
    assert [(d.slug, d.severity) for d in loaded.diagnostics] == [
        ("control-left-out", Severity.WARNING)
    ]


def test_a_domain_is_left_out_whole_but_for_the_workspaces_own(tmp_path: Path) -> None:
    replacing = CONTROL.replace(
        "control: own", "control: key-review\nreplaces: {control: key-review, because: Ours.}"
    )
    more = {OWN: CONTROL, "controls/keys/key-review.yaml": replacing}
    loaded = leaving_out(tmp_path, "{domain: keys, because: Not ours.}", more=more)
    assert sorted(loaded.library.controls) == ["key-review", "own"]
    assert [left.control for left in loaded.library.left_out] == [PURGE]


def test_a_workspace_that_says_nothing_leaves_nothing_out(tmp_path: Path) -> None:
    loaded = load(tmp_path, own={})
    assert loaded.library.left_out == ()
    assert loaded.diagnostics == ()
    assert load(tmp_path).library.left_out == ()


def test_what_is_signed_about_a_control_forbids_leaving_it_out(tmp_path: Path) -> None:
    more = {"attestations/a.yaml": ATTESTATION}
    kept = leaving_out(tmp_path / "a", "{control: vault-purge, because: b}", more=more)
    assert [d.slug for d in kept.diagnostics] == ["control-left-out"]
    gone = leaving_out(tmp_path / "b", "{control: key-review, because: Not ours.}", more=more)
    (error,) = (d for d in gone.diagnostics if d.severity is Severity.ERROR)
    assert (error.slug, error.span and error.span.path) == ("names-left-out", "attestations/a.yaml")
    assert "attestgraph.yaml:4:7: Not ours." in error.message


def _rows(loaded: Loaded) -> dict[str, Requirement]:
    found = loaded.library.frameworks[FrameworkId("sample-1.0")].requirements
    return {str(name): row for name, row in found.items()}


def test_a_catalogue_may_say_obligations_or_not(tmp_path: Path) -> None:
    assert {row.obligation for row in _rows(load(tmp_path)).values()} == {None}
    loaded = load(tmp_path / "b", shelf=ADDRESSABLE)
    assert loaded.diagnostics == ()
    rows = _rows(loaded)
    assert rows["3.1"].obligation is Obligation.REQUIRED
    assert rows["3.10"].obligation is Obligation.ADDRESSABLE
    assert rows["3"].obligation is None


@pytest.mark.parametrize(
    ("requirement", "faults", "standing"),
    [("3.10", 0, None), ("3.1", 1, Reason.ATTESTATION_INVALID)],
)
def test_a_decision_counts_for_an_addressable_requirement_only(
    requirement: str, faults: int, standing: Reason | None, tmp_path: Path
) -> None:
    text = DECISION.replace("requirement: 3.10", f"requirement: {requirement}")
    loaded = load(tmp_path, own={"attestations/a.yaml": text}, shelf=ADDRESSABLE)
    assert [d.slug for d in loaded.diagnostics] == ["not-addressable"] * faults
    (record,) = loaded.library.attestations
    assert len(record.faults) == faults
    assert record.standing(AT) is standing
    assert record.covers[0].requirement == RequirementId(requirement)
