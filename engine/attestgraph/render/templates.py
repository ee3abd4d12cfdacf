"""Fills the templates of `reports/`: the one place that uses Jinja2.

Sandboxed, escaped by default, strict about names that are not there, and capped: a template can
neither reach Python nor write without end. What is printed passes `formats.markup` whatever the
template does.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attestgraph.diagnostics import Diagnostic, InputError
from attestgraph.formats import markup, words
from attestgraph.model.words import WORD_ORDER, ControlSeverity, Word

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    from attestgraph.render.model import LinkedControl

MOST_BYTES: Final = 64 * 1024 * 1024
"""The most that one page may be."""
STYLES: Final = ("report.css", "narrow.css", "print.css")


class Templates:
    """The templates of a folder, compiled once and filled as often as wanted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._environment = _environment(folder)

    def fill(self, name: str, values: Mapping[str, Any], *, most: int = MOST_BYTES) -> str:
        """Return the text of one template.

        Raises:
            InputError: The text would be longer than `most` bytes.
        """
        parts: list[str] = []
        size = 0
        for part in self._environment.get_template(name).generate(**values):
            size += len(part.encode("utf-8", "replace"))
            if size > most:
                raise InputError(
                    Diagnostic(
                        slug="report-too-large",
                        message=f"a page of the report is larger than {most // (1024 * 1024)} MiB",
                        help="report one system or one framework at a time",
                    )
                )
            parts.append(part)
        return "".join(parts)

    def style(self, *, corner: str, head: str, foot: str) -> tuple[str, str]:
        """Return the style sheet of a page, and the source that its content policy allows.

        Args:
            corner: What is printed at the top of each sheet, at the left.
            head: What is printed at the top, at the right.
            foot: What is printed at the bottom, at the left.

        Raises:
            ValueError: The style sheet holds `</`, which would end its element.
        """
        text = "".join(self._read(name) for name in STYLES)
        text += (
            "@page{@top-left{content:" + markup.css_string(corner) + ";}"
            "@top-right{content:" + markup.css_string(head) + ";}"
            "@bottom-left{content:" + markup.css_string(foot) + ";}}\n"
        )
        return _inline(text, "style sheet")

    def script(self) -> tuple[str, str]:
        """Return the script of every page, and the source that its content policy allows.

        Raises:
            ValueError: The script holds `</` or `<!--`, which would end or change its element.
        """
        return _inline(self._read("report.js"), "script")

    def _read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")


def _inline(text: str, what: str) -> tuple[str, str]:
    """Return text for an inline element, and the source of a policy that allows just this text."""
    for mark in ("</", "<!--"):
        if mark in text:
            raise ValueError(f"the {what} holds `{mark}`")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return text, f"'sha256-{digest}'"


def _environment(folder: Path) -> ImmutableSandboxedEnvironment:
    from jinja2 import FileSystemLoader, StrictUndefined

    made = _sandbox()(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printer(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        n=_number,
        words=_dashed,
        name=words.RESULT.__getitem__,
        outcome=words.OUTCOME.__getitem__,
        slug=_slug,
        worst_first=_worst_first,
        word=words.WORD.__getitem__,
        mark=words.MARK.__getitem__,
        meaning=words.MEANING.__getitem__,
        counted=words.counted,
        time=_time,
        percent=_percent,
    )
    made.globals.update(
        plural=words.plural,
        reason_words=words.reason_words,
        severity_choices=tuple((str(s), str(s)) for s in ControlSeverity),
        outcome_order=tuple(words.OUTCOME),
        word_order=WORD_ORDER,
        bar_order=words.BAR_ORDER,
        Word=Word,
        not_independent=words.NOT_INDEPENDENT,
        declared=words.DECLARED,
    )
    return made


def _sandbox() -> type[ImmutableSandboxedEnvironment]:
    """Return the sandbox; it answers once for each type and attribute, for that decides alone."""
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        """The sandbox of Jinja2, its answers remembered: they are a third of a report's time."""

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self.answers: dict[tuple[type, str], bool] = {}

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            key = (type(obj), attr)
            if key not in self.answers:
                self.answers[key] = super().is_safe_attribute(obj, attr, value)
            return self.answers[key]

    return Sandbox


def _printer() -> Callable[[Any], Any]:
    """Return what makes a value printable: text is shown and escaped, integers stand."""
    from jinja2 import Undefined
    from markupsafe import Markup

    def printed(value: Any) -> Any:
        if isinstance(value, Markup | Undefined):
            return value
        if isinstance(value, str):
            # made safe by our own escaper, which the property tests hold, not by autoescape alone
            return Markup(markup.escape(markup.visible(str(value).replace("\t", " "))))  # noqa: S704
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"a template prints {type(value).__name__}")
        return value

    return printed


def _slug(value: str) -> str:
    """Return a name as one token, for the filters of a page."""
    return markup.anchor(value)


def _worst_first(controls: Sequence[LinkedControl]) -> list[LinkedControl]:
    order = tuple(words.RESULT)
    return sorted(controls, key=lambda c: (order.index(c.result), c.control))


def _number(value: int) -> str:
    return f"{value:,}"


def _dashed(value: str) -> str:
    return value.replace("-", " ").replace("_", " ")


def _time(value: str | None) -> str:
    """Return a time as `2026-11-01 06:00 UTC`."""
    if value is None:
        return "unknown"
    return value.replace("T", " ").removesuffix("Z")[:16] + " UTC"


def _percent(part: int, of: int) -> str:
    """Return a share of a plot's width, to a thousandth of a per cent."""
    thousandths = part * 100_000 // of if of else 0
    return f"{thousandths // 1000}.{thousandths % 1000:03d}%"
