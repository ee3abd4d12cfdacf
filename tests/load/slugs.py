"""Finds the slugs that the load room writes into diagnostics."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOM = Path(__file__).resolve().parents[2] / "engine" / "attestgraph" / "load"
_SLUG = re.compile(r"[a-z]+[0-9]?(-[a-z0-9]+)*")
# which argument of `<receiver>.<method>` is the slug
_CALLS = {
    "place.fault": 1,
    "rows.fault": 2,
    "folder.fault": 0,
    "refuse": 1,
    "unknown": 0,
}
_SELF = {"reader.py": 1, "files.py": 0, "alias_answers.py": 0, "policy_documents.py": 0}


def slugs_in_code() -> set[str]:
    """Return every slug, by reading the room's own calls."""
    found: set[str] = set()
    for module in sorted(ROOM.glob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found |= set(_of_call(node, module.name))
            if isinstance(node, ast.Tuple) and module.name == "wording.py" and len(node.elts) == 3:
                found |= set(_text(node.elts[0]))
    return found


def _of_call(call: ast.Call, module: str) -> list[str]:
    named = [k.value for k in call.keywords if k.arg == "slug"]
    if named:
        return _text(named[0])
    at = _argument(call, module)
    return _text(call.args[at]) if at is not None and len(call.args) > at else []


def _argument(call: ast.Call, module: str) -> int | None:
    if isinstance(call.func, ast.Name):
        return _CALLS.get(call.func.id)
    if not isinstance(call.func, ast.Attribute):
        return None
    method, holder = call.func.attr, call.func.value
    if isinstance(holder, ast.Name) and holder.id == "self" and method == "fault":
        return _SELF.get(module)
    receiver = holder.attr if isinstance(holder, ast.Attribute) else getattr(holder, "id", "")
    return _CALLS.get(f"{receiver}.{method}", _CALLS.get(method))


def _text(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value] if _SLUG.fullmatch(node.value) else []
    return []
