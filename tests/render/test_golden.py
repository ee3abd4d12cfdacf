"""The pages of the usual run, byte for byte: `UPDATE_GOLDEN=1` writes them anew.

The style sheet, the script and the icons have files of their own and are left out here.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.render.pages import usual

GOLDEN = Path(__file__).parent / "golden"
PAGES = (
    "index.html",
    "ehr-prod.html",
    "ehr-prod-nist-800-53-r5-moderate.html",
    "ehr-prod-hitrust-csf-v11.html",
    "ehr-prod-controls.html",
    "ehr-prod-resources.html",
)


def body(text: str) -> str:
    """What stands between the icons and the script."""
    start = text.index("</defs></svg>") + len("</defs></svg>\n")
    return text[start : text.index("<script>")]


@pytest.mark.parametrize("name", [*PAGES, "requirements.csv", "findings.csv"])
def test_a_page_is_as_it_was_approved(name: str) -> None:
    made = usual()[name].decode()
    shown = body(made) if name.endswith(".html") else made.replace("\r\n", "\n")
    file = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        file.write_text(shown, encoding="utf-8", newline="\n")
    assert shown == file.read_text(encoding="utf-8")
