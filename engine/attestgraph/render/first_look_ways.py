"""What a control lacks, and which ways help with the most."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from attestgraph.checks.plan import EvidenceNeed
from attestgraph.checks.way_commands import SUBSCRIPTION, steps_of
from attestgraph.checks.ways import KIND_ORDER, Held, Way, WayKind, merged_ways, ways_to_know
from attestgraph.diagnostics import Reason
from attestgraph.model.authored import Control
from attestgraph.render.first_look_model import WayLook

WayKey = tuple[int, str, str]
MOST_FILES: Final = 4
_OTHERS: Final = "<the other files>"
_PROOFS: Final = (KIND_ORDER[WayKind.SCOPE], KIND_ORDER[WayKind.PROVE])
_SCOPE: Final = Way(kind=WayKind.SCOPE)
_DECLARE: Final = KIND_ORDER[WayKind.DECLARE]
BY_PEOPLE: Final = frozenset({WayKind.DECLARE, WayKind.SIGN, WayKind.LOOK, WayKind.NONE})
"""Ways that no command goes: people say something, or look."""
_GAPS: Final = frozenset({Reason.UNKNOWN_COMPLETENESS, Reason.INCOMPLETE, Reason.NOT_COLLECTED})
"""Reasons that leave open whether there are more rows, and nothing about those that are here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A required check, or a group of alternatives.

    Attributes:
        known: The engine came to a result.
        seen: It has passes, every row that is here passes, and only more rows could change that.
        options: What would make it known: any one of these, with all its ways.
    """

    known: bool
    seen: bool
    options: tuple[frozenset[WayKey], ...] = ()

    def opened_by(self, way: WayKey) -> bool:
        """Tell whether one way is all that it lacks; a declaration stands for proofs as well."""
        enough = {way}
        if way[0] == _DECLARE:
            enough = {way, *(k for o in self.options for k in o if k[0] in _PROOFS)}
        return any(option <= enough for option in self.options)


@dataclass(slots=True)
class PartReader:
    """Reads what the parts of controls lack; collects the ways.

    Attributes:
        needs: What each check reads, by control and check.
        held: The tables of the evidence.
        seen: The resource types that have rows.
        unscoped: The tables that nothing lacks to be proven but the scope they were asked for.
        ways: Every way so far, by its key.
    """

    needs: Mapping[tuple[str, str], tuple[EvidenceNeed, ...]]
    held: Held
    seen: Collection[str]
    unscoped: Collection[str]
    ways: dict[WayKey, Way]

    def parts(
        self, document: Mapping[str, Any], control: Control, rows: Mapping[str, Counter[str]]
    ) -> tuple[Part, ...]:
        """Return the parts of a control.

        Args:
            document: Its entry of controls.json.
            control: The control as authored.
            rows: Findings about resources, by check and outcome.
        """
        grouped: dict[str, list[Mapping[str, Any]]] = {}
        for check in document["checks"]:
            group = check["alternative"]
            name = f"group {group}" if group is not None else f"check {check['check']}"
            grouped.setdefault(name, []).append(check)
        return tuple(self._part(members, control, rows) for members in grouped.values())

    def _part(
        self,
        members: Sequence[Mapping[str, Any]],
        control: Control,
        rows: Mapping[str, Counter[str]],
    ) -> Part:
        active = [check for check in members if not is_left_out(check)]
        unknown = [check for check in active if check["status"] == "not-evaluated"]
        if active and not unknown:
            return Part(known=True, seen=any(c["counts"]["pass"] for c in active))
        if any(check["status"] == "not-satisfied" for check in active):
            return Part(known=True, seen=False)
        if active:
            lacking = {key for check in unknown for key in self._keys(check, control)}
            judged = all(self._is_seen(check, control, rows) for check in active)
            passes = any(check["counts"]["pass"] for check in active)
            return Part(known=False, seen=judged and passes, options=(frozenset(_enough(lacking)),))
        options = [frozenset(self._keys(check, control)) for check in members]
        return Part(known=False, seen=False, options=tuple(dict.fromkeys(options)))

    def _is_seen(
        self, check: Mapping[str, Any], control: Control, rows: Mapping[str, Counter[str]]
    ) -> bool:
        if check["status"] != "not-evaluated":
            return True
        here = rows.get(check["check"], Counter())
        others = set(here) - {"pass", "not-applicable"}
        gaps = all(Reason(reason) in _GAPS for reason in check["reasons"])
        there = all(n.table in self.held for n in self.needs.get((control.id, check["check"]), ()))
        return bool(here["pass"]) and not others and gaps and there

    def _keys(self, check: Mapping[str, Any], control: Control) -> set[WayKey]:
        authored = next(c for c in control.checks if c.id == check["check"])
        needs = self.needs.get((control.id, check["check"]), ())
        reasons = [check["left_out"]] if is_left_out(check) else list(check["reasons"])
        found: list[Way] = []
        for reason in reasons or [str(Reason.NONE_DEPLOYED)]:
            found += ways_to_know(authored, needs, Reason(reason), held=self.held, seen=self.seen)
        found = [self._scoped(way) for way in found]
        for way in merged_ways(found):
            known = self.ways.get(way.key)
            (self.ways[way.key],) = merged_ways([way] if known is None else [known, way])
        return _enough({way.key for way in found})

    def _scoped(self, way: Way) -> Way:
        return _SCOPE if way.kind is WayKind.PROVE and way.table in self.unscoped else way


def _enough(keys: set[WayKey]) -> set[WayKey]:
    """Return the ways without proofs where a person has to declare the exports whole anyway."""
    declared = any(key[0] == _DECLARE for key in keys)
    return {key for key in keys if key[0] not in _PROOFS} if declared else keys


def is_left_out(check: Mapping[str, Any]) -> bool:
    """Tell whether an alternative takes no part, as the roll-up does."""
    configured = check["left_out"] is None or check["alternative"] is None
    return not configured and not any(check["counts"].values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A control that more evidence could make known.

    Attributes:
        name: Its id.
        parts: Those of its parts that are not known.
        requirements: What it is linked to, as `framework requirement`.
    """

    name: str
    parts: tuple[Part, ...]
    requirements: frozenset[str]


