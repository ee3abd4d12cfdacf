"""What `first-look` prints: the frameworks, what to run next, and where the pages are."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from attestgraph.cli.show import answer, faults, json_text, say
from attestgraph.diagnostics import Severity
from attestgraph.formats.terminal import escape

if TYPE_CHECKING:
    from attestgraph import pipeline

_LAST: Final = "not covered"


def first_look(done: pipeline.FirstLookDone, *, as_json: bool, quiet: bool) -> None:
    """Print a first look."""
    shown = [d for d in done.diagnostics if not quiet or d.severity is Severity.ERROR]
    faults(shown)
    if as_json:
        answer(json_text(done.document))
    elif not quiet:
        _text(done)
    if done.nothing_evaluated:
        say(
            "error[nothing-evaluated]: no row could be judged\n"
            "  help: the pages say what would make it known"
        )


def _text(done: pipeline.FirstLookDone) -> None:
    for sentence in done.completeness:
        answer(escape(sentence))
    answer("")
    lines = _wide(done.frameworks)
    widest = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    if widest is not None and max(map(len, lines)) > widest:
        lines = _narrow(done.frameworks)
    answer("\n".join(lines))
    if done.next:
        answer("\nnext")
    for number, step in enumerate(done.next, start=1):
        answer(f"  {number}. {escape(step.says)} {escape(step.gain)}.")
        for command in step.commands:
            answer(f"     {escape(command)}")
    answer(f"\n{escape(str(done.page))}")


def _columns(frameworks: Sequence[pipeline.FrameworkCounts]) -> list[str]:
    """Return the columns of requirements: words that the engine claims stand where it does."""
    names = dict.fromkeys(name for each in frameworks for name in each.requirements)
    return [*(name for name in names if name != _LAST), _LAST]


def _wide(frameworks: Sequence[pipeline.FrameworkCounts]) -> list[str]:
    columns = _columns(frameworks)
    label = max((len(each.framework) for each in frameworks), default=0)
    of_controls = list(frameworks[0].controls) if frameworks else []
    heads = "  ".join(columns)
    controls = "  ".join(of_controls)
    gap = " " * 12
    lines = [
        f"{'':<{label}}  {'requirements':<{len(heads)}}{gap}controls",
        f"{'':<{label}}  {heads}{gap}{controls}",
    ]
    for each in frameworks:
        counts = "  ".join(f"{each.requirements.get(n, 0):>{len(n)},}" for n in columns)
        rest = "  ".join(f"{each.controls[n]:>{len(n)},}" for n in of_controls)
        lines.append(f"{each.framework:<{label}}  {counts}{f' of {each.of:,}':<12}{rest}")
    return lines


def _narrow(frameworks: Sequence[pipeline.FrameworkCounts]) -> list[str]:
    lines = []
    for each in frameworks:
        lines.append(f"{each.framework} · {each.of:,} requirements")
        lines += [f"  {count:>5,}  {name}" for name, count in each.requirements.items()]
        counts = ", ".join(f"{count:,} {name}" for name, count in each.controls.items())
        lines.append(f"  controls: {counts}")
    return lines
