"""Writes the practice table and the pages on controls from the library.

    python -m tools.make_practices [--out docs]

`docs/practices/*.yaml` names, by area, each practice and the controls that answer for it. From
these and the library come `docs/practices.md` and `docs/controls/<domain>.md`. The same content
gives the same bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from attestgraph.load import load_library
from attestgraph.model.authored import Control
from attestgraph.model.ids import ControlId
from attestgraph.model.records import Library
from tools.practices_cells import check_kind, evidence_of, links_of, row, table_head
from tools.practices_controls import domain_page, index_page

ROOT: Final = Path(__file__).resolve().parents[1]
AREAS: Final = {
    "key-vault": "Key Vault",
    "secrets": "Secrets",
    "keys": "Keys",
    "encryption": "Encryption",
    "certificates": "Certificates",
    "connectivity": "Connectivity",
    "transport": "Transport",
    "observability": "Observability",
    "governance": "Governance",
}
HEAD: Final = """\
# Practices

Written by `python -m tools.make_practices` from `docs/practices/*.yaml` and the control library; do
not edit.

Each row leads from a practice to a control, to one of its checks, to the evidence that the check
needs, and to the requirements that the control supports. Checks of one group of alternatives answer
the same question in several ways. A control that supports nothing is informational.

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """One practice and the controls that answer for it."""

    area: str
    practice: str
    controls: tuple[ControlId, ...]


def read_practices(folder: Path) -> tuple[Practice, ...]:
    """Return the practices of a folder, by area, then in the order they are written in."""
    found = [
        Practice(
            area=entry["area"],
            practice=entry["practice"],
            controls=tuple(map(ControlId, entry["controls"])),
        )
        for path in sorted(folder.glob("*.yaml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["practices"]
    ]
    order = list(AREAS)
    return tuple(sorted(found, key=lambda practice: order.index(practice.area)))


def practice_faults(practices: Iterable[Practice], controls: Mapping[ControlId, Any]) -> list[str]:
    """Return what keeps the table from being whole: nothing named, or something unknown."""
    faults, named = [], set()
    for practice in practices:
        if not practice.controls:
            faults.append(f"practice without a control: {practice.practice}")
        for control in practice.controls:
            named.add(control)
            if control not in controls:
                faults.append(f"unknown control {control}: {practice.practice}")
    faults += [f"no practice names {control}" for control in sorted(controls.keys() - named)]
    return faults


def practices_page(practices: Iterable[Practice], library: Library) -> str:
    """Return the practice table, one table for each area."""
    by_area: dict[str, list[Practice]] = {}
    for practice in practices:
        by_area.setdefault(practice.area, []).append(practice)
    text = HEAD
    for area, found in by_area.items():
        text += f"## {AREAS[area]}\n\n"
        text += table_head("practice", "control", "check", "evidence it needs", "supports")
        for practice in found:
            for name in practice.controls:
                text += "".join(_rows(practice, library.controls[name], library))
        text += "\n"
    return text.rstrip("\n") + "\n"


def _rows(practice: Practice, control: Control, library: Library) -> Iterable[str]:
    link = f"[{control.id}](controls/{control.domain}.md#{control.id})"
    supports = links_of(control, library)
    for check in control.checks:
        kind = f"{check.id} ({check_kind(check)})"
        yield row(practice.practice, link, kind, evidence_of(check, library), supports)


def made_files(docs: Path) -> dict[str, str]:
    """Return the pages that are made, by path below `docs`.

    Args:
        docs: The folder that holds `practices/`.
    """
    library = load_library(None).library
    practices = read_practices(docs / "practices")
    faults = practice_faults(practices, library.controls)
    if faults:
        raise SystemExit("\n".join(faults))
    domains = sorted({control.domain for control in library.controls.values()})
    return {
        "practices.md": practices_page(practices, library),
        "controls/README.md": index_page(library),
        **{f"controls/{domain}.md": domain_page(domain, library) for domain in domains},
    }


def main() -> None:
    """Write the pages that differ, remove those of domains that are gone, and say which."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    docs: Path = parser.parse_args().out
    made = made_files(docs)
    for path in sorted((docs / "controls").glob("*.md")):
        if f"controls/{path.name}" not in made:
            path.unlink()
            print(f"removed controls/{path.name}")
    for name, text in made.items():
        path = docs / name
        data = text.encode()
        same = path.is_file() and path.read_bytes() == data
        if not same:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        print(f"{'same   ' if same else 'written'} {len(data):>9,} {name}")


if __name__ == "__main__":
    main()
