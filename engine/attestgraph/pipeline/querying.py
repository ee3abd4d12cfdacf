"""Composes queries: row checks of a workspace as KQL for Azure Resource Graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attestgraph.diagnostics import Diagnostic, InputError
from attestgraph.pipeline.compose import find_workspace, load_sound, placed

if TYPE_CHECKING:
    from attestgraph.checks import KqlQuery
    from attestgraph.model.authored import Check, Control
    from attestgraph.model.records import Library


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckQuery:
    """One row check as queries, or why there are none.

    Attributes:
        parameters: The values that are written into the queries.
        query: None where it cannot be asked.
        why: What is not expressible; empty where it can be asked.
        elsewhere: Its rows are in no table of Resource Graph.
    """

    control: str
    check: str
    at: datetime
    parameters: Mapping[str, Any]
    query: KqlQuery | None
    why: tuple[Diagnostic, ...] = ()
    elsewhere: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        from attestgraph.model.times import format_time

        made = self.query
        return {
            "control": self.control,
            "check": self.check,
            "at": format_time(self.at),
            "parameters": dict(self.parameters),
            "tables": None if made is None else list(made.tables),
            "rows": None if made is None else made.rows,
            "counts": None if made is None else made.counts,
            "elsewhere": self.elsewhere,
            "why": [fault.message for fault in self.why],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckQueries:
    """All row checks of a workspace, by control and check."""

    checks: tuple[CheckQuery, ...]

    @property
    def asked(self) -> tuple[CheckQuery, ...]:
        """Those that have a query."""
        return tuple(one for one in self.checks if one.query is not None)

    @property
    def refused(self) -> tuple[CheckQuery, ...]:
        """Those over tables of Resource Graph that have none."""
        return tuple(one for one in self.checks if one.query is None and not one.elsewhere)

    @property
    def elsewhere(self) -> tuple[CheckQuery, ...]:
        """Those whose rows are in no table of Resource Graph."""
        return tuple(one for one in self.checks if one.elsewhere)


def query(name: str, *, workspace: Path | None, at: datetime) -> CheckQuery:
    """Return one row check as queries.

    Args:
        name: `control/check`, or a control that has one row check.
        workspace: The workspace folder, for its controls and parameters.
        at: The time of the evaluation.

    Raises:
        InputError: It names nothing, several checks, or one that cannot be asked.
    """
    library = load_sound(workspace).library
    control, check = _found(name, library)
    made = _compiled(control, check, library, at)
    if made.query is None:
        raise InputError(*placed(made.why, find_workspace(workspace)))
    return made


def queries(
    out: Path, *, workspace: Path | None, at: datetime, counts: bool = False
) -> CheckQueries:
    """Write every row check that can be asked into a new folder, one file each.

    Args:
        out: The folder; it must not exist, or be empty.
        workspace: The workspace folder, for its controls and parameters.
        at: The time of the evaluation.
        counts: Write the queries that count instead.
    """
    from attestgraph.evidence import new_folder

    library = load_sound(workspace).library
    found = CheckQueries(
        checks=tuple(
            _compiled(control, check, library, at)
            for _, control in sorted(library.controls.items())
            for check in _row_checks(control)
        )
    )
    with new_folder(out) as inside:
        for one in found.asked:
            if one.query is not None:
                text = one.query.counts if counts else one.query.rows
                file = inside / f"{one.control}.{one.check}.kql"
                file.write_text(text, encoding="utf-8", newline="\n")
    return found


def _row_checks(control: Control) -> Iterator[Check]:
    from attestgraph.model.authored import RowTest

    return (check for check in control.checks if isinstance(check.test, RowTest))


def _compiled(control: Control, check: Check, library: Library, at: datetime) -> CheckQuery:
    from attestgraph.checks import NOT_IN_GRAPH, KqlQuery, compile_kql, effective

    values = effective(control, library.workspace).base.plain
    made = compile_kql(check, parameters=values, at=at)
    blank = CheckQuery(control=control.id, check=check.id, at=at, parameters=values, query=None)
    if isinstance(made, KqlQuery):
        return replace(blank, query=made)
    return replace(blank, why=made, elsewhere=any(one.slug == NOT_IN_GRAPH for one in made))


def _found(name: str, library: Library) -> tuple[Control, Check]:
    from attestgraph.diagnostics import nearest

    wanted, _, part = name.partition("/")
    control = next((one for one in library.controls.values() if one.id == wanted), None)
    if control is None:
        near = nearest(wanted, library.controls)
        raise InputError(
            Diagnostic(
                slug="unknown-control",
                message=f"no control is called `{wanted}`",
                help=f"did you mean `{near[0]}`?" if near else "write `control/check`",
            )
        )
    checks = {str(check.id): check for check in (control.checks if part else _row_checks(control))}
    if part in checks:
        return control, checks[part]
    if not part and len(checks) == 1:
        return control, next(iter(checks.values()))
    known = ", ".join(f"`{wanted}/{one.id}`" for one in _row_checks(control))
    raise InputError(
        Diagnostic(
            slug="unknown-check",
            message=f"control `{wanted}` has no row check `{part}`"
            if part
            else f"control `{wanted}` has {len(checks)} row checks",
            help=f"name one of {known}" if known else "only row checks are asked as KQL",
        )
    )
