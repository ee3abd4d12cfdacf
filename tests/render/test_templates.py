from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import jinja2
import pytest
from jinja2.exceptions import SecurityError

from attestgraph.diagnostics import InputError
from attestgraph.render.templates import STYLES, Templates


def template(folder: Path, text: str) -> Templates:
    (folder / "page.html.j2").write_text(text)
    return Templates(folder)


def test_text_is_escaped_and_shown_and_numbers_stand_as_they_are(tmp_path: Path) -> None:
    templates = template(tmp_path, '<p title="{{ a }}">{{ a }} {{ n }}</p>')
    made = templates.fill("page.html.j2", {"a": "<b>\u202e\"'\x1b", "n": 3})
    shown = "&lt;b&gt;\\u202e&#34;&#39;\\x1b"
    assert made == f'<p title="{shown}">{shown} 3</p>'


@pytest.mark.parametrize("value", [None, 1.5, True, ["a"], {}])
def test_what_is_neither_text_nor_a_number_is_never_printed(tmp_path: Path, value: object) -> None:
    with pytest.raises(TypeError):
        template(tmp_path, "{{ a }}").fill("page.html.j2", {"a": value})


def test_a_name_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(jinja2.UndefinedError):
        template(tmp_path, "{{ nothing }}").fill("page.html.j2", {})


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ a.append(1) }}",
        "{% set x = a.__init__.__globals__ %}{{ x }}",
        "{{ '{0.__class__}'.format(1) }}",
    ],
)
def test_a_template_reaches_no_python_and_changes_nothing(tmp_path: Path, text: str) -> None:
    with pytest.raises((SecurityError, jinja2.UndefinedError)):
        template(tmp_path, text).fill("page.html.j2", {"a": []})


def test_output_without_end_is_cut_off(tmp_path: Path) -> None:
    templates = template(tmp_path, "{% for n in range(90000) %}{{ a }}{% endfor %}")
    with pytest.raises(InputError, match="report-too-large"):
        templates.fill("page.html.j2", {"a": "x" * 100}, most=1 << 20)


def test_a_style_sheet_cannot_end_its_element(tmp_path: Path) -> None:
    for name in STYLES:
        (tmp_path / name).write_text("p{}\n")
    odd = '</style>"};*{display:none}'
    text, source = Templates(tmp_path).style(corner=odd, head=odd, foot="x")
    assert "</" not in text
    assert "display" not in text.replace("\\", "") or "*{display" not in text
    assert source.startswith("'sha256-")
    (tmp_path / "report.css").write_text("p{} </style>")
    with pytest.raises(ValueError, match="style sheet"):
        Templates(tmp_path).style(corner="", head="", foot="")


@pytest.mark.parametrize("text", ["a </script>", "a <!-- b"])
def test_a_script_cannot_end_its_element(tmp_path: Path, text: str) -> None:
    (tmp_path / "report.js").write_text("a();\n")
    held, source = Templates(tmp_path).script()
    digest = base64.b64encode(hashlib.sha256(held.encode()).digest()).decode()
    assert (held, source) == ("a();\n", f"'sha256-{digest}'")
    (tmp_path / "report.js").write_text(text)
    with pytest.raises(ValueError, match="script"):
        Templates(tmp_path).script()
