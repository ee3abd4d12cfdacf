"""Reads cases as data: what a library, its tallies and records look like, and what must follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from attestgraph.model.authored import Check, Link
from attestgraph.model.concluded import CheckTally, RequirementStatus
from attestgraph.model.records import Attestation
from tests.rollup import world
from tests.rollup.world import World

FOLDER = Path(__file__).resolve().parents[1] / "cases" / "rollup"
_CASE = {"case", "controls", "records", "crosswalks", "rows", "methodology", "values", "want"}
_CHECK = {
    *("kind", "alternative", "left_out", "none_deployed", "reasons", "exceptions", "notes"),
    "by_framework",
    *("pass", "fail", "accepted", "not_applicable", "not_evaluated", "error"),
}
_COUNTS = ("pass", "fail", "accepted", "not_applicable", "not_evaluated", "error")
_WANT = {
    "status",
    "outcome",
    "extent",
    "basis",
    "reason",
    "remainder",
    "inheritance",
    "in_own_words",
}


def cases() -> Iterator[tuple[str, Mapping[str, Any]]]:
    seen: set[str] = set()
    for path in sorted(FOLDER.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            assert set(case) <= _CASE, set(case) - _CASE
            assert case["case"] not in seen, case["case"]
            seen.add(case["case"])
            yield f"{path.stem}: {case['case']}", case


def world_of(case: Mapping[str, Any]) -> World:
    made = World(
        frameworks=[
            world.framework(
                case.get("rows") or [{"id": "R"}],
                methodology=case.get("methodology", "nist-800-53a"),
            ),
            world.framework([{"id": "S"}, {"id": "R"}], name="other"),
        ],
        systems=[world.system(frameworks=("fw", "other"))],
        crosswalks=[world.crosswalk(*entry) for entry in case.get("crosswalks", ())],
        attestations=[_record(entry) for entry in case.get("records", ())],
        values=case.get("values", {}),
    )
    for name, entry in (case.get("controls") or {}).items():
        made.controls.append(
            world.control(
                name,
                [_check(check, form) for check, form in entry["checks"].items()],
                [_link(link) for link in entry.get("links", ())],
                responsibility=entry.get("responsibility", "customer"),
                parameters={
                    p: world.parameter(p, form["default"], form["stricter"])
                    for p, form in entry.get("parameters", {}).items()
                },
            )
        )
    sets = made.sets
    for one in made.controls:
        checks = case["controls"][one.id]["checks"]
        for check, form in checks.items():
            by_framework = form.get("by_framework")
            if by_framework is None:
                made.tallies.append(_tally(one.id, check, form, ""))
                continue
            for link in one.supports:
                digest = sets[one.id].for_link(link).digest
                made.tallies.append(_tally(one.id, check, by_framework[link.framework], digest))
    return made


def _record(entry: Mapping[str, Any]) -> Attestation:
    known = {"alternative": world.ALTERNATIVE}
    form = dict(entry)
    decides = form.pop("decides", None)
    return world.record(**form, details=known[decides]) if decides else world.record(**form)


def _check(name: str, form: Mapping[str, Any]) -> Check:
    assert set(form) <= _CHECK, set(form) - _CHECK
    return world.check(name, form.get("kind", "row"), form.get("alternative"))


def _link(form: Mapping[str, Any]) -> Link:
    return world.supports(**form)


def _tally(of: str, name: str, form: Mapping[str, Any], digest: str) -> CheckTally:
    return world.tally(
        of,
        name,
        world.counts(**{key: form[key] for key in _COUNTS if key in form}),
        parameters=digest,
        kind=form.get("kind", "row"),
        none_deployed=form.get("none_deployed", False),
        left_out=form.get("left_out"),
        reasons=form.get("reasons"),
        exceptions=form.get("exceptions", ()),
        notes=form.get("notes", ()),
    )


def compare(status: RequirementStatus, want: Mapping[str, Any]) -> None:
    assert set(want) <= _WANT, set(want) - _WANT
    for member, wanted in want.items():
        match member:
            case "basis":
                assert sorted(status.basis) == sorted(wanted)
            case "reason":
                assert wanted in (status.reason or ""), status.reason
            case "in_own_words":
                assert status.framework_word == wanted
            case _:
                assert getattr(status, member) == wanted, (member, status)