def ranked(
    ways: Mapping[WayKey, Way],
    anchors: Mapping[WayKey, str],
    controls: Iterable[Open],
    again: Again,
) -> tuple[WayLook, ...]:
    """Return the ways that some controls need: first what most of them need and nothing else.

    What is read comes before what people say.

    Args:
        ways: All ways.
        anchors: Their places on a page.
        controls: The controls that are not known.
        again: Makes the command that takes a new file in.
    """
    needed: dict[WayKey, set[str]] = {}
    alone: dict[WayKey, set[str]] = {}
    touched: dict[WayKey, set[str]] = {}
    for control in controls:
        for key in {k for part in control.parts for option in part.options for k in option}:
            needed.setdefault(key, set()).add(control.name)
            touched.setdefault(key, set()).update(control.requirements)
            if all(part.opened_by(key) for part in control.parts):
                alone.setdefault(key, set()).add(control.name)
    order = sorted(
        needed,
        key=lambda k: (
            ways[k].kind in BY_PEOPLE,
            -len(alone.get(k, ())),
            -len(needed[k]),
            k,
        ),
    )
    return tuple(
        WayLook(
            anchor=anchors[key],
            kind=str(ways[key].kind),
            steps=steps_of(ways[key]),
            again=again.after(ways[key]),
            questions=ways[key].questions,
            controls=len(needed[key]),
            alone=len(alone.get(key, ())),
            requirements=len(touched[key]),
            by_people=ways[key].kind in BY_PEOPLE,
        )
        for key in order
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Makes the command of the next first look.

    Attributes:
        files: The files that were given, as they were.
        states: The files of compliance states that were given apart.
        scopes: The scopes that were given.
        out: The folder, where it is not the usual one.
    """

    files: tuple[str, ...]
    states: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    out: str | None = None

    def command(self, *more: str) -> str:
        """Return the command, with further words as they are."""
        files = [shlex.quote(name) for name in self.files]
        if len(files) > MOST_FILES:
            files = [files[0], _OTHERS]
        words = ["attestgraph first-look", *files, *more]
        words += [f"--policy-states {shlex.quote(name)}" for name in self.states]
        words += [f"--scope {shlex.quote(scope)}" for scope in self.scopes]
        words += [f"--out {shlex.quote(self.out)}"] if self.out else []
        return " ".join(words)

    def after(self, way: Way) -> str:
        """Return the command that follows a way, or an empty text where none does."""
        steps, scope = steps_of(way), f"--scope {SUBSCRIPTION}"
        match way.kind:
            case WayKind.SCOPE:
                return self.command(scope)
            case WayKind.DECLARE:
                return self.command('--declare-complete "<name>" "<reason>"')
            case _ if steps.imports in ("", "sarif"):
                return ""
            case _:
                is_given = steps.file in (*self.files, *self.states)
                asked = () if self.scopes or way.kind is not WayKind.PROVE else (scope,)
                return self.command(*(() if is_given else (steps.file,)), *asked)
