"""Every conformance case comes out as wanted, or as its known difference says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conformance.runner import ERROR, UNDEFINED, Case, CaseFileError, outcome, read_folder

HERE = Path(__file__).resolve().parent
USUAL = HERE.parents[2] / "shared" / "conformance" / "azure-policy"


def known_differences() -> dict[str, dict[str, Any]]:
    text = (HERE / "known_differences.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = yaml.safe_load(text) or {}
    return found


def as_stated(got: str, stated: str) -> bool:
    return got not in {UNDEFINED, ERROR} if stated == "effect" else got == stated


def outside_folder(config: pytest.Config) -> Path | None:
    named = config.getoption("--conformance-cases", default=None)
    if named:
        return Path(named)
    return USUAL if USUAL.is_dir() else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    folders: dict[str, Any] = {
        "own_case": HERE,
        "outside_case": outside_folder(metafunc.config),
    }
    for argument, folder in folders.items():
        if argument not in metafunc.fixturenames:
            continue
        if folder is None:
            reason = "no folder of cases; name one with --conformance-cases"
            metafunc.parametrize(argument, [pytest.param(None, marks=pytest.mark.skip(reason))])
        else:
            cases = list(read_folder(folder))
            metafunc.parametrize(argument, cases, ids=[case.name for case in cases])


def test_a_case_from_outside_comes_out_as_wanted_or_as_stated(outside_case: Case) -> None:
    got = outcome(outside_case)
    known = known_differences().get(outside_case.name)
    if known is None:
        assert got == outside_case.wanted
    else:
        assert as_stated(got, known["got"]), "the difference is not the one that is stated"
        assert got != outside_case.wanted, "the difference is gone: take it off the list"


def test_a_case_of_our_own_comes_out_as_wanted(own_case: Case) -> None:
    assert outcome(own_case) == own_case.wanted


def test_every_known_difference_has_a_reason_and_an_outcome() -> None:
    for name, entry in known_differences().items():
        assert entry.keys() - {"beyond"} == {"got", "reason"}, name
        assert all(entry.values()), name


def test_every_known_difference_names_a_case_of_the_usual_folder() -> None:
    if not USUAL.is_dir():
        pytest.skip("the usual folder of cases is not beside the checkout")
    named = {name for name, entry in known_differences().items() if "beyond" not in entry}
    assert named <= {case.name for case in read_folder(USUAL)}


@pytest.mark.parametrize(
    "text",
    [
        "cases: [{note: a, resource: {}, want_effect: deny, wants: 1}]",
        "cases: [{note: a, want_effect: deny, want_undefined: true, policy_rule: '{}'}]",
        "policy_rule: '{}'\ncases: [{note: a, want_effect: a}, {note: a, want_effect: b}]",
        "cases: [{want_effect: deny, policy_rule: '{}'}]",
        "cases: [{note: a, want_effect: deny}]",
        "case: []",
        "aliases: none.json\ncases: [{note: a, want_effect: deny, policy_rule: '{}'}]",
    ],
)
def test_a_file_that_is_not_of_the_form_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseFileError):
        list(read_folder(tmp_path))
