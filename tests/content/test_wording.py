"""Every sentence of the library is one sentence, of a fact, and short."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from attestgraph.load import Loaded, load_library
from attestgraph.model.authored import AttestTest, Control
from tests.content.wording import wording_faults


@pytest.fixture(scope="module")
def library() -> Loaded:
    return load_library(None)


def sentences(control: Control) -> Iterator[tuple[str, str, str]]:
    """Yield where each sentence stands, the sentence, and what it ends with."""
    yield f"{control.id}: says", control.says, "."
    for check in control.checks:
        yield f"{control.id}: {check.id}: says", check.says, "."
        if isinstance(check.test, AttestTest):
            yield f"{control.id}: {check.id}: question", check.test.question, "?"
    for link in control.supports:
        where = f"{control.id}: {link.framework} {link.requirement}: because"
        yield where, link.because, "."


def test_every_sentence_of_the_library_is_well_worded(library: Loaded) -> None:
    faults = [
        f"{where} {fault}: {sentence}"
        for control in library.library.controls.values()
        for where, sentence, ending in sentences(control)
        for fault in wording_faults(sentence, ending=ending)
    ]
    assert not faults, "\n".join(faults)


def test_no_two_controls_say_the_same(library: Loaded) -> None:
    said = [control.says for control in library.library.controls.values()]
    assert not {sentence for sentence in said if said.count(sentence) > 1}


def test_no_control_gives_one_reason_for_everything(library: Loaded) -> None:
    for control in library.library.controls.values():
        for framework in {link.framework for link in control.supports}:
            found = [link for link in control.supports if link.framework == framework]
            reasons = {link.because for link in found}
            assert len(found) < 3 or len(reasons) > 1, f"{control.id}: {framework}"


@pytest.mark.parametrize(
    ("sentence", "ending", "fault"),
    [
        ("", ".", "empty"),
        (" The vault is closed.", ".", "spaces"),
        ("The vault is closed", ".", "does not end"),
        ("The vault is closed..", ".", "does not end"),
        ("Is the vault closed.", "?", "does not end"),
        ("The vault is closed. Nobody enters.", ".", "more than one"),
        ("The vault\nis closed.", ".", "more than one"),
        ("The vault should be closed.", ".", "`should`"),
        ("Ensure that the vault is closed.", ".", "`Ensure`"),
        ("It follows best practices here.", ".", "`best practices`"),
        ("Vaults must be compliant.", ".", "`must be compliant`"),
        ("The vault " + "is " * 60 + "closed.", ".", "characters"),
        ("Is it " + "so " * 80 + "?", "?", "characters"),
        ("Is so.", ".", "fewer than 3"),
        ("the vault is closed.", ".", "small letter"),
    ],
)
def test_a_badly_worded_sentence_is_found(sentence: str, ending: str, fault: str) -> None:
    assert any(fault in found for found in wording_faults(sentence, ending=ending))


@pytest.mark.parametrize(
    ("sentence", "ending"),
    [
        ("The vault has purge protection on.", "."),
        ("Clients speak TLS 1.2 or later.", "."),
        ("ePHI is encrypted on the way; nobody reads it.", "."),
        ("Is every exception reviewed each year?", "?"),
    ],
)
def test_a_plain_sentence_is_left_alone(sentence: str, ending: str) -> None:
    assert list(wording_faults(sentence, ending=ending)) == []
